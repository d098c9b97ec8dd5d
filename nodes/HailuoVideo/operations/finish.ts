/** The common end of all operations: the row, the link, the file. */
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import { isPrivateHost } from '../../shared/transport/privateHost';
import { downloadVideo } from '../../shared/tasks/download';
import { GatewayFailed } from '../../shared/errors';
import { presumedMs } from '../../shared/tasks/pollSchedule';
import type { Reply } from '../../shared/providers/contract';
import { taskError } from '../../shared/providers/replies';
import { retryRead } from '../../shared/async/retry';
import { taskRow, type TaskState } from '../../shared/task';
import { fetchStatus, pollUntilFinal, withLink, type StatusReply } from '../../shared/tasks/poll';
import type { Item } from '../batch/runItems';

/** Asks for the state once, patiently, and keeps it for a row that may go wrong. */
export async function refreshStatus(item: Item): Promise<StatusReply> {
	const { gateway, run, task } = item;
	const seen = await retryRead(
		async (until) => await fetchStatus(gateway, task!, until),
		run.clock,
		run.signal,
	);
	item.state = { ...item.state, ...seen.state };
	return seen;
}

/**
 * Stays until the item's task is finished, and turns it into the output row.
 * @param made when the task was made (epoch milliseconds), and whether by this run
 * @throws GatewayFailed when the task went wrong, or time is up and the user asked for an error
 */
export async function waitForVideo(
	item: Item,
	made: { since: number; fresh: boolean },
): Promise<INodeExecutionData> {
	const { gateway, itemIndex, lane, run, task, order } = item;
	const kind = JSON.stringify([order?.model, order?.resolution, order?.duration]);
	const options = run.context.getNodeParameter('waitOptions', itemIndex, {}) as IDataObject;
	const minutes = Number(options.timeout ?? 15);
	item.cancelOnStop = options.cancelOnStop === true;
	const { last, timedOut } = await pollUntilFinal(
		gateway,
		task!,
		{
			...made,
			deadline: run.clock.now() + minutes * 60_000,
			pollIntervalMs: Number(options.pollInterval ?? 0) * 1000,
			typicalMs: lane.typical.of(kind, presumedMs(order?.resolution, order?.duration)),
		},
		run.clock,
		run.signal,
	);
	if (last) item.state = { ...item.state, ...last.state };
	if (last?.state.status === 'succeeded' && made.fresh)
		lane.typical.learn(kind, run.clock.now() - made.since);
	if (timedOut && options.onTimeout !== 'return')
		throw new GatewayFailed({
			category: 'timeout',
			code: 'timeout',
			message: `The video is not finished after ${minutes} minutes`,
			retryable: true,
		});
	if (last && !timedOut) mustBeSucceeded(last.state);
	return await toOutputItem(item, last?.reply, true);
}

/** @throws GatewayFailed when the task failed or was stopped at the gateway */
export function mustBeSucceeded(state: TaskState): void {
	if (state.status === 'failed') {
		const error = state.error ?? taskError(undefined, undefined, {});
		throw new GatewayFailed({ ...error, message: `The video could not be made: ${error.message}` });
	}
	if (state.status === 'canceled')
		// not the word "canceled": n8n would store the whole execution under that status
		throw new GatewayFailed({
			category: 'unsupported',
			code: 'stopped',
			message: 'The task was stopped at the gateway before it was finished',
			retryable: false,
		});
}

/**
 * The row of a task by what is known of it, with the link when it is finished, and the file when the user wants it.
 * @param reply the gateway's last answer, for `raw`
 * @param fileByDefault whether the file is fetched where the form has no switch for it
 */
export async function toOutputItem(
	item: Item,
	reply: Reply | undefined,
	fileByDefault: boolean,
): Promise<INodeExecutionData> {
	const { gateway, itemIndex, run, task } = item;
	const parameter = (name: string, fallback: unknown) =>
		run.context.getNodeParameter(name, itemIndex, fallback) as unknown;
	const raw = parameter('simplify', true) === false ? reply?.json : undefined;
	const result: INodeExecutionData = { json: {} };

	if (item.state?.status === 'succeeded') {
		item.state = await withLink(gateway, task!, item.state, run.clock, run.signal);
		if (parameter('downloadVideo', fileByDefault) === true) {
			const field = String(parameter('binaryPropertyName', 'data') || 'data');
			result.binary = { [field]: await run.downloads(async () => await fetchFile(item)) };
		}
	}
	result.json = taskRow(task!, item.state ?? {}, item.order, raw);
	return result;
}

async function fetchFile(item: Item): Promise<IBinaryData> {
	const { gateway, itemIndex, run, task } = item;
	const relink = async () => {
		const { state } = await refreshStatus(item);
		mustBeSucceeded(state);
		item.state = await withLink(gateway, task!, state, run.clock, run.signal);
		return item.state.videoUrl!;
	};
	const options = run.context.getNodeParameter('downloadOptions', itemIndex, {}) as IDataObject;
	return await downloadVideo(run.context, item.state!.videoUrl!, {
		fileName: `hailuo-${task!.taskId.replace(/[^\w.-]+/g, '_')}.mp4`,
		relink,
		// a simulator or a gateway of one's own may live in the private network, and its videos with it
		allowPrivate: isPrivateHost(new URL(gateway.baseUrl).hostname),
		maxBytes: Number(options.maxSize ?? 0) * 1_000_000,
		clock: run.clock,
		signal: run.signal,
	});
}
