/**
 * Runs the items of an operation with the execution parked in n8n's database while their videos are made. Each time the
 * node runs it orders what can be ordered, asks for what may be ready, and says how long to park; files are fetched at
 * the end, when no video is missing.
 */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { Stopped } from '../../shared/async/clock';
import { backoff, Doubts, MAX_RATE_LIMIT_WAIT_MS } from '../../shared/async/retry';
import { OWN_PACE } from '../../shared/async/rateLimiter';
import { settle, type Settled } from '../../shared/async/settle';
import { GatewayFailed } from '../../shared/errors';
import { retryAfterOf } from '../../shared/providers/replies';
import { fetchStatus, mustBeSucceeded, type StatusReply } from '../../shared/tasks/poll';
import { isFinal } from '../../shared/task';
import type { ClipKind, TrackedTask } from '../../shared/transport/clipTimes';
import type { Batch, Item, ItemFacts } from '../item';
import { noteFailure, refreshStatus, timeIsUp, toOutputItem } from './finish';
import type { AwaitedVideo, WaitingSteps } from './waiting';
import { clipKindOf } from './learntTimes';
import { restoreError, storeError, type ParkedItem, type ParkedRun } from './parkedRun';
import {
	firstDueAt,
	LONGEST_STAY_MS,
	nextDueAt,
	parkUntil,
	SHORTEST_PARK_MS,
	wakeUpMs,
	type AwaitedTime,
} from './wakeUps';

const ORDERS_AT_ONCE = 10;
/** An order that would be held back for longer is placed after the next wake-up. */
export const ORDER_PATIENCE_MS = 15_000;
/** So long orders are placed before what was paid is saved: by parking. */
export const ORDER_PHASE_MS = 30_000;
/** From so many status calls that failed in a row on the gateway is down, and the execution is parked meanwhile. */
const GATEWAY_DOWN = 5;
const LONGEST_DOWN_MS = 5 * 60_000;
/** A task that is due this soon is asked for together with the others. */
const TOGETHER_MS = 5_000;

/** An item at the start of a run of the node. */
export type PausedItem<T> = { facts: ItemFacts } & (
	| { item: Item; validated: T }
	| { item: Item; parked: ParkedItem }
	| { result: Settled<INodeExecutionData> }
);

/** An item on its way. */
interface Slot<T> {
	readonly facts: ItemFacts;
	readonly item?: Item;
	/** To be ordered. */
	order?: { validated: T };
	/** To be waited for. */
	awaited?: Awaited;
	/** Nothing more is to be done. */
	result?: Settled<INodeExecutionData>;
}

type ToOrder<T> = Slot<T> & { item: Item; order: { validated: T } };
type Waiting<T> = Slot<T> & { item: Item; awaited: Awaited };

interface Awaited {
	video: AwaitedVideo;
	/** Epoch milliseconds. */
	deadline: number;
	dueAt: number;
	/** Status calls in a row that failed, and answers in a row that made no sense. */
	failures: number;
	doubts: Doubts;
	/** What tasks of its kind teach each other about their time. */
	kind: ClipKind;
	tracked: TrackedTask;
	/** The gateway's last answer, of this run of the node. */
	seen?: StatusReply;
	/** Nothing more will happen, or is waited for. */
	over?: boolean;
}

/** Results in input order; undefined: the execution was parked. */
export type PausedOutcome = Array<Settled<INodeExecutionData>> | undefined;

export interface PauseOptions {
	/** An item that fails does not end the others. */
	continueOnFail: boolean;
	/** A failed task may be followed by another order of the same item. */
	mayReorder: boolean;
	/** Ends everything: an item failed. */
	end(): void;
	/** What was parked, when this is a wake-up. */
	parked: ParkedRun | undefined;
	/**
	 * Parks the execution until a time (epoch milliseconds) with what is needed to go on.
	 * @returns false when that cannot be done: the node stays
	 */
	park(until: number, parked: ParkedRun): Promise<boolean>;
}

/**
 * Orders, polls and delivers, until there is nothing left to do or it is time to park. Never throws.
 * @param items all items of the run, in input order
 */
export async function runPaused<T>(
	batch: Batch,
	steps: WaitingSteps<T>,
	items: ReadonlyArray<PausedItem<T>>,
	options: PauseOptions,
): Promise<PausedOutcome> {
	return await new PausedRun(batch, steps, items, options).run();
}

class PausedRun<T> {
	private readonly slots: Array<Slot<T>>;
	/** By account: until when (epoch milliseconds) orders are held back. */
	private readonly heldUntil = new Map<string, number>();
	/** Orders that are not in n8n's database yet. */
	private unsaved = 0;
	private ordering = 0;
	/** Milliseconds that were stayed in this run of the node. */
	private stayed = 0;
	private refusedSince: number | undefined;
	private cannotPark = false;

	constructor(
		private readonly batch: Batch,
		private readonly steps: WaitingSteps<T>,
		items: ReadonlyArray<PausedItem<T>>,
		private readonly options: PauseOptions,
	) {
		this.refusedSince = options.parked?.refusedSince;
		this.slots = items.map((entry) => {
			if ('result' in entry) return { facts: entry.facts, result: entry.result };
			if ('parked' in entry) return this.resumed(entry);
			const { facts, item, validated } = entry;
			return { facts, item, order: { validated } };
		});
	}

	async run(): Promise<PausedOutcome> {
		const outcome = await settle(async () => {
			await this.order();
			await this.poll(this.options.parked !== undefined);
			for (;;) {
				if (this.broken() || this.pending().length === 0) return false;
				const until = this.parkUntil();
				if (until !== undefined) {
					if (await this.options.park(until, this.parkedRun())) return true;
					this.cannotPark = true;
				}
				const { clock, signal } = this.batch;
				const wait = Math.max(0, this.nextAt() - clock.now());
				await clock.sleep(wait, signal);
				this.stayed += wait;
				await this.order();
				await this.poll(false);
			}
		});
		if ('value' in outcome && outcome.value) return undefined;
		if ('value' in outcome && !this.broken())
			await Promise.all(this.slots.map(async (slot) => await this.deliver(slot)));
		const cut = 'error' in outcome ? outcome.error : new Stopped();
		return this.slots.map(({ result }) => result ?? { error: cut });
	}

	private resumed({
		facts,
		item,
		parked,
	}: Extract<PausedItem<T>, { parked: ParkedItem }>): Slot<T> {
		const { context, clock } = this.batch;
		if (parked.error)
			return { facts, result: { error: restoreError(context, facts.itemIndex, parked.error) } };
		if (parked.row) return { facts, result: { value: { json: parked.row as IDataObject } } };
		if (!parked.awaited) return { facts, result: { error: new Stopped() } };
		const now = clock.now();
		const { wait } = parked.awaited;
		const video: AwaitedVideo = {
			...parked.awaited,
			output: { file: undefined, ...parked.awaited.output },
			// a clock that was set back must not make waiting longer
			since: Math.min(parked.awaited.since, now),
		};
		const over = facts.progress.state !== undefined && isFinal(facts.progress.state.status);
		return {
			facts,
			item,
			awaited: {
				...track(item, video, parked.polledMs),
				video,
				deadline: Math.min(parked.deadline ?? now, now + wait.timeoutMs),
				dueAt: Math.min(parked.dueAt ?? now, now + wait.timeoutMs),
				failures: parked.failures ?? 0,
				doubts: new Doubts(),
				over,
			},
		};
	}

	/** Whether an item failed that takes the others with it. */
	private broken(): boolean {
		if (this.options.continueOnFail) return false;
		return this.slots.some(({ result }) => result !== undefined && 'error' in result);
	}

	private toOrder(): Array<ToOrder<T>> {
		return this.slots.filter((slot): slot is ToOrder<T> => slot.order !== undefined);
	}

	private unfinished(): Array<Waiting<T>> {
		return this.slots.filter(
			(slot): slot is Waiting<T> =>
				slot.awaited !== undefined && !slot.awaited.over && slot.result === undefined,
		);
	}

	private pending() {
		return [...this.toOrder(), ...this.unfinished()];
	}

	private async order(): Promise<void> {
		const { clock, maxInFlight } = this.batch;
		const queue = this.toOrder();
		const end = clock.now() + ORDER_PHASE_MS;
		const worker = async () => {
			while (clock.now() < end && !this.broken()) {
				if (this.unfinished().length + this.ordering >= maxInFlight) return;
				const next = queue.findIndex(({ item }) => this.heldFor(item) === 0);
				if (next < 0) return;
				const [slot] = queue.splice(next, 1);
				this.ordering++;
				await this.orderOne(slot);
				this.ordering--;
			}
		};
		await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, worker));
	}

	private heldFor({ client }: Item): number {
		return Math.max(0, (this.heldUntil.get(client.account) ?? 0) - this.batch.clock.now());
	}

	private async orderOne(slot: ToOrder<T>): Promise<void> {
		const { clock } = this.batch;
		const { item } = slot;
		const { validated } = slot.order;
		const begun = await settle(async () => await this.steps.begin(item, validated));
		const now = clock.now();
		if ('error' in begun) {
			const holdMs = heldBack(begun.error);
			if (holdMs !== undefined) {
				this.heldUntil.set(item.client.account, now + Math.max(holdMs, 1));
				if (isOwnPace(begun.error)) return;
				this.refusedSince ??= now;
				if (now - this.refusedSince < MAX_RATE_LIMIT_WAIT_MS) return;
			}
			this.finish(slot, begun);
			return;
		}
		this.refusedSince = undefined;
		if ('row' in begun.value) {
			this.unsaved++;
			this.finish(slot, { value: begun.value.row });
			return;
		}
		const video = begun.value;
		if (video.fresh) this.unsaved++;
		(slot as Slot<T>).order = undefined;
		const tracked = track(item, video);
		slot.awaited = {
			...tracked,
			video,
			deadline: now + video.wait.timeoutMs,
			dueAt: firstDueAt(this.timeOf(tracked.kind, video)),
			failures: 0,
			doubts: new Doubts(),
		};
	}

	private finish(slot: Slot<T>, result: Settled<INodeExecutionData>): void {
		slot.order = undefined;
		slot.result = result;
		// what the others would still pay for would be thrown away with the run
		if ('error' in result && !this.options.continueOnFail) this.options.end();
	}

	/**
	 * Asks for all tasks that are due, together.
	 * @param wokeUp when nothing is due, somebody has woken the execution before its time: all are asked for
	 */
	private async poll(wokeUp: boolean): Promise<void> {
		const now = this.batch.clock.now();
		const tasks = this.unfinished();
		const due = tasks.filter(
			({ awaited }) => Math.min(awaited.dueAt, awaited.deadline) <= now + TOGETHER_MS,
		);
		const early = due.length === 0 && wokeUp && this.unsaved === 0 && this.toOrder().length === 0;
		const asked = early ? tasks : due;
		await Promise.all(asked.map(async (slot) => await this.pollOne(slot)));
	}

	private async pollOne(slot: Waiting<T>): Promise<void> {
		const { clock } = this.batch;
		const { item, awaited } = slot;
		const { progress, client } = item;
		const { video } = awaited;
		// a gateway that wants no requests for longer is asked after the next wake-up
		const until = clock.now() + ORDER_PATIENCE_MS;
		const seen = await settle(async () => await fetchStatus(client, video.task, until));
		const now = clock.now();
		let unanswered: unknown;
		if ('error' in seen) {
			const fault = seen.error instanceof GatewayFailed ? seen.error.fault : undefined;
			// a replica that lags does not know the task yet, and a proxy's page says nothing of it
			const again = fault !== undefined && (fault.retryable || awaited.doubts.bear(seen.error));
			if (!again) {
				this.finish(slot, seen);
				return;
			}
			unanswered = seen.error;
			awaited.dueAt =
				now + backoff(awaited.failures++, clock.random(), fault?.retryAfterMs, LONGEST_DOWN_MS);
		} else {
			const { task, state, reply } = seen.value;
			progress.task = task;
			video.task = task;
			progress.state = { ...progress.state, ...state };
			awaited.seen = seen.value;
			awaited.failures = 0;
			awaited.doubts = new Doubts();
			if (isFinal(state.status)) {
				awaited.over = true;
				learn(awaited, state.status === 'succeeded', now);
				const judged = await settle(async () => mustBeSucceeded(state));
				if ('value' in judged) return;
				if (this.options.mayReorder) noteFailure(item, video);
				this.finish(slot, judged);
				return;
			}
			const { kind, tracked } = awaited;
			kind.stillRunning(tracked, now, state.progress);
			const next = nextDueAt(this.timeOf(kind, video), now, kind.dueAt(tracked));
			awaited.dueAt = Math.max(next, now + (retryAfterOf(reply) ?? 0));
		}
		if (now < awaited.deadline) return;
		awaited.over = true;
		if (video.wait.onTimeout !== 'return')
			this.finish(slot, { error: timeIsUp(video.wait, unanswered) });
	}

	private timeOf(kind: ClipKind, { since, fresh, wait }: AwaitedVideo): AwaitedTime {
		const { pollIntervalMs } = wait;
		return { since, fresh, pollIntervalMs, wakeUpMs: wakeUpMs(kind.outlook, this.slots.length) };
	}

	/** Epoch milliseconds at which there is something to do again. */
	private nextAt(): number {
		const now = this.batch.clock.now();
		const polls = this.unfinished().map(({ awaited }) => Math.min(awaited.dueAt, awaited.deadline));
		const isFull = this.unfinished().length >= this.batch.maxInFlight;
		const orders = isFull ? [] : this.toOrder().map(({ item }) => now + this.heldFor(item));
		return Math.min(...polls, ...orders);
	}

	/** Epoch milliseconds until which to park; undefined: stay. */
	private parkUntil(): number | undefined {
		if (this.cannotPark) return undefined;
		const { clock } = this.batch;
		const now = clock.now();
		const tasks = this.unfinished();
		const latest = Math.min(...tasks.map(({ awaited }) => awaited.deadline));
		if (latest - now < SHORTEST_PARK_MS) return undefined;
		const dueAt = this.nextAt();
		const isDown = tasks.some(({ awaited }) => awaited.failures >= GATEWAY_DOWN);
		const isLong = dueAt - now >= SHORTEST_PARK_MS;
		const isLate = this.stayed >= LONGEST_STAY_MS;
		if (!isLong && !isDown && !isLate && this.unsaved === 0) return undefined;
		const oldest = Math.min(now, ...tasks.map(({ awaited }) => awaited.video.since));
		return parkUntil({ dueAt, latest, waitedMs: now - oldest, isLate }, now, clock.random());
	}

	private async deliver(slot: Slot<T>): Promise<void> {
		const { item, awaited } = slot;
		if (!item || !awaited || slot.result) return;
		const { task, output } = awaited.video;
		slot.result = await settle(async () => {
			// known since an earlier wake-up: its link may have expired, and its answer was not kept
			if (!awaited.seen) await settle(async () => (awaited.seen = await refreshStatus(item, task)));
			return await toOutputItem(item, task, output, awaited.seen?.reply);
		});
		if ('error' in slot.result && !this.options.continueOnFail) this.options.end();
	}

	private parkedRun(): ParkedRun {
		const items = this.slots.flatMap((slot): Array<[string, ParkedItem]> => {
			if (slot.order) return [];
			const { facts, awaited, result } = slot;
			const { progress, provider } = facts;
			const parked: ParkedItem = { progress: { ...progress }, provider };
			if (result && 'error' in result) parked.error = storeError(result.error);
			else if (result && 'value' in result) parked.row = result.value.json;
			else if (awaited) {
				const { video, deadline, dueAt, failures, tracked } = awaited;
				const { polledMs } = tracked;
				Object.assign(parked, { awaited: video, deadline, dueAt, failures, polledMs });
			}
			return [[String(facts.itemIndex), parked]];
		});
		return {
			items: Object.fromEntries(items),
			hints: [...new Set(this.batch.hints)],
			bill: this.batch.bill,
			refusedSince: this.refusedSince,
		};
	}
}

/** For how long (milliseconds) an order is held back that was not taken only because there were too many. */
function heldBack(error: unknown): number | undefined {
	const fault = error instanceof GatewayFailed ? error.fault : undefined;
	if (fault?.category !== 'rateLimit' || !fault.noTask || !fault.retryable) return undefined;
	return fault.retryAfterMs ?? 0;
}

/** Whether the user's own limit held an order back, which may take as long as it takes. */
const isOwnPace = (error: unknown) =>
	error instanceof GatewayFailed && error.fault.code === OWN_PACE;

/** @param polledMs milliseconds after which it was still running, as an earlier run of the node has seen */
function track(item: Item, { since, fresh }: AwaitedVideo, polledMs = 0) {
	const kind = clipKindOf(item);
	const tracked = kind.track(since, !fresh);
	if (polledMs > 0) Object.assign(tracked, { polledMs, polls: 1 });
	item.batch.onEnd.push(() => kind.release(tracked));
	return { kind, tracked };
}

/** A video that was ready when it was asked for the first time may have been so for a while. */
const READY_FOR_A_WHILE = 0.92;

/** Takes the time of a finished clip into account, as far as it is known. */
function learn({ kind, tracked }: Awaited, isReady: boolean, now: number): void {
	if (isReady && tracked.polls === 0 && !tracked.old) {
		// the wake-up may have been late for another reason
		const ready = Math.min(now - tracked.since, wakeUpMs(kind.outlook));
		kind.learn({ notYet: ready * READY_FOR_A_WHILE, ready }, now);
	} else if (isReady) kind.ready(tracked, now);
	kind.release(tracked);
}
