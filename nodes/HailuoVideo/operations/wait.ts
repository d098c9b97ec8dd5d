import { waitForVideo } from '../batch/finish';
import type { AwaitedVideo, WaitingOperation } from '../batch/waiting';
import type { Item } from '../item';
import { readTask, type ExistingTask } from './readTask';

/** Picks up a task that exists, of this execution or an older one. */
export const wait: WaitingOperation<ExistingTask> = {
	async validate(item) {
		const existing = readTask(item, 'wait');
		item.progress.cancelOnStop = existing.parameters.wait.cancelOnStop;
		return existing;
	},
	async execute(item, existing) {
		return await waitForVideo(item, await begin(item, existing));
	},
	steps: { completionOf: ({ parameters }) => parameters.completion, begin },
};

async function begin(
	{ batch }: Item,
	{ task, parameters: { wait, output } }: ExistingTask,
): Promise<AwaitedVideo> {
	return { task, since: batch.clock.now(), fresh: false, wait, output };
}
