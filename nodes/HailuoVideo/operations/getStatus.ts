import { refreshStatus, toOutputItem } from '../batch/finish';
import type { Operation } from '../operation';
import { readTask, type ExistingTask } from './readTask';

/** Asks once. A failed task is an answer here, not an error of the node. */
export const getStatus: Operation<ExistingTask> = {
	async validate(item) {
		return readTask(item, 'getStatus');
	},
	async execute(item, { task: given, parameters }) {
		const { task, reply } = await refreshStatus(item, given);
		return await toOutputItem(item, task, parameters.output, reply);
	},
};
