/** Patience with reads, and pace for submits. Pure but for the clock that is passed in. */
import { stopIf, type Clock } from './clock';
import { GatewayFailed } from './errors';
import { settle } from './settle';

/** Milliseconds until the next try: doubling from 1 s up to `maxMs`, jittered, never less than Retry-After. */
export function backoff(attempt: number, random: number, retryAfterMs = 0, maxMs = 30_000): number {
	const steps = Math.min(1000 * 2 ** attempt, maxMs);
	return Math.max(steps * (0.75 + random / 2), retryAfterMs);
}

/**
 * Repeats a call that costs nothing while its failures are passing ones.
 * @param tries how often at most, the first included
 * @throws what the last try threw
 */
export async function patiently<T>(
	work: () => Promise<T>,
	clock: Clock,
	signal: AbortSignal | undefined,
	tries = 5,
): Promise<T> {
	for (let attempt = 0; ; attempt++) {
		const outcome = await settle(work);
		if ('value' in outcome) return outcome.value;
		const fault = outcome.error instanceof GatewayFailed ? outcome.error.fault : undefined;
		if (!fault?.retryable || attempt + 1 >= tries) throw outcome.error;
		await clock.sleep(backoff(attempt, clock.random(), fault.retryAfterMs), signal);
	}
}

/** Lets submits of one gateway through, and holds them all back together once it said "too many". */
export class Pace {
	private notBefore = 0;

	constructor(private readonly clock: Clock) {}

	/** Waits until submits may go on. */
	async turn(signal: AbortSignal | undefined): Promise<void> {
		for (;;) {
			stopIf(signal);
			const left = this.notBefore - this.clock.now();
			if (left <= 0) return;
			// spread out, so that what was held back does not arrive in one burst
			await this.clock.sleep(left + this.clock.random() * 500, signal);
		}
	}

	/** Nobody submits for the next `ms` milliseconds. */
	hold(ms: number): void {
		this.notBefore = Math.max(this.notBefore, this.clock.now() + ms);
	}
}
