#!/usr/bin/env node
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readArgs } from './lib/args.mjs';
import { N8N_LINES, NeedsUser } from './lib/install.mjs';
import { n8nEnv, needPackage, startN8n } from './lib/n8n-process.mjs';
import { installIntoUserFolder } from './lib/package.mjs';
import { logDir, root, runsDir } from './lib/paths.mjs';
import { choosePort } from './lib/ports.mjs';
import { prepare } from './lib/prepare.mjs';
import { isAlive } from './lib/processes.mjs';
import { keptLogin, readState, writeState } from './lib/profile.mjs';
import { createProgress, formatSeconds } from './lib/progress.mjs';
import { N8nRest } from './lib/rest.mjs';
import { setUpDemo } from './lib/setup.mjs';
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
	const userFolder = join(folder, 'user');
	refuseSecondStart(folder);
	progress.line(`${name} ${version}: starting n8n ${line} with six simulated gateways`);

	const { node, n8n, tarball } = await prepare(progress, { line, install: !args['no-install'] });
	phase = 'starting';
	installIntoUserFolder(tarball, userFolder);

	const simulator = await startGateways({ taskSeconds: args['task-seconds'], taken: [args.port] });
	closeSimulator = simulator.close;
	const port = await choosePort(args.port, { taken: [simulator.port] });
	const brokerPort = await choosePort(Math.min(port + 1000, 64000), {
		taken: [port, simulator.port],
	});
	if (port !== args.port) progress.line(`  Port ${args.port} is taken; n8n gets ${port}.`);

	const login = keptLogin(folder);
	const log = join(logDir, `n8n-start-${line}.log`);
	const env = n8nEnv({ userFolder, port, brokerPort, encryptionKey: login.encryptionKey });
	const server = await progress.step(`n8n ${n8n.version} on port ${port}`, async (step) => {
		const started = await startN8n({ n8n, node, env, log });
		step.done('ready');
		return started;
	});
	writeFileSync(runningFile(folder), JSON.stringify({ pid: process.pid, url: server.url }));

	const address = await Promise.race([
		server.ended,
		progress.step(
			'Login, credentials and demo workflow',
			async (step) => await setUp(step, server.url, { folder, login, simulator, log }),
		),
	]);
	phase = 'serving';
	printWelcome({ address, login, simulator, log, took: Date.now() - began, name, version });
	await Promise.race([server.ended, stop.requested]);
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

async function setUp(step, url, { folder, login, simulator, log }) {
	const rest = new N8nRest(url);
	const signedIn = await rest.signIn(login);
	if (signedIn === 'refused') {
		step.done('skipped, the password was changed in n8n');
		return { url, changedPassword: true };
	}
	await needPackage(rest, log);
	const state = await setUpDemo(rest, { simulator, state: readState(folder) });
	writeState(folder, state);
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

Press "Execute workflow": one picture becomes a video at six simulated gateways. Nothing
costs money while the credentials are the simulated ones.

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
