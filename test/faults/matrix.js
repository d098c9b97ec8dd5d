'use strict';
/* The fault matrix as text. */

/** Category -> the word in a cell. */
const SHORT = {
	unknownOutcome: 'unknown',
	invalidParameters: 'invalid',
	contentPolicy: 'content',
	unsupported: 'stopped',
};

const LEGEND = `What came of it, tasks paid, id = the row holds the task ID, -- = no ID was ever answered, later = the
operation Wait delivered the clip in another execution, . = the gateway has no such request`;

/** @param {object | undefined} cell of runCell(); undefined where the gateway has no such request */
function cellText(cell) {
	if (!cell) return '.';
	const { outcome, paid, taskId, later } = cell;
	const text = [SHORT[outcome] ?? outcome, paid, taskId === undefined ? '--' : 'id'];
	if (later === 'delivered') text.push('later');
	return text.join(' ');
}

/**
 * @param {string[]} providers the columns
 * @param {Array<{ title: string, rows: Array<{ name: string, cells: Record<string, object> }> }>} parts
 */
function matrixText(providers, parts) {
	const lines = parts.flatMap(({ title, rows }) => [
		[title, ...providers],
		...rows.map(({ name, cells }) => [name, ...providers.map((id) => cellText(cells[id]))]),
	]);
	const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
	const draw = (line) =>
		line
			.map((text, column) => text.padEnd(widths[column]))
			.join('  ')
			.trimEnd();
	const tables = parts.map(({ title }, index) => {
		const from = lines.findIndex(([first]) => first === title);
		const next = parts[index + 1];
		const to = next ? lines.findIndex(([first]) => first === next.title) : lines.length;
		const [head, ...body] = lines.slice(from, to).map(draw);
		return [head, '-'.repeat(head.length), ...body].join('\n');
	});
	return [...tables, LEGEND].join('\n\n');
}

module.exports = { matrixText };
