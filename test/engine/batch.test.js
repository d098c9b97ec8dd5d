'use strict';
/* Fifty clips take about as long as one: submitted with a cap and a pace, watched together. */
const { providerIds } = require('../../nodes/shared/catalog/gateways');
const { quick, setUp, withPicture } = require('./support');

let world;
afterEach(async () => await world.tearDown());

const order = (provider, more = {}) => ({
	provider,
	operation: 'create',
	mode: 'imageToVideo',
	prompt: '={{ $json.prompt }}',
	...quick,
	...more,
});
const items = (count) =>
	Array.from({ length: count }, (_, n) => withPicture({ prompt: `clip ${n}` }));

test('a limiter that nobody announced: every clip is delivered, no refusal surfaces, none is paid twice', async () => {
	world = await setUp({ rateLimit: { perMinute: 600, burst: 5 } });
	const runs = await Promise.all(
		providerIds.map(async (provider) => await world.run(order(provider), { input: items(12) })),
	);
	providerIds.forEach((provider, n) => {
		expect([provider, runs[n].error]).toEqual([provider, undefined]);
		expect(runs[n].items.every(({ json }) => json.status === 'succeeded')).toBe(true);
		expect(world.simulator.paid(provider)).toBe(12);
		const submits = world.simulator.requests.filter(
			(request) => request.provider === provider && request.kind === 'submit',
		);
		// some were refused, and sent again
		expect(submits.length).toBeGreaterThan(12);
	});
}, 30_000);

test('never more videos in flight than the user allows', async () => {
	world = await setUp({ taskMs: 150 });
	await world.run(order('seaart', { batching: { maxInFlight: 3 } }), { input: items(9) });
	const { tasks } = world.simulator;
	expect(tasks).toHaveLength(9);
	for (const { submittedAt } of tasks) {
		const flying = tasks.filter(
			(other) => other.submittedAt <= submittedAt && submittedAt < other.readyAt,
		);
		expect(flying.length).toBeLessThanOrEqual(3);
	}
});

test('never more orders in a minute than the user allows', async () => {
	world = await setUp();
	const running = world.start(order('toapis', { batching: { requestsPerMinute: 4 } }), {
		input: items(6),
	});
	await new Promise((done) => setTimeout(done, 1500));
	expect(world.simulator.paid()).toBe(4);
	running.cancel();
	await running.promise;
	expect(world.simulator.paid()).toBe(4);
});

test('a slow and a broken item hold nobody up', async () => {
	world = await setUp({ taskMs: 50 });
	const input = items(5);
	input[1].json.prompt = 'sim:fail';
	world.simulator.outcome({ provider: 'wavespeed', times: 1, taskMs: 3_600_000 });
	const running = world.run(order('wavespeed'), { input, onError: 'continueRegularOutput' });
	const fetched = () => world.simulator.requests.filter(({ kind }) => kind === 'video').length;
	// the slow one ends when the quick ones were fetched: if they waited for it, none would end
	while (fetched() < 3) await new Promise((done) => setTimeout(done, 10));
	world.simulator.tasks.find(({ readyAt }) => readyAt > Date.now() + 60_000).readyAt = Date.now();
	const run = await running;
	expect(run.items.map(({ json }) => json.status)).toEqual([
		'succeeded',
		'failed',
		'succeeded',
		'succeeded',
		'succeeded',
	]);
	expect(fetched()).toBe(4);
});

test('two hundred at once', async () => {
	world = await setUp();
	const run = await world.run(order('pixazo', { downloadVideo: false }), { input: items(200) });
	expect(run.items).toHaveLength(200);
	expect(new Set(run.items.map(({ json }) => json.taskId)).size).toBe(200);
	expect(run.items.map(({ pairedItem }) => pairedItem)).toEqual(
		Array.from({ length: 200 }, (_, item) => ({ item })),
	);
});
