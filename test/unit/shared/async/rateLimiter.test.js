'use strict';
/* RateLimiter: the user's limit, and a limiter on the other side that nobody announced. */
const { RateLimiter } = require('../../../../nodes/shared/async/rateLimiter');
const { fakeClock } = require('../../../helpers/fake-clock');
const { seeded } = require('../../../helpers/random');

const tooMany = Object.assign(new Error('too many'), { tooMany: true });
const refusedFor = (error) => (error.tooMany ? (error.retryAfterMs ?? 0) : undefined);

/** A bucket of tokens, as gateways have them. */
function limiter(clock, perMinute, burst = perMinute) {
	let tokens = burst;
	let at = 0;
	const made = [];
	let refused = 0;
	return {
		made,
		refused: () => refused,
		submit: async () => {
			tokens = Math.min(burst, tokens + ((clock.now() - at) * perMinute) / 60_000);
			at = clock.now();
			await clock.sleep(100);
			if (tokens < 1) {
				refused++;
				throw tooMany;
			}
			tokens--;
			made.push(clock.now());
		},
	};
}

/** So many submits, ten at a time as the node sends them, each sent again until it is taken. */
async function submitAll(count, bucket, limiter, perMinute, atOnce = 10) {
	const waiting = Array.from({ length: count });
	const worker = async () => {
		while (waiting.pop() !== undefined || waiting.length > 0) {
			for (let done = false; !done; )
				await limiter.run(bucket.submit, refusedFor, undefined, perMinute).then(
					() => (done = true),
					(error) => {
						if (!error.tooMany) throw error;
					},
				);
		}
	};
	waiting.fill(1);
	await Promise.all(Array.from({ length: atOnce }, worker));
}

test.each([1, 2, 3])(
	'50 submits against 20 a minute: within 5 %% of the floor (seed %i)',
	async (seed) => {
		const { clock, passUntil } = fakeClock(seeded(seed));
		const bucket = limiter(clock, 20);
		await passUntil(submitAll(50, bucket, new RateLimiter(clock)));
		expect(bucket.made).toHaveLength(50);
		const floor = ((50 - 20) / 20) * 60_000;
		expect(clock.now()).toBeLessThan(floor * 1.05 + 1_000);
	},
);

test.each([1, 2, 3])(
	'200 that ask at once what is answered 60 times a minute: they stand in line (seed %i)',
	async (seed) => {
		const { clock, passUntil } = fakeClock(seeded(seed));
		const bucket = limiter(clock, 60, 10);
		await passUntil(submitAll(200, bucket, new RateLimiter(clock), 0, 20));
		expect(bucket.made).toHaveLength(200);
		expect(bucket.refused()).toBeLessThan(300);
		expect(clock.now()).toBeLessThan(200_000);
	},
);

test('the user’s limit: never more in any minute, and no refusal', async () => {
	const { clock, passUntil } = fakeClock(seeded(1));
	const bucket = limiter(clock, 1e9);
	await passUntil(submitAll(50, bucket, new RateLimiter(clock), 20));
	for (const at of bucket.made)
		expect(
			bucket.made.filter((other) => other > at - 60_000 && other <= at).length,
		).toBeLessThanOrEqual(20);
	expect(clock.now()).toBeLessThan(125_000);
});

test('Retry-After holds everybody back', async () => {
	const { clock, passUntil } = fakeClock();
	const limiter = new RateLimiter(clock);
	const times = [];
	const work = (fails) => async () => {
		times.push(clock.now());
		if (fails) throw Object.assign(new Error(), { tooMany: true, retryAfterMs: 42_000 });
	};
	await passUntil(limiter.run(work(true), refusedFor, undefined).catch(() => {}));
	await passUntil(
		Promise.all([
			limiter.run(work(false), refusedFor, undefined),
			limiter.run(work(false), refusedFor, undefined),
		]),
	);
	expect(Math.min(times[1], times[2])).toBeGreaterThanOrEqual(42_000);
});

test('other failures change nothing', async () => {
	const { clock } = fakeClock();
	const limiter = new RateLimiter(clock);
	await expect(
		limiter.run(
			async () => {
				throw new Error('x');
			},
			refusedFor,
			undefined,
		),
	).rejects.toThrow('x');
	await limiter.run(async () => {}, refusedFor, undefined);
	expect(clock.now()).toBe(0);
});

test('a stopped execution waits no longer', async () => {
	const { clock, passUntil } = fakeClock();
	const limiter = new RateLimiter(clock);
	await passUntil(
		limiter
			.run(
				async () => {
					throw tooMany;
				},
				refusedFor,
				undefined,
			)
			.catch(() => {}),
	);
	const ending = new AbortController();
	const waiting = limiter.run(async () => 'sent', refusedFor, ending.signal);
	ending.abort();
	await expect(waiting).rejects.toThrow('stopped');
});

describe('a request that may be put off', () => {
	const send = async (limiter, clock, untilMs, perMinute = 0) =>
		await limiter.run(
			async () => 'sent',
			refusedFor,
			undefined,
			perMinute,
			clock.now() + untilMs,
			true,
		);

	test('does not wait for the user’s limit beyond its time', async () => {
		const { clock, passUntil } = fakeClock();
		const limiter = new RateLimiter(clock);
		await passUntil(send(limiter, clock, 15_000, 1));
		expect(limiter.holdMs(1)).toBe(60_000);
		await expect(passUntil(send(limiter, clock, 15_000, 1))).rejects.toMatchObject({
			fault: { category: 'rateLimit', noTask: true, retryAfterMs: 60_000 },
		});
		expect(clock.now()).toBe(0);
	});

	test('nor for a gateway that refuses, and waits where that is short', async () => {
		const { clock, passUntil } = fakeClock();
		const limiter = new RateLimiter(clock);
		const refuse = async () => {
			throw Object.assign(new Error('too many'), { tooMany: true, retryAfterMs: 10_000 });
		};
		await passUntil(limiter.run(refuse, refusedFor, undefined).catch(() => {}));
		await expect(passUntil(send(limiter, clock, 5_000))).rejects.toMatchObject({
			fault: { category: 'rateLimit' },
		});
		expect(await passUntil(send(limiter, clock, 15_000))).toBe('sent');
		expect(clock.now()).toBeGreaterThanOrEqual(10_000);
	});
});

test('a clock that is set back holds nobody up: neither by the user’s limit, nor by a refusal of before', async () => {
	const { clock, passUntil } = fakeClock();
	let setBackMs = 0;
	const limiter = new RateLimiter({ ...clock, now: () => clock.now() - setBackMs });
	const send = async (perMinute) =>
		await passUntil(limiter.run(async () => 'sent', refusedFor, undefined, perMinute));
	await send(1);
	setBackMs = 3_600_000;
	await send(1);
	expect(clock.now()).toBeLessThanOrEqual(60_000);

	const refuse = async () => {
		throw tooMany;
	};
	await passUntil(limiter.run(refuse, refusedFor, undefined).catch(() => {}));
	setBackMs *= 2;
	const before = clock.now();
	await send(0);
	expect(clock.now() - before).toBeLessThanOrEqual(60_000);
});
