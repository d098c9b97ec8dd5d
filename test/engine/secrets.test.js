'use strict';
/*
 * No key anywhere: everything that a run leaves behind, or says on the way, is searched for it, after good and failing
 * operations on all gateways, some of which repeat the key in their own words.
 */
const { inspect } = require('node:util');

const { systemClock } = require('../../nodes/shared/async/clock');
const { canCancel, providerIds } = require('../../nodes/shared/catalog/gateways');
const { providers } = require('../../nodes/shared/providers');
const { core } = require('./engine-harness');
const { hurry, quick, setUp } = require('./support');

// n8n-core's own copy: every logger of n8n writes through it
const common = require.resolve('@n8n/backend-common', { paths: [require.resolve('n8n-core')] });
const { Logger } = require(common);

/** With signs that JSON, URLs and regular expressions treat in a special way. */
const KEY = 'sk-Secret/Key+0123456789$&==';
/** One that the simulator refuses. */
const WRONG = 'bad-Secret/Key+9876543210$&==';
const SECRET = 'whsec_Webhook/Secret+0123456789';

/** How a secret can stand in a text. */
const formsOf = (secret) => [
	secret,
	secret.replaceAll('/', '\\/'),
	encodeURIComponent(secret),
	Buffer.from(secret).toString('base64'),
];
const FORMS = [KEY, WRONG, SECRET].flatMap(formsOf);

/** What was seen: [where, text]. */
const seen = [];
const keep = (where, value) => {
	const options = { depth: 30, showHidden: true, maxArrayLength: null, maxStringLength: null };
	seen.push([where, typeof value === 'string' ? value : inspect(value, options)]);
};

let world;
beforeAll(async () => {
	hurry(50);
	jest.spyOn(Logger.prototype, 'log').mockImplementation((...said) => keep('log', said));
	for (const name of /** @type {const} */ (['debug', 'error', 'info', 'log', 'warn']))
		jest.spyOn(console, name).mockImplementation((...said) => keep('console', said));
	for (const name of ['stdout', 'stderr'])
		jest.spyOn(process[name], 'write').mockImplementation((text) => keep(name, String(text)));
	world = await setUp();
	for (const values of Object.values(world.credentials)) values.webhookSecret = SECRET;
});
afterAll(async () => {
	jest.restoreAllMocks();
	await world.tearDown();
});
beforeEach(() => {
	world.simulator.reset();
	seen.length = 0;
	useKey(KEY);
});
/** Each test ends with the search; `seen` must not be empty, or nothing was proved. */
afterEach(() => {
	expect(seen.length).toBeGreaterThan(0);
	const found = seen.filter(([, text]) => FORMS.some((form) => text.includes(form)));
	expect(found.map(([where, text]) => [where, around(text)])).toEqual([]);
});

function around(text) {
	const at = Math.min(...FORMS.map((form) => text.indexOf(form)).filter((index) => index >= 0));
	return text.slice(Math.max(0, at - 200), at + 60);
}

function useKey(apiKey) {
	for (const values of Object.values(world.credentials)) values.apiKey = apiKey;
}

const order = (provider, more = {}) => ({
	provider,
	operation: 'create',
	mode: 'imageToVideo',
	prompt: 'A cat turns its head',
	simplify: false,
	...quick,
	...more,
});

/** Runs the node, and keeps the whole run as n8n would store it, hints and node context included. */
async function run(parameters, extra = {}) {
	const started = world.start(parameters, { staticData: {}, ...extra });
	const result = await started.promise;
	keep('run', result);
	keep('run as JSON', JSON.stringify(result));
	keep('static data', started.workflow.staticData);
	const { error, runData } = result.data.resultData;
	return { error, items: runData.Hailuo?.at(-1)?.data?.main?.flat() ?? [] };
}

/** The same order in the three ways in which n8n can be told of a failure. */
async function failInAllWays(provider, more) {
	const fails = async (extra) => {
		const { error, items } = await run(order(provider, more), extra);
		expect(error ?? items[0].json.error).toBeDefined();
	};
	await fails({});
	await fails({ onError: 'continueRegularOutput' });
	await fails({ onError: 'continueErrorOutput' });
}

describe.each(providerIds)('%s', (provider) => {
	const fault = (kind, how) => world.simulator.fault({ provider, kind, times: 1000, do: how });

	test('all operations, when all is well', async () => {
		const made = await run(order(provider, { options: { deduplicationKey: 'k' } }));
		expect(made.error).toBeUndefined();
		const { taskId, endpoint = '' } = made.items[0].json;
		const later = { provider, taskId, endpoint, simplify: false };
		for (const operation of ['getStatus', 'wait', 'download'])
			expect((await run({ ...later, operation })).error).toBeUndefined();
		const { items } = await run(order(provider, { completion: 'return', prompt: 'sim:slow' }));
		const { error } = await run({ ...later, ...items[0].json, operation: 'cancel' });
		expect(error === undefined).toBe(canCancel(provider, 'MiniMax-Hailuo-02'));
	});

	test('a key that is refused', async () => {
		useKey(WRONG);
		await failInAllWays(provider);
		await run({ provider, operation: 'getStatus', taskId: '1', endpoint: 'minimax_hailuo_02_i2v' });
	});

	test.each([
		['reset', { reset: true }],
		['cut off', { cutOff: true }],
		['503', { status: 503 }],
		['redirect', { redirect: 'http://127.0.0.1:9/elsewhere' }],
	])('no answer of use: %s', async (_name, how) => {
		fault('submit', how);
		await failInAllWays(provider);
	});

	test('nobody there', async () => {
		const credential = world.credentials[providers[provider].credential];
		const { baseUrl } = credential;
		credential.baseUrl = 'http://127.0.0.1:9';
		await failInAllWays(provider);
		credential.baseUrl = baseUrl;
	});

	test.each([
		['as it is', (text) => text],
		['with escaped slashes', (text) => text.replaceAll('/', '\\/')],
		['in a URL', (text) => text.replaceAll(KEY, encodeURIComponent(KEY))],
	])('the gateway repeats the key %s', async (_name, write) => {
		const body = write(JSON.stringify(complaint(KEY)));
		for (const status of [200, 400, 401, 500]) {
			world.simulator.reset();
			fault('submit', { status, body });
			await failInAllWays(provider);
		}
		world.simulator.reset();
		fault('status', { status: 401, body });
		await failInAllWays(provider);
	});

	test('the gateway repeats the key in a page, and beside a good status', async () => {
		fault('submit', { status: 403, body: `<html>No entry with ${KEY}</html>` });
		await failInAllWays(provider);
		world.simulator.reset();
		const { items } = await run(order(provider, { completion: 'return' }));
		fault('status', { status: 200, body: runningWith(KEY) });
		const { taskId, endpoint = '' } = items[0].json;
		const { error } = await run({ ...order(provider), operation: 'getStatus', taskId, endpoint });
		expect(error).toBeUndefined();
	});

	test('Stop, with a cancel at the gateway', async () => {
		const parameters = order(provider, {
			prompt: 'sim:slow',
			waitOptions: { pollInterval: 30, cancelOnStop: true },
		});
		const running = world.start(parameters);
		while (world.simulator.paid() === 0) await systemClock.sleep(100);
		running.cancel();
		keep('run', await running.promise);
		await systemClock.sleep(5000);
	});

	test('the test of the credential', async () => {
		const type = providers[provider].credential;
		const test = async (apiKey, baseUrl = world.simulator.baseUrl(provider)) => {
			const result = await testCredential(type, { apiKey, baseUrl, webhookSecret: SECRET });
			keep('credential test', result);
			return result.status;
		};
		expect(await test(KEY)).toBe('OK');
		expect(await test(WRONG)).toBe('Error');
		expect(await test(KEY, 'http://127.0.0.1:9')).toBe('Error');
		for (const kind of ['account', 'status'])
			fault(kind, { status: 401, body: JSON.stringify(complaint(KEY)) });
		expect(await test(KEY)).toBe('Error');
	});
});

/** A complaint that repeats the key wherever one of the six gateways puts its words. */
const complaint = (key) => ({
	error: { message: `No such key: ${key}`, code: key, type: key },
	base_resp: { status_code: 1004, status_msg: `login fail: ${key}` },
	code: 401,
	message: `Key ${key} is not valid`,
	detail: `Key ${key} is not valid`,
	success: false,
});

/** A task that runs, in all shapes at once, with the key in a field that nobody reads. */
const runningWith = (key) => ({
	status: 'processing',
	code: 200,
	data: { id: 'x', status: 'processing', debug: key },
	request: { headers: { authorization: `Bearer ${key}` } },
	[key]: true,
});

/** As n8n runs it on Save: a request of the credential, or a function of the node. */
async function testCredential(type, values) {
	const { HailuoVideo } = require('../../nodes/HailuoVideo/HailuoVideo.node');
	const node = new HailuoVideo();
	const { testedBy } = node.description.credentials.find(({ name }) => name === type);
	if (!testedBy) return await world.engine.testCredential(type, values);
	const context = new core.CredentialTestContext(world.engine.additionalData());
	return await node.methods.credentialTest[String(testedBy)].call(context, { data: values });
}
