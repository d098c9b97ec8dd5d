/* The price table: dated and sourced rows that fit the catalog, and what an order costs by it. */
import {
	cellOf,
	modelsOf,
	modesOf,
	providerIds,
	resolutionsOf,
	type Mode,
	type ProviderId,
} from '../../../../nodes/shared/catalog/gateways';
import {
	estimateCost,
	priceRows,
	priceText,
	type PricedOrder,
} from '../../../../nodes/shared/catalog/prices';

const DAY_MS = 24 * 60 * 60 * 1000;
const GLOBAL = 'https://api.minimax.io';
const CHINA = 'https://api.minimaxi.com';

test.each(
	priceRows.map((row) => [`${row.provider} ${row.model} ${row.resolution} ${row.asOf}`, row]),
)(
	'%s is at most a year old, and has a source (look the price up anew, then move its date)',
	(_name, row) => {
		expect(row.asOf).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
		const age = (Date.now() - Date.parse(row.asOf)) / DAY_MS;
		expect(age).toBeLessThan(366);
		expect(age).toBeGreaterThan(-2);
		expect(row.source.length).toBeGreaterThan(5);
	},
);

test('every row is of something that is sold, and every price is of seconds that are', () => {
	for (const row of priceRows) {
		const cells = modesOf(row.provider)
			.filter((mode) => row.modes?.includes(mode) ?? true)
			.flatMap((mode) =>
				resolutionsOf(row.provider, mode, row.model)
					.filter((resolution) => [undefined, resolution].includes(row.resolution))
					.map((resolution) => cellOf(row.provider, mode, row.model, resolution)!),
			);
		expect([row, cells.length > 0]).toEqual([row, true]);
		if ('perSecond' in row.price) continue;
		const seconds = Object.keys(row.price).map(Number);
		for (const one of seconds)
			expect(cells.some(({ durations }) => durations.includes(one))).toBe(true);
	}
});

test('no two rows claim the same order', () => {
	for (const provider of providerIds)
		for (const mode of modesOf(provider))
			for (const model of modelsOf(provider, mode))
				for (const resolution of resolutionsOf(provider, mode, model))
					for (const china of [false, true]) {
						const rows = priceRows.filter(
							(row) =>
								row.provider === provider &&
								row.model === model &&
								(row.china ?? false) === china &&
								[undefined, resolution].includes(row.resolution) &&
								(row.modes?.includes(mode) ?? true),
						);
						expect(rows.length).toBeLessThanOrEqual(1);
					}
});

const order = (
	provider: ProviderId,
	model: string,
	resolution: string,
	duration: number,
	more: Partial<PricedOrder> = {},
): PricedOrder => ({ provider, model, resolution, duration, mode: 'textToVideo', ...more });

test.each<[PricedOrder, string, number | undefined, string?]>([
	[order('minimax', 'MiniMax-Hailuo-02', '768P', 6), GLOBAL, 0.28],
	[order('minimax', 'MiniMax-Hailuo-02', '768P', 10), GLOBAL, 0.56],
	[order('minimax', 'MiniMax-Hailuo-02', '768P', 6), CHINA, 2, 'CNY'],
	[order('minimax', 'MiniMax-H3', '2K', 15), GLOBAL, 1.95],
	[order('minimax', 'MiniMax-H3', '768P', 7), GLOBAL, 0.56],
	[order('minimax', 'MiniMax-H3-Max', '480P', 5), GLOBAL, 0.25],
	[order('minimax', 'MiniMax-H3', '2K', 5), CHINA, 4, 'CNY'],
	[order('wavespeed', 'MiniMax-Hailuo-2.3', '768P', 6), 'https://api.wavespeed.ai', 0.23],
	[
		order('wavespeed', 'MiniMax-Hailuo-2.3', '768P', 6, { mode: 'imageToVideo' }),
		'https://api.wavespeed.ai',
		0.28,
	],
	[order('wavespeed', 'MiniMax-H3-Open', '480P', 3), 'https://api.wavespeed.ai', 0.12],
	[order('pixazo', 'MiniMax-Hailuo-2.3', '1080P', 6), 'https://gateway.pixazo.ai', 0.35],
	// not known: no public price, a model of old, a typed one, seconds that the list lacks
	[order('seaart', 'MiniMax-Hailuo-02', '768P', 6), 'https://cloud.seaart.ai/model', undefined],
	[order('gptge', 'MiniMax-Hailuo-02', '768P', 6), 'https://api.gpt.ge', undefined],
	[order('toapis', 'MiniMax-H3', '768P', 6), 'https://toapis.com', undefined],
	[order('minimax', 'T2V-01', '720P', 6), GLOBAL, undefined],
	[order('minimax', 'MiniMax-H4', '', 0), GLOBAL, undefined],
	[order('minimax', 'MiniMax-Hailuo-02', '768P', 7), GLOBAL, undefined],
	[order('minimax', 'constructor', 'constructor', 6), GLOBAL, undefined],
])('%j at %s: %p', (asked, baseUrl, amount, currency = 'USD') => {
	const cost = estimateCost(asked, baseUrl);
	expect(cost?.amount).toBe(amount);
	if (cost) expect(cost).toMatchObject({ currency, source: expect.any(String) });
});

describe('what an order is made from, at MiniMax', () => {
	const h3 = (references: PricedOrder['references'], model = 'MiniMax-H3') =>
		estimateCost(
			order('minimax', model, '768P', 5, { mode: 'referenceToVideo', references }),
			GLOBAL,
		)?.amount;
	const images = (count: number) =>
		Array.from({ length: count }, () => ({ kind: 'image' as const }));

	test('images beyond the free ones', () => {
		expect([0, 5, 6, 9].map((count) => h3(images(count)))).toEqual([0.4, 0.4, 0.44, 0.56]);
		expect([2, 3].map((count) => h3(images(count), 'MiniMax-H3-Max'))).toEqual([0.4, 0.474]);
	});

	test('seconds of reference videos, as dear as those of the clip; audio is free', () => {
		expect(h3([{ kind: 'video', seconds: 4 }])).toBe(0.72);
		expect(
			h3([
				{ kind: 'video', seconds: 4 },
				{ kind: 'video', seconds: 3 },
			]),
		).toBe(0.96);
		expect(h3([{ kind: 'audio', seconds: 9 }, { kind: 'image' }])).toBe(0.4);
	});

	test('a video of unknown length counts with the longest that is allowed: never too little', () => {
		expect(h3([{ kind: 'video' }])).toBe(1.6);
		expect(h3([{ kind: 'video' }, { kind: 'video', seconds: 4 }])).toBe(1.6);
	});

	test('where the gateway does not say what references cost, nothing is claimed', () => {
		const asked = order('wavespeed', 'MiniMax-H3', '768P', 5, {
			mode: 'referenceToVideo',
			references: [{ kind: 'video', seconds: 3 }],
		});
		expect(estimateCost(asked, 'https://api.wavespeed.ai')).toBeUndefined();
	});
});

test('every clip of the three listed models and of Hailuo 3 at MiniMax has a price, in both currencies', () => {
	const listed = /^MiniMax-(Hailuo-|H3)/;
	for (const mode of modesOf('minimax') as Mode[])
		for (const model of modelsOf('minimax', mode).filter((name) => listed.test(name)))
			for (const resolution of resolutionsOf('minimax', mode, model))
				for (const duration of cellOf('minimax', mode, model, resolution)!.durations)
					for (const [baseUrl, currency] of [
						[GLOBAL, 'USD'],
						[CHINA, 'CNY'],
					]) {
						// how China counts references of this model is not known
						const doubtful =
							mode === 'referenceToVideo' && model === 'MiniMax-H3-Max' && currency === 'CNY';
						const cost = estimateCost(
							order('minimax', model, resolution, duration, { mode }),
							baseUrl,
						);
						expect([mode, model, resolution, duration, cost?.currency]).toEqual([
							mode,
							model,
							resolution,
							duration,
							doubtful ? undefined : currency,
						]);
					}
});

test('amounts as people write them', () => {
	expect(priceText(3.36, 'USD')).toBe('$3.36');
	expect(priceText(12, 'CNY')).toBe('¥12.00');
	expect(priceText(0.1 + 0.2, 'USD')).toBe('$0.30');
	expect(priceText(0.474, 'USD')).toBe('$0.474');
	expect(priceText(0.0012, 'EUR')).toBe('0.0012 EUR');
});
