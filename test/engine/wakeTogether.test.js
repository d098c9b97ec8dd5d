'use strict';
/*
 * Two hundred parked executions of one account that wake at the same moment, as after hours without n8n: together they
 * ask the gateway for no more than executions that wait, and each delivers its clip once.
 */
const { systemClock } = require('../../nodes/shared/async/clock');
const { passTime, setUp } = require('./support');

const time = passTime();
const EXECUTIONS = 200;
const TASK_MS = 120_000;
const READS = ['status', 'list', 'result'];

let world;
afterEach(async () => await world.tearDown());
const open = async (readLimit) => {
	world = await setUp({ taskMs: TASK_MS, now: () => systemClock.now(), readLimit });
};

const requests = () => world.simulator.requests.filter(({ kind }) => READS.includes(kind));

/** What all executions come to that are started, or go on from where they were parked, at the same moment. */
async function together(order, completion, { count = EXECUTIONS, parked = [] } = {}) {
	const parameters = { operation: 'create', mode: 'textToVideo', prompt: 'a cat', ...order };
	return await Promise.all(
		Array.from(
			{ length: count },
			async (_, n) =>
				await world.start(
					{ ...parameters, completion },
					{ executionId: String(n + 1), input: [{ json: {} }], parked: parked[n] },
				).promise,
		),
	);
}

/** Parks all, and wakes all when the last of them is due; `waits`: for how long (milliseconds) after its order each was parked. */
async function parkedAndWoken(order) {
	let runs = await together(order, 'pause');
	const waits = runs.map(({ waitTill, data }) => {
		const { parked } = data.executionData.contextData['node:Hailuo'];
		return waitTill.getTime() - parked[0].items[0].awaited.since;
	});
	let wakeUps = 0;
	while (runs.some(({ status }) => status === 'waiting')) {
		const last = Math.max(...runs.map(({ waitTill }) => waitTill?.getTime() ?? 0));
		time.aheadMs += Math.max(0, last - systemClock.now());
		runs = await together(order, 'pause', { parked: runs });
		wakeUps++;
	}
	return { runs, waits, wakeUps };
}

function expectDeliveredOnce(runs, count = EXECUTIONS) {
	const ids = runs.map(
		({ data }) => data.resultData.runData.Hailuo.at(-1).data?.main[0][0].json.taskId,
	);
	expect(runs.map(({ status }) => status)).toEqual(Array(count).fill('success'));
	expect([...ids].sort()).toEqual(world.simulator.tasks.map(({ id }) => id).sort());
	expect(new Set(ids).size).toBe(count);
}

test.each([
	// what each of the two documents
	['toapis', {}, { perMinute: 3000 }],
	['minimax', { model: 'MiniMax-H3' }, { perMinute: 300 }],
])(
	'%s, %j: none is refused, and no more requests a clip than with Wait',
	async (provider, more, limit) => {
		const order = { provider, ...more };
		await open(limit);
		const { runs, waits, wakeUps } = await parkedAndWoken(order);
		expectDeliveredOnce(runs);
		expect(wakeUps).toBe(1);
		expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(1000);
		const asked = requests();
		expect(asked.map(({ status }) => status)).not.toContain(429);

		await world.tearDown();
		await open(limit);
		const count = 20;
		expectDeliveredOnce(await together(order, 'wait', { count }), count);
		expect(asked.length / EXECUTIONS).toBeLessThanOrEqual(requests().length / count);
	},
);

test('a gateway that takes one question a second: refused or not, each delivers', async () => {
	await open({ perMinute: 60, burst: 10 });
	const { runs } = await parkedAndWoken({ provider: 'wavespeed' });
	expectDeliveredOnce(runs);
	expect(requests().some(({ status }) => status === 429)).toBe(true);
});
