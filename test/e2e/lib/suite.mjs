/** What every run in real n8n shares: options, a private n8n, the simulator, the report, the end of all it started. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { readArgs } from '../../../tools/lib/args.mjs';
import { N8N_LINES } from '../../../tools/lib/install.mjs';
import { prepare } from '../../../tools/lib/prepare.mjs';
import { closeAllN8n, openN8n } from '../../../tools/lib/private-n8n.mjs';
import { createProgress, formatSeconds } from '../../../tools/lib/progress.mjs';
import { runCommand } from '../../../tools/lib/stop-signal.mjs';
import { CaseBroken, createReport } from './report.mjs';

const { startSimulator } = createRequire(import.meta.url)('../../simulator');

/** @type {import('../../../tools/lib/args.mjs').OptionSpecs} */
const SPEC = {
	n8n: { type: 'text', default: N8N_LINES[0], values: N8N_LINES },
	report: { type: 'text' },
	'no-install': { type: 'switch' },
	help: { type: 'switch' },
};

const HELP = `
  --n8n <line>     ${N8N_LINES.join(' or ')} (${N8N_LINES[0]})
  --report <file>  also writes the result as JSON
  --no-install     use what is installed, fail where something is missing
  --help
`;

/**
 * @typedef {object} World
 * @property {Record<string, any>} args
 * @property {string} line
 * @property {import('../../../tools/lib/progress.mjs').Progress} progress
 * @property {import('./report.mjs').Report} report
 * @property {Awaited<ReturnType<typeof prepare>>} prepared
 * @property {(options?: object) => ReturnType<typeof openN8n>} openN8n opened for this suite, closed at its end
 * @property {(options?: object) => Promise<any>} openSimulator likewise
 * @property {(work: () => Promise<unknown>) => void} atEnd last come, first served
 * @property {string | undefined} pictureDir where pictures go; undefined when nobody wants any
 */

/**
 * Runs a suite as a program: prints what it does, ends all that it has started, exits with 0 only when every check held.
 * @param {object} suite
 * @param {string} suite.name as in `npm run e2e:<name>`
 * @param {string} suite.about the first lines of --help
 * @param {Record<string, object>} [suite.spec] more options
 * @param {string} [suite.help] their lines
 * @param {(world: World) => Promise<void>} suite.run
 */
export async function runSuite({ name, about, spec = {}, help = '', run }) {
	const progress = createProgress();
	const endings = [];
	const cleanUp = async () => {
		for (const ending of endings.splice(0).reverse()) {
			try {
				await ending();
			} catch (error) {
				progress.line(`  at the end: ${error.message}`);
			}
		}
		await closeAllN8n();
	};

	const main = async () => {
		const usage = `npm run e2e:${name} -- [options]\n\n${about}\n${help ? `\n${help}` : ''}${HELP}`;
		const args = readArgs(process.argv.slice(2), { ...SPEC, ...spec }, usage);
		if (args.help) {
			progress.line(usage);
			return 0;
		}
		const began = Date.now();
		const line = args.n8n;
		const report = createReport(progress);
		const file = args.report && resolve(args.report);
		if (file) mkdirSync(dirname(file), { recursive: true });
		let version;
		try {
			const prepared = await prepare(progress, { line, install: !args['no-install'] });
			version = prepared.n8n.version;
			await run({
				args,
				line,
				progress,
				report,
				prepared,
				openN8n: async (options = {}) => {
					const own = await openN8n({ name: `e2e-${name}`, prepared, ...options });
					endings.push(async () => await own.close());
					return own;
				},
				openSimulator: async (options = {}) => {
					const simulator = await startSimulator({ port: 0, ...options });
					endings.push(async () => await simulator.close());
					return simulator;
				},
				atEnd: (work) => endings.push(work),
				pictureDir: file && dirname(file),
			});
			if (report.cases.length === 0) throw new Error('Nothing was checked.');
		} catch (error) {
			if (!(error instanceof CaseBroken)) {
				const failures = [[error.message, error.tail].filter(Boolean).join('\n')];
				report.cases.push({ name: 'Start', checks: 1, failures, ms: Date.now() - began });
				progress.line(`\n${error.constructor === Error ? error.stack : failures[0]}`);
			}
		}
		await progress.step('Ending what was started', cleanUp);
		const { cases, notes, pictures } = report;
		const ms = Date.now() - began;
		if (file) {
			const result = { suite: name, line, version, ms, cases, notes, pictures };
			writeFileSync(file, `${JSON.stringify(result, null, '\t')}\n`);
		}
		const failed = report.failed();
		progress.line();
		for (const { name: title, failures } of failed)
			for (const failure of failures) progress.line(`  ${title}: ${failure}`);
		progress.line(
			`${cases.length - failed.length} passed, ${failed.length} failed (n8n ${version ?? line}, ${formatSeconds(ms)})`,
		);
		return failed.length === 0 ? 0 : 1;
	};

	await runCommand(main, {
		onInterrupt: () => {
			progress.close();
			progress.line('\nInterrupted.');
			return 130;
		},
		cleanUp,
	});
}
