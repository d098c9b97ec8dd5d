'use strict';

/** Every answer has the fields, types and field order of the documented sample. */

const { startSimulator } = require('.');
const { PROVIDERS, WAYS, call, sample, shapeOf, submit, submitsOf } = require('./support');

let sim;
let time;

beforeAll(async () => {
	sim = await startSimulator({
		taskMs: 1000,
		queueMs: 1000,
		now: () => time,
		webhookUrl: 'https://n8n.example.com/hook',
		callbacks: false,
	});
});
afterAll(() => sim.close());
beforeEach(() => {
	time = 1_768_380_222_000;
	sim.reset();
});

const expectSample = (reply, id) => {
	const { body, status } = sample(id);
	expect(reply.status).toBe(status);
	expect(shapeOf(reply.json)).toEqual(shapeOf(body));
};

describe.each(PROVIDERS)('%s', (provider) => {
	test.each(submitsOf(provider).map((one) => [one.id, one]))(
		'takes the documented request %s as it stands',
		async (_id, { method, path, body }) => {
			const reply = await call(sim, provider, `${method} ${path}`, body);
			expect(reply.status).toBe(200);
			expect(sim.paid(provider)).toBe(1);
			expect(WAYS[provider].id(reply.json)).toBe(sim.tasks[0].id);
			expect(sim.tasks[0]).toMatchObject({ provider, paid: true, order: body });
		},
	);
});

const AUTH = { headers: { authorization: undefined, 'ocp-apim-subscription-key': undefined } };

/** @type {Array<[string, string, { queued?: string, processing: string }]>} */
const ANSWERS = [
	['minimax', 'mm', { queued: 'mm.status.queued.res', processing: 'mm.status.processing.res' }],
	['gptge', 'va', { processing: 'va.status.processing.flat.res' }],
	['wavespeed', 'ws', { processing: 'ws.status.processing.res' }],
	['seaart', 'sa', { queued: 'sa.status.queued.res', processing: 'sa.status.progress.res' }],
	['toapis', 'ta', { queued: 'ta.status.queued.res', processing: 'ta.status.progress.res' }],
	['pixazo', 'px', { processing: 'px.status.processing.res' }],
];

describe.each(ANSWERS)('%s answers as documented', (provider, prefix, running) => {
	const finished = {
		minimax: 'mm.status.success.res',
		gptge: 'va.status.success.flat.res',
		wavespeed: 'ws.status.completed.res',
		seaart: 'sa.status.completed.res',
		pixazo: 'px.status.success.res',
	};
	const failed = { minimax: 'mm.status.fail.res', pixazo: 'px.status.fail.res' };
	const ask = (id) => call(sim, provider, ...WAYS[provider].status(id));

	test('to a submit', async () => {
		expectSample(await submit(sim, provider), `${prefix}.submit.res`);
	});

	test('while the task waits and runs', async () => {
		const { id } = await submit(sim, provider);
		if (running.queued) expectSample(await ask(id), running.queued);
		time += 1500;
		expectSample(await ask(id), running.processing);
		expect(sim.phase(sim.tasks[0])).toBe('processing');
	});

	test('when it is finished', async () => {
		const { id } = await submit(sim, provider);
		time += 2000;
		const reply = await ask(id);
		if (finished[provider]) expectSample(reply, finished[provider]);
		else expect(reply.json).toMatchObject({ status: 'completed', progress: 100 });
	});

	test('when it failed', async () => {
		sim.outcome({ provider, status: 'failed', category: 'content' });
		const { id } = await submit(sim, provider);
		time += 2000;
		const reply = await ask(id);
		const samples = {
			...failed,
			wavespeed: 'ws.status.failed.res',
			seaart: 'sa.status.failed.res',
		};
		if (samples[provider]) expectSample(reply, samples[provider]);
		if (provider === 'toapis') expectSample(reply, 'ta.status.failed.res');
		if (provider === 'gptge') {
			expect(reply.json).toMatchObject({ status: 'Fail', base_resp: { status_code: 1027 } });
		}
	});

	test('to a call without a key', async () => {
		const reply = await submit(sim, provider, {}, AUTH);
		const id = provider === 'wavespeed' ? 'ws.error.envelope.res' : `${prefix}.error.auth.res`;
		expectSample(reply, provider === 'gptge' ? 'va.error.relay.res' : id);
		expect(sim.paid()).toBe(0);
	});
});

test('MiniMax tells a wrong key from a missing one, though not always', async () => {
	const { json } = await submit(sim, 'minimax', {}, { key: 'wrong-key' });
	expect(json.base_resp.status_code).toBe(2049);
	const bad = await submit(sim, 'minimax', {}, { key: 'bad-key' });
	expect(bad.json.base_resp.status_code).toBe(1004);
});

test.each([
	['minimax', '/v1/files/retrieve', 'mm.result.res'],
	['gptge', '/task/minimax/v1/files/retrieve', 'va.result.res'],
])(
	'%s: the file id is a string in the status and a number past 2^53 in the file',
	async (provider, path, id) => {
		const task = await submit(sim, provider);
		time += 2000;
		const { json } = await call(sim, provider, ...WAYS[provider].status(task.id));
		expect(typeof json.file_id).toBe('string');
		expect(Number.isSafeInteger(Number(json.file_id))).toBe(false);

		const first = await call(sim, provider, `GET ${path}?file_id=${json.file_id}`);
		expectSample(first, id);
		expect(first.text).toContain(`"file_id":${json.file_id},`);
		expect(String(first.json.file.file_id)).not.toBe(json.file_id);
		const second = await call(sim, provider, `GET ${path}?file_id=${json.file_id}`);
		expect(second.json.file.download_url).not.toBe(first.json.file.download_url);
	},
);

test.each([
	['data', 'va.status.enveloped.res'],
	['respData', 'va.status.enveloped.res'],
	['newapi', 'va.status.newapi.res'],
])('gpt.ge can answer in the envelope %s', async (envelope, id) => {
	sim.outcome({ provider: 'gptge', envelope });
	const task = await submit(sim, 'gptge');
	time += 2000;
	const reply = await call(sim, 'gptge', `GET /task/${task.id}`);
	expectSample(reply, id);
	if (envelope === 'respData') {
		expect(JSON.parse(reply.json.data.resp_data)).toMatchObject({ status: 'Success' });
		expect(reply.json.data.video_url).toBe('');
	}
});

test("gpt.ge answers 404 on MiniMax's status path", async () => {
	const { id } = await submit(sim, 'gptge');
	const target = `GET /task/minimax/v1/query/video_generation?task_id=${id}`;
	expect((await call(sim, 'gptge', target)).status).toBe(404);
	const own = `GET /v1/query/video_generation?task_id=${id}`;
	expect((await call(sim, 'gptge', own)).status).toBe(404);
});

describe('seaart', () => {
	const at = (id, end) => `/v1/queue/minimax_hailuo_02_i2v/requests/${id}/${end}`;

	test('answers 202 until the result is there', async () => {
		const { id } = await submit(sim, 'seaart');
		time += 1500;
		expectSample(await call(sim, 'seaart', `GET ${at(id, 'response')}`), 'sa.result.pending.res');
		time += 500;
		expectSample(await call(sim, 'seaart', `GET ${at(id, 'response')}`), 'sa.result.ok.res');
	});

	test('cancels by PUT, once', async () => {
		const { id } = await submit(sim, 'seaart');
		expectSample(await call(sim, 'seaart', `PUT ${at(id, 'cancel')}`), 'sa.cancel.accepted.res');
		const { json } = await call(sim, 'seaart', `GET ${at(id, 'status')}`);
		expect(json).toEqual({ ...sample('sa.status.canceled.res').body, request_id: id });
		expectSample(await call(sim, 'seaart', `PUT ${at(id, 'cancel')}`), 'sa.cancel.late.res');
	});

	test('can let a cancel come to nothing', async () => {
		sim.outcome({ ignoreCancel: true });
		const { id } = await submit(sim, 'seaart');
		await call(sim, 'seaart', `PUT ${at(id, 'cancel')}`, {});
		const { json } = await call(sim, 'seaart', `GET ${at(id, 'status')}`);
		expect(json.status).toBe('IN_QUEUE');
	});

	test('knows the newer form of a failure', async () => {
		sim.outcome({ status: 'failed', category: 'content', errorObject: true });
		const { id } = await submit(sim, 'seaart');
		time += 2000;
		expectSample(await call(sim, 'seaart', `GET ${at(id, 'status')}`), 'sa.status.failed.obj.res');
	});

	test('finds a task only under its slug', async () => {
		const { id } = await submit(sim, 'seaart');
		const target = `GET /v1/queue/minimax_hailuo_23_i2v/requests/${id}/status`;
		expectSample(await call(sim, 'seaart', target), 'sa.error.req_notfound.res');
	});

	test('takes its other key scheme', async () => {
		const reply = await submit(sim, 'seaart', {}, { headers: { authorization: 'Key abc' } });
		expect(reply.status).toBe(200);
	});
});

describe('wavespeed', () => {
	test('stops a running prediction', async () => {
		const { id } = await submit(sim, 'wavespeed');
		expectSample(await call(sim, 'wavespeed', `DELETE /api/v3/predictions/${id}`), 'ws.cancel.res');
		const { json } = await call(sim, 'wavespeed', `GET /api/v3/predictions/${id}`);
		expect(json.data.status).toBe('cancelled');
		expect(sim.tasks[0].canceledAt).toBe(time);
	});

	test('destroys a finished one: result and video are gone', async () => {
		const { id } = await submit(sim, 'wavespeed');
		time += 2000;
		const url = await WAYS.wavespeed.video(sim, id);
		expectSample(await call(sim, 'wavespeed', `DELETE /api/v3/predictions/${id}`), 'ws.cancel.res');
		expect((await call(sim, 'wavespeed', `GET /api/v3/predictions/${id}/result`)).status).toBe(404);
		expect((await fetch(url)).status).toBe(404);
		expect(sim.tasks[0].deletedAt).toBe(time);
		expect(sim.paid()).toBe(1);
	});

	test('tells its balance', async () => {
		const { json } = await call(sim, 'wavespeed', 'GET /api/v3/balance');
		expect(json).toEqual({ code: 200, message: 'success', data: { balance: 10.5 } });
	});
});

describe('toapis', () => {
	test('finds the newest task by the business id, with the same key only', async () => {
		await submit(sim, 'toapis', { client_business_id: 'order/1' });
		const { id } = await submit(sim, 'toapis', { client_business_id: 'order/1' });
		time += 2000;
		const target = 'GET /v1/videos/generations/order%2F1';
		const reply = await call(sim, 'toapis', target);
		expectSample(reply, 'ta.status.completed.res');
		expect(reply.json.id).toBe(id);
		expect((await call(sim, 'toapis', target, undefined, { key: 'another-key' })).status).toBe(404);
	});

	test('tells its balance', async () => {
		expectSample(await call(sim, 'toapis', 'GET /v1/balance'), 'ta.balance.res');
	});
});

test.each(['minimax', 'gptge'])('%s lists its models for the credential test', async (provider) => {
	const good = await call(sim, provider, 'GET /v1/models');
	expect(good.json.data.map(({ id }) => id)).toContain('MiniMax-Hailuo-02');
	const bad = await call(sim, provider, 'GET /v1/models', undefined, { key: 'bad-key' });
	expect(bad.json.data).toBeUndefined();
});

test.each(PROVIDERS)('%s: an unknown task is its own "not found"', async (provider) => {
	const { status, json } = await call(sim, provider, ...WAYS[provider].status('123'));
	const samples = { seaart: 'sa.error.req_notfound.res', toapis: 'ta.error.notfound.res' };
	if (samples[provider]) expect(json).toEqual(sample(samples[provider]).body);
	else if (provider === 'wavespeed') expect([status, json.code]).toEqual([404, 404]);
	else expect([status, json.base_resp.status_code]).toEqual([200, 2013]);
});
