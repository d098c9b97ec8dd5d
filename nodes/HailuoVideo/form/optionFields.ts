/** The optional fields of an order: only those that the gateway documents for mode and model. */
import type { INodeProperties } from 'n8n-workflow';

import { cameraMovements } from '../order/camera';
import { offersOption, optionNames, type OptionName } from '../../shared/catalog/gateways';
import {
	type Combination,
	modelCombinations,
	typedModelCombinations,
	type ModelCombination,
} from './combinations';
import { conditionalFields, inOrderOf } from './conditionalFields';

const fields: Record<OptionName, INodeProperties[]> = {
	promptOptimizer: [
		{
			displayName: 'Prompt Optimizer',
			name: 'promptOptimizer',
			type: 'boolean',
			default: true,
			description:
				'Whether the gateway may rewrite the prompt for a better result. Unset, the gateway decides: WaveSpeed AI does not rewrite, the others do.',
		},
	],
	fastPretreatment: [
		{
			displayName: 'Fast Pretreatment',
			name: 'fastPretreatment',
			type: 'boolean',
			default: true,
			description: 'Whether to shorten the optimization of the prompt',
		},
	],
	watermark: [
		{
			displayName: 'Watermark',
			name: 'watermark',
			type: 'boolean',
			default: true,
			description: 'Whether to mark the video as made by AI',
		},
	],
	callbackUrl: [
		{
			displayName: 'Callback URL',
			name: 'callbackUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://n8n.example.com/webhook/abc/webhook',
			description:
				'The production URL of a Hailuo Video Trigger in an active workflow. It has to be reachable from the internet over https. As an expression, with the address of n8n in a variable: {{ $vars.n8nUrl }}/webhook/abc/webhook. At ToAPIs it may differ from the address in their console only in path and query.',
		},
	],
	seed: [
		{
			displayName: 'Seed',
			name: 'seed',
			type: 'number',
			typeOptions: { minValue: -1, maxValue: 4294967295, numberPrecision: 0 },
			default: -1,
			description: 'The same seed and order give a similar video. -1 = a new one each time.',
		},
	],
	promptExpansion: [
		{
			displayName: 'Prompt Expansion',
			name: 'promptExpansion',
			type: 'options',
			options: [
				{ name: 'Balanced', value: 'balanced' },
				{ name: 'Disabled', value: 'disabled', description: 'Take the prompt as it is' },
				{ name: 'Quality', value: 'quality', description: 'Take more time for a better prompt' },
			],
			default: 'balanced',
			description: 'How much MiniMax may rewrite the prompt before the video is made',
		},
	],
	cameraMovements: [
		{
			displayName: 'Camera Movements',
			name: 'cameraMovements',
			type: 'multiOptions',
			options: [...cameraMovements]
				.map(({ id, english }) => ({
					name: english.replace(/\b\w/g, (letter) => letter.toUpperCase()),
					value: id,
				}))
				.sort(inOrderOf('name')),
			default: [],
			description: 'Up to 3 movements that run together, added at the end of the prompt',
		},
		{
			displayName: 'Camera Notation',
			name: 'cameraNotation',
			type: 'options',
			options: [
				{
					name: 'As Written',
					value: 'asWritten',
					description: 'Leave the directives in the prompt as they are',
				},
				{
					name: 'Automatic',
					value: 'auto',
					description: 'The notation that the gateway documents',
				},
				{ name: 'Chinese', value: 'chinese' },
				{ name: 'English', value: 'english' },
			],
			default: 'auto',
			description: 'How camera directives are written when they are sent',
		},
	],
};

const extraFields: INodeProperties = {
	displayName: 'Extra Fields (JSON)',
	name: 'extraFields',
	type: 'json',
	default: '{}',
	description:
		'Fields of the gateway that this node does not know, merged into the request body last. They are not checked.',
};

const offered = (point: Combination) => {
	const { provider, mode, model } = point as ModelCombination;
	return optionNames.filter((option) => offersOption(provider, option, mode, model));
};

/**
 * Matches no model that can be chosen. With an expression in 'Model' n8n takes all conditions of a variant for fulfilled
 * as soon as one of them is on the model, uses the last such variant, and drops the options that it does not list: so the
 * last one of all lists every option of every gateway. What the gateway does not have is refused when the node runs.
 */
const BY_EXPRESSION = 'by expression';

const spendFields: INodeProperties[] = [
	{
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		default: false,
		description:
			'Whether to check and price the order and show the request, without sending anything that costs',
	},
	{
		displayName: 'Max Spend (USD)',
		name: 'maxSpend',
		type: 'number',
		typeOptions: { minValue: 0.01, numberPrecision: 2 },
		default: 5,
		description:
			"The most that one run of this node may order for, over all items, by their estimated prices. Nothing is ordered when the sum is higher; with 'On Error' set to continue, items are ordered until the next would pass it.",
	},
	{
		displayName: 'Price per Clip (USD)',
		name: 'pricePerClip',
		type: 'number',
		typeOptions: { minValue: 0.0001, numberPrecision: 4 },
		default: 0.3,
		description:
			"What a video costs with your plan. Used for 'Max Spend (USD)' and the estimated cost, instead of the list price.",
	},
];

const ledgerFields: INodeProperties[] = [
	{
		displayName: 'Deduplication Key',
		name: 'deduplicationKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. order-4711',
		description:
			'An order with a key that was used before gets the task of that time instead of a new one. Remembered for 7 days (the last 1,000 keys of this node) while the workflow is active.',
	},
	{
		displayName: 'Resend if Outcome Unknown',
		name: 'resubmitUnknown',
		type: 'boolean',
		default: false,
		description:
			'Whether an order that was sent without an answer is sent again when the node runs again. The clip may then be paid twice.',
	},
];

/** By their names in the form. */
const allFields: Array<{ option?: OptionName; displayName: string; field: INodeProperties }> = [
	...optionNames.flatMap((option) => fields[option].map((field) => ({ option, field }))),
	...[...ledgerFields, ...spendFields, extraFields].map((field) => ({ field })),
]
	.map((entry) => ({ ...entry, displayName: entry.field.displayName }))
	.sort(inOrderOf('displayName'));

/** Wherever an order is made. `show`, not `hide`: n8n would empty the collection at every change above it. */
const create = { resource: ['video'], operation: ['create'] };

const collectionOf = (names: readonly OptionName[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: allFields
		.filter(({ option }) => option === undefined || names.includes(option))
		.map(({ field }) => field),
});

export const optionsFields: INodeProperties[] = [
	...conditionalFields([...modelCombinations, ...typedModelCombinations], offered, collectionOf, {
		show: create,
	}),
	{
		...collectionOf(optionNames),
		displayOptions: { show: { ...create, model: [BY_EXPRESSION] } },
	},
];
