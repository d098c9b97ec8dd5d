import type { INodePropertyOptions } from 'n8n-workflow';

import { submit } from '../../shared/submit';
import type { VideoOrder } from '../../shared/task';
import { deliver, waitFor } from '../finish';
import { readOrder } from '../order';
import type { Prepare } from '../run';

export const option: INodePropertyOptions = {
	name: 'Create',
	value: 'create',
	action: 'Create video',
	description: 'Make a video from a picture or a prompt, and wait for it if you like',
};

/** How long "too many requests" is waited out, in milliseconds. */
const PATIENCE_MS = 15 * 60_000;

/** Makes a video: looks at the whole order first, submits it once, then returns the task or waits for the file. */
export const prepare: Prepare = async (item) => {
	const { order, pictures, extraFields } = await readOrder(item);
	const { gateway, itemIndex, provider, run } = item;
	const wait = run.context.getNodeParameter('completion', itemIndex, 'wait') !== 'return';
	item.order = {
		model: order.model,
		mode: order.mode,
		resolution: order.resolution,
		duration: order.duration,
	};

	return async () => {
		const { task, reply } = await run.submits(async () => {
			const filled: VideoOrder = { ...order };
			for (const picture of pictures) filled[picture.role] = await picture.load(gateway);
			return await submit(
				gateway,
				filled,
				extraFields,
				run.paceOf(provider),
				run.clock.now() + PATIENCE_MS,
				run.clock,
				run.signal,
			);
		});
		item.task = task;
		item.state = { status: 'queued', submittedAt: new Date(run.clock.now()).toISOString() };
		return wait ? await waitFor(item, true) : await deliver(item, reply, false);
	};
};
