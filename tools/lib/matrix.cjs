'use strict';
/* The matrix of docs/models.md, made from the table: which gateway sells which model, resolution and duration. */

const START = '<!-- matrix: made by "npm run readme", do not edit -->';
const END = '<!-- /matrix -->';

const modeTitles = {
	textToVideo: 'Text to Video',
	imageToVideo: 'Image to Video',
	firstLastFrame: 'First and Last Frame',
	subjectReference: 'Subject Reference',
	referenceToVideo: 'Reference to Video',
};

/** Seconds in words: `6/10`, or `4–15` where each between is sold. */
function seconds(durations) {
	const [first, last] = [durations[0], durations[durations.length - 1]];
	const each = durations.length > 2 && last - first === durations.length - 1;
	return each ? `${first}–${last}` : durations.join('/');
}

/**
 * Markdown tables, one per mode: a row per model, a column per gateway that sells the mode.
 * @param models the exports of nodes/shared/models
 */
function matrix({ cellOf, labelOf, modelsOf, modes, modesOf, providerIds, resolutionsOf, table }) {
	const doubts = [];
	const note = (doubt) => {
		if (doubt === undefined) return '';
		if (!doubts.includes(doubt)) doubts.push(doubt);
		return ` <sup>${doubts.indexOf(doubt) + 1}</sup>`;
	};
	const sections = modes.map((mode) => {
		const sellers = providerIds.filter((id) => modesOf(id).includes(mode));
		const models = [...new Set(sellers.flatMap((id) => modelsOf(id, mode)))];
		const cell = (id, model) =>
			resolutionsOf(id, mode, model)
				.map((resolution) => {
					const { durations, doubt } = cellOf(id, mode, model, resolution);
					return `${resolution} ${seconds(durations)} s${note(doubt)}`;
				})
				.join('<br>') || '–';
		return [
			`**${modeTitles[mode]}**`,
			'',
			`| Model | ${sellers.map((id) => table[id].name).join(' | ')} |`,
			`| --- |${' --- |'.repeat(sellers.length)}`,
			...models.map(
				(model) => `| ${labelOf(model)} | ${sellers.map((id) => cell(id, model)).join(' | ')} |`,
			),
			'',
		].join('\n');
	});
	const notes = doubts.map((doubt, n) => `<sup>${n + 1}</sup> ${doubt}`).join('<br>\n');
	return `${sections.join('\n')}\nDoubtful cells, with the source of the doubt:<br>\n${notes}`;
}

/** The page with the matrix put in between its marks. */
function withMatrix(page, models) {
	const start = page.indexOf(START);
	const end = page.indexOf(END);
	if (start < 0 || end < start) throw new Error(`The page has lost the marks ${START} … ${END}`);
	return `${page.slice(0, start + START.length)}\n\n${matrix(models)}\n\n${page.slice(end)}`;
}

module.exports = { matrix, withMatrix, START, END };
