/**
 * What to make: mode, model, prompt, pictures, resolution, duration. All lists come from the table.
 *
 * No field here that starts empty is `required`: with an expression in 'Mode' or 'Model' n8n counts every variant
 * as shown and would refuse to run at all. The run-time check names what is missing.
 */
import type { INodeProperties } from 'n8n-workflow';

import {
	durationsOf,
	modelsOf,
	modesOf,
	OTHER_MODEL,
	imageRolesOf,
	preferred,
	PROMPT_LIMIT,
	providerIds,
	requiresPrompt,
	resolutionsOf,
	table,
	type Mode,
	type ProviderId,
} from '../../shared/catalog/gateways';
import { providers } from '../../shared/providers';
import type { ImageRole } from '../order/images/source';
import type { SentImageRules } from '../../shared/providers/contract';
import { operations } from '../operations';
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

const create = { resource: ['video'], operation: ['create'] };
/** The same as `hide`, which a choice needs for its reset: see `variants`. */
const notCreate = {
	hide: {
		operation: Object.keys(operations).filter((name) => name !== 'create'),
	},
};
/** With an expression above n8n takes the default of the last variant that may apply: the usual one. */
const usualLast = (fields: INodeProperties[], value: string): INodeProperties[] =>
	[...fields].sort((a, b) => Number(a.default === value) - Number(b.default === value));

const modeNames: Record<Mode, { name: string; description: string }> = {
	imageToVideo: { name: 'Image to Video', description: 'Animate a picture' },
	textToVideo: { name: 'Text to Video', description: 'Make a video from a prompt alone' },
	firstLastFrame: {
		name: 'First and Last Frame',
		description: 'Make the video that leads from one picture to another',
	},
	subjectReference: {
		name: 'Subject Reference',
		description: 'Make a video of the person on a picture',
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
			...models.map((value) => ({ name: value, value })),
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

const prompt = conditionalFields(
	[...modelCombinations, ...typedModelCombinations],
	(point) => {
		const { provider, mode: id, model: name } = point as ModelCombination;
		return requiresPrompt(provider, id, name);
	},
	(required) => ({
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		placeholder: 'e.g. The cat turns its head and smiles [Push in]',
		hint: required ? 'A prompt is required here' : '',
		description: `What happens in the video, up to ${PROMPT_LIMIT} characters. Camera directives may stand in brackets.`,
	}),
	notCreate,
);

const pictureTexts: Record<ImageRole, { label: string; what: string }> = {
	firstFrame: { label: 'First Frame', what: 'the picture that the video starts with' },
	lastFrame: { label: 'Last Frame', what: 'the picture that the video ends with' },
	subject: { label: 'Subject', what: 'the picture of the person' },
};

/** The rules of a gateway in one line. */
function takes({ formats, minShortSide, maxBytes }: SentImageRules): string {
	const names = formats.map(
		(format) => ({ jpeg: 'JPEG', png: 'PNG', webp: 'WebP', gif: 'GIF' })[format],
	);
	const list = `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
	return `${list}; short side over ${minShortSide} pixels, ratio between 2:5 and 5:2, under ${maxBytes / 1024 / 1024} MB`;
}

function pictureFields(role: ImageRole): INodeProperties[] {
	const { label, what } = pictureTexts[role];
	const points = modeCombinations.filter((point) => imageRolesOf[point.mode].includes(role));
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
			(point) => takes(providers[(point as ModeCombination).provider].images),
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
			placeholder: 'e.g. https://example.com/picture.jpg',
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
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			hint: '0 lets the model decide',
			description: 'Seconds, sent as they are',
		}),
		notCreate,
	),
];

/** In the order of the form. */
export const orderFields: INodeProperties[] = [
	...mode,
	...usualLast(model, usual.model),
	...modelName,
	...pictureFields('firstFrame'),
	...pictureFields('lastFrame'),
	...pictureFields('subject'),
	...prompt,
	...resolution,
	...duration,
];
