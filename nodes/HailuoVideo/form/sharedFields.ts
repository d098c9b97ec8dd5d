/** Fields that several operations share: the same name everywhere, so that a value survives a switch. */
import type { INodeProperties } from 'n8n-workflow';

import { providerIds, table } from '../../shared/catalog/gateways';

const show = (conditions: Record<string, Array<string | boolean>>) => ({
	displayOptions: { show: { resource: ['video'], ...conditions } },
});

/** Which task: for all operations but Create. */
export const taskFields: INodeProperties[] = [
	{
		displayName: 'Task ID',
		name: 'taskId',
		type: 'string',
		required: true,
		default: '={{ $json.taskId }}',
		placeholder: 'e.g. 106916112212032',
		description: "The 'taskId' that Create put out",
		...show({ operation: ['getStatus', 'wait', 'cancel', 'download'] }),
	},
	{
		displayName: 'Endpoint',
		name: 'endpoint',
		type: 'string',
		required: true,
		default: '={{ $json.endpoint }}',
		placeholder: 'e.g. minimax_hailuo_02_i2v',
		description: 'The model slug that the task was made with; Create puts it out',
		...show({
			operation: ['getStatus', 'wait', 'cancel', 'download'],
			provider: providerIds.filter((provider) => table[provider].needsEndpoint),
		}),
	},
];

const downloadVideo: INodeProperties = {
	displayName: 'Download Video',
	name: 'downloadVideo',
	type: 'boolean',
	default: true,
	description: 'Whether to put the video file on the item, besides its link',
};

const binaryPropertyName: INodeProperties = {
	displayName: 'Put Video in Field',
	name: 'binaryPropertyName',
	type: 'string',
	required: true,
	default: 'data',
	placeholder: 'e.g. data',
	hint: 'The name of the output field that holds the video file',
};

const cancelling = providerIds.filter((provider) => table[provider].cancel);

const cancelOnStop: INodeProperties = {
	displayName: 'Cancel on Stop',
	name: 'cancelOnStop',
	type: 'boolean',
	default: true,
	description:
		'Whether to cancel unfinished tasks at the gateway when the execution is stopped or times out',
};

const waitOptions = (canCancel: boolean): INodeProperties => ({
	displayName: 'Wait Options',
	name: 'waitOptions',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		...(canCancel ? [cancelOnStop] : []),
		{
			displayName: 'On Timeout',
			name: 'onTimeout',
			type: 'options',
			options: [
				{ name: 'Stop With an Error', value: 'error' },
				{ name: 'Return the Unfinished Task', value: 'return' },
			],
			default: 'error',
			description:
				'What to do when the video is not finished in time. The task goes on at the gateway.',
		},
		{
			displayName: 'Poll Interval',
			name: 'pollInterval',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 1 },
			default: 0,
			description:
				'Seconds between two looks at a task. 0 adapts to how long such a video usually takes.',
		},
		{
			displayName: 'Timeout',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 2 },
			default: 15,
			description: 'Minutes to wait for each video',
		},
	],
});

const downloadOptions: INodeProperties = {
	displayName: 'Download Options',
	name: 'downloadOptions',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Largest File',
			name: 'maxSize',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 500,
			description: 'Megabytes; a larger video is not fetched. 0 = no limit.',
		},
	],
};

const batching: INodeProperties = {
	displayName: 'Batching',
	name: 'batching',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	description: 'How many videos are ordered together',
	options: [
		{
			displayName: 'Most Videos in Flight',
			name: 'maxInFlight',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description:
				'The next video is ordered when one of so many is finished. 0 = all are ordered at once.',
		},
		{
			displayName: 'Orders per Minute',
			name: 'requestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description:
				"The limit of your account. 0 = as fast as the gateway takes them; when it says 'too many', all hold back together and none is lost.",
		},
	],
};

/** Wherever a file is written. */
const writesFile: Array<Record<string, Array<string | boolean>>> = [
	{ operation: ['create'], completion: ['wait'], downloadVideo: [true] },
	{ operation: ['wait', 'getStatus'], downloadVideo: [true] },
	{ operation: ['download'] },
];

/** Wherever a task is waited for. */
const waits: Array<Record<string, Array<string | boolean>>> = [
	{ operation: ['create'], completion: ['wait'] },
	{ operation: ['wait'] },
];

const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
	...show({}),
};

/** What comes out: wait or not, file or not, and under which name. */
export const outputFields: INodeProperties[] = [
	{
		displayName: 'Completion',
		name: 'completion',
		type: 'options',
		options: [
			{
				name: 'Wait for the Video',
				value: 'wait',
				description: 'Stay until the video is finished; all items are watched together',
			},
			{
				name: 'Return the Task at Once',
				value: 'return',
				description: "Go on with the task's ID; fetch the video later with Wait or Download",
			},
		],
		default: 'wait',
		description: 'Whether to stay until the video is finished',
		...show({ operation: ['create'] }),
	},
	{ ...downloadVideo, ...show({ operation: ['create'], completion: ['wait'] }) },
	{ ...downloadVideo, ...show({ operation: ['wait'] }) },
	{ ...downloadVideo, default: false, ...show({ operation: ['getStatus'] }) },
	...writesFile.map((where) => ({ ...binaryPropertyName, ...show(where) })),
	simplifyField,
	...waits.flatMap((where) => [
		{ ...waitOptions(true), ...show({ ...where, provider: cancelling }) },
		{
			...waitOptions(false),
			...show({ ...where, provider: providerIds.filter((id) => !cancelling.includes(id)) }),
		},
	]),
	{ ...batching, ...show({ operation: ['create'] }) },
	...writesFile.map((where) => ({ ...downloadOptions, ...show(where) })),
];
