'use strict';
/* Patient and cheap: how often a task is looked at, and how late its end is seen. */
const { GatewayFailed } = require('../../../../nodes/shared/errors');
const { TypicalTimes } = require('../../../../nodes/shared/transport/account');
const { nextPoll, presumedMs } = require('../../../../nodes/shared/tasks/pollSchedule');
const { pollUntilFinal } = require('../../../../nodes/shared/tasks/poll');
const { fakeClock, seeded } = require('../../../helpers/fake-clock');

const task = { provider: 'seaart', taskId: '1' };

/** A gateway whose task is ready at `readyMs`; `answer(now, looks)` may say something else. */
function gatewayWith(clock, readyMs, answer = () => undefined) {
	const gateway = {
		looks: 0,
		provider: {
			status: () => ({ method: 'GET', path: '/' }),
			readStatus: ({ json }) => json,
		},
		read: async () => {
			gateway.looks++;
			const said = answer(clock.now(), gateway.looks);
			if (said instanceof Error) throw said;
			const status = clock.now() >= readyMs ? 'succeeded' : 'processing';
			return { status: 200, headers: {}, text: '', json: said ?? { status } };
		},
	};
	return gateway;
}

async function follow(readyMs, { random, answer, ...options } = {}) {
	const { clock, passUntil } = fakeClock(random);
	const gateway = gatewayWith(clock, readyMs, answer);
	const result = await passUntil(
		pollUntilFinal(
			gateway,
			task,
			{
				deadline: 900_000,
				since: 0,
				fresh: true,
				pollIntervalMs: 0,
				typicalMs: 120_000,
				...options,
			},
			clock,
			undefined,
		),
	);
	return { ...result, looks: gateway.looks, at: clock.now() };
}

const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const trials = (readyMs, options) =>
	Promise.all(
		Array.from({ length: 200 }, (_, n) => follow(readyMs, { ...options, random: seeded(n) })),
	);
/** Submit, link and download besides the looks. */
const OTHERS = 3;

test('a task of 120 s: at most 10 requests all told, mean lag under 5 %', async () => {
	const runs = await trials(120_000);
	expect(Math.max(...runs.map(({ looks }) => looks)) + OTHERS).toBeLessThanOrEqual(10);
	expect(mean(runs.map(({ at }) => at - 120_000))).toBeLessThan(0.05 * 120_000);
});

test('tasks of about 120 s: the same on average', async () => {
	const times = Array.from({ length: 201 }, (_, n) => 108_000 + n * 120);
	const runs = await Promise.all(
		times.map(async (ready, n) => ({ ...(await follow(ready, { random: seeded(n) })), ready })),
	);
	expect(mean(runs.map(({ looks }) => looks)) + OTHERS).toBeLessThanOrEqual(10);
	expect(mean(runs.map(({ at, ready }) => (at - ready) / ready))).toBeLessThan(0.04);
});

test('what was learnt from clips of the same time makes the lag no larger', async () => {
	const times = new TypicalTimes();
	const random = seeded(1);
	const lags = [];
	for (let clip = 0; clip < 200; clip++) {
		const typicalMs = times.of('kind', 120_000);
		const { at, looks } = await follow(120_000, { typicalMs, random });
		times.learn('kind', at);
		lags.push(at - 120_000);
		expect(looks + OTHERS).toBeLessThanOrEqual(10);
	}
	expect(mean(lags)).toBeLessThan(0.04 * 120_000);
});

test('a task that is quicker or slower than typical is seen soon, too', async () => {
	for (const [ready, share] of [
		[30_000, 0.65],
		[60_000, 0.3],
		[90_000, 0.2],
		[150_000, 0.1],
		[300_000, 0.1],
	]) {
		const runs = await trials(ready);
		expect(mean(runs.map(({ at }) => (at - ready) / ready))).toBeLessThan(share);
		expect(mean(runs.map(({ looks }) => looks))).toBeLessThan(20);
	}
});

test('with the typical time learnt, a quick model is as cheap as a slow one', async () => {
	const runs = await trials(40_000, { typicalMs: 40_000 });
	expect(Math.max(...runs.map(({ looks }) => looks)) + OTHERS).toBeLessThanOrEqual(10);
	expect(mean(runs.map(({ at }) => at - 40_000))).toBeLessThan(0.055 * 40_000);
});

test('a long queue is looked at seldom, and is no part of the time the clip takes', async () => {
	const queue = 600_000;
	const answer = (now) => (now < queue ? { status: 'queued' } : undefined);
	const { looks, at } = await follow(queue + 120_000, { answer, deadline: 1_800_000 });
	expect(looks).toBeLessThan(30);
	expect(at - queue - 120_000).toBeLessThan(40_000);
});

test('a fixed interval is kept', async () => {
	const { looks, at } = await follow(100_000, { pollIntervalMs: 7_000 });
	expect([looks, at]).toEqual([15, 105_000]);
});

test('Retry-After of an answer is honoured', async () => {
	const { clock, passUntil } = fakeClock();
	const times = [];
	const gateway = gatewayWith(clock, 100_000);
	const { read } = gateway;
	gateway.read = async () => {
		times.push(clock.now());
		const reply = await read();
		return times.length === 1 ? { ...reply, headers: { 'retry-after': '60' } } : reply;
	};
	const options = { deadline: 900_000, since: 0, fresh: true, pollIntervalMs: 5_000, typicalMs: 1 };
	await passUntil(pollUntilFinal(gateway, task, options, clock, undefined));
	expect(times[1] - times[0]).toBeGreaterThanOrEqual(60_000);
});

const failed = (category, retryable) =>
	new GatewayFailed({ category, code: '1', message: category, retryable });

test('lost looks never end a task: an outage of five minutes is waited out', async () => {
	const answer = (now) => (now > 20_000 && now < 320_000 ? failed('transient', true) : undefined);
	const { last, timedOut, at } = await follow(100_000, { answer });
	expect([last.state.status, timedOut]).toEqual(['succeeded', false]);
	expect(at).toBeLessThan(360_000);
});

test('"too many requests" is not an error of the task', async () => {
	const answer = (_now, looks) => (looks < 5 ? failed('rateLimit', true) : undefined);
	expect((await follow(50_000, { answer })).last.state.status).toBe('succeeded');
});

test('a task that a replica does not know yet is waited for, an unknown one is not', async () => {
	const late = (_now, looks) => (looks < 3 ? failed('notFound', false) : undefined);
	expect((await follow(50_000, { answer: late })).last.state.status).toBe('succeeded');
	const never = () => failed('notFound', false);
	await expect(follow(50_000, { answer: never })).rejects.toThrow('notFound');
	await expect(follow(50_000, { answer: late, fresh: false })).rejects.toThrow('notFound');
});

test('a refused key ends it at once', async () => {
	await expect(follow(50_000, { answer: () => failed('auth', false) })).rejects.toThrow('auth');
});

test('the deadline is kept to the millisecond, with a last look', async () => {
	const { timedOut, last, at } = await follow(1e9, { deadline: 100_000 });
	expect([timedOut, last.state.status, at]).toEqual([true, 'processing', 100_000]);
});

test('looks of a batch spread out', () => {
	const looks = Array.from({ length: 100 }, (_, n) => nextPoll(90_000, 120_000, n / 100));
	expect(Math.max(...looks) - Math.min(...looks)).toBeGreaterThan(3_000);
	expect(presumedMs('1080P', 6)).toBeGreaterThan(presumedMs('768P', 6));
});
