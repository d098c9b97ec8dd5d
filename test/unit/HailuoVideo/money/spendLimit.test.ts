/* Max Spend: what fits is ordered in the order of the items, and nothing that passes the limit. */
import { random } from '../../../helpers/random';
import { planSpending, type PricedItem } from '../../../../nodes/HailuoVideo/money/spendLimit';

const usd = (amount: number) => ({ amount, currency: 'USD', source: 'list', asOf: '2026-11-25' });
const items = (prices: Array<number | undefined>, maxSpend?: number): PricedItem[] =>
	prices.map((price, itemIndex) => ({
		itemIndex,
		cost: price === undefined ? undefined : usd(price),
		isPaid: false,
		maxSpend,
	}));
const refusedOf = (plan: ReturnType<typeof planSpending>) => [...plan.refusals.keys()];

test('without a limit nothing is refused, whatever is known', () => {
	const plan = planSpending(items([0.28, undefined, 99]), 0);
	expect(plan).toMatchObject({ total: 99.28 });
	expect(refusedOf(plan)).toEqual([]);
});

test('20 items of $0.28 with $1.96: 7 fit to the cent', () => {
	const plan = planSpending(items(Array(20).fill(0.28), 1.96), 0);
	expect(plan.total).toBe(5.6);
	expect(refusedOf(plan)).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
	expect([...plan.refusals.values()][0]).toMatchObject({
		category: 'spendLimit',
		parameter: 'Max Spend (USD)',
		message: "The 20 videos of this run cost about $5.60, more than 'Max Spend (USD)' $1.96",
	});
});

test('what is cheaper does not overtake', () => {
	expect(refusedOf(planSpending(items([1, 5, 1], 3), 0))).toEqual([1, 2]);
});

test('run again: what was ordered before counts, what exists is not counted a second time', () => {
	const again = items(Array(4).fill(1), 2).map((item, i) => ({ ...item, isPaid: i < 2 }));
	expect(refusedOf(planSpending(again, 2))).toEqual([2, 3]);
	const [refusal] = planSpending(again, 2).refusals.values();
	expect(refusal.message).toMatch(/\$4\.00 \(\$2\.00 of it was ordered before\)/);
	// handed back from another execution: nothing was ordered for it here
	expect(refusedOf(planSpending(again, 0))).toEqual([]);
});

test('a price that is not known, or not in dollars, is refused by itself', () => {
	const plan = planSpending(items([1, undefined, 1], 2), 0);
	expect(refusedOf(plan)).toEqual([1]);
	expect(plan.refusals.get(1)).toMatchObject({
		category: 'spendLimit',
		description: expect.stringContaining("'Price per Clip (USD)'"),
	});
	const yuan = items([1], 2).map((item) => ({ ...item, cost: { ...usd(1), currency: 'CNY' } }));
	expect(planSpending(yuan, 0).refusals.get(0)?.message).toContain('charged in CNY');
});

test('of several limits the least holds for the run', () => {
	const [first, second] = items([1, 1], 5);
	expect(refusedOf(planSpending([first, { ...second, maxSpend: 1.5 }], 0))).toEqual([1]);
	expect(refusedOf(planSpending([first, { ...second, maxSpend: undefined }], 4.5))).toEqual([0, 1]);
});

test('whatever comes: what is ordered never passes the limit, and is a row from the start', () => {
	const dice = random(20261125);
	for (let round = 0; round < 2000; round++) {
		const limit = 1 + dice.below(2000);
		const spent = dice.below(1000);
		const orders = Array.from({ length: dice.below(12) }, () => ({
			cents: 1 + dice.below(500),
			isPaid: dice.oneIn(3),
		}));
		const priced = orders.map(({ cents, isPaid }, itemIndex) => ({
			itemIndex,
			isPaid,
			cost: usd(cents / 100),
			maxSpend: limit / 100,
		}));
		const { refusals } = planSpending(priced, spent / 100);
		const made = orders.filter(({ isPaid }, i) => !isPaid && !refusals.has(i));
		const sum = made.reduce((all, { cents }) => all + cents, 0);
		if (made.length > 0) expect(spent + sum).toBeLessThanOrEqual(limit);
		const fresh = orders.map((_, i) => i).filter((i) => !orders[i].isPaid);
		// the first that is refused is the first that does not fit, and all behind it are refused with it
		expect([...refusals.keys()]).toEqual(fresh.slice(made.length));
		const next = fresh[made.length];
		if (next !== undefined) expect(spent + sum + orders[next].cents).toBeGreaterThan(limit);
	}
});
