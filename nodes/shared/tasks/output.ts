/** The end of a clip, for node and trigger alike: its row, its link, its file. */
import type { INodeExecutionData } from 'n8n-workflow';

import type { Clock } from '../async/clock';
import type { ConcurrencyLimit } from '../async/concurrency';
import { taskRow, type OrderFacts, type TaskRef, type TaskState } from '../task';
import type { HttpContext, ProviderClient } from '../transport/client';
import { privateHostsOf } from '../transport/privateHost';
import { downloadVideo, measuresOf } from './download';
import { withLink } from './poll';

export interface OutputOptions {
	/** What is known of the task. */
	state: TaskState;
	order?: OrderFacts;
	/** The gateway's last reply, where the user wants it. */
	raw?: unknown;
	/** The field that the file goes to, and its greatest size in bytes (0 = no limit); undefined: no file. */
	file: { field: string; maxBytes: number } | undefined;
	/** Downloads at the same moment. */
	downloads: ConcurrencyLimit;
	/** Asks the gateway for the state again, for a fresh link. */
	refresh(): Promise<TaskState>;
	/** Called with each state that is learnt on the way. */
	onState?(state: TaskState): void;
	clock: Clock;
	signal: AbortSignal | undefined;
}

/**
 * The output item of a task: its row, with the link when it is finished, and with the file when it is wanted.
 * @throws GatewayFailed when a finished task has no usable link or its file cannot be fetched; Stopped
 */
export async function toTaskItem(
	context: HttpContext,
	client: ProviderClient,
	task: TaskRef,
	options: OutputOptions,
): Promise<INodeExecutionData> {
	const { clock, signal, file } = options;
	const link = async (state: TaskState) => {
		const linked = await withLink(client, task, state, clock, signal);
		options.onState?.(linked);
		return linked;
	};
	if (options.state.status !== 'succeeded')
		return { json: taskRow(task, options.state, options.order, options.raw) };

	let state = await link(options.state);
	const item: INodeExecutionData = { json: {} };
	if (file) {
		const { binary, video } = await downloadVideo(context, state.videoUrl ?? '', {
			baseName: `hailuo-${task.taskId.replace(/[^\w.-]+/g, '_')}`,
			relink: async () => {
				state = await link(await options.refresh());
				return state.videoUrl ?? '';
			},
			allowPrivate: privateHostsOf(client.baseUrl),
			maxBytes: file.maxBytes,
			downloads: options.downloads,
			clock,
			signal,
		});
		item.binary = { [file.field]: binary };
		state = { ...state, ...measuresOf(video) };
		options.onState?.(state);
	}
	item.json = taskRow(task, state, options.order, options.raw);
	return item;
}
