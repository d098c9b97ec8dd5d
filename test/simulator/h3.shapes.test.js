'use strict';

/**
 * Hailuo 3, balances and prices: every documented request is taken as it stands, and every documented answer is
 * given, with its fields, their types and their order.
 */

const { startSimulator } = require('.');
const { providers } = require('../contract/samples-h3.json');
const { call, shapeOf, startReceiver } = require('./support');

const ALL = providers.flatMap(({ provider, samples }) =>
	samples.map((one) => ({ ...one, provider })),
);
const sample = (id) => ALL.find((one) => one.id === id);

/** Why a sample is not here. */
const LEFT_OUT = {
	'sa.user_balance.res': 'another host, and the login token of a person: no call of an API key',
};

/** Each sample is used once by a test below; the last test counts them. */
const used = new Set();

const WEEK = 7 * 24 * 3_600_000;

let sim;
let time;

beforeAll(async () => {
	sim = await startSimulator({
		taskMs: 1000,
		queueMs: 1000,
		now: () => time,
		callbacks: false,
	});
});
afterAll(() => sim.close());
beforeEach(() => {
	time = 1_785_225_940_000;
	sim.reset();
});

function expectSample(reply, id) {
	used.add(id);
	const { body, http_status } = sample(id);
	expect(reply.status).toBe(http_status);
	expect(shapeOf(reply.json)).toEqual(shapeOf(body));
}

/** Sends a documented request as it stands. */
function send(id, changes = {}, more = {}) {
	used.add(id);
	const { provider, method, path, body } = sample(id);
	return call(sim, provider, `${method} ${path}`, { ...body, ...changes }, more);
}

const IDS = {
	minimax: (json) => json.task_id,
	wavespeed: (json) => json.data.id,
	toapis: (json) => json.id,
	pixazo: (json) => json.request_id,
};

const isOrder = ({ kind, operation }) =>
	kind === 'request' && ['submit', 'context_ir'].includes(operation);

test.each(ALL.filter(isOrder).map(({ id, provider }) => [id, provider]))(
	'takes %s',
	async (id, provider) => {
		const reply = await send(id);
		expect([reply.status, sim.paid(provider)]).toEqual([200, 1]);
		expect(IDS[provider](reply.json)).toBe(sim.tasks[0].id);
		expect(sim.tasks[0].order).toEqual(sample(id).body);
	},
);

describe('minimax, version 2', () => {
	const path = '/v2/query/video_generation';
	const ask = (id) => call(sim, 'minimax', `GET ${path}/${id}`);
	const drop = (id) => call(sim, 'minimax', `DELETE /v2/video_generation/${id}`);
	async function order(id = 'mm2.submit.t2v.req', changes = {}) {
		const { json } = await send(id, changes);
		return json.task_id;
	}
	const run = () => (time += 1500);
	const finish = () => (time += 2000);

	test('a task, from its order to its clip', async () => {
		const reply = await send('mm2.submit.t2v.req');
		expectSample(reply, 'mm2.submit.res');
		const id = reply.json.task_id;
		expect(id).toMatch(/^\d{15}$/);
		expectSample(await ask(id), 'mm2.status.queued.res');
		run();
		expectSample(await ask(id), 'mm2.status.running.res');
		run();
		const done = await ask(id);
		expectSample(done, 'mm2.status.succeeded.res');
		expect(done.json.task).toMatchObject({
			id,
			model: 'MiniMax-H3',
			resolution: '2K',
			duration: 5,
			ratio: '16:9',
			usage: { total_seconds: 5, input_seconds: 0, output_seconds: 5, input_image_count: 0 },
		});
		expect((await fetch(done.json.task.content.url)).status).toBe(200);
	});

	test('each query gives a fresh link', async () => {
		const id = await order();
		finish();
		const links = [await ask(id), await ask(id)].map(({ json }) => json.task.content.url);
		expect(new Set(links).size).toBe(2);
	});

	test('usage counts references, and tokens where there is sound', async () => {
		const id = await order('mm2.submit.r2v.mixed.req');
		finish();
		const reply = await ask(id);
		expectSample(reply, 'mm2.status.succeeded.tokens.res');
		expect(reply.json.task.usage).toMatchObject({ input_image_count: 2, output_seconds: 10 });
		const clip = await order('mm2.submit.r2v.req');
		finish();
		const { usage } = (await ask(clip)).json.task;
		expect(usage.total_seconds).toBe(usage.input_seconds + usage.output_seconds);
		expect(usage.input_seconds).toBeGreaterThan(0);
	});

	test('a failure carries its code as text', async () => {
		const id = await order('mm2.submit.t2v.req', {
			content: [{ type: 'text', text: 'a cat sim:blocked' }],
		});
		finish();
		const reply = await ask(id);
		expectSample(reply, 'mm2.status.failed.res');
		expect(reply.json.task.error.code).toBe('1026');
	});

	test('what waits is cancelled, what has ended is deleted, what runs is refused', async () => {
		const waiting = await order();
		expectSample(await drop(waiting), 'mm2.cancel.res');
		expectSample(await ask(waiting), 'mm2.status.cancelled.res');
		const twice = await drop(waiting);
		expect([twice.status, twice.json.error.message]).toEqual([
			400,
			'invalid params, status is cancelled (2013)',
		]);

		const running = await order();
		run();
		const refused = await drop(running);
		expectSample(refused, 'mm2.cancel.running.res');
		expect(refused.json.error).toEqual(sample('mm2.cancel.running.res').body.error);
		expect((await ask(running)).json.task.status).toBe('running');

		finish();
		const link = (await ask(running)).json.task.content.url;
		expectSample(await drop(running), 'mm2.delete.res');
		const gone = await ask(running);
		expect([gone.status, gone.json.error.message]).toEqual([
			400,
			'invalid params, invalid task_id (2013)',
		]);
		expect((await fetch(link)).status).toBe(404);
		expect(sim.paid()).toBe(2);
	});

	test('a list, filtered and page by page', async () => {
		await order();
		await order('mm2.submit.h3max.t2v.req');
		await order('mm2.submit.h3max.t2v.req');
		run();
		const waiting = await order();
		const get = async (query) => {
			const reply = await call(sim, 'minimax', `GET ${path}?${query}`);
			return reply.json.items.map(({ model, status }) => `${model} ${status}`);
		};
		const page = await call(
			sim,
			'minimax',
			`GET ${path}?page_num=1&page_size=1&filter.status=running`,
		);
		expectSample(page, 'mm2.list.res');
		expect(page.json.total).toBe(3);
		expect(await get('filter.status=running&page_size=2&page_num=2')).toEqual([
			'MiniMax-H3 running',
		]);
		expect(await get('filter.model=MiniMax-H3-Max')).toHaveLength(2);
		expect(await get(`filter.task_ids=${waiting}&filter.task_ids=1`)).toEqual([
			'MiniMax-H3 queued',
		]);
		expect(await get('filter.task_type=regeneration')).toEqual([]);
		for (const bad of ['page_size=0', 'filter.status=done', 'frobnicate=1']) {
			expect((await call(sim, 'minimax', `GET ${path}?${bad}`)).status).toBe(400);
		}
		const other = await call(sim, 'minimax', `GET ${path}`, undefined, { key: 'another-key' });
		expect(other.json).toEqual({ items: [], total: 0 });
	});

	test('a week later nothing is remembered', async () => {
		const id = await order();
		time += WEEK - 1;
		expect((await ask(id)).json.task.status).toBe('succeeded');
		time += 1;
		expect((await ask(id)).status).toBe(400);
		expect((await call(sim, 'minimax', `GET ${path}`)).json.total).toBe(0);
	});

	test('versions 1 and 2 do not know the tasks of each other', async () => {
		const { json } = await call(sim, 'minimax', 'POST /v1/video_generation', {
			model: 'MiniMax-Hailuo-02',
			prompt: 'a cat',
		});
		expect((await ask(json.task_id)).status).toBe(400);
		const id = await order();
		const one = await call(sim, 'minimax', `GET /v1/query/video_generation?task_id=${id}`);
		expect(one.json.base_resp.status_code).toBe(2013);
	});

	test.each([
		['mm2.error.params.res', { content: [{ type: 'text', text: ' ' }] }, {}],
		['mm2.error.auth.res', {}, { headers: { authorization: undefined } }],
		['mm2.error.content.res', { content: [{ type: 'text', text: 'a cat sim:reject' }] }, {}],
		['mm2.error.rate.res', { content: [{ type: 'text', text: 'a cat sim:ratelimit' }] }, {}],
	])('%s', async (id, changes, more) => {
		const reply = await send('mm2.submit.t2v.req', changes, more);
		expectSample(reply, id);
		expect(reply.json.error).toEqual(sample(id).body.error);
		expect(sim.paid()).toBe(0);
	});

	/** @type {Array<[string, { business?: string, status?: number, body?: undefined }]>} */
	const deeds = [
		['mm2.error.balance.res', { business: 'balance' }],
		['mm2.error.server.res', { business: 'transient' }],
		['mm2.error.overload.res', { status: 529, body: undefined }],
	];

	test.each(deeds)('%s', async (id, deed) => {
		sim.fault({ kind: 'submit', do: deed });
		const reply = await send('mm2.submit.t2v.req');
		expectSample(reply, id);
		const { type, message } = sample(id).body.error;
		expect(reply.json.error.type).toBe(type);
		if (deed.business) expect(reply.json.error.message).toBe(message);
	});

	test('a wrong key is told from a missing one', async () => {
		const { status, json } = await send('mm2.submit.t2v.req', {}, { key: 'wrong-key' });
		expect([status, json.error.message]).toEqual([401, 'invalid api key (2049)']);
	});

	test('a 768P clip is made again in 2K, from its task or from its file', async () => {
		const source = sample('mm2.regen.source.req').body.source_task_id;
		sim.outcome({ id: source });
		await order('mm2.submit.seed.req');
		expect((await send('mm2.regen.source.req')).status).toBe(400);
		finish();
		const again = await send('mm2.regen.source.req');
		expect(again.json.task_id).toBeDefined();
		const base = await send('mm2.regen.base.req');
		finish();
		for (const { json } of [again, base]) {
			const reply = await ask(json.task_id);
			expectSample(reply, 'mm2.regen.res');
			expect(reply.json.task).toMatchObject({ resolution: '2K', ratio: '' });
		}
	});

	test('Context-IR gives a text', async () => {
		const { json } = await send('mm2.ir.req');
		finish();
		expectSample(await ask(json.task_id), 'mm2.ir.res');
	});

	test('material is uploaded, and its number is past 2^53', async () => {
		const form = new FormData();
		form.append('purpose', 'video_generation_input');
		form.append('file', new Blob([Buffer.from('ID3\u0003')]), 'sound.mp3');
		const response = await fetch(`${sim.baseUrl('minimax')}/v1/files/upload`, {
			method: 'POST',
			headers: { authorization: 'Bearer k' },
			body: form,
		});
		const text = await response.text();
		expectSample({ status: response.status, json: JSON.parse(text) }, 'mm2.upload.res');
		const [, id] = /"file_id":(\d+)/.exec(text);
		expect(Number.isSafeInteger(Number(id))).toBe(false);
	});
});

describe('callbacks of version 2', () => {
	let live;
	let receiver;

	beforeAll(async () => {
		receiver = await startReceiver();
		live = await startSimulator({ taskMs: 40, queueMs: 40, challengeMs: 150, callbackMs: 150 });
	});
	afterAll(() => Promise.all([live.close(), receiver.close()]));
	beforeEach(() => {
		live.reset();
		receiver.got.length = 0;
		receiver.answer = receiver.echo;
	});

	const order = () => {
		const { method, path, body } = sample('mm2.submit.t2v.full.req');
		const changed = { ...body, callback_url: receiver.url };
		return call(live, 'minimax', `${method} ${path}`, changed);
	};
	const expectCall = (json, id) => {
		used.add(id);
		expect(shapeOf(json)).toEqual(shapeOf(sample(id).body));
	};

	test('a challenge, then every change in the words of the status answer', async () => {
		const { json } = await order();
		await live.calledBack(json.task_id);
		const [challenge, running, succeeded, ...rest] = receiver.got.map((one) => one.json);
		expectCall(challenge, 'mm2.callback.challenge.req');
		expectCall(running, 'mm2.callback.running');
		expectCall(succeeded, 'mm2.callback.succeeded');
		expect([running.task.status, succeeded.task.status, rest.length]).toEqual([
			'running',
			'succeeded',
			0,
		]);
		expect((await fetch(succeeded.task.content.url)).status).toBe(200);
	});

	test('a cancelled task is told, too, and never as running', async () => {
		live.outcome({ queueMs: 60_000 });
		const { json } = await order();
		await call(live, 'minimax', `DELETE /v2/video_generation/${json.task_id}`);
		const told = await live.callBack(json.task_id);
		expect(told).toHaveLength(1);
		expect(await live.callBack(json.task_id, { event: 'processing' })).toEqual([]);
		expect(receiver.got.at(-1).json.task).toMatchObject({ status: 'cancelled', usage: {} });
	});

	test('an address that does not answer is refused with the order', async () => {
		receiver.answer = () => ({ status: 200, body: { hello: 1 } });
		const reply = await order();
		expectSample(reply, 'mm2.error.hook.res');
		expect(reply.json.error).toEqual(sample('mm2.error.hook.res').body.error);
		expect(live.paid()).toBe(0);
	});
});

describe('the others', () => {
	test("ToAPIs' answer is its usual one", async () => {
		expectSample(await send('ta.h3.t2v.req'), 'ta.h3.submit.res');
	});

	test('Pixazo: what is guessed of it', async () => {
		const path = '/v2/requests/status';
		const reply = await send('px.h3.t2v.req');
		expectSample(reply, 'px.h3.submit.res');
		expect(reply.json.polling_url).toBe(`${sim.baseUrl('pixazo')}${path}/${reply.json.request_id}`);
		time += 2000;
		const done = await call(sim, 'pixazo', `GET ${path}/${reply.json.request_id}`);
		expectSample(done, 'px.h3.status.res');

		const failed = await send('px.h3.t2v.req', { prompt: 'a cat sim:blocked' });
		time += 2000;
		const { json } = await call(sim, 'pixazo', `GET ${path}/${failed.json.request_id}`);
		expect(json).toMatchObject({ status: 'ERROR', error: 'Content policy violation' });
	});

	test.each([
		['minimax', '/v1/video_generation', 'MiniMax-H3'],
		['toapis', '/v1/videos/generations', 'MiniMax-H3-Max'],
		['gptge', '/task/minimax/v1/video_generation', 'MiniMax-H3'],
	])('%s does not sell it at %s', async (provider, path, model) => {
		await call(sim, provider, `POST ${path}`, { model, prompt: 'a cat' });
		expect(sim.paid()).toBe(0);
	});

	test.each(['ws.h3.off.r2v.req', 'ws.h3.open.i2v.req'])(
		'WaveSpeed: the path is the model, ids are 32 hex digits (%s)',
		async (id) => {
			const { json } = await send(id);
			const model = sample(id).path.replace('/api/v3/', '');
			expect(json.data).toMatchObject({
				model,
				id: expect.stringMatching(/^[0-9a-f]{32}$/),
				status: 'created',
			});
		},
	);
});

describe('money', () => {
	test.each([
		['minimax', 'mm.balance.res'],
		['minimax', 'mm.tokenplan.res'],
		['wavespeed', 'ws.balance.res'],
		['toapis', 'ta.user_balance.res'],
		['gptge', 'va.quota.res'],
		['gptge', 'va.usage.res'],
	])('%s: %s', async (provider, id) => {
		const { path, query = {} } = sample(id);
		const target = `GET ${path}?${new URLSearchParams(query)}`.replace(/\?$/, '');
		expectSample(await call(sim, provider, target), id);
		const bad = await call(sim, provider, target, undefined, { key: 'bad-key' });
		expect(shapeOf(bad.json)).not.toEqual(shapeOf(sample(id).body));
		expect(sim.paid()).toBe(0);
		expect(sim.requests[0].kind).toBe('account');
	});

	test('balances that a test says', async () => {
		for (const provider of ['minimax', 'wavespeed', 'toapis', 'gptge']) {
			sim.money({ provider, balance: 3.5, used: 1.25 });
		}
		const get = async (provider, path) => (await call(sim, provider, `GET ${path}`)).json;
		expect((await get('minimax', '/account/query_balance')).available_amount).toBe('3.50');
		expect((await get('wavespeed', '/api/v3/balance')).data.balance).toBe(3.5);
		expect((await get('toapis', '/v1/balance')).remain_balance).toBe(3.5);
		const limit = await get('gptge', '/v1/dashboard/billing/subscription');
		const use = await get('gptge', '/v1/dashboard/billing/usage');
		expect(limit.hard_limit_usd - use.total_usage / 100).toBe(3.5);

		for (const provider of ['toapis', 'gptge']) sim.money({ provider, unlimited: true });
		sim.money({ provider: 'toapis', credits: true });
		expect(await get('toapis', '/user/balance')).toEqual({
			success: true,
			remain_balance: -1,
			used_balance: 1.25,
			unlimited_quota: true,
			remain_credits: -1,
			used_credits: 250,
		});
		const free = await get('gptge', '/v1/dashboard/billing/subscription');
		expect(free.hard_limit_usd).toBe(100_000_000);
		expect(() => sim.money({ provider: 'seaart', balance: 1 })).toThrow(/provider/);
		expect(() => sim.money({ provider: 'toapis', balanse: 1 })).toThrow(/balanse/);
		expect(() => sim.money({ provider: 'toapis', balance: 'much' })).toThrow(/balance/);
	});

	test('a price, without a task', async () => {
		const reply = await send('ws.price.req');
		expectSample(reply, 'ws.price.res');
		expect(reply.json.data).toMatchObject({ price: 0.4, discounted_price: 0.2 });
		const unknown = await send('ws.price.req', { model_id: 'minimax/h4/text-to-video' });
		expectSample(unknown, 'ws.price.err.res');
		expect(sim.requests.map(({ kind }) => kind)).toEqual(['price', 'price']);
		expect(sim.paid()).toBe(0);
	});

	test.each([
		['minimax/h3/text-to-video', { duration: 6, resolution: '2k' }, 0.84],
		['minimax/h3/image-to-video', { duration: 4 }, 0.4],
		['wavespeed-ai/minimax-h3/text-to-video', { duration: 10, resolution: '1080p' }, 1.6],
		['wavespeed-ai/minimax-h3/reference-to-video', {}, 0.2],
		['minimax/hailuo-2.3/t2v-standard', { duration: 6 }, 0.23],
		['minimax/hailuo-2.3/i2v-standard', { duration: 10 }, 0.56],
		['minimax/hailuo-02/i2v-pro', {}, 0.49],
		['minimax/hailuo-02/fast', { duration: 10 }, 0.15],
		['minimax/hailuo-2.3/fast-pro', {}, 0.33],
	])('%s %j', async (model_id, inputs, price) => {
		const { json } = await call(sim, 'wavespeed', 'POST /api/v3/model/price', { model_id, inputs });
		expect(json.data.price).toBe(price);
		const { json: bare } = await call(sim, 'wavespeed', 'POST /api/v3/model/price', { model_id });
		expect(bare.data.price).toBeGreaterThan(0);
	});

	test('a price that fails, or is nonsense', async () => {
		sim.fault({ kind: 'price', do: { status: 500 } });
		expect((await send('ws.price.req')).status).toBe(500);
		sim.fault({ kind: 'price', do: { shape: true } });
		expect((await send('ws.price.req')).json.data).toBeUndefined();
		sim.money({ provider: 'wavespeed', price: 'free', discounted: null, currency: 'CNY' });
		expect((await send('ws.price.req')).json.data).toMatchObject({
			price: 'free',
			discounted_price: null,
			currency: 'CNY',
		});
		expect((await send('ws.price.req', { inputs: [] })).json.code).toBe(400);
		expect((await send('ws.price.req', { model_id: undefined })).json.code).toBe(400);
	});

	test('over HTTP', async () => {
		const post = (body) =>
			fetch(`${sim.url}/_simulator/money`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
		expect((await post({ provider: 'wavespeed', balance: 1 })).status).toBe(200);
		expect((await call(sim, 'wavespeed', 'GET /api/v3/balance')).json.data.balance).toBe(1);
		expect((await post({ balance: 1 })).status).toBe(400);
	});
});

test('every sample has been sent or received', () => {
	expect(ALL.map(({ id }) => id).filter((id) => !used.has(id))).toEqual(Object.keys(LEFT_OUT));
});
