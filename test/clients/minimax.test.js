'use strict';

/**
 * MiniMax's own MCP client against the simulator, as people run it: what it sends is taken, and what the simulator
 * answers is understood.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { startSimulator } = require('../simulator');
const { samplePng } = require('../simulator/lib/pictures');
const { startMcpServer } = require('./mcp');

const MANIFEST = require.resolve('minimax-mcp-js/package.json');
const { bin } = require(MANIFEST);
const PROGRAM = path.join(path.dirname(MANIFEST), bin['minimax-mcp-js']);
const CLIP = fs.readFileSync(path.join(__dirname, '..', 'simulator', 'clip.mp4'));

// Only against a test that hangs: the machine may be busy.
jest.setTimeout(60_000);

let sim;
let folder;
let client;

const start = (env = {}) =>
	startMcpServer([PROGRAM], {
		cwd: folder,
		env: {
			PATH: process.env.PATH,
			MINIMAX_API_KEY: 'test-key-123456',
			MINIMAX_API_HOST: sim.baseUrl('minimax'),
			MINIMAX_RESOURCE_MODE: 'url',
			MINIMAX_MCP_BASE_PATH: folder,
			...env,
		},
	});

beforeAll(async () => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), 'minimax-mcp-'));
	sim = await startSimulator({ taskMs: 0 });
	client = await start();
});
afterAll(async () => {
	await client.close();
	await sim.close();
	fs.rmSync(folder, { recursive: true });
});
beforeEach(() => sim.reset());

/** Orders without waiting, and gives the task id that the tool tells. */
async function order(tool, input) {
	const text = await client.call(tool, { ...input, asyncMode: true });
	return /Task ID: (\d+)\./.exec(text)?.[1] ?? text;
}
const query = (taskId) => client.call('query_video_generation', { taskId });

test('offers the tools that are tried here', () => {
	expect(client.tools).toEqual(
		expect.arrayContaining(['generate_video', 'image_to_video', 'query_video_generation']),
	);
});

test('text to video: ordered, asked for, fetched', async () => {
	const id = await order('generate_video', {
		prompt: 'a cat',
		model: 'MiniMax-Hailuo-02',
		duration: 6,
		resolution: '768P',
	});
	expect(sim.tasks[0]).toMatchObject({ id, mode: 'textToVideo', resolution: '768P' });
	const text = await query(id);
	const [, url] = /^Success\. Video URL: (\S+)$/.exec(text);
	const file = await fetch(url);
	expect(Buffer.from(await file.arrayBuffer()).equals(CLIP)).toBe(true);
	expect(sim.requests.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
		'submit 200',
		'status 200',
		'result 200',
		'video 200',
	]);
});

test('image to video from a file: a PNG that it calls a JPEG', async () => {
	const image = path.join(folder, 'first.png');
	fs.writeFileSync(image, samplePng('first'));
	const id = await order('image_to_video', { prompt: 'a cat', firstFrameImage: image });
	expect(sim.tasks[0]).toMatchObject({ id, mode: 'imageToVideo' });
	expect(sim.tasks[0].order.first_frame_image).toMatch(/^data:image\/jpeg;base64,iVBORw0KGgo/);
	expect(await query(id)).toMatch(/^Success/);
});

test('while it runs, and when it has failed', async () => {
	sim.outcome({ taskMs: 600_000 });
	const running = await order('generate_video', { prompt: 'a cat' });
	expect(await query(running)).toContain('still processing');
	const silent = await order('generate_video', { prompt: 'a cat sim:failsilent' });
	expect(await query(silent)).toContain('Video generation task failed');
	// A reason stands in `base_resp`, which it reads first.
	const blocked = await order('generate_video', { prompt: 'a cat sim:blocked' });
	expect(await query(blocked)).toContain('API Error: output new_sensitive');
	expect(await query('123')).toContain('task not found');
});

test('refusals are told in the words of the gateway, and cost nothing', async () => {
	const blocked = await order('generate_video', { prompt: 'a cat sim:reject' });
	expect(blocked).toContain('API Error: input new_sensitive');
	const odd = await order('generate_video', { prompt: 'a cat', duration: 7 });
	expect(odd).toContain('API Error: invalid params, duration');
	sim.fault({ kind: 'submit', do: { status: 503 } });
	expect(await order('generate_video', { prompt: 'a cat' })).toContain('(503)');
	expect(sim.paid()).toBe(0);
});

test.each([
	['bad-key', 'login fail'],
	['wrong-key', 'invalid api key'],
])('%s: %s', async (MINIMAX_API_KEY, words) => {
	const other = await start({ MINIMAX_API_KEY });
	const text = await other.call('generate_video', { prompt: 'a cat', asyncMode: true });
	await other.close();
	expect(text).toContain(`API Error: ${words}`);
	// Only the code 1004 is known to it as a matter of the key.
	expect(text.includes('Please check your API key')).toBe(MINIMAX_API_KEY === 'bad-key');
	expect(sim.paid()).toBe(0);
});

test('waits, and saves the video without showing its key to the file host', async () => {
	const other = await start({ MINIMAX_RESOURCE_MODE: 'local' });
	const text = await other.call('generate_video', { prompt: 'a cat' });
	await other.close();
	const [, file] = /^Video saved: (.+)$/.exec(text);
	expect(fs.readFileSync(file).equals(CLIP)).toBe(true);
	expect(sim.requests.at(-1)).toMatchObject({ kind: 'video', status: 200 });
});
