'use strict';
/* The real clock: many wait at once, each as long as it should, and Stop wakes all. */
const { Stopped, systemClock } = require('../../../../nodes/shared/async/clock');

const timed = async (ms, signal) => {
	const began = Date.now();
	await systemClock.sleep(ms, signal);
	return Date.now() - began;
};

test('each waits as long as it should, also those who come later', async () => {
	const waits = [0, 1, 100, 499, 500, 501, 740, 900, 1200];
	const early = waits.map(async (ms) => [ms, await timed(ms)]);
	await systemClock.sleep(130);
	const late = waits.map(async (ms) => [ms, await timed(ms)]);
	for (const [ms, took] of await Promise.all([...early, ...late])) {
		expect(took).toBeGreaterThanOrEqual(ms - 2);
		// generous: a busy machine is late
		expect(took).toBeLessThan(ms + 3000);
	}
	// and again, after all have gone
	expect(await timed(600)).toBeGreaterThanOrEqual(598);
});

test('a stop ends the waits of its own, and no other', async () => {
	const [one, other] = [new AbortController(), new AbortController()];
	const began = Date.now();
	const ended = Promise.allSettled(
		[100, 700, 60_000].map(async (ms) => await systemClock.sleep(ms, one.signal)),
	);
	const running = systemClock.sleep(900, other.signal);
	setTimeout(() => one.abort(), 50);
	for (const end of await ended)
		expect(end).toEqual({ status: 'rejected', reason: expect.any(Stopped) });
	expect(Date.now() - began).toBeLessThan(10_000);
	await running;
	expect(Date.now() - began).toBeGreaterThanOrEqual(898);
	await expect(systemClock.sleep(1000, one.signal)).rejects.toBeInstanceOf(Stopped);
});

test('a thousand long waits cost one timer', async () => {
	const stop = new AbortController();
	const spy = jest.spyOn(global, 'setTimeout');
	const waits = Array.from({ length: 1000 }, () => systemClock.sleep(60_000, stop.signal));
	await new Promise((done) => setImmediate(done));
	expect(spy.mock.calls.length).toBeLessThanOrEqual(2);
	spy.mockRestore();
	stop.abort();
	expect((await Promise.allSettled(waits)).every(({ status }) => status === 'rejected')).toBe(true);
});
