/** When to look at a task: pure, tested with a fake clock. */

/** The first look: early, because what is refused is refused within seconds. */
const FIRST_LOOK_MS = 8_000;
const SHORTEST_MS = 3_000;

/**
 * Milliseconds until the next look at a running task.
 *
 * Looks are far apart while the typical time is far away, close together when it is near, and grow again after
 * it: few requests, small lag. A task may be much quicker than typical, so a wait at most triples the elapsed
 * time.
 * @param elapsedMs since the task was made
 * @param typicalMs how long such a task usually takes
 * @param random from 0 up to 1, for jitter
 */
export function nextLook(elapsedMs: number, typicalMs: number, random: number): number {
	const jitter = 0.9 + random * 0.2;
	const first = Math.min(FIRST_LOOK_MS, typicalMs / 2);
	if (elapsedMs < first) return (first - elapsedMs) * jitter;
	const near = typicalMs * 0.09;
	const halfway = (typicalMs - elapsedMs) / 2;
	const late = elapsedMs * 0.1;
	const wait = Math.min(Math.max(halfway, near, elapsedMs > typicalMs ? late : 0), elapsedMs * 2);
	return Math.max(wait * jitter, SHORTEST_MS);
}

/** Milliseconds a clip usually takes (peers.md 3: 768P about 120 s, 1080P about 240 s). */
export function typicalMs(resolution: string | undefined, duration: number | undefined): number {
	const seconds = resolution === '1080P' ? 240 : resolution === '512P' ? 80 : 120;
	return seconds * 1000 * (duration === 10 ? 1.5 : 1);
}
