/** From the parameters of one item to an order that can be sent. */
import { imageRolesOf, offersOption, OTHER_MODEL } from '../../shared/catalog/gateways';
import type { VideoOrder } from '../../shared/task';
import type { Item } from '../item';
import { fingerprintOf } from '../submit/ledger';
import { directCamera } from './camera';
import {
	checkCallbackUrl,
	checkChoice,
	checkModelName,
	checkOption,
	checkPrompt,
} from './checkOrder';
import { imageSource, type InspectedImage } from './images/source';
import {
	readCreateParameters,
	type Completion,
	type OrderOptions,
	type OutputParameters,
	type WaitParameters,
} from './parameters';

export interface ReadOrder {
	/** Without its images: they are loaded when the order is sent. */
	order: VideoOrder;
	images: InspectedImage[];
	/** What they weigh in memory, in bytes. */
	imageBytes: number;
	/** Equal for equal orders. */
	fingerprint: string;
	options: OrderOptions;
	completion: Completion;
	wait: WaitParameters;
	output: OutputParameters;
}

/**
 * Reads and checks everything of an order, images by their bytes. Sends nothing.
 * @throws InputRefused that names the parameter; n8n's own error for an expression that cannot be resolved
 */
export async function readOrder({ batch, client, itemIndex, provider }: Item): Promise<ReadOrder> {
	const parameters = readCreateParameters(batch.context, itemIndex);
	const { options } = parameters;
	const choice = checkChoice({ provider, ...parameters });
	const typedModel = choice.model === OTHER_MODEL;
	const gateway = client.provider;
	const model = typedModel
		? checkModelName(parameters.modelName, gateway.modelNameIs)
		: choice.model;

	// a switch that is off needs no field; one that is on does
	for (const option of ['promptOptimizer', 'fastPretreatment', 'watermark'] as const)
		if (options[option] === true) checkOption(option, choice);
	if (options.cameraMovements.length > 0) checkOption('cameraMovements', choice);
	const callbackUrl = checkCallbackUrl(options.callbackUrl);
	if (callbackUrl !== undefined) checkOption('callbackUrl', choice);

	const { cameraNotation } = options;
	// for a model that follows no directives, brackets are plain text
	const directed = offersOption(provider, 'cameraMovements', choice.mode, choice.model)
		? directCamera(
				parameters.prompt,
				options.cameraMovements,
				cameraNotation === 'auto' ? gateway.camera : cameraNotation,
			)
		: { prompt: parameters.prompt, hints: [] };
	batch.hints.push(...directed.hints);
	checkPrompt(directed.prompt, choice);

	// each source is found first: a field that is missing is found before any file is read
	const sources = parameters.images.map(({ role, origin }) =>
		imageSource(batch.context, role, origin, itemIndex, gateway.images),
	);
	const images: InspectedImage[] = [];
	for (const source of sources) images.push(await source.inspect());
	const digests = images.map(({ digest }) => digest);
	if (digests.length === imageRolesOf.firstLastFrame.length && digests[0] === digests[1])
		batch.hints.push(
			`Item ${itemIndex}: first and last frame are the same image; check 'Last Frame Binary Field' if you did not want a loop`,
		);

	const order: VideoOrder = {
		...choice,
		model,
		typedModel,
		prompt: directed.prompt,
		promptOptimizer: options.promptOptimizer,
		fastPretreatment: options.fastPretreatment,
		watermark: options.watermark,
	};
	return {
		order,
		images,
		imageBytes: images.reduce((sum, { bytes }) => sum + bytes, 0),
		fingerprint: fingerprintOf([order, digests, options.extraFields]),
		options: { ...options, callbackUrl },
		completion: parameters.completion,
		wait: parameters.wait,
		output: parameters.output,
	};
}
