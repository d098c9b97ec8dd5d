/**
 * What orders cost by the gateways' price lists: dated rows with their sources, and nothing where no price is known.
 * Pay as you go; packages and plans differ. Source: docs/providers.md 12; docs/prices.md is made from this table.
 */
import { isChinaHost } from './regions';
import type { Mode, ProviderId, ReferenceKind, Resolution } from './gateways';

/** What an order would cost. */
export interface EstimatedCost {
	amount: number;
	/** ISO 4217. */
	currency: string;
	/** Where the price comes from. */
	source: string;
	/** The day of the price, ISO date. */
	asOf: string;
}

export interface PriceRow {
	provider: ProviderId;
	model: string;
	/** All resolutions where it is absent. */
	resolution?: Resolution;
	/** All modes where it is absent. */
	modes?: readonly Mode[];
	/** Of a clip, by its seconds, or of each second. */
	price: Readonly<Record<number, number>> | { perSecond: number };
	/** Input images cost something beyond the free ones; absent where the gateway says nothing of them. */
	images?: { free: number; each: number };
	/** Each second of a reference video costs what a second of the clip does. */
	referenceSeconds?: boolean;
	/** Accounts of MiniMax's China hosts; all others where it is absent. */
	china?: boolean;
	currency: 'USD' | 'CNY';
	source: string;
	asOf: string;
	sure: 'high' | 'medium' | 'low';
}

const MINIMAX_V1 = {
	provider: 'minimax',
	currency: 'USD',
	source: 'MiniMax, pay-as-you-go price list',
	asOf: '2026-08-18',
	sure: 'high',
} as const;
const MINIMAX_CHINA = {
	provider: 'minimax',
	china: true,
	currency: 'CNY',
	source: 'MiniMax China, pay-as-you-go price list',
	asOf: '2026-08-05',
	sure: 'medium',
} as const;
const H3_LIST = { ...MINIMAX_V1, asOf: '2026-10-24', referenceSeconds: true } as const;
const H3_CHINA = { ...MINIMAX_CHINA, asOf: '2026-09-13', referenceSeconds: true } as const;
const WAVESPEED = {
	provider: 'wavespeed',
	currency: 'USD',
	source: 'WaveSpeed AI, model pages and tables of third parties',
	asOf: '2026-09-01',
	sure: 'medium',
} as const;
const PIXAZO = {
	provider: 'pixazo',
	currency: 'USD',
	source: 'Pixazo, model page',
	asOf: '2026-09-01',
	sure: 'low',
} as const;

const hailuo23 = 'MiniMax-Hailuo-2.3';
const hailuo23Fast = 'MiniMax-Hailuo-2.3-Fast';
const hailuo02 = 'MiniMax-Hailuo-02';
const h3 = 'MiniMax-H3';
const h3Max = 'MiniMax-H3-Max';
const h3Open = 'MiniMax-H3-Open';
const h3Images = { free: 5, each: 0.04 };
const h3MaxImages = { free: 2, each: 0.074 };
const h3ImagesChina = { free: 5, each: 0.2 };
const text = ['textToVideo'] as const;
const notText = ['imageToVideo', 'firstLastFrame'] as const;
/** Whether references are charged there is not published: such an order has no price in the table. */
const withoutReferences = ['textToVideo', 'imageToVideo', 'firstLastFrame'] as const;

export const priceRows: readonly PriceRow[] = [
	{ ...MINIMAX_V1, model: hailuo23, resolution: '768P', price: { 6: 0.28, 10: 0.56 } },
	{ ...MINIMAX_V1, model: hailuo23, resolution: '1080P', price: { 6: 0.49 } },
	{ ...MINIMAX_V1, model: hailuo23Fast, resolution: '768P', price: { 6: 0.19, 10: 0.32 } },
	{ ...MINIMAX_V1, model: hailuo23Fast, resolution: '1080P', price: { 6: 0.33 } },
	{ ...MINIMAX_V1, model: hailuo02, resolution: '512P', price: { 6: 0.1, 10: 0.15 } },
	{ ...MINIMAX_V1, model: hailuo02, resolution: '768P', price: { 6: 0.28, 10: 0.56 } },
	{ ...MINIMAX_V1, model: hailuo02, resolution: '1080P', price: { 6: 0.49 } },
	{ ...H3_LIST, model: h3, resolution: '768P', price: { perSecond: 0.08 }, images: h3Images },
	{ ...H3_LIST, model: h3, resolution: '2K', price: { perSecond: 0.13 }, images: h3Images },
	{ ...H3_LIST, model: h3Max, resolution: '480P', price: { perSecond: 0.05 }, images: h3MaxImages },
	{ ...H3_LIST, model: h3Max, resolution: '768P', price: { perSecond: 0.08 }, images: h3MaxImages },
	{ ...MINIMAX_CHINA, model: hailuo23, resolution: '768P', price: { 6: 2, 10: 4 } },
	{ ...MINIMAX_CHINA, model: hailuo23, resolution: '1080P', price: { 6: 3.5 } },
	{ ...MINIMAX_CHINA, model: hailuo23Fast, resolution: '768P', price: { 6: 1.35, 10: 2.25 } },
	{ ...MINIMAX_CHINA, model: hailuo23Fast, resolution: '1080P', price: { 6: 2.31 } },
	{ ...MINIMAX_CHINA, model: hailuo02, resolution: '512P', price: { 6: 0.6, 10: 1 } },
	{ ...MINIMAX_CHINA, model: hailuo02, resolution: '768P', price: { 6: 2, 10: 4 } },
	{ ...MINIMAX_CHINA, model: hailuo02, resolution: '1080P', price: { 6: 3.5 } },
	{ ...H3_CHINA, model: h3, resolution: '768P', price: { perSecond: 0.5 }, images: h3ImagesChina },
	{ ...H3_CHINA, model: h3, resolution: '2K', price: { perSecond: 0.8 }, images: h3ImagesChina },
	// how MiniMax China counts input images of this model was not found: without references none are charged
	{
		...H3_CHINA,
		model: h3Max,
		resolution: '480P',
		price: { perSecond: 0.33 },
		modes: withoutReferences,
	},
	{
		...H3_CHINA,
		model: h3Max,
		resolution: '768P',
		price: { perSecond: 0.5 },
		modes: withoutReferences,
	},
	{ ...WAVESPEED, model: hailuo23, resolution: '768P', modes: text, price: { 6: 0.23, 10: 0.56 } },
	{
		...WAVESPEED,
		model: hailuo23,
		resolution: '768P',
		modes: notText,
		price: { 6: 0.28, 10: 0.56 },
	},
	{ ...WAVESPEED, model: hailuo23, resolution: '1080P', price: { 6: 0.49 } },
	{ ...WAVESPEED, model: hailuo23Fast, resolution: '768P', price: { 6: 0.19, 10: 0.32 } },
	{ ...WAVESPEED, model: hailuo02, resolution: '512P', price: { 6: 0.1, 10: 0.15 } },
	{ ...WAVESPEED, model: hailuo02, resolution: '768P', price: { 6: 0.23, 10: 0.56 } },
	{ ...WAVESPEED, model: hailuo02, resolution: '1080P', price: { 6: 0.49 } },
	...(
		[
			[h3, '768P', 0.1],
			[h3, '2K', 0.14],
			[h3Open, '480P', 0.04],
			[h3Open, '540P', 0.06],
			[h3Open, '768P', 0.08],
			[h3Open, '1080P', 0.16],
		] as const
	).map(([model, resolution, perSecond]) => ({
		...WAVESPEED,
		asOf: '2026-09-05',
		model,
		resolution,
		price: { perSecond },
		modes: withoutReferences,
	})),
	{ ...PIXAZO, model: hailuo23, price: { 6: 0.35, 10: 0.6 } },
];

/** What of an order decides its price. */
export interface PricedOrder {
	provider: ProviderId;
	mode: Mode;
	model: string;
	resolution: string;
	/** Seconds. */
	duration: number;
	firstFrame?: unknown;
	lastFrame?: unknown;
	/** `seconds` where they are known: a link's file is not fetched. */
	references?: ReadonlyArray<{ kind: ReferenceKind; seconds?: number }>;
}

/** The most seconds that the reference videos of an order have together (docs/providers.md 11.1). */
const LONGEST_REFERENCES = 15;

/**
 * What an order costs by the table. Reference videos of unknown length count with the longest that is allowed.
 * @param baseUrl of the account: MiniMax's China hosts charge yuan
 * @returns undefined where no price is known: an old or typed model, a gateway without public prices
 */
export function estimateCost(order: PricedOrder, baseUrl: string): EstimatedCost | undefined {
	const china = order.provider === 'minimax' && isChinaHost(baseUrl);
	const row = priceRows.find(
		({ provider, model, resolution, modes, china: chinese = false }) =>
			provider === order.provider &&
			model === order.model &&
			chinese === china &&
			(resolution === undefined || resolution === order.resolution) &&
			(modes === undefined || modes.includes(order.mode)),
	);
	if (!row) return undefined;
	const ofClip = costOfClip(row, order.duration);
	if (ofClip === undefined) return undefined;
	const extra = costOfInputs(row, order);
	return {
		amount: rounded(ofClip + extra),
		currency: row.currency,
		source: row.source,
		asOf: row.asOf,
	};
}

function costOfClip({ price }: PriceRow, seconds: number): number | undefined {
	if ('perSecond' in price) return seconds > 0 ? price.perSecond * seconds : undefined;
	return Object.hasOwn(price, seconds) ? price[seconds] : undefined;
}

function costOfInputs({ price, images, referenceSeconds }: PriceRow, order: PricedOrder): number {
	const references = order.references ?? [];
	const videos = references.filter(({ kind }) => kind === 'video');
	const known = videos.reduce((sum, { seconds = LONGEST_REFERENCES }) => sum + seconds, 0);
	const rate = referenceSeconds && 'perSecond' in price ? price.perSecond : 0;
	const frames = [order.firstFrame, order.lastFrame].filter((frame) => frame !== undefined).length;
	const count = frames + references.filter(({ kind }) => kind === 'image').length;
	const charged = images ? Math.max(0, count - images.free) * images.each : 0;
	return rate * Math.min(known, LONGEST_REFERENCES) + charged;
}

/** To a hundredth of a cent: sums of floating point numbers are not shown as they are. */
export function rounded(amount: number): number {
	return Math.round(amount * 10_000) / 10_000;
}

/** An amount as people write it: "$3.36", "¥12", "3.36 EUR". */
export function priceText(amount: number, currency: string): string {
	const sign = { USD: '$', CNY: '¥' }[currency];
	const digits = rounded(amount)
		.toFixed(4)
		.replace(/(\.\d\d)(\d*?)0+$/, '$1$2');
	return sign ? `${sign}${digits}` : `${digits} ${currency}`;
}
