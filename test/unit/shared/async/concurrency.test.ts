import { concurrencyLimit } from '../../../../nodes/shared/async/concurrency';

test('never more at once, in order, and a failure frees its place', async () => {
	const limit = concurrencyLimit(3);
	let running = 0;
	let most = 0;
	const began: number[] = [];
	const work = async (n: number) => {
		began.push(n);
		most = Math.max(most, ++running);
		for (let turn = 0; turn < 5; turn++) await Promise.resolve();
		running--;
		if (n % 4 === 0) throw new TypeError(`${n}`);
		return n;
	};
	const numbers = Array.from({ length: 50 }, (_, n) => n);
	const results = await Promise.allSettled(
		numbers.map(async (n) => await limit(async () => await work(n))),
	);
	expect(most).toBe(3);
	expect(began).toEqual(numbers);
	expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(37);
});

test('no limit', async () => {
	const limit = concurrencyLimit(Number.POSITIVE_INFINITY);
	let running = 0;
	const all = Array.from(
		{ length: 20 },
		async () => await limit(async () => await Promise.resolve(++running)),
	);
	await Promise.all(all);
	expect(running).toBe(20);
});
