'use strict';
/* What n8n shows when something goes wrong: our message stands, and the advice names the thing to change. */
const { hurry, quick, setUp } = require('./support');

let world;
beforeAll(async () => {
	hurry(200);
	world = await setUp();
});
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const order = (provider, more = {}) => ({
	provider,
	operation: 'create',
	mode: 'textToVideo',
	prompt: 'A cat turns its head',
	...quick,
	...more,
});
const submitFault = (provider, deed) =>
	world.simulator.fault({ provider, kind: 'submit', times: 9, do: deed });

test.each([
	[
		'a lost answer',
		'minimax',
		{ reset: true, made: true },
		/broke|reset/i,
		/a paid task may exist/,
	],
	[
		'an order answered 404',
		'wavespeed',
		{ status: 404, body: { code: 404, message: 'no route' } },
		/no route/,
		/'Base URL'.*'Model Name'/,
	],
	[
		'an order that is too big',
		'gptge',
		{ status: 413, body: { error: { message: 'request entity too large' } } },
		/too large/,
		/URL.*'Edit Image'/,
	],
	[
		'no channel',
		'gptge',
		{ status: 503, body: { error: { code: 'model_not_found', message: '无可用渠道' } } },
		/无可用渠道/,
		/another model or another gateway/,
	],
	[
		'a proxy that wants a password',
		'minimax',
		{ status: 407, body: '<html><body>Proxy Authentication Required</body></html>' },
		/Something before the gateway refused.*407/,
		/proxy/,
	],
	[
		'http at an https port, answered by a page',
		'pixazo',
		{ status: 400, body: '<html>400 The plain HTTP request was sent to HTTPS port</html>' },
		/Something before the gateway refused.*400/,
		/'Base URL'/,
	],
	[
		'a refusal in plain text',
		'wavespeed',
		{ status: 400, body: 'unknown field "duration" in body' },
		/unknown field "duration"/,
		/parameter that the message names/,
	],
	[
		'a refusal of the key in plain text',
		'seaart',
		{ status: 403, body: 'RBAC: access denied' },
		/RBAC: access denied/,
		/'Base URL'/,
	],
	[
		'no money, in plain text',
		'pixazo',
		{ status: 400, body: 'insufficient credits' },
		/insufficient credits/,
		/Top up/,
	],
	[
		'no money',
		'toapis',
		{ status: 403, body: { error: { code: 'insufficient_user_quota', message: 'quota' } } },
		/quota/,
		/Top up/,
	],
])('%s', async (_what, provider, deed, message, description) => {
	submitFault(provider, deed);
	const { error } = await world.run(order(provider));
	expect(error.message).toMatch(message);
	expect(error.message).not.toMatch(/You can retry the request immediately/);
	expect(error.description).toMatch(description);
});

test('a value that holds one of the codes that n8n looks for: the message stays ours', async () => {
	// EEXIST stands in the middle of it
	const { error } = await world.run({
		...order('wavespeed'),
		mode: 'imageToVideo',
		firstFrameBinaryProperty: 'preexisting',
	});
	expect(error.message).toMatch(/no binary field 'preexisting'/);
});

test('a lost answer, to the model of an agent: it is told what may exist, and not to try again at once', async () => {
	submitFault('wavespeed', { reset: true, made: true });
	const node = { ...world.nodeOf(order('wavespeed')), type: 'hailuoVideoTool' };
	const told = await world.engine
		.tools({ node })
		.make()({ prompt: 'A cat' })
		.catch((error) => error.message);
	expect(told).toMatch(/^WaveSpeed AI: The connection to the gateway broke/);
	expect(told).toMatch(/a paid task may exist/);
	expect(told).not.toMatch(/retry the request/);
});

test('a file over the limit, and a task that was stopped at the gateway', async () => {
	const tooLarge = await world.run(order('wavespeed', { downloadOptions: { maxSize: 0.001 } }));
	expect(tooLarge.error.description).toMatch(/Raise 'Max File Size \(MB\)'/);
	const stopped = await world.run(order('wavespeed', { prompt: 'A cat sim:canceled' }));
	expect(stopped.error.description).toMatch(/Run 'Create' again/);
});

test('cancel of a finished task points to Download', async () => {
	const { items } = await world.run(order('wavespeed'));
	const { taskId } = items[0].json;
	const { error } = await world.run({ provider: 'wavespeed', operation: 'cancel', taskId });
	expect(error.message).toMatch(/finished/);
	expect(error.description).toMatch(/'Download'/);
});

test('under Continue On Fail a hint counts what failed, and why', async () => {
	const input = ['A cat', 'A dog sim:blocked', 'A cow sim:fail'].map((prompt) => ({
		json: { prompt },
	}));
	const { hints } = await world.run(order('wavespeed', { prompt: '={{ $json.prompt }}' }), {
		input,
		onError: 'continueRegularOutput',
	});
	const words = hints.map(({ message }) => message);
	expect(words).toContain('2 of 3 clips failed: 1 contentPolicy, 1 transient');
});
