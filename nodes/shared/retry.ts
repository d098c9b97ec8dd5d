/** Patience with reads. Pure but for the clock that is passed in. */
import type { Clock } from './clock';
import { GatewayFailed } from './errors';
import { settle } from './settle';

/** How long "too many requests" is waited out, in milliseconds. */
export const PATIENCE_MS = 15 * 60_000;

/** Milliseconds until the next try: doubling from 1 s up to `maxMs`, jittered, never less than Retry-After. */
export function backoff(attempt: number, random: number, retryAfterMs = 0, maxMs = 30_000): number {
	const steps = Math.min(1000 * 2 ** attempt, maxMs);
	return Math.max(steps * (0.75 + random / 2), retryAfterMs);
}

/** How long a gateway wants no more requests: what it said, or 0; undefined when that is not the complaint. */
export function refusedFor(error: unknown): number | undefined {
	if (!(error instanceof GatewayFailed) || error.fault.category !== 'rateLimit') return undefined;
	return error.fault.retryAfterMs ?? 0;
}

/**
 * Repeats a call that costs nothing while its failures are passing ones. "Too many requests" does not count as a
 * try for {@link PATIENCE_MS}: it says nothing about the task.
 * @param tries how often at most, the first included
 * @throws what the last try threw
 */
export async function patiently<T>(
	work: () => Promise<T>,
	clock: Clock,
	signal: AbortSignal | undefined,
	tries = 5,
): Promise<T> {
	const since = clock.now();
	for (let attempt = 0; ; attempt++) {
		const outcome = await settle(work);
		if ('value' in outcome) return outcome.value;
		const fault = outcome.error instanceof GatewayFailed ? outcome.error.fault : undefined;
		const waiting = fault?.category === 'rateLimit' && clock.now() - since < PATIENCE_MS;
		if (!fault?.retryable || (attempt + 1 >= tries && !waiting)) throw outcome.error;
		await clock.sleep(backoff(attempt, clock.random(), fault.retryAfterMs), signal);
	}
}
