import { settle } from '../../shared/async/settle';
import type { TaskState } from '../../shared/task';
import { readOrder, type ReadOrder } from '../order/readOrder';
import { submitOnce } from '../submit/submitOnce';
import { toOutputItem, waitForVideo } from './finish';
import type { Operation } from './operation';

/** Makes a video: checks the whole order first, submits it once, then returns the task or waits for the file. */
export const create: Operation<ReadOrder> = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create video',
		description: 'Make a video from an image or a prompt, and wait for it if you like',
	},
	async validate(item) {
		const read = await readOrder(item);
		const { model, mode, resolution, duration } = read.order;
		item.progress.order = { model, mode, resolution, duration };
		return read;
	},
	async execute(item, read) {
		const { progress } = item;
		const ordered = await submitOnce(item, read);
		const { task, at, fresh, reply } = ordered;
		progress.task = task;
		progress.state = { status: 'queued', submittedAt: new Date(at).toISOString() };
		// another execution may be waiting for a task that it ordered
		progress.cancelOnStop = ordered.own && read.wait.cancelOnStop;
		const result = await settle(async () =>
			read.completion === 'return'
				? await toOutputItem(item, task, read.output, reply)
				: await waitForVideo(item, task, { since: at, fresh }, read),
		);
		if ('value' in result) {
			ordered.delivered();
			return result.value;
		}
		const { state } = progress;
		if (state && endedWithoutVideo(state)) ordered.failed(mayDoBetter(state));
		throw result.error;
	},
};

function endedWithoutVideo({ status }: TaskState): boolean {
	return status === 'failed' || status === 'canceled';
}

/** A task that gave no video for a reason that passes: the same order may give one. */
function mayDoBetter({ status, error }: TaskState): boolean {
	return status === 'canceled' || error?.retryable === true;
}
