#!/usr/bin/env node
/*
 * `npm run e2e:queue`: n8n's queue mode for real. PostgreSQL, Redis, main and two workers on loopback, each n8n with
 * a user folder of its own and the package in it. Executions of ten clips are started by webhook, one worker dies by
 * SIGKILL in the middle, nothing is restarted. Says what was delivered, what was paid, and how long workers were held,
 * for executions that wait and for executions that are parked.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { newLogin } from '../../tools/lib/profile.mjs';
import { hasEnded } from '../../tools/lib/rest.mjs';
import { table } from '../../tools/lib/table.mjs';
import { ensureServers, startPostgres, startRedis } from './lib/servers.mjs';
import { runSuite } from './lib/suite.mjs';
import { chain, hailuoNode, pause, saveCredential, until, webhookStart } from './lib/workflows.mjs';

const GATEWAY = GATEWAYS.find(({ id }) => id === 'wavespeed');
const CREATE = 'Create';
const AFTER = 'After it';
const CONCURRENCY = 5;
/** n8n 2.x refuses files on one machine's disk in queue mode; 1.x keeps them in memory then. */
const BINARY_MODE = { 2.41: 'database', 1.123: 'default' };
/** What n8n takes to notice a dead worker, and to wake what is overdue. */
const PATIENCE_MS = 420_000;

await runSuite({
	name: 'queue',
	about: 'Queue mode: main, two workers, PostgreSQL and Redis on loopback; one worker is killed.',
	spec: {
		completion: { type: 'text', default: 'both', values: ['wait', 'pause', 'both'] },
		executions: { type: 'seconds', default: 20 },
		clips: { type: 'seconds', default: 10 },
		'task-seconds': { type: 'seconds', default: 120 },
		'kill-after': { type: 'seconds', default: 15 },
	},
	help: `  --completion <c>     wait, pause or both, one after the other (both)
  --executions <n>     how many executions (20)
  --clips <n>          clips in each (10)
  --task-seconds <n>   how long a clip takes at the gateway (120)
  --kill-after <n>     seconds from the first start to the SIGKILL of a worker (15); 0: nobody is killed`,
	async run(world) {
		const { args, progress, report } = world;
		await ensureServers(progress, { install: !args['no-install'] });
		const ways = args.completion === 'both' ? ['wait', 'pause'] : [args.completion];
		const columns = [];
		for (const completion of ways) columns.push(await scenario(world, completion));
		const names = [...new Set(columns.flatMap((column) => Object.keys(column)))];
		report.note(
			table(
				['', ...ways],
				names.map((name) => [name, ...columns.map((column) => String(column[name] ?? '-'))]),
			),
		);
	},
});

async function scenario(world, completion) {
	const { args, report } = world;
	const cluster = await report.case(
		`${completion}: PostgreSQL, Redis, main and two workers`,
		async (step) => {
			const opened = await openCluster(world, args['task-seconds']);
			step.done(`main ${opened.main.url}`);
			return opened;
		},
	);
	const figures = await report.case(
		`${completion}: ${args.executions} executions of ${args.clips} clips`,
		async () => {
			const ran = await runExecutions(cluster, { ...args, completion });
			const measured = await measure(cluster, ran, { ...args, completion });
			measured.check(report);
			return measured.figures;
		},
	);
	await report.case(`${completion}: all ended`, async () => await cluster.close());
	return figures;
}

/** Starts everything; `close` ends it in the order in which one needs the other. */
async function openCluster({ openN8n, openSimulator, atEnd, line }, taskSeconds) {
	const simulator = await openSimulator({ taskMs: taskSeconds * 1000 });
	const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
	atEnd(postgres.close);
	atEnd(redis.close);
	const login = newLogin();
	const env = {
		...postgres.env,
		...redis.env,
		EXECUTIONS_MODE: 'queue',
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		N8N_DEFAULT_BINARY_DATA_MODE: BINARY_MODE[line],
		N8N_LOG_OUTPUT: 'console,file',
	};
	const open = async (name, more = {}) => {
		const n8n = await openN8n({ name: `e2e-queue-${name}`, login, env, ...more });
		n8n.logFile = join(n8n.folder, 'n8n.log');
		n8n.env.N8N_LOG_FILE_LOCATION = n8n.logFile;
		return n8n;
	};
	const main = await open('main');
	// It makes the database; workers would not wait for that.
	await main.start();
	const workers = [];
	for (const name of ['worker-1', 'worker-2']) {
		const worker = await open(name, { worker: [`--concurrency=${CONCURRENCY}`] });
		// What a workflow says of its own address is the main's.
		Object.assign(worker.env, { WEBHOOK_URL: `${main.url}/`, N8N_EDITOR_BASE_URL: `${main.url}/` });
		workers.push(worker);
	}
	await Promise.all(workers.map(async (worker) => await worker.start()));
	const close = async () => {
		await Promise.all([main, ...workers].map(async (n8n) => await n8n.close()));
		await Promise.all([postgres.close(), redis.close(), simulator.close()]);
	};
	return { simulator, main, workers, close };
}

async function runExecutions(cluster, options) {
	const { main, workers, simulator } = cluster;
	const { rest } = main;
	const credentials = await saveCredential(rest, simulator, GATEWAY);
	const path = randomUUID();
	const workflowId = await rest.createWorkflow(workflowOf(options.completion, path, credentials));
	await rest.activate(workflowId);
	const began = Date.now();
	for (let n = 0; n < options.executions; n++) {
		const prompts = Array.from({ length: options.clips }, (_, clip) => `run ${n} clip ${clip}`);
		// The first call finds out when the webhook is served.
		await until('webhook', async () => await call(`${main.url}/webhook/${path}`, { prompts }));
	}
	let killedAt;
	if (options['kill-after'] > 0) {
		await pause(Math.max(0, began + options['kill-after'] * 1000 - Date.now()));
		killedAt = Date.now();
		await workers[1].kill();
	}
	const seconds = options['task-seconds'] * Math.ceil(options.executions / CONCURRENCY);
	const executions = await until(
		'the end of all executions',
		async () => {
			const list = await rest.executions(workflowId);
			return list.length >= options.executions && list.every(hasEnded) && list;
		},
		{ timeoutMs: seconds * 1000 + PATIENCE_MS, everyMs: 2000 },
	);
	return { began, killedAt, endedAt: Date.now(), executions };
}

async function call(url, body) {
	const headers = { 'content-type': 'application/json' };
	return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).ok;
}

function workflowOf(completion, path, credentials) {
	const parameters = {
		provider: GATEWAY.id,
		operation: 'create',
		mode: 'textToVideo',
		model: 'MiniMax-Hailuo-02',
		prompt: '={{ $json.prompt }}',
		completion,
		downloadVideo: true,
	};
	return chain(`Queue, ${completion}`, [
		webhookStart(path),
		{
			name: 'Clips',
			type: 'n8n-nodes-base.splitOut',
			parameters: {
				fieldToSplitOut: 'body.prompts',
				options: { destinationFieldName: 'prompt' },
			},
		},
		hailuoNode(CREATE, parameters, credentials),
		{ name: AFTER, type: 'n8n-nodes-base.noOp', parameters: {} },
	]);
}

async function measure({ main, workers, simulator }, ran, options) {
	const { executions, began, killedAt, endedAt } = ran;
	const wanted = options.executions * options.clips;
	const delivered = [];
	const lags = [];
	const statuses = {};
	for (const { id } of executions) {
		const execution = await main.rest.execution(id);
		statuses[execution.status] = (statuses[execution.status] ?? 0) + 1;
		const items = (execution.nodes[AFTER] ?? []).flatMap((run) => run.data?.main?.[0] ?? []);
		const ids = items.filter(({ binary }) => binary?.data).map(({ json }) => json.taskId);
		delivered.push(...ids);
		const ready = simulator.tasks.filter((task) => ids.includes(task.id)).map((t) => t.readyAt);
		if (ready.length > 0) lags.push(Date.parse(execution.stoppedAt) - Math.max(...ready));
	}
	const paid = simulator.tasks.length;
	const orders = new Set(simulator.tasks.map(({ prompt }) => prompt)).size;
	const segments = workers.flatMap((worker, index) =>
		segmentsOf(worker.logFile, index === 1 && killedAt ? killedAt : endedAt),
	);
	const held = segments.reduce((sum, { from, to }) => sum + to - from, 0) / 1000;
	const mostWakeUps =
		Math.max(
			...executions.map(
				({ id }) => segments.filter(({ execution }) => execution === String(id)).length,
			),
		) - 1;
	const requests = simulator.requests.filter(({ kind }) => kind === 'status').length;
	const unique = new Set(delivered).size;
	const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
	const share = (ms) => `${((ms / 1000 / options['task-seconds']) * 100).toFixed(1)} %`;
	const meanLag = lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
	const workerSeconds = held / wanted;
	return {
		figures: {
			Executions: Object.entries(statuses)
				.map(([status, count]) => `${count} ${status}`)
				.join(', '),
			'Clips delivered': `${unique} of ${wanted}`,
			'Delivered twice': delivered.length - unique,
			Paid: paid,
			'Paid twice': paid - orders,
			'Worker-seconds a clip': workerSeconds.toFixed(2),
			'Times a worker was held': segments.length,
			'Wake-ups of an execution, at most': mostWakeUps,
			'Executions at once, at most': mostAtOnce(segments),
			'Mean lag': lags.length > 0 ? `${seconds(meanLag)} (${share(meanLag)})` : '-',
			'Longest lag': lags.length > 0 ? seconds(Math.max(...lags)) : '-',
			'Status requests a clip': (requests / paid).toFixed(1),
			'From first start to last end': seconds(endedAt - began),
		},
		check({ check }) {
			check('clips delivered twice', delivered.length - unique, 0);
			check('clips that were ordered', orders, wanted);
			if (options.completion === 'wait') return;
			check('clips delivered', unique, wanted);
			check('paid', paid, wanted);
			check('under one worker-second a clip', workerSeconds < 1, true);
			check('some, and at most four wake-ups', [1, 2, 3, 4].includes(mostWakeUps), true);
		},
	};
}

/** When a worker was held, from its own log. A killed worker's executions end with it. */
function segmentsOf(logFile, lastMoment) {
	const started = new Map();
	const segments = [];
	for (const text of readFileSync(logFile, 'utf8').split('\n').filter(Boolean)) {
		const { message, metadata, timestamp } = JSON.parse(text);
		const [, what, execution, job] =
			/^Worker (started|finished) execution (\S+) \(job (\S+)\)/.exec(message) ?? [];
		const at = Date.parse(timestamp ?? metadata?.timestamp);
		if (what === 'started') started.set(job, { execution, from: at });
		if (what === 'finished') {
			segments.push({ ...started.get(job), to: at });
			started.delete(job);
		}
	}
	for (const begun of started.values()) segments.push({ ...begun, to: lastMoment });
	return segments;
}

function mostAtOnce(segments) {
	const steps = segments.flatMap(({ from, to }) => [
		[from, 1],
		[to, -1],
	]);
	let now = 0;
	let most = 0;
	for (const [, step] of steps.sort(([a, x], [b, y]) => a - b || x - y)) {
		now += step;
		most = Math.max(most, now);
	}
	return most;
}
