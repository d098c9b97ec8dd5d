/** The results as a page (Markdown) and as lines on the terminal. Pure. */
import { table } from '../../tools/lib/table.mjs';
import { contestantOf, contestants } from './contestants.mjs';
import { targetsOf } from './targets.mjs';
import { clips, decimal, duration, megabytes, milliseconds, percent, times } from './words.mjs';

const COMPARE_COLUMNS = [
	'Clips',
	'Way',
	'Wall time',
	'Against ours',
	'Requests per clip',
	'Lag, mean',
	'Lag, worst',
	'Memory above idle',
	'n8n’s CPU',
	'Paid',
	'Delivered',
];

/** @returns {string[][]} one row per run */
export function compareRows({ trials }) {
	return trials.map((trial) => {
		const name = contestantOf(trial.contestant).name;
		if (trial.failed) return [String(trial.n), name, `failed: ${trial.failed}`];
		const wall =
			duration(trial.wallMs) + (trial.computed ? ` (computed from ${trial.from} clips)` : '');
		const against = trial.contestant === 'hailuo' ? '1' : times(trial.ratio);
		const runs = trial.executions > 1 ? `, mean of ${trial.executions}` : '';
		const forAll = trial.executions > 1 ? ` for ${trial.executions}` : '';
		return [
			String(trial.n),
			name,
			wall + runs,
			against,
			decimal(trial.requestsPerClip),
			`${duration(trial.lagMs)} (${percent(trial.lagShare)})`,
			duration(trial.worstLagMs),
			trial.executions > 1 ? '–' : megabytes(trial.aboveIdleMb),
			trial.cpuSeconds === undefined ? '–' : `${trial.cpuSeconds.toFixed(1)} s${forAll}`,
			trial.computed ? '–' : String(trial.paid),
			trial.computed ? '–' : String(trial.clips),
		];
	});
}

const TIME_COLUMNS = ['Clip takes', 'Way', 'Clips', 'Lag, mean', 'Lag, worst', 'Looks per clip'];

/** @returns {string[][]} one row per clip time, way and round */
export function timeTableRows({ rows }) {
	return rows.map(({ seconds, n, contestant, round, trial }) => {
		const known = contestant === 'hailuo' ? `, ${round === 0 ? 'first' : 'next'} time` : '';
		const what = [`${seconds} s`, contestantOf(contestant).name + known, String(n)];
		if (trial.failed) return [...what, `failed: ${trial.failed}`];
		return [
			...what,
			`${duration(trial.lagMs)} (${percent(trial.lagShare)})`,
			duration(trial.worstLagMs),
			decimal(trial.looksPerClip),
		];
	});
}

const MEMORY_COLUMNS = ['What', 'Way', 'Idle', 'Peak', 'Above idle', 'Wall time', 'Delivered'];

export function memoryRows({ rows }) {
	return rows.map(({ contestant, items, videoMb, pictureMb, trial, trials = [trial] }) => {
		const what = pictureMb
			? `${items} first frames of ${pictureMb} MB${contestant === 'control' ? ', fetched and kept' : ', small videos'}`
			: videoMb
				? `${items} videos of ${videoMb} MB`
				: `${items} items, no video`;
		const name = contestantOf(contestant).name;
		if (trial.failed) return [what, name, `failed: ${trial.failed}`];
		return [
			what,
			name,
			megabytes(trial.idleMb),
			megabytes(trial.peakMb),
			megabytes(trial.aboveIdleMb) + allOf(trials),
			duration(trial.wallMs),
			contestant === 'control' ? '–' : `${trial.clips} of ${items}`,
		];
	});
}

/** The memory of every run, behind the median. */
function allOf(trials) {
	const all = trials
		.filter(({ aboveIdleMb }) => aboveIdleMb !== undefined)
		.map(({ aboveIdleMb }) => Math.round(aboveIdleMb));
	return all.length > 1 ? ` (${all.sort((a, b) => a - b).join(', ')})` : '';
}

const TARGET_COLUMNS = ['Mark', 'Wanted', 'Measured', 'Met'];

export function targetRows(results) {
	return targetsOf(results).map(({ what, wanted, measured, met }) => [
		what,
		wanted,
		measured,
		met ? 'yes' : '**no**',
	]);
}

/** @param {object} results @returns {string} for the terminal */
export function consoleReport(results) {
	const { compare, memory, times: clipTimes } = results;
	const marks = targetRows(results);
	return [
		compare && table(COMPARE_COLUMNS, compareRows(compare)),
		clipTimes && table(TIME_COLUMNS, timeTableRows(clipTimes)),
		memory && table(MEMORY_COLUMNS, memoryRows(memory)),
		otherLines(results).join('\n'),
		marks.length > 0 && table(TARGET_COLUMNS, marks).replaceAll('**', ''),
	]
		.filter(Boolean)
		.join('\n\n');
}

/**
 * @param {object} results
 * @returns {string} Markdown, not yet formatted
 */
export function markdownReport(results) {
	const { compare, memory, times: clipTimes } = results;
	return [
		'# Bench: side by side in real n8n',
		'<!-- made by "npm run bench", do not edit -->',
		'`npm run bench` makes this page and the plot: it starts a real n8n and the simulated gateway of this repository on one machine, and lets three ways to make MiniMax Hailuo clips do the same work, one after another. Some options: `--n 1,10`, `--task-seconds 60`, `--video-mb 20`, `--full`, `--memory`, `--items 1000`, `--limiter`, `--exact`, `--times 15,60`, `--weight`; `--help` lists all.',
		...(compare ? compareSection(compare) : []),
		...(clipTimes ? clipTimesSection(clipTimes) : []),
		...(memory ? memorySection(memory) : []),
		...otherSection(results),
		'## Our own marks',
		'What we ask of this package, met or not.',
		markdownTable(TARGET_COLUMNS, targetRows(results)),
		'## Conditions',
		...conditions(results),
		'## Not measured',
		notMeasured(),
	].join('\n\n');
}

const README_COLUMNS = ['', ...contestants.map(({ name }) => name)];
const README_START = '<!-- bench: made by "npm run bench", do not edit -->';
const README_END = '<!-- end of bench -->';

/**
 * The README with the short table put in between its marks; unchanged where nothing was measured side by side.
 * @param {string} readme
 * @param {object} results
 * @throws Error when the marks are gone
 */
export function withBench(readme, { compare, memory, times: clipTimes }) {
	if (!compare) return readme;
	const start = readme.indexOf(README_START);
	const end = readme.indexOf(README_END);
	if (start < 0 || end < start) throw new Error('README.md has lost the marks of the bench.');
	const rows = [
		...timeRows(compare),
		...(clipTimes ? lagRows(clipTimes) : []),
		...(memory ? memoryPeaks(memory) : []),
	];
	return [
		readme.slice(0, start + README_START.length),
		markdownTable(README_COLUMNS, rows),
		readme.slice(end),
	].join('\n\n');
}

/** @returns {string[][]} one row per number of clips */
function timeRows({ trials }) {
	return [...new Set(trials.map(({ n }) => n))].map((n) => {
		const cells = contestants.map(({ id }) => {
			const trial = trials.find((one) => one.n === n && one.contestant === id);
			if (!trial || trial.failed) return '–';
			const many = id === 'hailuo' ? '' : ` (${times(trial.ratio)})`;
			return `${duration(trial.wallMs)}${many}${trial.computed ? ', computed' : ''}`;
		});
		return [clips(n), ...cells];
	});
}

/** @returns {string[][]} one row per clip time: mean lag of single clips, ours also when the kind is known */
function lagRows({ rows }) {
	return [...new Set(rows.map(({ seconds }) => seconds))].map((seconds) => {
		const lag = (id, round) => {
			const found = rows.find(
				(one) =>
					one.seconds === seconds && one.n === 1 && one.contestant === id && one.round === round,
			);
			return found && !found.trial.failed ? duration(found.trial.lagMs) : '–';
		};
		const cells = contestants.map(({ id }) =>
			id === 'hailuo' ? `${lag(id, 0)}, known ${lag(id, 1)}` : lag(id, 0),
		);
		return [`Seen late, a clip of ${seconds} s`, ...cells];
	});
}

/** @returns {string[][]} one row per kind of videos */
function memoryPeaks({ rows }) {
	const videos = rows.filter(({ videoMb, trial }) => videoMb && !trial.failed);
	const kinds = [
		...new Set(videos.map(({ items, videoMb }) => `${items} videos of ${videoMb} MB`)),
	];
	return kinds.map((kind) => {
		const cells = contestants.map(({ id }) => {
			const row = videos.find(
				(one) => one.contestant === id && `${one.items} videos of ${one.videoMb} MB` === kind,
			);
			return row ? megabytes(row.trial.aboveIdleMb) : '–';
		});
		return [`Memory for ${kind}`, ...cells];
	});
}

function compareSection(compare) {
	return [
		'## Wall time',
		'![Wall time of the three ways](bench.svg)',
		markdownTable(COMPARE_COLUMNS, compareRows(compare)),
		`_Lag_: from the moment a clip is ready at the gateway until somebody looks; in parentheses, as a share of the clip's own time. _Requests_: all that the gateway and its file server see: order, looks, link, download. _Memory_: see below for what n8n itself needs.`,
		compare.trials.some(({ computed }) => computed)
			? 'A _computed_ run was not made: its wall time follows from the largest smaller run, because that way makes its clips one after another. `--full` really runs it.'
			: '',
		compare.trials.some(({ apart }) => apart)
			? 'The run of over half an hour was made apart from the others, with the same times and in an n8n of its own, while the machine did other work too: a node that makes its clips one after another is idle nearly all the time.'
			: '',
	].filter(Boolean);
}

function clipTimesSection(clipTimes) {
	return [
		'## Lag by clip time',
		'How late it is seen that a clip is ready, and how often it is looked at, where nobody knows beforehand what a clip takes: with ours the first time (the catalog presumes 120 s) and the next time in the same n8n, when one clip, or ten, have been seen. "1 clip" is the mean of twenty executions of one clip each, "10 clips" of twenty executions of ten; each execution has an account of its own, so that none teaches another. The marks below are meant for the mean of many more: [simulated](looks.md), also for other times.',
		markdownTable(TIME_COLUMNS, timeTableRows(clipTimes)),
	];
}

function memorySection(memory) {
	return [
		'## Memory',
		`Resident memory of n8n's main process, with its binary data in files (n8n's default). Each row is the median of its runs, all of them in parentheses: when V8 collects its garbage is partly luck. The clips are ready at once: what is measured is the handling of files. (The wall time is not: our node looks for a clip of a kind it does not know yet after some ten seconds, the built-in node at once.) An idle n8n 2.41 lets go of most of what it may use; any execution makes it take some of it back, which the rows "n8n alone" show.`,
		markdownTable(MEMORY_COLUMNS, memoryRows(memory)),
	];
}

function otherSection(results) {
	const lines = otherLines(results);
	return lines.length > 0 ? ['## More', lines.map((line) => `- ${line}`).join('\n')] : [];
}

function otherLines({ exact, limiter, items, weight }) {
	return [
		...(exact ? exact.rounds.map((trial, round) => exactLine(exact, trial, round)) : []),
		limiter && limiterLine(limiter),
		items && itemsLine(items),
		...(weight ? weightLines(weight) : []),
	].filter(Boolean);
}

function exactLine({ items, taskSeconds }, trial, round) {
	if (trial.failed) return `${clips(items)} of exactly ${taskSeconds} s: failed: ${trial.failed}`;
	const which = round === 0 ? 'the first run of this n8n' : 'the next run';
	return `${clips(items)} that all take exactly ${taskSeconds} s, ${which}: wall ${duration(trial.wallMs)}, ${decimal(trial.requestsPerClip)} requests per clip, lag ${duration(trial.lagMs)} on average (${percent(trial.lagShare)}), ${duration(trial.worstLagMs)} at worst.`;
}

function limiterLine({ items, perMinute, taskSeconds, floorMs, trial }) {
	if (trial.failed) return `${items} clips with a rate limit: failed: ${trial.failed}`;
	return `${clips(items)} at a gateway that takes ${perMinute} orders at once and then ${perMinute} a minute, each clip ${taskSeconds} s: wall ${duration(trial.wallMs)}; the limiter's own floor is ${duration(floorMs)}. The gateway refused ${trial.refused} orders as too many; ${trial.errors.length} of them reached the user; ${trial.paid} tasks paid, ${trial.clips} delivered.`;
}

function itemsLine({ items, taskSeconds, trial }) {
	if (trial.failed) return `${items} items in one execution: failed: ${trial.failed}`;
	const { p50, p99, max } = trial.eventLoop;
	return `${items} items in one execution, each clip ${taskSeconds} s and small: wall ${duration(trial.wallMs)}, ${decimal(trial.requestsPerClip)} requests per clip, ${trial.paid} paid, ${trial.clips} delivered; memory ${megabytes(trial.aboveIdleMb)} above idle, CPU ${trial.cpuSeconds?.toFixed(1)} s. n8n's answer to GET /healthz, asked every 200 ms meanwhile: median ${milliseconds(p50)}, 99th percentile ${milliseconds(p99)}, worst ${milliseconds(max)}.`;
}

function weightLines({ tarballBytes, nodes, loads, overhead, nodeVersion }) {
	return [
		`The packed package is ${Math.round(tarballBytes / 1000)} kB.`,
		`Loading a node's module for the first time (n8n-workflow being loaded; Node ${nodeVersion}, median of ${loads} processes): ${nodes.map(({ name, medianMs }) => `${name} ${milliseconds(medianMs)}`).join(', ')}.`,
		`What the node adds to an item, in n8n's engine (${overhead.items} orders that return at once, median of ${overhead.rounds} rounds): ${(overhead.wallMs - overhead.bareWallMs).toFixed(2)} ms, of it ${(overhead.cpuMs - overhead.bareCpuMs).toFixed(2)} ms of CPU, over a node that only sends the same requests (${overhead.bareWallMs.toFixed(2)} ms each).`,
	];
}

function conditions(results) {
	const { compare, machine } = results;
	const parts = Object.entries(results).filter(([, part]) => part?.measured);
	return [
		[
			compare &&
				`Every clip: MiniMax-Hailuo-02, text to video, 768P, 6 s, ${compare.videoMb} MB; everything else is left at its default. The gateway takes ${compare.taskSeconds} s for it${compare.spread > 0 ? `, ± ${percent(compare.spread)}: the same list of times for everybody. (A time that is an exact multiple of a peer's fixed interval would flatter that peer, one a second longer would cost it a whole interval.)` : '.'}`,
			...contestants.map(({ name, how }) => `**${name}**: ${how}.`),
			compare?.trials.some(({ executions }) => executions > 1) &&
				'"1 clip" is five executions of one clip each, started together in one account, with five of those times, and the same in nineteen other accounts; given is the mean of all.',
			'Every run has a fresh n8n and a fresh simulator, the latter in a process of its own; one small clip is made first as a warm-up, then n8n is left alone until its memory keeps still. With each number of clips another way begins.',
			'Wall time is what n8n itself notes for the execution. Peak memory is the kernel’s (VmHWM).',
			machine &&
				`Machine: ${machine.cpus} cores, ${machine.memoryGb} GB, ${machine.system}; n8n ${machine.n8n} on Node ${machine.node}, SQLite, regular mode. Everything on one host: the network costs nothing.`,
		]
			.filter(Boolean)
			.map((line) => `- ${line}`)
			.join('\n'),
		markdownTable(
			['Part', 'Measured', 'Load of the machine before its runs', 'Package'],
			parts.map(([name, { measured }]) => [
				name,
				measured.date,
				measured.loads.map((load) => load.toFixed(1)).join(' '),
				measured.build,
			]),
		),
	];
}

function notMeasured() {
	return [
		'Real gateways: their queues, their limits and the network to them. Nothing here says how fast or good a gateway is.',
		'Other packages: most cannot be pointed at a simulated gateway in an unchanged n8n.',
		'The recipe with a rate limit, and anybody’s behaviour when the gateway fails: the tests of this repository look at our node’s.',
		'Queue mode, PostgreSQL, n8n Cloud, other systems than Linux; n8n 1.123.',
		'The other five gateways: the node waits and downloads in the same way for all of them.',
	]
		.map((line) => `- ${line}`)
		.join('\n');
}

/** @param {string[]} columns @param {string[][]} rows */
export function markdownTable(columns, rows) {
	const line = (cells) => `| ${columns.map((_, i) => cells[i] ?? '').join(' | ')} |`;
	return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
