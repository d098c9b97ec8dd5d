'use strict';
/* Patient and cheap: how often a task is polled, and how late its end is seen. The schedule has tests of its own. */
const { GatewayFailed } = require('../../../../nodes/shared/errors');
const { ClipKind } = require('../../../../nodes/shared/transport/clipTimes');
const { pollUntilFinal } = require('../../../../nodes/shared/tasks/poll');
const { fakeClock } = require('../../../helpers/fake-clock');
const { seeded } = require('../../../helpers/random');

/** @type {import('../../../../nodes/shared/task').TaskRef} */
const task = { provider: 'seaart', taskId: '1' };

/**
 * A gateway whose task is ready at `readyMs`.
 * @param {{ now(): number }} clock
 * @param {number} readyMs
 * @param {(now: number, looks: number) => unknown} [answer] something else to say
 * @returns {any} what is used of a ProviderClient, and how often it was asked
 */
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

/**
 * @param {number} readyMs
 * @param {{ random?: number | (() => number), answer?: (now: number, looks: number) => unknown } & Record<string, any>} [given]
 */
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
				kind: new ClipKind(120_000, clock.random()),
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
		Array.from({ length: 30 }, (_, n) => follow(readyMs, { ...options, random: seeded(n) })),
	);

test('a clip of a kind never seen: lag at most 6 % of its time and a second, whatever it takes', async () => {
	for (const [ready, most] of [
		[12_000, 30],
		[45_000, 30],
		[300_000, 45],
	]) {
		const runs = await trials(ready);
		expect(mean(runs.map(({ at }) => at - ready))).toBeLessThan(1.1 * (0.06 * ready + 1_000));
		expect(Math.max(...runs.map(({ looks }) => looks))).toBeLessThanOrEqual(most);
	}
});

/** Ten tasks that were submitted together; milliseconds of lag and number of polls of each. */
async function followTogether(readyMs, kind, random) {
	const { clock, passUntil } = fakeClock(random);
	const since = clock.now();
	const options = { deadline: 900_000, since, fresh: true, pollIntervalMs: 0, kind };
	const one = async (ready) => {
		const gateway = gatewayWith(clock, ready);
		await pollUntilFinal(gateway, task, options, clock, undefined);
		return { lag: clock.now() - ready, looks: gateway.looks };
	};
	return await passUntil(Promise.all(readyMs.map(one)));
}

test('ten clips together: what one teaches the others use while they sleep, and the next batch', async () => {
	const random = seeded(3);
	const times = () => Array.from({ length: 10 }, () => 60_000 * (0.9 + 0.2 * random()));
	const runs = { first: [], next: [] };
	for (let run = 0; run < 30; run++) {
		const kind = new ClipKind(240_000, random());
		runs.first.push(...(await followTogether(times(), kind, random)));
		expect(kind.seen).toHaveLength(10);
		runs.next.push(...(await followTogether(times(), kind, random)));
	}
	const lagOf = (which) => mean(runs[which].map(({ lag }) => lag));
	const looksOf = (which) => mean(runs[which].map(({ looks }) => looks));
	expect(lagOf('first')).toBeLessThan(0.05 * 60_000 + 1_000);
	expect(looksOf('first')).toBeLessThan(15);
	expect(lagOf('next')).toBeLessThan(0.04 * 60_000 + 1_000);
	expect(looksOf('next')).toBeLessThan(10);
});

test('a long queue is polled seldom, and is no part of the time the clip takes', async () => {
	const queue = 600_000;
	let inQueue = 0;
	const answer = (now) => (now < queue ? (inQueue++, { status: 'queued' }) : undefined);
	const { looks, at } = await follow(queue + 120_000, { answer, deadline: 1_800_000 });
	expect(inQueue).toBeLessThan(22);
	expect(looks).toBeLessThan(38);
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
	const options = {
		deadline: 900_000,
		since: 0,
		fresh: true,
		pollIntervalMs: 5_000,
		kind: new ClipKind(1, 0),
	};
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
	// also one that an execution before has made
	const picked = await follow(50_000, { answer: late, fresh: false });
	expect(picked.last.state.status).toBe('succeeded');
});

test('a firewall’s page on the way does not end it, one that stays does', async () => {
	const passing = (_now, looks) => (looks < 5 ? failed('protocol', false) : undefined);
	expect((await follow(50_000, { answer: passing })).last.state.status).toBe('succeeded');
	const lasting = () => failed('protocol', false);
	const { looks } = await follow(50_000, { answer: lasting }).catch((error) => ({
		looks: error.message,
	}));
	expect(looks).toBe('protocol');
});

test('pages of a firewall and a replica that lags are told apart: neither uses up the patience with the other', async () => {
	const kinds = ['protocol', 'protocol', 'protocol', 'notFound', 'protocol', 'notFound'];
	const answer = (_now, looks) => (looks <= 6 ? failed(kinds[looks - 1], false) : undefined);
	expect((await follow(50_000, { answer })).last.state.status).toBe('succeeded');
});

test('a refused key ends it at once', async () => {
	await expect(follow(50_000, { answer: () => failed('auth', false) })).rejects.toThrow('auth');
});

test('the deadline is kept to the millisecond, with a last look', async () => {
	const { timedOut, last, at } = await follow(1e9, { deadline: 100_000 });
	expect([timedOut, last.state.status, at]).toEqual([true, 'processing', 100_000]);
});

test('time in a long queue teaches nothing, the time after it does', async () => {
	const kind = new ClipKind(120_000, 0.5);
	const answer = (now) => (now < 300_000 ? { status: 'queued' } : undefined);
	await follow(400_000, { kind, answer });
	const [{ notYet, ready }] = kind.seen;
	expect(ready - notYet).toBeLessThan(20_000);
	expect(Math.abs((notYet + ready) / 2 - 100_000)).toBeLessThan(35_000);
});

test('a task that was not made now, and one that failed, teach nothing and are not waited for any more', async () => {
	const kind = new ClipKind(120_000, 0.5);
	await follow(50_000, { kind, fresh: false });
	await follow(1e9, { kind, answer: () => ({ status: 'failed' }) });
	await expect(follow(1, { kind, answer: () => failed('auth', false) })).rejects.toThrow('auth');
	expect(kind.outlook).toMatchObject({ seen: [], together: 0 });
});

test.each([0, 10_000])(
	'a clock that is set back does not stretch the wait (interval %i)',
	async (pollIntervalMs) => {
		const { clock, passUntil } = fakeClock();
		const HOUR = 3_600_000;
		const setBack = { ...clock, now: () => clock.now() - (clock.now() > 130_000 ? HOUR : 0) };
		const { timedOut } = await passUntil(
			pollUntilFinal(
				gatewayWith(clock, Number.POSITIVE_INFINITY),
				task,
				{
					deadline: 900_000,
					since: 0,
					fresh: true,
					pollIntervalMs,
					kind: new ClipKind(120_000, 0.5),
				},
				setBack,
				undefined,
			),
		);
		expect(timedOut).toBe(true);
		expect(clock.now()).toBeLessThan(1_000_000);
	},
);
