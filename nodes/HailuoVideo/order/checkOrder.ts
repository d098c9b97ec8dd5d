/** The run-time check of an order: an expression can carry any value, and n8n does not enforce a form's lists. */
import { InputRefused } from '../../shared/errors';
import { describeValue, isAbsent, quote, visible } from '../../shared/parameters';
import {
	DEFAULT_DURATION,
	DEFAULT_RESOLUTION,
	aspectRatios,
	aspectRatiosOf,
	cellOf,
	durationsOf,
	modelsOf,
	modesOf,
	offersOption,
	OTHER_MODEL,
	preferred,
	promptExpansions,
	promptLimitOf,
	requiresPrompt,
	resolutions,
	resolutionsOf,
	table,
	type AspectRatio,
	type Mode,
	type OptionName,
	type PromptExpansion,
	type ProviderId,
} from '../../shared/catalog/gateways';
import { isTaskId } from '../../shared/task';

/** What was chosen, as it came from the form or an expression. */
export interface Choice {
	provider: ProviderId;
	mode: Mode;
	/** A model of the table, or `other`. */
	model: string;
	resolution: string;
	duration: number;
}

/** What the form calls the options that not every gateway has. */
export const optionLabels: Readonly<Record<OptionName, string>> = {
	promptOptimizer: 'Prompt Optimizer',
	fastPretreatment: 'Fast Pretreatment',
	watermark: 'Watermark',
	cameraMovements: 'Camera Movements',
	seed: 'Seed',
	promptExpansion: 'Prompt Expansion',
	callbackUrl: 'Callback URL',
};

/**
 * Holds a choice against the table. Resolution and duration of a typed model (`other`) are free.
 * @returns the choice with resolution and duration in their usual spelling
 * @throws InputRefused that names both parameters at odds, and what is sold instead
 */
export function checkChoice(choice: {
	provider: ProviderId;
	mode: Mode;
	/** As written; upper and lower case do not count. */
	model: string;
	/** Empty: the default. */
	resolution: string;
	/** Undefined: the default. */
	duration: number | undefined;
}): Choice {
	const { provider, mode } = choice;
	const { name } = table[provider];
	if (!modesOf(provider).includes(mode))
		throw new InputRefused(
			'Provider and Mode',
			`'Mode' ${quote(mode)} is not sold by 'Provider' ${name}`,
			`${name} sells ${modesOf(provider).join(', ')}. Choose one of them, or another provider.`,
		);

	const models = modelsOf(provider, mode);
	const model = spelledAs([...models, OTHER_MODEL], choice.model);
	const resolution = spelledAs(resolutions, choice.resolution);
	if (model === OTHER_MODEL && table[provider].otherModel)
		return { provider, mode, model, resolution, duration: choice.duration ?? 0 };

	if (!models.includes(model))
		throw new InputRefused(
			'Model and Mode',
			`'Model' ${quote(model)} is not sold by ${name} for 'Mode' ${mode}`,
			`${name} sells ${models.join(', ')} in this mode.`,
		);

	// empty: an untouched field beside a model by expression, where the form cannot know the default
	const sold = resolutionsOf(provider, mode, model);
	const size = resolution || preferred<string>(sold, DEFAULT_RESOLUTION);
	if (cellOf(provider, mode, model, size) === undefined)
		throw new InputRefused(
			'Resolution and Model',
			`'Resolution' ${quote(size)} is not available for 'Model' ${model} at ${name} (${mode})`,
			`Available: ${sold.join(', ')}. Choose another resolution or model.`,
		);

	const durations = durationsOf(provider, mode, model, size);
	const duration = choice.duration ?? preferred(durations, DEFAULT_DURATION);
	if (!durations.includes(duration))
		throw new InputRefused(
			'Duration and Resolution',
			`'Duration' ${quote(String(duration))} is not available at 'Resolution' ${size} for ${model} at ${name}`,
			`Available: ${durations.map((seconds) => `${seconds} seconds`).join(' or ')}.`,
		);
	return { provider, mode, model, resolution: size, duration };
}

/**
 * The prompt as it will be sent, camera directives translated: they count (providers.md 1.6).
 * @throws InputRefused when it is too long, or empty where the gateway requires one
 */
export function checkPrompt(prompt: string, choice: Choice): void {
	const length = [...prompt].length;
	const limit = promptLimitOf(choice.model);
	if (length > limit)
		throw new InputRefused(
			'Prompt',
			`'Prompt' has ${length} characters; ${limit} are allowed`,
			'Shorten it. Camera directives in brackets count.',
		);
	if (prompt.trim() === '' && requiresPrompt(choice.provider, choice.mode, choice.model))
		throw new InputRefused(
			'Prompt',
			"'Prompt' is empty",
			`${table[choice.provider].name} requires a prompt here (${choice.mode}, ${choice.model}).`,
		);
}

/**
 * The aspect ratio of an order; the default where none is given, undefined where model and mode have no such field:
 * there the form hides it, and what a hidden field holds means nothing.
 * @throws InputRefused when it is not sold
 */
export function checkAspectRatio(
	written: string | undefined,
	choice: Choice,
): AspectRatio | undefined {
	const { provider, mode, model } = choice;
	const sold = aspectRatiosOf(provider, mode, model);
	if (sold.length === 0) return undefined;
	const ratio = spelledAs(aspectRatios, (written ?? '').replace(/\s*[:：x×/]\s*/, ':'));
	if (ratio === '') return preferred<AspectRatio>(sold, '16:9');
	if (sold.includes(ratio as AspectRatio)) return ratio as AspectRatio;
	throw new InputRefused(
		'Aspect Ratio and Model',
		`'Aspect Ratio' ${quote(written ?? '')} is not available for 'Model' ${model} at ${table[provider].name} (${mode})`,
		`Available: ${sold.join(', ')}.`,
	);
}

/** @throws InputRefused for a word that MiniMax does not know */
export function checkPromptExpansion(written: string | undefined): PromptExpansion | undefined {
	if (written === undefined) return undefined;
	const word = spelledAs(promptExpansions, written);
	if (promptExpansions.includes(word as PromptExpansion)) return word as PromptExpansion;
	throw new InputRefused(
		'Prompt Expansion',
		`'Prompt Expansion' is ${quote(written)}; it has to be one of ${promptExpansions.join(', ')}`,
		"If 'Prompt Expansion' is an expression, look at what it gives for this item.",
	);
}

/** @throws InputRefused when an option is switched on that the gateway has no field for */
export function checkOption(option: OptionName, choice: Choice): void {
	const label = optionLabels[option];
	const { provider, mode, model } = choice;
	if (offersOption(provider, option, mode, model)) return;
	throw new InputRefused(
		`${label} and Model`,
		`'${label}' is not available for 'Model' ${model} at ${table[provider].name} (${mode})`,
		`Remove '${label}' from 'Options', or choose a model that has it.`,
	);
}

/**
 * A task id that can stand in a path.
 * @throws InputRefused when it is empty or cannot be one
 */
export function checkTaskId(taskId: unknown): string {
	if (!isAbsent(taskId) && typeof taskId !== 'string' && typeof taskId !== 'number')
		throw new InputRefused(
			'Task ID',
			`'Task ID' is ${describeValue(taskId)}; it has to be text`,
			"Map the 'taskId' of the item that 'Create' put out, or paste the ID from the gateway's console.",
		);
	const id = visible(String(taskId ?? ''));
	if (id === '' || id === 'undefined' || id === 'null')
		throw new InputRefused(
			'Task ID',
			"'Task ID' is empty",
			"Map the 'taskId' of the item that 'Create' put out, or paste the ID from the gateway's console.",
		);
	if (typeof taskId === 'number' && Number.isInteger(taskId) && !Number.isSafeInteger(taskId))
		throw new InputRefused(
			'Task ID',
			`'Task ID' ${quote(id)} is a number too long to be exact`,
			'Hand it over as text: numbers beyond 9007199254740991 lose digits.',
		);
	const isCount = typeof taskId !== 'number' || (Number.isInteger(taskId) && taskId >= 0);
	// an ID may hold colons and slashes, but is no address
	if (!isCount || /^[a-z][a-z\d+.-]*:\/\//i.test(id) || !isTaskId(id))
		throw new InputRefused(
			'Task ID',
			`'Task ID' ${quote(id)} cannot be the ID of a task`,
			"It consists of letters, digits and a few signs. Map the 'taskId' of the item that 'Create' put out.",
		);
	return id;
}

/**
 * What a task was made with: a model slug at SeaArt, `v2` for Hailuo 3 at MiniMax; undefined where it is not needed.
 * @throws InputRefused when it is none, or empty where the gateway cannot be asked without it
 */
export function checkEndpoint(
	endpoint: unknown,
	provider: ProviderId,
	known: readonly string[] = [],
): string | undefined {
	const slug = String(endpoint ?? '').trim();
	if (!table[provider].needsEndpoint) {
		const isGiven = slug !== '' && slug !== 'undefined' && slug !== 'null';
		if (known.length === 0 || !isGiven) return undefined;
		if (known.includes(slug)) return slug;
		throw new InputRefused(
			'Endpoint',
			`'Endpoint' ${quote(slug)} is none that ${table[provider].name} has`,
			`Leave it empty, or map the 'endpoint' of the item that 'Create' put out (${known.join(', ')}).`,
		);
	}
	if (/^[\w.-]+$/.test(slug) && !/^\.+$/.test(slug) && slug !== 'undefined' && slug !== 'null')
		return slug;
	throw new InputRefused(
		'Endpoint',
		slug === '' || slug === 'undefined' || slug === 'null'
			? "'Endpoint' is empty"
			: `'Endpoint' ${quote(slug)} is no model slug`,
		`${table[provider].name} cannot be asked for a task without the model slug it was made with, e.g. minimax_hailuo_02_i2v. Map the 'endpoint' of the item that 'Create' put out.`,
	);
}

/**
 * The gateway's own name for a model that is newer than the table.
 * @throws InputRefused when it is empty or cannot be a name, slug or path
 */
export function checkModelName(name: unknown, what: string): string {
	const text = String(name ?? '').trim();
	if (/^[\w.:-]+(\/[\w.:-]+)*$/.test(text) && !text.split('/').some((part) => /^\.+$/.test(part)))
		return text;
	throw new InputRefused(
		'Model Name',
		text === '' ? "'Model Name' is empty" : `'Model Name' ${quote(text)} cannot be a model`,
		`With 'Model' set to 'Other (Enter Its Name)', enter ${what}.`,
	);
}

/**
 * The address that a gateway is to call; undefined when there is none.
 * @throws InputRefused when it is no http(s) URL
 */
export function checkCallbackUrl(value: unknown): string | undefined {
	const text = String(value ?? '').trim();
	if (text === '') return undefined;
	if (/^https?:\/\/\S+$/i.test(text) && URL.canParse(text)) return text;
	throw new InputRefused(
		'Callback URL',
		`'Callback URL' is no URL: ${quote(text)}`,
		'Copy the production URL of a Hailuo Video Trigger; it starts with https://.',
	);
}

/** The known word that a text means: "768p", "768" and "768P" are one. The text itself where none is known. */
function spelledAs(known: readonly string[], written: string): string {
	const key = written.toLowerCase();
	return (
		known.find((one) => one.toLowerCase() === key || one.toLowerCase() === `${key}p`) ?? written
	);
}
