'use strict';
/*
 * The fault matrix: everything that can go wrong, on each gateway and both APIs of MiniMax, in n8n's own engine against the simulator. Each
 * cell is one order; the gateways of a row run side by side, and some rows too: most of the time is waiting.
 * Ends with the whole matrix as a table.
 */
const { concurrencyLimit } = require('../../nodes/shared/async/concurrency');
const { providerIds } = require('../../nodes/shared/catalog/gateways');
const { setUp } = require('../engine/support');
const { MINIMAX_H3, orderFor, runCell } = require('./cell');
const { matrixText } = require('./matrix');
const { RETRY_AFTER, rows } = require('./rows');
const { hurryTimeouts, speedUp } = require('./speed');

const SPEED = 100;
const ROWS_AT_ONCE = 8;
jest.setTimeout(60_000);

const columns = [...providerIds, MINIMAX_H3];
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
	for (const column of columns) {
		world.simulator.outcome({ status: 'canceled' });
		const { status, error } = await world.run(orderFor(column));
		expect({ column, status }).toEqual({ column, status: 'error' });
		expect(error.description).toContain(world.simulator.tasks.at(-1).id);
	}
	await world.tearDown();
});

/** A row has simulators of its own: a second one for the column that shares its gateway with another. */
async function runRow(row) {
	const worlds = [await setUp(), await setUp()];
	if (row.fault?.hang) for (const { simulator } of worlds) hurryTimeouts(simulator.url);
	try {
		const cells = await Promise.all(
			columns
				.filter((column) => row.only?.includes(column) ?? true)
				.map((column) => runCell(worlds[column === MINIMAX_H3 ? 1 : 0], column, row)),
		);
		done.set(row, Object.fromEntries(cells.map((cell) => [cell.column, cell])));
		return cells;
	} finally {
		for (const world of worlds) await world.tearDown();
	}
}

async function checkRow(row) {
	for (const cell of await running.get(row)) check(row, cell);
}

function check(row, cell) {
	const { column, outcome, message, paid, ids, taskId, requests } = cell;
	const expected = row.expected[column] ?? row.expected.others ?? row.expected;
	const equal = (what, value, wanted) =>
		expect({ column, [what]: value }).toEqual({ column, [what]: wanted });
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
function checkPause({ kind }, { column, requests }) {
	const [refused, next] = requests.filter((request) => request.kind === kind).map(({ at }) => at);
	// timers may fire some milliseconds early
	const early = next - refused < (RETRY_AFTER * 1000) / SPEED - 5;
	expect({ column, early }).toEqual({ column, early: false });
}

function report() {
	const part = (title, all) => ({
		title,
		rows: all.filter((row) => done.has(row)).map((row) => ({ ...row, cells: done.get(row) })),
	});
	const cells = [...done.values()].flatMap((row) => Object.values(row));
	const fetched = cells.filter(({ outcome, later }) => [outcome, later].includes('delivered'));
	const paid = fetched.reduce((sum, cell) => sum + cell.paid, 0);
	const table = matrixText(columns, [
		part('Once, then all is well', passing),
		part('Without end, Retry On Fail', staying),
	]);
	const sum = `${cells.length} cells, ${fetched.length} clips delivered, ${paid} tasks paid for them: `;
	return `${table}\n\n${sum}${(paid / fetched.length).toFixed(2)} per clip`;
}
