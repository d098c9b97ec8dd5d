#!/usr/bin/env node
/*
 * `npm run bench`: three ways to make Hailuo clips, side by side in a real n8n, against the simulated gateway. Prints
 * the figures and writes them to docs/bench.md, docs/bench.svg and the README.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem, type } from 'node:os';
import { join, resolve } from 'node:path';
import { readArgs, UsageProblem } from '../tools/lib/args.mjs';
import { devDir, root } from '../tools/lib/paths.mjs';
import { prepare } from '../tools/lib/prepare.mjs';
import { stopAll } from '../tools/lib/processes.mjs';
import { createProgress, formatSeconds } from '../tools/lib/progress.mjs';
import { runCommand } from '../tools/lib/stop-signal.mjs';
import { areComparable, completed, middleOf, plansOf, timePlansOf } from './lib/compare.mjs';
import { contestantOf } from './lib/contestants.mjs';
import { openBench } from './lib/instance.mjs';
import { consoleReport, markdownReport, withBench } from './lib/report.mjs';
import { barPlot } from './lib/svg.mjs';
import { taskTimes } from './lib/times.mjs';
import { runTrial } from './lib/trial.mjs';
import { weigh } from './lib/weight.mjs';
import { clips, duration, megabytes } from './lib/words.mjs';

const HELP = `npm run bench -- [options]

Hailuo Video, n8n's built-in MiniMax node and a plain HTTP Request loop make the same clips in a real n8n, at
the simulated gateway. Without an option that names a part, all parts run: two hours.

  --compare                only wall time, requests, lag and memory side by side
  --times <list>           only lag and looks by clip time, beside the built-in node (15,60,120,300 seconds);
                           all beside each other, which takes 6 GB of memory
  --exact                  only our node with clips that all take the same time
  --limiter                only our node at a gateway that takes 20 orders a minute
  --memory                 only big videos and big pictures
  --items <number>         only so many items in one execution (1000)
  --weight                 only size, loading time and work per item
                           (several of these: several parts)

  --n <list>               how many clips (1,10,50)
  --task-seconds <number>  how long a clip takes at the gateway (120: what 768P is said to take)
  --spread <share>         how much clips differ in that (0.1: from 10 % less to 10 % more)
  --video-mb <number>      size of a video (5)
  --full                   run also what would take more than half an hour, beside the others, instead of
                           computing it: two hours
  --long                   only that
  --report                 only write the page anew, from what was measured last
  --out <folder>           where bench.md and bench.svg go (docs, and a short table to the README)
  --no-install             use what is installed, fail where something is missing
  --help
`;

/** @type {import('../tools/lib/args.mjs').OptionSpecs} */
const SPEC = {
	compare: { type: 'switch' },
	times: { type: 'text' },
	exact: { type: 'switch' },
	limiter: { type: 'switch' },
	memory: { type: 'switch' },
	items: { type: 'text' },
	weight: { type: 'switch' },
	n: { type: 'text', default: '1,10,50' },
	'task-seconds': { type: 'seconds', default: 120 },
	spread: { type: 'seconds', default: 0.1 },
	'video-mb': { type: 'seconds', default: 5 },
	full: { type: 'switch' },
	long: { type: 'switch' },
	report: { type: 'switch' },
	out: { type: 'text', default: 'docs' },
	'no-install': { type: 'switch' },
	help: { type: 'switch' },
};

const N8N_LINE = '2.41';
const MANY = 50;
const PER_MINUTE = 20;
const ITEM_SECONDS = 5;
/** The recipe streams as well; its wait would only make the part long. */
const MEMORY_CONTESTANTS = ['hailuo', 'builtIn'];
/** How often each is run: when V8 collects is partly luck. */
const MEMORY_TURNS = 3;
/** Start, warm-up, settling and end of an n8n. */
const AROUND_RUN_MS = 60_000;
/** What an n8n needs of the processor until it is there. */
const START_MS = 15_000;
const resultsFile = join(devDir, 'bench-results.json');

const progress = createProgress({ heartbeatMs: 60_000 });
let bench;
let benchBeside;
/** Those of the runs of "lag by clip time", which go on beside each other. */
const benches = [];

async function main() {
	const args = readOptions(process.argv.slice(2));
	if (args.help) {
		progress.line(HELP);
		return 0;
	}
	if (args.report) return await report(readResults(), args);
	const began = Date.now();
	const prepared = await prepare(progress, { line: N8N_LINE, install: !args['no-install'] });
	bench = await openBench(prepared);
	benchBeside = await openBench(prepared, 1);
	if (args.parts.includes('times'))
		for (const place of timePlansOf(args.clipSeconds, args.spread).keys())
			benches.push(await openBench(prepared, 2 + place));
	const build = createHash('sha256').update(readFileSync(bench.tarball)).digest('hex').slice(0, 8);

	const runPart = async (part, where = bench) => {
		const loads = [];
		const run = async (title, plan, other = where) => {
			loads.push(loadavg()[0]);
			return await progress.step(title, async (step) => {
				const trials = await trialsOf(other, plan);
				step.done(trials.map(inWords).join('; '));
				return trials;
			});
		};
		// kept at once: an interrupted bench loses only what was running
		const keep = (result, before) => {
			const date = new Date().toISOString().slice(0, 10);
			const measured = {
				date,
				loads: [...(before?.loads ?? []), ...loads],
				build: [...new Set([...(before?.build.split(' ') ?? []), build])].join(' '),
			};
			const results = readResults();
			results[part] = { ...result, measured };
			results.machine = machine(prepared);
			mkdirSync(devDir, { recursive: true });
			writeFileSync(resultsFile, `${JSON.stringify(results, null, '\t')}\n`);
		};
		const result = await PARTS[part](args, run, keep);
		if (result) keep(result);
	};
	// a node that makes its clips one after another is idle nearly all the time: it disturbs nobody
	const long = args.parts.includes('long') ? runPart('long', benchBeside) : undefined;
	for (const part of args.parts.filter((one) => one !== 'long')) await runPart(part);
	await long;
	await report(readResults(), args);
	progress.line(`Took ${formatSeconds(Date.now() - began)}.`);
	return 0;
}

async function report({ compare, long, ...others }, args) {
	const results = { ...(compare && { compare: completed(compare, long) }), long, ...others };
	progress.line(`\n${consoleReport(results)}\n`);
	for (const file of await writeDocs(results, resolve(root, args.out)))
		progress.line(`Wrote ${file}`);
	return 0;
}

/**
 * What each part does; `run(title, plan)` gives the trials of a plan, or one that says why it failed; `keep(result)`
 * saves what there is so far.
 */
const PARTS = {
	async compare(args, run, keep) {
		const plans = plansOf(conditionsOf(args)).filter(({ long }) => !long);
		const total = plans.reduce((sum, { expectedMs }) => sum + expectedMs + AROUND_RUN_MS, 0);
		progress.line(`Side by side: about ${duration(total)}.`);
		// other numbers of clips that were measured under the same conditions stay
		const { compare } = readResults();
		const before = areComparable(compare, conditionsOf(args)) ? compare : undefined;
		return await runAll(args, plans, run, keep, before);
	},

	async long(args, run, keep) {
		const plans = plansOf(conditionsOf(args)).filter(({ long }) => long);
		return await runAll(args, plans, run, keep);
	},

	async times({ clipSeconds, spread }, run) {
		// what is measured is whether n8n looks, and it sleeps nearly all the time: the runs do not disturb each other
		const plans = timePlansOf(clipSeconds, spread);
		const runs = plans.map(async (plan, place) => {
			const { seconds, n, contestant } = plan;
			const title = `${clips(n)} of ${seconds} s, ${contestantOf(contestant).name}`;
			// only their starts do
			await new Promise((done) => setTimeout(done, place * START_MS));
			const trials = await run(title, plan, benches[place]);
			return trials.map((trial, round) => ({ seconds, n, contestant, round, trial }));
		});
		return { spread, rows: (await Promise.all(runs)).flat() };
	},

	async exact(args, run) {
		const taskSeconds = args['task-seconds'];
		const title = `${clips(MANY)} of exactly ${taskSeconds} s, twice`;
		const rounds = await run(title, { ...ours(MANY, taskSeconds), rounds: 2 });
		return { items: MANY, taskSeconds, rounds };
	},

	async limiter(args, run) {
		const taskSeconds = args['task-seconds'];
		const rateLimit = { perMinute: PER_MINUTE, burst: PER_MINUTE };
		const floorMs = ((MANY - PER_MINUTE) / PER_MINUTE) * 60_000 + taskSeconds * 1000;
		const title = `${clips(MANY)}, ${PER_MINUTE} a minute`;
		const [trial] = await run(title, { ...ours(MANY, taskSeconds), rateLimit });
		return { items: MANY, perMinute: PER_MINUTE, taskSeconds, floorMs, trial };
	},

	async memory(_args, run) {
		const videos = [
			{ items: 3, videoMb: 200 },
			{ items: MANY, videoMb: 20 },
		];
		const plans = [
			{ contestant: 'control', items: MANY, videoMb: 0 },
			...videos.flatMap((what) =>
				MEMORY_CONTESTANTS.map((contestant) => ({ contestant, ...what })),
			),
			...['control', ...MEMORY_CONTESTANTS].map((contestant) => ({
				contestant,
				items: 20,
				videoMb: 0,
				pictureMb: 10,
			})),
		];
		const rows = [];
		for (const plan of plans) {
			const what = plan.pictureMb
				? `${plan.items} pictures of ${plan.pictureMb} MB`
				: `${plan.items} videos of ${plan.videoMb} MB`;
			const title = `Memory: ${plan.videoMb || plan.pictureMb ? `${what}, ` : ''}${contestantOf(plan.contestant).name}`;
			const trials = [];
			for (let turn = 0; turn < MEMORY_TURNS; turn++) {
				const times = Array(plan.items).fill(0);
				trials.push(...(await run(title, { ...plan, executions: 1, times })));
			}
			rows.push({ ...plan, trials, trial: middleOf(trials) });
		}
		return { rows };
	},

	async items({ itemCount }, run) {
		const [trial] = await run(`${itemCount} items`, {
			...ours(itemCount, ITEM_SECONDS),
			probe: true,
		});
		return { items: itemCount, taskSeconds: ITEM_SECONDS, trial };
	},

	async weight() {
		return await progress.step('Weight', async () => await weigh(bench.tarball, bench.unpack()));
	},
};

/** A plan of our node alone, with the simulator's small clip and one time for all. */
function ours(items, taskSeconds) {
	return {
		contestant: 'hailuo',
		executions: 1,
		items,
		times: taskTimes(items, taskSeconds, 0),
		videoMb: 0,
	};
}

/** A run that fails is part of the result: it must not end an hour's work. */
async function trialsOf(where, plan) {
	try {
		return await runTrial(where, plan);
	} catch (error) {
		progress.line(`    ${error.message}`);
		return [{ failed: error.message.split('\n')[0] }];
	}
}

/**
 * One run after the other, each kept as soon as it is there.
 * @param before the same part, measured before: its runs stay that are not made again
 */
async function runAll(args, plans, run, keep, before) {
	const isNew = ({ n, contestant }) =>
		plans.some((plan) => plan.n === n && plan.contestant === contestant);
	const kept = before?.trials.filter((trial) => !isNew(trial)) ?? [];
	const counts = [...new Set([...args.counts, ...kept.map(({ n }) => n)])].sort((a, b) => a - b);
	const result = { ...conditionsOf(args), counts, trials: kept };
	for (const plan of plans) {
		const { n, contestant, expectedMs } = plan;
		const title = `${clips(n)}, ${contestantOf(contestant).name} (about ${duration(expectedMs)})`;
		const [trial] = await run(title, plan);
		result.trials.push({ n, contestant, ...trial });
		keep(result, kept.length > 0 ? before.measured : undefined);
	}
}

const conditionsOf = ({ counts, spread, ...args }) => ({
	counts,
	taskSeconds: args['task-seconds'],
	spread,
	videoMb: args['video-mb'],
});

/** @param {{ failed?: string, wallMs?: number, aboveIdleMb?: number }} trial */
const inWords = ({ failed, wallMs, aboveIdleMb }) =>
	failed ?? `${duration(wallMs)}, ${megabytes(aboveIdleMb)} above idle`;

/** @returns {Record<string, any>} */
function readOptions(argv) {
	const args = readArgs(argv, SPEC, HELP);
	const counts = args.n.split(',').map((text) => Number(text.trim()));
	const itemCount = args.items === undefined ? 1000 : Number(args.items);
	const clipSeconds = (args.times ?? '15,60,120,300').split(',').map(Number);
	if (!clipSeconds.every((seconds) => seconds > 0))
		throw new UsageProblem(`--times are seconds above 0, not "${args.times}".\n\n${HELP}`);
	for (const count of [...counts, itemCount]) {
		if (!Number.isInteger(count) || count < 1)
			throw new UsageProblem(
				`--n and --items are whole numbers from 1, not "${count}".\n\n${HELP}`,
			);
	}
	if (args.spread >= 1) throw new UsageProblem('--spread is a share below 1, like 0.1.');
	const wanted = Object.keys(PARTS).filter(
		(part) => args[part] !== undefined && args[part] !== false,
	);
	const all = Object.keys(PARTS).filter((part) => part !== 'long' || args.full);
	const parts = wanted.length > 0 ? wanted : all;
	return {
		...args,
		counts: [...new Set(counts)].sort((a, b) => a - b),
		clipSeconds,
		itemCount,
		parts,
	};
}

function readResults() {
	return existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : {};
}

function machine({ n8n, node }) {
	return {
		cpus: cpus().length,
		memoryGb: Math.round(totalmem() / 1024 ** 3),
		system: `${type()} ${process.arch}`,
		n8n: n8n.version,
		node: node.version,
	};
}

async function writeDocs(results, folder) {
	mkdirSync(folder, { recursive: true });
	if (!statSync(folder).isDirectory()) throw new UsageProblem(`--out ${folder} is no folder.`);
	const prettier = createRequire(import.meta.url)('prettier');
	const page = join(folder, 'bench.md');
	const options = await prettier.resolveConfig(page);
	const files = [];
	const write = (file, text) => {
		writeFileSync(file, text);
		files.push(file);
	};
	write(page, await prettier.format(markdownReport(results), { ...options, parser: 'markdown' }));
	if (results.compare) write(join(folder, 'bench.svg'), barPlot(results.compare));
	const readme = join(root, 'README.md');
	if (folder === join(root, 'docs')) {
		const made = withBench(readFileSync(readme, 'utf8'), results);
		write(readme, await prettier.format(made, { ...options, parser: 'markdown' }));
	}
	return files;
}

await runCommand(main, {
	onInterrupt: () => {
		progress.close();
		progress.line('\nInterrupted.');
		return 130;
	},
	cleanUp: async () => {
		await stopAll();
		for (const one of [bench, benchBeside, ...benches]) one?.close();
	},
});
