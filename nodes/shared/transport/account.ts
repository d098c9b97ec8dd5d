/** What all tasks of one account share in this process: the pace of submits and reads, and typical times. */
import { createHash } from 'node:crypto';

import type { Clock } from '../async/clock';
import { concurrencyLimit, type ConcurrencyLimit } from '../async/concurrency';
import { RateLimiter } from '../async/rateLimiter';

/** Status and link requests at the same moment: many tasks must not stampede. */
const READS_AT_ONCE = 20;
/** Weight of the newest clip in the typical time. */
const NEWEST = 0.3;
/** Accounts that are remembered; the oldest goes first. Keys by expression can bring any number. */
const MAX_ACCOUNTS = 1_000;

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

/** The limits of an account, made at its first use. */
export function accountLimitsOf(account: string, clock: Clock): AccountLimits {
	const known = limitsByAccount.get(account);
	if (known) return known;
	const limits: AccountLimits = {
		submits: new RateLimiter(clock),
		reads: new RateLimiter(clock),
		readLimit: concurrencyLimit(READS_AT_ONCE),
		typical: new TypicalTimes(),
	};
	limitsByAccount.set(account, limits);
	// a Map keeps its order: the first key is the oldest
	for (const oldest of limitsByAccount.keys()) {
		if (limitsByAccount.size <= MAX_ACCOUNTS) break;
		limitsByAccount.delete(oldest);
	}
	return limits;
}

/** A digest of texts that says nothing of them: 24 hex digits. */
export function digestOf(parts: readonly unknown[]): string {
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}
