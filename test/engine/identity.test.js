'use strict';
/* When two calls are the same order (ARCHITECTURE.md, "When two calls are one order"): each row, and what is paid. */
const { forgetProcess } = require('../../nodes/HailuoVideo/submit/deduplicationKeys');
const { quick, setUp, withPicture } = require('./support');

let world;
beforeAll(async () => (world = await setUp()));
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
	...quick,
	...more,
});
const changing = '={{ "A cat at " + $now.toMillis() + " " + Math.random() }}';
const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
const paid = () => world.simulator.paid();
const failFirstDownloads = (provider, times = 5) =>
	world.simulator.fault({ provider, kind: 'video', times, do: { status: 503 } });
const loseFirstAnswer = (provider) =>
	world.simulator.fault({ provider, kind: 'submit', times: 1, do: { reset: true, made: true } });

describe('a retry of the node', () => {
	test('finds the order although an expression has changed its words', async () => {
		failFirstDownloads('wavespeed');
		const { items, hints } = await world.run(order('wavespeed', { prompt: changing }), retry);
		expect(items[0].json.status).toBe('succeeded');
		expect(hints.map(({ message }) => message).join()).toMatch(/order of the first try/);
		expect(paid()).toBe(1);
	});

	test('does not send an order again whose answer was lost, although its words have changed', async () => {
		loseFirstAnswer('minimax');
		const { error } = await world.run(order('minimax', { prompt: changing }), retry);
		expect(error.message).toMatch(/is not sent again/);
		expect(paid()).toBe(1);
	});

	test('says the first reason of an unknown outcome', async () => {
		world.simulator.fault({
			provider: 'pixazo',
			kind: 'submit',
			times: 1,
			do: { status: 502, made: true },
		});
		const { error } = await world.run(order('pixazo'), retry);
		expect(error.message).toMatch(/An unexpected error occurred/);
		expect(paid()).toBe(1);
	});
});

describe('Continue On Fail', () => {
	test('a row of success has no field error, so that n8n 1.123 does not run the node again', async () => {
		const { items } = await world.run(order('seaart'), {
			...retry,
			onError: 'continueRegularOutput',
		});
		expect(items[0].json).not.toHaveProperty('error');
		expect(paid()).toBe(1);
	});

	test('ToAPIs: an answer is lost beside an item that is refused: the retries buy nothing again', async () => {
		const input = [withPicture({ prompt: 'sim:balance' }), withPicture({ prompt: 'sim:lost' })];
		const { error } = await world.run(order('toapis'), { ...retry, input });
		expect(error.description).toMatch(/Top up the account/);
		expect(paid()).toBe(1);
		expect(error.description).toContain(world.simulator.tasks[0].id);
	});

	test.each(['minimax', 'seaart', 'gptge', 'wavespeed', 'pixazo'])(
		'%s: the error of a refused item says that the clip of another one may exist',
		async (provider) => {
			const input = [withPicture({ prompt: 'sim:balance' }), withPicture({ prompt: 'sim:lost' })];
			const { error } = await world.run(order(provider), { ...retry, input });
			expect(error.context.itemIndex).toBe(0);
			expect(error.description).toMatch(/paid task may exist, .* for: item 1 /);
			expect(paid()).toBe(1);
		},
	);

	test('keeps the image of the item, so that another node can try another gateway', async () => {
		world.simulator.fault({
			provider: 'gptge',
			kind: 'submit',
			times: 9,
			do: { business: 'balance' },
		});
		const { errors } = await world.run(order('gptge'), { onError: 'continueErrorOutput' });
		expect(errors[0].binary.data.mimeType).toBe('image/png');
		expect(errors[0].json.error.category).toBe('balance');
	});
});

describe('a retry of the execution', () => {
	/** What n8n hands to the new execution: the context of the old one. */
	const contextOf = (run) => run.data.executionData.contextData;
	const failed = async (parameters) => {
		failFirstDownloads(parameters.provider);
		const run = await world.start(parameters).promise;
		expect(run.status).toBe('error');
		return contextOf(run);
	};

	test('finds the task, whatever an expression has made of the words', async () => {
		const contextData = await failed(order('wavespeed', { prompt: changing }));
		const { items } = await world.run(order('wavespeed', { prompt: changing }), {
			contextData,
			executionId: '2',
		});
		expect(items[0].json.status).toBe('succeeded');
		expect(paid()).toBe(1);
	});

	test('makes a new clip when the user has changed the words in the node', async () => {
		const contextData = await failed(order('wavespeed', { prompt: 'A cat' }));
		await world.run(order('wavespeed', { prompt: 'A dog' }), { contextData, executionId: '2' });
		expect(paid()).toBe(2);
	});

	test('finds the task when the user has changed something else', async () => {
		const contextData = await failed(order('wavespeed', { prompt: 'A cat' }));
		const parameters = order('wavespeed', { prompt: 'A cat', binaryPropertyName: 'clip' });
		const { items } = await world.run(parameters, { contextData, executionId: '2' });
		expect(items[0].binary.clip).toBeDefined();
		expect(paid()).toBe(1);
	});
});

describe('equal wishes', () => {
	test('two items with the same words are two orders', async () => {
		const { items } = await world.run(order('pixazo'), { input: [withPicture(), withPicture()] });
		expect(new Set(items.map(({ json }) => json.taskId)).size).toBe(2);
		expect(paid()).toBe(2);
	});

	test('two executions are two orders', async () => {
		await world.run(order('pixazo'), { executionId: '1' });
		await world.run(order('pixazo'), { executionId: '2' });
		expect(paid()).toBe(2);
	});

	test.each([true, false])(
		'ToAPIs: two nodes are two orders, also when the answer to the second is lost (made: %p)',
		async (made) => {
			const first = await world.run(order('toapis'));
			world.simulator.fault({
				provider: 'toapis',
				kind: 'submit',
				times: 1,
				do: { status: 502, made },
			});
			const second = await world.run(order('toapis'), {
				id: '3',
				name: 'Second',
				onError: 'continueRegularOutput',
			});
			const [{ json }] = second.items;
			expect(json.taskId).not.toBe(first.items[0].json.taskId);
			expect(json.error?.category).toBe(made ? undefined : 'unknownOutcome');
			expect(paid()).toBe(made ? 2 : 1);
		},
	);
});

describe('as a tool of an AI agent', () => {
	const toolNode = (parameters, extra = {}) => ({
		...world.nodeOf(parameters, extra),
		type: 'hailuoVideoTool',
	});
	const text = (provider, more = {}) => ({
		...order(provider, more),
		mode: 'textToVideo',
		model: 'MiniMax-Hailuo-2.3',
	});

	test('a retry of the call picks the task up', async () => {
		failFirstDownloads('wavespeed');
		const tools = world.engine.tools({ node: toolNode(text('wavespeed'), retry) });
		expect(await tools.make()({ prompt: 'A cat' })).toMatch(/succeeded/);
		expect(paid()).toBe(1);
	});

	test('an order whose answer was lost is not sent again by a retry', async () => {
		loseFirstAnswer('wavespeed');
		const tools = world.engine.tools({ node: toolNode(text('wavespeed'), retry) });
		await tools
			.make()({ prompt: 'A cat' })
			.catch((error) => String(error));
		expect(paid()).toBe(1);
	});

	test('two equal wishes, one after the other, are two clips', async () => {
		const tools = world.engine.tools({ node: toolNode(text('pixazo')) });
		const tool = tools.make();
		await tool({ prompt: 'A cat' });
		await tool({ prompt: 'A cat' });
		expect(paid()).toBe(2);
	});

	test('two equal calls at the same moment are two clips', async () => {
		const tools = world.engine.tools({ node: toolNode(text('pixazo')) });
		const made = [tools.make(), tools.make()];
		const answers = await Promise.all(made.map(async (tool) => await tool({ prompt: 'A cat' })));
		const ids = answers.map((answer) => JSON.parse(answer)[0].taskId);
		expect(new Set(ids).size).toBe(2);
		expect(paid()).toBe(2);
	});

	test('two items of an agent, whose tools were made before either was called', async () => {
		const tools = world.engine.tools({ node: toolNode(text('pixazo')) });
		const [first, second] = [tools.make(), tools.make()];
		await first({ prompt: 'A cat' });
		await second({ prompt: 'A cat' });
		await second({ prompt: 'A dog' });
		expect(paid()).toBe(3);
	});
});

describe('a deduplication key', () => {
	const keyed = (key, more = {}) =>
		order('gptge', { options: { deduplicationKey: key }, completion: 'return', ...more });

	test.each([[{ $oid: '1' }], [['a']], [true]])(
		'%j is no key: refused before anything is paid',
		async (key) => {
			const input = [withPicture({ id: key })];
			const { error } = await world.run(keyed('={{ $json.id }}'), { input });
			expect(error.message).toMatch(/'Deduplication Key' is/);
			expect(paid()).toBe(0);
		},
	);

	test('numbers are keys', async () => {
		const input = [withPicture({ id: 7 }), withPicture({ id: 7 }), withPicture({ id: 8 })];
		await world.run(keyed('={{ $json.id }}'), { input });
		expect(paid()).toBe(2);
	});

	test('one letter is one letter, in each form that Unicode has for it', async () => {
		const input = ['caf\u00e9', 'cafe\u0301'].map((id) => withPicture({ id }));
		await world.run(keyed('={{ $json.id }}'), { input });
		expect(paid()).toBe(1);
	});

	test('an object that an expression has pressed into a text is no key', async () => {
		const input = [{ $oid: '1' }, { $oid: '2' }].map((id) => withPicture({ id }));
		const { error } = await world.run(keyed('=clip-{{ $json.id }}'), { input });
		expect(error.message).toMatch(/'Deduplication Key' holds '\[object Object\]'/);
		expect(paid()).toBe(0);
	});

	test('a task that the gateway has forgotten frees its key, unless it was made a moment ago', async () => {
		const staticData = {};
		await world.run(keyed('k'), { staticData });
		const unknown = (times) =>
			world.simulator.fault({ kind: 'status', times, do: { business: 'notFound' } });
		unknown(3);
		const soon = await world.run(keyed('k'), { staticData });
		expect(soon.items[0].json.taskId).toBe(world.simulator.tasks[0].id);
		expect(paid()).toBe(1);

		forgetProcess();
		const dayAgo = JSON.stringify(staticData).replace(
			/"at":\d+/g,
			`"at":${Date.now() - 86_400_000}`,
		);
		unknown(3);
		const later = await world.run(keyed('k'), { staticData: JSON.parse(dayAgo) });
		expect(later.items[0].json.taskId).toBe(world.simulator.tasks[1].id);
		expect(paid()).toBe(2);
	});

	test('a task that failed frees its key', async () => {
		world.simulator.outcome({ times: 1, status: 'failed', category: 'content' });
		const bad = await world.run(keyed('k', { completion: 'wait' }));
		expect(bad.error.description).toMatch(/moderation/);
		const good = await world.run(keyed('k', { completion: 'wait', prompt: 'A mended prompt' }));
		expect(good.items[0].json.status).toBe('succeeded');
	});

	test('a task that failed after it was returned is not handed out again', async () => {
		world.simulator.outcome({ times: 1, status: 'failed', category: 'generic' });
		const first = await world.run(keyed('k'));
		await new Promise((done) => setTimeout(done, 150));
		const second = await world.run(keyed('k'));
		expect(second.items[0].json.taskId).not.toBe(first.items[0].json.taskId);
		const third = await world.run(keyed('k'));
		expect(third.items[0].json.taskId).toBe(second.items[0].json.taskId);
	});

	test('another account has its own', async () => {
		const { credentials } = world;
		const first = await world.run(keyed('k'));
		const { apiKey } = credentials.hailuoGptGeApi;
		credentials.hailuoGptGeApi.apiKey = 'another-key-0123456789';
		const second = await world.run(keyed('k'));
		credentials.hailuoGptGeApi.apiKey = apiKey;
		expect(second.items[0].json.taskId).not.toBe(first.items[0].json.taskId);
		expect(paid()).toBe(2);
	});

	test('executions that overlap keep each other’s keys in what n8n saves', async () => {
		const stores = [{}, {}];
		const runs = ['a', 'b'].map(
			async (key, index) =>
				await world.run(keyed(key, { completion: 'wait' }), { staticData: stores[index] }),
		);
		await Promise.all(runs);
		for (const store of stores) {
			const saved = JSON.stringify(store);
			for (const { id } of world.simulator.tasks) expect(saved).toContain(id);
		}
	});

	test('the answer is lost: noted for the key at once, and not sent again', async () => {
		const staticData = {};
		loseFirstAnswer('gptge');
		await world.run(keyed('k'), { staticData });
		forgetProcess();
		const again = await world.run(keyed('k'), { staticData });
		expect(again.error.message).toMatch(/is not sent again/);
		expect(paid()).toBe(1);
	});

	test('ToAPIs: an answer that was lost is looked up for the key, in a later execution as well', async () => {
		const staticData = {};
		const keyedOrder = keyed('k', { provider: 'toapis', completion: 'wait' });
		loseFirstAnswer('toapis');
		world.simulator.fault({ provider: 'toapis', kind: 'status', times: 4, do: { status: 503 } });
		const first = await world.run(keyedOrder, { staticData });
		expect(first.error.description).toMatch(/a paid task may exist/);
		for (const executionId of ['2', '3']) {
			forgetProcess();
			const { items } = await world.run(keyedOrder, { staticData, executionId });
			expect(items[0].json.taskId).toBe(world.simulator.tasks[0].id);
		}
		expect(paid()).toBe(1);
	});

	test('Stop with Cancel on Stop touches only what this execution ordered', async () => {
		const slow = {
			...order('wavespeed'),
			prompt: 'sim:slow',
			options: { deduplicationKey: 'k' },
			waitOptions: { pollInterval: 1, cancelOnStop: true },
		};
		const owner = world.start(slow);
		while (paid() === 0) await new Promise((done) => setTimeout(done, 5));
		const guest = world.start(slow);
		while (!world.simulator.requests.some(({ kind }, at) => kind === 'status' && at > 2))
			await new Promise((done) => setTimeout(done, 5));
		guest.cancel();
		await guest.promise.catch(() => {});
		await new Promise((done) => setTimeout(done, 200));
		expect(world.simulator.tasks[0].canceledAt).toBeUndefined();
		owner.cancel();
		await owner.promise.catch(() => {});
	});

	test('… also after a retry of the node', async () => {
		const slow = {
			...keyed('k', { provider: 'wavespeed' }),
			completion: 'wait',
			waitOptions: { pollInterval: 1, cancelOnStop: true },
		};
		const { simulator } = world;
		simulator.outcome({ times: 1, taskMs: 3_600_000 });
		await world.run({ ...slow, completion: 'return' });
		// the look before the key is handed out, and the first poll
		simulator.fault({ kind: 'status', times: 2, do: { business: 'auth' } });
		const guest = world.start(slow, retry);
		const polls = () => simulator.requests.filter(({ kind }) => kind === 'status').length;
		while (polls() < 4) await new Promise((done) => setTimeout(done, 5));
		guest.cancel();
		await guest.promise.catch(() => {});
		await new Promise((done) => setTimeout(done, 200));
		expect(simulator.requests.map(({ kind }) => kind)).not.toContain('cancel');
		expect(paid()).toBe(1);
	});
});
