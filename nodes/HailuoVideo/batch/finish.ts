/** The common end of all operations: the status, the row, the file. */
import type { INodeExecutionData } from 'n8n-workflow';

import { MAX_UNKNOWN_REPLIES, retryRead } from '../../shared/async/retry';
import { failureOf, GatewayFailed } from '../../shared/errors';
import type { Reply } from '../../shared/providers/contract';
import { toTaskItem } from '../../shared/tasks/output';
import {
	fetchStatus,
	mustBeSucceeded,
	pollUntilFinal,
	type StatusReply,
} from '../../shared/tasks/poll';
import type { TaskRef } from '../../shared/task';
import { clipKindOf } from './learntTimes';
import type { Item } from '../item';
import { orderFailed } from '../submit/submitOnce';
import type { AwaitedVideo } from './waiting';
import type { OutputParameters, WaitParameters } from '../order/parameters';

/** Asks for the state once, patiently, and keeps it, and the endpoint that knew it, for a row that may go wrong. */
export async function refreshStatus(item: Item, task: TaskRef): Promise<StatusReply> {
	const { client, batch, progress } = item;
	const seen = await retryRead(
		async (until) => await fetchStatus(client, task, until),
		batch.clock,
		batch.signal,
		// a replica may lag behind the order
		{ unknownTries: MAX_UNKNOWN_REPLIES },
	);
	progress.task = seen.task;
	progress.state = { ...progress.state, ...seen.state };
	return seen;
}

/**
 * Stays until the item's task is finished, and turns it into the output row.
 * @throws GatewayFailed when the task went wrong, or time is up and the user asked for an error
 */
export async function waitForVideo(
	item: Item,
	{ task: given, since, fresh, wait, output }: AwaitedVideo,
): Promise<INodeExecutionData> {
	const { client, batch, progress } = item;
	const { last, timedOut, unanswered } = await pollUntilFinal(
		client,
		given,
		{
			since,
			fresh,
			deadline: batch.clock.now() + wait.timeoutMs,
			pollIntervalMs: wait.pollIntervalMs,
			kind: clipKindOf(item),
		},
		batch.clock,
		batch.signal,
	);
	const task = last?.task ?? given;
	progress.task = task;
	if (last) progress.state = { ...progress.state, ...last.state };
	if (timedOut && wait.onTimeout !== 'return') throw timeIsUp(wait, unanswered);
	if (last && !timedOut) mustBeSucceeded(last.state);
	return await toOutputItem(item, task, output, last?.reply);
}

/** @param unanswered why the gateway did not say how far the task is when time was up; undefined: it did */
export function timeIsUp({ timeoutMs }: WaitParameters, unanswered?: unknown): GatewayFailed {
	const why = unanswered
		? `; the last question was not answered: ${failureOf(unanswered).message}`
		: '';
	return new GatewayFailed({
		category: 'timeout',
		code: 'timeout',
		message: `The video is not finished after ${timeoutMs / 60_000} minutes${why}`,
		retryable: true,
	});
}

/** Notes an order whose task ended without a video, so that the next try does not wait for it. */
export function noteFailure(item: Item, { noted }: AwaitedVideo): void {
	const { state } = item.progress;
	if (!noted || (state?.status !== 'failed' && state?.status !== 'canceled')) return;
	// for a reason that passes, the same order may give a video
	orderFailed(item, noted, state.status === 'canceled' || state.error?.retryable === true);
}

/**
 * The row of a task by what is known of it, with the link when it is finished, and the file when the user wants it.
 * @param reply the gateway's last answer, for `raw`
 */
export async function toOutputItem(
	item: Item,
	task: TaskRef,
	output: OutputParameters,
	reply: Reply | undefined,
): Promise<INodeExecutionData> {
	const { client, batch, progress } = item;
	return await toTaskItem(batch.context, client, task, {
		state: progress.state ?? { status: 'processing' },
		order: progress.order,
		raw: output.simplify ? undefined : reply?.json,
		file: output.file,
		downloads: batch.downloads,
		refresh: async () => {
			const { state } = await refreshStatus(item, task);
			mustBeSucceeded(state);
			return state;
		},
		onState: (state) => (progress.state = state),
		clock: batch.clock,
		signal: batch.signal,
	});
}
