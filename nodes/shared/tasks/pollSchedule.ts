/** When to look at a task: pure, tested with a fake clock. */

/**
 * Looks, as shares of the typical time. The first one early, because what is refused is refused within seconds;
 * some on the way, for clips that are quicker than typical; the densest around the typical time. After the last
 * one the wait grows with the elapsed time.
 */
const POLL_SCHEDULE = [0.08, 0.33, 0.62, 0.88, 0.93, 0.98, 1.03, 1.08, 1.13, 1.18];
const LATE = 1.09;
/** Share of the typical time by which looks are spread, so that a batch does not look all at once. */
const JITTER = 0.03;
/** A planned look that is nearer than this share of the typical time is left out. */
const NEAR = 0.025;
const SHORTEST_MS = 2_000;
/** A task that waits in a queue is looked at this often: nothing can be ready. */
const QUEUED_SHARE = 0.25;
const LONGEST_QUEUED_MS = 60_000;

/**
 * Milliseconds until the next look at a running task: few requests, small lag.
 * @param elapsedMs since the task was made, or since it left a long queue
 * @param typicalMs how long such a task usually takes
 * @param random from 0 up to 1, for jitter
 */
export function nextPoll(elapsedMs: number, typicalMs: number, random: number): number {
	const spread = (random - 0.5) * JITTER * typicalMs;
	const soon = elapsedMs + typicalMs * NEAR;
	const planned = POLL_SCHEDULE.map((share) => share * typicalMs).find((at) => at > soon);
	const at = planned ?? Math.max(soon, elapsedMs * LATE);
	return Math.max(at + spread - elapsedMs, SHORTEST_MS);
}

/** Milliseconds until the next look at a task that still waits in the gateway's queue. */
export function nextQueuedPoll(queuedMs: number, typicalMs: number, random: number): number {
	const wait = Math.min(
		Math.max(queuedMs * QUEUED_SHARE, typicalMs * POLL_SCHEDULE[0]),
		LONGEST_QUEUED_MS,
	);
	return Math.max(wait * (0.9 + random * 0.2), SHORTEST_MS);
}

/** Milliseconds a clip usually takes before any was seen (peers.md 3: 768P about 120 s, 1080P about 240 s). */
export function presumedMs(resolution: string | undefined, duration: number | undefined): number {
	const seconds = resolution === '1080P' ? 240 : resolution === '512P' ? 80 : 120;
	return seconds * 1000 * (duration === 10 ? 1.5 : 1);
}
