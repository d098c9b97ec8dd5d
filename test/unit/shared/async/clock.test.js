'use strict';
/* The system's clock on faked timers: many wait at once, each as long as it should, and Stop wakes all. */
const { Stopped, systemClock } = require('../../../../nodes/shared/async/clock');

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const timed = async (ms, signal) => {
	const began = Date.now();
	await systemClock.sleep(ms, signal);
	return Date.now() - began;
};

test('each waits as long as it should, also those who come later', async () => {
	const waits = [0, 1, 100, 499, 500, 501, 740, 900, 1200];
	const early = waits.map((ms) => timed(ms));
	await jest.advanceTimersByTimeAsync(130);
	const late = waits.map((ms) => timed(ms));
	await jest.advanceTimersByTimeAsync(1200);
	expect(await Promise.all(early)).toEqual(waits);
	expect(await Promise.all(late)).toEqual(waits);
	// and again, after all have gone
	const again = timed(600);
	await jest.advanceTimersByTimeAsync(600);
	expect(await again).toBe(600);
});

test('a stop ends the waits of its own, and no other', async () => {
	const [one, other] = [new AbortController(), new AbortController()];
	const ended = Promise.allSettled(
		[100, 700, 60_000].map(async (ms) => await systemClock.sleep(ms, one.signal)),
	);
	const running = timed(900, other.signal);
	await jest.advanceTimersByTimeAsync(50);
	one.abort();
	// a slice at most
	await jest.advanceTimersByTimeAsync(250);
	for (const end of await ended)
		expect(end).toEqual({ status: 'rejected', reason: expect.any(Stopped) });
	await jest.advanceTimersByTimeAsync(600);
	expect(await running).toBe(900);
	await expect(systemClock.sleep(1000, one.signal)).rejects.toBeInstanceOf(Stopped);
});

test('a thousand long waits cost one timer', async () => {
	const stop = new AbortController();
	const spy = jest.spyOn(global, 'setTimeout');
	const waits = Array.from({ length: 1000 }, () => systemClock.sleep(60_000, stop.signal));
	await jest.advanceTimersByTimeAsync(0);
	expect(spy.mock.calls.length).toBeLessThanOrEqual(2);
	spy.mockRestore();
	const ended = Promise.allSettled(waits);
	stop.abort();
	await jest.advanceTimersByTimeAsync(250);
	expect((await ended).every(({ status }) => status === 'rejected')).toBe(true);
});

/** @type {any[]} */
const noTimes = [NaN, Infinity, undefined, '1'];
test.each(noTimes)('%p is no time to wait for', async (ms) => {
	await expect(systemClock.sleep(ms)).rejects.toBeInstanceOf(RangeError);
});

test('a system clock that is set back makes no wait longer', async () => {
	const ended = jest.fn();
	for (const ms of [400, 2000]) void systemClock.sleep(ms).then(ended);
	await jest.advanceTimersByTimeAsync(300);
	jest.setSystemTime(Date.now() - 3_600_000);
	await jest.advanceTimersByTimeAsync(1700);
	expect(ended).toHaveBeenCalledTimes(2);
});
