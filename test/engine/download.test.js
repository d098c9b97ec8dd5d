'use strict';
/* From link to file: links of strangers, redirects, limits, broken connections, and Stop. */
const { downloadVideo } = require('../../nodes/shared/tasks/download');
const { systemClock } = require('../../nodes/shared/async/clock');
const { concurrencyLimit } = require('../../nodes/shared/async/concurrency');
const { hurry, quick, setUp, withPicture } = require('./support');

let world;
beforeAll(async () => {
	hurry(20);
	world = await setUp({ videoBytes: 300_000 });
});
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const order = (provider, more = {}) => ({
	provider,
	operation: 'create',
	mode: 'imageToVideo',
	prompt: 'A cat turns its head',
	...quick,
	...more,
});
const fault = (what, times = 1) =>
	world.simulator.fault({ provider: 'toapis', kind: 'video', times, do: what });
const videos = () => world.simulator.requests.filter(({ kind }) => kind === 'video');

test.each([
	['a cut connection', { cutOff: true }],
	['a reset', { reset: true }],
	['a 429', { status: 429, headers: { 'retry-after': '1' } }],
	['a 503', { status: 503 }],
	['an expired link', { expired: true }],
	[
		'an expired token, answered 400',
		{ status: 400, body: '<Error><Code>ExpiredToken</Code></Error>' },
	],
])('%s is mended', async (_what, how) => {
	fault(how);
	const { items, error } = await world.run(order('toapis'));
	expect(error).toBeUndefined();
	expect(Buffer.from(items[0].binary.data.data, 'base64')).toHaveLength(300_000);
	expect(videos()).toHaveLength(2);
	expect(world.simulator.paid()).toBe(1);
});

test.each([400, 402, 404, 416, 451])(
	'a link that is refused with %i: a fresh one is asked for',
	async (status) => {
		fault({ status });
		const { items, error } = await world.run(order('toapis'));
		expect(error).toBeUndefined();
		expect(items[0].binary.data.mimeType).toBe('video/mp4');
		expect(world.simulator.paid()).toBe(1);
	},
);

test('a link with a blank in it, as its file is named after the prompt', async () => {
	const made = await world.run(order('wavespeed'));
	const { taskId, videoUrl } = made.items[0].json;
	const data = { id: taskId, status: 'completed', outputs: [`${videoUrl}&n=a red cat`], error: '' };
	const body = { code: 200, message: 'success', data };
	world.simulator.fault({ kind: 'status', times: 9, do: { status: 200, body } });
	const { items } = await world.run({ provider: 'wavespeed', operation: 'download', taskId });
	expect(items[0].binary.data.mimeType).toBe('video/mp4');
	expect(items[0].json.videoUrl).toMatch(/&n=a%20red%20cat$/);
});

test('an empty file is no video, and the task stays known', async () => {
	fault({ empty: true }, 10);
	const { error } = await world.run(order('toapis'));
	expect(error.message).toMatch(/empty/);
	expect(error.description).toContain(world.simulator.tasks[0].id);
});

test('redirects are followed, without end they are not', async () => {
	world.simulator.fault({
		provider: 'toapis',
		kind: 'video',
		times: 1,
		do: { redirect: `${world.simulator.url}/images/first.png` },
	});
	const { error } = await world.run(order('toapis'));
	expect(error.message).toMatch(/a PNG file, not to a video/);
});

test('the largest file is respected, and a download later takes it', async () => {
	const { items } = await world.run(order('toapis', { downloadOptions: { maxSize: 0.2 } }), {
		onError: 'continueRegularOutput',
	});
	const { taskId, error } = items[0].json;
	expect(error.message).toMatch(/0.3 MB or more; 'Max File Size \(MB\)' allows 0.2 MB/);
	const later = await world.run({ provider: 'toapis', operation: 'download', taskId });
	expect(later.items[0].binary.data.mimeType).toBe('video/mp4');
});

describe('links into private networks', () => {
	const options = {
		baseName: 'v',
		relink: async () => {
			throw new Error('not asked for');
		},
		allowPrivate: () => false,
		maxBytes: 0,
		downloads: concurrencyLimit(1),
		clock: systemClock,
		signal: undefined,
	};
	/** @returns {any} of the node's context, what a download needs */
	const contextWith = (httpRequest) => ({ helpers: { httpRequest } });
	test.each(['http://127.0.0.1:1/v.mp4', 'http://169.254.169.254/', 'http://[::1]/v.mp4'])(
		'%s is not fetched when the gateway is public',
		async (link) => {
			const httpRequest = jest.fn();
			await expect(downloadVideo(contextWith(httpRequest), link, options)).rejects.toThrow(
				/private network/,
			);
			expect(httpRequest).not.toHaveBeenCalled();
		},
	);
	test('nor over a redirect', async () => {
		const httpRequest = jest.fn(async () => ({
			statusCode: 302,
			headers: { location: 'http://10.0.0.1/v.mp4' },
			body: {},
		}));
		await expect(
			downloadVideo(contextWith(httpRequest), 'https://cdn.example.com/v', options),
		).rejects.toThrow(/private network, to 10.0.0.1/);
		expect(httpRequest).toHaveBeenCalledTimes(1);
	});
});

describe('Cancel on Stop', () => {
	const stopped = async (provider, waitOptions) => {
		const running = world.start(
			order(provider, { prompt: 'sim:slow', waitOptions: { pollInterval: 30, ...waitOptions } }),
		);
		while (world.simulator.paid() === 0) await new Promise((done) => setTimeout(done, 10));
		await new Promise((done) => setTimeout(done, 100));
		running.cancel();
		await running.promise;
		const [task] = world.simulator.tasks;
		if (waitOptions.cancelOnStop)
			while (task.canceledAt === undefined) await new Promise((done) => setTimeout(done, 10));
		else await new Promise((done) => setTimeout(done, 300));
		return task;
	};
	test.each(['seaart', 'wavespeed'])(
		'%s: the task is canceled at the gateway',
		async (provider) => {
			expect((await stopped(provider, { cancelOnStop: true })).canceledAt).toBeDefined();
		},
	);
	test.each(['seaart', 'wavespeed'])('%s: not unless asked for', async (provider) => {
		expect((await stopped(provider, {})).canceledAt).toBeUndefined();
		expect(world.simulator.requests.some(({ kind }) => kind === 'cancel')).toBe(false);
	});
});

test('items stay apart: one broken download of three', async () => {
	const input = ['a', 'sim:html', 'c'].map((prompt) => withPicture({ prompt }));
	const { items } = await world.run(order('toapis', { prompt: '={{ $json.prompt }}' }), {
		input,
		onError: 'continueRegularOutput',
	});
	expect(items.filter(({ binary }) => binary.data.mimeType === 'video/mp4')).toHaveLength(2);
	// the failed one keeps its image, for another node to try
	expect(items.filter(({ binary }) => binary.data.mimeType === 'image/png')).toHaveLength(1);
	expect(items.filter(({ json }) => json.error)).toHaveLength(1);
	expect(items.every(({ json }) => json.taskId)).toBe(true);
});

test('good files do not wait behind the pauses of broken ones', async () => {
	const prompts = ['sim:cut 1', 'sim:cut 2', 'sim:cut 3', 'sim:cut 4', 'good'];
	const { items } = await world.run(order('toapis', { prompt: '={{ $json.prompt }}' }), {
		input: prompts.map((prompt) => withPicture({ prompt })),
		onError: 'continueRegularOutput',
	});
	expect(items.map(({ json }) => json.error?.category)).toEqual([
		...Array(4).fill('transient'),
		undefined,
	]);
	const { id } = world.simulator.tasks.find(({ prompt }) => prompt === 'good');
	const fetched = videos().map(({ taskId }) => taskId);
	expect(fetched).toHaveLength(4 * 5 + 1);
	// four at once: were they held in the pauses, it would come after the last try of one of them
	const before = fetched.slice(0, fetched.indexOf(id));
	const tries = before.map((one) => before.filter((other) => other === one).length);
	expect(Math.max(...tries)).toBeLessThan(5);
});

test('Stop while an order is being sent: its answer is still heard, and the task canceled', async () => {
	world.simulator.fault({ provider: 'seaart', kind: 'submit', times: 1, do: { slowMs: 400 } });
	const running = world.start(
		order('seaart', { prompt: 'sim:slow', waitOptions: { cancelOnStop: true } }),
	);
	while (world.simulator.paid() === 0) await new Promise((done) => setTimeout(done, 5));
	running.cancel();
	await running.promise;
	const [task] = world.simulator.tasks;
	while (task.canceledAt === undefined) await new Promise((done) => setTimeout(done, 10));
	expect(task.canceledAt).toBeDefined();
});
