'use strict';
/*
 * The fault matrix: everything that can go wrong, on each gateway, in n8n's own engine against the simulator. Each
 * cell is one order; the gateways of a row run side by side, and some rows too: most of the time is waiting.
 * Ends with the whole matrix as a table.
 */
const { concurrencyLimit } = require('../../nodes/shared/async/concurrency');
const { providerIds } = require('../../nodes/shared/catalog/gateways');
const { setUp } = require('../engine/support');
const { orderFor, runCell } = require('./cell');
const { matrixText } = require('./matrix');
const { RETRY_AFTER, rows } = require('./rows');
const { hurryTimeouts, speedUp } = require('./speed');

const SPEED = 100;
const ROWS_AT_ONCE = 8;
jest.setTimeout(60_000);

const passing = rows.filter(({ stays }) => !stays);
const staying = rows.filter(({ stays }) => stays);
const done = new Map();
let running;

beforeAll(() => {
	speedUp(SPEED);
	const limit = concurrencyLimit(ROWS_AT_ONCE);
	// the slow ones first
	const order = [...staying, ...passing];
	running = new Map(order.map((row) => [row, limit(async () => await runRow(row))]));
	for (const row of running.values()) row.catch(() => {});
});
afterAll(() => console.log(report()));

describe('once, then all is well', () => {
	test.each(passing.map((row) => [row.name, row]))('%s', async (_name, row) => {
		await checkRow(row);
	});
});
describe('without end, under Retry On Fail', () => {
	test.each(staying.map((row) => [row.name, row]))('%s', async (_name, row) => {
		await checkRow(row);
	});
});

/** n8n would store the execution as canceled, and start no error workflow, if the message held that word. */
test('a canceled task ends the execution as an error', async () => {
	const world = await setUp();
	for (const provider of providerIds) {
		world.simulator.outcome({ provider, status: 'canceled' });
		const { status, error } = await world.run(orderFor(provider));
		expect({ provider, status }).toEqual({ provider, status: 'error' });
		expect(error.description).toContain(world.simulator.tasks.at(-1).id);
	}
	await world.tearDown();
});

/** A row has a simulator of its own. */
async function runRow(row) {
	const world = await setUp();
	if (row.fault?.hang) hurryTimeouts(world.simulator.url);
	const providers = providerIds.filter((id) => row.only?.includes(id) ?? true);
	try {
		const cells = await Promise.all(providers.map((id) => runCell(world, id, row)));
		done.set(row, Object.fromEntries(cells.map((cell) => [cell.provider, cell])));
		return cells;
	} finally {
		await world.tearDown();
	}
}

async function checkRow(row) {
	for (const cell of await running.get(row)) check(row, cell);
}

function check(row, cell) {
	const { provider, outcome, message, paid, ids, taskId, requests } = cell;
	const expected = row.expected[provider] ?? row.expected.others ?? row.expected;
	const equal = (what, value, wanted) =>
		expect({ provider, [what]: value }).toEqual({ provider, [what]: wanted });
	if (row.fault) equal('fault happened', cell.happened > 0, true);
	equal('outcome', outcome === expected ? expected : `${outcome}: ${message}`, expected);
	if (row.within !== undefined) expect(cell.minutes).toBeLessThan(row.within);

	// paid once, or not at all
	equal('paid', paid, ids.length);
	expect(paid).toBeLessThanOrEqual(1);
	if (outcome === 'delivered') equal('paid', paid, 1);
	const orders = requests.filter(({ kind }) => kind === 'submit').length;
	if (outcome === 'unknownOutcome') equal('orders', orders, 1);

	// never lost: the row has the ID whenever the gateway told one, and it is good for the clip
	const told = outcome === 'unknownOutcome' ? undefined : ids[0];
	equal('task ID', taskId, told);
	if (outcome !== 'delivered' && told !== undefined && !row.lost)
		equal('later', cell.later, 'delivered');

	if (row.fault?.headers && !row.stays) checkPause(row, cell);
}

/** After Retry-After nobody asks again before that time. */
function checkPause({ kind }, { provider, requests }) {
	const [refused, next] = requests.filter((request) => request.kind === kind).map(({ at }) => at);
	// timers may fire some milliseconds early
	const early = next - refused < (RETRY_AFTER * 1000) / SPEED - 5;
	expect({ provider, early }).toEqual({ provider, early: false });
}

function report() {
	const part = (title, all) => ({
		title,
		rows: all.filter((row) => done.has(row)).map((row) => ({ ...row, cells: done.get(row) })),
	});
	const cells = [...done.values()].flatMap((row) => Object.values(row));
	const fetched = cells.filter(({ outcome, later }) => [outcome, later].includes('delivered'));
	const paid = fetched.reduce((sum, cell) => sum + cell.paid, 0);
	const table = matrixText(providerIds, [
		part('Once, then all is well', passing),
		part('Without end, Retry On Fail', staying),
	]);
	const sum = `${cells.length} cells, ${fetched.length} clips delivered, ${paid} tasks paid for them: `;
	return `${table}\n\n${sum}${(paid / fetched.length).toFixed(2)} per clip`;
}
