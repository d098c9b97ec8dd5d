'use strict';

/** WaveSpeed's own SDK against the simulator: what it sends is taken, and what the simulator answers is understood. */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Client } = require('wavespeed');
const { startSimulator } = require('../simulator');
const { samplePng } = require('../simulator/lib/pictures');

const CLIP = fs.readFileSync(path.join(__dirname, '..', 'simulator', 'clip.mp4'));
const T2V = 'minimax/hailuo-02/t2v-standard';
const I2V = 'minimax/hailuo-02/i2v-standard';

// Only against a test that hangs: the machine may be busy.
jest.setTimeout(60_000);

let sim;
let client;

const open = (key = 'test-key-123456') =>
	new Client(key, { baseUrl: sim.baseUrl('wavespeed'), retryInterval: 0.01 });
const run = (model, input, options) =>
	client.run(model, { prompt: 'a cat', ...input }, { pollInterval: 0.01, ...options });
const kinds = () => sim.requests.map(({ kind }) => kind);

beforeAll(async () => {
	sim = await startSimulator({ taskMs: 60 });
	client = open();
});
afterAll(() => sim.close());
beforeEach(() => {
	sim.reset();
	// It talks while it repeats itself.
	for (const name of /** @type {const} */ (['log', 'error']))
		jest.spyOn(console, name).mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

async function expectClip(url) {
	const response = await fetch(url);
	expect(Buffer.from(await response.arrayBuffer()).equals(CLIP)).toBe(true);
}

test.each([
	[T2V, { duration: 6 }],
	['minimax/h3/text-to-video', { resolution: '2k', duration: 6, aspect_ratio: '16:9' }],
	['wavespeed-ai/minimax-h3/text-to-video', { resolution: '480p', duration: 3, seed: -1 }],
])('%s: ordered, asked for, fetched', async (model, input) => {
	const { outputs } = await run(model, input);
	expect(outputs).toHaveLength(1);
	await expectClip(outputs[0]);
	expect(sim.tasks.map((task) => task.model)).toEqual([model]);
	expect(kinds()[0]).toBe('submit');
	expect(kinds().filter((kind) => kind === 'status').length).toBeGreaterThan(0);
	expect(sim.requests.every(({ status }) => status === 200)).toBe(true);
});

test('with the end in the answer to the order', async () => {
	const { outputs } = await run(T2V, {}, { enableSyncMode: true });
	await expectClip(outputs[0]);
	expect(kinds()).toEqual(['submit', 'video']);
});

test('an end that comes too late for that is still running', async () => {
	const slow = await startSimulator({ taskMs: 600_000, syncMs: 30 });
	const other = new Client('test-key-123456', { baseUrl: slow.baseUrl('wavespeed') });
	const { outputs, detail } = await other.runNoThrow(
		T2V,
		{ prompt: 'a cat' },
		{ enableSyncMode: true },
	);
	await slow.close();
	expect(outputs).toBeNull();
	expect(detail).toMatchObject({ taskId: slow.tasks[0].id, status: 'processing' });
	expect(detail.error.name).toBe('WavespeedSyncTimeoutException');
});

test('a first frame is uploaded, and its link is taken', async () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wavespeed-'));
	const file = path.join(folder, 'first.png');
	fs.writeFileSync(file, samplePng('first'));
	const image = await client.upload(file);
	fs.rmSync(folder, { recursive: true });
	const uploaded = await fetch(image);
	expect(uploaded.headers.get('content-type')).toBe('image/png');
	const { outputs } = await run(I2V, { image });
	await expectClip(outputs[0]);
	expect(sim.requests.slice(0, 2).map(({ kind, method }) => `${method} ${kind}`)).toEqual([
		'POST upload',
		'PUT upload',
	]);
});

test.each(['fail', 'blocked', 'nsfw', 'canceled'])('sim:%s ends the wait', async (word) => {
	const words = {
		fail: 'Task execution failed',
		blocked: 'Content moderation failed',
		nsfw: 'Content flagged as potentially sensitive',
		canceled: 'Task cancelled',
	};
	const failure = run(T2V, { prompt: `a cat sim:${word}` });
	await expect(failure).rejects.toThrow(words[word]);
	const { detail } = await client.runNoThrow(
		T2V,
		{ prompt: `a cat sim:${word}` },
		{ pollInterval: 0.01 },
	);
	expect(detail).toMatchObject({ status: 'failed', taskId: sim.tasks[1].id });
	expect(detail.taskId).toMatch(/^[0-9a-f]{32}$/);
});

test.each(['bad-key', 'wrong-key'])('%s is refused once', async (key) => {
	const other = open(key);
	await expect(other.run(T2V, { prompt: 'a cat' })).rejects.toThrow(/HTTP 401.*Unauthorized/);
	await expect(other.upload(__filename)).rejects.toThrow('HTTP 401');
	expect([sim.paid(), kinds()]).toEqual([0, ['submit', 'upload']]);
});

test('a refusal inside HTTP 200 has no id, and is not repeated', async () => {
	await expect(run(T2V, { duration: 7 })).rejects.toThrow('No request ID in response');
	await expect(run('minimax/hailuo-9/t2v', {})).rejects.toThrow('HTTP 404');
	expect([sim.paid(), kinds()]).toEqual([0, ['submit', 'submit']]);
});

test('a lost answer is no reason to pay twice, a broken look is none to give up', async () => {
	await expect(run(T2V, { prompt: 'a cat sim:lost' })).rejects.toThrow(
		'may already have been created',
	);
	expect(sim.paid()).toBe(1);
	sim.fault({ kind: 'status', times: 2, do: { status: 503 } });
	sim.fault({ kind: 'status', times: 1, do: { reset: true } });
	const { outputs } = await run(T2V, {});
	await expectClip(outputs[0]);
	expect(sim.paid()).toBe(2);
});
