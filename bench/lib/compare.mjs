/** The side by side part: who runs when, and what can be computed instead of run. Pure. */
import { contestants } from './contestants.mjs';
import { ratio } from './statistics.mjs';
import { taskTimes } from './times.mjs';

/** A run that would take longer than this is computed from a smaller one, unless it was made by itself (`--full`). */
const LONGEST_RUN_MS = 30 * 60_000;
/**
 * One clip is measured as so many executions of one clip, started together: a single one would tell of its luck with
 * the interval. Five use the same account, twenty accounts do the same.
 */
const SINGLES = { together: 5, accounts: 20 };
/** Executions of single clips, and batches of ten, of which "lag by clip time" gives the mean; none teaches another. */
const STRANGERS = { 1: 20, 10: 20 };

/**
 * The runs in their order: for each number of clips another contestant begins, so that a change of the machine's load
 * over time hits nobody more than the others.
 * @param {{ counts: number[], taskSeconds: number, spread: number, videoMb: number }} options
 * @returns {Array<{ n: number, expectedMs: number, long: boolean } & import('./trial.mjs').TrialPlan>}
 */
export function plansOf({ counts, taskSeconds, spread, videoMb }) {
	return counts.flatMap((n, turn) => {
		const single = n === 1 && spread > 0;
		const times = single ? timesOfSingles(taskSeconds, spread) : taskTimes(n, taskSeconds, spread);
		return contestants.map((_, place) => {
			const contestant = contestants[(place + turn) % contestants.length];
			const expectedMs = expectedWall(contestant, times, single);
			return {
				n,
				contestant: contestant.id,
				executions: single ? times.length : 1,
				accounts: single ? SINGLES.accounts : 1,
				items: n,
				times,
				videoMb,
				expectedMs,
				long: expectedMs > LONGEST_RUN_MS,
			};
		});
	});
}

/** The same times in each account: executions take their turns in the accounts, and tasks their times in the order made. */
function timesOfSingles(seconds, spread) {
	const times = taskTimes(SINGLES.together, seconds, spread);
	return times.flatMap((time) => Array(SINGLES.accounts).fill(time));
}

/**
 * The runs of "lag by clip time": one clip at a time here and there, and ten with ours, twice in the same n8n: a kind
 * of clips that was never seen, and one that is known.
 * @param {number[]} clipSeconds
 * @param {number} spread
 * @returns {Array<{ seconds: number, n: number } & import('./trial.mjs').TrialPlan>}
 */
export function timePlansOf(clipSeconds, spread) {
	return clipSeconds.flatMap((seconds) => {
		const plan = (contestant, n, rounds) => ({
			seconds,
			n,
			contestant,
			executions: STRANGERS[n],
			accounts: STRANGERS[n],
			items: n,
			times: taskTimes(STRANGERS[n] * n, seconds, spread),
			videoMb: 0,
			rounds,
		});
		return [plan('builtIn', 1, 1), plan('hailuo', 1, 2), plan('hailuo', 10, 2)];
	});
}

/** Only to tell the user how long it will take, and whether to run it at all. */
function expectedWall({ id, lookSeconds }, times, single) {
	const one = (ms) =>
		lookSeconds ? Math.ceil(ms / 1000 / lookSeconds) * lookSeconds * 1000 : ms * 1.05;
	const each = times.map(one);
	return id === 'builtIn' && !single ? each.reduce((a, b) => a + b, 0) : Math.max(...each);
}

/**
 * What a run would have given that makes its clips one after another: as long per clip as the largest run that was
 * made of more than one. Only what follows from that is given.
 * @param {{ n: number, contestant: string }} plan
 * @param {object[]} trials those that were run
 */
export function computeTrial({ n, contestant }, trials) {
	const known = trials
		.filter((one) => one.contestant === contestant && one.n > 1 && one.n < n && !one.failed)
		.sort((a, b) => b.n - a.n)[0];
	if (!known) return undefined;
	const { requestsPerClip, lagMs, lagShare } = known;
	const wallMs = (known.wallMs / known.n) * n;
	return { n, contestant, computed: true, from: known.n, wallMs, requestsPerClip, lagMs, lagShare };
}

/**
 * All rows of the comparison: what was run side by side; for the rest the long run that was made by itself under the
 * same conditions, or else what can be computed.
 * @param {{ taskSeconds: number, spread: number, videoMb: number, counts: number[], trials: object[] }} compare
 * @param {{ taskSeconds: number, spread: number, videoMb: number, trials: object[] }} [long]
 */
export function completed(compare, long) {
	const { counts, trials } = compare;
	const apart = areComparable(compare, long) ? long.trials.filter(({ failed }) => !failed) : [];
	const has = (list, n, contestant) =>
		list.find((one) => one.n === n && one.contestant === contestant);
	const missing = counts
		.flatMap((n) => contestants.map(({ id }) => ({ n, contestant: id })))
		.filter(({ n, contestant }) => !has(trials, n, contestant))
		.map(
			(plan) =>
				withMark(has(apart, plan.n, plan.contestant)) ??
				computeTrial(plan, trials) ?? { ...plan, failed: 'not run' },
		);
	return { ...compare, trials: inOrder([...trials, ...missing]) };
}

/** Whether two parts were measured under the same conditions; not where one of them is missing. */
export const areComparable = (one, other) =>
	Boolean(one && other) &&
	['taskSeconds', 'spread', 'videoMb'].every((name) => one[name] === other[name]);

const withMark = (trial) => trial && { ...trial, apart: true };

/**
 * As they are read: by number of clips, ours first; each with `ratio`, how many times as long as ours it took.
 * @param {object[]} trials
 */
export function inOrder(trials) {
	const place = ({ contestant }) => contestants.findIndex(({ id }) => id === contestant);
	const ours = (n) => trials.find((one) => one.n === n && one.contestant === 'hailuo');
	return [...trials]
		.sort((a, b) => a.n - b.n || place(a) - place(b))
		.map((trial) => ({ ...trial, ratio: ratio(trial.wallMs, ours(trial.n)?.wallMs) }));
}

/** Of several runs of the same thing the one with the median memory. @param {object[]} trials */
export function middleOf(trials) {
	const good = trials.filter(({ failed }) => !failed);
	const sorted = [...good].sort((a, b) => (a.aboveIdleMb ?? 0) - (b.aboveIdleMb ?? 0));
	return sorted[Math.floor((sorted.length - 1) / 2)] ?? trials[0];
}
