'use strict';
/* What a user sees when things go wrong or are stopped, in n8n's own engine. */
const { createServer } = require('node:http');

const { providerIds, table } = require('../../nodes/shared/catalog/gateways');
const { listen } = require('../helpers/listen');
const { hurry, png, picture, quick, setUp, withPicture } = require('./support');

let world;
beforeAll(async () => {
	world = await setUp();
});
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const order = (provider = 'minimax', more = {}) => ({
	provider,
	operation: 'create',
	mode: 'imageToVideo',
	prompt: '={{ $json.prompt ?? "A cat turns its head" }}',
	...quick,
	...more,
});
const submits = () => world.simulator.requests.filter(({ kind }) => kind === 'submit');

describe('what cannot be sent is refused before any request', () => {
	const refuse = async (parameters, extra, message, description = /./) => {
		const { error } = await world.run(parameters, extra);
		expect(error).toMatchObject({ name: 'NodeOperationError' });
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(description);
		expect(error.context.itemIndex).toBe((extra?.input?.length ?? 1) - 1);
		expect(world.simulator.requests).toEqual([]);
	};

	test('an item without the binary field', async () =>
		await refuse(
			order(),
			{ input: [withPicture(), { json: {}, binary: { photo: picture() } }] },
			/no binary field 'data', which 'First Frame Binary Field' names/,
			/'photo'/,
		));
	test('an item without any file', async () =>
		await refuse(order(), { input: [{ json: {} }] }, /no binary field 'data'/, /carries no file/));
	test('a file that is no picture, whatever its name', async () =>
		await refuse(
			order(),
			{ input: [{ json: {}, binary: { data: picture(Buffer.from('hello'), 'a.png') } }] },
			/'First Frame' is text \('hello'\); only JPEG, PNG and WebP/,
		));
	test('a picture that is too small, and one that is too wide', async () => {
		const input = (w, h) => ({ input: [{ json: {}, binary: { data: picture(png(w, h)) } }] });
		await refuse(order(), input(300, 400), /300 x 400/);
		await refuse(order(), input(1001, 400), /1001 x 400/);
	});
	test('2001 characters', async () =>
		await refuse(order('minimax', { prompt: 'x'.repeat(2001) }), undefined, /2001 characters/));
	test('no prompt where the gateway needs one', async () => {
		await refuse(order('pixazo', { prompt: '' }), undefined, /'Prompt' is empty/, /Pixazo/);
		await refuse(order('minimax', { mode: 'textToVideo', prompt: ' ' }), undefined, /'Prompt'/);
	});
	test('four camera movements in one bracket', async () =>
		await refuse(
			order('minimax', { prompt: '[Pan left, Zoom in, Shake, Tilt up]' }),
			undefined,
			/Prompt/,
		));
	test('an impossible combination by expression', async () =>
		await refuse(
			order('minimax', { model: 'MiniMax-Hailuo-02', resolution: '1080P', duration: '={{ 10 }}' }),
			undefined,
			/'Duration' '10' is not available at 'Resolution' 1080P/,
			/6 seconds/,
		));
	test('a gateway that does not exist', async () =>
		await refuse(
			order('={{ $json.provider }}'),
			undefined,
			/'Provider' is '{{.*no gateway/,
			/seaart.*expression/,
		));
	test('a link that is none', async () =>
		await refuse(
			order('minimax', { firstFrameSource: 'url', firstFrameUrl: 'ftp://x/y.png' }),
			undefined,
			/'First Frame URL'/,
		));
	test('an option that the gateway has no field for, by expression', async () =>
		await refuse(
			order('minimax', {
				model: '={{ "I2V-01" }}',
				resolution: '720P',
				options: { fastPretreatment: true },
			}),
			undefined,
			/'Fast Pretreatment' is not available for 'Model' I2V-01/,
		));
	test('extra fields that are no JSON object', async () =>
		await refuse(
			order('minimax', { options: { extraFields: '[1]' } }),
			undefined,
			/'Extra Fields \(JSON\)' is '\[1\]'; it has to be a JSON object/,
		));
	test.each([
		['empty', '=', /'Task ID' is empty/],
		['no id', 'a b', /cannot be the ID/],
	])(
		'a task id that is %s',
		async (_what, taskId, message) =>
			await refuse({ provider: 'toapis', operation: 'getStatus', taskId }, undefined, message),
	);
	test('a task id that lost digits as a number', async () =>
		await refuse(
			{ provider: 'minimax', operation: 'wait', taskId: '={{ 1234567890123456789 }}' },
			undefined,
			/too long to be exact/,
		));
	test('SeaArt without endpoint', async () =>
		await refuse(
			{
				provider: 'seaart',
				operation: 'wait',
				taskId: 'mmsu_1',
				endpoint: '={{ $json.endpoint }}',
			},
			undefined,
			/'Endpoint' is empty/,
			/minimax_hailuo_02_i2v/,
		));
	test('cancel where the gateway cannot, by expression', async () =>
		await refuse(
			{ provider: 'toapis', operation: 'cancel', taskId: '1' },
			undefined,
			/Cancel is not offered by ToAPIs/,
			/SeaArt Cloud and WaveSpeed AI/,
		));
	test('a base URL that is no URL, an empty key', async () => {
		const credential = world.credentials.hailuoMiniMaxApi;
		const { apiKey, baseUrl } = credential;
		for (const [values, message] of [
			[{ baseUrl: 'api minimax' }, /'Base URL' of the credential is no URL/],
			[{ baseUrl: 'ftp://api.minimax.io' }, /has to start with https/],
			[{ apiKey: '  Bearer ' }, /'API Key' of the credential is empty/],
		]) {
			Object.assign(credential, { apiKey, baseUrl }, values);
			await refuse(order(), undefined, message);
		}
		Object.assign(credential, { apiKey, baseUrl });
	});
	test('one bad item among three stops all before anything is paid', async () => {
		const input = [withPicture(), withPicture(), withPicture({ prompt: 'x'.repeat(2001) })];
		await refuse(order(), { input }, /2001 characters/);
	});
});

test.each([
	' Bearer  test-key-0123456789 \n',
	'"test-key-0123456789"',
	'“Bearer test-key-0123456789”',
	'Authorization: Bearer test-key-0123456789',
	'bearer: test-key-0123456789',
	'test-key-\n0123456789\u200b\r\n',
])('a key pasted as %j works', async (pasted) => {
	world.credentials.hailuoMiniMaxApi.apiKey = pasted;
	const { error } = await world.run(order());
	world.credentials.hailuoMiniMaxApi.apiKey = 'test-key-0123456789';
	expect(error).toBeUndefined();
});

test('beside a model by expression, untouched fields take the defaults of that model', async () => {
	const input = ['I2V-01', 'MiniMax-Hailuo-02'].map((model) => withPicture({ model }));
	const { items, error } = await world.run(
		order('minimax', { model: '={{ $json.model }}', completion: 'return' }),
		{ input },
	);
	expect(error).toBeUndefined();
	expect(items.map(({ json }) => [json.resolution, json.duration])).toEqual([
		['720P', 6],
		['768P', 6],
	]);
});

describe('Continue On Fail', () => {
	const three = [
		withPicture(),
		withPicture({ prompt: 'sim:fail' }),
		withPicture({ prompt: 'x'.repeat(2001) }),
	];

	test.each(providerIds)(
		'%s: a bad row hurts only itself and keeps its task ID',
		async (provider) => {
			const { items, error } = await world.run(order(provider), {
				input: three,
				onError: 'continueRegularOutput',
			});
			expect(error).toBeUndefined();
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
				{ item: 0 },
				{ item: 1 },
				{ item: 2 },
			]);
			expect(items[0].json).toMatchObject({ status: 'succeeded' });
			expect(items[0].json).not.toHaveProperty('error');
			expect(items[0].binary.data).toBeDefined();
			expect(items[1].json).toMatchObject({
				provider,
				status: 'failed',
				model: expect.any(String),
				error: {
					category: expect.any(String),
					code: expect.any(String),
					retryable: expect.any(Boolean),
				},
			});
			expect(items[1].json.taskId).toBe(world.simulator.tasks[1].id);
			expect(items[2].json.taskId).toBeUndefined();
			expect(items[2].json.error.message).toMatch(/2001/);
			expect(world.simulator.paid()).toBe(2);
		},
	);

	test('error output: the row goes there whole, the task ID with it', async () => {
		const { items, errors } = await world.run(order('seaart'), {
			input: three,
			onError: 'continueErrorOutput',
		});
		expect(items.map(({ json }) => json.status)).toEqual(['succeeded']);
		expect(errors).toHaveLength(2);
		expect(errors[0].json).toMatchObject({
			prompt: 'sim:fail',
			provider: 'seaart',
			taskId: world.simulator.tasks[1].id,
			endpoint: 'minimax_hailuo_02_i2v',
			error: { retryable: true },
		});
	});
});

describe('a run that ends with an error', () => {
	test.each(providerIds)('%s: a failed task names itself and what to do', async (provider) => {
		const { error } = await world.run(order(provider, { prompt: 'sim:fail' }));
		const [{ id }] = world.simulator.tasks;
		expect(error.name).toBe('NodeApiError');
		expect(error.message).toContain(`${table[provider].name}: The video could not be made`);
		expect(error.description).toContain(`Task ID: ${id}`);
		expect(error.context.hailuo).toMatchObject({ provider, taskId: id });
		expect(world.simulator.paid()).toBe(1);
	});

	test('the tasks of the other items are named too, so that nothing paid is lost', async () => {
		const input = [withPicture({ prompt: 'sim:slow' }), withPicture({ prompt: 'sim:fail' })];
		const { error } = await world.run(order('toapis'), { input });
		const [slow, failed] = world.simulator.tasks.map(({ id }) => id);
		expect(error.context.itemIndex).toBe(1);
		expect(error.description).toContain(`Task ID: ${failed}`);
		expect(error.description).toContain(slow);
	});

	test.each(providerIds)('%s: a wrong key', async (provider) => {
		const credential =
			world.credentials[require('../../nodes/shared/providers').providers[provider].credential];
		const { apiKey } = credential;
		credential.apiKey = 'bad-key-9876543210';
		const { error } = await world.run(order(provider));
		credential.apiKey = apiKey;
		expect(error.name).toBe('NodeApiError');
		expect(error.description).toMatch(/Check the API key/);
		expect(JSON.stringify(error)).not.toContain('bad-key-9876543210');
	});

	test('a timeout keeps the task', async () => {
		const parameters = order('wavespeed', {
			prompt: 'sim:slow',
			waitOptions: { pollInterval: 1, timeout: 0.004 },
		});
		const { error } = await world.run(parameters);
		expect(error.message).toMatch(/not finished after 0.004 minutes/);
		expect(error.description).toContain(world.simulator.tasks[0].id);
		parameters.waitOptions.onTimeout = 'return';
		const { items } = await world.run(parameters);
		expect(items[0].json).toMatchObject({
			taskId: world.simulator.tasks[1].id,
			status: 'processing',
		});
		expect(items[0].json).not.toHaveProperty('error');
	});
});

describe('cancel never deletes a finished video', () => {
	test.each(['seaart', 'wavespeed'])('%s', async (provider) => {
		const [{ json }] = (await world.run(order(provider))).items;
		const { error } = await world.run({
			provider,
			operation: 'cancel',
			taskId: json.taskId,
			endpoint: json.endpoint ?? '',
		});
		expect(error.message).toMatch(/finished \(succeeded\) and was left as it is/);
		expect(world.simulator.requests.some(({ kind }) => kind === 'cancel')).toBe(false);
		expect(world.simulator.tasks[0].deletedAt).toBeUndefined();
	});
});

describe('Stop', () => {
	test.each(providerIds)('%s: in mid-wait it ends before the next poll', async (provider) => {
		const running = world.start(
			order(provider, { prompt: 'sim:slow', waitOptions: { pollInterval: 30 } }),
		);
		while (world.simulator.paid() === 0) await new Promise((done) => setTimeout(done, 10));
		running.cancel();
		const polls = world.simulator.requests.length;
		await running.promise;
		expect(running.after).toContain('canceled');
		await new Promise((done) => setTimeout(done, 500));
		expect(world.simulator.requests).toHaveLength(polls);
	});
});

describe('items together', () => {
	test('twenty clips are made at the same time, and leave in input order', async () => {
		world.simulator.outcome({ times: 1, taskMs: 3_600_000 });
		const input = Array.from({ length: 20 }, (_, n) => withPicture({ prompt: `clip ${n}` }));
		const running = world.run(order('seaart'), { input });
		// the first one ends when all are ordered: if the others waited for it, none would end
		while (world.simulator.paid() < 20) await new Promise((done) => setTimeout(done, 10));
		world.simulator.tasks[0].readyAt = Date.now();
		const { items } = await running;
		expect(items).toHaveLength(20);
		const prompts = items.map(
			({ json }) => world.simulator.tasks.find(({ id }) => id === json.taskId).prompt,
		);
		expect(prompts).toEqual(input.map(({ json }) => json.prompt));
	});
});

describe('answers and links of strangers', () => {
	beforeAll(() => hurry(50));
	afterAll(() => hurry(20));
	const page = /web page/;
	test.each([
		['an HTML page', { html: true }, page],
		['a cut-off reply', { cutOff: true }, /cut off/],
		['a reply of another shape', { shape: true }, /documented shape/],
	])('%s at submit: the outcome is unknown, and it says so', async (_what, fault, message) => {
		for (const provider of providerIds) {
			world.simulator.reset();
			world.simulator.fault({ provider, kind: 'submit', times: 1, do: fault });
			const { items } = await world.run(order(provider), { onError: 'continueRegularOutput' });
			expect([provider, items[0].json.error.category]).toEqual([provider, 'unknownOutcome']);
			expect(items[0].json.error.message).toMatch(message);
			expect(submits()).toHaveLength(1);
		}
	});

	test.each([
		['ftp://example.com/v.mp4', /no http\(s\) URL/],
		['javascript:alert(1)', /no http\(s\) URL/],
	])('a video link %s', async (videoUrl, message) => {
		for (const provider of providerIds) {
			world.simulator.reset();
			world.simulator.outcome({ provider, times: 1, videoUrl });
			const { error } = await world.run(order(provider));
			expect(error.message).toMatch(message);
			expect(error.description).toContain(world.simulator.tasks[0].id);
		}
	});

	test('no key reaches the CDN', async () => {
		for (const provider of providerIds) await world.run(order(provider));
		const videos = world.simulator.requests.filter(({ kind }) => kind === 'video');
		expect(videos).toHaveLength(providerIds.length);
		for (const { headers, status } of videos) {
			expect(status).toBe(200);
			expect(headers.authorization).toBeUndefined();
			expect(headers['ocp-apim-subscription-key']).toBeUndefined();
		}
	});
});

test('the picture travels as each gateway takes it', async () => {
	for (const provider of providerIds) await world.run(order(provider, { completion: 'return' }));
	const uploads = world.simulator.requests.filter(({ kind }) => kind === 'upload');
	expect(uploads.map(({ provider }) => provider)).toEqual(['toapis']);
	const toapis = world.simulator.tasks.find(({ provider }) => provider === 'toapis');
	expect(toapis.order.image_urls[0]).toMatch(/^http:.*\/uploads\//);
	const webp = Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASqAAuABPm02mUmkIyKhICgA', 'base64');
	const input = [{ json: {}, binary: { data: picture(webp) } }];
	const refused = await world.run(order('wavespeed'), { input });
	expect(refused.error.message).toMatch(/WebP/);
});

test('camera movements leave in the notation of the gateway', async () => {
	const options = { cameraMovements: ['panLeft', 'pedestalUp'] };
	for (const provider of ['seaart', 'toapis'])
		await world.run(order(provider, { completion: 'return', options }));
	expect(world.simulator.tasks.map(({ prompt }) => prompt)).toEqual([
		'A cat turns its head [左摇,上升]',
		'A cat turns its head [Pan left, Pedestal up]',
	]);
});

test('extra fields are merged into the body last, and a typed model is sent as it is', async () => {
	await world.run(
		order('toapis', {
			completion: 'return',
			options: { promptOptimizer: false, extraFields: '{ "metadata": { "watermark": true } }' },
		}),
	);
	expect(world.simulator.tasks[0].order.metadata).toEqual({
		prompt_optimizer: false,
		watermark: true,
	});

	const { items } = await world.run(
		order('seaart', { completion: 'return', model: 'other', modelName: 'minimax_hailuo_02_i2v' }),
	);
	expect(items[0].json.endpoint).toBe('minimax_hailuo_02_i2v');
	expect(world.simulator.tasks[1].order).not.toHaveProperty('resolution');
});

test('binary data on disk: pictures are read from n8n’s store, videos streamed into it', async () => {
	await world.engine.initBinary();
	const made = await world.run(order('gptge'));
	expect(made.items[0].binary.data.id).toMatch(/^filesystem-v2:/);
	const bytes = await world.engine.readBinary(made.items[0].binary.data);
	expect(bytes.subarray(4, 8).toString()).toBe('ftyp');

	for (const provider of providerIds) {
		// of many chunks, and no multiple of three
		const bytes = Buffer.concat([png(640, 480), Buffer.alloc(300_001, 7)]);
		const { error, items } = await world.run(order(provider), {
			input: [{ json: {}, binary: { data: (await storePicture(bytes)).binary } }],
		});
		expect([provider, error]).toEqual([provider, undefined]);
		expect(items[0].json.status).toBe('succeeded');
		const sent = world.simulator.requests.find(
			(one) => one.provider === provider && Number(one.headers['content-length']) > 300_000,
		);
		expect(sent.headers).not.toHaveProperty('transfer-encoding');
		const { kind, headers } = sent;
		expect([provider, kind]).toEqual([provider, provider === 'toapis' ? 'upload' : 'submit']);
		if (kind === 'submit')
			expect(JSON.stringify(sent.body)).toContain(
				`…[${'data:image/png;base64,'.length + Math.ceil(bytes.length / 3) * 4} characters]`,
			);
		else expect(Number(headers['content-length'])).toBeLessThan(bytes.length + 1000);
	}
});

test('a picture whose file has gone is named, and nothing is sent', async () => {
	await world.engine.initBinary();
	const { binary, remove } = await storePicture(png(640, 480));
	await remove();
	const { error } = await world.run(order('minimax'), {
		input: [{ json: {}, binary: { data: binary } }],
	});
	expect(error.message).toMatch(/'First Frame' could not be read from n8n's store/);
	expect(world.simulator.requests).toEqual([]);
});

test('a JPEG of 19 MB that never comes to its size is not gone through again with each chunk', async () => {
	await world.engine.initBinary();
	const size = 19_000_000;
	const bytes = Buffer.alloc(size);
	bytes.set([0xff, 0xd8]);
	// segments of one byte each, as many as there is room for
	for (let at = 2; at + 5 <= size; at += 5) bytes.set([0xff, 0xe0, 0, 3, 0], at);
	const { binary } = await storePicture(bytes);
	const concat = jest.spyOn(Buffer, 'concat');
	const { error } = await world.run(order('minimax'), {
		input: [{ json: {}, binary: { data: binary } }],
	});
	const copied = concat.mock.results.reduce((sum, { value }) => sum + value.length, 0);
	concat.mockRestore();
	expect(error.message).toMatch(/'First Frame' is a JPEG file that is cut off or damaged/);
	expect(copied).toBeLessThan(3 * size);
	expect(world.simulator.requests).toEqual([]);
});

test('a gateway that answers while the picture is still on its way is heard', async () => {
	await world.engine.initBinary();
	const asked = [];
	const hasty = createServer((request, response) => {
		asked.push(request.url);
		response.writeHead(401, { 'content-type': 'application/json', connection: 'close' });
		response.end('{"base_resp":{"status_code":1004,"status_msg":"login fail"}}');
	});
	const port = await listen(hasty);
	const credential = world.credentials.hailuoMiniMaxApi;
	const { baseUrl } = credential;
	credential.baseUrl = `http://127.0.0.1:${port}`;
	const { binary } = await storePicture(Buffer.concat([png(640, 480), Buffer.alloc(15_000_000)]));
	const { error } = await world.run(order('minimax'), {
		input: [{ json: {}, binary: { data: binary } }],
	});
	credential.baseUrl = baseUrl;
	hasty.closeAllConnections();
	hasty.close();
	expect(error.message).toBe('MiniMax: login fail');
	expect(asked.length).toBeLessThanOrEqual(2);
});

/** A picture in n8n's store, as a node before ours leaves it. */
async function storePicture(bytes) {
	const { Container, core } = require('./engine-harness');
	const store = Container.get(core.BinaryDataService);
	const binary = await store.store(
		{ type: 'execution', workflowId: 'wf1', executionId: '1' },
		bytes,
		{ data: '', mimeType: 'image/png' },
	);
	return { binary, remove: async () => await store.deleteManyByBinaryDataId([binary.id]) };
}
