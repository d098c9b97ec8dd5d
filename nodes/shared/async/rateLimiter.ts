/** How fast requests of one kind may leave: the user's limit, and what the gateway's "too many requests" teach. */
import { stopIf, type Clock } from './clock';
import { GatewayFailed } from '../errors';
import { settle } from './settle';

/** First and longest pause after "too many requests" without Retry-After, in milliseconds. */
const FIRST_HOLD_MS = 1_000;
const LONGEST_HOLD_MS = 5_000;
/** How often a waiting request looks whether it may go. */
const TURN_MS = 50;
const MINUTE_MS = 60_000;

/**
 * A gate that requests pass one by one. It is wide open until the gateway refuses one; then all hold back together,
 * a single one tries again, and each success lets twice as many through.
 */
export class RateLimiter {
	private notBefore = 0;
	private refusedAt = 0;
	private refusals = 0;
	private inFlight = 0;
	private maxInFlight = Number.POSITIVE_INFINITY;
	/** Epoch milliseconds of the passes of the last minute; kept only for a limit. */
	private startTimes: number[] = [];

	constructor(private readonly clock: Clock) {}

	/**
	 * Runs work when it is its turn.
	 * @param refusedFor tells from what the work threw whether the gateway refused it as one too many, and for how
	 * long (milliseconds; 0 when it did not say); undefined for anything else
	 * @param perMinute the user's limit; 0 = none
	 * @param until epoch milliseconds: a gateway that wants no request before then is not waited for
	 * @param bounded whether the user's limit is not waited for beyond `until` either
	 * @throws what the work throws; GatewayFailed (`rateLimit`) without having tried when `until` comes first; Stopped
	 */
	async run<T>(
		work: () => Promise<T>,
		refusedFor: (error: unknown) => number | undefined,
		signal: AbortSignal | undefined,
		perMinute = 0,
		until = Number.POSITIVE_INFINITY,
		bounded = false,
	): Promise<T> {
		await this.acquire(signal, perMinute, until, bounded);
		this.inFlight++;
		const outcome = await settle(work);
		this.inFlight--;
		if ('value' in outcome) {
			this.recover();
			return outcome.value;
		}
		const refusal = refusedFor(outcome.error);
		if (refusal !== undefined) this.backOff(refusal);
		throw outcome.error;
	}

	/** Milliseconds until a request may leave, by the gateway's refusals and the user's limit; 0: at once. */
	holdMs(perMinute = 0): number {
		const now = this.clock.now();
		return Math.max(0, this.refusedMs(now), this.limitWait(now, perMinute));
	}

	private async acquire(
		signal: AbortSignal | undefined,
		perMinute: number,
		until: number,
		bounded: boolean,
	): Promise<void> {
		for (;;) {
			stopIf(signal);
			const now = this.clock.now();
			const refused = this.refusedMs(now);
			if (refused > Math.max(0, until - now)) throw held(refused);
			const wait = Math.max(refused, this.limitWait(now, perMinute));
			if (bounded && now + Math.max(wait, 0) > until) throw held(wait, wait > refused);
			if (wait <= 0 && this.inFlight < this.maxInFlight) break;
			await this.clock.sleep(Math.max(wait, TURN_MS), signal);
		}
		if (perMinute > 0) this.startTimes.push(this.clock.now());
	}

	/** How long the gateway wants no request; nothing where the clock was set back since it said so. */
	private refusedMs(now: number): number {
		return now < this.refusedAt ? 0 : this.notBefore - now;
	}

	/** Never more than the limit in any 60 seconds. */
	private limitWait(now: number, perMinute: number): number {
		if (!(perMinute > 0)) return 0;
		// what lies ahead was noted before the clock was set back
		this.startTimes = this.startTimes.filter((at) => Math.abs(now - at) < MINUTE_MS);
		const most = Math.max(1, Math.floor(perMinute));
		if (this.startTimes.length < most) return 0;
		return this.startTimes[this.startTimes.length - most] + MINUTE_MS - now;
	}

	private recover(): void {
		this.refusals = 0;
		this.maxInFlight *= 2;
	}

	private backOff(retryAfterMs: number): void {
		const hold = Math.min(FIRST_HOLD_MS * 2 ** this.refusals++, LONGEST_HOLD_MS);
		const jittered = hold * (0.8 + this.clock.random() * 0.4);
		const now = this.clock.now();
		this.notBefore = now + Math.max(this.refusedMs(now), jittered, retryAfterMs);
		this.refusedAt = now;
		this.maxInFlight = 1;
	}
}

/** The user's own limit per minute holds a request back, and not the gateway. */
export const OWN_PACE = 'ownPace';

/**
 * Nothing was sent, so nothing can have been made.
 * @param isOwnPace whether the user's limit holds it back, and not the gateway
 */
export function held(ms: number, isOwnPace = false): GatewayFailed {
	return new GatewayFailed({
		category: 'rateLimit',
		code: isOwnPace ? OWN_PACE : 'held',
		message: `No requests are wanted for another ${Math.ceil(ms / MINUTE_MS)} minutes`,
		retryable: true,
		noTask: true,
		retryAfterMs: ms,
	});
}
