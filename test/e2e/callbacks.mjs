#!/usr/bin/env node
/*
 * `npm run e2e:callbacks`: callbacks in a real n8n. Five active workflows begin with the trigger, five others order
 * clips with the trigger's production URL; the simulator calls back as each gateway does. Every clip has to start
 * one execution, whatever is repeated, forged or told in between, and whenever n8n is killed.
 */
import { randomUUID } from 'node:crypto';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { freePort } from '../../tools/lib/ports.mjs';
import { packageName } from '../../tools/lib/package.mjs';
import { hasEnded } from '../../tools/lib/rest.mjs';
import { table } from '../../tools/lib/table.mjs';
import { runSuite } from './lib/suite.mjs';
import {
	chain,
	hailuoNode,
	itemsOf,
	manualStart,
	median,
	pause,
	saveCredential,
	sorted,
	START,
	until,
} from './lib/workflows.mjs';

/** SeaArt refuses webhooks. */
const CALLING = GATEWAYS.filter(({ id }) => id !== 'seaart');
const SIGNED = ['wavespeed', 'toapis'];
const TRIGGER_NODE = 'Video ready';
const ORDER_NODE = 'Order';
/** How long an execution too many may take to appear. */
const QUIET_MS = 1500;

/** @type {import('./lib/report.mjs').Report} */
let report;
const check = (what, found, wanted) => report.check(what, found, wanted);

await runSuite({
	name: 'callbacks',
	about: 'Runs the trigger in a real, fresh n8n against the simulated gateways that can call back.',
	spec: { clips: { type: 'seconds', default: 5 } },
	help: '  --clips <n>      clips per gateway in the first round (5)',
	async run({ args, openN8n, openSimulator, report: own }) {
		report = own;
		const port = await freePort();
		const simulator = await openSimulator({
			taskMs: 1200,
			// ToAPIs repeats after half a second, 1.5 s, 6 s, ...
			callbackScale: 0.05,
			// A busy machine is no reason to give up.
			callbackMs: 30_000,
			webhookUrl: `http://127.0.0.1:${port}/webhook/console`,
		});
		const n8n = await openN8n({ port });
		const world = { simulator, n8n };
		await runAll(world, args.clips);
	},
});

async function runAll(world, clips) {
	const { simulator, n8n } = world;
	const restart = async () =>
		await report.case('n8n starts', async (step) => {
			await n8n.start();
			world.rest = n8n.rest;
			step.done(`${n8n.version} on port ${n8n.port}`);
		});
	await restart();
	const all = await report.case('Credentials and workflows', async () => await setUp(world));
	const wish = (outcome) => {
		for (const { provider } of all) simulator.outcome({ provider, ...outcome });
	};
	await report.case(`${clips} clips of each gateway, one by one`, async () => {
		const made = [];
		for (let clip = 0; clip < clips; clip++) made.push(await orders(world, all, 1));
		world.alone = simulator.callbacks.filter(({ kind }) => kind === 'challenge');
		await told(world, made.flat(2));
		await expectStarted(
			world,
			all,
			all.map((_, index) => made.flatMap((ids) => ids[index])),
		);
	});
	await report.case('A clip that fails', async () => {
		wish({ status: 'failed', category: 'content' });
		await deliver(world, all, 1);
	});
	await report.case('Four that end at the same moment, each message three times', async () => {
		wish({ times: 4, taskMs: 4000, callback: { duplicates: 2 } });
		await deliver(world, all, 4);
	});
	await report.case('Callback and poll at the same time', async () => {
		await deliver(world, all, 1, { completion: 'wait', waitOptions: { pollInterval: 1 } });
	});
	await report.case('The end told before the middle', async () => {
		wish({ callback: { outOfOrder: true } });
		await deliver(world, all, 1);
	});
	await report.case('The end told too early', async () => {
		wish({ taskMs: 20_000, callback: { early: true } });
		await tooEarly(world, all);
	});
	await report.case('Strangers', async () => await strangers(world, all));
	await report.case('All messages twice more', async (step) => {
		step.done(await repeatAll(world, all));
	});

	const missed = await report.case('A clip of each that ends while n8n is dead', async () => {
		// Long enough that none ends before the kill, on a slow machine either.
		wish({ taskMs: 20_000 });
		const made = await orders(world, all, 1);
		await n8n.kill();
		await until('the clips end', () =>
			simulator.tasks.every((task) => simulator.phase(task) !== 'processing'),
		);
		return made;
	});
	await restart();
	await report.case('The missed ones, and all messages twice more', async (step) => {
		await deliverMissed(world, all, missed);
		step.done(await repeatAll(world, all));
	});
	await report.case('Two of each, the first one slow to download', async () => {
		// n8n saves static data as a whole when a webhook has ended: what the slow one noted comes last.
		for (const { provider } of all)
			simulator.fault({ provider, kind: 'video', do: { slowMs: 2500 } });
		await deliver(world, all, 2);
		await n8n.kill();
	});
	await restart();
	await report.case('All messages twice more, after another kill', async (step) => {
		step.done(await repeatAll(world, all));
	});
	await report.case('The items', async (step) => step.done(await checkItems(world, all)));
	await report.case('Challenges', async () => tellCalls(all, world));
}

/** Credentials, one active workflow that listens and one that orders, for each gateway. */
async function setUp({ rest, n8n, simulator }) {
	const all = [];
	for (const gateway of CALLING) {
		const { id: provider, name } = gateway;
		const secret = SIGNED.includes(provider) && { webhookSecret: simulator.secret(provider) };
		const credentials = await saveCredential(rest, simulator, gateway, secret);
		const webhookId = randomUUID();
		const listening = await rest.createWorkflow(
			chain(`Listen to ${name}`, [
				{
					name: TRIGGER_NODE,
					type: `${packageName()}.hailuoVideoTrigger`,
					webhookId,
					parameters: { provider, downloadVideo: true },
					credentials,
				},
				{ name: 'After it', type: 'n8n-nodes-base.noOp', parameters: {} },
			]),
		);
		await rest.activate(listening);
		const url = `${n8n.url}/webhook/${webhookId}/webhook`;
		all.push({ provider, name, credentials, url, listening, wanted: [] });
	}
	return all;
}

/** Orders clips of one gateway after the other, each gateway's at once; gives their task ids by gateway. */
async function orders(world, all, clips, more = {}) {
	const made = [];
	for (const one of all) made.push(await orderClips(world, one, clips, more));
	return made;
}

async function orderClips({ rest }, { provider, name, credentials, url }, clips, more) {
	const parameters = {
		provider,
		operation: 'create',
		mode: 'imageToVideo',
		prompt: 'a cat',
		firstFrameSource: 'url',
		firstFrameUrl: 'https://example.com/cat.png',
		completion: 'return',
		options: { callbackUrl: url },
		...more,
	};
	const items = Array.from({ length: clips }, (_, clip) => ({ json: { clip } }));
	const nodes = [manualStart(), hailuoNode(ORDER_NODE, parameters, credentials)];
	const id = await rest.createWorkflow(
		chain(`Order from ${name}`, nodes, { pinData: { [START]: items } }),
	);
	const execution = await rest.run(id, START, { timeoutMs: 60_000 });
	const made = itemsOf(execution, ORDER_NODE);
	if (execution.status !== 'success' || made.length !== clips) {
		throw new Error(
			`${name}: the order ended ${execution.status}: ${JSON.stringify(execution.error?.message)}`,
		);
	}
	return made.map(({ json }) => json.taskId);
}

/** Orders clips, waits until all was told, and expects one more execution for each. */
async function deliver(world, all, clips, more) {
	const made = await orders(world, all, clips, more);
	await told(world, made.flat());
	await expectStarted(world, all, made);
}

/** Waits until the gateways have said all there is to say of some clips. */
async function told({ simulator }, ids) {
	await Promise.all(ids.map(async (id) => await simulator.calledBack(id)));
}

/** The end is told while the gateway itself says "processing": nothing may start before that is true. */
async function tooEarly(world, all) {
	const { simulator } = world;
	const made = await orders(world, all, 1);
	await told(world, made.flat());
	await expectStarted(world, all);
	while (simulator.tasks.some((task) => simulator.phase(task) === 'processing')) await pause(200);
	// Once more: nobody documents that a gateway would tell it again.
	await Promise.all(made.flat().map(async (id) => await simulator.callBack(id)));
	await expectStarted(world, all, made);
}

/** ToAPIs repeats what was not taken; of the others that is not known, so they are asked to. */
async function deliverMissed(world, all, missed) {
	const { simulator } = world;
	const [id] = missed[all.findIndex(({ provider }) => provider === 'toapis')];
	const attempts = await simulator.calledBack(id);
	check('ToAPIs repeats', attempts.length > 1 && attempts.at(-1).status === 200, true);
	const others = missed.flat().filter((one) => one !== id);
	await Promise.all(others.map(async (one) => await simulator.callBack(one)));
	await expectStarted(world, all, missed);
}

/** Expects one execution for each clip that was ever told of, and not one more. */
async function expectStarted(world, all, made = []) {
	for (const [index, ids] of made.entries()) all[index].wanted.push(...ids);
	const deadline = Date.now() + 30_000;
	const lists = async () =>
		await Promise.all(all.map(async (one) => await executionsOf(world, one)));
	const isThere = (list, index) => list.length >= all[index].wanted.length && list.every(hasEnded);
	while (!(await lists()).every(isThere) && Date.now() < deadline) await pause(200);
	await pause(QUIET_MS);
	for (const [index, list] of (await lists()).entries()) {
		const { name, wanted } = all[index];
		check(`${name}: executions`, list.length, wanted.length);
		if (list.length !== wanted.length) explain(world, wanted);
		check(
			`${name}: not successful`,
			list.filter(({ status }) => status !== 'success'),
			[],
		);
	}
}

/** What was answered to the calls of which something went wrong. */
function explain({ simulator }, wanted) {
	const counts = {};
	for (const { taskId, event, status, error } of simulator.callbacks) {
		if (!wanted.includes(taskId)) continue;
		const answer = `${event} ${status ?? error}`;
		counts[answer] = (counts[answer] ?? 0) + 1;
	}
	check('the calls so far', counts, 'one execution for each clip');
}

async function executionsOf({ rest }, { listening }) {
	return await rest.executions(listening);
}

/** Messages of people who are no gateway. */
async function strangers(world, all) {
	for (const { provider, name, url } of all) {
		const isSigned = SIGNED.includes(provider);
		const messages = [
			[{ task_id: '123456789012', status: 'success' }, isSigned ? 401 : 200],
			[
				{ id: 'pred_0', status: 'completed', outputs: ['http://127.0.0.1:9/v.mp4'] },
				// MiniMax's second API tells of a task in these words, so this one is asked about
				isSigned ? 401 : provider === 'minimax' ? 200 : 400,
			],
			[
				{ type: 'generation.completed', data: { task_id: 'vid_0', status: 'completed' } },
				isSigned ? 401 : undefined,
			],
			[{ task_id: 'x'.repeat(2_000_000), status: 'success' }, 413],
		];
		for (const [body, status] of messages) {
			const reply = await post(url, JSON.stringify(body));
			if (status) check(`${name}: a stranger's message`, reply.status, status);
		}
		check(`${name}: no JSON`, (await post(url, '{"task_id":')).status < 500, true);
		check(
			`${name}: no JSON, nor said to be`,
			(await post(url, 'hello', 'text/plain')).status,
			isSigned ? 401 : 400,
		);
		const challenge = await post(url, '{"challenge":"1a3cs1j-601a"}');
		check(
			`${name}: a challenge`,
			challenge.text,
			isSigned ? challenge.text : '{"challenge":"1a3cs1j-601a"}',
		);
		check(`${name}: its status`, challenge.status, isSigned ? 401 : 200);
	}
	for (const { provider, wanted } of all.filter((one) => SIGNED.includes(one.provider))) {
		for (const signature of ['wrong', 'missing', 'stale', 'future']) {
			const calls = world.simulator.callBack(wanted[0], { signature });
			// ToAPIs would go on for a day: the first answer says enough.
			const [{ status }] = provider === 'toapis' ? [await firstAnswer(world, calls)] : await calls;
			check(`${provider}: signature ${signature}`, status, 401);
		}
	}
	await expectStarted(world, all);
}

async function firstAnswer({ simulator }, calls) {
	calls.catch(() => {});
	const entry = simulator.callbacks.findLast(
		({ provider, attempt }) => provider === 'toapis' && attempt === 1,
	);
	while (entry.ms === undefined) await pause(20);
	return entry;
}

async function post(url, body, type = 'application/json') {
	const reply = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
	return { status: reply.status, text: await reply.text() };
}

/** The last message about every clip twice more, two at the same moment. */
async function repeatAll(world, all) {
	const ids = all.flatMap(({ wanted }) => wanted);
	const statuses = [];
	// In small groups: at hundreds of requests at once n8n itself answers "Database is not ready".
	for (let at = 0; at < ids.length; at += 5) {
		const calls = await Promise.all(
			ids
				.slice(at, at + 5)
				.map(async (id) => await world.simulator.callBack(id, { duplicates: 1 })),
		);
		statuses.push(...calls.flat().map(({ status }) => status));
	}
	check('answers to repetitions', [...new Set(statuses)], [200]);
	await expectStarted(world, all);
	return `${statuses.length} messages`;
}

/** Each execution got the task of one clip, in the shape of Get Status, with the file. */
async function checkItems(world, all) {
	let count = 0;
	for (const one of all) {
		const items = [];
		for (const { id, mode } of await executionsOf(world, one)) {
			const execution = await world.rest.execution(id);
			const [item] = itemsOf(execution, TRIGGER_NODE);
			check(`${one.name}: the workflow went on`, itemsOf(execution, 'After it').length, 1);
			if (!item) continue;
			check(`${one.name}: mode`, mode, 'webhook');
			items.push(item);
		}
		check(`${one.name}: tasks`, sorted(items.map(({ json }) => json.taskId)), sorted(one.wanted));
		for (const { json, binary } of items) {
			const { outcome } = world.simulator.tasks.find((task) => task.id === json.taskId);
			const succeeded = outcome.status === 'succeeded';
			check(`${one.name}: status`, [json.provider, json.status], [one.provider, outcome.status]);
			check(`${one.name}: error`, json.error?.category ?? null, succeeded ? null : 'contentPolicy');
			check(`${one.name}: link`, /\/cdn\//.test(json.videoUrl ?? ''), succeeded);
			check(`${one.name}: file`, binary?.data?.mimeType, succeeded ? 'video/mp4' : undefined);
		}
		count += items.length;
	}
	return `${count} items`;
}

function tellCalls(all, { simulator, alone }) {
	const rows = all.map(({ provider, name, wanted }) => {
		const calls = simulator.callbacks.filter((call) => call.provider === provider && call.status);
		const ms = (kind) => {
			const times = calls.filter((call) => call.kind === kind).map((call) => call.ms);
			return times.length > 0 ? Math.round(median(times)) : undefined;
		};
		return [name, wanted.length, calls.length, ms('challenge'), ms('event')];
	});
	report.note(table(['Gateway', 'Clips', 'Calls', 'Challenge ms', 'Message ms'], rows));
	const challenges = simulator.callbacks.filter(({ kind }) => kind === 'challenge');
	for (const [name, calls] of [
		['of orders one by one', alone],
		['of all orders', challenges],
	]) {
		const times = calls.map(({ ms }) => ms);
		const [middle, slowest] = [median(times), Math.max(...times)].map(Math.round);
		report.note(`${calls.length} challenges ${name}: median ${middle} ms, slowest ${slowest} ms`);
	}
	check('challenges that came back', challenges.filter(({ status }) => status !== 200).length, 0);
}
