/** From the parameters of one item to an order that can be sent. */
import {
	imageRolesOf,
	offersOption,
	OTHER_MODEL,
	type ReferenceKind,
} from '../../shared/catalog/gateways';
import { imageRulesOf, type Provider } from '../../shared/providers/contract';
import type { VideoOrder } from '../../shared/task';
import { checkReachable } from '../../shared/transport/privateHost';
import type { Item } from '../item';
import { digestOf } from '../../shared/digest';
import { directCamera } from './camera';
import {
	checkAspectRatio,
	checkCallbackUrl,
	checkChoice,
	checkModelName,
	checkOption,
	checkPrompt,
	checkPromptExpansion,
} from './checkOrder';
import type { ImageRole } from './images/labels';
import { mediaSource, type InspectedMedia, type MediaDemands } from './mediaSource';
import { checkReferenceCounts, checkReferenceSeconds } from './references/check';
import {
	readCreateParameters,
	type Completion,
	type CreateParameters,
	type OrderOptions,
	type OutputParameters,
	type WaitParameters,
} from './parameters';

export interface ReadOrder {
	/** Without its files: they are loaded when the order is sent. */
	order: VideoOrder;
	images: Array<InspectedMedia & { role: ImageRole }>;
	/** In the order of the form. */
	references: Array<InspectedMedia & { kind: ReferenceKind }>;
	/** What all files weigh in memory, in bytes. */
	mediaBytes: number;
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
	if (options.seed !== undefined) checkOption('seed', choice);
	if (options.promptExpansion !== undefined) checkOption('promptExpansion', choice);
	const promptExpansion = checkPromptExpansion(options.promptExpansion);
	const aspectRatio = checkAspectRatio(parameters.aspectRatio, choice);
	const callbackUrl = checkCallbackUrl(options.callbackUrl);
	if (callbackUrl !== undefined) checkOption('callbackUrl', choice);
	checkReach(parameters, callbackUrl, client.baseUrl);

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

	if (choice.mode === 'referenceToVideo')
		checkReferenceCounts(parameters.references.map(({ kind }) => kind));
	// each source is found first: a field that is missing is found before any file is read
	const imageDemands = demandsOf(gateway, model, 'image');
	const imageSources = parameters.images.map(({ role, origin }) => ({
		role,
		source: mediaSource(batch.context, itemIndex, origin, imageDemands),
	}));
	const referenceSources = parameters.references.map(({ kind, origin }) => ({
		kind,
		source: mediaSource(batch.context, itemIndex, origin, demandsOf(gateway, model, kind)),
	}));
	const images: ReadOrder['images'] = [];
	for (const { role, source } of imageSources) images.push({ role, ...(await source.inspect()) });
	const references: ReadOrder['references'] = [];
	for (const { kind, source } of referenceSources)
		references.push({ kind, ...(await source.inspect()) });
	checkReferenceSeconds(references);
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
		...(aspectRatio !== undefined && { aspectRatio }),
		...(options.seed !== undefined && { seed: options.seed }),
		...(promptExpansion !== undefined && { promptExpansion }),
	};
	const named = references.map(({ kind, digest }) => [kind, digest]);
	return {
		order,
		images,
		references,
		mediaBytes: [...images, ...references].reduce((sum, { bytes }) => sum + bytes, 0),
		fingerprint: digestOf([
			order,
			digests,
			options.extraFields,
			...(named.length > 0 ? [named] : []),
		]),
		options: { ...options, callbackUrl },
		completion: parameters.completion,
		wait: parameters.wait,
		output: parameters.output,
	};
}

/** What the gateway demands of a file of that kind, for that model. */
function demandsOf(provider: Provider, model: string, kind: ReferenceKind): MediaDemands {
	const images = imageRulesOf(provider, model);
	const { references } = provider;
	if (kind === 'image' || !references)
		return { kind: 'image', rules: images, transport: images.transport };
	return kind === 'video'
		? { kind, rules: references.video, transport: references.video.transport }
		: { kind, rules: references.audio, transport: references.audio.transport };
}

/** @throws InputRefused that names the URL which the gateway cannot reach */
function checkReach(
	{ images, references }: CreateParameters,
	callbackUrl: string | undefined,
	baseUrl: string,
): void {
	const origins = [
		...images.map(({ origin }) => ({ origin, of: `${origin.label} ` })),
		...references.map(({ origin }) => ({ origin, of: `${origin.label}: ` })),
	];
	for (const { origin, of } of origins)
		if (origin.source === 'url' && /^https?:/i.test(origin.url) && URL.canParse(origin.url))
			checkReachable(
				origin.url,
				`${of}URL`,
				baseUrl,
				`Give a public URL, or send the file itself: set '${of}Source' to binary data.`,
			);
	if (callbackUrl !== undefined)
		checkReachable(
			callbackUrl,
			'Callback URL',
			baseUrl,
			"It has to be reachable from the internet over https: set n8n's WEBHOOK_URL to the public address, and copy the production URL again.",
		);
}
