import { waitForVideo } from './finish';
import type { Operation } from '../operation';
import { readTask, type ExistingTask } from './readTask';

/** Picks up a task that exists, of this execution or an older one. */
export const wait: Operation<ExistingTask> = {
	option: {
		name: 'Wait',
		value: 'wait',
		action: 'Wait for video',
		description: 'Stay until a task that exists is finished, and get its video',
	},
	async validate(item) {
		const existing = readTask(item, 'wait');
		item.progress.cancelOnStop = existing.parameters.wait.cancelOnStop;
		return existing;
	},
	async execute(item, { task, parameters }) {
		const made = { since: item.batch.clock.now(), fresh: false };
		return await waitForVideo(item, task, made, parameters);
	},
};
