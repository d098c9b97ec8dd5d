'use strict';
/* The lists of docs/prices.md and of the gateways' pages, made from the price table of the code. */

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

/** The columns, each with what it shows of a row. */
const columns = ({ priceText }, { labelOf, modes, table }) => ({
	Gateway: (row) => `${table[row.provider].name}${row.china ? ' (China)' : ''}`,
	Model: (row) => labelOf(row.model),
	Resolution: (row) => row.resolution ?? 'all',
	Modes: (row) =>
		row.modes === undefined || row.modes.length === modes.length
			? 'all'
			: row.modes.map((mode) => modeWords[mode]).join(', '),
	'Price of a clip': (row) => priceOf(row, priceText),
	'Also charged': (row) => extraOf(row, priceText),
	'As of': (row) => row.asOf,
	Source: (row) => row.source,
	'How sure': (row) => row.sure,
});

/**
 * A Markdown table, a row per price.
 * @param prices the exports of nodes/shared/catalog/prices
 * @param catalog the exports of nodes/shared/catalog
 * @param [provider] only this gateway's
 */
function priceTable(prices, catalog, provider) {
	const rows = prices.priceRows.filter(
		(row) => provider === undefined || row.provider === provider,
	);
	const all = rows.map((row) =>
		Object.entries(columns(prices, catalog)).map(([head, show]) => [head, show(row)]),
	);
	const told = Object.keys(columns(prices, catalog)).filter(
		(head) => head !== 'Gateway' || provider === undefined || rows.some(({ china }) => china),
	);
	const cells = all.map((row) =>
		row.filter(([head]) => told.includes(head)).map(([, text]) => text),
	);
	return [told, told.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const modeWords = {
	textToVideo: 'text',
	imageToVideo: 'image',
	firstLastFrame: 'first and last frame',
	subjectReference: 'subject',
	referenceToVideo: 'references',
};

/** The page with the table put in between its marks; with `provider` only that gateway's rows. */
function withPrices(page, prices, catalog, provider) {
	const start = page.indexOf(START);
	const end = page.indexOf(END);
	if (start < 0 || end < start) throw new Error(`The page has lost the marks ${START} … ${END}`);
	return `${page.slice(0, start + START.length)}\n\n${priceTable(prices, catalog, provider)}\n\n${page.slice(end)}`;
}

module.exports = { priceTable, withPrices, START };
