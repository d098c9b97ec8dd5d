import { GatewayFailed } from '../../shared/errors';
import { isFinal } from '../../shared/task';
import { mustBeSucceeded } from '../../shared/tasks/poll';
import { refreshStatus, toOutputItem } from '../batch/finish';
import type { Operation } from '../operation';
import { readTask, type ExistingTask } from './readTask';

/** Fetches the file of a finished task; asks the gateway for the link, so an expired one does no harm. */
export const download: Operation<ExistingTask> = {
	async validate(item) {
		return readTask(item, 'download');
	},
	async execute(item, { task: given, parameters }) {
		const { task, state, reply } = await refreshStatus(item, given);
		mustBeSucceeded(state);
		if (!isFinal(state.status))
			throw new GatewayFailed({
				category: 'timeout',
				code: 'unfinished',
				message: `The video is not finished yet (status ${state.status})`,
				retryable: true,
			});
		return await toOutputItem(item, task, parameters.output, reply);
	},
};
