/**
 * A plain text table: header, rule, rows; numbers to the right.
 * @param {string[]} columns
 * @param {unknown[][]} rows
 * @returns {string}
 */
export function table(columns, rows) {
	const cells = rows.map((row) => columns.map((_, i) => text(row[i])));
	const widths = columns.map((column, i) =>
		Math.max(column.length, ...cells.map((row) => row[i].length)),
	);
	const right = columns.map(
		(_, i) =>
			rows.length > 0 && rows.every((row) => row[i] === undefined || typeof row[i] === 'number'),
	);
	const line = (row) =>
		row
			.map((cell, i) => (right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
			.join('  ')
			.trimEnd();
	return [
		line(columns),
		widths.map((width) => '-'.repeat(width)).join('  '),
		...cells.map(line),
	].join('\n');
}

function text(value) {
	if (value === undefined || value === null || value === '') return '-';
	return String(value).replace(/\s+/g, ' ');
}
