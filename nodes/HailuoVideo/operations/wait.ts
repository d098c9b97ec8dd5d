import type { INodePropertyOptions } from 'n8n-workflow';

import { waitForVideo } from './finish';
import type { Prepare } from '../batch/runItems';
import { readTask } from './readTask';

export const option: INodePropertyOptions = {
	name: 'Wait',
	value: 'wait',
	action: 'Wait for video',
	description: 'Stay until a task that exists is finished, and get its video',
};

/** Picks up a task that exists, of this execution or an older one. */
export const prepare: Prepare = async (item) => {
	readTask(item);
	return async () => await waitForVideo(item, { since: item.run.clock.now(), fresh: false });
};
