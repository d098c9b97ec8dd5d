/** What the form says of the operations. They themselves are loaded when the node first runs, not with n8n. */
import type { INodePropertyOptions } from 'n8n-workflow';

/** Those of the resource Video. */
export const videoOperations = {
	create: {
		name: 'Create',
		value: 'create',
		action: 'Create video',
		description: 'Make a video from an image or a prompt, and wait for it if you like',
	},
	getStatus: {
		name: 'Get Status',
		value: 'getStatus',
		action: 'Get video status',
		description: 'Ask how far a task is, and get its link when it is finished',
	},
	wait: {
		name: 'Wait',
		value: 'wait',
		action: 'Wait for video',
		description: 'Stay until a task that exists is finished, and get its video',
	},
	cancel: {
		name: 'Cancel',
		value: 'cancel',
		action: 'Cancel video task',
		description: 'Stop a task that is not finished; a finished video is never touched',
	},
	download: {
		name: 'Download',
		value: 'download',
		action: 'Download video',
		description: 'Get the file of a finished video by a fresh link',
	},
} satisfies Record<string, INodePropertyOptions>;

/** That of the resource Account. */
export const getBalance: INodePropertyOptions = {
	name: 'Get Balance',
	value: 'getBalance',
	action: 'Get account balance',
	description: 'See what is left on the account, free of charge',
};
