/** Fields that several operations share: the same name everywhere, so that a value survives a switch. */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { canCancel, providerIds, table } from '../../shared/catalog/gateways';
import { providers } from '../../shared/providers';

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
	{
		displayName: 'Endpoint',
		name: 'endpoint',
		type: 'string',
		default: '={{ $json.endpoint }}',
		placeholder: 'e.g. v2',
		description:
			"Which of MiniMax's APIs made the task: v2 for MiniMax-H3; Create puts it out. Empty: both are asked.",
		...show({
			operation: ['getStatus', 'wait', 'cancel', 'download'],
			provider: providerIds.filter((provider) => providers[provider].candidates !== undefined),
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

const cancelling = providerIds.filter((provider) => canCancel(provider));

const cancelOnStop: INodeProperties = {
	displayName: 'Cancel on Stop',
	name: 'cancelOnStop',
	type: 'boolean',
	default: true,
	description:
		'Whether to cancel unfinished tasks at the gateway when the execution is stopped or times out. MiniMax can cancel only MiniMax-H3, and only while it waits in the queue. A parked execution (Pause) runs no node when it is stopped: nothing is canceled then.',
};

const waitOptions = (withCancel: boolean): INodeProperties => ({
	displayName: 'Wait Options',
	name: 'waitOptions',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		...(withCancel ? [cancelOnStop] : []),
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
				'Seconds between two status requests for a task. 0 adapts to how long such a video usually takes.',
		},
		{
			displayName: 'Timeout',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 2 },
			default: 30,
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
			displayName: 'Max File Size (MB)',
			name: 'maxSize',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 500,
			description: 'A larger video is not downloaded. 0 = no limit.',
		},
	],
};

const batching: INodeProperties = {
	displayName: 'Batching',
	name: 'batching',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	description: 'How many videos are submitted together',
	options: [
		{
			displayName: 'Max Concurrent Videos',
			name: 'maxInFlight',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description:
				'When so many videos are being made, the next one is submitted as soon as one of them is finished. 0 = all are submitted at once.',
		},
		{
			displayName: 'Max Submits per Minute',
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
	{ operation: ['create'], completion: ['wait', 'pause'], downloadVideo: [true] },
	{ operation: ['wait', 'getStatus'], downloadVideo: [true] },
	{ operation: ['download'] },
];

/** Wherever a task is waited for. */
const waits: Array<Record<string, Array<string | boolean>>> = [
	{ operation: ['create'], completion: ['wait', 'pause'] },
	{ operation: ['wait'] },
];

const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
	displayOptions: { show: { resource: ['account', 'video'] } },
};

const waitFor: INodePropertyOptions = {
	name: 'Wait for the Video',
	value: 'wait',
	description: 'The node stays active until the video is finished; all items are polled together',
};
const pauseFor: INodePropertyOptions = {
	name: 'Pause Until the Video Is Finished',
	value: 'pause',
	description:
		"Park the execution in n8n's database until the video is finished: holds no worker and survives a restart",
};
const returnAtOnce: INodePropertyOptions = {
	name: 'Return the Task at Once',
	value: 'return',
	description: "Go on with the task's ID; get the video later with Wait or Download",
};
const completion = (options: INodePropertyOptions[]): INodeProperties => ({
	displayName: 'Completion',
	name: 'completion',
	type: 'options',
	options,
	default: 'wait',
	description: 'Whether, and how, to wait until the video is finished',
});

/** What comes out: wait or not, file or not, and under which name. */
export const outputFields: INodeProperties[] = [
	{ ...completion([waitFor, pauseFor, returnAtOnce]), ...show({ operation: ['create'] }) },
	{ ...completion([waitFor, pauseFor]), ...show({ operation: ['wait'] }) },
	{ ...downloadVideo, ...show({ operation: ['create'], completion: ['wait', 'pause'] }) },
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
