/** Follows one task to its end, and to the address of its video. */
import { type Clock } from '../async/clock';
import { GatewayFailed } from '../errors';
import { nextPoll, nextQueuedPoll } from './pollSchedule';
import type { Reply } from '../providers/contract';
import { retryAfterOf, unexpectedReply } from '../providers/replies';
import { backoff, MAX_UNREADABLE_REPLIES, retryRead } from '../async/retry';
import { settle } from '../async/settle';
import { isFinal, type TaskRef, type TaskState } from '../task';
import type { ProviderClient } from '../transport/client';

export interface StatusReply {
	state: TaskState;
	reply: Reply;
}

export interface PollOptions {
	/** Epoch milliseconds at which waiting ends. */
	deadline: number;
	/** Epoch milliseconds at which the task was made, or first heard of. */
	since: number;
	/** The task was made just now: the first look can wait, and "not found" may be a replica that lags. */
	fresh: boolean;
	/** Milliseconds between looks; 0 = adaptive. */
	pollIntervalMs: number;
	typicalMs: number;
}

/** Milliseconds in the queue from which on queue and generation are told apart. */
const LONG_QUEUE_MS = 20_000;
/**
 * Asks for a task's status once.
 * @param until epoch milliseconds after which the answer is of no use
 * @throws GatewayFailed, Stopped
 */
export async function fetchStatus(
	gateway: ProviderClient,
	task: TaskRef,
	until?: number,
): Promise<StatusReply> {
	const reply = await gateway.read(gateway.provider.status(task), until);
	return { state: gateway.provider.readStatus(reply), reply };
}

/**
 * Watches a task until it is final or the deadline has passed; `timedOut` tells which. One lost look never ends
 * a task: passing failures are waited out until the deadline.
 * @throws GatewayFailed when the gateway refuses to tell (key, unknown task, answers of another shape), Stopped
 */
export async function pollUntilFinal(
	gateway: ProviderClient,
	task: TaskRef,
	options: PollOptions,
	clock: Clock,
	signal: AbortSignal | undefined,
): Promise<{ last?: StatusReply; timedOut: boolean }> {
	let last: StatusReply | undefined;
	let failures = 0;
	let doubts = 0;
	let lastQueued: number | undefined;
	let { since } = options;
	const plan = (queued: boolean) => {
		if (options.pollIntervalMs > 0) return options.pollIntervalMs;
		const elapsed = clock.now() - since;
		return (queued ? nextQueuedPoll : nextPoll)(elapsed, options.typicalMs, clock.random());
	};
	let wait = options.fresh ? plan(false) : 0;
	for (;;) {
		const left = options.deadline - clock.now();
		await clock.sleep(Math.max(0, Math.min(wait, left)), signal);
		const seen = await settle(async () => await fetchStatus(gateway, task, options.deadline));
		if ('value' in seen) {
			last = seen.value;
			if (isFinal(last.state.status)) return { last, timedOut: false };
			failures = 0;
			doubts = 0;
			const now = clock.now();
			const queued = last.state.status === 'queued';
			if (queued) lastQueued = now;
			// a long time in the queue is no part of the time that the clip takes
			else if (lastQueued !== undefined && lastQueued - since > LONG_QUEUE_MS)
				[since, lastQueued] = [(lastQueued + now) / 2, undefined];
			wait = Math.max(plan(queued && now - since > LONG_QUEUE_MS), retryAfterOf(last.reply) ?? 0);
		} else {
			const fault = seen.error instanceof GatewayFailed ? seen.error.fault : undefined;
			// MiniMax and its kin have one code for an unknown task and a wrong parameter
			const unknown = fault?.category === 'notFound' || fault?.category === 'invalidParameters';
			const doubtful = fault?.category === 'protocol' || (unknown && options.fresh);
			if (!fault || !(fault.retryable || (doubtful && ++doubts < MAX_UNREADABLE_REPLIES)))
				throw seen.error;
			const pause = backoff(failures++, clock.random(), fault.retryAfterMs);
			wait = Math.max(pause, options.pollIntervalMs);
		}
		if (clock.now() >= options.deadline) return { last, timedOut: true };
	}
}

/**
 * The state with the address of the video, asking the gateway once more where that takes a call of its own.
 * @throws GatewayFailed (`protocol`) when a finished task has no usable link
 */
export async function withLink(
	gateway: ProviderClient,
	task: TaskRef,
	state: TaskState,
	clock: Clock,
	signal: AbortSignal | undefined,
): Promise<TaskState> {
	if (state.status !== 'succeeded') return state;
	const found = state.videoUrl
		? { url: state.videoUrl, expiresAt: state.videoUrlExpiresAt }
		: await askForLink(gateway, task, state, clock, signal);
	if (!URL.canParse(found.url) || !['http:', 'https:'].includes(new URL(found.url).protocol))
		throw unexpectedReply('the video link is no http(s) URL');
	return {
		...state,
		videoUrl: found.url,
		...(found.expiresAt && { videoUrlExpiresAt: found.expiresAt }),
	};
}

async function askForLink(
	gateway: ProviderClient,
	task: TaskRef,
	state: TaskState,
	clock: Clock,
	signal: AbortSignal | undefined,
) {
	const { link } = gateway.provider;
	if (!link) throw unexpectedReply('a finished task without a video link');
	for (let tries = 0; tries < 5; tries++) {
		const found = await retryRead(
			async (until) => link.read(await gateway.read(link.call(task, state), until)),
			clock,
			signal,
		);
		if (found) return found;
		await clock.sleep(backoff(tries, clock.random()), signal);
	}
	throw unexpectedReply('a finished task whose video is not ready');
}
