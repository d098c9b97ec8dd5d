'use strict';
/* The list of docs/prices.md, made from the price table of the code. */

const START = '<!-- prices: made by "npm run readme", do not edit -->';
const END = '<!-- /prices -->';

/** `6 s $0.28, 10 s $0.56`, or `$0.08 a second`. */
function priceOf({ price, currency }, priceText) {
	if ('perSecond' in price) return `${priceText(price.perSecond, currency)} a second`;
	return Object.entries(price)
		.map(([seconds, amount]) => `${seconds} s ${priceText(amount, currency)}`)
		.join(', ');
}

/** What is charged beside the clip. */
function extraOf({ images, referenceSeconds, currency }, priceText) {
	return (
		[
			images && `${images.free} images free, then ${priceText(images.each, currency)} each`,
			referenceSeconds && 'seconds of reference videos like those of the clip',
		]
			.filter(Boolean)
			.join('; ') || '–'
	);
}

/**
 * A Markdown table, a row per price.
 * @param prices the exports of nodes/shared/catalog/prices
 * @param catalog the exports of nodes/shared/catalog
 */
function priceTable({ priceRows, priceText }, { labelOf, modes, table }) {
	const modesOf = (row) =>
		row.modes === undefined || row.modes.length === modes.length
			? 'all'
			: row.modes.map((mode) => modeWords[mode]).join(', ');
	const cells = priceRows.map((row) => [
		`${table[row.provider].name}${row.china ? ' (China)' : ''}`,
		labelOf(row.model),
		row.resolution ?? 'all',
		modesOf(row),
		priceOf(row, priceText),
		extraOf(row, priceText),
		row.asOf,
		row.source,
		row.sure,
	]);
	const heads = [
		'Gateway',
		'Model',
		'Resolution',
		'Modes',
		'Price of a clip',
		'Also charged',
		'As of',
		'Source',
		'How sure',
	];
	return [heads, heads.map(() => '---'), ...cells]
		.map((row) => `| ${row.join(' | ')} |`)
		.join('\n');
}

const modeWords = {
	textToVideo: 'text',
	imageToVideo: 'image',
	firstLastFrame: 'first and last frame',
	subjectReference: 'subject',
	referenceToVideo: 'references',
};

/** The page with the table put in between its marks. */
function withPrices(page, prices, catalog) {
	const start = page.indexOf(START);
	const end = page.indexOf(END);
	if (start < 0 || end < start)
		throw new Error(`docs/prices.md has lost the marks ${START} … ${END}`);
	return `${page.slice(0, start + START.length)}\n\n${priceTable(prices, catalog)}\n\n${page.slice(end)}`;
}

module.exports = { priceTable, withPrices };
