/**
 * THE table: what each gateway sells. Provider x mode x model x resolution -> durations (seconds), and which
 * fields of a request exist where. The form, the run-time check, the README matrix and the tests are made from
 * it; nothing repeats it. Facts: docs/providers.md, sections 1.3, 1.4, 11 (Hailuo 3) and the section of each gateway.
 *
 * A new gateway is one more block at the end of this file. Questions about it are answered in gateways.ts.
 */

export const modes = [
	'textToVideo',
	'imageToVideo',
	'firstLastFrame',
	'subjectReference',
	'referenceToVideo',
] as const;
export type Mode = (typeof modes)[number];

/** Smallest first. */
export const resolutions = ['480P', '512P', '540P', '720P', '768P', '1080P', '2K'] as const;
export type Resolution = (typeof resolutions)[number];

/** `adaptive`: the shape of the clip follows the images and videos it is made from. */
export const aspectRatios = [
	'16:9',
	'21:9',
	'4:3',
	'1:1',
	'3:4',
	'9:16',
	'9:21',
	'adaptive',
] as const;
export type AspectRatio = (typeof aspectRatios)[number];

export const promptExpansions = ['disabled', 'balanced', 'quality'] as const;
export type PromptExpansion = (typeof promptExpansions)[number];

export const referenceKinds = ['image', 'video', 'audio'] as const;
export type ReferenceKind = (typeof referenceKinds)[number];

/** How many references an order may have: by kind, and of all kinds together (docs/providers.md 11.1). */
export const REFERENCE_LIMITS: Readonly<Record<ReferenceKind | 'total', number>> = {
	image: 9,
	video: 3,
	audio: 3,
	total: 12,
};
/** Every seed's own choice; what the form and an untouched field start with where they are sold. */
export const DEFAULT_RESOLUTION = '768P';
export const DEFAULT_DURATION = 6;

/** The value of `model` that stands for a name the user types. */
export const OTHER_MODEL = 'other';

/** The most characters a prompt may have, at every gateway (providers.md, section S). */
export const PROMPT_LIMIT = 2000;
/** The same for Hailuo 3 (MiniMax; the other gateways publish no limit, docs/providers.md 11). */
export const H3_PROMPT_LIMIT = 7000;

/**
 * Durations that one resolution is sold in; `doubt` names the pages that disagree, in words for the README
 * (providers.md 8 collects the contradictions, with the seeds they stand in).
 */
export interface Cell {
	durations: readonly number[];
	doubt?: string;
}
export type Cells = Partial<Record<Resolution, readonly number[] | Cell>>;

/** Optional fields of a request that not every gateway, mode or model has. */
export const optionNames = [
	'promptOptimizer',
	'fastPretreatment',
	'watermark',
	'cameraMovements',
	'seed',
	'promptExpansion',
	'callbackUrl',
] as const;
export type OptionName = (typeof optionNames)[number];

/** Some modes and models: all of them where a list is absent. */
export interface Area {
	modes?: readonly Mode[];
	models?: readonly string[];
	except?: readonly string[];
}
/** Where something holds: everywhere (`true`), or in any of these areas. */
export type Scope = true | Area | readonly Area[];

/** How long a clip of `at` seconds takes from order to link, and how much longer for each second more. */
export interface TypicalTime {
	seconds: number;
	at: number;
	perSecond: number;
}

export interface ProviderBlock {
	/** The name users know. */
	name: string;
	/** Mode -> model (MiniMax's own names) -> resolution -> durations. The order is the order in the form. */
	sells: Partial<Record<Mode, Record<string, Cells>>>;
	/** Whether a model newer than this table can be ordered by the gateway's own name for it. */
	otherModel: boolean;
	/** The gateway's name for a model holds the resolution; there is no field for it. */
	resolutionInModelName?: boolean;
	/** Where a prompt is required, besides text to video. */
	promptRequired?: Scope;
	/** Where the gateway documents a field for an option. An absent option is not offered. */
	options: Partial<Record<OptionName, Scope>>;
	/** Aspect ratios, where the gateway has a field for them; a model or mode that is absent has none. */
	aspectRatios?: Record<string, Partial<Record<Mode, readonly AspectRatio[]>>>;
	/** Which tasks can be stopped at the gateway. */
	cancel: Scope | false;
	/** Typical times that differ from {@link usualTimes}. */
	times?: Record<string, Partial<Record<Resolution, TypicalTime>>>;
	/** Where the balance of the account can be asked for free. */
	balance: boolean;
	/** The task cannot be asked for without the endpoint (model slug) it was made with. */
	needsEndpoint?: boolean;
}

/** Hailuo 3: every whole second between two bounds. */
const seconds = (from: number, to: number): readonly number[] =>
	Array.from({ length: to - from + 1 }, (_, i) => from + i);

const H3 = 'MiniMax-H3';
const H3_MAX = 'MiniMax-H3-Max';
const H3_OPEN = 'MiniMax-H3-Open';
/** Models without camera directives, optimizer and pretreatment (docs/providers.md 11.1). */
export const hailuo3 = [H3, H3_MAX, H3_OPEN];

/** What the form calls a model whose name says too little. */
export const labels: Readonly<Record<string, string>> = {
	[H3_OPEN]: 'MiniMax-H3 (Open Weights)',
};

const sixRatios = ['16:9', '21:9', '4:3', '1:1', '3:4', '9:16'] as const;
const sevenRatios = [...sixRatios, '9:21'] as const;
/** With frames the clip has their shape: no ratio there. */
const ratios = (known: readonly AspectRatio[], adaptive: boolean) => ({
	textToVideo: known,
	referenceToVideo: adaptive ? [...known, 'adaptive' as const] : known,
});

const h3 = { '768P': seconds(4, 15), '2K': seconds(4, 15) } as const;
const h3Max = { '480P': seconds(5, 15), '768P': seconds(5, 15) } as const;
const h3Open = {
	'480P': seconds(3, 15),
	'540P': seconds(3, 15),
	'768P': seconds(3, 15),
	'1080P': seconds(3, 15),
} as const;
const withDoubt = (cells: Readonly<Cells>, doubt: string): Cells =>
	Object.fromEntries(
		Object.entries(cells).map(([resolution, durations]) => [resolution, { durations, doubt }]),
	);

/** Typical times of Hailuo 3, studied by others in September 2026 (docs/providers.md 11.1). */
const h3Times = {
	'768P': { seconds: 150, at: 5, perSecond: 30 },
	'2K': { seconds: 176, at: 5, perSecond: 38 },
} as const;
const h3MaxTimes = {
	'480P': { seconds: 12, at: 5, perSecond: 2.4 },
	'768P': { seconds: 14, at: 5, perSecond: 2.8 },
} as const;

/** Typical times where nothing better is known of model and gateway (measured by others, docs/providers.md). */
export const usualTimes: Readonly<Record<string, Partial<Record<Resolution, TypicalTime>>>> = {
	'': {
		'480P': { seconds: 80, at: 6, perSecond: 10 },
		'512P': { seconds: 80, at: 6, perSecond: 10 },
		'540P': { seconds: 90, at: 6, perSecond: 11 },
		'720P': { seconds: 120, at: 6, perSecond: 15 },
		'768P': { seconds: 120, at: 6, perSecond: 15 },
		'1080P': { seconds: 240, at: 6, perSecond: 30 },
		'2K': h3Times['2K'],
	},
	'MiniMax-Hailuo-2.3-Fast': {
		'768P': { seconds: 60, at: 6, perSecond: 7.5 },
		'1080P': { seconds: 120, at: 6, perSecond: 15 },
	},
	[H3]: h3Times,
	[H3_MAX]: h3MaxTimes,
};

const current = { '768P': [6, 10], '1080P': [6] } as const;
const with512 = { '512P': [6, 10], ...current } as const;
const legacy = {
	'720P': [6],
	'1080P': {
		durations: [6],
		doubt: 'MiniMax and V-API list 1080P in one table and only 720P in another',
	},
} as const;
const legacy720 = {
	'720P': {
		durations: [6],
		doubt: 'only a third-party command line lists this model at SeaArt Cloud',
	},
} as const;
const documented = (durations: readonly number[], doubt: string): Cell => ({ durations, doubt });

/** Models that take `fast_pretreatment` (seed 001, providers.md 1.4). */
const current3 = ['MiniMax-Hailuo-2.3', 'MiniMax-Hailuo-2.3-Fast', 'MiniMax-Hailuo-02'];
/** Models that follow camera directives (seed 001, providers.md 1.4). */
const directable = [...current3, 'T2V-01-Director', 'I2V-01-Director'];

const minimax: ProviderBlock = {
	name: 'MiniMax',
	sells: {
		textToVideo: {
			[H3]: h3,
			[H3_MAX]: h3Max,
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-02': current,
			'T2V-01-Director': legacy,
			'T2V-01': legacy,
		},
		imageToVideo: {
			[H3]: h3,
			[H3_MAX]: h3Max,
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-2.3-Fast': current,
			'MiniMax-Hailuo-02': with512,
			'I2V-01-Director': legacy,
			'I2V-01-live': legacy,
			'I2V-01': legacy,
		},
		firstLastFrame: { [H3]: h3, [H3_MAX]: h3Max, 'MiniMax-Hailuo-02': current },
		subjectReference: { 'S2V-01': { '720P': [6] } },
		referenceToVideo: {
			[H3]: h3,
			[H3_MAX]: withDoubt(
				h3Max,
				'MiniMax’s pages took references for this model only from late September 2026 on',
			),
		},
	},
	otherModel: true,
	promptRequired: { models: hailuo3 },
	options: {
		promptOptimizer: { except: hailuo3 },
		// the first-and-last-frame page of MiniMax has no such field (providers.md 2)
		fastPretreatment: { modes: ['textToVideo', 'imageToVideo'], models: current3 },
		// for Hailuo 3 only the Chinese page has the field (docs/providers.md 11.1)
		watermark: [{ modes: ['textToVideo', 'imageToVideo', 'firstLastFrame'] }, { models: hailuo3 }],
		cameraMovements: { models: directable },
		promptExpansion: { models: [H3_MAX] },
		callbackUrl: true,
	},
	aspectRatios: { [H3]: ratios(sixRatios, true), [H3_MAX]: ratios(sixRatios, true) },
	// its first API has no such call (providers.md 2)
	cancel: { models: [H3, H3_MAX] },
	balance: true,
};

const seaart: ProviderBlock = {
	name: 'SeaArt Cloud',
	sells: {
		textToVideo: {
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-02': current,
			'T2V-01-Director': legacy720,
			'T2V-01': legacy720,
		},
		imageToVideo: {
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-2.3-Fast': {
				'768P': documented(
					[6, 10],
					'only a third-party command line lists this model at SeaArt Cloud',
				),
				'1080P': documented(
					[6],
					'only a third-party command line lists this model at SeaArt Cloud',
				),
			},
			'MiniMax-Hailuo-02': with512,
			'I2V-01-Director': legacy720,
			'I2V-01-live': legacy720,
			'I2V-01': legacy720,
		},
	},
	otherModel: true,
	options: {
		promptOptimizer: true,
		fastPretreatment: { models: current3 },
		watermark: true,
		cameraMovements: { models: directable },
		// any webhook field is refused (providers.md 5)
	},
	cancel: true,
	needsEndpoint: true,
	// the call takes the login token of its command line, not an API key (docs/providers.md 13)
	balance: false,
};

/** V-API relays MiniMax's first API only: Hailuo 3 was not found there (docs/providers.md 11). */
function withoutH3(models: Record<string, Cells> = {}): Record<string, Cells> {
	return Object.fromEntries(Object.entries(models).filter(([model]) => !hailuo3.includes(model)));
}

const gptge: ProviderBlock = {
	name: 'V-API (gpt.ge)',
	sells: {
		textToVideo: withoutH3(minimax.sells.textToVideo),
		imageToVideo: withoutH3(minimax.sells.imageToVideo),
		firstLastFrame: withoutH3(minimax.sells.firstLastFrame),
	},
	otherModel: true,
	options: {
		promptOptimizer: true,
		fastPretreatment: { models: current3 },
		watermark: true,
		cameraMovements: { models: directable },
		callbackUrl: true,
	},
	cancel: false,
	balance: true,
};

const wavespeed: ProviderBlock = {
	name: 'WaveSpeed AI',
	sells: {
		textToVideo: {
			[H3]: h3,
			[H3_OPEN]: h3Open,
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-02': current,
		},
		imageToVideo: {
			[H3]: h3,
			[H3_OPEN]: h3Open,
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-2.3-Fast': {
				'768P': documented([6, 10], 'one page of WaveSpeed says 1080P for this model'),
				'1080P': [6],
			},
			'MiniMax-Hailuo-02': {
				'512P': [6, 10],
				'768P': documented([6, 10], 'one page of WaveSpeed says 1080P, all others 768P'),
				'1080P': [6],
			},
		},
		firstLastFrame: { [H3]: h3, [H3_OPEN]: h3Open, 'MiniMax-Hailuo-02': current },
		referenceToVideo: { [H3]: h3, [H3_OPEN]: h3Open },
	},
	otherModel: true,
	resolutionInModelName: true,
	// the only paths that document both frames without conflict require a prompt (providers.md 4)
	promptRequired: [{ modes: ['firstLastFrame', 'referenceToVideo'] }, { models: hailuo3 }],
	options: {
		promptOptimizer: { except: hailuo3 },
		cameraMovements: { except: hailuo3 },
		seed: { models: [H3_OPEN] },
		callbackUrl: true,
	},
	aspectRatios: { [H3]: ratios(sixRatios, false), [H3_OPEN]: ratios(sevenRatios, false) },
	times: {
		[H3_OPEN]: {
			// the vendor's own median, its queue included; the others are guessed from it (docs/providers.md 11.2)
			'480P': { seconds: 138, at: 5, perSecond: 10 },
			'540P': { seconds: 145, at: 5, perSecond: 15 },
			'768P': h3Times['768P'],
			'1080P': { seconds: 240, at: 5, perSecond: 40 },
		},
	},
	cancel: true,
	balance: true,
};

const h3AtToApis = withDoubt(
	h3,
	'ToAPIs lists this model, but its page was readable only through third parties',
);
const toapis: ProviderBlock = {
	name: 'ToAPIs',
	sells: {
		// 512P for text to video is ticked in a table of seed 003 but denied by its text: not offered
		textToVideo: {
			[H3]: h3AtToApis,
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-02': current,
		},
		imageToVideo: {
			[H3]: h3AtToApis,
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-2.3-Fast': current,
			'MiniMax-Hailuo-02': with512,
		},
		firstLastFrame: { [H3]: h3AtToApis, 'MiniMax-Hailuo-02': current },
		referenceToVideo: { [H3]: h3AtToApis },
	},
	otherModel: true,
	promptRequired: { models: [H3, 'MiniMax-Hailuo-2.3', 'MiniMax-Hailuo-2.3-Fast'] },
	options: {
		promptOptimizer: { except: hailuo3 },
		fastPretreatment: { models: current3 },
		watermark: true,
		cameraMovements: { except: hailuo3 },
		callbackUrl: true,
	},
	aspectRatios: { [H3]: ratios(sixRatios, true) },
	cancel: false,
	balance: true,
};

const pixazoDoubt =
	'Pixazo’s page lists 10 s and 1080P for 2.3-Fast only, and names no model: this is MiniMax’s own matrix';
const pixazo: ProviderBlock = {
	name: 'Pixazo',
	sells: {
		textToVideo: {
			'MiniMax-Hailuo-2.3': {
				'768P': documented([6, 10], pixazoDoubt),
				'1080P': documented([6], pixazoDoubt),
			},
		},
		imageToVideo: {
			'MiniMax-Hailuo-2.3': {
				'768P': documented([6, 10], pixazoDoubt),
				'1080P': documented([6], pixazoDoubt),
			},
		},
	},
	// the endpoint fixes the model: there is no name to type (seed 004)
	otherModel: false,
	promptRequired: true,
	options: {
		promptOptimizer: true,
		// the text-to-video page names no such fields (providers.md 7)
		fastPretreatment: { modes: ['imageToVideo'] },
		watermark: { modes: ['imageToVideo'] },
		cameraMovements: true,
		callbackUrl: true,
	},
	cancel: false,
	balance: false,
};

/** All gateways. Pixazo's Hailuo 3 is left out: it publishes no bodies for it (docs/providers.md 11.3). */
export const table = { minimax, seaart, gptge, wavespeed, toapis, pixazo };
export type ProviderId = keyof typeof table;
export const providerIds = Object.keys(table) as ProviderId[];
