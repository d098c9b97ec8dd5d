/** What all tasks of one account share in this process: the pace of submits and reads, and how long clips take. */
import type { Clock } from '../async/clock';
import { concurrencyLimit, type ConcurrencyLimit } from '../async/concurrency';
import { RateLimiter } from '../async/rateLimiter';
import { ClipTimes } from './clipTimes';

/** Status and link requests at the same moment: many tasks must not stampede. */
const READS_AT_ONCE = 20;
/** Accounts that are remembered; the one used longest ago goes first. Keys by expression can bring any number. */
const MAX_ACCOUNTS = 1_000;

export interface AccountLimits {
	submits: RateLimiter;
	reads: RateLimiter;
	readLimit: ConcurrencyLimit;
	clipTimes: ClipTimes;
}

const limitsByAccount = new Map<string, AccountLimits>();

/** The limits of an account, made at its first use. */
export function accountLimitsOf(account: string, clock: Clock): AccountLimits {
	const limits: AccountLimits = limitsByAccount.get(account) ?? {
		submits: new RateLimiter(clock),
		reads: new RateLimiter(clock),
		readLimit: concurrencyLimit(READS_AT_ONCE),
		clipTimes: new ClipTimes(),
	};
	// a Map keeps its order: put in anew, an account that is in use is the last to go
	limitsByAccount.delete(account);
	limitsByAccount.set(account, limits);
	for (const oldest of limitsByAccount.keys()) {
		if (limitsByAccount.size <= MAX_ACCOUNTS) break;
		limitsByAccount.delete(oldest);
	}
	return limits;
}
