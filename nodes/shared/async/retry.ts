/** Patience with reads. Pure but for the clock that is passed in. */
import type { Clock } from './clock';
import { GatewayFailed } from '../errors';
import { settle } from './settle';

/** How long "too many requests" is waited out, in milliseconds. */
export const MAX_RATE_LIMIT_WAIT_MS = 15 * 60_000;

/** How many answers in a row may be unreadable (a firewall's page, a cut-off reply) before it counts: some 15 seconds. */
const MAX_UNREADABLE_REPLIES = 5;
/** How often a gateway may say that it knows no such task before it counts: a replica may lag behind. */
export const MAX_UNKNOWN_REPLIES = 3;

/** Milliseconds until the next try: doubling from 1 s up to `maxMs`, jittered, never less than Retry-After. */
export function backoff(attempt: number, random: number, retryAfterMs = 0, maxMs = 30_000): number {
	const steps = Math.min(1000 * 2 ** attempt, maxMs);
	return Math.max(steps * (0.75 + random / 2), retryAfterMs);
}

/** Whether a gateway knows no such task: MiniMax and its kin have one code for that and for a wrong parameter. */
export function isUnknownTask(error: unknown): boolean {
	const category = error instanceof GatewayFailed ? error.fault.category : undefined;
	return category === 'notFound' || category === 'invalidParameters';
}

/**
 * Counts the answers in a row that say nothing of a task, each kind by itself: a firewall's page between two of a
 * lagging replica makes neither of them more certain.
 */
export class Doubts {
	private unknown = 0;
	private unreadable = 0;

	/** @param unknownTries how often the gateway may say that it knows no such task */
	constructor(private readonly unknownTries = MAX_UNKNOWN_REPLIES) {}

	/** Whether one more answer of the kind of this one is waited for; false for what says enough. */
	bear(error: unknown): boolean {
		if (isUnknownTask(error)) return ++this.unknown < this.unknownTries;
		const isUnreadable = error instanceof GatewayFailed && error.fault.category === 'protocol';
		return isUnreadable && ++this.unreadable < MAX_UNREADABLE_REPLIES;
	}
}

/** How long a gateway wants no more requests: what it said, or 0; undefined when that is not the complaint. */
export function rateLimitOf(error: unknown): number | undefined {
	if (!(error instanceof GatewayFailed) || error.fault.category !== 'rateLimit') return undefined;
	return error.fault.retryAfterMs ?? 0;
}

export interface ReadPatience {
	/** How often at most, the first included. */
	tries?: number;
	/** How long at most, in milliseconds. */
	patienceMs?: number;
	/** How often the gateway may say that it knows no such task. */
	unknownTries?: number;
}

/**
 * Repeats a call that costs nothing while its failures are passing ones. "Too many requests" does not count as a
 * try while patience lasts: it says nothing about the task. Nobody waits longer than that, whatever Retry-After
 * asks for.
 * @param work gets the time (epoch milliseconds) until which patience lasts
 * @throws what the last try threw
 */
export async function retryRead<T>(
	work: (until: number) => Promise<T>,
	clock: Clock,
	signal: AbortSignal | undefined,
	{ tries = 5, patienceMs = MAX_RATE_LIMIT_WAIT_MS, unknownTries = 1 }: ReadPatience = {},
): Promise<T> {
	const until = clock.now() + patienceMs;
	const doubts = new Doubts(unknownTries);
	for (let attempt = 0; ; attempt++) {
		const outcome = await settle(async () => await work(until));
		if ('value' in outcome) return outcome.value;
		const fault = outcome.error instanceof GatewayFailed ? outcome.error.fault : undefined;
		const again =
			fault?.category === 'rateLimit' ||
			doubts.bear(outcome.error) ||
			(fault?.retryable && attempt + 1 < tries);
		const wait = backoff(attempt, clock.random(), fault?.retryAfterMs);
		if (!again || clock.now() + wait > until) throw outcome.error;
		await clock.sleep(wait, signal);
	}
}
