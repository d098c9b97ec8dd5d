import type { INodePropertyOptions } from 'n8n-workflow';

import { settle } from '../../shared/async/settle';
import type { TaskState } from '../../shared/task';
import { toOutputItem, waitForVideo } from './finish';
import { readOrder } from '../order/readOrder';
import { submitOnce } from '../submit/submitOnce';
import type { Prepare } from '../batch/runItems';

export const option: INodePropertyOptions = {
	name: 'Create',
	value: 'create',
	action: 'Create video',
	description: 'Make a video from a picture or a prompt, and wait for it if you like',
};

/** Makes a video: looks at the whole order first, submits it once, then returns the task or waits for the file. */
export const prepare: Prepare = async (item) => {
	const read = await readOrder(item);
	const { order } = read;
	const { itemIndex, run } = item;
	const wait = run.context.getNodeParameter('completion', itemIndex, 'wait') !== 'return';
	item.order = {
		model: order.model,
		mode: order.mode,
		resolution: order.resolution,
		duration: order.duration,
	};

	return async () => {
		const { task, at, fresh, reply, forget } = await submitOnce(item, read);
		item.task = task;
		item.state = { status: 'queued', submittedAt: new Date(at).toISOString() };
		if (!wait) return await toOutputItem(item, reply, false);
		const result = await settle(async () => await waitForVideo(item, { since: at, fresh }));
		if ('value' in result) return result.value;
		if (mayTryAgain(item.state)) forget();
		throw result.error;
	};
};

/** A task that gave no video, for a reason that passes: running the node again may make another. */
function mayTryAgain(state: TaskState): boolean {
	return (
		state.status === 'canceled' || (state.status === 'failed' && state.error?.retryable === true)
	);
}
