'use strict';
/* Money in n8n's own engine: estimated cost, Max Spend, Dry Run, Get Balance, the execution's custom data. */
const {
	labelOf,
	modelsOf,
	modesOf,
	providerIds,
	table,
	typicalSecondsOf,
} = require('../../nodes/shared/catalog/gateways');
const { setUp, withPicture, quick } = require('./support');

let world;
beforeAll(async () => {
	world = await setUp();
});
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const order = (more = {}) => ({
	provider: 'minimax',
	operation: 'create',
	mode: 'textToVideo',
	model: 'MiniMax-Hailuo-02',
	prompt: 'A cat',
	...quick,
	downloadVideo: false,
	...more,
});
/** @param {number} count @param {(index: number) => object} [json] */
const many = (count, json = () => ({})) =>
	Array.from({ length: count }, (_, i) => ({ json: json(i) }));
const kinds = () => [...new Set(world.simulator.requests.map(({ kind }) => kind))];
const categories = (items) => items.map(({ json }) => json.error?.category ?? json.status);

describe('estimated cost', () => {
	test('in every row, with its source and its day', async () => {
		const { items, hints } = await world.run(order(), { input: many(12) });
		for (const { json } of items)
			expect(json.estimatedCost).toEqual({
				amount: 0.28,
				currency: 'USD',
				source: 'MiniMax, pay-as-you-go price list',
				asOf: '2026-08-18',
			});
		expect(hints.map(({ message }) => message)).toContain('12 clips, about $3.36');
	});

	test.each(['{"duration":10}', '{"resolution":"1080P"}', '{"model":"MiniMax-Hailuo-2.3"}'])(
		'not that of the form where extra fields %s replace it',
		async (extraFields) => {
			const options = { extraFields };
			const { items, hints } = await world.run(order({ options }), { input: many(1) });
			expect(items[0].json).toMatchObject({ status: 'succeeded' });
			expect(items[0].json).not.toHaveProperty('estimatedCost');
			expect(hints).toEqual([]);

			world.simulator.reset();
			const limited = { extraFields, maxSpend: 0.3 };
			const { error } = await world.run(order({ options: limited }), { input: many(1) });
			expect(error.message).toMatch(/cannot be kept.*'Extra Fields \(JSON\)' replace/);
			expect(world.simulator.requests).toEqual([]);
		},
	);

	test('the same beside extra fields that only add something', async () => {
		const options = { extraFields: '{"prompt_optimizer":false}', maxSpend: 0.3 };
		const { items } = await world.run(order({ options }), { input: many(1) });
		expect(items[0].json).toMatchObject({ status: 'succeeded', estimatedCost: { amount: 0.28 } });
	});

	test('in the row of a task that failed, too', async () => {
		const { items } = await world.run(order({ prompt: 'sim:fail' }), {
			input: many(1),
			onError: 'continueRegularOutput',
		});
		expect(items[0].json).toMatchObject({ status: 'failed', estimatedCost: { amount: 0.28 } });
	});

	test('absent where no price is public', async () => {
		const { items, hints } = await world.run(order({ provider: 'seaart' }), { input: many(1) });
		expect(items[0].json).not.toHaveProperty('estimatedCost');
		expect(hints).toEqual([]);
	});

	test('WaveSpeed is not asked without need', async () => {
		const { items } = await world.run(
			order({ provider: 'wavespeed', model: 'MiniMax-H3', duration: 5 }),
			{ input: many(1) },
		);
		expect(items[0].json.estimatedCost).toMatchObject({ amount: 0.5, currency: 'USD' });
		expect(kinds()).not.toContain('price');
	});
});

describe('Max Spend: 20 items of $0.28 with room for 7', () => {
	const limited = (more = {}) => order({ options: { maxSpend: 1.96, ...more } });
	const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
	const patient = { onError: 'continueRegularOutput' };
	const sevenOf20 = [...Array(7).fill('succeeded'), ...Array(13).fill('spendLimit')];

	test.each([
		['once', {}],
		['with Retry On Fail', retry],
	])(
		'without Continue On Fail, %s: the run is refused with the sum, nothing is paid',
		async (_, more) => {
			const { error } = await world.run(limited(), { input: many(20), ...more });
			expect(error.message).toBe(
				"The 20 videos of this run cost about $5.60, more than 'Max Spend (USD)' $1.96",
			);
			expect(error.description).toMatch(/Raise 'Max Spend \(USD\)'/);
			expect(world.simulator.requests).toEqual([]);
		},
	);

	test.each([
		['once', {}],
		['with Retry On Fail', retry],
	])('with Continue On Fail, %s: the first 7 are ordered, the rest get a row', async (_, more) => {
		const { items, hints, error } = await world.run(limited(), {
			input: many(20),
			...patient,
			...more,
		});
		expect(error).toBeUndefined();
		expect(categories(items)).toEqual(sevenOf20);
		expect(items[7].json.error).toMatchObject({ code: 'refused', retryable: false });
		expect(world.simulator.paid()).toBe(7);
		expect(hints.map(({ message }) => message)).toContain('7 clips, about $1.96');
	});

	test('on the error output, with Retry On Fail', async () => {
		const { items, errors } = await world.run(limited(), {
			input: many(20),
			onError: 'continueErrorOutput',
			...retry,
		});
		expect(items).toHaveLength(7);
		expect(errors).toHaveLength(13);
		expect(world.simulator.paid()).toBe(7);
	});

	test('tasks that fail and answers that are lost count: never more than 7 orders', async () => {
		const prompts = ['sim:fail', 'sim:lost', 'A cat', 'sim:fail', 'A cat', 'A dog', 'sim:lost'];
		const { items } = await world.run(
			{ ...limited({ resubmitUnknown: true }), prompt: '={{ $json.prompt }}' },
			{ input: many(20, (i) => ({ prompt: prompts[i] ?? 'A cat' })), ...patient, ...retry },
		);
		expect(world.simulator.paid()).toBe(7);
		expect(categories(items).filter((word) => word === 'spendLimit').length).toBeGreaterThan(12);
	});

	test('no money for another try: the row has the task of the one that failed', async () => {
		const { items } = await world.run(
			{ ...limited({ maxSpend: 0.56 }), prompt: '={{ $json.prompt }}' },
			{
				input: many(3, (i) => ({ prompt: i === 0 ? 'sim:fail' : 'A cat' })),
				...patient,
				...retry,
			},
		);
		const [failed] = world.simulator.tasks.filter(({ prompt }) => prompt === 'sim:fail');
		expect(categories(items)).toEqual(['spendLimit', 'succeeded', 'spendLimit']);
		expect(items[0].json).toMatchObject({ taskId: failed.id, status: 'failed' });
		expect(items[2].json).not.toHaveProperty('taskId');
		expect(world.simulator.paid()).toBe(2);
	});

	test('what the gateway refuses costs nothing: the retry may use it', async () => {
		const { items } = await world.run(
			{ ...limited(), prompt: '={{ $json.prompt }}' },
			{ input: many(8, (i) => ({ prompt: i < 7 ? 'A cat' : 'sim:reject' })), ...patient },
		);
		expect(categories(items)[7]).toBe('spendLimit');
		expect(world.simulator.paid()).toBe(7);
	});

	test('a limit that all fit into changes nothing', async () => {
		const { items } = await world.run(limited({ maxSpend: 5.6 }), { input: many(20) });
		expect(categories(items)).toEqual(Array(20).fill('succeeded'));
	});

	test('what a Deduplication Key hands back from another execution counts nothing', async () => {
		const staticData = {};
		const keyed = { maxSpend: 0.3, deduplicationKey: 'one' };
		for (let round = 0; round < 3; round++) {
			const { items, error } = await world.run(order({ options: keyed }), {
				input: many(1),
				mode: 'trigger',
				staticData,
			});
			expect(error).toBeUndefined();
			expect(categories(items)).toEqual(['succeeded']);
		}
		expect(world.simulator.paid()).toBe(1);
	});

	test('two items with one Deduplication Key are one clip, and counted once', async () => {
		const keyed = limited({ maxSpend: 0.3, deduplicationKey: 'twins' });
		const { items, error } = await world.run(keyed, {
			input: many(2),
			mode: 'trigger',
			staticData: {},
		});
		expect(error).toBeUndefined();
		expect(new Set(items.map(({ json }) => json.taskId)).size).toBe(1);
		expect(world.simulator.paid()).toBe(1);
	});

	test('a key whose task is dead does not let an order through whose price nobody knows', async () => {
		const staticData = {};
		const keyed = (more = {}) => ({
			...order({ provider: 'seaart', completion: 'return' }),
			options: { deduplicationKey: 'dead', ...more },
		});
		world.simulator.outcome({ times: 1, status: 'failed', category: 'generic' });
		const { items } = await world.run(keyed(), { input: many(1), staticData });
		const waiting = order({ provider: 'seaart', operation: 'wait', taskId: items[0].json.taskId });
		await world.run({ ...waiting, endpoint: items[0].json.endpoint });
		const { error } = await world.run(keyed({ maxSpend: 1 }), { input: many(1), staticData });
		expect(error.message).toMatch(/price of this video is not known/);
		expect(world.simulator.paid()).toBe(1);
	});

	test.each([0, -1, 'ten', '={{ {} }}', '', null, '={{ $json.noSuchField }}'])(
		'%j is refused before anything is sent',
		async (maxSpend) => {
			const { error } = await world.run(limited({ maxSpend }), { input: many(1) });
			expect(error.message).toMatch(/^'Max Spend \(USD\)' is/);
			expect(world.simulator.requests).toEqual([]);
		},
	);

	test('a price that is not known is refused, unless Price per Clip says it', async () => {
		const { error } = await world.run({ ...limited(), provider: 'seaart' }, { input: many(1) });
		expect(error.message).toMatch(/price of this video is not known/);
		expect(error.description).toMatch(/'Price per Clip \(USD\)'/);
		expect(world.simulator.requests).toEqual([]);

		const priced = { ...limited({ pricePerClip: 0.9 }), provider: 'seaart' };
		const { items } = await world.run(priced, { input: many(3), ...patient });
		expect(categories(items)).toEqual(['succeeded', 'succeeded', 'spendLimit']);
		expect(items[0].json.estimatedCost).toMatchObject({ amount: 0.9, currency: 'USD' });
	});
});

describe('WaveSpeed tells its price', () => {
	const asked = (more = {}) =>
		order({
			provider: 'wavespeed',
			model: 'MiniMax-H3-Open',
			resolution: '768P',
			duration: 5,
			prompt: '={{ $json.prompt }}',
			options: { maxSpend: 1, ...more },
		});
	const input = many(20, (i) => ({ prompt: `A cat, ${i}` }));

	test('what is charged counts, and orders that differ in their words are asked for once', async () => {
		// $0.40 by the list, $0.20 by the answer: five fit
		const { items } = await world.run(asked(), { input, onError: 'continueRegularOutput' });
		expect(world.simulator.paid()).toBe(5);
		expect(items[0].json.estimatedCost).toMatchObject({
			amount: 0.2,
			source: 'WaveSpeed AI, asked for this order',
		});
		expect(world.simulator.requests.filter(({ kind }) => kind === 'price')).toHaveLength(1);
	});

	test.each([
		['fails', () => world.simulator.fault({ kind: 'price', times: 9, do: { status: 503 } })],
		[
			'gives a web page',
			() => world.simulator.fault({ kind: 'price', times: 9, do: { html: true } }),
		],
		[
			'gives nonsense',
			() => world.simulator.money({ provider: 'wavespeed', price: 'much', discounted: 'little' }),
		],
		[
			'gives a negative price',
			() => world.simulator.money({ provider: 'wavespeed', price: -1, discounted: -1 }),
		],
		[
			'says that it is nothing',
			() => world.simulator.money({ provider: 'wavespeed', price: 0, discounted: 0 }),
		],
	])('the list counts when the price call %s', async (_, arrange) => {
		arrange();
		const { items } = await world.run(asked(), { input, onError: 'continueRegularOutput' });
		expect(items[0].json.estimatedCost).toMatchObject({ amount: 0.4 });
		expect(world.simulator.paid()).toBe(2);
	});
});

describe('Dry Run', () => {
	test.each(providerIds)(
		'%s: every mode and model, and nothing but free requests leaves',
		async (provider) => {
			for (const mode of modesOf(provider))
				for (const model of modelsOf(provider, mode)) {
					const { items, error } = await world.run(
						order({
							provider,
							mode,
							model,
							lastFrameBinaryProperty: 'last',
							references: {
								reference: [{ kind: 'image', source: 'binary', binaryProperty: 'data' }],
							},
							options: { dryRun: true },
						}),
						{ input: [withPicture({}, 'data', 'last')] },
					);
					expect(error).toBeUndefined();
					const { json, binary } = items[0];
					expect(binary).toBeUndefined();
					expect(json).toMatchObject({ dryRun: true, provider, mode, model });
					expect(json).not.toHaveProperty('taskId');
					expect(json).not.toHaveProperty('status');
					expect(json.expectedSeconds).toBe(
						Math.round(typicalSecondsOf(provider, model, json.resolution, json.duration)),
					);
					const { method, url, body } = json.request;
					expect([labelOf(model), method]).toEqual([labelOf(model), 'POST']);
					expect(url.startsWith(`${world.simulator.baseUrl(provider)}/`)).toBe(true);
					const text = JSON.stringify(body);
					expect(text).not.toContain('test-key');
					expect(text).not.toContain('base64');
					if (mode !== 'textToVideo') expect(text).toMatch(/<image\/png, [\d.]+ kB>/);
				}
			expect(kinds().filter((kind) => kind !== 'price')).toEqual([]);
			expect(kinds().includes('price')).toBe(provider === 'wavespeed');
			expect(world.simulator.paid()).toBe(0);
		},
	);

	test('shows the request that the same order then sends', async () => {
		const asked = (dryRun) =>
			order({
				model: 'MiniMax-H3',
				aspectRatio: '21:9',
				duration: 7,
				options: { dryRun, extraFields: '{"seed":7}', callbackUrl: '' },
				completion: 'return',
			});
		const dry = (await world.run(asked(true), { input: many(1) })).items[0].json;
		await world.run(asked(false), { input: many(1) });
		const [submit] = world.simulator.requests.filter(({ kind }) => kind === 'submit');
		expect(dry.request.body).toEqual(submit.body);
		expect(new URL(dry.request.url).pathname.endsWith('/v2/video_generation')).toBe(true);
		expect(dry.estimatedCost).toMatchObject({ amount: 0.56, currency: 'USD' });
	});

	test('refuses what the order would be refused for', async () => {
		const { error } = await world.run(
			order({ prompt: 'x'.repeat(2001), options: { dryRun: true } }),
			{ input: many(1) },
		);
		expect(error.message).toMatch(/2001 characters/);
	});

	test('leaves no trace: a dry run is not handed back as an order', async () => {
		const input = many(2, (i) => ({ dry: i === 0 }));
		const { items } = await world.run(order({ options: { dryRun: '={{ $json.dry }}' } }), {
			input,
		});
		expect(items[0].json.dryRun).toBe(true);
		expect(items[1].json).toMatchObject({ status: 'succeeded' });
		expect(world.simulator.paid()).toBe(1);
	});
});

describe('Account, Get Balance', () => {
	const balanceOf = async (provider, more = {}) =>
		await world.run(
			{ resource: 'account', operation: 'getBalance', provider, ...more },
			{
				input: many(1),
			},
		);

	test.each([
		['minimax', { amount: 3.5, currency: 'USD', unlimited: false }],
		['wavespeed', { amount: 3.5, currency: 'USD', unlimited: false }],
		['toapis', { amount: 3.5, unit: expect.stringContaining('console'), unlimited: false }],
		['gptge', { amount: expect.any(Number), currency: 'USD', unlimited: false }],
	])('%s', async (provider, balance) => {
		world.simulator.money({ provider, balance: 3.5 });
		const { items, error } = await balanceOf(provider);
		expect(error).toBeUndefined();
		expect(items[0].json).toEqual({ provider, balance });
		expect(items[0].pairedItem).toEqual({ item: 0 });
		expect(kinds()).toEqual(['account']);
	});

	test.each(providerIds.filter((id) => !table[id].balance))(
		'%s: a clear error',
		async (provider) => {
			const { error } = await balanceOf(provider);
			expect(error.message).toMatch(/'Operation' Get Balance is not offered by/);
			expect(error.description).toMatch(/MiniMax.*console/);
			expect(world.simulator.requests).toEqual([]);
		},
	);

	test('no limit is said so, credits are dollars', async () => {
		world.simulator.money({ provider: 'toapis', unlimited: true });
		expect((await balanceOf('toapis')).items[0].json.balance).toEqual({ unlimited: true });
		world.simulator.reset();
		world.simulator.money({ provider: 'toapis', balance: 2, credits: true });
		expect((await balanceOf('toapis')).items[0].json.balance).toMatchObject({ currency: 'USD' });
	});

	test('a key of a plan at MiniMax: what it still buys', async () => {
		world.simulator.fault({ provider: 'minimax', kind: 'account', do: { business: 'auth' } });
		const { items, error } = await balanceOf('minimax', { simplify: false });
		expect(error).toBeUndefined();
		expect(items[0].json.balance).toEqual({
			amount: 2,
			unit: 'clips (MiniMax-Hailuo-2.3)',
			unlimited: false,
		});
		expect(items[0].json.raw).toHaveLength(1);
	});

	test('a wrong key, a web page', async () => {
		world.simulator.fault({ kind: 'account', times: 9, do: { business: 'auth' } });
		expect((await balanceOf('wavespeed')).error.description).toMatch(/API key/);
		world.simulator.reset();
		world.simulator.fault({ kind: 'account', times: 9, do: { html: true } });
		expect((await balanceOf('wavespeed')).error.message).toMatch(/web page/);
	});
});

describe('custom data of the execution', () => {
	const metadataOf = async (parameters, extra) => {
		const result = await world.start(parameters, extra).promise;
		return result.data.resultData.metadata ?? {};
	};

	test('task IDs, gateway and cost can be searched for', async () => {
		const data = await metadataOf(order(), { input: many(3) });
		const ids = world.simulator.tasks.map(({ id }) => String(id));
		expect(data.hailuoTaskIds.split(', ').sort()).toEqual(ids.sort());
		expect(data).toMatchObject({ hailuoProvider: 'minimax', hailuoCost: '0.84 USD' });
	});

	test('stays within what n8n takes', async () => {
		const data = await metadataOf(order(), { input: many(40) });
		for (const value of Object.values(data)) expect(value.length).toBeLessThanOrEqual(255);
		expect(data.hailuoTaskIds.split(', ').length).toBeGreaterThan(5);
	});

	test('nothing ordered, nothing written', async () => {
		expect(await metadataOf(order({ options: { dryRun: true } }), { input: many(1) })).toEqual({});
	});
});
