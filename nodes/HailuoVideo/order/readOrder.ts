/** From the form of one item to an order that can be sent. */
import type { IDataObject, JsonObject } from 'n8n-workflow';

import { directCamera, type CameraMovement, type CameraNotation } from './camera';
import {
	checkCallbackUrl,
	checkChoice,
	checkModelName,
	checkOption,
	checkPrompt,
} from './checkOrder';
import { InputRefused } from '../../shared/errors';
import { fingerprintOf } from '../submit/ledger';
import {
	offersOption,
	OTHER_MODEL,
	imageRolesOf,
	type OptionName,
} from '../../shared/catalog/gateways';
import { imageSource, type InspectedImage } from './images/source';
import type { VideoOrder } from '../../shared/task';
import { accountOf, type Item } from '../batch/runItems';

export interface ReadOrder {
	/** Without its pictures: they are loaded when the order is sent. */
	order: VideoOrder;
	pictures: InspectedImage[];
	/** What they weigh in memory. */
	pictureBytes: number;
	extraFields: JsonObject;
	/** Where the gateway is to call back, if at all. */
	callbackUrl?: string;
	/** Equal for equal orders of one account. */
	fingerprint: string;
}

const labels: Record<OptionName, string> = {
	promptOptimizer: 'Prompt Optimizer',
	fastPretreatment: 'Fast Pretreatment',
	watermark: 'Watermark',
	cameraMovements: 'Camera Movements',
	seed: 'Seed',
	promptExpansion: 'Prompt Expansion',
	callbackUrl: 'Callback URL',
};

/**
 * Reads and checks everything of an order, pictures by their bytes. Sends nothing.
 * @throws InputRefused that names the parameter; n8n's own error for an expression that cannot be resolved
 */
export async function readOrder(item: Item): Promise<ReadOrder> {
	const { itemIndex, provider, run } = item;
	const parameter = (name: string, fallback?: unknown) =>
		run.context.getNodeParameter(name, itemIndex, fallback) as unknown;
	const choice = checkChoice({
		provider,
		mode: parameter('mode', ''),
		model: parameter('model', ''),
		modelName: parameter('modelName', ''),
		resolution: parameter('resolution', ''),
		duration: parameter('duration', ''),
	});
	const typedModel = choice.model === OTHER_MODEL;
	const options = parameter('options', {}) as IDataObject;
	const gateway = item.gateway.provider;
	const model = typedModel
		? checkModelName(parameter('modelName', ''), gateway.modelNameIs)
		: choice.model;

	// a switch that is off needs no field; one that is on does
	for (const option of ['promptOptimizer', 'fastPretreatment', 'watermark'] as const)
		if (options[option] === true) checkOption(option, labels[option], choice);
	const movements = (options.cameraMovements ?? []) as CameraMovement[];
	if (movements.length > 0) checkOption('cameraMovements', labels.cameraMovements, choice);

	const callbackUrl = checkCallbackUrl(options.callbackUrl);
	if (callbackUrl !== undefined) checkOption('callbackUrl', labels.callbackUrl, choice);

	const notation = (options.cameraNotation ?? 'auto') as CameraNotation | 'auto';
	const prompt = String(parameter('prompt', '') ?? '');
	// for a model that follows no directives, brackets are plain text
	const directed = offersOption(provider, 'cameraMovements', choice.mode, choice.model)
		? directCamera(prompt, movements, notation === 'auto' ? gateway.camera : notation)
		: { prompt, hints: [] };
	run.hints.push(...directed.hints);
	checkPrompt(directed.prompt, choice);

	const pictures: InspectedImage[] = [];
	// each source is looked for first: a field that is missing is found before any file is read
	const sources = imageRolesOf[choice.mode].map((role) =>
		imageSource(run.context, role, itemIndex, gateway.images),
	);
	for (const source of sources) pictures.push(await source.inspect());

	const seen = pictures.map(({ digest }) => digest);
	if (seen.length === 2 && seen[0] === seen[1])
		run.hints.push(
			`Item ${itemIndex}: first and last frame are the same picture; check 'Last Frame Binary Field' if you did not want a loop`,
		);
	const order: VideoOrder = {
		...choice,
		model,
		typedModel,
		prompt: directed.prompt,
		...booleans(options, ['promptOptimizer', 'fastPretreatment', 'watermark']),
	};
	const extraFields = readExtraFields(options.extraFields);
	const account = accountOf(run.context, item.gateway);
	return {
		order,
		pictures,
		pictureBytes: pictures.reduce((sum, { bytes }) => sum + bytes, 0),
		extraFields,
		callbackUrl,
		fingerprint: fingerprintOf([account, order, seen, extraFields]),
	};
}

/** Options that the user touched; an untouched one is left to the gateway. */
function booleans(options: IDataObject, names: readonly OptionName[]): Partial<VideoOrder> {
	return Object.fromEntries(
		names.filter((name) => typeof options[name] === 'boolean').map((name) => [name, options[name]]),
	);
}

function readExtraFields(value: unknown): JsonObject {
	let fields: unknown = value ?? {};
	if (typeof fields === 'string') {
		try {
			fields = fields.trim() === '' ? {} : JSON.parse(fields);
		} catch {
			fields = undefined;
		}
	}
	if (typeof fields === 'object' && fields !== null && !Array.isArray(fields))
		return fields as JsonObject;
	throw new InputRefused(
		'Extra Fields (JSON)',
		"'Extra Fields (JSON)' is no JSON object",
		'Write it like { "seed": 7 }.',
	);
}
