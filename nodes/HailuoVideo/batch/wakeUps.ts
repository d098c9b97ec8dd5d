/** When a parked execution is woken. Pure: time is passed in. */
import type { Outlook } from '../../shared/tasks/pollSchedule';

/**
 * n8n is on time for waits of more than a minute: once a minute it looks for executions that are due within the next
 * 70 seconds. A shorter wait may come up to a minute late, so the node stays for it, as n8n's own Wait node does.
 */
export const SHORTEST_PARK_MS = 65_000;
/** After a wake-up the node stays this long at most for videos that are nearly ready. */
export const LONGEST_STAY_MS = 65_000;

/** The wake-up as a share of a presumed time: most videos are ready, and the others will be soon. */
const PRESUMED_WAKE_UP = 1.02;
/** The same for several videos: the last of them counts. */
const PRESUMED_LAST = 1.05;
/** The same by the videos that were seen: how likely all are ready. */
const READY_AT_WAKE_UP = 0.75;
/** A task that was made before, nobody knows when, gets a wake-up on the way: this share of the time. */
const EARLY_WAKE_UP = 0.55;
/** From this share of the time on a video is nearly ready. */
const NEARLY_READY = 0.8;
/** Once a video is late it is waited for with this share of the time it has taken so far. */
const LATE_WAKE_UP = 0.15;
/** Wake-ups are spread over this share of the wait, so that executions that were parked together do not wake together. */
const SPREAD = 0.02;

/**
 * Milliseconds after which an execution should wake for its videos: they are probably ready by then.
 * @param count how many videos it waits for
 */
export function wakeUpMs(
	{ seen, presumedMs }: Pick<Outlook, 'seen' | 'presumedMs'>,
	count = 1,
): number {
	if (seen.length === 0) return presumedMs * (count > 1 ? PRESUMED_LAST : PRESUMED_WAKE_UP);
	const times = seen.map(({ notYet, ready }) => (notYet + ready) / 2).sort((a, b) => a - b);
	const share = READY_AT_WAKE_UP ** (1 / Math.max(1, count));
	return times[Math.ceil(times.length * share) - 1];
}

/** One video that is waited for; all times in epoch milliseconds. */
export interface AwaitedTime {
	/** When the task was made, or first heard of. */
	since: number;
	/** Whether it was made by this run. */
	fresh: boolean;
	/** Milliseconds after `since` at which to wake for it. */
	wakeUpMs: number;
	/** The user's own interval in milliseconds; 0 = adaptive. */
	pollIntervalMs: number;
}

/** When a task is polled for the first time, in epoch milliseconds. */
export function firstDueAt({ since, fresh, wakeUpMs: wakeUp }: AwaitedTime): number {
	return fresh ? since + wakeUp : since;
}

/**
 * When a task that is still running is polled again, in epoch milliseconds.
 * @param plannedAt when a node that stays would poll it
 */
export function nextDueAt(task: AwaitedTime, now: number, plannedAt: number): number {
	const { since, fresh, wakeUpMs: wakeUp, pollIntervalMs } = task;
	if (pollIntervalMs > 0) return now + pollIntervalMs;
	const share = (now - since) / wakeUp;
	if (share < EARLY_WAKE_UP - 0.1 && !fresh) return since + wakeUp * EARLY_WAKE_UP;
	if (share < NEARLY_READY) return since + wakeUp;
	return plannedAt;
}

/**
 * Until when to park, in epoch milliseconds.
 * @param dueAt when there is something to do again
 * @param latest when waiting ends in any case
 * @param waitedMs how long the oldest of the videos has been waited for
 * @param isLate the node has already stayed for them: the next wait may be longer
 */
export function parkUntil(
	plan: { dueAt: number; latest: number; waitedMs: number; isLate: boolean },
	now: number,
	random: number,
): number {
	const late = plan.isLate ? plan.waitedMs * LATE_WAKE_UP : 0;
	const wait = Math.max(plan.dueAt - now, late, SHORTEST_PARK_MS);
	return Math.min(
		now + wait * (1 + random * SPREAD),
		Math.max(plan.latest, now + SHORTEST_PARK_MS),
	);
}
