/** Asking the gateway whether a message is true: with limits per trigger, so that strangers hurt nobody else. */
import type { IWebhookFunctions } from 'n8n-workflow';

import type { Clock } from '../shared/async/clock';
import { concurrencyLimit, type ConcurrencyLimit } from '../shared/async/concurrency';
import { retryRead, type ReadPatience } from '../shared/async/retry';
import { settle } from '../shared/async/settle';
import { isFinal, type TaskRef, type TaskState } from '../shared/task';
import { fetchStatus, type StatusReply } from '../shared/tasks/poll';
import type { ProviderClient } from '../shared/transport/client';
import { nodeKeyOf } from './deduplicate';

/** Messages of one trigger that may wait for confirmation; more are sent back to be repeated later. */
const MAX_PENDING = { unsigned: 200, signed: 2000 };
/** Status requests of one trigger at the same moment. */
const MAX_REQUESTS = 10;
/** Video files of one trigger at the same moment. */
const MAX_DOWNLOADS = 4;
/**
 * How long a gateway in trouble is asked about one message: long enough for a restart or a burst of "too many
 * requests", short enough that strangers cannot fill the queue for long.
 */
const PATIENCE: ReadPatience = { tries: 8, patienceMs: 60_000 };
/** How often a task that is not final yet is polled: a replica may lag behind the message. */
const EARLY_POLLS = 4;
const EARLY_WAIT_MS = 3_000;

/** From so many untrue messages in a row on, a trigger is taken to be under attack. */
const MAX_UNTRUE = 10;
/** Milliseconds that each status request waits then: the gateway must not be flooded along with the trigger. */
const UNDER_ATTACK_MS = 250;

/** The messages of one trigger, of one kind, that wait for the gateway's word. */
export class ConfirmQueue {
	private pending = 0;
	private untrue = 0;
	private wasFull = false;
	private readonly limit = concurrencyLimit(MAX_REQUESTS);

	constructor(private readonly most: number) {}

	/** Does one status request when it is its turn; nobody holds a turn while waiting for the next try. */
	async ask(request: () => Promise<StatusReply>, clock: Clock): Promise<StatusReply> {
		return await this.limit(async () => {
			if (this.untrue >= MAX_UNTRUE) await clock.sleep(UNDER_ATTACK_MS);
			return await request();
		});
	}

	/** Notes whether the gateway has confirmed a message. */
	learn(isTrue: boolean): void {
		this.untrue = isTrue ? 0 : this.untrue + 1;
	}

	/**
	 * Takes a place for one message.
	 * @returns what gives it back, once; undefined when there is none
	 */
	enter(): (() => void) | undefined {
		if (this.pending >= this.most) return undefined;
		this.pending++;
		let inside = true;
		return () => {
			if (inside) this.pending--;
			inside = false;
			if (this.pending * 2 < this.most) this.wasFull = false;
		};
	}

	/** True for the first message that finds no place: one line of the log is enough for an attack. */
	isNewlyFull(): boolean {
		const isNew = !this.wasFull;
		this.wasFull = true;
		return isNew;
	}
}

/** What one trigger may do at the same moment. A trigger under attack uses up its own limits and nobody else's. */
export interface TriggerLimits {
	unsigned: ConfirmQueue;
	/** Signed messages prove that they come from the gateway: nobody's unsigned ones stand before them. */
	signed: ConfirmQueue;
	downloads: ConcurrencyLimit;
}

const limitsByNode = new Map<string, TriggerLimits>();

/** The limits of the trigger that was called. */
export function limitsOf(context: IWebhookFunctions): TriggerLimits {
	const key = nodeKeyOf(context);
	const limits = limitsByNode.get(key) ?? {
		unsigned: new ConfirmQueue(MAX_PENDING.unsigned),
		signed: new ConfirmQueue(MAX_PENDING.signed),
		downloads: concurrencyLimit(MAX_DOWNLOADS),
	};
	limitsByNode.set(key, limits);
	return limits;
}

/**
 * What the gateway itself says of the task.
 * @param claimed what the message says: at an end that the gateway does not know of yet it is asked some times more
 * @returns undefined when the gateway knows no such task, or gives no answer within a minute
 */
export async function confirmStatus(
	context: IWebhookFunctions,
	client: ProviderClient,
	task: TaskRef,
	claimed: TaskState,
	queue: ConfirmQueue,
	clock: Clock,
): Promise<StatusReply | undefined> {
	// not by client.read(), whose ceiling is the account's: strangers must not stand before its other tasks
	const direct: ProviderClient = { ...client, read: async (call) => await client.call(call) };
	const ask = async () => await queue.ask(async () => await fetchStatus(direct, task), clock);
	for (let polls = 1; ; polls++) {
		const asked = await settle(async () => await retryRead(ask, clock, undefined, PATIENCE));
		queue.learn('value' in asked);
		if ('error' in asked) {
			const reason = asked.error instanceof Error ? asked.error.message : 'no answer';
			context.logger.warn(`Hailuo callback of task ${task.taskId} not confirmed: ${reason}`);
			return undefined;
		}
		const early = isFinal(claimed.status) && !isFinal(asked.value.state.status);
		if (!early || polls >= EARLY_POLLS) return asked.value;
		await clock.sleep(EARLY_WAIT_MS);
	}
}
