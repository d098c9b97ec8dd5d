import type { INodePropertyOptions } from 'n8n-workflow';

import { GatewayFailed } from '../../shared/errors';
import { isFinal } from '../../shared/task';
import { toOutputItem, refreshStatus, mustBeSucceeded } from './finish';
import type { Prepare } from '../batch/runItems';
import { readTask } from './readTask';

export const option: INodePropertyOptions = {
	name: 'Download',
	value: 'download',
	action: 'Download video',
	description: 'Get the file of a finished video by a fresh link',
};

/** Fetches the file of a finished task; asks the gateway for the link, so an expired one does no harm. */
export const prepare: Prepare = async (item) => {
	readTask(item);
	return async () => {
		const seen = await refreshStatus(item);
		mustBeSucceeded(seen.state);
		if (!isFinal(seen.state.status))
			throw new GatewayFailed({
				category: 'timeout',
				code: 'unfinished',
				message: `The video is not finished yet (status ${seen.state.status})`,
				retryable: true,
			});
		return await toOutputItem(item, seen.reply, true);
	};
};
