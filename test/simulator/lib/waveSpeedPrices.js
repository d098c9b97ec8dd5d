'use strict';

/** WaveSpeed's prices in dollars, as they were told in 2026-09; they move, so a client has to ask. */

/** path -> seconds -> price of a clip */
const CLIPS = {
	'minimax/hailuo-2.3/t2v-standard': { 6: 0.23, 10: 0.56 },
	'minimax/hailuo-2.3/i2v-standard': { 6: 0.28, 10: 0.56 },
	'minimax/hailuo-2.3/t2v-pro': { 6: 0.49 },
	'minimax/hailuo-2.3/i2v-pro': { 6: 0.49 },
	'minimax/hailuo-2.3/fast': { 6: 0.19, 10: 0.32 },
	// Not listed; inferred: MiniMax's own price of 2.3-Fast at 1080P.
	'minimax/hailuo-2.3/fast-pro': { 6: 0.33 },
	...Object.fromEntries(
		['t2v-standard', 'i2v-standard', 'standard'].map((tier) => [
			`minimax/hailuo-02/${tier}`,
			{ 6: 0.23, 10: 0.56 },
		]),
	),
	...Object.fromEntries(
		['t2v-pro', 'i2v-pro', 'pro'].map((tier) => [`minimax/hailuo-02/${tier}`, { 6: 0.49 }]),
	),
	'minimax/hailuo-02/fast': { 6: 0.1, 10: 0.15 },
};

const H3 = /^(minimax\/h3|wavespeed-ai\/minimax-h3)\/(?:text|image|reference)-to-video$/;
/** family -> resolution -> price of a second, the usual resolution first */
const SECONDS = {
	'minimax/h3': { '768p': 0.1, '2k': 0.14 },
	'wavespeed-ai/minimax-h3': { '480p': 0.04, '540p': 0.06, '768p': 0.08, '1080p': 0.16 },
};

const cents = (value) => Math.round(value * 10_000) / 10_000;

/**
 * @param {string} model the path behind `/api/v3/`
 * @param {object} inputs the body that would be sent
 * @returns {{price: number, discounted: number, rate?: number, currency?: string} | undefined}
 */
function priceOf(model, inputs) {
	if (Object.hasOwn(CLIPS, model)) {
		const row = CLIPS[model];
		const price = row[inputs.duration] ?? row[6];
		return { price, discounted: price };
	}
	const [, family] = H3.exec(model) ?? [];
	if (!family) return undefined;
	const rates = SECONDS[family];
	const perSecond = rates[inputs.resolution] ?? Object.values(rates)[0];
	const price = cents(perSecond * (Number.isInteger(inputs.duration) ? inputs.duration : 5));
	if (family === 'minimax/h3') return { price, discounted: price };
	// A live quote of 2026-09-21 had the open weights at half the list price.
	return { price, discounted: cents(price / 2), rate: 50, currency: 'USD' };
}

module.exports = { priceOf };
