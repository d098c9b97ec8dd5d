'use strict';
/*
 * The fault matrix again, in the ways that n8n runs a node more than once: Retry On Fail with words that change at
 * every try, as the tool of an agent under Retry On Fail, and twice with one Deduplication Key. One clip is paid at
 * the most, whatever goes wrong; where one is delivered, exactly one.
 */
const { concurrencyLimit } = require('../../nodes/shared/async/concurrency');
const { providerIds } = require('../../nodes/shared/catalog/gateways');
const { setUp, withPicture } = require('../engine/support');
const { orderFor, queueFault } = require('./cell');
const { rows } = require('./rows');
const { hurryTimeouts, speedUp } = require('./speed');

const SPEED = 100;
const ROWS_AT_ONCE = 8;
jest.setTimeout(120_000);

const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const changing = '={{ "A cat at " + $now.toMillis() + " " + Math.random() }}';

/** Each gives whether a clip was delivered. */
const WAYS = {
	'Retry On Fail, the words change': async (world, order) => {
		const { items } = await world.run({ ...order, prompt: changing }, retry);
		return items[0]?.json.status === 'succeeded';
	},
	'as a tool, under Retry On Fail': async (world, order) => {
		const { simulator } = world;
		const image = { firstFrameSource: 'url', firstFrameUrl: `${simulator.url}/images/first.png` };
		const node = { ...world.nodeOf({ ...order, ...image }, retry), type: 'hailuoVideoTool' };
		const answer = await world.engine
			.tools({ node })
			.make()({ prompt: 'A cat' })
			.catch((error) => String(error));
		return /succeeded/.test(answer);
	},
	'twice with one key': async (world, order) => {
		const keyed = { ...order, options: { deduplicationKey: 'row-1' } };
		const staticData = {};
		await world.run(keyed, { staticData, input: [withPicture()] });
		const { items } = await world.run(keyed, { staticData, input: [withPicture()] });
		return items[0]?.json.status === 'succeeded';
	},
};

// a task that fails at the gateway for a passing reason may be ordered anew: another question than this one
const faults = rows.filter(({ kind, stays, outcome }) => kind && !stays && !outcome);
const sums = { cells: 0, delivered: 0, paid: 0 };
const running = new Map();

beforeAll(() => {
	speedUp(SPEED);
	const limit = concurrencyLimit(ROWS_AT_ONCE);
	for (const way of Object.keys(WAYS))
		for (const row of faults) {
			const cells = limit(async () => await runRow(row, WAYS[way]));
			cells.catch(() => {});
			running.set(`${way} ${row.name}`, cells);
		}
});
afterAll(() =>
	console.log(
		`${sums.cells} cells, ${sums.delivered} clips delivered, ${sums.paid} tasks paid for them: ${(sums.paid / sums.delivered).toFixed(2)} per clip`,
	),
);

async function runRow(row, way) {
	const world = await setUp();
	if (row.fault?.hang) hurryTimeouts(world.simulator.url);
	const providers = providerIds.filter((id) => row.only?.includes(id) ?? true);
	try {
		return await Promise.all(
			providers.map(async (provider) => {
				queueFault(world.simulator, provider, row);
				const delivered = await way(world, orderFor(provider, row.minutes));
				const paid = world.simulator.tasks.filter((task) => task.provider === provider).length;
				return { provider, delivered, paid };
			}),
		);
	} finally {
		await world.tearDown();
	}
}

describe.each(Object.keys(WAYS))('%s', (way) => {
	test.each(faults.map(({ name }) => name))('%s', async (name) => {
		for (const { provider, delivered, paid } of await running.get(`${way} ${name}`)) {
			sums.cells++;
			if (delivered) {
				sums.delivered++;
				sums.paid += paid;
			}
			expect({ provider, paid: paid <= 1 ? 'once at most' : paid }).toEqual({
				provider,
				paid: 'once at most',
			});
			if (delivered) expect({ provider, paid }).toEqual({ provider, paid: 1 });
		}
	});
});
