'use strict';
/* Completion Pause: the execution is parked in n8n's database, and goes on from what that holds. */
const { systemClock } = require('../../nodes/shared/async/clock');
const { forgetProcess } = require('../../nodes/HailuoVideo/submit/deduplicationKeys');
const { providerIds } = require('../../nodes/shared/catalog/gateways');
const { engineVersion, passTime, setUp, withPicture } = require('./support');

const time = passTime();
const TASK_MS = 120_000;
let world;
beforeAll(async () => {
	world = await setUp({ taskMs: TASK_MS, now: () => systemClock.now() });
});
afterAll(async () => await world.tearDown());
beforeEach(() => {
	world.simulator.reset();
	forgetProcess();
});

const order = (provider, more = {}) => ({
	provider,
	operation: 'create',
	mode: 'imageToVideo',
	prompt: '={{ $json.prompt ?? "A cat turns its head" }}',
	completion: 'pause',
	...more,
});
const prompts = (count) =>
	Array.from({ length: count }, (_, at) => withPicture({ prompt: `clip ${at}` }));
const paid = () => world.simulator.paid();
const lastRun = (run, name = 'Hailuo') => run.data.resultData.runData[name]?.at(-1);

/**
 * Runs, and wakes as often as n8n would.
 * @param {object} parameters
 * @param {Record<string, any>} [options]
 * @param {{ onParked?: (run: any) => unknown }} [hooks]
 * @returns the last IRun, the waits in seconds, the parked IRuns
 */
async function through(parameters, options = {}, { onParked } = {}) {
	let run = await world.start(parameters, options).promise;
	const started = systemClock.now();
	const waits = [];
	const parkedRuns = [];
	while (run.status === 'waiting') {
		const till = run.waitTill.getTime();
		waits.push((till - systemClock.now()) / 1000);
		parkedRuns.push(run);
		if (waits.length > 20) throw new Error('parked again and again');
		await onParked?.(run);
		time.aheadMs += Math.max(0, till - systemClock.now());
		run = await world.start(parameters, { ...options, parked: run }).promise;
	}
	const task = lastRun(run);
	return {
		run,
		waits,
		parkedRuns,
		seconds: (systemClock.now() - started) / 1000,
		status: run.status,
		error: run.data.resultData.error,
		items: task?.data?.main?.[0] ?? [],
		errors: task?.data?.main?.[1] ?? [],
		hints: (task?.hints ?? []).map(({ message }) => message),
		runs: run.data.resultData.runData.Hailuo ?? [],
	};
}

/** A row without what differs from one order to the next. */
const comparable = ({ json, binary, pairedItem }) => ({
	json: {
		...json,
		taskId: typeof json.taskId,
		videoUrl: typeof json.videoUrl,
		videoUrlExpiresAt: typeof json.videoUrlExpiresAt,
		submittedAt: typeof json.submittedAt,
		finishedAt: typeof json.finishedAt,
	},
	files: Object.entries(binary ?? {}).map(([field, file]) => [
		field,
		file.mimeType,
		file.fileSize,
		file.fileExtension,
	]),
	pairedItem,
});

describe.each(providerIds)('%s', (provider) => {
	test.each([1, 4])('%i items: parked, and the same rows as with Wait', async (count) => {
		const input = prompts(count);
		const paused = await through(order(provider), { input });
		expect(paused.error).toBeUndefined();
		expect(paused.status).toBe('success');
		expect(paused.waits.length).toBeGreaterThan(0);
		for (const wait of paused.waits) expect(wait).toBeGreaterThanOrEqual(64);
		expect(paid()).toBe(count);
		expect(paused.runs).toHaveLength(1);
		expect(paused.items.map(({ json }) => json.taskId).sort()).toEqual(
			world.simulator.tasks.map(({ id }) => id).sort(),
		);

		world.simulator.reset();
		const { items } = await world.run(order(provider, { completion: 'wait' }), { input });
		expect(paused.items.map(comparable)).toEqual(items.map(comparable));
	});
});

const one = () => [withPicture({ prompt: 'one' })];

test('clips of 120 s, give or take 10 %: few wake-ups, little lag', async () => {
	const lags = [];
	for (const share of [0.9, 0.95, 1, 1.05, 1.1, 0.92, 1.08, 0.98]) {
		const taskMs = TASK_MS * share;
		world.simulator.reset();
		world.simulator.outcome({ taskMs });
		const { seconds, waits, status } = await through(order('pixazo'), { input: one() });
		expect(status).toBe('success');
		expect(waits.length).toBeLessThanOrEqual(4);
		expect(world.simulator.requests.filter(({ kind }) => kind === 'status').length).toBeLessThan(6);
		lags.push(seconds / (taskMs / 1000) - 1);
	}
	expect(lags.reduce((sum, lag) => sum + lag, 0) / lags.length).toBeLessThan(0.1);
});

test('what was ordered is not read again: its words and its picture may be gone', async () => {
	const { items, error } = await through(
		order('seaart', { prompt: '={{ $json.prompt }} {{ $now.toMillis() }}' }),
		{
			input: one(),
			mode: 'trigger',
		},
		{
			onParked(run) {
				for (const { data } of run.data.executionData.nodeExecutionStack)
					for (const item of data.main[0] ?? []) {
						delete item.binary;
						item.json.prompt = 'x'.repeat(5000);
					}
			},
		},
	);
	expect(error).toBeUndefined();
	expect(items[0].json.status).toBe('succeeded');
	expect(paid()).toBe(1);
});

test('no key is in what is saved', async () => {
	const { parkedRuns } = await through(order('toapis'), { input: one() });
	expect(JSON.stringify(parkedRuns[0].data.executionData.contextData)).toContain('taskId');
	expect(JSON.stringify(parkedRuns.map(({ data }) => data))).not.toContain('test-key-0123456789');
});

describe('what cannot be ordered now is ordered after a wake-up', () => {
	let slow;
	afterEach(async () => await slow?.tearDown());

	test('a gateway that takes 20 a minute, 50 items', async () => {
		slow = world;
		world = await setUp({
			taskMs: TASK_MS,
			now: () => systemClock.now(),
			rateLimit: { perMinute: 20 },
		});
		const counts = [];
		const { items, error, waits } = await through(
			order('wavespeed'),
			{ input: prompts(50) },
			{ onParked: () => counts.push(paid()) },
		);
		[slow, world] = [world, slow];
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual(Array(50).fill('succeeded'));
		expect(new Set(items.map(({ json }) => json.taskId)).size).toBe(50);
		expect(slow.simulator.paid()).toBe(50);
		// 20 at once, and one every three seconds while that is worth waiting for
		expect(counts[0]).toBeLessThan(35);
		expect(waits.length).toBeLessThanOrEqual(6);
	});

	test("the user's limit per minute", async () => {
		const { items, waits } = await through(
			order('wavespeed', { batching: { requestsPerMinute: 4 } }),
			{ input: prompts(10) },
		);
		expect(items).toHaveLength(10);
		expect(paid()).toBe(10);
		expect(waits.length).toBeGreaterThanOrEqual(3);
	});

	test("the user's limit, shared by more executions than fit into a quarter of an hour: all are delivered", async () => {
		const parameters = order('seaart', { mode: 'textToVideo', batching: { requestsPerMinute: 1 } });
		const start = async (n, parked) =>
			await world.start(parameters, { executionId: String(n), input: [{ json: {} }], parked })
				.promise;
		let runs = await Promise.all(Array.from({ length: 25 }, async (_, n) => await start(n)));
		const till = ({ waitTill }) => waitTill?.getTime() ?? Number.POSITIVE_INFINITY;
		for (let wakes = 0; runs.some(({ waitTill }) => waitTill) && wakes < 90; wakes++) {
			time.aheadMs += Math.max(0, Math.min(...runs.map(till)) - systemClock.now());
			const due = systemClock.now() + 60_000;
			runs = await Promise.all(
				runs.map(async (run, n) => (till(run) <= due ? await start(n, run) : run)),
			);
		}
		expect(runs.map(({ status }) => status)).toEqual(Array(25).fill('success'));
		expect(paid()).toBe(25);
	});

	test('the cap of videos in flight', async () => {
		const { items, parkedRuns } = await through(order('pixazo', { batching: { maxInFlight: 2 } }), {
			input: prompts(5),
		});
		expect(items.map(({ json }) => json.status)).toEqual(Array(5).fill('succeeded'));
		expect(parkedRuns.length).toBeGreaterThanOrEqual(3);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		expect(world.simulator.tasks.map(({ prompt }) => prompt)).toEqual(
			prompts(5).map(({ json }) => json.prompt),
		);
		const tasks = [...world.simulator.tasks].sort((a, b) => a.submittedAt - b.submittedAt);
		for (const [index, task] of tasks.entries())
			if (index >= 2)
				expect(task.submittedAt).toBeGreaterThanOrEqual(tasks[index - 2].submittedAt + TASK_MS);
	});
});

describe('bad days', () => {
	const fault = (kind, times, what) =>
		world.simulator.fault({ provider: 'seaart', kind, times, do: what });

	test('the gateway is down at the wake-up: parked again, and delivered', async () => {
		fault('status', 9, { status: 503 });
		const { items, waits, error } = await through(order('seaart'), { input: one() });
		expect(error).toBeUndefined();
		expect(items[0].json.status).toBe('succeeded');
		expect(waits.length).toBeGreaterThan(1);
		expect(paid()).toBe(1);
	});

	test('the gateway wants no questions for ten minutes', async () => {
		fault('status', 1, { status: 429, headers: { 'retry-after': '600' } });
		const { items, waits } = await through(order('seaart'), { input: one() });
		expect(items[0].json.status).toBe('succeeded');
		expect(waits.at(-1)).toBeGreaterThan(500);
	});

	test('a task that is unknown after waking ends with its ID', async () => {
		fault('status', 9, { business: 'notFound' });
		const { error } = await through(order('seaart'), { input: one() });
		expect(error.description).toContain(world.simulator.tasks[0].id);
		expect(error.description).toMatch(/Check 'Task ID'/);
		expect(paid()).toBe(1);
	});

	test.each(['error', 'return'])('time is up, On Timeout %s', async (onTimeout) => {
		world.simulator.outcome({ taskMs: 3_600_000 });
		const parameters = order('seaart', { waitOptions: { timeout: 10, onTimeout } });
		const { error, items, seconds } = await through(parameters, { input: one() });
		expect(seconds).toBeGreaterThan(590);
		expect(seconds).toBeLessThan(700);
		if (onTimeout === 'return') expect(items[0].json.status).toMatch(/^(queued|processing)$/);
		else expect(error.message).toMatch(/not finished after 10 minutes/);
		if (error) expect(error.description).toContain(world.simulator.tasks[0].id);
	});

	test.each([
		['nothing', undefined],
		['text', 'x'],
		['a task of no gateway', { 0: { items: { 0: { progress: { task: { provider: 'x' } } } } } }],
	])(
		'what was saved of the wait is %s: its orders are found all the same',
		async (_what, value) => {
			const parked = await world.start(order('seaart'), { input: prompts(2) }).promise;
			parked.data.executionData.contextData['node:Hailuo'].parked = value;
			time.aheadMs += TASK_MS * 1.2;
			const run = await world.start(order('seaart'), { parked }).promise;
			expect(lastRun(run).data.main[0].map(({ json }) => json.status)).toEqual([
				'succeeded',
				'succeeded',
			]);
			expect(paid()).toBe(2);
		},
	);

	test('killed while it was awake: what the database holds is run again', async () => {
		const { parkedRuns, items } = await through(order('seaart'), { input: prompts(3) });
		expect(items).toHaveLength(3);
		const again = await world.start(order('seaart'), { parked: parkedRuns[0] }).promise;
		expect(again.status).toBe('success');
		expect(lastRun(again).data.main[0].map(({ json }) => json.taskId)).toEqual(
			items.map(({ json }) => json.taskId),
		);
		expect(paid()).toBe(3);
	});

	test.each([
		['as n8n keeps it', (run) => run],
		['without the end of its wait', (run) => delete run.data.waitTill],
	])('retry of a parked execution that was stopped, %s', async (_what, change) => {
		const parked = await world.start(order('seaart'), { input: prompts(2) }).promise;
		expect(parked.status).toBe('waiting');
		change(parked);
		time.aheadMs += TASK_MS * 1.2;
		const retried = await world.start(order('seaart'), {
			parked,
			mode: 'retry',
			executionId: '2',
		}).promise;
		expect(retried.status).toBe('success');
		expect(lastRun(retried).data.main[0].map(({ json }) => json.status)).toEqual([
			'succeeded',
			'succeeded',
		]);
		expect(paid()).toBe(2);
	});

	test('n8n was down for a day', async () => {
		const parked = await world.start(order('seaart'), { input: one() }).promise;
		time.aheadMs += 86_400_000;
		const run = await world.start(order('seaart'), { parked }).promise;
		expect(run.status).toBe('success');
		expect(lastRun(run).data.main[0][0].json.status).toBe('succeeded');
	});

	test('retry with the currently saved workflow: n8n skips the node, and its rows say so', async () => {
		const parked = await world.start(order('seaart'), { input: prompts(2) }).promise;
		const stack = parked.data.executionData.nodeExecutionStack;
		for (const entry of stack) entry.node = stack.at(-1).node;
		time.aheadMs += TASK_MS * 1.2;
		const retried = await world.start(order('seaart'), { parked, executionId: '2' }).promise;
		const rows = lastRun(retried).data.main[0].map(({ json }) => json);
		expect(rows.map(({ taskId }) => taskId).sort()).toEqual(
			world.simulator.tasks.map(({ id }) => id).sort(),
		);
		expect(rows.map(({ error }) => error.code)).toEqual(['skipped', 'skipped']);
		expect(paid()).toBe(2);
	});

	test('Execute Once', async () => {
		const { items } = await through(order('seaart', { batching: { maxInFlight: 1 } }), {
			input: prompts(3),
			executeOnce: true,
		});
		expect(items.map(({ json }) => json.status)).toEqual(['succeeded']);
		expect(paid()).toBe(1);
	});

	test.each([
		['back by a day: delivered', -86_400_000],
		['on by a day: time is up, and the error holds the ID', 86_400_000],
	])('the clock is set %s', async (_which, jump) => {
		const parked = await world.start(order('seaart'), { input: one() }).promise;
		time.aheadMs += jump;
		// the gateway's clock is right
		for (const task of world.simulator.tasks)
			for (const time of ['submittedAt', 'startedAt', 'readyAt']) task[time] += jump;
		let run = await world.start(order('seaart'), { parked }).promise;
		for (let wakes = 0; run.status === 'waiting' && wakes < 5; wakes++) {
			time.aheadMs += run.waitTill.getTime() - systemClock.now();
			run = await world.start(order('seaart'), { parked: run }).promise;
		}
		if (jump < 0) time.aheadMs -= jump;
		expect(run.status).toBe(jump < 0 ? 'success' : 'error');
		if (jump > 0)
			expect(run.data.resultData.error.description).toContain(world.simulator.tasks[0].id);
		expect(paid()).toBe(1);
	});

	test('the credential is gone at the wake-up: an error that holds the ID, and a retry picks it up', async () => {
		const parked = await world.start(order('seaart'), { input: one() }).promise;
		const { apiKey } = world.credentials.hailuoSeaArtApi;
		world.credentials.hailuoSeaArtApi.apiKey = '';
		time.aheadMs += TASK_MS * 1.1;
		const failed = await world.start(order('seaart'), { parked }).promise;
		world.credentials.hailuoSeaArtApi.apiKey = apiKey;
		expect(failed.data.resultData.error.description).toContain(world.simulator.tasks[0].id);
		failed.data.resultData.runData.Hailuo.pop();
		delete failed.data.resultData.error;
		const retried = await world.start(order('seaart'), { parked: failed, executionId: '2' })
			.promise;
		expect(retried.status).toBe('success');
		expect(paid()).toBe(1);
	});

	test('a parameter of the whole run is refused at the wake-up: the error names what was paid', async () => {
		const parked = await world.start(order('seaart'), { input: prompts(3) }).promise;
		for (const { node } of parked.data.executionData.nodeExecutionStack)
			node.parameters.batching = { maxInFlight: '={{ "many" }}' };
		time.aheadMs += TASK_MS * 1.1;
		const { data } = await world.start(order('seaart'), { parked }).promise;
		expect(data.resultData.error.message).toMatch(/'Max Concurrent Videos' is 'many'/);
		for (const { id } of world.simulator.tasks)
			expect(data.resultData.error.description).toContain(id);
	});

	test.each(['pause', 'wait'])(
		'%s: nobody answers until time is up, and the error says so',
		async (completion) => {
			fault('status', 999, { status: 503 });
			const parameters = order('seaart', { completion, waitOptions: { timeout: 5 } });
			const { error } = await through(parameters, { input: one() });
			expect(error.message).toMatch(
				/not finished after 5 minutes; the last question was not answered/,
			);
			expect(error.description).toContain(world.simulator.tasks[0].id);
		},
	);

	test('Stop while it is awake', async () => {
		const parked = await world.start(order('seaart'), { input: one() }).promise;
		fault('status', 1, { hang: true });
		time.aheadMs += TASK_MS * 1.1;
		const running = world.start(order('seaart'), { parked });
		await new Promise((done) => setTimeout(done, 200));
		running.cancel();
		await running.promise;
		expect(running.after).toEqual(['canceled']);
		expect(paid()).toBe(1);
	});
});

describe('a job that n8n runs again from its start, without what was noted', () => {
	const { ExecuteContext } = require('n8n-core');
	const own = Object.getOwnPropertyDescriptor(ExecuteContext.prototype, 'isToolExecution');
	beforeAll(() => delete ExecuteContext.prototype.isToolExecution);
	afterAll(() => own && Object.defineProperty(ExecuteContext.prototype, 'isToolExecution', own));

	const lookups = () =>
		world.simulator.requests.filter(({ kind, path }) => kind === 'status' && /n8n-/.test(path));

	test('ToAPIs: its orders are found by their references', async () => {
		const input = prompts(12);
		const first = await world.start(order('toapis'), { input }).promise;
		expect(first.status).toBe('waiting');
		expect(lookups()).toHaveLength(3);
		const { items } = await through(order('toapis'), { input });
		expect(paid()).toBe(12);
		expect(items.map(({ json }) => json.status)).toEqual(Array(12).fill('succeeded'));
	});

	test('another execution orders anew', async () => {
		const input = prompts(2);
		await world.start(order('toapis'), { input }).promise;
		await world.start(order('toapis'), { input, executionId: '2' }).promise;
		expect(paid()).toBe(4);
	});
});

describe('On Error and Retry On Fail', () => {
	const input = () => [withPicture({ prompt: 'x'.repeat(2001) }), ...prompts(3)];

	test('Continue On Fail: rows of failure beside the others, as with Wait', async () => {
		const outcome = () =>
			world.simulator.outcome({ times: 1, status: 'failed', category: 'content' });
		outcome();
		const options = { input: input(), onError: 'continueRegularOutput' };
		const paused = await through(order('minimax', { batching: { maxInFlight: 1 } }), options);
		expect(paid()).toBe(3);
		world.simulator.reset();
		outcome();
		const waited = await world.run(
			order('minimax', { batching: { maxInFlight: 1 }, completion: 'wait' }),
			options,
		);
		expect(paused.items.map(comparable)).toEqual(waited.items.map(comparable));
		expect(paused.items.map(({ json }) => json.error?.category)).toEqual([
			'invalidParameters',
			'contentPolicy',
			undefined,
			undefined,
		]);
	});

	test('the error output', async () => {
		const { items, errors } = await through(order('minimax'), {
			input: input(),
			onError: 'continueErrorOutput',
		});
		expect(items).toHaveLength(3);
		expect(errors).toHaveLength(1);
		expect(errors[0].json.error).toBeDefined();
	});

	test('without either, the first failure ends the run and names the tasks of the others', async () => {
		world.simulator.outcome({ times: 1, status: 'failed', category: 'content' });
		const { error, status } = await through(order('minimax'), { input: prompts(3) });
		expect(status).toBe('error');
		for (const { id } of world.simulator.tasks) expect(error.description).toContain(id);
	});

	test.each([undefined, 'continueRegularOutput'])(
		'Retry On Fail, a task that fails each time (%s): no more orders than with Wait',
		async (onError) => {
			world.simulator.outcome({ times: 99, status: 'failed', category: 'generic' });
			const options = {
				input: one(),
				retryOnFail: true,
				maxTries: 3,
				waitBetweenTries: 0,
				onError,
			};
			const { status } = await through(order('wavespeed'), options);
			expect(status).toBe(onError ? 'success' : 'error');
			expect(paid()).toBe(3);
		},
	);

	test('Retry On Fail, a download that fails: nothing is bought again', async () => {
		world.simulator.fault({ kind: 'video', times: 5, do: { status: 503 } });
		const { items, error } = await through(order('wavespeed'), {
			input: prompts(2),
			retryOnFail: true,
			maxTries: 3,
			waitBetweenTries: 0,
		});
		expect(error).toBeUndefined();
		expect(items.every(({ binary }) => binary.data)).toBe(true);
		expect(paid()).toBe(2);
	});
});

describe('workflows', () => {
	const node = (name, type, parameters = {}) => ({
		id: name,
		name,
		type,
		typeVersion: 1,
		position: [0, 0],
		parameters,
	});
	const hailuo = (name, more = {}) => ({
		...world.nodeOf(order('pixazo')),
		id: name,
		name,
		...more,
	});
	const to = (...names) => names.map((name) => ({ node: name, type: 'main', index: 0 }));
	/** Runs a workflow to its end, and wakes it as often as n8n would. */
	const flow = async (nodeList, connections, input, more = {}) => {
		const options = { nodeList, connections, input, ...more };
		let run = await world.engine.run(options).promise;
		const parked = [];
		while (run.status === 'waiting' && parked.length < 20) {
			parked.push(run);
			time.aheadMs += Math.max(0, run.waitTill.getTime() - systemClock.now());
			run = await world.engine.run({ ...options, parked: run }).promise;
		}
		const rows = (name) =>
			(run.data.resultData.runData[name] ?? []).map(({ data }) =>
				(data?.main?.[0] ?? []).map(({ json }) => json.status),
			);
		return { run, parked, rows };
	};
	const done = ['succeeded'];

	test('a loop whose every round parks', async () => {
		const { run, rows } = await flow(
			[
				node('Start', 'start'),
				node('Rounds', 'rounds'),
				hailuo('Hailuo', {
					parameters: { ...order('pixazo', { mode: 'textToVideo' }), resource: 'video' },
				}),
			],
			{
				Start: { main: [to('Rounds')] },
				Rounds: { main: [to('Hailuo'), []] },
				Hailuo: { main: [to('Rounds')] },
			},
			one(),
		);
		expect(run.status).toBe('success');
		expect(rows('Hailuo')).toEqual([done, done, done]);
		expect(rows('Rounds')).toHaveLength(4);
		expect(paid()).toBe(3);
		const ids = run.data.resultData.runData.Hailuo.map(({ data }) => data.main[0][0].json.taskId);
		expect(new Set(ids).size).toBe(3);
	});

	test('two in a row, and a node behind them that runs once', async () => {
		const { run, rows } = await flow(
			[
				node('Start', 'start'),
				hailuo('A'),
				hailuo('B', {
					parameters: { ...order('pixazo', { mode: 'textToVideo' }), resource: 'video' },
				}),
				node('End', 'start'),
			],
			{ Start: { main: [to('A')] }, A: { main: [to('B')] }, B: { main: [to('End')] } },
			one(),
		);
		expect(run.data.resultData.error).toBeUndefined();
		for (const name of ['A', 'B', 'End']) expect(rows(name)).toEqual([done]);
		expect(paid()).toBe(2);
	});

	test('two branches', async () => {
		const { rows } = await flow(
			[node('Start', 'start'), hailuo('A'), hailuo('B'), node('End', 'start')],
			{ Start: { main: [to('A', 'B')] }, A: { main: [to('End')] }, B: { main: [to('End')] } },
			one(),
		);
		expect(rows('A')).toEqual([done]);
		expect(rows('B')).toEqual([done]);
		expect(rows('End')).toEqual([done, done]);
		expect(paid()).toBe(2);
	});

	test('two connections into one node', async () => {
		const { rows } = await flow(
			[node('Start', 'start'), node('Left', 'start'), node('Right', 'start'), hailuo('A')],
			{
				Start: { main: [to('Left', 'Right')] },
				Left: { main: [to('A')] },
				Right: { main: [to('A')] },
			},
			one(),
		);
		expect(rows('A')).toEqual([done, done]);
		expect(paid()).toBe(2);
	});

	// n8n 1.x gives the parent its own items back
	const isLater = !/^1\./.test(engineVersion);
	const why = isLater ? /item by item/ : /n8n 1\.x loses the rows/;
	test.each([
		['with several items', 2, undefined, isLater],
		['with a single item: it may be called item by item', 1, undefined, false],
		['with a single item, and nobody waits for it', 1, false, true],
	])('a sub-workflow called %s', async (_how, count, shouldResume, parks) => {
		const { run, parked, rows } = await flow(
			[node('Called', 'n8n-nodes-base.executeWorkflowTrigger'), hailuo('A')],
			{ Called: { main: [to('A')] } },
			prompts(count),
			{ parentExecution: { executionId: '7', workflowId: 'wf7', shouldResume } },
		);
		expect(run.status).toBe('success');
		expect(parked.length > 0).toBe(parks);
		expect(rows('A')).toEqual([Array(count).fill('succeeded')]);
		const hints = lastRun(run, 'A').hints.map(({ message }) => message);
		expect(why.test(hints.join())).toBe(!parks);
	});

	test.each([
		['n8n-nodes-base.webhook', { responseMode: 'lastNode' }, true],
		['n8n-nodes-base.webhook', { responseMode: 'onReceived' }, false],
		['@n8n/n8n-nodes-langchain.chatTrigger', {}, true],
		['@n8n/n8n-nodes-langchain.chatTrigger', { options: { responseMode: 'responseNodes' } }, false],
	])('started by %s with %j', async (type, parameters, stays) => {
		const { run, parked } = await flow(
			[node('Trigger', type, parameters), hailuo('A')],
			{ Trigger: { main: [to('A')] } },
			one(),
		);
		expect(run.status).toBe('success');
		expect(parked.length === 0).toBe(stays);
		const hints = lastRun(run, 'A').hints.map(({ message }) => message);
		expect(/'Trigger' answers its caller/.test(hints.join())).toBe(stays);
	});
});

test('Wait for tasks that exist', async () => {
	const made = await world.run(order('toapis', { completion: 'return' }), { input: prompts(3) });
	const { items, waits } = await through(
		{ provider: 'toapis', operation: 'wait', completion: 'pause' },
		{ input: made.items.map(({ json }) => ({ json })) },
	);
	expect(waits.length).toBeGreaterThan(0);
	expect(items.map(({ json }) => json.taskId)).toEqual(made.items.map(({ json }) => json.taskId));
	expect(items.every(({ binary }) => binary.data)).toBe(true);
	expect(paid()).toBe(3);
});

describe('where the execution cannot be parked, the node stays, and says why', () => {
	const { ExecuteContext } = require('n8n-core');
	const restore = [];
	const replace = (name, work) => {
		const { prototype } = ExecuteContext;
		const own = Object.getOwnPropertyDescriptor(prototype, name);
		Object.defineProperty(prototype, name, { configurable: true, ...work });
		restore.push(() =>
			own ? Object.defineProperty(prototype, name, own) : delete prototype[name],
		);
	};
	afterEach(() => {
		for (const undo of restore.splice(0)) undo();
	});
	const stays = async (pattern, options = {}) => {
		const { waits, items, hints } = await through(order('gptge'), { input: one(), ...options });
		expect(waits).toEqual([]);
		expect(items[0].json.status).toBe('succeeded');
		expect(items[0].binary.data).toBeDefined();
		expect(hints.join()).toMatch(pattern);
		expect(paid()).toBe(1);
	};

	test('n8n no longer takes a wait', async () => {
		replace('putExecutionToWait', { value: async () => {} });
		await stays(/n8n did not take it/);
	});

	test('n8n gives out a copy of its stack entry', async () => {
		replace('getExecuteData', {
			value() {
				return { ...this.executeData };
			},
		});
		await stays(/built differently/);
	});

	test("n8n's old execution order", async () =>
		await stays(/old execution order/, { settings: { executionOrder: 'v0' } }));

	test('as a tool of an AI agent', async () => {
		const { make, runs } = world.engine.tools({
			node: world.nodeOf(order('gptge', { mode: 'textToVideo', prompt: 'a cat' }), {
				type: 'hailuoVideoTool',
			}),
		});
		await make()({});
		expect(runs()).toHaveLength(1);
		expect(JSON.stringify(runs()[0].data)).toContain('succeeded');
		expect(paid()).toBe(1);
	});

	test('n8n runs only this one execution', async () => await stays(/only/, { mode: 'cli' }));
});

test.each([
	['all at once', {}],
	['two at a time', { batching: { maxInFlight: 2 } }],
])(
	'Max Spend, %s: 7 of 20 are paid over all wake-ups, also with Retry On Fail',
	async (_, more) => {
		const { items, hints, status } = await through(
			order('minimax', { ...more, options: { maxSpend: 1.96 }, downloadVideo: false }),
			{
				input: prompts(20),
				onError: 'continueRegularOutput',
				retryOnFail: true,
				maxTries: 3,
				waitBetweenTries: 0,
			},
		);
		expect(status).toBe('success');
		expect(paid()).toBe(7);
		expect(items.map(({ json }) => json.error?.category ?? json.status)).toEqual([
			...Array(7).fill('succeeded'),
			...Array(13).fill('spendLimit'),
		]);
		expect(hints).toContain('7 clips, about $1.96');
	},
);

test('Max Spend without Continue On Fail: refused with the sum before anything is paid or parked', async () => {
	const { error, waits } = await through(order('minimax', { options: { maxSpend: 1.96 } }), {
		input: prompts(20),
	});
	expect(error.message).toMatch(/about \$5\.60/);
	expect(waits).toEqual([]);
	expect(paid()).toBe(0);
});
