/**
 * When to ask for the status of tasks. Pure: time is passed in.
 *
 * The density of polls follows the hazard of the clip getting ready: polls per second are the square root of hazard
 * over cost (Keller's rule for inspections), where lag counts as a share of the clip's time. Three things make up the
 * hazard: what is not known (ready at any time, the longer it runs the thinner, which gives steps that grow with the
 * elapsed time), the times of earlier clips of the same kind, and what the catalog or the gateway's progress promise.
 * `npm run looks` simulates it over clip times from 10 s to 15 min and writes its page under docs/.
 */

/** How long a clip took, in milliseconds since its submit: still running at `notYet`, ready at `ready`. */
export interface ClipTime {
	notYet: number;
	ready: number;
}

/** What is known of a kind of clips when a poll is planned. */
export interface Outlook {
	/** Clips of this kind that were seen to get ready, the newest last. */
	seen: readonly ClipTime[];
	/** Milliseconds such a clip is said to take; counts only while nothing was seen. */
	presumedMs: number;
	/** How many unfinished tasks of this kind are polled by this process, this one included. */
	together: number;
}

/** What the plan needs to know of one task; all times in milliseconds since its submit. */
export interface PolledTask {
	/** The last poll, at which it was still running; 0 before the first. */
	polledMs: number;
	polls: number;
	/** From 0 up to 1: where in its first step a task is polled. Spreads the tasks of a batch. */
	phase: number;
	/** When the task is ready by the progress its gateway reports. */
	expectedMs?: number;
	/** The task was heard of only now and may be ready at any moment. */
	old?: boolean;
}

/** Step without any knowledge: this share of the elapsed time, counted from {@link HEAD_START_S} before the submit. */
const STEP = 0.113;
const HEAD_START_S = 15.6;
/** No known model makes a clip in less (H3-Max: 12 s). */
const EARLIEST_S = 10;
/**
 * Tasks of one kind mostly get ready after the same time, so one tells of the others: of the polls for what is not
 * known each task makes this share by itself, and the rest is divided among all.
 */
const OWN_SHARE = 0.11;
/** Worth of a shorter lag against a poll: 72 makes the step inside a spread of 10 % less than 4 % of the time. */
const WORTH = 72;
/** Probability that a clip of a known kind has nothing to do with those seen before. */
const SURPRISE = 0.006;
/** Relative spread of a kind of which a single clip was seen, and how many clips that presumption is worth. */
const PRESUMED_SPREAD = 0.18;
const PRESUMED_WEIGHT = 2.5;
/** Near a presumed time each task is polled as densely as one that is alone; relative width of "near". */
const NEAR_WIDTH = 0.07;
/** Around the end that a reported progress promises a task is polled twice as densely as without any knowledge. */
const PROGRESS_WORTH = 3;
/** The fixed interval most clients use: no step is longer while more polls were made than that would have made. */
const COMMON_INTERVAL_S = 14.4;
const SHORTEST_S = 1;
/** Up to how many clips are remembered per kind. */
export const MOST_SEEN = 12;

/** Probability distribution of a seen clip's time, on a logarithmic scale (logistic: cheap to evaluate). */
interface Kernel {
	centre: number;
	scale: number;
}

const SCALE_OF_DEVIATION = Math.sqrt(3) / Math.PI;

function kernelsOf(seen: readonly ClipTime[]): Kernel[] {
	const centres = seen.map(({ notYet, ready }) => Math.log((notYet + ready) / 2000));
	const count = centres.length;
	const mean = centres.reduce((sum, centre) => sum + centre, 0) / count;
	const squares = centres.reduce((sum, centre) => sum + (centre - mean) ** 2, 0);
	const variance =
		(PRESUMED_WEIGHT * PRESUMED_SPREAD ** 2 + squares) / (PRESUMED_WEIGHT + count - 1);
	// Silverman's rule; the time of a clip is known no better than the polls around it
	const width = 1.06 * Math.sqrt(variance) * count ** -0.2;
	return seen.map(({ notYet, ready }, index) => {
		const doubt = (ready - notYet) / 1000 / Math.exp(centres[index]);
		const deviation = Math.sqrt(width ** 2 + doubt ** 2 / 12);
		return { centre: centres[index], scale: deviation * SCALE_OF_DEVIATION };
	});
}

/** What an outlook means for the density of polls: derived once, used for all tasks of the kind. */
export interface Plan {
	kernels: Kernel[];
	presumedS?: number;
	share: number;
}

/** A clip whose last poll before it was ready was later than this share of its time is known well. */
const WELL_KNOWN = 0.4;

/** The clips that were polled shortly before they were ready; where there are none the others, taken for no quicker than half. */
function wellKnown(seen: readonly ClipTime[]): ClipTime[] {
	const clips = seen.filter(({ ready }) => ready > 0);
	const narrow = clips.filter(({ notYet, ready }) => notYet >= WELL_KNOWN * ready);
	if (narrow.length > 0) return narrow;
	return clips.map(({ notYet, ready }) => ({ notYet: Math.max(notYet, ready / 2), ready }));
}

/** Prepares an outlook for {@link nextPollMs}. */
export function planOf({ seen, presumedMs, together }: Outlook): Plan {
	const usable = wellKnown(seen.slice(-MOST_SEEN));
	const share = OWN_SHARE + (1 - OWN_SHARE) / Math.max(1, together);
	if (usable.length > 0) return { kernels: kernelsOf(usable), share };
	return { kernels: [], presumedS: presumedMs / 1000, share };
}

/** From 0 to 1: how near a time is to an expected one. */
function nearness(seconds: number, expected: number | undefined): number {
	if (!expected) return 0;
	return Math.exp(-((Math.log(seconds / expected) / NEAR_WIDTH) ** 2) / 2);
}

/** What makes a task differ from the others of its kind. */
type Special = Pick<PolledTask, 'old' | 'expectedMs'>;

/** Beyond so many scales a kernel adds nothing. */
const FAR = 15;

/**
 * Polls per second, from the chance that a clip which is still running gets ready in that second: by the clips seen,
 * and by what is not known.
 */
function densityOf(plan: Plan, seconds: number, { old, expectedMs }: Special = {}): number {
	const log = Math.log(seconds);
	const count = plan.kernels.length;
	let density = 0;
	let running = 0;
	for (const { centre, scale } of plan.kernels) {
		const distance = (centre - log) / scale;
		if (distance > FAR) running += 1;
		if (Math.abs(distance) > FAR) continue;
		const ready = 1 / (1 + Math.exp(distance));
		density += (ready * (1 - ready)) / scale;
		running += 1 - ready;
	}
	const known = count > 0 ? (1 - SURPRISE) / count : 0;
	const unknown = count > 0 ? SURPRISE : 1;
	const left = unknown + known * running;

	const fromSubmit = seconds + HEAD_START_S;
	const alone = 1 / (STEP ** 2 * WORTH * fromSubmit);
	const presumed = nearness(seconds, plan.presumedS);
	const reported = nearness(seconds, expectedMs && expectedMs / 1000);
	// who outlasts most of the clips seen learns nothing from the others any more
	const share = count > 0 ? 1 - ((1 - plan.share) * running) / count : plan.share;
	const common = (Math.max(share ** 2, presumed) * unknown) / left;
	const seen = (known * density) / (seconds * left);
	const unseen = seconds < EARLIEST_S && !old ? 0 : alone * (common + PROGRESS_WORTH * reported);
	return Math.sqrt((WORTH * (seen + unseen)) / fromSubmit);
}

const LONGEST_S = 3600;

/** Where the integral of a density, from a time on, has grown by an amount; all in seconds. */
function reach(density: (seconds: number) => number, from: number, amount: number): number {
	const start = Math.max(from, 0.5);
	let at = start;
	for (let sum = 0; at < start + LONGEST_S; ) {
		const step = Math.max(at * 0.02, 0.1);
		const added = density(at + step / 2) * step;
		if (sum + added >= amount) return at + (step * (amount - sum)) / added;
		sum += added;
		at += step;
	}
	return at;
}

/**
 * When a task is to be polled next, in milliseconds since its submit; may lie in the past when others have taught
 * meanwhile that it is probably ready.
 */
export function nextPollMs(task: PolledTask, plan: Plan): number {
	const from = task.polledMs / 1000;
	const first = task.polls === 0;
	const due = reach((at) => densityOf(plan, at, task), from, first ? task.phase : 1);
	if (first) return due * 1000;
	const ahead = task.polls > from / COMMON_INTERVAL_S + 0.5;
	const latest = ahead ? from + COMMON_INTERVAL_S : Number.POSITIVE_INFINITY;
	return Math.max(Math.min(due, latest), from + SHORTEST_S) * 1000;
}

/** A task in a queue is polled after this share of the time it has waited: nothing can be ready. */
const QUEUED_SHARE = 0.25;
const SHORTEST_QUEUED_MS = 8_000;
const LONGEST_QUEUED_MS = 60_000;

/** A place in the gateway's queue, and when it was told. */
export interface QueuePlace {
	position: number;
	atMs: number;
}

/**
 * Milliseconds until the next poll of a task that waits in a long queue.
 * @param queuedMs how long it has been waiting
 * @param first,last the first and the latest place the gateway told, where it tells any: with half of the time it
 * needs at this pace the queue is not overslept
 */
export function nextQueuedPollMs(
	queuedMs: number,
	random: number,
	first?: QueuePlace,
	last?: QueuePlace,
): number {
	const moved = first && last ? first.position - last.position : 0;
	const wait =
		moved > 0
			? ((last!.position / moved) * (last!.atMs - first!.atMs)) / 2
			: queuedMs * QUEUED_SHARE;
	const bounded = Math.min(Math.max(wait, SHORTEST_QUEUED_MS), LONGEST_QUEUED_MS);
	return bounded * (0.9 + random * 0.2);
}
