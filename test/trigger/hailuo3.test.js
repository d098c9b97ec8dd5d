'use strict';
/* Callbacks of Hailuo 3: MiniMax's second API has messages of its own, the other gateways have the ones they had. */
const { hurry } = require('../engine/support');
const { setUp, triggerNode } = require('./support');

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
	desk.reset();
	desk.restart();
});

const trigger = (provider, parameters) => desk.add(triggerNode(provider, parameters));
const create = async (node, more) =>
	await world.create(
		node.parameters.provider,
		desk.urlOf(node),
		{},
		{ model: 'MiniMax-H3', ...more },
	);
async function order(node, more) {
	const taskId = await create(node, more);
	await simulator.calledBack(taskId);
	await desk.settled();
	return taskId;
}
const rows = () => desk.started.flatMap(({ items }) => items.map(({ json }) => json));

test.each(['minimax', 'wavespeed', 'toapis'])(
	'%s: from the order to the item, once',
	async (provider) => {
		const taskId = await order(trigger(provider));
		expect(rows()).toHaveLength(1);
		expect(rows()[0]).toMatchObject({ provider, taskId, status: 'succeeded' });
		expect(rows()[0].endpoint).toBe(provider === 'minimax' ? 'v2' : undefined);
		expect((await fetch(rows()[0].videoUrl)).status).toBe(200);
		expect(simulator.callbacks.every(({ status }) => status === 200)).toBe(true);
	},
);

test('minimax: the challenge is echoed, and the gateway is asked by the API that made the task alone', async () => {
	await order(trigger('minimax'));
	const [challenge, ...messages] = simulator.callbacks;
	expect(JSON.parse(challenge.answer)).toEqual(challenge.body);
	expect(messages.every(({ body }) => body.task.status !== undefined)).toBe(true);
	const asked = simulator.requests.filter(({ kind }) => kind === 'status').map(({ path }) => path);
	expect(asked.length).toBeGreaterThan(0);
	expect(asked.every((path) => path.includes('/v2/query/video_generation/'))).toBe(true);
});

test('minimax: a failed and a canceled task, duplicates and messages out of order', async () => {
	simulator.outcome({ provider: 'minimax', status: 'failed', category: 'content' });
	await order(trigger('minimax'));
	expect(rows()).toMatchObject([{ status: 'failed', error: { category: 'contentPolicy' } }]);
	desk.reset();
	simulator.outcome({ provider: 'minimax', status: 'canceled' });
	await order(trigger('minimax'));
	expect(rows()).toMatchObject([{ status: 'canceled' }]);
	desk.reset();
	simulator.outcome({ provider: 'minimax', callback: { duplicates: 3, outOfOrder: true } });
	await order(trigger('minimax'));
	expect(rows()).toMatchObject([{ status: 'succeeded' }]);
});

test('minimax: a forged message starts nothing: the bare task, too, is asked about', async () => {
	const node = trigger('minimax');
	const forged = { id: '424010985738629', status: 'succeeded', content: { url: 'http://evil' } };
	for (const body of [forged, { task: forged }])
		expect(await desk.post(node, JSON.stringify(body))).toMatchObject({ status: 200 });
	await desk.settled();
	expect(rows()).toEqual([]);
});

test('minimax: a running task, when it is asked for', async () => {
	simulator.outcome({ provider: 'minimax', taskMs: 60_000 });
	const node = trigger('minimax', { events: ['processing'] });
	const taskId = await create(node);
	await desk.post(node, JSON.stringify({ task: { id: taskId, status: 'running' } }));
	await desk.settled();
	expect(rows()).toMatchObject([{ taskId, endpoint: 'v2' }]);
});
