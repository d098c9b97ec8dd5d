/** What the table says of a gateway, mode, model: every question about it is answered here. */
import {
	H3_PROMPT_LIMIT,
	hailuo3,
	labels,
	modes,
	OTHER_MODEL,
	PROMPT_LIMIT,
	resolutions,
	table,
	usualTimes,
	type Area,
	type AspectRatio,
	type Cell,
	type Cells,
	type Mode,
	type OptionName,
	type ProviderBlock,
	type ProviderId,
	type Resolution,
	type Scope,
} from './table';

export * from './table';

/** The block of a gateway; undefined for an id that does not exist (an expression can carry any value). */
export function blockOf(provider: string): ProviderBlock | undefined {
	return Object.hasOwn(table, provider) ? table[provider as ProviderId] : undefined;
}

/** The modes that a gateway sells, in the order of {@link modes}. */
export function modesOf(provider: ProviderId): Mode[] {
	return modes.filter((mode) => block(provider).sells[mode] !== undefined);
}

/** The models that a gateway sells in a mode, by MiniMax's own names, `other` not among them. */
export function modelsOf(provider: ProviderId, mode: Mode): string[] {
	return Object.keys(block(provider).sells[mode] ?? {});
}

/** What the form calls a model. */
export function labelOf(model: string): string {
	return Object.hasOwn(labels, model) ? labels[model] : model;
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

/** The aspect ratios that gateway, mode and model allow, the usual one first; empty where there is no such field. */
export function aspectRatiosOf(
	provider: ProviderId,
	mode: Mode,
	model: string,
): readonly AspectRatio[] {
	const models = block(provider).aspectRatios ?? {};
	return (Object.hasOwn(models, model) ? models[model][mode] : undefined) ?? [];
}

/** Whether a scope of the table covers mode and model. A typed model is covered: nothing is known against it. */
export function covers(scope: Scope | undefined, mode: Mode, model: string): boolean {
	if (scope === undefined || scope === true) return scope === true;
	const areas: readonly Area[] = 'length' in scope ? scope : [scope];
	return areas.some(
		({ modes: inModes, models, except }) =>
			(inModes === undefined || inModes.includes(mode)) &&
			(model === OTHER_MODEL ||
				((models === undefined || models.includes(model)) && !except?.includes(model))),
	);
}

/** Whether the gateway has a field for an option in this mode and for this model. */
export function offersOption(
	provider: ProviderId,
	option: OptionName,
	mode: Mode,
	model: string,
): boolean {
	return covers(block(provider).options[option], mode, model);
}

/** Whether an order without a prompt would be refused. */
export function requiresPrompt(provider: ProviderId, mode: Mode, model: string): boolean {
	if (mode === 'textToVideo') return true;
	const { promptRequired } = block(provider);
	if (model !== OTHER_MODEL || promptRequired === true || promptRequired === undefined)
		return covers(promptRequired, mode, model);
	// a typed model may need a prompt or not: only a rule for the whole mode holds for it
	const areas: readonly Area[] = 'length' in promptRequired ? promptRequired : [promptRequired];
	return covers(
		areas.filter(({ models }) => models === undefined),
		mode,
		model,
	);
}

/** The most characters of a prompt, camera directives included. A typed model may have the larger limit. */
export function promptLimitOf(model: string): number {
	return hailuo3.includes(model) || model === OTHER_MODEL ? H3_PROMPT_LIMIT : PROMPT_LIMIT;
}

/** Whether any task of the gateway can be stopped there, or those of one model. */
export function canCancel(provider: ProviderId, model?: string): boolean {
	const { cancel } = block(provider);
	if (cancel === false || cancel === true || model === undefined) return cancel !== false;
	// a mode plays no part in it
	return covers(cancel, 'textToVideo', model);
}

/**
 * How long a clip usually takes from order to link, in seconds, before any was seen: published figures where
 * there are some, else a guess from the resolution. Hailuo 3 takes minutes, H3-Max seconds.
 * @param resolution undefined or unknown: as 768P
 * @param duration seconds of the clip; undefined or 0: the usual length
 */
export function typicalSecondsOf(
	provider: ProviderId,
	model: string | undefined,
	resolution: string | undefined,
	duration: number | undefined,
): number {
	const rowsOf = (times: ProviderBlock['times'], name: string) =>
		times !== undefined && Object.hasOwn(times, name) ? times[name] : {};
	const name = model ?? '';
	const known = { ...rowsOf(usualTimes, ''), ...rowsOf(usualTimes, name) };
	const rows = { ...known, ...rowsOf(block(provider).times, name) };
	const row = Object.hasOwn(rows, resolution ?? '') ? rows[resolution as Resolution] : undefined;
	const { seconds: usual, at, perSecond } = row ?? rows['768P']!;
	return Math.max(usual / 3, usual + perSecond * ((duration || at) - at));
}

/** The images that a mode needs. */
export const imageRolesOf: Record<Mode, ReadonlyArray<'firstFrame' | 'lastFrame' | 'subject'>> = {
	textToVideo: [],
	imageToVideo: ['firstFrame'],
	firstLastFrame: ['firstFrame', 'lastFrame'],
	subjectReference: ['subject'],
	// its list of references has fields of its own
	referenceToVideo: [],
};

/** The default of a list of choices: the one every seed uses where it is sold, else the first. */
export function preferred<T>(choices: readonly T[], wish: T): T {
	return choices.includes(wish) ? wish : choices[0];
}

const block = (provider: ProviderId): ProviderBlock => table[provider];

function cellsOf(provider: ProviderId, mode: Mode, model: string): Cells {
	const models = block(provider).sells[mode] ?? {};
	return Object.hasOwn(models, model) ? models[model] : {};
}
