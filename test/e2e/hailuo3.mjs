#!/usr/bin/env node
/*
 * `npm run e2e:hailuo3`: Hailuo 3 in a real n8n. Every model and mode at MiniMax, WaveSpeed and ToAPIs with files and
 * links; callbacks, Cancel, the operations with and without `endpoint`, Dry Run, and what Max Spend lets a run pay for.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { packageName } from '../../tools/lib/package.mjs';
import { root } from '../../tools/lib/paths.mjs';
import { hasEnded } from '../../tools/lib/rest.mjs';
import { freePort } from '../../tools/lib/ports.mjs';
import {
	FAMILIES,
	FILES,
	MODES,
	orderOf,
	requestOf,
	serveFiles,
	uploadsOf,
	withFileNames,
} from './lib/hailuo3Orders.mjs';
import { runSuite } from './lib/suite.mjs';
import {
	API_KEY,
	chain,
	hailuoNode,
	itemsOf,
	manualStart,
	saveCredential,
	sorted,
	START,
	until,
} from './lib/workflows.mjs';

const ORDER = 'Order';
const LATER = 'Later';
const READY = 'Video ready';
const SELLERS = ['minimax', 'wavespeed', 'toapis'];
const CALLING = ['minimax', 'wavespeed'];
const LONGEST_RUN_MS = 300_000;
const MINUTE = 60_000;
/** Nobody waits so long for a clip that is to be stopped. */
const NEVER_MS = 600_000;
/** Looks as often as the form allows. */
const QUICK = { waitOptions: { pollInterval: 1 } };
const clip = readFileSync(join(root, 'test/simulator/clip.mp4'));

/** @type {import('./lib/report.mjs').Report} */
let report;
const check = (what, found, wanted) => report.check(what, found, wanted);

await runSuite({
	name: 'hailuo3',
	about: 'Runs Hailuo 3 in a real, fresh n8n against the simulated gateways that sell it.',
	async run({ openN8n, openSimulator, atEnd, report: own }) {
		report = own;
		const simulator = await openSimulator({ taskMs: 1500, callbackMs: MINUTE / 2 });
		// What is counted in money, and what parks, leaves the wishes for the other clips alone.
		const bank = await openSimulator({ taskMs: 1500 });
		const files = await serveFiles();
		atEnd(files.close);
		const n8n = await openN8n({ port: await freePort() });
		const world = { simulator, bank, files, n8n };
		await report.case('n8n starts', async (step) => {
			await n8n.start();
			world.rest = n8n.rest;
			step.done(`${n8n.version} on port ${n8n.port}`);
		});
		await report.case('Credentials', async () => await saveCredentials(world));
		const spending = await report.case(
			'20 items with money for 7: started, some of them parked',
			async () => await startSpending(world),
		);
		await report.case('… those with Pause wait in the database', async () => {
			for (const { name, executionId } of spending.filter(({ parks }) => parks))
				await until(`${name}: parked`, async () => {
					const { status } = await n8n.rest.execution(executionId);
					return status === 'waiting';
				});
		});
		for (const family of FAMILIES)
			await report.case(
				`${family.model} at ${family.provider}: all modes`,
				async () => await makeAll(world, family),
			);
		await report.case('Dry Run of references', async () => await dryRun(world));
		await report.case('Callbacks', async () => await callBacks(world));
		await report.case(
			'Get Status, Wait and Download, with endpoint and without',
			async () => await askLater(world),
		);
		await report.case('Cancel of a task in the queue', async () => await cancelQueued(world));
		await report.case(
			'Cancel of a task that is being made',
			async () => await cancelRunning(world),
		);
		await report.case('Cancel of a finished task', async () => await cancelFinished(world));
		for (const one of spending)
			await report.case(`20 items with money for 7: ${one.name}`, async () => {
				await one.verify(await n8n.rest.ended(one.executionId, { timeoutMs: LONGEST_RUN_MS }));
			});
	},
});

async function saveCredentials(world) {
	const { rest, simulator, bank } = world;
	world.credentials = {};
	world.bankCredentials = {};
	for (const gateway of GATEWAYS.filter(({ id }) => SELLERS.includes(id))) {
		const secret = gateway.id === 'wavespeed' && { webhookSecret: simulator.secret('wavespeed') };
		Object.assign(world.credentials, await saveCredential(rest, simulator, gateway, secret));
		Object.assign(world.bankCredentials, await saveCredential(rest, bank, gateway));
	}
}

/** Nodes that put all files on one item, as people do it: fetched one by one, then gathered. */
function fileNodes() {
	return [
		{
			name: 'Fetch',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: {
				url: '={{ $json.url }}',
				options: { response: { response: { responseFormat: 'file' } } },
			},
		},
		{
			name: 'Together',
			type: 'n8n-nodes-base.aggregate',
			typeVersion: 1,
			parameters: { aggregate: 'aggregateAllItemData', options: { includeBinaries: true } },
		},
	];
}

function linksTo(files) {
	return Object.keys(FILES).map((name) => ({ json: { url: `${files.url}/${name}` } }));
}

/** Runs nodes in a row behind a start with the given items. */
async function run({ rest }, name, nodes, items = [{ json: {} }]) {
	const id = await rest.createWorkflow(
		chain(name, [manualStart(), ...nodes], { pinData: { [START]: items } }),
	);
	return await rest.run(id, START, { timeoutMs: LONGEST_RUN_MS });
}

/** @param {any} execution @returns {any} the only item of a run that succeeded */
function only(execution, node) {
	check('execution', [execution.status, execution.error?.message], ['success', undefined]);
	const items = itemsOf(execution, node);
	check('items', items.length, 1);
	return items[0] ?? { json: {} };
}

/** One clip of each mode of a model, all at once. */
async function makeAll(world, family) {
	const { provider } = family;
	const uploads = () =>
		world.simulator.requests.filter((one) => one.kind === 'upload' && one.provider === provider)
			.length;
	const before = uploads();
	const executions = await Promise.all(
		MODES.map(async (mode) => {
			const prompt = `${family.provider} ${family.model} ${mode}: a lighthouse in fog`;
			const node = hailuoNode(ORDER, orderOf(family, mode, prompt), world.credentials);
			const execution =
				mode === 'textToVideo'
					? await run(world, prompt, [node])
					: await run(world, prompt, [...fileNodes(), node], linksTo(world.files));
			return { mode, prompt, execution };
		}),
	);
	for (const one of executions) await checkClip(world, family, one);
	const wanted = MODES.reduce((sum, mode) => sum + uploadsOf(family, mode), 0);
	check('uploads', uploads() - before, wanted);
}

async function checkClip(world, family, { mode, prompt, execution }) {
	const { simulator } = world;
	const { provider, model, endpoint, resolution, duration, cost } = family;
	const { json, binary } = only(execution, ORDER);
	const row = { provider, endpoint, status: 'succeeded', model, mode, resolution, duration };
	const found = Object.fromEntries(Object.keys(row).map((field) => [field, json[field]]));
	check(`${mode}: row`, found, row);
	check(`${mode}: no error`, json.error, undefined);
	check(
		`${mode}: the file's own measures`,
		[json.width, json.height, json.videoSeconds],
		[640, 360, 2.5],
	);
	if (mode !== 'referenceToVideo') {
		const { amount, currency } = json.estimatedCost ?? {};
		check(`${mode}: price`, [amount, currency], [cost, cost && 'USD']);
	}
	check(
		`${mode}: type`,
		[binary?.data?.mimeType, binary?.data?.fileExtension],
		['video/mp4', 'mp4'],
	);
	check(`${mode}: the bytes of the clip`, clip.equals(await bytesOf(world, binary?.data)), true);

	const paid = simulator.tasks.filter((task) => task.prompt === prompt);
	check(
		`${mode}: paid`,
		paid.map(({ id }) => id),
		[json.taskId],
	);
	const submits = simulator.requests.filter(
		({ kind, taskId }) => kind === 'submit' && taskId === json.taskId,
	);
	const [{ path, body }] = submits;
	// our own mark, by which a lost answer is found again
	const { client_business_id: mark, ...seen } = await withFileNames(body);
	check(`${mode}: our mark`, typeof mark, provider === 'toapis' ? 'string' : 'undefined');
	compare(`${mode}: request`, { path, body: seen }, requestOf(family, mode, prompt));
}

/** The same fields with the same values, in any order. */
function compare(what, found, wanted) {
	check(what, isDeepStrictEqual(found, wanted) ? wanted : found, wanted);
}

async function bytesOf({ rest }, file) {
	if (!file) return Buffer.alloc(0);
	if (!file.id) return Buffer.from(file.data, 'base64');
	return await rest.bytes(`/binary-data?id=${encodeURIComponent(file.id)}&action=download`);
}

/** The request of an order with files, shown and not sent. */
async function dryRun(world) {
	const { simulator, files } = world;
	for (const family of FAMILIES) {
		const here = `${family.provider}, ${family.model}`;
		const { options, ...order } = orderOf(family, 'referenceToVideo', 'A dry walk');
		const node = hailuoNode(
			ORDER,
			{ ...order, options: { ...options, dryRun: true } },
			world.credentials,
		);
		const before = simulator.requests.length;
		const execution = await run(world, `Dry ${here}`, [...fileNodes(), node], linksTo(files));
		const { json, binary } = only(execution, ORDER);
		check(`${here}: row`, [json.dryRun, json.taskId, json.status], [true, undefined, undefined]);
		check(`${here}: no file`, binary?.data, undefined);
		const text = JSON.stringify(json.request ?? {});
		const shown = text.match(/<[a-z]+\/[\w-]+, [\d.]+ kB>/g) ?? [];
		check(`${here}: files in words`, shown.length, family.provider === 'toapis' ? 2 : 5);
		check(`${here}: the key is not shown`, text.includes(API_KEY), false);
		const kinds = simulator.requests.slice(before).map(({ kind }) => kind);
		check(
			`${here}: nothing that costs is sent`,
			sorted(kinds),
			family.provider === 'wavespeed' ? ['price'] : [],
		);
	}
}

/** Clips whose end the gateway tells: one execution each, which can ask for its task by the row it got. */
async function callBacks(world) {
	const { rest, n8n, simulator, credentials } = world;
	const listeners = {};
	for (const provider of CALLING) {
		const webhookId = randomUUID();
		const trigger = {
			name: READY,
			type: `${packageName()}.hailuoVideoTrigger`,
			webhookId,
			parameters: { provider, downloadVideo: true },
			credentials,
		};
		const look = hailuoNode(LATER, { provider, operation: 'getStatus' }, credentials);
		const id = await rest.createWorkflow(chain(`Listen to ${provider}`, [trigger, look]));
		await rest.activate(id);
		const url = `${n8n.url}/webhook/${webhookId}/webhook`;
		listeners[provider] = { id, url, wanted: [] };
	}
	const families = FAMILIES.filter(({ provider }) => CALLING.includes(provider));
	for (const family of families)
		for (const outcome of [{}, { status: 'failed', category: 'content' }]) {
			const { provider } = family;
			const { url, wanted } = listeners[provider];
			const { options, ...order } = orderOf(family, 'textToVideo', 'Told of');
			simulator.outcome({ provider, ...outcome });
			const parameters = {
				...order,
				completion: 'return',
				options: { ...options, callbackUrl: url },
			};
			const node = hailuoNode(ORDER, parameters, credentials);
			const { json } = only(await run(world, `Told by ${provider}`, [node]), ORDER);
			const { endpoint } = family;
			check(`${provider}: row at once`, [json.status, json.endpoint], ['queued', endpoint]);
			const { status = 'succeeded' } = outcome;
			wanted.push([
				json.taskId,
				endpoint,
				status,
				status === 'failed' ? 'contentPolicy' : undefined,
			]);
		}
	for (const [provider, { id, wanted }] of Object.entries(listeners)) {
		await Promise.all(wanted.map(async ([taskId]) => await simulator.calledBack(taskId)));
		const executions = await until(`${provider}: ${wanted.length} executions`, async () => {
			const list = await rest.executions(id);
			return list.length >= wanted.length && list.every(hasEnded) && list;
		});
		check(`${provider}: executions`, executions.length, wanted.length);
		const rows = [];
		for (const { id: executionId } of executions) {
			const execution = await rest.execution(executionId);
			const { json, binary } = only(execution, READY);
			rows.push([json.taskId, json.endpoint, json.status, json.error?.category]);
			const bytes = await bytesOf(world, binary?.data);
			check(`${provider}: file`, clip.equals(bytes), json.status === 'succeeded');
			const { json: asked } = only(execution, LATER);
			check(
				`${provider}: asked for by its row`,
				[asked.taskId, asked.status],
				[json.taskId, json.status],
			);
		}
		const byId = (list) => [...list].sort(([a], [b]) => (a < b ? -1 : 1));
		check(`${provider}: rows`, byId(rows), byId(wanted));
	}
}

/** Makes a clip of text, and gives the row that Create put out. */
async function make(world, more = {}) {
	const order = {
		provider: 'minimax',
		operation: 'create',
		mode: 'textToVideo',
		model: 'MiniMax-H3',
		aspectRatio: '16:9',
		prompt: 'A lighthouse',
		...QUICK,
		completion: 'return',
		...more,
	};
	const execution = await run(world, 'Make', [hailuoNode(ORDER, order, world.credentials)]);
	return only(execution, ORDER).json;
}

/** Another operation on a task, in an execution of its own. */
async function later(world, operation, json, more = {}) {
	const { provider = 'minimax', ...parameters } = more;
	const node = hailuoNode(LATER, { provider, operation, ...parameters }, world.credentials);
	return await run(world, `${operation} later`, [node], [{ json }]);
}

async function askLater(world) {
	const made = await make(world, { completion: 'wait', downloadVideo: false });
	const bare = { taskId: made.taskId };
	const ways = {
		'by the row': [made, {}],
		'without endpoint in the row': [bare, {}],
		'with the field emptied': [made, { endpoint: '' }],
		'with v2 typed': [bare, { endpoint: 'v2' }],
	};
	for (const operation of ['getStatus', 'wait', 'download'])
		for (const [how, [row, more]] of Object.entries(ways)) {
			const execution = await later(world, operation, row, { ...QUICK, ...more });
			const { json, binary } = only(execution, LATER);
			check(
				`${operation} ${how}`,
				[json.taskId, json.endpoint, json.status],
				[made.taskId, 'v2', 'succeeded'],
			);
			const bytes = await bytesOf(world, binary?.data);
			check(`${operation} ${how}: file`, clip.equals(bytes), operation !== 'getStatus');
		}
	const old = await make(world, { model: 'MiniMax-Hailuo-02', aspectRatio: undefined });
	check('a task of version 1 has no endpoint', old.endpoint, undefined);
	const found = only(await later(world, 'wait', { taskId: old.taskId }, QUICK), LATER).json;
	check(
		'… and is found',
		[found.taskId, found.endpoint, found.status],
		[old.taskId, undefined, 'succeeded'],
	);
	const wrong = await later(world, 'getStatus', { taskId: old.taskId, endpoint: 'v2' });
	check('… but not with v2', wrong.status, 'error');
	check('… which is said', /'Task ID'/.test(wrong.error?.description ?? ''), true);
}

/** How often a gateway was asked to stop a task. */
function cancels({ simulator }, taskId) {
	return simulator.requests.filter((one) => one.kind === 'cancel' && one.taskId === taskId).length;
}

function phaseOf({ simulator }, taskId) {
	return simulator.phase(simulator.tasks.find(({ id }) => id === taskId));
}

async function cancelQueued(world) {
	for (const { provider, model } of FAMILIES.filter(({ provider: id }) => CALLING.includes(id))) {
		world.simulator.outcome({ provider, queueMs: NEVER_MS });
		const made = await make(world, { provider, model });
		const { json } = only(await later(world, 'cancel', made, { provider }), LATER);
		check(`${model}: row`, [json.taskId, json.status], [made.taskId, 'canceled']);
		check(`${model}: at the gateway`, phaseOf(world, made.taskId), 'canceled');
		check(`${model}: calls`, cancels(world, made.taskId), 1);
	}
	const atToApis = await make(world, { provider: 'toapis' });
	const refused = await later(world, 'cancel', atToApis, { provider: 'toapis' });
	check('ToAPIs', refused.error?.message, "'Operation' Cancel is not offered by ToAPIs");
}

async function cancelRunning(world) {
	const wish = { taskMs: NEVER_MS, queueMs: 0 };
	for (const model of ['MiniMax-H3', 'MiniMax-H3-Max', 'MiniMax-Hailuo-02']) {
		world.simulator.outcome({ provider: 'minimax', ...wish });
		const made = await make(world, { model, aspectRatio: '16:9' });
		const { status, error } = await later(world, 'cancel', made);
		check(`${model}: execution`, status, 'error');
		const reason = made.endpoint ? /only while it waits in the queue/ : /MiniMax-H3 only/;
		check(`${model}: the reason`, reason.test(error?.message ?? '') || error?.message, true);
		check(`${model}: calls`, cancels(world, made.taskId), 0);
		check(`${model}: at the gateway`, phaseOf(world, made.taskId), 'processing');
	}
	world.simulator.outcome({ provider: 'wavespeed', ...wish });
	const made = await make(world, { provider: 'wavespeed' });
	const { json } = only(await later(world, 'cancel', made, { provider: 'wavespeed' }), LATER);
	check('WaveSpeed stops it', [json.status, phaseOf(world, made.taskId)], ['canceled', 'canceled']);
}

/** A finished task is left alone, and its record and its file can be had afterwards. */
async function cancelFinished(world) {
	for (const { provider, model } of FAMILIES.filter(({ provider: id }) => CALLING.includes(id))) {
		const made = await make(world, { provider, model, completion: 'wait', downloadVideo: false });
		const { status, error } = await later(world, 'cancel', made, { provider });
		check(`${model}: execution`, status, 'error');
		const isSaid = /finished \(succeeded\)/.test(error?.message ?? '');
		check(`${model}: the reason`, isSaid || error?.message, true);
		check(`${model}: calls`, cancels(world, made.taskId), 0);
		const asked = only(await later(world, 'getStatus', made, { provider }), LATER).json;
		check(`${model}: the record`, [asked.taskId, asked.status], [made.taskId, 'succeeded']);
		const { binary } = only(await later(world, 'download', made, { provider }), LATER);
		check(`${model}: the file`, clip.equals(await bytesOf(world, binary?.data)), true);
	}
}

/**
 * 20 items at 0.25 USD with 1.75 USD for the run, in every way that n8n can run them, and a clip of references that
 * parks beside them.
 */
async function startSpending(world) {
	const { rest, files, bank } = world;
	const begun = [];
	const begin = async (name, parks, nodes, items, verify) => {
		const id = await rest.createWorkflow(
			chain(name, [manualStart(), ...nodes], { pinData: { [START]: items } }),
		);
		begun.push({ name, parks, executionId: await rest.start(id, START), verify });
	};
	const tasksOf = (name) => bank.tasks.filter(({ prompt }) => prompt.startsWith(`${name}: `));
	const paid = (name) => tasksOf(name).length;
	const failed = (name) => tasksOf(name).filter((task) => bank.phase(task) === 'failed');
	const order = {
		provider: 'minimax',
		operation: 'create',
		mode: 'textToVideo',
		model: 'MiniMax-H3-Max',
		prompt: '={{ $json.prompt }}',
		aspectRatio: '16:9',
		resolution: '480P',
		duration: 5,
		...QUICK,
		options: { maxSpend: 1.75 },
	};
	const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };
	for (const completion of ['pause', 'wait'])
		for (const onError of ['continueRegularOutput', 'continueErrorOutput', undefined])
			for (const { how, more, fails } of [
				{ how: '', more: {}, fails: 0 },
				{ how: ', Retry On Fail', more: retry, fails: 0 },
				{ how: ', Retry On Fail, three fail', more: retry, fails: 3 },
			]) {
				const name = `${completion}, ${onError ?? 'stops at an error'}${how}`;
				const items = Array.from({ length: 20 }, (_, i) => ({
					json: { prompt: `${name}: ${i}${i < fails ? ' sim:fail' : ''}` },
				}));
				const node = hailuoNode(ORDER, { ...order, completion }, world.bankCredentials, {
					...more,
					...(onError && { onError }),
				});
				const parks = completion === 'pause' && onError !== undefined;
				await begin(name, parks, [node], items, (execution) => {
					check('clips paid', paid(name), onError ? 7 : 0);
					check('execution', execution.status, onError ? 'success' : 'error');
					if (!onError) {
						const words =
							"The 20 videos of this run cost about $5.00, more than 'Max Spend (USD)' $1.75";
						check('the sum is said', execution.error?.message, words);
						return;
					}
					const rows = (execution.nodes[ORDER]?.at(-1)?.data?.main ?? []).flatMap(
						(list) => list ?? [],
					);
					const words = rows.map(({ json }) => json.error?.category ?? json.status);
					const count = (word) => words.filter((one) => one === word).length;
					check('rows of success', count('succeeded'), 7 - fails);
					// n8n tries again those that failed: there is no money left for them either
					check('rows without money', count('spendLimit') >= 13, true);
					const named = rows.filter(({ json }) => json.error && json.taskId);
					check(
						'rows that name the task that failed',
						sorted(named.map(({ json }) => json.taskId)),
						sorted(failed(name).map(({ id }) => id)),
					);
					check('all rows', rows.length, 20);
				});
			}
	const [family] = FAMILIES.filter(({ model }) => model === 'MiniMax-H3-Max');
	const name = 'a clip of references that parks beside them';
	const references = orderOf(family, 'referenceToVideo', `${name}: 1`);
	const node = hailuoNode(ORDER, { ...references, completion: 'pause' }, world.bankCredentials);
	await begin(name, true, [...fileNodes(), node], linksTo(files), async (execution) => {
		const { json, binary } = only(execution, ORDER);
		check('row', [json.endpoint, json.status, json.mode], ['v2', 'succeeded', 'referenceToVideo']);
		check('file', clip.equals(await bytesOf(world, binary?.data)), true);
		check('paid', paid(name), 1);
	});
	return begun;
}
