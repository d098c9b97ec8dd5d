'use strict';
/* One cell of the fault matrix: one order on one gateway while something goes wrong, and what came of it. */
const { systemClock } = require('../../nodes/shared/async/clock');

/** How often a fault happens that stays: more often than anything is tried. */
const ALWAYS = 1000;
const TRIES = 3;
const WAIT_OPTIONS = { pollInterval: 4 };

/** The columns of the matrix: gateways, and the other API of one of them. */
const MINIMAX_H3 = 'minimaxH3';
const dialectOf = (column) =>
	column === MINIMAX_H3 ? { provider: 'minimax', model: 'MiniMax-H3' } : { provider: column };

/**
 * Orders a clip under Continue On Fail, and when that gave no file, fetches it with `wait` in another execution.
 * @param {object} world of setUp()
 * @param {string} column
 * @param {object} row of rows.js
 */
async function runCell(world, column, row) {
	const { simulator } = world;
	const { provider } = dialectOf(column);
	const fault = queueFault(simulator, provider, row);
	if (row.outcome) simulator.outcome({ provider, times: ALWAYS, ...row.outcome });
	const since = systemClock.now();
	const { items } = await world.run(orderFor(column, row.minutes), {
		onError: 'continueRegularOutput',
		...(row.stays && { retryOnFail: true, maxTries: row.tries ?? TRIES, waitBetweenTries: 1 }),
	});
	const [{ json, binary }] = items;
	const made = simulator.tasks.filter((task) => task.provider === provider);
	const cell = {
		column,
		minutes: (systemClock.now() - since) / 60_000,
		outcome: json.error ? json.error.category : binary?.data ? 'delivered' : 'no file',
		message: json.error?.message,
		paid: made.length,
		taskId: json.taskId,
		ids: made.map(({ id }) => id),
		happened: fault?.used,
		requests: simulator.requests.filter((request) => request.provider === provider),
	};
	if (cell.outcome === 'delivered' || cell.taskId === undefined || row.lost) return cell;
	if (fault) fault.times = 0;
	const later = await fetchLater(world, json, row.laterMinutes);
	return { ...cell, later, paid: simulator.paid(provider) };
}

/** @param {number} [timeout] 'Timeout' of the node, in minutes */
const orderFor = (column, timeout = 15) => ({
	...dialectOf(column),
	operation: 'create',
	mode: 'imageToVideo',
	prompt: 'A cat turns its head',
	waitOptions: { ...WAIT_OPTIONS, timeout },
});

function queueFault(simulator, provider, { kind, fault, stays }) {
	if (!kind) return undefined;
	return simulator.fault({
		provider,
		kind,
		times: stays ? ALWAYS : 1,
		do: typeof fault === 'function' ? fault(provider) : fault,
	});
}

/** Whether `wait` delivers the clip of a row by what the row says, in another execution. */
async function fetchLater(world, { provider, taskId, endpoint }, timeout = 15) {
	const { items, error } = await world.run(
		{
			provider,
			operation: 'wait',
			taskId,
			endpoint: endpoint ?? '',
			waitOptions: { ...WAIT_OPTIONS, timeout },
		},
		{ input: [{ json: {} }] },
	);
	return error?.message ?? (items[0]?.binary?.data ? 'delivered' : 'no file');
}

module.exports = { MINIMAX_H3, orderFor, queueFault, runCell };
