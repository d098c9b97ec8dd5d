#!/usr/bin/env node
/*
 * `npm run e2e:kill`: what is left of a paid task when n8n dies. A real n8n is killed with SIGKILL while some
 * executions wait for their clips, and started again; then at random moments of larger executions; then failed runs
 * are repeated by n8n's own "retry execution". Says what n8n kept, finishes every clip, and counts what was paid.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { tailOf } from '../../tools/lib/processes.mjs';
import { hasEnded, RestProblem } from '../../tools/lib/rest.mjs';
import { table } from '../../tools/lib/table.mjs';
import { randomKills } from './lib/kills.mjs';
import { runSuite } from './lib/suite.mjs';
import {
	chain,
	hailuoNode,
	itemsOf,
	manualStart,
	pause,
	saveCredential,
	START,
	until,
	webhookStart,
} from './lib/workflows.mjs';

/** A task is found here only by ID and endpoint: the hardest gateway to come back to. */
const GATEWAY = GATEWAYS.find(({ id }) => id === 'seaart');
const TASK_SECONDS = 15;
const CREATE = 'Create';
const WAIT = 'Wait for it';

/** @type {import('./lib/report.mjs').Report} */
let report;
const check = (what, found, wanted) => report.check(what, found, wanted);

async function run({ args, openN8n, openSimulator, report: own }) {
	report = own;
	const simulator = await openSimulator({
		taskMs: TASK_SECONDS * 1000,
		// Twenty orders take some seconds, so that a kill can fall between them.
		rateLimit: { perMinute: 120, burst: 2 },
	});
	const n8n = await openN8n({
		// beside the console's plain words n8n writes a file, one JSON object a line
		env: { N8N_LOG_OUTPUT: 'console,file' },
	});
	const logFile = join(n8n.folder, 'n8n.log');
	n8n.env.N8N_LOG_FILE_LOCATION = logFile;
	const world = { n8n, simulator, logFile, report };
	world.start = async (title) =>
		await report.case(title, async (step) => {
			await n8n.start();
			world.rest = n8n.rest;
			step.done(`${n8n.version} on port ${n8n.port}`);
		});
	await world.start('n8n starts');
	world.credentials = await saveCredential(world.rest, simulator, GATEWAY);
	if (args.only !== 'random') await killed(world);
	if (args.only !== 'random') await retried(world);
	// Last, because it leaves wishes about tasks and downloads behind in the simulator.
	if (args.only !== 'fixed') await randomKills(world, args);
}

/* The workflows: Start -> Create, or Start -> Create (returns at once) -> Wait. */

const hailuo = (name, parameters, credentials) =>
	hailuoNode(
		name,
		{ provider: GATEWAY.id, waitOptions: { pollInterval: 1 }, ...parameters },
		credentials,
	);

const create = (prompt, completion) => ({
	operation: 'create',
	mode: 'textToVideo',
	model: 'MiniMax-Hailuo-02',
	prompt,
	completion,
	downloadVideo: true,
});

/** Saves a workflow and starts it: by hand over REST, or as an active one by its webhook. */
async function begin({ rest, n8n }, workflow, path) {
	const id = await rest.createWorkflow(workflow);
	if (path === undefined) {
		await rest.start(id, START);
	} else {
		await rest.activate(id);
		// publishing takes a moment
		await until('webhook', async () => {
			const { ok } = await fetch(`${n8n.url}/webhook/${path}`, { method: 'POST' });
			return ok;
		});
	}
	return id;
}

/** The newest execution of a workflow, with its data as text: all of it that n8n kept. */
async function savedOf({ rest }, workflowId) {
	const [newest] = await rest.executions(workflowId);
	if (!newest) return { status: 'gone', text: '', nodes: {} };
	return await rest.execution(newest.id);
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
/**
 * @typedef {object} Killed a case, and from `prompt` on what came of it
 * @property {string} name
 * @property {object} [settings]
 * @property {boolean} [webhook]
 * @property {object} [options]
 * @property {boolean} [twoNodes]
 * @property {string} [prompt]
 * @property {string} [workflowId]
 * @property {string} [status] as n8n saved it
 * @property {boolean} [kept] the task ID stands in the saved execution
 * @property {boolean} [inFile]
 * @property {boolean} [inWords]
 * @property {string} [later] what `wait` brings
 * @property {number} [paid]
 * @property {string} [retry]
 * @property {number} [paidByRetry]
 */

/** @type {Killed[]} */
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
	const { credentials } = world;
	const cases = CASES.map((one, index) => ({ ...one, prompt: `kill ${index + 1}` }));
	await report.case(`${cases.length} executions wait for their clips`, async () => {
		for (const one of cases) {
			const path = one.webhook ? randomUUID() : undefined;
			const nodes = one.twoNodes
				? [
						hailuo(CREATE, create(one.prompt, 'return'), credentials),
						hailuo(
							WAIT,
							{
								operation: 'wait',
								taskId: '={{ $json.taskId }}',
								endpoint: '={{ $json.endpoint }}',
								downloadVideo: true,
							},
							credentials,
						),
					]
				: [
						hailuo(
							CREATE,
							{ ...create(one.prompt, 'wait'), options: one.options ?? {} },
							credentials,
						),
					];
			const start = path === undefined ? manualStart() : webhookStart(path);
			const { settings } = one;
			one.workflowId = await begin(world, chain(one.prompt, [start, ...nodes], { settings }), path);
			await until(`task of ${one.name}`, () => taskFor(world, one.prompt));
		}
		// the node has its ID, and looks for the clip
		await pause(1500);
	});
	await world.n8n.kill();
	await world.start('Killed; n8n again, on the same folder');
	const said = readFileSync(world.logFile, 'utf8');
	const words = tailOf(world.n8n.logs[0], Infinity);

	await report.case('What is left, and the clips by their IDs', async () => {
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
	});
	report.note(
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
}

const yes = (value) => (value ? 'yes' : 'no');

/** What `wait` with an ID brings in a new execution. */
async function fetchBy(world, taskId, endpoint) {
	const parameters = { operation: 'wait', taskId, endpoint, downloadVideo: true };
	const nodes = [manualStart(), hailuo(WAIT, parameters, world.credentials)];
	const id = await world.rest.createWorkflow(chain(`wait ${taskId}`, nodes));
	const execution = await world.rest.run(id, START, { timeoutMs: 60_000 });
	const { status, error } = execution;
	const [item] = itemsOf(execution, WAIT);
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
		await report.case(`Retry execution: ${one.name}`, async () => {
			one.prompt = `retry ${index + 1}`;
			if (one.fault) world.simulator.fault({ provider: GATEWAY.id, ...one.fault });
			world.simulator.outcome({ provider: GATEWAY.id, taskMs: one.waitOptions ? 60_000 : 500 });
			const node = hailuo(CREATE, create(one.prompt, 'wait'), world.credentials);
			Object.assign(node.parameters, one.waitOptions && { waitOptions: one.waitOptions });
			const id = await begin(world, chain(one.prompt, [manualStart(), node]));
			const first = await until('end of the first run', async () => {
				const saved = await savedOf(world, id);
				return saved.status !== 'gone' && hasEnded(saved) && saved;
			});
			one.first = first.status;
			one.retry = await retry(world, first.id, one.loadWorkflow);
			one.paid = paidFor(world, one.prompt);
			const again = await savedOf(world, id);
			one.taskId = itemsOf(again, CREATE)[0]?.json.taskId;
			one.says = again.error?.message;
			check('first run', one.first, 'error');
			check('retry', one.retry, one.wanted);
			check('tasks paid', one.paid, 1);
			if (one.wanted === 'success') check('task', one.taskId, taskFor(world, one.prompt).id);
		});
	}
	report.note(
		table(
			['Failed run', 'First run', 'Retry execution', 'Paid', 'It says'],
			FAILURES.map((one) => [one.name, one.first, one.retry, one.paid, one.says ?? '']),
		),
	);
}

await runSuite({
	name: 'kill',
	about: 'Kills a real, fresh n8n and says what is left of the tasks that were paid.',
	spec: {
		kills: { type: 'seconds', default: 3 },
		completion: { type: 'text', default: 'wait', values: ['wait', 'pause'] },
		seed: { type: 'seconds', default: randomInt(1, 1_000_000) },
		only: { type: 'text', values: ['fixed', 'random'] },
	},
	help: `  --kills <n>      how many random kills (3)
  --completion <c> wait or pause: how the executions that are killed at random wait (wait)
  --seed <n>       the same random moments again
  --only <part>    fixed (the two tables of always the same cases) or random`,
	run,
});
