#!/usr/bin/env node
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readArgs } from './lib/args.mjs';
import { N8N_LINES, NeedsUser } from './lib/install.mjs';
import { root, runsDir } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { openN8n } from './lib/private-n8n.mjs';
import { isAlive } from './lib/processes.mjs';
import { keptLogin, readState, writeState } from './lib/profile.mjs';
import { createProgress, formatSeconds } from './lib/progress.mjs';
import { setUpDemo, setUpExamples } from './lib/setup.mjs';
import { startGateways } from './lib/simulator.mjs';
import { runCommand } from './lib/stop-signal.mjs';

const HELP = `npm start -- [options]

Starts n8n with this package and six simulated gateways, ready to click. The first start installs n8n
(about 3 GB in .n8n-dev); later ones take seconds. Everything listens on 127.0.0.1 only.

  --port <number>          n8n's port, or the next free one (5678)
  --task-seconds <number>  how long a simulated video takes (5)
  --n8n <line>             ${N8N_LINES.join(' or ')} (${N8N_LINES[0]})
  --no-install             use what is installed, fail where something is missing
  --version, --help
`;

/** @type {import('./lib/args.mjs').OptionSpecs} */
const SPEC = {
	port: { type: 'port', default: 5678 },
	'task-seconds': { type: 'seconds', default: 5 },
	n8n: { type: 'text', default: N8N_LINES[0], values: N8N_LINES },
	'no-install': { type: 'switch' },
	version: { type: 'switch' },
	help: { type: 'switch' },
};

const progress = createProgress();
let phase = 'preparing';
let closeSimulator = async () => {};

async function main(stop) {
	const args = readArgs(process.argv.slice(2), SPEC, HELP);
	const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	if (args.help || args.version) {
		progress.line(args.help ? HELP : version);
		return 0;
	}
	const began = Date.now();
	const line = args.n8n;
	const folder = join(runsDir, `start-${line}`);
	refuseSecondStart(folder);
	progress.line(`${name} ${version}: starting n8n ${line} with six simulated gateways`);

	const prepared = await prepare(progress, { line, install: !args['no-install'] });
	phase = 'starting';
	const simulator = await startGateways({ taskSeconds: args['task-seconds'], taken: [args.port] });
	closeSimulator = simulator.close;
	const login = keptLogin(folder);
	const own = await openN8n({
		name: 'start',
		prepared,
		folder,
		login,
		port: args.port,
		taken: [simulator.port],
	});
	if (own.port !== args.port) progress.line(`  Port ${args.port} is taken; n8n gets ${own.port}.`);
	await progress.step(`n8n ${own.version} on port ${own.port}`, async (step) => {
		await own.start();
		step.done('ready');
	});
	const [log] = own.logs;
	writeFileSync(runningFile(folder), JSON.stringify({ pid: process.pid, url: own.url }));

	const address = await Promise.race([
		own.server.ended,
		progress.step(
			'Login, credentials and workflows',
			async (step) => await setUp(step, own, { folder, simulator }),
		),
	]);
	phase = 'serving';
	printWelcome({ address, login, simulator, log, took: Date.now() - began, name, version });
	await Promise.race([own.server.ended, stop.requested]);
	return 0;
}

/** Two n8n on one database would disturb each other. */
function refuseSecondStart(folder) {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	let running;
	try {
		running = JSON.parse(readFileSync(runningFile(folder), 'utf8'));
	} catch {
		return;
	}
	if (running.pid !== process.pid && isAlive(running.pid, 'start.mjs')) {
		throw new NeedsUser(`It is running already: ${running.url} (process ${running.pid}).`);
	}
	rmSync(runningFile(folder), { force: true });
}

function runningFile(folder) {
	return join(folder, 'running.json');
}

async function setUp(step, { rest, url, signedIn }, { folder, simulator }) {
	if (signedIn === 'refused') {
		step.done('skipped, the password was changed in n8n');
		return { url, changedPassword: true };
	}
	const earlier = readState(folder);
	const state = await setUpDemo(rest, { simulator, state: earlier });
	writeState(folder, { ...earlier, ...state });
	const examples = await setUpExamples(rest, { ...state, earlier });
	writeState(folder, { ...state, examples });
	step.done(signedIn === 'created' ? 'made' : 'checked');
	return { url: `${url}/workflow/${state.workflowId}`, changedPassword: false };
}

function printWelcome({ address, login, simulator, log, took, name, version }) {
	const password = address.changedPassword ? '(changed in n8n, not kept here)' : login.password;
	progress.line(`
n8n is ready with ${name} ${version} after ${formatSeconds(took)}.

  Open      ${address.url}
  Log in    ${login.email}
  Password  ${password}

Press "Execute workflow": one image becomes a video at six simulated gateways. Nothing costs
money while the credentials are the simulated ones. A note on the canvas says which of the
other workflows to try.

  Gateways  ${simulator.url}/_simulator
  n8n log   ${relative(process.cwd(), log)}

Ctrl-C ends everything.`);
}

await runCommand(main, {
	onInterrupt: () => {
		progress.close();
		if (phase === 'preparing') {
			progress.line('\nInterrupted; the next start goes on from here.');
			return 130;
		}
		progress.line('\nEnding n8n and the gateways ...');
		return 0;
	},
	cleanUp: async () => await closeSimulator(),
	cleaned: () => {
		if (phase !== 'preparing') progress.line('Ended.');
	},
});
