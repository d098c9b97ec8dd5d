#!/usr/bin/env node
/*
 * `npm run e2e:kill`: what is left of a paid task when n8n dies. A real n8n is killed with SIGKILL while some
 * executions wait for their clips, and started again; then failed runs are repeated by n8n's own "retry execution".
 * Says what n8n kept, finishes every clip by its task ID, and counts what was paid.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readArgs } from '../../tools/lib/args.mjs';
import { unflatten } from '../../tools/lib/flat.mjs';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { N8N_LINES } from '../../tools/lib/install.mjs';
import { n8nEnv, needPackage, startN8n } from '../../tools/lib/n8n-process.mjs';
import { installIntoUserFolder, packageName } from '../../tools/lib/package.mjs';
import { logDir, runsDir } from '../../tools/lib/paths.mjs';
import { choosePort } from '../../tools/lib/ports.mjs';
import { prepare } from '../../tools/lib/prepare.mjs';
import { stopAll, tailOf } from '../../tools/lib/processes.mjs';
import { newLogin } from '../../tools/lib/profile.mjs';
import { createProgress, formatSeconds } from '../../tools/lib/progress.mjs';
import { N8nRest, RestProblem } from '../../tools/lib/rest.mjs';
import { runCommand } from '../../tools/lib/stop-signal.mjs';
import { table } from '../../tools/lib/table.mjs';
import { createChecks, ENDED, pause } from './support.mjs';

const { startSimulator } = createRequire(import.meta.url)('../simulator');

const HELP = `npm run e2e:kill -- [options]

Kills a real, fresh n8n in mid-wait and says what is left of the tasks that were paid.

  --n8n <line>  ${N8N_LINES.join(' or ')} (${N8N_LINES[0]})
  --no-install  use what is installed, fail where something is missing
  --help
`;

const SPEC = {
	n8n: { type: 'text', default: N8N_LINES[0], values: N8N_LINES },
	'no-install': { type: 'switch' },
	help: { type: 'switch' },
};

/** A task is found here only by ID and endpoint: the hardest gateway to come back to. */
const GATEWAY = GATEWAYS.find(({ id }) => id === 'seaart');
const TASK_SECONDS = 15;
const START = 'Start';
const CREATE = 'Create';
const WAIT = 'Wait for it';

const progress = createProgress();
let cleanUp = async () => {};
const { check, count, wrong } = createChecks();

async function until(what, find, timeoutMs = 60_000) {
	for (const since = Date.now(); Date.now() - since < timeoutMs; await pause(200)) {
		const found = await find();
		if (found) return found;
	}
	throw new Error(`${what}: not within ${timeoutMs / 1000} s.`);
}

async function main() {
	const args = readArgs(process.argv.slice(2), SPEC, HELP);
	if (args.help) {
		progress.line(HELP);
		return 0;
	}
	const began = Date.now();
	const world = await setUp(args);
	await world.start(`n8n ${world.version} on port ${world.port}`);
	await killed(world);
	await retried(world);
	await progress.step('Ending n8n and the gateways', async () => await cleanUp());
	progress.line();
	for (const one of wrong) progress.line(`  ${one}`);
	progress.line(
		`${count() - wrong.length} of ${count()} checks passed (${formatSeconds(Date.now() - began)}).`,
	);
	return wrong.length === 0 ? 0 : 1;
}

async function setUp({ n8n: line, 'no-install': noInstall }) {
	const { node, n8n, tarball } = await prepare(progress, { line, install: !noInstall });
	const folder = join(runsDir, `e2e-kill-${line}-${process.pid}`);
	const userFolder = join(folder, 'user');
	mkdirSync(userFolder, { recursive: true, mode: 0o700 });
	installIntoUserFolder(tarball, userFolder);

	const port = await choosePort(5978);
	const brokerPort = await choosePort(port + 1000, { taken: [port] });
	const simulatorPort = await choosePort(9087, { taken: [port, brokerPort] });
	const simulator = await startSimulator({ port: simulatorPort, taskMs: TASK_SECONDS * 1000 });
	cleanUp = async () => {
		cleanUp = async () => {};
		await Promise.all([stopAll(), simulator.close()]);
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	};
	const login = newLogin();
	const logFile = join(folder, 'n8n.log');
	const env = n8nEnv({
		userFolder,
		port,
		brokerPort,
		encryptionKey: login.encryptionKey,
		// beside the console's plain words n8n writes a file, one JSON object a line
		extra: { N8N_LOG_OUTPUT: 'console,file', N8N_LOG_FILE_LOCATION: logFile },
	});
	const world = { version: n8n.version, port, simulator, logFile, consoles: [] };
	world.start = async (title) =>
		await progress.step(title, async () => {
			const log = join(logDir, `n8n-e2e-kill-${line}-${world.consoles.length + 1}.log`);
			world.consoles.push(log);
			world.server = await startN8n({ n8n, node, env, log });
			world.rest = new N8nRest(world.server.url);
			await world.rest.signIn(login);
			await needPackage(world.rest, log);
		});
	return world;
}

/* The workflows: Start -> Create, or Start -> Create (returns at once) -> Wait. */

const hailuo = (name, parameters, credential) => ({
	id: randomUUID(),
	name,
	type: `${packageName()}.hailuoVideo`,
	typeVersion: 1,
	position: [name === WAIT ? 440 : 220, 0],
	parameters: {
		provider: GATEWAY.id,
		resource: 'video',
		waitOptions: { pollInterval: 1 },
		...parameters,
	},
	credentials: { [GATEWAY.credentialType]: credential },
});

const create = (prompt, completion) => ({
	operation: 'create',
	mode: 'textToVideo',
	model: 'MiniMax-Hailuo-02',
	prompt,
	completion,
	downloadVideo: true,
});

const manualStart = { type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} };
const webhookStart = (path) => ({
	type: 'n8n-nodes-base.webhook',
	typeVersion: 2,
	webhookId: path,
	parameters: { path, httpMethod: 'POST', responseMode: 'onReceived', options: {} },
});

/** @param {Array<object>} nodes in a row behind the start */
function workflowOf(name, start, nodes, settings = {}) {
	const all = [{ id: randomUUID(), name: START, position: [0, 0], ...start }, ...nodes];
	const links = all
		.slice(1)
		.map(({ name: next }, index) => [
			all[index].name,
			{ main: [[{ node: next, type: 'main', index: 0 }]] },
		]);
	return {
		name,
		active: false,
		nodes: all,
		connections: Object.fromEntries(links),
		settings: { executionOrder: 'v1', ...settings },
		pinData: {},
		tags: [],
	};
}

async function credentialIn({ rest, simulator }) {
	const name = GATEWAY.credentialName;
	const data = { apiKey: 'simulator-key', baseUrl: simulator.baseUrl(GATEWAY.id) };
	const { id } = await rest.call('POST', '/credentials', {
		name,
		type: GATEWAY.credentialType,
		data,
	});
	return { id, name };
}

/** Saves a workflow and starts it: by hand over REST, or as an active one by its webhook. */
async function begin({ rest, server }, workflow, path) {
	const { id, versionId } = await rest.call('POST', '/workflows', workflow);
	if (path === undefined) {
		const workflowData = await rest.call('GET', `/workflows/${id}`);
		await rest.call('POST', `/workflows/${id}/run`, {
			workflowData,
			startNodes: [],
			triggerToStartFrom: { name: START },
		});
	} else {
		const body = { versionId, name: '', description: '' };
		await rest.call('POST', `/workflows/${id}/activate`, body);
		// publishing takes a moment
		await until('webhook', async () => {
			const { ok } = await fetch(`${server.url}/webhook/${path}`, { method: 'POST' });
			return ok;
		});
	}
	return id;
}

/** The newest execution of a workflow, with its data as text: all of it that n8n kept. */
async function savedOf({ rest }, workflowId) {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const { results } = await rest.call('GET', `/executions?filter=${filter}`);
	const newest = results.sort((a, b) => Number(b.id) - Number(a.id))[0];
	if (!newest) return { status: 'gone', text: '' };
	const { status, data } = await rest.call('GET', `/executions/${newest.id}`);
	return { id: newest.id, status, text: data ?? '', data: data ? unflatten(data) : undefined };
}

const tasksFor = ({ simulator }, prompt) =>
	simulator.tasks.filter((task) => task.prompt === prompt);
const paidFor = (world, prompt) => tasksFor(world, prompt).length;
const taskFor = (world, prompt) => tasksFor(world, prompt)[0];

/** n8n's "retry execution": the status of the new execution, or why n8n refuses. */
async function retry({ rest }, id, loadWorkflow = false) {
	try {
		const { status } = await rest.call('POST', `/executions/${id}/retry`, { loadWorkflow });
		return status;
	} catch (error) {
		if (!(error instanceof RestProblem)) throw error;
		return `refused (${error.status})`;
	}
}

/* Part one: SIGKILL in mid-wait. */

const progressSaved = { saveExecutionProgress: true };
const CASES = [
	{ name: 'by hand' },
	{ name: 'by hand, progress saved', settings: progressSaved },
	{ name: 'active', webhook: true },
	{ name: 'active, progress saved', webhook: true, settings: progressSaved },
	{ name: 'active, Deduplication Key', webhook: true, options: { deduplicationKey: 'killed' } },
	{
		name: 'active, progress saved, Create returns, then Wait',
		webhook: true,
		settings: progressSaved,
		twoNodes: true,
	},
];

async function killed(world) {
	const credential = await credentialIn(world);
	world.credential = credential;
	const cases = CASES.map((one, index) => ({ ...one, prompt: `kill ${index + 1}` }));
	await progress.step(`${cases.length} executions wait for their clips`, async () => {
		for (const one of cases) {
			const path = one.webhook ? randomUUID() : undefined;
			const nodes = one.twoNodes
				? [
						hailuo(CREATE, create(one.prompt, 'return'), credential),
						hailuo(
							WAIT,
							{
								operation: 'wait',
								taskId: '={{ $json.taskId }}',
								endpoint: '={{ $json.endpoint }}',
								downloadVideo: true,
							},
							credential,
						),
					]
				: [
						hailuo(
							CREATE,
							{ ...create(one.prompt, 'wait'), options: one.options ?? {} },
							credential,
						),
					];
			const start = path === undefined ? manualStart : webhookStart(path);
			one.workflowId = await begin(world, workflowOf(one.prompt, start, nodes, one.settings), path);
			await until(`task of ${one.name}`, () => taskFor(world, one.prompt));
		}
		// the node has its ID, and looks for the clip
		await pause(1500);
	});
	await progress.step('SIGKILL', async () => {
		process.kill(world.server.pid, 'SIGKILL');
		await until('end of n8n', () => !world.server.running());
	});
	await world.start('n8n again, on the same folder');
	const said = readFileSync(world.logFile, 'utf8');
	const words = tailOf(world.consoles[0], Infinity);

	await progress.step('What is left, and the clips by their IDs', async () => {
		await Promise.all(
			cases.map(async (one) => {
				const { id: taskId, model: endpoint } = taskFor(world, one.prompt);
				const saved = await savedOf(world, one.workflowId);
				Object.assign(one, {
					taskId,
					status: saved.status,
					kept: saved.text.includes(taskId),
					inFile: said.includes(taskId),
					inWords: words.includes(taskId),
				});
				one.later = await fetchBy(world, taskId, endpoint);
				one.paid = paidFor(world, one.prompt);
				one.retry = await retry(world, saved.id);
				one.paidByRetry = paidFor(world, one.prompt) - one.paid;
			}),
		);
	});
	for (const one of cases) {
		check(`${one.name}: task ID in the log file`, one.inFile, true);
		check(`${one.name}: task ID in the console`, one.inWords, true);
		check(`${one.name}: Wait in a new execution`, one.later, 'delivered');
		check(`${one.name}: tasks paid`, one.paid, 1);
		if (one.twoNodes) {
			check(`${one.name}: task ID in the saved execution`, one.kept, true);
			check(`${one.name}: retry`, [one.retry, one.paidByRetry], ['success', 0]);
		}
	}
	progress.line();
	progress.line(
		table(
			[
				'Killed while it waited',
				'Saved as',
				'ID saved',
				'ID in console',
				'ID in log file',
				'Wait',
				'Paid',
				'Retry execution',
				'Paid by it',
			],
			cases.map((one) => [
				one.name,
				one.status,
				yes(one.kept),
				yes(one.inWords),
				yes(one.inFile),
				one.later,
				one.paid,
				one.retry,
				one.paidByRetry,
			]),
		),
	);
	progress.line();
}

const yes = (value) => (value ? 'yes' : 'no');

/** What `wait` with an ID brings in a new execution. */
async function fetchBy(world, taskId, endpoint) {
	const parameters = { operation: 'wait', taskId, endpoint, downloadVideo: true };
	const workflow = workflowOf(`wait ${taskId}`, manualStart, [
		hailuo(WAIT, parameters, world.credential),
	]);
	const { id } = await world.rest.call('POST', '/workflows', workflow);
	const { status, nodes, error } = await world.rest.run(id, START, { timeoutMs: 60_000 });
	const item = nodes[WAIT]?.at(-1)?.data?.main?.[0]?.[0];
	if (status !== 'success') return error?.message ?? status;
	return item?.json.status === 'succeeded' && item.binary?.data ? 'delivered' : 'no file';
}

/* Part two: "retry execution" of runs that failed after the task was made. */

const FAILURES = [
	{
		name: 'download fails',
		fault: { kind: 'video', times: 5, do: { status: 503 } },
		wanted: 'success',
	},
	{
		name: 'download fails, retried with the saved workflow',
		fault: { kind: 'video', times: 5, do: { status: 503 } },
		loadWorkflow: true,
		wanted: 'success',
	},
	{
		name: 'answer to the order lost',
		fault: { kind: 'submit', do: { reset: true, made: true } },
		// sent again only when the user says so
		wanted: 'error',
	},
	{ name: 'time is up', waitOptions: { pollInterval: 1, timeout: 0.05 }, wanted: 'error' },
];

async function retried(world) {
	for (const [index, one] of FAILURES.entries()) {
		await progress.step(`Retry execution: ${one.name}`, async () => {
			one.prompt = `retry ${index + 1}`;
			if (one.fault) world.simulator.fault({ provider: GATEWAY.id, ...one.fault });
			world.simulator.outcome({ provider: GATEWAY.id, taskMs: one.waitOptions ? 60_000 : 500 });
			const node = hailuo(CREATE, create(one.prompt, 'wait'), world.credential);
			Object.assign(node.parameters, one.waitOptions && { waitOptions: one.waitOptions });
			const id = await begin(world, workflowOf(one.prompt, manualStart, [node]));
			const first = await until('end of the first run', async () => {
				const saved = await savedOf(world, id);
				return ENDED.includes(saved.status) && saved;
			});
			one.first = first.status;
			one.retry = await retry(world, first.id, one.loadWorkflow);
			one.paid = paidFor(world, one.prompt);
			const again = await savedOf(world, id);
			const runs = again.data?.resultData?.runData?.[CREATE] ?? [];
			one.taskId = runs.at(-1)?.data?.main?.[0]?.[0]?.json.taskId;
			one.says = again.data?.resultData?.error?.message;
		});
		check(`${one.name}: first run`, one.first, 'error');
		check(`${one.name}: retry`, one.retry, one.wanted);
		check(`${one.name}: tasks paid`, one.paid, 1);
		if (one.wanted === 'success')
			check(`${one.name}: task`, one.taskId, taskFor(world, one.prompt).id);
	}
	progress.line();
	progress.line(
		table(
			['Failed run', 'First run', 'Retry execution', 'Paid', 'It says'],
			FAILURES.map((one) => [one.name, one.first, one.retry, one.paid, one.says ?? '']),
		),
	);
	progress.line();
}

await runCommand(main, {
	onInterrupt: () => {
		progress.close();
		progress.line('\nInterrupted.');
		return 130;
	},
	cleanUp: async () => await cleanUp(),
});
