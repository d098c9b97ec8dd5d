'use strict';
/* Paid once: n8n's own retries, re-runs and repeated executions pick up the task that exists. */
const { forgetProcess } = require('../../nodes/HailuoVideo/submit/deduplicationKeys');
const { providerIds } = require('../../nodes/shared/catalog/gateways');
const { hurry, quick, setUp, withPicture } = require('./support');

let world;
beforeAll(async () => {
	hurry(20);
	world = await setUp();
});
afterAll(async () => await world.tearDown());
beforeEach(() => {
	world.simulator.reset();
	forgetProcess();
});

const order = (provider, more = {}) => ({
	provider,
	operation: 'create',
	mode: 'imageToVideo',
	prompt: '={{ $json.prompt ?? "A cat turns its head" }}',
	...quick,
	...more,
});
const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
const paid = () => world.simulator.paid();
const three = ['one', 'two', 'three'].map((prompt) => withPicture({ prompt }));

describe('Retry On Fail, three tries', () => {
	test.each(providerIds)('%s: a failing download buys nothing twice', async (provider) => {
		// five tries of the first execution of the node, then it works
		world.simulator.fault({ provider, kind: 'video', times: 5, do: { status: 503 } });
		const { items, error } = await world.run(order(provider), retry);
		expect(error).toBeUndefined();
		expect(items[0].binary.data).toBeDefined();
		expect(paid()).toBe(1);
	});

	test.each([
		['first', 0],
		['last', 2],
	])('a failing %s item: one paid task per item', async (_which, bad) => {
		const running = world.start(order('toapis'), { ...retry, input: three });
		// the download of one item's video fails in the whole first try
		const culprit = await madeFor(three[bad].json.prompt);
		world.simulator.fault({
			provider: 'toapis',
			kind: 'video',
			times: 5,
			taskId: culprit.id,
			do: { status: 503 },
		});
		const run = await running.promise;
		expect(run.status).toBe('success');
		const [{ data }] = run.data.resultData.runData.Hailuo;
		expect(data.main[0].map(({ json }) => json.status)).toEqual(Array(3).fill('succeeded'));
		expect(paid()).toBe(3);
	});

	/** The task of a prompt, as soon as it has been made. */
	async function madeFor(prompt) {
		for (;;) {
			const task = world.simulator.tasks.find((made) => made.prompt === prompt);
			if (task) return task;
			await new Promise((done) => setTimeout(done, 5));
		}
	}

	test('a first item that cannot be sent, under Continue On Fail, makes n8n run all again: nothing is bought again', async () => {
		const input = [withPicture({ prompt: 'x'.repeat(2001) }), ...three];
		const { items } = await world.run(order('seaart'), {
			...retry,
			input,
			onError: 'continueRegularOutput',
		});
		expect(items.map(({ json }) => json.status)).toEqual([
			undefined,
			'succeeded',
			'succeeded',
			'succeeded',
		]);
		expect(paid()).toBe(3);
	});

	test('an unknown outcome is remembered and not sent again', async () => {
		world.simulator.fault({
			provider: 'minimax',
			kind: 'submit',
			times: 1,
			do: { reset: true, made: true },
		});
		const { error } = await world.run(order('minimax'), retry);
		expect(error.message).toMatch(/is not sent again/);
		expect(error.description).toMatch(/console of MiniMax/);
		expect(paid()).toBe(1);
	});

	test('unless the user says so', async () => {
		world.simulator.fault({ provider: 'minimax', kind: 'submit', times: 1, do: { reset: true } });
		const { items } = await world.run(
			order('minimax', { options: { resubmitUnknown: true } }),
			retry,
		);
		expect(items[0].json.status).toBe('succeeded');
		expect(paid()).toBe(1);
	});

	test('a task that failed for a passing reason gave no video: the next try makes another', async () => {
		world.simulator.outcome({ times: 1, status: 'failed', category: 'generic' });
		const { items } = await world.run(order('wavespeed'), retry);
		expect(items[0].json.status).toBe('succeeded');
		expect(paid()).toBe(2);
	});

	test('content that was refused is not ordered again', async () => {
		world.simulator.outcome({ times: 1, status: 'failed', category: 'content' });
		const { error } = await world.run(order('minimax'), retry);
		expect(error.description).toMatch(/moderation/);
		expect(paid()).toBe(1);
	});
});

test('ToAPIs: a task whose answer was lost is found by our reference', async () => {
	for (const fault of [{ reset: true }, { status: 502 }, { html: true }]) {
		world.simulator.reset();
		world.simulator.fault({
			provider: 'toapis',
			kind: 'submit',
			times: 1,
			do: { ...fault, made: true },
		});
		const { items, error } = await world.run(order('toapis'));
		expect(error).toBeUndefined();
		expect(items[0].json).toMatchObject({
			taskId: world.simulator.tasks[0].id,
			status: 'succeeded',
		});
		expect(paid()).toBe(1);
	}
});

test('equal items are different orders', async () => {
	const { items } = await world.run(order('pixazo'), {
		input: [withPicture(), withPicture()],
	});
	expect(paid()).toBe(2);
	expect(items[0].json.taskId).not.toBe(items[1].json.taskId);
});

describe('Deduplication Key', () => {
	const keyed = (key, more = {}) =>
		order('gptge', { options: { deduplicationKey: key }, completion: 'return', ...more });

	test('the same key gets the same task, in a later execution and at the same moment', async () => {
		const both = await Promise.all([world.run(keyed('k1')), world.run(keyed('k1'))]);
		const later = await world.run(keyed('k1', completedLater));
		const ids = [...both, later].map(({ items }) => items[0].json.taskId);
		expect(new Set(ids).size).toBe(1);
		expect(paid()).toBe(1);
	});
	const completedLater = { completion: 'wait' };

	test('two items with one key share a task', async () => {
		const { items } = await world.run(keyed('k2'), { input: three.slice(0, 2) });
		expect(items[0].json.taskId).toBe(items[1].json.taskId);
		expect(paid()).toBe(1);
	});

	test('other keys and no key make their own', async () => {
		for (const key of ['k3', 'k4', '', '']) await world.run(keyed(key));
		expect(paid()).toBe(4);
	});

	test('an order that differs gets the old task, and a hint', async () => {
		await world.run(keyed('k5'));
		const { items, hints } = await world.run(keyed('k5', { prompt: 'Something else' }));
		expect(paid()).toBe(1);
		expect(items[0].json.taskId).toBe(world.simulator.tasks[0].id);
		expect(hints.map(({ message }) => message).join()).toMatch(/other parameters/);
	});

	test('survives the process by n8n’s static data', async () => {
		const staticData = {};
		await world.run(keyed('k6'), { staticData });
		expect(JSON.stringify(staticData)).toContain(world.simulator.tasks[0].id);
		forgetProcess();
		await world.run(keyed('k6'), { staticData: JSON.parse(JSON.stringify(staticData)) });
		expect(paid()).toBe(1);
	});

	test('how long clips take is kept there, too', async () => {
		const staticData = {};
		await world.run(order('gptge'), { staticData });
		const [[name, learntAt, clips]] = JSON.parse(staticData['node:Hailuo'].clipTimes);
		expect(name).toContain('"768P"');
		expect(learntAt).toBeGreaterThan(Date.parse('2025-01-01'));
		expect(clips[0]).toEqual([expect.any(Number), expect.any(Number)]);
	});

	test.each([null, 'text', 7, true])(
		'static data that is damaged (%j) costs what it held, and no clip',
		async (damaged) => {
			const parameters = keyed(`damaged ${damaged}`, { completion: 'wait' });
			const { items } = await world.run(parameters, { staticData: { 'node:Hailuo': damaged } });
			expect(items[0].json.status).toBe('succeeded');
		},
	);

	test('a refused order leaves the key free', async () => {
		world.simulator.fault({
			provider: 'gptge',
			kind: 'submit',
			times: 1,
			do: { business: 'balance' },
		});
		expect((await world.run(keyed('k7'))).error.description).toMatch(/Top up/);
		expect((await world.run(keyed('k7'))).error).toBeUndefined();
		expect(paid()).toBe(1);
	});

	test('in a manual execution the key has no effect, and a hint says so', async () => {
		await world.run(keyed('k8'), { mode: 'manual' });
		const { hints } = await world.run(keyed('k8'), { mode: 'manual' });
		expect(paid()).toBe(2);
		expect(hints.map(({ message }) => message).join()).toMatch(/manual/);
	});
});
