/**
 * What to make: mode, model, prompt, images, resolution, duration. All lists come from the table.
 *
 * No field here that starts empty is `required`: with an expression in 'Mode' or 'Model' n8n counts every variant
 * as shown and would refuse to run at all. The run-time check names what is missing.
 */
import type { INodeProperties } from 'n8n-workflow';

import {
	aspectRatiosOf,
	durationsOf,
	hailuo3,
	labelOf,
	modelsOf,
	modesOf,
	offersOption,
	OTHER_MODEL,
	imageRolesOf,
	preferred,
	promptLimitOf,
	providerIds,
	REFERENCE_LIMITS,
	requiresPrompt,
	resolutionsOf,
	referenceKinds,
	table,
	type Mode,
	type ProviderId,
	type ReferenceKind,
} from '../../shared/catalog/gateways';
import { providers } from '../../shared/providers';
import { rulesInWords } from '../order/images/inspect';
import type { ImageRole } from '../order/images/labels';
import { imageRulesOf } from '../../shared/providers/contract';
import {
	modelCombinations,
	modeCombinations,
	resolutionCombinations,
	typedModelCombinations,
	usual,
	type ModelCombination,
	type ModeCombination,
	type ResolutionCombination,
} from './combinations';
import { conditionalFields } from './conditionalFields';
import { videoOperations } from './operationChoices';

const create = { resource: ['video'], operation: ['create'] };
/** The same as `hide`, which a choice needs for its reset: see `variants`. */
const notCreate = {
	hide: {
		operation: Object.keys(videoOperations).filter((name) => name !== 'create'),
	},
};
/** With an expression above n8n takes the default of the last variant that may apply: the usual one. */
const usualLast = (fields: INodeProperties[], value: string): INodeProperties[] =>
	[...fields].sort((a, b) => Number(a.default === value) - Number(b.default === value));

const modeNames: Record<Mode, { name: string; description: string }> = {
	imageToVideo: { name: 'Image to Video', description: 'Animate an image' },
	textToVideo: { name: 'Text to Video', description: 'Make a video from a prompt alone' },
	firstLastFrame: {
		name: 'First and Last Frame',
		description: 'Make the video that leads from one image to another',
	},
	subjectReference: {
		name: 'Subject Reference',
		description: 'Make a video of the person in an image',
	},
	referenceToVideo: {
		name: 'Reference to Video',
		description: 'Make a video with the persons, things, movement or sound of other files',
	},
};
const modeOrder = Object.keys(modeNames) as Mode[];

const mode = conditionalFields(
	providerIds.map((provider) => ({ provider })),
	({ provider }) => modeOrder.filter((id) => modesOf(provider as ProviderId).includes(id)),
	(sold) => ({
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		options: sold.map((value) => ({ ...modeNames[value], value })),
		default: preferred<string>(sold, usual.mode),
		description: 'What the video is made from',
	}),
	notCreate,
);

const model = conditionalFields(
	modeCombinations,
	(point) => {
		const { provider, mode: id } = point as ModeCombination;
		return { models: modelsOf(provider, id), other: table[provider].otherModel };
	},
	({ models, other }) => ({
		displayName: 'Model',
		name: 'model',
		type: 'options',
		options: [
			...models.map((value) => ({ name: labelOf(value), value })),
			...(other ? [{ name: 'Other (Enter Its Name)', value: OTHER_MODEL }] : []),
		],
		default: preferred(models, usual.model),
		description: 'The Hailuo model that makes the video',
	}),
	notCreate,
);

const modelName = conditionalFields(
	typedModelCombinations,
	(point) => providers[(point as ModelCombination).provider].modelNameIs,
	(what) => ({
		displayName: 'Model Name',
		name: 'modelName',
		type: 'string',
		default: '',
		placeholder: `e.g. ${what.split('e.g. ')[1]}`,
		description: `The gateway's own name for a model newer than this node: ${what}`,
		hint: 'Resolution and duration of a typed model are not checked before they are sent',
	}),
	notCreate,
);

/** How a prompt is best written. */
type PromptStyle = 'plain' | 'directed' | 'inWords' | 'withReferences';

const promptStyles: Record<PromptStyle, { placeholder: string; advice: string; hint?: string }> = {
	plain: { placeholder: 'e.g. The cat turns its head and smiles', advice: '' },
	directed: {
		placeholder: 'e.g. The cat turns its head and smiles [Push in]',
		advice: 'Camera directives may stand in brackets. ',
	},
	inWords: {
		placeholder: 'e.g. The cat turns its head and smiles, the camera comes closer',
		advice: 'Describe movement, camera, sound and speech in words. ',
	},
	withReferences: {
		placeholder: 'e.g. The woman of image 1 walks through the rain of video 1',
		advice: 'Describe movement, camera, sound and speech in words. ',
		hint: 'Name the references by kind and number, in the order of the list: image 1, image 2, video 1',
	},
};

function promptStyleOf({ provider, mode: id, model: name }: ModelCombination): PromptStyle {
	if (id === 'referenceToVideo') return 'withReferences';
	if (hailuo3.includes(name)) return 'inWords';
	return offersOption(provider, 'cameraMovements', id, name) ? 'directed' : 'plain';
}

const prompt = conditionalFields(
	[...modelCombinations, ...typedModelCombinations],
	(point) => {
		const { provider, mode: id, model: name } = point as ModelCombination;
		return {
			required: requiresPrompt(provider, id, name),
			limit: promptLimitOf(name),
			style: promptStyleOf(point as ModelCombination),
		};
	},
	({ required, limit, style }) => {
		const { placeholder, advice, hint } = promptStyles[style];
		return {
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			placeholder,
			hint: [required && 'A prompt is required here', hint].filter(Boolean).join('. '),
			description: `What happens in the video. ${advice}Up to ${limit} characters.`,
		};
	},
	notCreate,
);

const pictureTexts: Record<ImageRole, { label: string; what: string }> = {
	firstFrame: { label: 'First Frame', what: 'the image that the video starts with' },
	lastFrame: { label: 'Last Frame', what: 'the image that the video ends with' },
	subject: { label: 'Subject', what: 'the image of the person' },
};

function pictureFields(role: ImageRole): INodeProperties[] {
	const { label, what } = pictureTexts[role];
	const points = [...modelCombinations, ...typedModelCombinations].filter((point) =>
		imageRolesOf[point.mode].includes(role),
	);
	const shown = { ...create, mode: [...new Set<string>(points.map((point) => point.mode))] };
	return [
		{
			displayName: `${label} Source`,
			name: `${role}Source`,
			type: 'options',
			options: [
				{ name: 'Binary File', value: 'binary', description: 'A file that the item carries' },
				{ name: 'URL', value: 'url', description: 'A public link or a data URL' },
			],
			default: 'binary',
			description: `Where ${what} comes from`,
			displayOptions: { show: shown },
		},
		...conditionalFields(
			points,
			(point) => {
				const { provider, model: name } = point as ModelCombination;
				return rulesInWords(imageRulesOf(providers[provider], name));
			},
			(rules) => ({
				displayName: `${label} Binary Field`,
				name: `${role}BinaryProperty`,
				type: 'string',
				required: true,
				default: 'data',
				placeholder: 'e.g. data',
				hint: `The name of the input field that holds ${what}`,
				description: rules,
			}),
			{ show: { ...create, [`${role}Source`]: ['binary'] } },
		),
		{
			displayName: `${label} URL`,
			name: `${role}Url`,
			type: 'string',
			default: '',
			placeholder: 'e.g. https://example.com/image.jpg',
			description: `Public link of ${what}, or a data URL`,
			displayOptions: { show: { ...shown, [`${role}Source`]: ['url'] } },
		},
	];
}

const resolution = [
	...conditionalFields(
		modelCombinations,
		(point) => {
			const { provider, mode: id, model: name } = point as ModelCombination;
			return resolutionsOf(provider, id, name);
		},
		(sold) => ({
			displayName: 'Resolution',
			name: 'resolution',
			type: 'options',
			options: sold.map((value) => ({ name: value, value })),
			default: preferred<string>(sold, usual.resolution),
			description: 'Only what provider, mode and model allow',
		}),
		notCreate,
	),
	...conditionalFields(
		typedModelCombinations.filter(({ provider }) => !table[provider].resolutionInModelName),
		() => 'typed',
		() => ({
			displayName: 'Resolution',
			name: 'resolution',
			type: 'string',
			default: '',
			placeholder: 'e.g. 768P',
			hint: 'Empty lets the model decide',
			description: 'Sent as it is',
		}),
		notCreate,
	),
];

const duration = [
	...conditionalFields(
		resolutionCombinations,
		(point) => {
			const { provider, mode: id, model: name, resolution: size } = point as ResolutionCombination;
			return durationsOf(provider, id, name, size);
		},
		(sold) => ({
			displayName: 'Duration',
			name: 'duration',
			type: 'options',
			options: sold.map((value) => ({ name: `${value} Seconds`, value })),
			default: preferred<number>(sold, usual.duration),
			description: 'Only what provider, mode, model and resolution allow',
		}),
		notCreate,
	),
	...conditionalFields(
		typedModelCombinations,
		() => 'typed',
		() => ({
			displayName: 'Duration',
			name: 'duration',
			// text: beside a model by expression n8n fills an untouched field with this default, which must mean nothing
			type: 'string',
			default: '',
			placeholder: 'e.g. 6',
			hint: 'Empty lets the model decide',
			description: 'Seconds, sent as they are',
		}),
		notCreate,
	),
];

const kindNames: Record<ReferenceKind, { name: string; description: string }> = {
	image: {
		name: 'Image',
		description: `Up to ${REFERENCE_LIMITS.image}: a person, a thing, a style`,
	},
	video: {
		name: 'Video',
		description: `Up to ${REFERENCE_LIMITS.video}: movement, camera, a scene`,
	},
	audio: {
		name: 'Audio',
		description: `Up to ${REFERENCE_LIMITS.audio}: a voice, music, a rhythm`,
	},
};

/** What an item of the list is called in the editor: what it is and where it comes from. n8n 1.x numbers them instead. */
const itemTitle =
	"={{ ($collection.item.value.kind || 'image').toTitleCase() + ': ' + ($collection.item.value.source === 'url' ? $collection.item.value.url : $collection.item.value.binaryProperty || 'data') }}";

const withReferences = providerIds.filter((id) => modesOf(id).includes('referenceToVideo'));
/** Gateways that take videos and sounds from public links alone. */
const linksAlone = withReferences.filter(
	(id) => providers[id].references?.video.transport === 'url',
);

type Shown = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** Where a reference may be a file that the item carries, and where only a link. */
const FROM_FILE: Shown[] = [
	{ '/provider': withReferences.filter((id) => !linksAlone.includes(id)) },
	{ '/provider': linksAlone, kind: ['image'] },
];
const FROM_LINK_ALONE: Shown = {
	'/provider': linksAlone,
	kind: referenceKinds.filter((kind) => kind !== 'image'),
};

/** One field for each of the conditions: the form shows the one whose condition holds. */
const shownIn = (conditions: Shown[], field: INodeProperties): INodeProperties[] =>
	conditions.map((show) => ({ ...field, displayOptions: { show } }));

/** A list, in the order in which a prompt counts them. */
const references: INodeProperties[] = [
	{
		displayName: 'References',
		name: 'references',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, fixedCollection: { itemTitle } },
		placeholder: 'Add Reference',
		default: {},
		description: `Up to ${REFERENCE_LIMITS.total} files: ${REFERENCE_LIMITS.image} images, ${REFERENCE_LIMITS.video} videos and ${REFERENCE_LIMITS.audio} audios. Videos and audios of 2 to 15 seconds, 15 seconds together; audio needs an image or a video beside it.`,
		displayOptions: { show: { ...create, mode: ['referenceToVideo'] } },
		options: [
			{
				displayName: 'Reference',
				name: 'reference',
				values: [
					{
						displayName: 'Kind',
						name: 'kind',
						type: 'options',
						options: referenceKinds.map((value) => ({ ...kindNames[value], value })),
						default: 'image',
						description: 'What the file is',
					},
					...shownIn(FROM_FILE, {
						displayName: 'Source',
						name: 'source',
						type: 'options',
						options: [
							{
								name: 'Binary File',
								value: 'binary',
								description: 'A file that the item carries',
							},
							{ name: 'URL', value: 'url', description: 'A public link' },
						],
						default: 'binary',
						description: 'Where the file comes from',
					}),
					...shownIn(
						FROM_FILE.map((show) => ({ ...show, source: ['binary'] })),
						{
							displayName: 'Binary Field',
							name: 'binaryProperty',
							type: 'string',
							default: 'data',
							placeholder: 'e.g. data',
							// no hint: up to twelve of them stand below each other
							description: 'The name of the input field that holds the file',
						},
					),
					...shownIn(
						[...FROM_FILE.map((show) => ({ ...show, source: ['url'] })), FROM_LINK_ALONE],
						{
							displayName: 'URL',
							name: 'url',
							type: 'string',
							default: '',
							placeholder: 'e.g. https://example.com/my-file',
							description: 'Public link of the file; an image may be a data URL',
						},
					),
				],
			},
		],
	},
];

const aspectRatio = conditionalFields(
	modelCombinations.filter(
		({ provider, mode: id, model: name }) => aspectRatiosOf(provider, id, name).length > 0,
	),
	(point) => {
		const { provider, mode: id, model: name } = point as ModelCombination;
		return aspectRatiosOf(provider, id, name);
	},
	(sold) => ({
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		options: sold.map((value) => ({
			name: value === 'adaptive' ? 'Adaptive' : value,
			value,
			...(value === 'adaptive' && { description: 'As the references are' }),
		})),
		default: preferred<string>(sold, '16:9'),
		description: 'Width to height of the video',
	}),
	notCreate,
);

/** In the order of the form. */
export const orderFields: INodeProperties[] = [
	...mode,
	...usualLast(model, usual.model),
	...modelName,
	...pictureFields('firstFrame'),
	...pictureFields('lastFrame'),
	...pictureFields('subject'),
	...references,
	...prompt,
	...aspectRatio,
	...resolution,
	...duration,
];
