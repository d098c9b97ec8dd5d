/** What all tasks of one credential share in this process: the pace of submits, a ceiling for reads, typical times. */
import type { Clock } from '../async/clock';
import { concurrencyLimit, type ConcurrencyLimit } from '../async/concurrency';
import { RateLimiter } from '../async/rateLimiter';

/** Status and link requests at the same moment: many tasks must not stampede. */
const READS_AT_ONCE = 20;
/** Weight of the newest clip in the typical time. */
const NEWEST = 0.3;

export interface AccountLimits {
	submits: RateLimiter;
	reads: RateLimiter;
	readLimit: ConcurrencyLimit;
	typical: TypicalTimes;
}

/** How long clips of a kind take here, learnt from those that were seen to the end. */
export class TypicalTimes {
	private readonly known = new Map<string, number>();

	/** Milliseconds; `otherwise` for a kind that was never seen. */
	of(kind: string, otherwise: number): number {
		return this.known.get(kind) ?? otherwise;
	}

	/** Takes a clip's time from submit to readiness, in milliseconds, into account. */
	learn(kind: string, ms: number): void {
		const old = this.known.get(kind);
		this.known.set(kind, old === undefined ? ms : old * (1 - NEWEST) + ms * NEWEST);
	}
}

const limitsByAccount = new Map<string, AccountLimits>();

/** The lane of an account: credential and address. Lanes live as long as the process; there are as many as credentials. */
export function accountLimitsOf(account: string, clock: Clock): AccountLimits {
	const lane = limitsByAccount.get(account) ?? {
		submits: new RateLimiter(clock),
		reads: new RateLimiter(clock),
		readLimit: concurrencyLimit(READS_AT_ONCE),
		typical: new TypicalTimes(),
	};
	limitsByAccount.set(account, lane);
	return lane;
}
