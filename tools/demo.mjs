#!/usr/bin/env node
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readArgs } from './lib/args.mjs';
import { readOutcome } from './lib/demo-result.mjs';
import { GATEWAYS, START_NODE } from './lib/gateways.mjs';
import { N8N_LINES } from './lib/install.mjs';
import { demoVideosDir, root, runsDir } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { openN8n } from './lib/private-n8n.mjs';
import { createProgress, formatSeconds } from './lib/progress.mjs';
import { setUpDemo } from './lib/setup.mjs';
import { startGateways } from './lib/simulator.mjs';
import { runCommand } from './lib/stop-signal.mjs';
import { table } from './lib/table.mjs';

const HELP = `npm run demo -- [options]

Runs the demo workflow without a browser in a real, fresh n8n against six simulated gateways and writes
each gateway's video into demo-videos. Ends with code 0 only when all six are playable videos.

  --task-seconds <number>  how long a simulated video takes (2)
  --n8n <line>             ${N8N_LINES.join(' or ')} (${N8N_LINES[0]})
  --no-install             use what is installed, fail where something is missing
  --keep                   keep this n8n's folder (database, files) and say where it is
  --version, --help
`;

/** @type {import('./lib/args.mjs').OptionSpecs} */
const SPEC = {
	'task-seconds': { type: 'seconds', default: 2 },
	n8n: { type: 'text', default: N8N_LINES[0], values: N8N_LINES },
	'no-install': { type: 'switch' },
	keep: { type: 'switch' },
	version: { type: 'switch' },
	help: { type: 'switch' },
};

const COLUMNS = [
	'Gateway',
	'Model',
	'Resolution',
	'Duration',
	'Status',
	'Task ID',
	'Bytes',
	'Playable',
	'Seconds',
	'File',
];

const progress = createProgress();
let cleanUp = async () => {};

async function main() {
	const args = readArgs(process.argv.slice(2), SPEC, HELP);
	const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	if (args.help || args.version) {
		progress.line(args.help ? HELP : version);
		return 0;
	}
	const began = Date.now();
	const line = args.n8n;
	progress.line(`${name} ${version}: the demo workflow in n8n ${line}, six simulated gateways`);
	const prepared = await prepare(progress, { line, install: !args['no-install'] });

	mkdirSync(demoVideosDir, { recursive: true });
	for (const gateway of GATEWAYS) rmSync(videoFile(gateway), { force: true });
	const simulator = await startGateways({ port: 0, taskSeconds: args['task-seconds'] });
	cleanUp = simulator.close;
	const own = await openN8n({ name: 'demo', prepared, taken: [simulator.port] });
	const kept = join(runsDir, `demo-${line}-kept`);
	cleanUp = async () => {
		cleanUp = async () => {};
		await Promise.all([own.close({ keepAs: args.keep && kept }), simulator.close()]);
	};
	await progress.step(`n8n ${own.version} on port ${own.port}`, async (step) => {
		await own.start();
		step.done('ready');
	});
	const outcomes = await Promise.race([own.server.ended, runDemo(own.rest, { simulator, args })]);

	await progress.step('Ending n8n and the gateways', async () => await cleanUp());
	report(outcomes);
	if (args.keep)
		progress.line(
			`Kept: ${relative(process.cwd(), kept)}, log ${relative(process.cwd(), own.logs[0])}`,
		);
	const good = outcomes.filter(({ playable }) => playable).length;
	progress.line(
		`${good} of ${GATEWAYS.length} gateways delivered a playable video (${formatSeconds(Date.now() - began)}).`,
	);
	return good === GATEWAYS.length ? 0 : 1;
}

function videoFile({ id }) {
	return join(demoVideosDir, `${id}.mp4`);
}

async function runDemo(rest, { simulator, args }) {
	const { workflowId } = await progress.step(
		'Credentials and workflow',
		async () => await setUpDemo(rest, { simulator, state: {}, pollSeconds: 1 }),
	);
	const execution = await progress.step('The workflow: one picture, six gateways', async (step) => {
		const result = await rest.run(workflowId, START_NODE, {
			timeoutMs: 120_000 + GATEWAYS.length * args['task-seconds'] * 2000,
		});
		step.done(`execution ${result.id} ${result.status}`);
		return result;
	});
	const outcomes = [];
	for (const gateway of GATEWAYS) {
		const outcome = await readOutcome(
			gateway,
			execution,
			async (id) => await rest.bytes(`/binary-data?id=${encodeURIComponent(id)}&action=download`),
		);
		if (outcome.video) {
			const file = videoFile(gateway);
			writeFileSync(file, outcome.video);
			outcome.file = relative(process.cwd(), file);
		}
		outcomes.push(outcome);
	}
	return outcomes;
}

function report(outcomes) {
	progress.line();
	progress.line(
		table(
			COLUMNS,
			outcomes.map((outcome) => [
				outcome.gateway,
				outcome.model,
				outcome.resolution,
				outcome.duration,
				outcome.status,
				outcome.taskId,
				outcome.bytes,
				outcome.playable ? 'yes' : 'no',
				outcome.seconds,
				outcome.file,
			]),
		),
	);
	progress.line();
	for (const { gateway, why } of outcomes.filter(({ playable }) => !playable)) {
		progress.line(`${gateway}: ${why}`);
	}
}

await runCommand(main, {
	onInterrupt: () => {
		progress.close();
		progress.line('\nInterrupted.');
		return 130;
	},
	cleanUp: async () => await cleanUp(),
});
