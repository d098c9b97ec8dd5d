/** What we ask of our own node, and whether a bench met it. Pure. */
import { ratio } from './statistics.mjs';
import { duration, megabytes, percent, times, decimal } from './words.mjs';

const MOST_ABOVE_IDLE_MB = 60;
const MOST_REQUESTS = 10;
const MOST_LAG = 0.05;

/**
 * @param {object} results of the parts that were run
 * @returns {Array<{ what: string, wanted: string, measured: string, met: boolean }>}
 */
export function targetsOf(results) {
	return [
		...compareTargets(results.compare),
		...timeTargets(results.times),
		...exactTargets(results.exact),
		...limiterTargets(results.limiter),
		...memoryTargets(results.memory),
		...itemsTargets(results.items),
	];
}

function compareTargets(compare) {
	if (!compare) return [];
	const run = (n, contestant) =>
		compare.trials.find((one) => one.n === n && one.contestant === contestant && !one.failed);
	const [one, ten, fifty] = [1, 10, 50].map((n) => run(n, 'hailuo'));
	const targets = [];
	if (one && fifty) {
		const limit = one.wallMs * 1.2 + 2000;
		targets.push({
			what: '50 clips without a rate limit',
			wanted: `at most 1.2 × one clip + 2 s = ${duration(limit)}`,
			measured: duration(fifty.wallMs),
			met: fifty.wallMs <= limit,
		});
		targets.push(paidOnce('50 clips: tasks paid', fifty, 50));
	}
	const builtInTen = run(10, 'builtIn');
	if (ten && builtInTen) {
		const faster = ratio(builtInTen.wallMs, ten.wallMs);
		targets.push({
			what: '10 clips against the built-in node',
			wanted: 'at least 9 times faster',
			measured: times(faster),
			met: faster >= 9,
		});
	}
	const builtInOne = run(1, 'builtIn');
	if (one && builtInOne)
		targets.push({
			what: 'one clip against the built-in node',
			wanted: `not slower than ${duration(builtInOne.wallMs)}`,
			measured: duration(one.wallMs),
			met: one.wallMs <= builtInOne.wallMs,
		});
	for (const trial of [one, ten, fifty].filter(Boolean))
		targets.push(
			...patience(`${trial.n} × ${compare.taskSeconds} s ± ${percent(compare.spread)}`, trial),
		);
	return targets;
}

function exactTargets(exact) {
	if (!exact) return [];
	return exact.rounds.flatMap((trial, round) =>
		patience(
			`${exact.items} × exactly ${exact.taskSeconds} s, ${round === 0 ? 'first run' : 'next run'}`,
			trial,
		),
	);
}

/** Lag as a share of the clip's time and a second more: alone, in a batch, and of a kind that is known. */
const LAG_SHARES = { alone: 0.06, batch: 0.05, known: 0.04 };
const MOST_LOOKS = { alone: 30, batch: 15, known: 10 };

function timeTargets(clipTimes) {
	if (!clipTimes) return [];
	return clipTimes.rows
		.filter(({ contestant, trial }) => contestant === 'hailuo' && !trial.failed)
		.map(({ seconds, n, round, trial }) => {
			const kind = round > 0 ? 'known' : n === 1 ? 'alone' : 'batch';
			const lagMs = (LAG_SHARES[kind] * seconds + 1) * 1000;
			const looks = seconds > 120 && kind === 'alone' ? 45 : MOST_LOOKS[kind];
			return {
				what: `lag and looks, ${n} × ${seconds} s, ${round > 0 ? 'next' : 'first'} time`,
				wanted: `at most ${duration(lagMs)} and ${looks} looks`,
				measured: `${duration(trial.lagMs)} and ${decimal(trial.looksPerClip)} looks`,
				met: trial.lagMs <= lagMs && trial.looksPerClip <= looks,
			};
		});
}

/** Few requests, small lag. */
function patience(which, { requestsPerClip, lagShare, lagMs }) {
	return [
		{
			what: `requests per clip (${which})`,
			wanted: `at most ${MOST_REQUESTS}`,
			measured: decimal(requestsPerClip),
			met: requestsPerClip <= MOST_REQUESTS,
		},
		{
			what: `mean lag after readiness (${which})`,
			wanted: `under ${percent(MOST_LAG)} of the task time`,
			measured: `${percent(lagShare)} (${duration(lagMs)})`,
			met: lagShare < MOST_LAG,
		},
	];
}

function limiterTargets(limiter) {
	if (!limiter) return [];
	const { trial, floorMs, items } = limiter;
	if (trial.failed) return [];
	return [
		{
			what: `${items} clips, gateway takes ${limiter.perMinute} a minute`,
			wanted: `within 5 % of the limiter's floor = ${duration(floorMs * 1.05)}`,
			measured: `${duration(trial.wallMs)} (${percent(trial.wallMs / floorMs - 1)} above)`,
			met: trial.wallMs <= floorMs * 1.05,
		},
		{
			what: '… refusals that reached a user',
			wanted: 'none',
			measured: `${trial.errors.length} (the gateway refused ${trial.refused} orders)`,
			met: trial.errors.length === 0,
		},
		paidOnce('… tasks paid', trial, items),
	];
}

function paidOnce(what, { paid, clips }, items) {
	return {
		what,
		wanted: `${items}, all delivered`,
		measured: `${paid} paid, ${clips} delivered`,
		met: paid === items && clips === items,
	};
}

function memoryTargets(memory) {
	if (!memory) return [];
	return memory.rows
		.filter(({ contestant, videoMb, trial }) => contestant === 'hailuo' && videoMb && !trial.failed)
		.map(({ items, videoMb, trial }) => ({
			what: `memory: ${items} videos of ${videoMb} MB`,
			wanted: `at most ${megabytes(MOST_ABOVE_IDLE_MB)} above idle`,
			measured: megabytes(trial.aboveIdleMb),
			met: trial.aboveIdleMb <= MOST_ABOVE_IDLE_MB,
		}));
}

function itemsTargets(items) {
	if (!items || items.trial.failed) return [];
	const { trial } = items;
	return [
		{
			what: `${items.items} items in one execution`,
			wanted: 'completes, each clip paid and delivered once',
			measured: `${trial.statuses.join(', ')}: ${trial.paid} paid, ${trial.clips} delivered`,
			met:
				trial.statuses.join() === 'success' &&
				trial.paid === items.items &&
				trial.clips === items.items,
		},
	];
}
