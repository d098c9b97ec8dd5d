/** Follows one task to its end, and to the address of its video. */
import { steady, stopIf, type Clock } from '../async/clock';
import { GatewayFailed } from '../errors';
import type { ClipKind, TrackedTask } from '../transport/clipTimes';
import { nextQueuedPollMs, type QueuePlace } from './pollSchedule';
import type { Reply, VideoLink } from '../providers/contract';
import {
	badLink,
	isLink,
	linkAnywhereIn,
	readThrough,
	retryAfterOf,
	taskError,
} from '../providers/replies';
import {
	backoff,
	Doubts,
	isUnknownTask,
	MAX_UNKNOWN_REPLIES,
	retryRead,
	type ReadPatience,
} from '../async/retry';
import { settle } from '../async/settle';
import { isFinal, type TaskRef, type TaskState } from '../task';
import type { ProviderClient } from '../transport/client';

export interface StatusReply {
	/** As it was asked for, with the endpoint that knew it. */
	task: TaskRef;
	state: TaskState;
	reply: Reply;
}

export interface PollOptions {
	/** Epoch milliseconds at which waiting ends. */
	deadline: number;
	/** Epoch milliseconds at which the task was made, or first heard of. */
	since: number;
	/** The task was made just now: the first poll can wait. */
	fresh: boolean;
	/** Milliseconds between polls; 0 = adaptive. */
	pollIntervalMs: number;
	/** What tasks of this kind teach each other about their time. */
	kind: ClipKind;
}

/** Milliseconds in the queue from which on queue and generation are told apart. */
const LONG_QUEUE_MS = 20_000;
/** How soon a sleeping task notices that others have taught when it is due. */
const NOTICE_MS = 600;

/**
 * Asks for a task's status once. Where its row does not say which API of the gateway made it, the next one is asked
 * when one does not know it.
 * @param until epoch milliseconds after which the answer is of no use
 * @throws GatewayFailed, with the first API's words where none knows the task; Stopped
 */
export async function fetchStatus(
	gateway: ProviderClient,
	given: TaskRef,
	until?: number,
): Promise<StatusReply> {
	const { provider } = gateway;
	let unknown: unknown;
	for (const task of provider.candidates?.(given) ?? [given]) {
		const asked = await settle(async () => await gateway.read(provider.status(task), until));
		if ('value' in asked)
			return {
				task,
				state: withFoundLink(
					readThrough((reply) => provider.readStatus(reply), asked.value),
					asked.value,
				),
				reply: asked.value,
			};
		if (!isUnknownTask(asked.error)) throw asked.error;
		unknown ??= asked.error;
	}
	throw unknown;
}

/** The state of a finished task, with the link of its reply where it stands in none of the documented places. */
function withFoundLink(state: TaskState, reply: Reply): TaskState {
	const { status, videoUrl, fileId } = state;
	if (status !== 'succeeded' || videoUrl !== undefined || fileId !== undefined) return state;
	const found = linkAnywhereIn(reply.json);
	return found === undefined ? state : { ...state, videoUrl: found };
}

/** When one task is polled: by what its kind has learnt, its queue, and what its gateway asks for. */
class Timing {
	private tracked: TrackedTask;
	/** Epoch milliseconds before which it is not polled, whatever others teach. */
	private notBefore: number;
	/** The task waits in a long queue, where others teach nothing of it. */
	private queue: { first?: QueuePlace } | undefined;
	private lastQueued: number | undefined;

	constructor(
		private readonly options: PollOptions,
		private readonly clock: Clock,
	) {
		const { fresh, kind, pollIntervalMs, since } = options;
		this.tracked = kind.track(since, !fresh);
		this.notBefore = fresh ? clock.now() + pollIntervalMs : 0;
	}

	/** Sleeps until the task is due, or the deadline. @throws Stopped */
	async sleep(signal: AbortSignal | undefined): Promise<void> {
		stopIf(signal);
		for (let now = this.clock.now(); ; ) {
			const left = Math.min(this.dueAt(), this.options.deadline) - now;
			if (left <= 0) return;
			const nap = this.adaptive ? Math.min(left, NOTICE_MS) : left;
			await this.clock.sleep(nap, signal);
			now = Math.max(this.clock.now(), now + nap);
		}
	}

	/** Takes a status reply into account. */
	replied(state: TaskState, retryAfterMs: number): void {
		const now = this.clock.now();
		this.leaveQueue(state, now);
		if (state.status === 'succeeded') this.options.kind.ready(this.tracked, now);
		else this.options.kind.stillRunning(this.tracked, now, state.progress);
		this.notBefore = now + Math.max(this.options.pollIntervalMs, retryAfterMs);
		if (state.status === 'queued') this.stayInQueue(state, now);
	}

	/** Takes a reply into account that said nothing of the task. */
	failed(pauseMs: number): void {
		this.notBefore = this.clock.now() + Math.max(pauseMs, this.options.pollIntervalMs);
	}

	end(): void {
		this.options.kind.release(this.tracked);
	}

	/** The task's own plan counts: no fixed interval, no long queue. */
	private get adaptive(): boolean {
		return this.options.pollIntervalMs === 0 && this.queue === undefined;
	}

	private dueAt(): number {
		const first = this.tracked.polls === 0;
		if (!this.adaptive || (first && !this.options.fresh)) return this.notBefore;
		return Math.max(this.options.kind.dueAt(this.tracked), this.notBefore);
	}

	private stayInQueue({ queuePosition }: TaskState, now: number): void {
		this.lastQueued = now;
		const queuedMs = now - this.tracked.since;
		if (queuedMs <= LONG_QUEUE_MS) return;
		const place = queuePosition ? { position: queuePosition, atMs: now } : undefined;
		this.queue = { first: this.queue?.first ?? place };
		// no observer of how long clips take
		this.options.kind.release(this.tracked);
		if (this.options.pollIntervalMs > 0) return;
		const wait = nextQueuedPollMs(queuedMs, this.clock.random(), this.queue.first, place);
		this.notBefore = Math.max(this.notBefore, now + wait);
	}

	/** A long time in the queue is no part of the time that the clip takes. */
	private leaveQueue({ status }: TaskState, now: number): void {
		if (status === 'queued' || this.lastQueued === undefined) return;
		if (this.queue) {
			const { fresh, kind } = this.options;
			kind.release(this.tracked);
			const left = status === 'processing' ? (this.lastQueued + now) / 2 : this.lastQueued;
			this.tracked = kind.track(left, !fresh);
		}
		[this.queue, this.lastQueued] = [undefined, undefined];
	}
}

/**
 * Polls a task until it is final or the deadline has passed; `timedOut` tells which. One lost poll never ends
 * a task: passing failures are waited out until the deadline. `unanswered` is the last of them where no answer followed.
 * @throws GatewayFailed when the gateway refuses to tell (key, unknown task, answers of another shape), Stopped
 */
export async function pollUntilFinal(
	gateway: ProviderClient,
	given: TaskRef,
	options: PollOptions,
	systemClock: Clock,
	signal: AbortSignal | undefined,
): Promise<{ last?: StatusReply; timedOut: boolean; unanswered?: unknown }> {
	const clock = steady(systemClock);
	let unanswered: unknown;
	let task = given;
	let last: StatusReply | undefined;
	let failures = 0;
	let doubts = new Doubts();
	const timing = new Timing(options, clock);
	try {
		for (;;) {
			await timing.sleep(signal);
			const seen = await settle(async () => await fetchStatus(gateway, task, options.deadline));
			if ('value' in seen) {
				last = seen.value;
				task = last.task;
				timing.replied(last.state, retryAfterOf(last.reply) ?? 0);
				if (isFinal(last.state.status)) return { last, timedOut: false };
				failures = 0;
				doubts = new Doubts();
				unanswered = undefined;
			} else {
				const fault = seen.error instanceof GatewayFailed ? seen.error.fault : undefined;
				if (!fault || !(fault.retryable || doubts.bear(seen.error))) throw seen.error;
				unanswered = seen.error;
				timing.failed(backoff(failures++, clock.random(), fault.retryAfterMs));
			}
			if (clock.now() >= options.deadline) return { last, timedOut: true, unanswered };
		}
	} finally {
		timing.end();
	}
}

/** How often a finished task is asked for its link: about a minute and a half. */
const LINK_TRIES = 7;
/** A replica may lag behind the one that called the task finished. */
const LAGGING: ReadPatience = { unknownTries: MAX_UNKNOWN_REPLIES };

/**
 * The state with the address of the video, asking the gateway once more where that takes a call of its own. Some
 * gateways call a task finished a moment before they know its link, or the file behind it: it is asked for again.
 * @throws GatewayFailed when a finished task has no usable link, or has failed after all
 */
export async function withLink(
	client: ProviderClient,
	task: TaskRef,
	state: TaskState,
	clock: Clock,
	signal: AbortSignal | undefined,
): Promise<TaskState> {
	if (state.status !== 'succeeded') return state;
	let known = state;
	for (let tries = 0; tries < LINK_TRIES; tries++) {
		if (tries > 0) {
			await clock.sleep(backoff(tries - 1, clock.random()), signal);
			const seen = await retryRead(
				async (until) => await fetchStatus(client, task, until),
				clock,
				signal,
				LAGGING,
			);
			if (isFinal(seen.state.status)) known = { ...known, ...seen.state };
			mustBeSucceeded(known);
		}
		const found = await linkOf(client, task, known, clock, signal);
		const videoUrl = found && absoluteLink(found.url, client.baseUrl);
		if (found && videoUrl)
			return {
				...known,
				videoUrl,
				...(found.expiresAt && { videoUrlExpiresAt: found.expiresAt }),
			};
	}
	throw new GatewayFailed({
		category: 'transient',
		code: 'noLink',
		message: 'The task is finished, but the gateway gives no link to its video',
		retryable: true,
	});
}

async function linkOf(
	client: ProviderClient,
	task: TaskRef,
	state: TaskState,
	clock: Clock,
	signal: AbortSignal | undefined,
): Promise<VideoLink | undefined> {
	if (state.videoUrl) return { url: state.videoUrl, expiresAt: state.videoUrlExpiresAt };
	const { link } = client.provider;
	const call = link?.call(task, state);
	if (!link || !call) return undefined;
	const ask = async (until: number) => link.read(await client.read(call, until));
	return await retryRead(ask, clock, signal, LAGGING);
}

/**
 * A link as gateways give it, made whole: `//host/…`, `/path` and `path/x.mp4` are meant against the Base URL,
 * `host.tld/path` lacks its scheme.
 * @returns undefined for a text that is no link
 * @throws GatewayFailed (`protocol`) for a link that n8n cannot fetch
 */
export function absoluteLink(text: string, baseUrl: string): string | undefined {
	const link = text.trim();
	if (!isLink(link)) return undefined;
	const hasHost = /^[\w-]+(?:\.[\w-]+)+(?::\d+)?\//.test(link);
	const [address, base] = hasHost ? [`https://${link}`, undefined] : [link, `${baseUrl}/`];
	if (!URL.canParse(address, base)) return undefined;
	const url = new URL(address, base);
	if (url.protocol !== 'http:' && url.protocol !== 'https:')
		throw badLink('The video link is no http(s) URL');
	return url.href;
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
