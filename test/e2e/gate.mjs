#!/usr/bin/env node
/*
 * `npm run e2e`: the gate. Installs both n8n lines, packs the package, and runs every suite on each line in a process
 * of its own. Prints a table of all cases by name, writes the same as a page with the screenshots, and ends with
 * "N passed, N failed".
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readArgs, UsageProblem } from '../../tools/lib/args.mjs';
import { findChromium } from '../../tools/lib/browser.mjs';
import { ensureDebianPackages } from '../../tools/lib/debian.mjs';
import { N8N_LINES } from '../../tools/lib/install.mjs';
import { prepare } from '../../tools/lib/prepare.mjs';
import { root } from '../../tools/lib/paths.mjs';
import { startProcess, stopAll, tailOf } from '../../tools/lib/processes.mjs';
import { createProgress, formatSeconds } from '../../tools/lib/progress.mjs';
import { runCommand } from '../../tools/lib/stop-signal.mjs';
import { table } from '../../tools/lib/table.mjs';
import { page } from './lib/page.mjs';

/**
 * The suites in the order in which they run: the script, and the arguments that make it short enough for a gate.
 * @type {Record<string, [script: string, ...args: string[]]>}
 */
const SUITES = {
	demo: ['demo'],
	form: ['form'],
	workflows: ['workflows'],
	lifecycle: ['lifecycle'],
	newcomer: ['newcomer'],
	agent: ['agent'],
	callbacks: ['callbacks', '--clips', '2'],
	'binary-modes': ['binaryModes'],
	hailuo3: ['hailuo3'],
	pause: ['pause'],
	kill: ['kill', '--kills', '2'],
	'kill-parked': ['kill', '--only', 'random', '--completion', 'pause', '--kills', '2'],
};

const HELP = `npm run e2e -- [options]

Everything that has to hold in real n8n, on both lines: ${Object.keys(SUITES).join(', ')}.
The lines run beside each other, the suites of a line one after the other. Each is a command too:
npm run e2e:<suite>. Apart stay e2e:queue, long e2e:kill and the bench.

  --n8n <line>    ${N8N_LINES.join(' or ')}; both where it is not given
  --only <list>   some suites, with commas between
  --out <folder>  where page, pictures and logs go (e2e-report)
  --no-install    use what is installed, fail where something is missing
  --help
`;

/** @type {import('../../tools/lib/args.mjs').OptionSpecs} */
const SPEC = {
	n8n: { type: 'text', values: N8N_LINES },
	only: { type: 'text' },
	out: { type: 'text', default: 'e2e-report' },
	'no-install': { type: 'switch' },
	help: { type: 'switch' },
};

/** A suite that takes longer hangs. */
const LONGEST_SUITE_MS = 12 * 60_000;

// Two lines at once: no place for one that turns.
const progress = createProgress({ heartbeatMs: 60_000, terminal: false });

async function main() {
	const args = readArgs(process.argv.slice(2), SPEC, HELP);
	if (args.help) {
		progress.line(HELP);
		return 0;
	}
	const names = args.only ? args.only.split(',') : Object.keys(SUITES);
	for (const name of names)
		if (!SUITES[name]) throw new UsageProblem(`There is no suite "${name}".\n\n${HELP}`);
	const lines = args.n8n ? [args.n8n] : N8N_LINES;
	const out = join(root, args.out);
	const began = Date.now();
	rmSync(out, { recursive: true, force: true });
	mkdirSync(out, { recursive: true });

	const install = !args['no-install'];
	if (names.includes('form')) {
		await ensureDebianPackages(progress, {
			title: 'A browser and its font',
			packages: ['chromium', 'fonts-dejavu-core'],
			isThere: () => Boolean(findChromium()),
			install,
		});
	}
	if (install) {
		await ensureDebianPackages(progress, {
			title: 'Build tools for SQLite',
			packages: ['python3', 'make', 'g++'],
			isThere: () => ['python3', 'make', 'g++'].every((name) => inPath(name)),
			install: existsSync('/usr/bin/apt-get'),
		});
	}
	for (const line of lines) await prepare(progress, { line, install });
	const installedMs = Date.now() - began;

	const ofLine = async (line) => {
		const reports = [];
		for (const name of names) reports.push(await runSuite({ line, name, out }));
		return reports;
	};
	const reports = (await Promise.all(lines.map(ofLine))).flat();

	const cases = reports.flatMap(({ line, suite, cases: own }) =>
		own.map((one) => ({ line, suite, ...one })),
	);
	const failed = cases.filter(({ failures }) => failures.length > 0);
	const ms = Date.now() - began;
	const summary = `${cases.length - failed.length} passed, ${failed.length} failed`;
	const file = join(out, 'index.html');
	writeFileSync(file, page({ reports, summary, ms, installedMs }));
	progress.line(`\n${tableOf(reports)}\n`);
	for (const { line, suite, name, failures } of failed) {
		progress.line(`FAILED n8n ${line}, ${suite}: ${name}`);
		for (const failure of failures) progress.line(`  ${failure}`);
	}
	progress.line(`\nPage: ${relative(process.cwd(), file)}`);
	progress.line(
		`Took ${formatSeconds(ms)}, of which installing and building ${formatSeconds(installedMs)}.`,
	);
	progress.line(summary);
	return failed.length === 0 ? 0 : 1;
}

/** Runs one suite in a process of its own; however it ends, there is a report. */
async function runSuite({ line, name, out }) {
	const file = join(out, `${line}-${name}.json`);
	const log = join(out, `${line}-${name}.log`);
	const began = Date.now();
	const [suite, ...more] = SUITES[name];
	const script = join('test', 'e2e', `${suite}.mjs`);
	const options = ['--n8n', line, '--no-install', '--report', file, ...more];
	return await progress.step(`n8n ${line}: ${name}`, async (step) => {
		step.detail(() => tailOf(log, 1).trim());
		// Time for the suite to end its own n8n.
		const running = startProcess(process.execPath, [script, ...options], {
			cwd: root,
			log,
			graceMs: 30_000,
		});
		let late = false;
		const timer = setTimeout(() => {
			late = true;
			void running.stop();
		}, LONGEST_SUITE_MS);
		const { code } = await running.exited;
		clearTimeout(timer);
		const report = reportIn(file) ?? {
			suite: name,
			line,
			ms: Date.now() - began,
			cases: [],
			notes: [],
			pictures: [],
		};
		const failed = report.cases.filter(({ failures }) => failures.length > 0).length;
		if (late || report.cases.length === 0 || (code !== 0 && failed === 0)) {
			const why = late
				? `It had not ended after ${LONGEST_SUITE_MS / 60_000} minutes.`
				: `It ended with code ${code} and without saying what failed.`;
			const failures = [`${why}\n${tailOf(log, 15)}`];
			report.cases.push({ name: 'The suite ends in order', checks: 1, failures, ms: 0 });
		}
		const wrong = report.cases.filter(({ failures }) => failures.length > 0).length;
		step.done(`${report.cases.length - wrong} passed, ${wrong} failed`);
		return { ...report, suite: name, log: `${line}-${name}.log` };
	});
}

function reportIn(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return undefined;
	}
}

/** Every case by name, the lines beside each other. */
function tableOf(reports) {
	const lines = [...new Set(reports.map(({ line }) => line))];
	const rows = new Map();
	for (const { line, suite, cases } of reports) {
		const seen = {};
		for (const { name, checks, failures, ms } of cases) {
			// A name that comes again is the next such case, not the same.
			seen[name] = (seen[name] ?? 0) + 1;
			const title = seen[name] > 1 ? `${name} (${seen[name]})` : name;
			const key = `${suite}\0${title}`;
			if (!rows.has(key)) rows.set(key, { suite, title });
			const verdict = failures.length > 0 ? 'FAILED' : 'passed';
			rows.get(key)[line] = `${verdict}, ${checks} checks, ${formatSeconds(ms)}`;
		}
	}
	return table(
		['Suite', 'Case', ...lines.map((line) => `n8n ${line}`)],
		[...rows.values()].map((row) => [row.suite, row.title, ...lines.map((line) => row[line])]),
	);
}

function inPath(name) {
	return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}

await runCommand(main, {
	onInterrupt: () => {
		progress.close();
		progress.line('\nInterrupted.');
		return 130;
	},
	cleanUp: stopAll,
});
