/**
 * THE table: what each gateway sells. Provider x mode x model x resolution -> durations (seconds), and which
 * fields of a request exist where. The form, the run-time check, the README matrix and the tests are made from
 * it; nothing repeats it. Facts: providers.md, sections 1.3, 1.4 and the section of each gateway.
 *
 * A new gateway is one more block at the end of this file.
 */

export const modes = ['textToVideo', 'imageToVideo', 'firstLastFrame', 'subjectReference'] as const;
export type Mode = (typeof modes)[number];

export const resolutions = ['512P', '720P', '768P', '1080P'] as const;
export type Resolution = (typeof resolutions)[number];

/** The value of `model` that stands for a name the user types. */
export const OTHER_MODEL = 'other';

/** The most characters a prompt may have, at every gateway (providers.md, section S). */
export const PROMPT_LIMIT = 2000;

/**
 * Durations that one resolution is sold in; `doubt` names the pages that disagree, in words for the README
 * (providers.md 8 collects the contradictions, with the seeds they stand in).
 */
export interface Cell {
	durations: readonly number[];
	doubt?: string;
}
type Cells = Partial<Record<Resolution, readonly number[] | Cell>>;

/** Optional fields of a request that not every gateway, mode or model has. */
export const optionNames = [
	'promptOptimizer',
	'fastPretreatment',
	'watermark',
	'cameraMovements',
	'callbackUrl',
] as const;
export type OptionName = (typeof optionNames)[number];

/** Where something holds: everywhere (`true`), or only in these modes and for these models. */
export type Scope = true | { modes?: readonly Mode[]; models?: readonly string[] };

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
	/** Whether a task can be stopped at the gateway. */
	cancel: boolean;
	/** The task cannot be asked for without the endpoint (model slug) it was made with. */
	needsEndpoint?: boolean;
}

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
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-02': current,
			'T2V-01-Director': legacy,
			'T2V-01': legacy,
		},
		imageToVideo: {
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-2.3-Fast': current,
			'MiniMax-Hailuo-02': with512,
			'I2V-01-Director': legacy,
			'I2V-01-live': legacy,
			'I2V-01': legacy,
		},
		firstLastFrame: { 'MiniMax-Hailuo-02': current },
		subjectReference: { 'S2V-01': { '720P': [6] } },
	},
	otherModel: true,
	options: {
		promptOptimizer: true,
		// the first-and-last-frame page of MiniMax has no such field (providers.md 2)
		fastPretreatment: { modes: ['textToVideo', 'imageToVideo'], models: current3 },
		watermark: { modes: ['textToVideo', 'imageToVideo', 'firstLastFrame'] },
		cameraMovements: { models: directable },
		callbackUrl: true,
	},
	cancel: false,
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
};

const gptge: ProviderBlock = {
	name: 'V-API (gpt.ge)',
	sells: {
		textToVideo: minimax.sells.textToVideo,
		imageToVideo: minimax.sells.imageToVideo,
		firstLastFrame: minimax.sells.firstLastFrame,
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
};

const wavespeed: ProviderBlock = {
	name: 'WaveSpeed AI',
	sells: {
		textToVideo: { 'MiniMax-Hailuo-2.3': current, 'MiniMax-Hailuo-02': current },
		imageToVideo: {
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
		firstLastFrame: { 'MiniMax-Hailuo-02': current },
	},
	otherModel: true,
	resolutionInModelName: true,
	// the only paths that document both frames without conflict require a prompt (providers.md 4)
	promptRequired: { modes: ['firstLastFrame'] },
	options: { promptOptimizer: true, cameraMovements: true, callbackUrl: true },
	cancel: true,
};

const toapis: ProviderBlock = {
	name: 'ToAPIs',
	sells: {
		// 512P for text to video is ticked in a table of seed 003 but denied by its text: not offered
		textToVideo: { 'MiniMax-Hailuo-2.3': current, 'MiniMax-Hailuo-02': current },
		imageToVideo: {
			'MiniMax-Hailuo-2.3': current,
			'MiniMax-Hailuo-2.3-Fast': current,
			'MiniMax-Hailuo-02': with512,
		},
		firstLastFrame: { 'MiniMax-Hailuo-02': current },
	},
	otherModel: true,
	promptRequired: { models: ['MiniMax-Hailuo-2.3', 'MiniMax-Hailuo-2.3-Fast'] },
	options: {
		promptOptimizer: true,
		fastPretreatment: { models: current3 },
		watermark: true,
		cameraMovements: true,
		callbackUrl: true,
	},
	cancel: false,
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
};

export const table = { minimax, seaart, gptge, wavespeed, toapis, pixazo };
export type ProviderId = keyof typeof table;
export const providerIds = Object.keys(table) as ProviderId[];

/** The block of a gateway; undefined for an id that does not exist (an expression can carry any value). */
export function blockOf(provider: string): ProviderBlock | undefined {
	return Object.hasOwn(table, provider) ? table[provider as ProviderId] : undefined;
}

/** The modes that a gateway sells, in the order of {@link modes}. */
export function modesOf(provider: ProviderId): Mode[] {
	return modes.filter((mode) => table[provider].sells[mode] !== undefined);
}

/** The models that a gateway sells in a mode, by MiniMax's own names, `other` not among them. */
export function modelsOf(provider: ProviderId, mode: Mode): string[] {
	return Object.keys(table[provider].sells[mode] ?? {});
}

/** The resolutions that gateway, mode and model allow, smallest first. */
export function resolutionsOf(provider: ProviderId, mode: Mode, model: string): Resolution[] {
	const cells = cellsOf(provider, mode, model);
	return resolutions.filter((resolution) => cells[resolution] !== undefined);
}

/** The cell of the table; undefined where the gateway does not sell the combination. */
export function cellOf(
	provider: ProviderId,
	mode: Mode,
	model: string,
	resolution: string,
): Cell | undefined {
	const cells = cellsOf(provider, mode, model);
	const cell = Object.hasOwn(cells, resolution) ? cells[resolution as Resolution] : undefined;
	if (cell === undefined) return undefined;
	return 'durations' in cell ? cell : { durations: cell };
}

/** The durations in seconds that gateway, mode, model and resolution allow; empty where it is not sold. */
export function durationsOf(
	provider: ProviderId,
	mode: Mode,
	model: string,
	resolution: string,
): readonly number[] {
	return cellOf(provider, mode, model, resolution)?.durations ?? [];
}

/** Whether a scope of the table covers mode and model. A typed model is covered: nothing is known against it. */
export function covers(scope: Scope | undefined, mode: Mode, model: string): boolean {
	if (scope === undefined || scope === true) return scope === true;
	const inMode = scope.modes === undefined || scope.modes.includes(mode);
	const inModel =
		scope.models === undefined || model === OTHER_MODEL || scope.models.includes(model);
	return inMode && inModel;
}

/** Whether the gateway has a field for an option in this mode and for this model. */
export function offersOption(
	provider: ProviderId,
	option: OptionName,
	mode: Mode,
	model: string,
): boolean {
	return covers(table[provider].options[option], mode, model);
}

/** Whether an order without a prompt would be refused. */
export function requiresPrompt(provider: ProviderId, mode: Mode, model: string): boolean {
	if (mode === 'textToVideo') return true;
	const { promptRequired } = table[provider];
	// a typed model may need a prompt or not: only a rule for the whole mode holds for it
	if (model === OTHER_MODEL && promptRequired !== true && promptRequired?.models) return false;
	return covers(promptRequired, mode, model);
}

/** The pictures that a mode needs. */
export const imageRolesOf: Record<Mode, ReadonlyArray<'firstFrame' | 'lastFrame' | 'subject'>> = {
	textToVideo: [],
	imageToVideo: ['firstFrame'],
	firstLastFrame: ['firstFrame', 'lastFrame'],
	subjectReference: ['subject'],
};

/** The default of a list of choices: the one every seed uses where it is sold, else the first. */
export function preferred<T>(choices: readonly T[], wish: T): T {
	return choices.includes(wish) ? wish : choices[0];
}

function cellsOf(provider: ProviderId, mode: Mode, model: string): Cells {
	const models = table[provider].sells[mode] ?? {};
	return Object.hasOwn(models, model) ? models[model] : {};
}
