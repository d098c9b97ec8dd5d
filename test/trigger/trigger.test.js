'use strict';
/* The trigger in n8n's engine, called back by the simulator over HTTP. */
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const { ABSENT, VALUES } = require('../helpers/values');

const { Container, fakeRequest } = require('../engine/engine-harness');
const { Logger } = require('@n8n/backend-common');
const { providers } = require('../../nodes/shared/providers');
const { hurry } = require('../engine/support');
const {
	CALLING,
	CHALLENGED,
	SIGNED,
	messageOf,
	requestOf,
	setUp,
	triggerNode,
	webhookDescription,
} = require('./support');

const CLIP = fs.readFileSync(path.join(__dirname, '..', 'simulator', 'clip.mp4'));

let world;
let desk;
let simulator;

beforeAll(async () => {
	hurry(1000);
	world = await setUp();
	({ desk, simulator } = world);
	await world.engine.initBinary();
});
afterAll(() => world.tearDown());
afterEach(async () => {
	await desk.settled();
	simulator.reset();
	world.resetCredentials();
	desk.reset();
	desk.restart();
});

const trigger = (provider, parameters) => desk.add(triggerNode(provider, parameters));

/** Orders a clip that calls `node` back, and waits until all is done. */
async function order(node, query) {
	const { provider } = node.parameters;
	const taskId = await world.create(provider, desk.urlOf(node, query));
	await simulator.calledBack(taskId);
	await desk.settled();
	return taskId;
}

/** A clip that exists at the gateway and of which nobody was told. */
async function silentTask(provider, outcome = {}, more = {}) {
	simulator.outcome({ provider, callback: { silent: true }, ...outcome });
	const taskId = await world.create(provider, desk.urlOf(trigger(provider)), {}, more);
	if (outcome.taskMs === undefined) await sleep(25);
	return taskId;
}

const post = (node, taskId, message) => {
	const { raw, headers } = messageOf(simulator, node.parameters.provider, taskId, message);
	return desk.post(node, raw, headers);
};

const kinds = () => simulator.requests.map(({ kind }) => kind);
const jsons = () => desk.started.map(({ items }) => items.map(({ json }) => json)).flat();
/** Links that are made afresh for each question differ in their token only. */
const withoutToken = (json) => ({ ...json, videoUrl: json.videoUrl?.replace(/\?token=.*/, '') });
const tokenless = (jsonList) => jsonList.map(withoutToken);

describe.each(CALLING)('%s', (provider) => {
	const isSigned = SIGNED.includes(provider);
	const failedWord = 'failed';

	test('from the order to the item of Get Status, once', async () => {
		const node = trigger(provider);
		const taskId = await order(node);
		const { json } = await world.getStatus(provider, taskId);
		expect(tokenless(jsons())).toEqual([withoutToken(json)]);
		expect(json).toMatchObject({ provider, taskId, status: 'succeeded' });
		expect(json).not.toHaveProperty('error');
		expect((await fetch(jsons()[0].videoUrl)).status).toBe(200);
		expect(desk.started[0].items[0].binary).toBeUndefined();
		expect(simulator.callbacks.map(({ status }) => status)).toEqual(
			Array(isSigned ? 1 : 3).fill(200),
		);
		if (!isSigned) {
			const [challenge] = simulator.callbacks;
			expect(JSON.parse(challenge.answer)).toEqual(challenge.body);
		}
	});

	test('a clip that failed, as Get Status tells it', async () => {
		simulator.outcome({ status: 'failed', category: 'content' });
		const taskId = await order(trigger(provider));
		const { json } = await world.getStatus(provider, taskId);
		expect(jsons()).toEqual([json]);
		expect(json).toMatchObject({ status: 'failed', error: { category: expect.any(String) } });
	});

	test('with the file, when it is wanted', async () => {
		await order(trigger(provider, { downloadVideo: true, binaryPropertyName: 'clip' }));
		const [{ items }] = desk.started;
		expect(items[0].binary.clip).toMatchObject({ mimeType: 'video/mp4' });
		expect((await world.engine.readBinary(items[0].binary.clip)).equals(CLIP)).toBe(true);
		expect(items[0].json.videoUrl).toContain('/cdn/');
	});

	test('with the reply of the gateway, when Simplify is off', async () => {
		const taskId = await order(trigger(provider, { simplify: false }));
		const { json } = await world.getStatus(provider, taskId, { simplify: false });
		expect(tokenless(jsons())[0].raw).toBeDefined();
		expect(Object.keys(jsons()[0].raw)).toEqual(Object.keys(json.raw));
	});

	test('the events of the form', async () => {
		const processing = trigger(provider, { events: ['processing'] });
		await order(processing);
		// signed gateways tell of the end only; the others' way is over when it is asked about
		expect(jsons().filter(({ status }) => status !== 'processing')).toEqual([]);
		const failed = trigger(provider, { events: ['failed'] });
		await order(failed);
		expect(desk.started.filter(({ node }) => node === failed)).toEqual([]);
		simulator.outcome({ status: 'failed' });
		await order(failed);
		expect(desk.started.filter(({ node }) => node === failed)).toHaveLength(1);
		await order(trigger(provider, { events: [] }));
		expect(desk.started).toHaveLength(jsons().length);
		expect(jsons().filter(({ status }) => status === 'succeeded')).toEqual([]);
	});

	test('duplicates at the same moment and later, before and after a restart', async () => {
		simulator.outcome({ callback: { duplicates: 9 } });
		const taskId = await order(trigger(provider));
		expect(jsons().map((json) => json.taskId)).toEqual([taskId]);
		await simulator.callBack(taskId, { duplicates: 2 });
		desk.restart();
		const calls = await simulator.callBack(taskId, { duplicates: 2 });
		await desk.settled();
		expect(calls.map(({ status }) => status)).toEqual([200, 200, 200]);
		expect(desk.started).toHaveLength(1);
	});

	test('out of order', async () => {
		simulator.outcome({ callback: { outOfOrder: true } });
		await order(trigger(provider, { events: ['succeeded', 'failed', 'processing'] }));
		expect(jsons().map(({ status }) => status)).toEqual(['succeeded']);
	});

	test('early: nothing starts until the gateway itself says so', async () => {
		simulator.outcome({ taskMs: 500, callback: { early: true } });
		const taskId = await order(trigger(provider));
		expect([desk.started, simulator.phase(simulator.tasks[0])]).toEqual([[], 'processing']);
		await sleep(500);
		await simulator.callBack(taskId);
		await desk.settled();
		expect(jsons().map(({ status }) => status)).toEqual(['succeeded']);
	});

	test('a little early: the gateway is asked again', async () => {
		simulator.outcome({ taskMs: 150, callback: { early: true } });
		hurry(30);
		await order(trigger(provider));
		hurry(1000);
		expect(jsons().map(({ status }) => status)).toEqual(['succeeded']);
	});

	test('a lie about the outcome starts with the truth', async () => {
		const node = trigger(provider);
		const taskId = await silentTask(provider);
		await post(node, taskId, { status: failedWord });
		expect(jsons()).toEqual([expect.objectContaining({ taskId, status: 'succeeded' })]);
	});

	test('a task that nobody knows starts nothing', async () => {
		const node = trigger(provider);
		const { status } = await post(node, '123456789012');
		// a signed message is the gateway's own word, and stands when the gateway cannot be asked
		expect([status, jsons().length]).toEqual([200, isSigned ? 1 : 0]);
	});

	test('nobody waits for the confirmation, nor for the file', async () => {
		const node = trigger(provider, { downloadVideo: true });
		const taskId = await silentTask(provider);
		simulator.fault({ kind: 'status', do: { slowMs: 400 } });
		simulator.fault({ kind: 'video', do: { slowMs: 400 } });
		const [call] = await simulator.callBack(taskId);
		// the message went to the trigger of the order; this one hears of it too
		const { raw, headers } = messageOf(simulator, provider, taskId);
		const { answered, ended } = desk.receive(node, requestOf(raw, headers));
		let hasEnded = false;
		void ended.then(() => (hasEnded = true));
		await answered;
		expect([call.status, hasEnded]).toEqual([200, false]);
		expect(desk.started.filter((one) => one.node === node)).toEqual([]);
		expect(await ended).toHaveLength(1);
	});

	describe('trouble at the confirmation', () => {
		test.each([
			['503 twice', { times: 2, do: { status: 503 } }],
			['too many requests', { times: 3, do: { status: 429, headers: { 'retry-after': '2' } } }],
			['a broken connection', { do: { reset: true } }],
		])('%s: waited out', async (_name, fault) => {
			const node = trigger(provider);
			const taskId = await silentTask(provider);
			const queued = simulator.fault({ kind: 'status', ...fault });
			await post(node, taskId);
			expect(jsons().map((json) => json.taskId)).toEqual([taskId]);
			expect(queued.used).toBe(queued.times);
		});

		test.each([
			['503 for ever', { times: 50, do: { status: 503 } }],
			['another key', { times: 50, do: { business: 'auth' } }],
			['a web page', { times: 50, do: { html: true } }],
			['another shape', { times: 50, do: { shape: true } }],
		])('%s: only a signed message stands', async (_name, fault) => {
			const node = trigger(provider);
			const taskId = await silentTask(provider);
			simulator.fault({ kind: 'status', ...fault });
			const { status } = await post(node, taskId);
			expect([status, desk.started.length]).toEqual([200, isSigned ? 1 : 0]);
			if (!isSigned) {
				simulator.reset();
				// nothing was noted, so a repetition may start
				const again = await silentTask(provider, { id: taskId });
				await post(node, again);
				expect(desk.started).toHaveLength(1);
			}
		});
	});

	describe('without confirmation', () => {
		test('the message’s word counts, and the gateway is not asked', async () => {
			const node = trigger(provider, { confirmWithProvider: false });
			const { status } = await post(node, '123456789012');
			expect(status).toBe(200);
			expect(jsons()).toEqual([
				expect.objectContaining({ provider, taskId: '123456789012', status: 'succeeded' }),
			]);
			expect(kinds()).toEqual([]);
		});

		test('a real message, the file included', async () => {
			const taskId = await order(
				trigger(provider, { confirmWithProvider: false, downloadVideo: true }),
			);
			expect(jsons()).toEqual([expect.objectContaining({ taskId, status: 'succeeded' })]);
			const { data } = desk.started[0].items[0].binary;
			expect((await world.engine.readBinary(data)).equals(CLIP)).toBe(true);
			// a link in a message that nobody signed is not followed
			if (isSigned) expect(kinds()).not.toContain('status');
		});

		test('duplicates are dropped all the same', async () => {
			simulator.outcome({ callback: { duplicates: 4 } });
			const taskId = await order(trigger(provider, { confirmWithProvider: false }));
			desk.restart();
			await simulator.callBack(taskId);
			await desk.settled();
			expect(desk.started).toHaveLength(1);
		});
	});

	test('two triggers in one n8n do not take each other’s clips for duplicates', async () => {
		const taskId = await silentTask(provider);
		for (const node of [trigger(provider), trigger(provider)]) await post(node, taskId);
		expect(desk.started).toHaveLength(2);
	});

	test('clips that end at the same moment all start, and stay known after a restart', async () => {
		const node = trigger(provider);
		const ids = await Promise.all(Array.from({ length: 8 }, () => silentTask(provider)));
		await Promise.all(ids.map((taskId, n) => post(node, taskId, { id: `evt_${n}` })));
		expect(
			jsons()
				.map(({ taskId }) => taskId)
				.sort(),
		).toEqual([...ids].sort());
		desk.restart();
		for (const taskId of ids) await post(node, taskId);
		expect(desk.started).toHaveLength(8);
	});

	test('a clip stays known when another one, begun before it, ends after it', async () => {
		const node = trigger(provider, { downloadVideo: true });
		const [slow, quick] = [await silentTask(provider), await silentTask(provider)];
		simulator.fault({ kind: 'video', taskId: slow, do: { slowMs: 300 } });
		const first = post(node, slow);
		await sleep(100);
		await post(node, quick);
		await first;
		desk.restart();
		await post(node, quick);
		await post(node, slow);
		expect(jsons().map(({ taskId }) => taskId)).toEqual([quick, slow]);
	});

	test('a file that cannot be fetched: the workflow starts with the row and its error, once', async () => {
		const node = trigger(provider, { downloadVideo: true });
		const taskId = await silentTask(provider);
		simulator.fault({ kind: 'video', times: 99, do: { status: 500 } });
		const { status, items } = await post(node, taskId);
		expect(status).toBe(200);
		expect(items).toEqual([{ json: expect.objectContaining({ provider, taskId }) }]);
		expect(items[0].json).toMatchObject({
			status: 'succeeded',
			videoUrl: expect.stringContaining('/cdn/'),
			error: { category: 'transient', code: '500', retryable: true, message: expect.any(String) },
		});
		await post(node, taskId);
		desk.restart();
		await post(node, taskId);
		expect(desk.started).toHaveLength(1);
	});

	test('Callback Token: the URL of the order has to carry it', async () => {
		const node = trigger(provider, { options: { callbackToken: 's€cret &1' } });
		const query = `?token=${encodeURIComponent('s€cret &1')}`;
		const taskId = await order(node, query);
		expect(jsons().map((json) => json.taskId)).toEqual([taskId]);
		const { raw, headers } = messageOf(simulator, provider, await silentTask(provider));
		const compare = jest.spyOn(crypto, 'timingSafeEqual');
		for (const token of [
			undefined,
			'',
			's€cret',
			's€cret &12',
			'S€CRET &1',
			['s€cret &1', 'x'],
			{ a: 1 },
		]) {
			expect(await desk.post(node, raw, headers, { token })).toMatchObject({ status: 401 });
		}
		expect(
			compare.mock.calls.filter(([a, b]) => a.byteLength === 32 && b.byteLength === 32).length,
		).toBeGreaterThanOrEqual(7);
		compare.mockRestore();
		const challenge = await desk.post(node, '{"challenge":"c"}', {}, { token: 'x' });
		expect(challenge.status).toBe(401);
		expect(JSON.stringify(challenge.body)).not.toContain('cret');
		expect(desk.started).toHaveLength(1);
	});

	test('a gateway that is down, a credential that is gone', async () => {
		const node = trigger(provider);
		const { credential } = providers[provider];
		const { raw, headers } = messageOf(simulator, provider, '123456789012');
		world.credentials[credential] = {
			...world.credentials[credential],
			baseUrl: 'http://127.0.0.1:1',
		};
		const down = await desk.post(node, raw, headers);
		expect([down.status, desk.started.length]).toEqual([200, isSigned ? 1 : 0]);
		world.credentials[credential] = {};
		const gone = await desk.post(trigger(provider), raw, headers);
		expect([gone.status, gone.items]).toEqual([isSigned ? 401 : 200, undefined]);
	});

	test('activating and deactivating registers nothing', async () => {
		const node = trigger(provider);
		for (const method of ['checkExists', 'create', 'delete']) {
			const { result } = await world.engine.hook({ node, method, webhookDescription });
			expect(result).toBe(true);
		}
		expect(simulator.requests).toEqual([]);
	});
});

describe.each(CHALLENGED)('%s, unsigned', (provider) => {
	test('a challenge is echoed at once and starts nothing', async () => {
		const node = trigger(provider);
		const challenge = '1a3cs1j-601a-118y-ch52-o48911eabc3u';
		const { result, res, staticData } = await world.engine.webhook({
			node,
			req: fakeRequest({ challenge }),
			webhookDescription,
		});
		expect([res.statusCode, res.body, result]).toEqual([
			200,
			{ challenge },
			{ noWebhookResponse: true },
		]);
		expect(staticData).toEqual({});
		expect(simulator.requests).toEqual([]);
	});

	test.each([
		[{ challenge: 7 }, 200],
		[{ challenge: '' }, 200],
		[{ challenge: 'x'.repeat(500) }, 200],
		[{ challenge: 'x'.repeat(501) }, 400],
		[{ challenge: { a: 1 } }, 400],
		[{ challenge: null }, 400],
		[{}, 400],
		[[], 400],
		['text', 400],
		[null, 400],
	])('an odd challenge: %j', async (body, status) => {
		const answer = await desk.post(trigger(provider), JSON.stringify(body));
		expect(answer.status).toBe(status);
		if (status === 200) expect(answer.body).toEqual(body);
		expect(answer.items).toBeUndefined();
	});

	test('processing, when it is asked for, and the end after it', async () => {
		simulator.outcome({ taskMs: 400 });
		await order(trigger(provider, { events: ['processing', 'succeeded'] }));
		expect(jsons().map(({ status }) => status)).toEqual(['processing', 'succeeded']);
	});

	test('processing that comes twice, or after the end, starts nothing more', async () => {
		const node = trigger(provider, { events: ['processing', 'succeeded'] });
		const taskId = await silentTask(provider, { taskMs: 400 });
		await post(node, taskId, { status: 'processing' });
		await post(node, taskId, { status: 'processing' });
		await sleep(400);
		await post(node, taskId, { status: 'success' });
		await post(node, taskId, { status: 'processing' });
		expect(jsons().map(({ status }) => status)).toEqual(['processing', 'succeeded']);
	});

	test('processing, told when the end is true already, leaves the start to the end’s own message', async () => {
		const node = trigger(provider, { events: ['processing', 'succeeded'] });
		const taskId = await silentTask(provider);
		await post(node, taskId, { status: 'processing' });
		expect(desk.started).toEqual([]);
		await post(node, taskId);
		expect(jsons().map(({ status }) => status)).toEqual(['succeeded']);
	});

	test('a word that nobody knows starts nothing', async () => {
		const answer = await post(trigger(provider), await silentTask(provider), {
			status: 'enhancing',
		});
		expect([answer.status, answer.items, kinds().includes('status')]).toEqual([
			200,
			undefined,
			false,
		]);
	});
});

describe.each(SIGNED)('%s, signed', (provider) => {
	test.each(['wrong', 'missing', 'stale', 'future'])(
		'signature %s: 401, and nobody is asked',
		async (signature) => {
			const node = trigger(provider);
			simulator.outcome({ callback: { signature } });
			await order(node);
			const calls = simulator.callbacks;
			expect(calls.length).toBeGreaterThan(0);
			expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([401]));
			expect([desk.started, kinds().includes('status')]).toEqual([[], false]);
		},
	);

	test('without a secret in the credential all is refused', async () => {
		const { credential } = providers[provider];
		for (const webhookSecret of [undefined, '', '   ', null]) {
			world.credentials[credential] = { ...world.credentials[credential], webhookSecret };
			const taskId = await silentTask(provider);
			for (const secret of [undefined, '']) {
				const { status, body } = await post(trigger(provider), taskId, { secret });
				expect([status, body]).toEqual([401, { error: 'the credential has no webhook secret' }]);
			}
		}
		expect([desk.started, kinds().includes('status')]).toEqual([[], false]);
	});

	test('a secret that was pasted with blanks works', async () => {
		const { credential } = providers[provider];
		world.credentials[credential].webhookSecret = ` ${simulator.secret(provider)}\n`;
		await order(trigger(provider));
		expect(desk.started).toHaveLength(1);
	});

	test('a challenge is no message of this gateway', async () => {
		const { status } = await desk.post(trigger(provider), '{"challenge":"c"}');
		expect(status).toBe(401);
	});

	test('an event that nobody knows is taken and starts nothing', async () => {
		const bodies = {
			wavespeed: [{ id: 'pred_1', status: 'archived' }, { status: 'completed' }, { hello: 1 }],
			toapis: [
				{ id: 'e', type: 'generation.archived', data: { task_id: 'vid_1' } },
				{ id: 'e', type: 'balance.low', data: {} },
				{ id: 'e' },
			],
		}[provider];
		for (const body of bodies) {
			const answer = await post(trigger(provider), undefined, { body });
			expect([answer.status, answer.items]).toEqual([200, undefined]);
		}
		expect(simulator.requests).toEqual([]);
	});
});

describe('a Callback Token that is there but says nothing', () => {
	/** @type {Array<[string, unknown]>} */
	const silent = [
		['an expression that gives nothing', '={{ $json.nothing }}'],
		['an expression that gives null', '={{ null }}'],
		['an expression that fails', '={{ $json.nothing.at.all }}'],
		['an expression that gives a number', '={{ 7 }}'],
		['an expression that gives a list', '={{ [] }}'],
		['an expression that gives an object', '={{ ({}) }}'],
		['nothing', ''],
		['blanks', ' \t'],
		['null', null],
		['a number', 7],
		['true', true],
		['a list', ['a']],
		['what nobody sees', '\u200b\ufeff'],
		['nothing, made a text', '={{ "" + $json.nothing }}'],
		['null, made a text', '={{ "" + null }}'],
		['an object in a text', '=t-{{ ({}) }}'],
	];
	const queries = [
		{},
		{ token: '' },
		{ token: ' ' },
		{ token: 'undefined' },
		{ token: 'null' },
		{ token: '7' },
		{ token: '\u200b\ufeff' },
		{ token: 't-[object Object]' },
		{ token: { a: 1 } },
	];

	test.each(silent)('%s: nobody is let in, and the log says why', async (_name, callbackToken) => {
		const log = jest.spyOn(Container.get(Logger), 'error').mockImplementation();
		for (const provider of ['minimax', 'wavespeed']) {
			const node = trigger(provider, { options: { callbackToken } });
			const { raw, headers } = messageOf(simulator, provider, await silentTask(provider));
			for (const query of queries)
				expect(await desk.post(node, raw, headers, query)).toMatchObject({ status: 401 });
			expect((await desk.post(node, '{"challenge":"c"}')).status).toBe(401);
		}
		expect(desk.started).toEqual([]);
		expect(log.mock.calls.flat().join()).toContain("'Callback Token' is there but gives no text");
		log.mockRestore();
	});

	test('a token by an expression works like one that was typed', async () => {
		const node = trigger('minimax', { options: { callbackToken: '={{ "a" + "b" }}' } });
		const { raw } = messageOf(simulator, 'minimax', await silentTask('minimax'));
		expect((await desk.post(node, raw, {}, { token: 'a' })).status).toBe(401);
		expect((await desk.post(node, raw, {}, { token: 'ab' })).items).toHaveLength(1);
	});
});

test.each([
	['a line break that was pasted along', 's3cret\n', 's3cret'],
	['blanks around it', ' s3cret ', ' s3cret '],
	['blanks around it, which the URL lost', ' s3cret ', 's3cret'],
	['+, which a URL takes for a blank', 'a+b/c==', 'a b/c=='],
	['+, escaped', 'a+b/c==', 'a+b/c=='],
])('a Callback Token with %s', async (_what, callbackToken, token) => {
	const node = trigger('minimax', { options: { callbackToken } });
	const { raw } = messageOf(simulator, 'minimax', await silentTask('minimax'));
	for (const other of ['s3cret2', 'ab/c==', [token], { token }])
		expect((await desk.post(node, raw, {}, { token: other })).status).toBe(401);
	expect((await desk.post(node, raw, {}, { token })).items).toHaveLength(1);
});

describe('parameters by expression', () => {
	test.each([
		[{ events: '={{ ({}) }}' }],
		[{ events: ['succeded'] }],
		[{ events: 7 }],
		[{ confirmWithProvider: 'perhaps' }],
		[{ confirmWithProvider: 0 }],
		[{ downloadVideo: 'yes please' }],
		[{ downloadVideo: true, binaryPropertyName: '={{ ({ a: 1 }) }}' }],
		[{ simplify: [] }],
	])('%j starts nothing, and the message may come again', async (parameters) => {
		const node = trigger('minimax', parameters);
		const answer = await post(node, await silentTask('minimax'));
		expect([answer.status, answer.items]).toEqual([500, undefined]);
		expect(kinds()).not.toContain('status');
	});

	/** The value as n8n hands it over: out of an expression, so that no editor has touched it. */
	const expressionOf = (value) => {
		if (value instanceof Date) return '={{ new Date(0) }}';
		const isPlain = value === undefined || typeof value === 'number';
		return `={{ (${isPlain ? value : JSON.stringify(value)}) }}`;
	};
	const switches = ['true', '"true"'];
	/** What plainly means something; all else is refused. */
	const meant = {
		events: ['[]'],
		confirmWithProvider: switches,
		downloadVideo: switches,
		binaryPropertyName: ['text', '0', '-1', '0.5', '"true"'],
		simplify: switches,
	};
	test.each(Object.keys(meant))(
		'%s: each kind of value is taken as it is meant, or starts nothing',
		async (name) => {
			for (const [kind, value] of VALUES) {
				const taskId = await silentTask('minimax');
				// the name of the field counts only where a file is wanted
				const node = trigger('minimax', { downloadVideo: true, [name]: expressionOf(value) });
				const { status, items } = await post(node, taskId);
				await desk.settled();
				const where = `${name} = ${kind}`;
				const isMeant = ABSENT.includes(kind) || meant[name].includes(kind);
				expect([where, status]).toEqual([where, isMeant ? 200 : 500]);
				const isNoEvent = name === 'events' && kind === '[]';
				expect([where, items?.length]).toEqual([where, isMeant && !isNoEvent ? 1 : undefined]);
			}
		},
	);

	test('callbackToken: only text opens the trigger, and only to those who know it', async () => {
		// a workflow is saved as JSON, which has no undefined
		for (const [kind, value] of VALUES.filter(([, one]) => one !== undefined)) {
			const node = trigger('minimax', { options: { callbackToken: value } });
			const { status } = await post(node, 'task-1');
			expect([kind, status]).toEqual([kind, 401]);
		}
	});

	test('what plainly means something is taken for it', async () => {
		const parameters = { events: 'Succeeded, failed', confirmWithProvider: 'false', simplify: '' };
		const node = trigger('minimax', parameters);
		expect((await post(node, 'task-1')).items).toHaveLength(1);
		expect(kinds()).toEqual([]);
	});

	test('a switch that was saved as text shows no field that belongs to it, and works all the same', async () => {
		const node = trigger('minimax', { downloadVideo: 'true' });
		const { items } = await post(node, await silentTask('minimax'));
		expect(items[0].binary.data.mimeType).toBe('video/mp4');
	});
});

describe('a callback that gives the reason of a failure at its top level, beside the task', () => {
	const said = 'rejected by the content moderation system';
	/** @type {Array<[string, string, (taskId: string, error: unknown) => object]>} */
	const messages = [
		['minimax', 'minimax', (task_id, error) => ({ task_id, status: 'failed', error })],
		[
			'minimax, version 2',
			'minimax',
			(id, error) => ({ task: { id, status: 'failed', error: null }, error }),
		],
		['gptge', 'gptge', (task_id, error) => ({ task_id, status: 'FAIL', error })],
		[
			'gptge, in an envelope',
			'gptge',
			(task_id, error) => ({ code: 0, data: { task_id, status: 'FAIL' }, error }),
		],
		['pixazo', 'pixazo', (task_id, error) => ({ task_id, status: 'ERROR', error })],
		[
			'wavespeed',
			'wavespeed',
			(id, error) => ({ id, status: 'failed', outputs: [], code: 200, error }),
		],
		...[{}, { error: '' }, { error: {} }, { error: null }].map(
			/** @returns {[string, string, (taskId: string, error: unknown) => object]} */
			(inside) => [
				`toapis, in its task ${JSON.stringify(inside)}`,
				'toapis',
				(task_id, error) => ({
					id: 'evt_1',
					type: 'generation.failed',
					data: { task_id, status: 'failed', ...inside },
					error,
				}),
			],
		),
	];
	/** @type {Array<[string, unknown]>} */
	const errors = [
		['a text', said],
		['an object', { message: said, code: 'x' }],
		['a list', [{ message: said }]],
	];
	const cases = messages.flatMap(([what, provider, bodyOf]) =>
		errors.map(([how, error]) => ({ what, provider, bodyOf, how, error })),
	);

	test.each(cases)('$what, $how: the row has it', async ({ provider, bodyOf, error }) => {
		const node = trigger(provider, { confirmWithProvider: false });
		const { items } = await post(node, 'task-1', { body: bodyOf('task-1', error) });
		expect(items).toHaveLength(1);
		expect(items[0].json).toMatchObject({
			taskId: 'task-1',
			status: 'failed',
			error: { category: 'contentPolicy', message: said, retryable: false },
		});
	});

	test.each(messages.filter(([, provider]) => SIGNED.includes(provider)))(
		'%s: kept when the gateway itself confirms the failure without a reason',
		async (_what, provider, bodyOf) => {
			const taskId = await silentTask(provider, { status: 'failed', category: 'silent' });
			const { items } = await post(trigger(provider), taskId, { body: bodyOf(taskId, said) });
			expect(items[0].json).toMatchObject({
				status: 'failed',
				error: { category: 'contentPolicy', message: said },
			});
		},
	);

	test.each(messages)(
		'%s: the gateway’s own reason counts where it gives one',
		async (_what, provider, bodyOf) => {
			// the messages of MiniMax's second API are about tasks that its first API does not know
			const more = 'task' in bodyOf('', '') ? { model: 'MiniMax-H3' } : {};
			const taskId = await silentTask(provider, { status: 'failed', category: 'generic' }, more);
			const { items } = await post(trigger(provider), taskId, { body: bodyOf(taskId, said) });
			const { json } = await world.getStatus(provider, taskId);
			expect(items[0].json).toEqual(json);
			expect(json.error.message).not.toContain(said);
		},
	);

	test.each(messages.filter(([, provider]) => CHALLENGED.includes(provider)))(
		'%s: of a message that nobody signed nothing is believed that the gateway does not confirm',
		async (_what, provider, bodyOf) => {
			const more = 'task' in bodyOf('', '') ? { model: 'MiniMax-H3' } : {};
			const taskId = await silentTask(provider, { status: 'failed', category: 'silent' }, more);
			const { items } = await post(trigger(provider), taskId, { body: bodyOf(taskId, said) });
			const { json } = await world.getStatus(provider, taskId);
			expect(items[0].json).toEqual(json);
			expect(json.error.message).not.toContain(said);
		},
	);
});

describe('tasks of another kind', () => {
	const image = 'https://files.example.com/x.png?sign=a.mp4';
	const bodies = (taskId) => ({
		minimax: [
			{ task: { id: taskId, status: 'succeeded', modality: 'text', content: { prompt: 'x' } } },
			{ task: { id: taskId, status: 'failed', task_type: 'h3_context_ir' } },
		],
		gptge: [{ code: 0, data: { status: 'Success', task_id: taskId, video_url: image } }],
		pixazo: [{ task_id: taskId, status: 'Success', video_url: image }],
		wavespeed: [{ id: taskId, status: 'completed', outputs: [image] }],
		toapis: ['image', 'audio', 'Image', 'text', '3d'].flatMap((kind) =>
			['completed', 'failed'].map((status) => ({
				id: 'evt_1',
				type: `generation.${status}`,
				data: { task_id: taskId, task_type: kind, status },
			})),
		),
	});

	test.each(CALLING)('%s: taken, and nothing starts', async (provider) => {
		const node = trigger(provider, { events: ['succeeded', 'failed', 'processing'] });
		const taskId = await silentTask(provider);
		simulator.requests.length = 0;
		for (const body of bodies(taskId)[provider]) {
			const answer = await post(node, taskId, { body });
			expect([answer.status, answer.items]).toEqual([200, undefined]);
		}
		expect(kinds()).toEqual([]);
	});

	test('ToAPIs: the gateway’s own answer counts, too', async () => {
		const taskId = await silentTask('toapis');
		const result = { type: 'image', data: [{ url: 'https://files.example.com/x' }] };
		const body = { id: taskId, status: 'completed', result };
		simulator.fault({ kind: 'status', do: { status: 200, body } });
		const answer = await post(trigger('toapis'), taskId);
		expect([answer.status, answer.items]).toEqual([200, undefined]);
	});
});

test.each(['minimax', 'gptge'])(
	'%s: a link that cannot be had: the workflow starts with the row and its error',
	async (provider) => {
		const taskId = await silentTask(provider);
		simulator.fault({ provider, kind: 'result', times: 99, do: { status: 500 } });
		const { items } = await post(trigger(provider), taskId);
		const error = { category: 'transient', retryable: true };
		expect(items[0].json).toMatchObject({ taskId, status: 'succeeded', error });
		expect(items[0].json.videoUrl).toBeUndefined();
	},
);

describe('toapis', () => {
	test('the console’s test event is answered and starts nothing', async () => {
		const node = trigger('toapis');
		desk.triggers.set('console', node);
		const { status, answer } = await simulator.testEndpoint();
		expect([status, JSON.parse(answer)]).toEqual([200, { status: 'success' }]);
		expect([desk.started, simulator.requests]).toEqual([[], []]);
	});

	test('the console’s address is called when the order names none', async () => {
		const node = trigger('toapis');
		desk.triggers.set('console', node);
		const taskId = await world.create('toapis', '');
		await simulator.calledBack(taskId);
		await desk.settled();
		expect(jsons().map((json) => json.taskId)).toEqual([taskId]);
	});

	test('both secrets during a change', async () => {
		const changing = await setUp({
			webhookSecret: 'new'.repeat(10),
			webhookSecretBefore: 'old'.repeat(10),
		});
		for (const webhookSecret of ['new'.repeat(10), 'old'.repeat(10), 'odd'.repeat(10)]) {
			changing.credentials.hailuoToApisApi.webhookSecret = webhookSecret;
			const node = changing.desk.add(triggerNode('toapis'));
			await changing.simulator.calledBack(
				await changing.create('toapis', changing.desk.urlOf(node)),
			);
			await changing.desk.settled();
		}
		expect(changing.desk.started).toHaveLength(2);
		await changing.simulator.close();
		await changing.desk.close();
	});

	test('an order whose URL lies elsewhere is refused before it is paid', async () => {
		await expect(world.create('toapis', 'https://n8n.example.com/webhook/x')).rejects.toMatchObject(
			{
				message: expect.stringContaining('scheme, host and port'),
			},
		);
		expect(simulator.paid()).toBe(0);
	});
});

test('SeaArt is not offered, and an expression cannot choose it', async () => {
	const { properties } =
		new (require('../../nodes/HailuoVideoTrigger/HailuoVideoTrigger.node').HailuoVideoTrigger)()
			.description;
	const { options } = properties.find(({ name }) => name === 'provider');
	const values = /** @type {Array<{ value: string }>} */ (options).map(({ value }) => value);
	expect(values.sort()).toEqual([...CALLING].sort());
	const answer = await desk.post(trigger('seaart'), '{"challenge":"c"}');
	expect([answer.status, answer.items]).toEqual([404, undefined]);
});

test('the callback and a poll at the same time deliver the clip once', async () => {
	const node = trigger('minimax');
	const taskId = await silentTask('minimax');
	const [, polled] = await Promise.all([
		Promise.all([post(node, taskId), post(node, taskId)]),
		world.getStatus('minimax', taskId),
	]);
	expect(polled.json.status).toBe('succeeded');
	expect(desk.started).toHaveLength(1);
});

test('what is remembered is bounded, and the oldest goes first', async () => {
	const node = trigger('minimax', { confirmWithProvider: false });
	for (let n = 0; n < 2100; n++) await post(node, `task-${n}`);
	expect(desk.started).toHaveLength(2100);
	const saved = desk.database.get(node.id);
	expect(saved.match(/task-\d+/g).length).toBeLessThanOrEqual(2000);
	expect(saved.length).toBeLessThan(200_000);
	desk.restart();
	await post(node, 'task-2099');
	await post(node, 'task-1000');
	expect(desk.started).toHaveLength(2100);
}, 30_000);

test('what is remembered is known for longer than ToAPIs repeats, and then forgotten', async () => {
	const node = trigger('minimax');
	const taskId = await silentTask('minimax');
	const started = [];
	const now = Date.now();
	for (const hours of [0, 32, 240]) {
		const clock = jest.spyOn(Date, 'now').mockReturnValue(now + hours * 3_600_000);
		await post(node, taskId);
		started.push(desk.started.length);
		clock.mockRestore();
	}
	expect(started).toEqual([1, 1, 2]);
});

test('static data of a stranger does not harm', async () => {
	const lists = [null, 7, 'x', '[', '{}', '[7]', '[[1,2],["a"]]', [], { a: 'b' }];
	for (const saved of [...lists.map((seen) => ({ seen })), null, 7, 'x', []]) {
		const node = trigger('minimax');
		desk.database.set(node.id, JSON.stringify({ 'node:Trigger': saved }));
		const before = desk.started.length;
		await post(node, await silentTask('minimax'));
		expect(desk.started).toHaveLength(before + 1);
	}
});
