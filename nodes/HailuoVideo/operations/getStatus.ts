import type { INodePropertyOptions } from 'n8n-workflow';

import { toOutputItem, refreshStatus } from './finish';
import type { Prepare } from '../batch/runItems';
import { readTask } from './readTask';

export const option: INodePropertyOptions = {
	name: 'Get Status',
	value: 'getStatus',
	action: 'Get video status',
	description: 'Ask how far a task is, and get its link when it is finished',
};

/** Asks once. A failed task is an answer here, not an error of the node. */
export const prepare: Prepare = async (item) => {
	readTask(item);
	return async () => await toOutputItem(item, (await refreshStatus(item)).reply, false);
};
