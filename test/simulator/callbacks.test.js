'use strict';

/** The simulator calls back as each gateway does: challenge, messages, signatures, repeats, mischief. */

const { createHmac } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');
const { startSimulator } = require('.');
const { providers } = require('../contract/samples.json');
const { call, sample, shapeOf, startReceiver, submit } = require('./support');

/**
 * The documented callbacks: they are no answers, so the simulator's own samples leave them out.
 *
 * @param {string} id
 * @returns {any}
 */
const documented = (id) =>
	/** @type {any[]} */ (providers).flatMap(({ samples }) => samples).find((one) => one.id === id);

const CHALLENGED = ['minimax', 'gptge', 'pixazo'];
const CALLING = [...CHALLENGED, 'wavespeed', 'toapis'];

// Only against a test that hangs: the machine may be busy.
jest.setTimeout(60_000);

let sim;
let receiver;

beforeAll(async () => {
	receiver = await startReceiver();
	sim = await startSimulator({
		taskMs: 60,
		challengeMs: 150,
		callbackMs: 150,
		callbackScale: 0.001,
		webhookUrl: `${receiver.origin}/webhook/default`,
	});
});
afterAll(() => Promise.all([sim.close(), receiver.close()]));
beforeEach(() => {
	sim.reset();
	receiver.got.length = 0;
	receiver.answer = receiver.echo;
});

/** Submits with a callback address, where each gateway takes it. */
function order(provider, url = receiver.url, on = sim) {
	if (provider !== 'wavespeed') return submit(on, provider, { callback_url: url });
	const { method, path, body } = sample('ws.submit.i2v.req');
	const target = `${method} ${path}?webhook=${encodeURIComponent(url)}`;
	return call(on, provider, target, body).then((reply) => ({ ...reply, id: reply.json.data?.id }));
}

const words = () => receiver.got.map(({ json }) => json.status ?? json.type ?? 'challenge');
const messages = () => receiver.got.filter(({ json }) => !json.challenge);

/** Checks a signature as the gateway's documentation tells its customers to. */
function isGenuine({ headers, raw }, provider, secret = sim.secret(provider), now = Date.now()) {
	const isWaveSpeed = provider === 'wavespeed';
	const prefix = isWaveSpeed ? 'webhook' : 'x-toapis-webhook';
	const [id, time, signature = ''] = ['id', 'timestamp', 'signature'].map(
		(name) => headers[`${prefix}-${name}`],
	);
	const key = isWaveSpeed ? secret.replace('whsec_', '') : secret;
	const digest = createHmac('sha256', key).update(`${id}.${time}.`).update(raw).digest('hex');
	const wanted = isWaveSpeed ? `v3,${digest}` : `v1=${digest}`;
	const isFresh = Math.abs(now / 1000 - Number(time)) <= 300;
	return isFresh && (isWaveSpeed ? signature === wanted : signature.split(',').includes(wanted));
}

const expectShape = (json, id) => expect(shapeOf(json)).toEqual(shapeOf(documented(id).body));

describe.each(CHALLENGED)('%s', (provider) => {
	const refusal = {
		minimax: ({ json }) => json.base_resp.status_code === 2013 && json.base_resp.status_msg,
		gptge: ({ json }) => json.base_resp.status_code === 2013 && json.base_resp.status_msg,
		pixazo: ({ status, json }) => status === 400 && json.error,
	}[provider];

	test('a challenge first, then processing and success, without a link', async () => {
		const { id } = await order(provider);
		expect(words()).toEqual(['challenge']);
		expect(Object.keys(receiver.got[0].json)).toEqual(['challenge']);
		const calls = await sim.calledBack(id);
		expect(words()).toEqual(['challenge', 'processing', 'success']);
		const [, processing, success] = receiver.got;
		expect(new Set(receiver.got.map(({ url }) => url))).toEqual(
			new Set(['/webhook/abc?token=t%201']),
		);
		expectShape(processing.json, 'mm.callback.processing');
		expectShape(success.json, 'mm.callback.success');
		expect(success.json.task_id).toBe(id);
		expect(String(success.raw)).not.toMatch(/http/);
		expect(calls.map(({ kind, event, status }) => [kind, event, status])).toEqual([
			['event', 'processing', 200],
			['event', 'success', 200],
		]);
		expect(sim.callbacks).toHaveLength(3);
		for (const { ms } of sim.callbacks) expect(ms).toBeGreaterThan(0);
	});

	test('failed, with the reason', async () => {
		sim.outcome({ provider, status: 'failed', category: 'content' });
		await sim.calledBack((await order(provider)).id);
		expect(words()).toEqual(['challenge', 'processing', 'failed']);
		expectShape(receiver.got[2].json, 'mm.callback.failed');
	});

	test.each([
		['another challenge', () => ({ status: 200, body: { challenge: 'x' } }), 'same challenge'],
		[
			'the sample server of the documentation',
			() => ({ status: 200, body: { status: 'success' } }),
			'same',
		],
		['another status', ({ json }) => ({ status: 201, body: json }), 'HTTP 201'],
		['a redirect', () => ({ status: 307, headers: { location: '/' }, body: '' }), 'HTTP 307'],
		['not JSON', () => ({ status: 200, body: 'ok' }), 'not JSON'],
		[
			'text that looks like JSON',
			({ json }) => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: json }),
			'not JSON',
		],
		['null', () => ({ status: 200, body: 'null' }), 'not JSON'],
		['nothing', () => undefined, 'no answer within 150 ms'],
	])(
		'an address that answers a challenge with %s is refused, unpaid',
		async (_name, answer, why) => {
			receiver.answer = answer;
			const text = refusal(await order(provider));
			expect(text).toContain('callback_url');
			expect(text).toContain(why);
			expect([sim.paid(), receiver.got.length]).toEqual([0, 1]);
		},
	);

	test('an address where nobody listens is refused', async () => {
		expect(refusal(await order(provider, 'http://127.0.0.1:1/hook'))).toContain('ECONNREFUSED');
		expect(sim.paid()).toBe(0);
	});

	test('the challenge after the answer: the task stands, nothing more is sent if it fails', async () => {
		const later = await startSimulator({ taskMs: 40, challenge: 'after' });
		const good = await order(provider, receiver.url, later);
		await later.calledBack(good.id);
		expect(words()).toEqual(['challenge', 'processing', 'success']);
		receiver.got.length = 0;
		receiver.answer = () => ({ status: 404, body: {} });
		const bad = await order(provider, receiver.url, later);
		await later.calledBack(bad.id);
		expect([words(), later.paid()]).toEqual([['challenge'], 2]);
		await later.close();
	});
});

describe('wavespeed', () => {
	test('one signed message, the flat prediction', async () => {
		const { id } = await order('wavespeed');
		await sim.calledBack(id);
		expect(words()).toEqual(['completed']);
		const [got] = receiver.got;
		expect(got.json).toMatchObject({ id, status: 'completed', error: '' });
		const { input, ...rest } = got.json;
		const { input: _input, ...sampled } = documented('ws.webhook.completed').body;
		expect(shapeOf(rest)).toEqual(shapeOf(sampled));
		expect(input).toHaveProperty('prompt');
		expect(isGenuine(got, 'wavespeed')).toBe(true);
		expect((await fetch(got.json.outputs[0])).status).toBe(200);
	});

	test('failed', async () => {
		sim.outcome({ status: 'failed', category: 'content' });
		await sim.calledBack((await order('wavespeed')).id);
		expect(receiver.got[0].json).toMatchObject({
			status: 'failed',
			outputs: [],
			error: 'Content moderation failed',
		});
	});

	test('nothing about a prediction that was stopped', async () => {
		const { id } = await order('wavespeed');
		await call(sim, 'wavespeed', `DELETE /api/v3/predictions/${id}`);
		expect(await sim.calledBack(id)).toEqual([]);
	});

	test('the account tells its secret, to those with a key', async () => {
		const { json } = await call(sim, 'wavespeed', 'GET /api/v3/webhook/secret');
		expect(json.data.secret).toBe(sim.secret('wavespeed'));
		expect(json.data.secret).toMatch(/^whsec_[0-9a-f]{32}$/);
		const refused = await call(sim, 'wavespeed', 'GET /api/v3/webhook/secret', undefined, {
			key: 'bad',
		});
		expect(refused.status).toBe(401);
	});

	test('is not called back without ?webhook', async () => {
		const { id } = await submit(sim, 'wavespeed');
		await expect(sim.calledBack(id)).rejects.toThrow('No callback address');
	});
});

describe('toapis', () => {
	test('one signed event, at the address of the order', async () => {
		const { id } = await order('toapis');
		await sim.calledBack(id);
		const [got] = receiver.got;
		expect(got.url).toBe('/webhook/abc?token=t%201');
		expect(got.headers['user-agent']).toBe('ToAPIs-Webhook/1.0');
		expect(got.headers['x-toapis-webhook-id']).toBe(got.json.id);
		const { client_business_id: _id, ...data } = documented('ta.webhook.completed').body.data;
		expect(shapeOf(got.json)).toEqual(
			shapeOf({ ...documented('ta.webhook.completed').body, data }),
		);
		expect(got.json).toMatchObject({ type: 'generation.completed', data: { task_id: id } });
		expect(isGenuine(got, 'toapis')).toBe(true);
	});

	test('failed, with the customer’s own reference', async () => {
		sim.outcome({ status: 'failed' });
		const { id } = await submit(sim, 'toapis', { client_business_id: 'order_1' });
		await sim.calledBack(id);
		expect(receiver.got[0].url).toBe('/webhook/default');
		expect(receiver.got[0].json).toMatchObject({
			type: 'generation.failed',
			data: { task_id: id, client_business_id: 'order_1', result: null, progress: 0 },
		});
	});

	test('an order may change path and query of the console’s address, no more', async () => {
		const reply = await order('toapis', 'http://127.0.0.1:1/webhook/default');
		expect([reply.status, reply.json.error.message]).toEqual([
			400,
			expect.stringContaining('scheme, host and port'),
		]);
	});

	test('the console’s trial', async () => {
		const entry = await sim.testEndpoint();
		expect(entry).toMatchObject({
			kind: 'test',
			event: 'endpoint.test',
			status: 200,
			url: `${receiver.origin}/webhook/default`,
		});
		expectShape(receiver.got[0].json, 'ta.webhook.test');
		expect(isGenuine(receiver.got[0], 'toapis')).toBe(true);
		const none = await startSimulator();
		await expect(none.testEndpoint()).rejects.toThrow('webhookUrl');
		await none.close();
	});

	test('both secrets sign for a day', async () => {
		const changed = await startSimulator({
			webhookUrl: receiver.url,
			webhookSecret: 'new',
			webhookSecretBefore: 'old',
		});
		await changed.testEndpoint();
		await changed.close();
		const [got] = receiver.got;
		expect(got.headers['x-toapis-webhook-signature']).toMatch(/^v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/);
		expect(['new', 'old', 'older'].map((one) => isGenuine(got, 'toapis', one))).toEqual([
			true,
			true,
			false,
		]);
	});

	test.each([
		['404', () => ({ status: 404, body: {} })],
		['503', () => ({ status: 503, body: {} })],
		[
			'a redirect, which is not followed',
			() => ({ status: 302, headers: { location: '/elsewhere' }, body: {} }),
		],
		['nothing', () => undefined],
	])('repeats after %s, with the same id and bytes, signed anew', async (_name, refuse) => {
		receiver.answer = (one, count) => (count < 3 ? refuse() : receiver.echo(one));
		const { id } = await order('toapis');
		const calls = await sim.calledBack(id);
		expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
		expect(new Set(receiver.got.map(({ raw }) => String(raw))).size).toBe(1);
		for (const one of receiver.got) expect(isGenuine(one, 'toapis')).toBe(true);
		expect(receiver.got.every(({ url }) => url.startsWith('/webhook/abc'))).toBe(true);
	});

	test('gives up after the published schedule', async () => {
		const quick = await startSimulator({
			taskMs: 1,
			callbackScale: 1e-6,
			webhookUrl: receiver.url,
		});
		receiver.answer = () => ({ status: 500, body: {} });
		const calls = await quick.calledBack((await order('toapis', receiver.url, quick)).id);
		expect(calls.map(({ status }) => status)).toEqual(Array(8).fill(500));
		await quick.close();
		const { callback } = require('./gateways/toapis');
		expect(callback.repeatAfterMs).toEqual(
			[10, 30, 120, 600, 3600, 21_600, 86_400].map((s) => s * 1000),
		);
	});
});

test('SeaArt refuses a callback address, as it does in truth', async () => {
	expect((await order('seaart')).json).toEqual({ detail: 'webhook not supported' });
	expect(receiver.got).toEqual([]);
});

describe.each(CALLING)('mischief: %s', (provider) => {
	const finals = ['success', 'completed', 'generation.completed'];
	const isFinal = ({ json }) => finals.includes(json.status ?? json.type);

	test('duplicates are byte for byte the same', async () => {
		sim.outcome({ callback: { duplicates: 3 } });
		await sim.calledBack((await order(provider)).id);
		const copies = receiver.got.filter(isFinal);
		expect([copies.length, new Set(copies.map(({ raw }) => String(raw))).size]).toEqual([4, 1]);
	});

	test('out of order', async () => {
		sim.outcome({ callback: { outOfOrder: true } });
		await sim.calledBack((await order(provider)).id);
		const all = messages();
		expect(isFinal(all[0])).toBe(true);
		expect(all).toHaveLength(CHALLENGED.includes(provider) ? 2 : 1);
	});

	test('late', async () => {
		sim.outcome({ callback: { delayMs: 80 } });
		const { id } = await order(provider);
		await sim.calledBack(id);
		expect(receiver.got.find(isFinal).at - sim.tasks[0].readyAt).toBeGreaterThanOrEqual(79);
	});

	test('early: the status does not say so yet', async () => {
		sim.outcome({ taskMs: 60_000, callback: { early: true } });
		await sim.calledBack((await order(provider)).id);
		expect([receiver.got.filter(isFinal).length, sim.phase(sim.tasks[0])]).toEqual([
			1,
			'processing',
		]);
	});

	test('silent, until it is asked to call', async () => {
		sim.outcome({ callback: { silent: true } });
		const { id } = await order(provider);
		expect(await sim.calledBack(id)).toEqual([]);
		const first = await sim.callBack(id);
		const again = await sim.callBack(id, { duplicates: 1 });
		expect([first.length, again.length]).toEqual([1, 2]);
		expect(new Set([...first, ...again].map(({ raw }) => raw)).size).toBe(1);
		const running = await sim.callBack(id, { event: 'processing' });
		expect(running).toHaveLength(CHALLENGED.includes(provider) ? 1 : 0);
	});
});

describe.each(['wavespeed', 'toapis'])('signatures: %s', (provider) => {
	test.each(['wrong', 'missing', 'stale', 'future'])('%s', async (signature) => {
		sim.outcome({ callback: { signature } });
		await sim.calledBack((await order(provider)).id);
		const [got] = receiver.got;
		expect(isGenuine(got, provider)).toBe(false);
		const names = Object.keys(got.headers).filter((name) => name.endsWith('webhook-signature'));
		expect(names).toHaveLength(signature === 'missing' ? 0 : 1);
		const shift = { stale: -3600_000, future: 3600_000 }[signature];
		if (shift) expect(isGenuine(got, provider, undefined, Date.now() + shift)).toBe(true);
	});

	test('the documented test vector', () => {
		const { callback } = require(`./gateways/${provider}`);
		const id = { wavespeed: 'ws.webhook.completed', toapis: 'ta.webhook.completed' }[provider];
		const { headers, raw_body: raw, secret_for_test: secret, body } = documented(id);
		const time = Number(Object.entries(headers).find(([name]) => /timestamp/i.test(name))[1]);
		const made = callback.sign({ message: { id: body.id }, seconds: time, raw, secrets: [secret] });
		expect({ ...callback.headers, ...made }).toEqual(
			provider === 'toapis'
				? { ...headers, 'user-agent': headers['User-Agent'], 'User-Agent': undefined }
				: headers,
		);
	});
});

describe('safety', () => {
	test.each([
		'https://example.com/hook',
		'https://127.0.0.1/hook',
		'http://127.0.0.1.example.com/',
		'http://127.0.0.1@example.com/',
		'http://169.254.169.254/latest',
		'http://localhost.example.com/',
		'http://[::ffff:8.8.8.8]/',
	])('%s is never called', async (url) => {
		for (const provider of CALLING) {
			const reply = await order(provider, url);
			expect(reply.text).toMatch(/this machine|public https URL|scheme, host and port/);
		}
		expect([sim.paid(), sim.callbacks.length]).toEqual([0, 0]);
	});

	test('the console’s address neither', async () => {
		await expect(startSimulator({ webhookUrl: 'https://n8n.example.com/' })).rejects.toThrow(
			'on this machine',
		);
	});

	test('a name is not looked up: localhost is this machine', async () => {
		const url = receiver.url.replace('127.0.0.1', 'localhost');
		await sim.calledBack((await order('minimax', url)).id);
		expect(words()).toEqual(['challenge', 'processing', 'success']);
	});

	test('with callbacks off, addresses are taken as documented and nobody is called', async () => {
		const off = await startSimulator({
			taskMs: 1,
			callbacks: false,
			webhookUrl: 'https://n8n.example.com/a',
		});
		for (const provider of CALLING) {
			expect((await order(provider, 'https://n8n.example.com/b', off)).id).toBeDefined();
		}
		await sleep(20);
		expect(off.callbacks).toEqual([]);
		await off.close();
	});

	test('a huge answer is not kept', async () => {
		receiver.answer = () => ({ status: 200, body: 'x'.repeat(1_000_000) });
		const { id } = await order('wavespeed');
		const [entry] = await sim.calledBack(id);
		expect(entry.answer.length).toBeLessThanOrEqual(64 * 1024);
	});

	test.each([
		[{ duplicate: 1 }],
		[{ duplicates: -1 }],
		[{ signature: 'odd' }],
		[{ early: 1 }],
		[[]],
		['x'],
		[null],
	])('a wish that means nothing is refused: %j', (callback) =>
		expect(() => sim.outcome({ callback })).toThrow(TypeError),
	);

	test('reset and close drop what is still to come', async () => {
		sim.outcome({ callback: { delayMs: 50 } });
		await order('wavespeed');
		sim.reset();
		await sleep(150);
		expect([receiver.got, sim.callbacks]).toEqual([[], []]);
		const other = await startSimulator({ taskMs: 50 });
		await order('wavespeed', receiver.url, other);
		await other.close();
		await sleep(100);
		expect(receiver.got).toEqual([]);
		await expect(startSimulator({ challenge: /** @type {any} */ ('never') })).rejects.toThrow(
			'challenge',
		);
	});
});

test('a clock of one’s own moves the callbacks too', async () => {
	let time = 1_768_380_222_000;
	const clocked = await startSimulator({ taskMs: 60_000, now: () => time });
	const { id } = await order('wavespeed', receiver.url, clocked);
	await sleep(60);
	expect(receiver.got).toEqual([]);
	time += 60_000;
	await clocked.calledBack(id);
	expect(isGenuine(receiver.got[0], 'wavespeed', clocked.secret('wavespeed'), time)).toBe(true);
	await clocked.close();
});

test('a hundred tasks at once', async () => {
	const busy = await startSimulator({ taskMs: 60, webhookUrl: receiver.url });
	const all = Array.from({ length: 100 }, (_, index) => CALLING[index % CALLING.length]);
	const made = await Promise.all(all.map((provider) => order(provider, receiver.url, busy)));
	await Promise.all(made.map(({ id }) => busy.calledBack(id)));
	await busy.close();
	const ended = messages().filter(({ json }) => json.status !== 'processing');
	const ids = ended.map(({ json }) => json.task_id ?? json.data?.task_id ?? json.id);
	expect(ids.sort()).toEqual(made.map(({ id }) => id).sort());
});

describe('over HTTP', () => {
	const control = async (path, body) => {
		const options = body && {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		};
		const reply = await fetch(`${sim.url}/_simulator${path}`, options);
		return { status: reply.status, text: await reply.text() };
	};

	test('wishes, one more call, the console’s trial, the list', async () => {
		await control('/outcomes', { callback: { silent: true } });
		const { id } = await order('toapis');
		const again = JSON.parse((await control('/callbacks', { taskId: id, duplicates: 1 })).text);
		expect(again.callbacks.map(({ status }) => status)).toEqual([200, 200]);
		expect((await control('/endpoint-test', {})).status).toBe(200);
		const list = JSON.parse((await control('/callbacks')).text).callbacks;
		expect(list.map(({ event }) => event)).toEqual([
			'generation.completed',
			'generation.completed',
			'endpoint.test',
		]);
		const page = (await control('/')).text;
		for (const provider of ['wavespeed', 'toapis']) expect(page).toContain(sim.secret(provider));
	});

	test('says what is wrong', async () => {
		expect((await control('/callbacks', { taskId: 'none' })).status).toBe(400);
		expect((await control('/outcomes', { callback: { x: 1 } })).text).toContain(
			'Unknown callback wish',
		);
	});
});
