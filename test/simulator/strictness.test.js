'use strict';

/** What a gateway does not document is refused, in its own words, and costs nothing. */

const { startSimulator } = require('.');
const { samplePng } = require('./lib/pictures');
const { PROVIDERS, WAYS, call, sample, submit, submitsOf } = require('./support');

// Only against a test that hangs: the machine may be busy.
jest.setTimeout(60_000);

let sim;

beforeAll(async () => {
	sim = await startSimulator({ webhookUrl: 'https://n8n.example.com/hook', callbacks: false });
});
afterAll(() => sim.close());
beforeEach(() => sim.reset());

/** The text of a refusal because of a parameter, taken from where the gateway puts it. */
function refusalOf(provider, { status, json }) {
	const places = {
		minimax: () =>
			status === 200 && json.base_resp.status_code === 2013 && json.base_resp.status_msg,
		gptge: () => status === 200 && json.base_resp.status_code === 2013 && json.base_resp.status_msg,
		wavespeed: () => status === 200 && json.code === 400 && json.data === null && json.message,
		seaart: () => status === 400 && json.error.code === 'REQUEST_INVALID' && json.error.message,
		toapis: () => status === 400 && json.error.code === 'invalid_parameter' && json.error.message,
		pixazo: () =>
			status === 400 && json.error.startsWith('Invalid request parameters') && json.error,
	};
	return places[provider]();
}

async function expectRefusal(provider, target, body, field, more) {
	const reply = await call(sim, provider, target, body, more);
	expect(refusalOf(provider, reply)).toContain(field);
	expect(sim.paid()).toBe(0);
}

const WRONG_TYPES = [null, 7.5, '', {}, [], 'x'];

/** A value of another type than the good one, or outside its list. */
function wrongValue(good) {
	return WRONG_TYPES.find(
		(one) => typeof one !== typeof good || Array.isArray(one) !== Array.isArray(good),
	);
}

const REQUIRED = {
	minimax: {
		t2v: ['model', 'prompt'],
		i2v: ['model'],
		fl2v: ['model'],
		s2v: ['model', 'subject_reference'],
	},
	gptge: {
		t2v: ['model', 'prompt', 'duration', 'resolution'],
		i2v: ['model', 'duration', 'resolution'],
		fl2v: ['model', 'first_frame_image', 'duration', 'resolution'],
	},
	wavespeed: { t2v: ['prompt'], i2v: ['image'], fl2v: ['image'] },
	seaart: { t2v: ['prompt'], i2v: ['first_frame_image'] },
	toapis: { t2v: ['model', 'prompt'], i2v: ['model'], fl2v: ['model', 'image_urls'] },
	pixazo: { t2v: ['prompt'], i2v: ['prompt', 'first_frame_image'] },
};
const MODES = {
	textToVideo: 't2v',
	imageToVideo: 'i2v',
	firstLastFrame: 'fl2v',
	subjectReference: 's2v',
};

const everySubmit = PROVIDERS.flatMap((provider) =>
	submitsOf(provider).map(({ id, path, body }) => ({ provider, id, target: `POST ${path}`, body })),
);

describe.each(everySubmit)('$id', ({ provider, target, body }) => {
	test.each(Object.keys(body))('%s of a wrong type', async (field) => {
		await expectRefusal(provider, target, { ...body, [field]: wrongValue(body[field]) }, field);
	});

	test('an unknown field', async () => {
		await expectRefusal(provider, target, { ...body, frobnicate: 1 }, 'frobnicate');
	});

	test('a required field that is missing', async () => {
		await call(sim, provider, target, body);
		const [{ mode }] = sim.tasks;
		sim.reset();
		for (const field of REQUIRED[provider][MODES[mode]]) {
			await expectRefusal(provider, target, { ...body, [field]: undefined }, field);
		}
	});

	test('a prompt of more than 2000 characters', async () => {
		await expectRefusal(provider, target, { ...body, prompt: '镜'.repeat(2001) }, 'prompt');
		const longest = { ...body, prompt: '🎬'.repeat(2000) };
		expect((await call(sim, provider, target, longest)).status).toBe(200);
		expect(sim.paid()).toBe(1);
	});

	test('a body that is no JSON object', async () => {
		for (const odd of [[], 'text', 1, null]) {
			await expectRefusal(provider, target, odd, 'body');
		}
	});

	test('malformed JSON is a 400', async () => {
		for (const raw of ['{"model":', '']) {
			expect((await call(sim, provider, target, undefined, { raw })).status).toBe(400);
		}
		expect(sim.paid()).toBe(0);
	});

	test('another content type', async () => {
		const more = { headers: { 'content-type': 'text/plain' } };
		await expectRefusal(provider, target, body, 'Content-Type', more);
	});

	test('an unknown query parameter', async () => {
		await expectRefusal(provider, `${target}?speed=1`, body, 'speed');
	});

	test('another method or path', async () => {
		const [, path] = target.split(' ');
		for (const other of [`PUT ${path}`, `POST ${path}/x`, `POST /x${path}`]) {
			expect((await call(sim, provider, other, body)).status).toBe(404);
		}
		expect(sim.paid()).toBe(0);
	});
});

describe.each(PROVIDERS)('keys of %s', (provider) => {
	const isRefused = ({ status, json }) =>
		status === 401 || [1004, 2049].includes(json.base_resp?.status_code);
	const odd = {
		missing: undefined,
		'without its scheme': 'abcdef',
		'with its scheme twice': 'Bearer Bearer abcdef',
		empty: 'Bearer ',
	};
	const header = provider === 'pixazo' ? 'ocp-apim-subscription-key' : 'authorization';

	test.each(Object.entries(odd))('%s', async (name, value) => {
		if (provider === 'pixazo' && name !== 'missing') return;
		expect(isRefused(await submit(sim, provider, {}, { headers: { [header]: value } }))).toBe(true);
		expect(sim.paid()).toBe(0);
	});

	test.each(['bad-key', 'wrong-key'])('%s', async (key) => {
		expect(isRefused(await submit(sim, provider, {}, { key }))).toBe(true);
		const { id } = await submit(sim, provider);
		const [target, body] = WAYS[provider].status(id);
		expect(isRefused(await call(sim, provider, target, body, { key }))).toBe(true);
	});

	test('another key does not see the task', async () => {
		const { id } = await submit(sim, provider);
		const [target, body] = WAYS[provider].status(id);
		const { text } = await call(sim, provider, target, body, { key: 'another-key' });
		expect(text).toMatch(/not found/i);
	});

	test('are never recorded whole', async () => {
		const key = 'sk-very-secret-key';
		await submit(sim, provider, {}, { key });
		expect(JSON.stringify([sim.tasks, sim.requests])).not.toContain(key);
		expect(sim.requests[0].headers[header]).toContain('sk-v…');
	});
});

test('a list of keys replaces the rule', async () => {
	const strict = await startSimulator({ keys: ['the-only-key'] });
	expect((await submit(strict, 'seaart')).status).toBe(401);
	expect((await submit(strict, 'seaart', {}, { key: 'the-only-key' })).status).toBe(200);
	await strict.close();
});

describe('what can be made', () => {
	const ANY = 'https://example.com/a.jpg';
	const RESOLUTIONS = ['512P', '720P', '768P', '1080P'];
	const NEW = '768P/6 768P/10 1080P/6';
	const ALL = `512P/6 512P/10 ${NEW}`;
	const OLD = '720P/6 1080P/6';

	/** Every offered cell, written down once more: gateway, request, what it makes. */
	const minimaxLike = (provider, path) => [
		[provider, path, { model: 'MiniMax-Hailuo-2.3' }, NEW],
		[provider, path, { model: 'MiniMax-Hailuo-02' }, NEW],
		[provider, path, { model: 'T2V-01' }, OLD],
		[provider, path, { model: 'T2V-01-Director' }, OLD],
		[provider, path, { model: 'MiniMax-Hailuo-2.3-Fast' }, ''],
		[provider, path, { model: 'I2V-01' }, ''],
		[provider, path, { model: 'MiniMax-Hailuo-2.3', first_frame_image: ANY }, NEW],
		[provider, path, { model: 'MiniMax-Hailuo-2.3-Fast', first_frame_image: ANY }, NEW],
		[provider, path, { model: 'MiniMax-Hailuo-02', first_frame_image: ANY }, ALL],
		[provider, path, { model: 'I2V-01', first_frame_image: ANY }, OLD],
		[provider, path, { model: 'I2V-01-live', first_frame_image: ANY }, OLD],
		[provider, path, { model: 'I2V-01-Director', first_frame_image: ANY }, OLD],
		[provider, path, { model: 'T2V-01', first_frame_image: ANY }, ''],
		...['MiniMax-Hailuo-02', 'MiniMax-Hailuo-2.3'].map((model) => [
			provider,
			path,
			{ model, first_frame_image: ANY, last_frame_image: ANY },
			model === 'MiniMax-Hailuo-02' ? NEW : '',
		]),
	];
	const slug = (name, body, cells) => ['seaart', `/v1/queue/minimax_${name}`, body, cells];
	const image = { first_frame_image: ANY };
	const toapis = (body, cells) => ['toapis', '/v1/videos/generations', body, cells];
	const first = { image_urls: [ANY] };
	const both = { ...first, metadata: { last_frame_image: ANY } };

	test.each([
		...minimaxLike('minimax', '/v1/video_generation'),
		...minimaxLike('gptge', '/task/minimax/v1/video_generation'),
		slug('hailuo_02_i2v', image, ALL),
		slug('hailuo_02_t2v', {}, NEW),
		slug('hailuo_02', {}, NEW),
		slug('hailuo_23_t2v', {}, NEW),
		slug('hailuo_23_i2v', image, NEW),
		slug('hailuo_23_fast_i2v', image, NEW),
		slug('t2v_01', {}, '720P/6'),
		slug('t2v_01_director', {}, '720P/6'),
		slug('i2v_01', image, '720P/6'),
		slug('i2v_01_live', image, '720P/6'),
		slug('i2v_01_director', image, '720P/6'),
		toapis({ model: 'MiniMax-Hailuo-02' }, NEW),
		toapis({ model: 'MiniMax-Hailuo-02', ...first }, ALL),
		toapis({ model: 'MiniMax-Hailuo-02', ...both }, NEW),
		toapis({ model: 'MiniMax-Hailuo-2.3' }, NEW),
		toapis({ model: 'MiniMax-Hailuo-2.3', ...first }, NEW),
		toapis({ model: 'MiniMax-Hailuo-2.3', ...both }, ''),
		toapis({ model: 'MiniMax-Hailuo-2.3-Fast' }, ''),
		toapis({ model: 'MiniMax-Hailuo-2.3-Fast', ...first }, NEW),
		['pixazo', '/minimax-hailuo-ai/v1/imageToVideo', image, NEW],
		['pixazo', '/minimax-hailuo-ai/v1/generate', {}, NEW],
	])('%s %s %j', async (provider, path, body, cells) => {
		const made = [];
		for (const resolution of RESOLUTIONS) {
			for (const duration of [5, 6, 10, 12]) {
				const order = { prompt: 'a cat', resolution, duration, ...body };
				const before = sim.paid();
				await call(sim, provider, `POST ${path}`, order);
				if (sim.paid() > before) made.push(`${resolution}/${duration}`);
			}
		}
		expect(made.join(' ')).toBe(cells);
	});

	test.each([
		['hailuo-02/t2v-standard', {}, '768P 6 10'],
		['hailuo-02/t2v-pro', {}, '1080P none'],
		['hailuo-02/i2v-standard', { image: ANY }, '768P 6 10'],
		['hailuo-02/i2v-standard', { image: ANY, end_image: ANY }, '768P 6 10'],
		['hailuo-02/i2v-pro', { image: ANY }, '1080P none'],
		['hailuo-02/i2v-pro', { image: ANY, end_image: ANY }, '1080P none'],
		['hailuo-02/standard', {}, '768P 6 10'],
		['hailuo-02/standard', { image: ANY }, '768P 6 10'],
		['hailuo-02/standard', { image: ANY, end_image: ANY }, '768P 6 10'],
		['hailuo-02/standard', { end_image: ANY }, ''],
		['hailuo-02/pro', { image: ANY, end_image: ANY }, '1080P none'],
		['hailuo-02/fast', { image: ANY, go_fast: true }, '512P 6 10'],
		['hailuo-02/fast', {}, ''],
		['hailuo-2.3/t2v-standard', {}, '768P 6 10'],
		['hailuo-2.3/t2v-standard', { image: ANY }, ''],
		['hailuo-2.3/t2v-pro', {}, '1080P none'],
		['hailuo-2.3/i2v-standard', { image: ANY }, '768P 6 10'],
		['hailuo-2.3/i2v-standard', { image: ANY, end_image: ANY }, ''],
		['hailuo-2.3/i2v-pro', { image: ANY }, '1080P none'],
		['hailuo-2.3/fast', { image: ANY }, '768P 6 10'],
		['hailuo-2.3/fast-pro', { image: ANY }, '1080P none'],
		['hailuo-2.3/standard', {}, ''],
	])('wavespeed %s %j', async (path, body, cells) => {
		const made = [];
		for (const duration of [5, 6, 10, undefined]) {
			const order = { prompt: 'a cat', duration, ...body };
			await call(sim, 'wavespeed', `POST /api/v3/minimax/${path}`, order);
		}
		for (const { order, resolution } of sim.tasks) {
			if (!made.includes(resolution)) made.push(resolution);
			if (order.duration) made.push(String(order.duration));
		}
		if (made.length === 1) made.push('none');
		expect(made.join(' ')).toBe(cells);
	});
});

describe('pictures', () => {
	const FIELD = {
		minimax: 'first_frame_image',
		gptge: 'first_frame_image',
		wavespeed: 'image',
		seaart: 'first_frame_image',
		pixazo: 'first_frame_image',
	};
	const url = (type, bytes) => `data:image/${type};base64,${bytes.toString('base64')}`;
	const png = samplePng('a');
	const webp = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP'), Buffer.alloc(8)]);
	const takers = Object.keys(FIELD);
	const send = (provider, picture) => submit(sim, provider, { [FIELD[provider]]: picture });

	const BAD = {
		'no base64': 'data:image/png;base64,%%%',
		'nothing at all': 'data:image/png;base64,',
		'no picture': url('png', Buffer.from('hello, this is text')),
		'another format than declared': url('jpeg', png),
		'a GIF': url('gif', Buffer.from('GIF89a......')),
		'too small': url('png', samplePng('a', 400, 300)),
		'too wide': url('png', samplePng('a', 1000, 399)),
		'too large': url('png', Buffer.concat([png, Buffer.alloc(20 * 1024 * 1024)])),
		'no URL': 'first.png',
		'another protocol': 'ftp://example.com/a.png',
	};
	test.each(
		takers
			.flatMap((one) =>
				Object.entries(BAD).map(([name, value]) => /** @type {const} */ ([one, name, value])),
			)
			.filter(([one, name]) => !(one === 'minimax' && name === 'another format than declared')),
	)('%s refuses %s', async (provider, _name, picture) => {
		expect(refusalOf(provider, await send(provider, picture))).toContain(FIELD[provider]);
		expect(sim.paid()).toBe(0);
	});

	test.each(takers)(
		'%s takes a PNG as a data URL, and does not remember all of it',
		async (provider) => {
			await send(provider, url('png', png));
			await send(provider, url('png', Buffer.concat([png, Buffer.alloc(1024 * 1024)])));
			expect(sim.paid()).toBe(2);
			expect(sim.tasks[0].order[FIELD[provider]]).toBe(url('png', png));
			expect(sim.tasks[1].order[FIELD[provider]].length).toBeLessThan(200);
		},
	);

	test('MiniMax does not mind what a picture is declared as: its own MCP client always says JPEG', async () => {
		await send('minimax', url('jpeg', png));
		await send('minimax', url('png', webp));
		expect(sim.paid()).toBe(2);
		const gif = await send('minimax', url('jpeg', Buffer.from('GIF89a......')));
		expect(refusalOf('minimax', gif)).toContain('gif');
	});

	test.each(takers)('%s and WebP', async (provider) => {
		await send(provider, url('webp', webp));
		expect(sim.paid()).toBe(provider === 'wavespeed' ? 0 : 1);
	});

	/** Just enough of a header to carry a size. */
	function headerOf(type, width, height) {
		const bytes = Buffer.alloc(40);
		if (type === 'jpeg') {
			bytes.set([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc2, 0, 17, 8]);
			bytes.writeUInt16BE(height, 13);
			bytes.writeUInt16BE(width, 15);
			return bytes;
		}
		bytes.write(`RIFF....WEBP${type}`, 'latin1');
		if (type === 'VP8X') {
			bytes.writeUIntLE(width - 1, 24, 3);
			bytes.writeUIntLE(height - 1, 27, 3);
		} else if (type === 'VP8L') {
			bytes.writeUInt32LE((((height - 1) << 14) | (width - 1)) >>> 0, 21);
		} else {
			bytes.writeUInt16LE(width, 26);
			bytes.writeUInt16LE(height, 28);
		}
		return bytes;
	}

	test.each(['jpeg', 'VP8X', 'VP8L', 'VP8 '])(
		'the size is read from a header of %s',
		async (type) => {
			const send640 = (width) =>
				send('minimax', url(type === 'jpeg' ? 'jpeg' : 'webp', headerOf(type, width, 640)));
			expect(refusalOf('minimax', await send640(300))).toContain('300x640');
			expect(refusalOf('minimax', await send640(1601))).toContain('1601x640');
			await send640(301);
			await send640(1600);
			expect(sim.paid()).toBe(2);
		},
	);

	test('only WaveSpeed refuses a ratio of exactly 5:2', async () => {
		for (const provider of takers) await send(provider, url('png', samplePng('a', 1000, 400)));
		expect(sim.tasks.map((task) => task.provider)).toEqual(
			takers.filter((one) => one !== 'wavespeed'),
		);
	});

	test('ToAPIs takes no data URL, neither as first nor as last frame', async () => {
		const data = url('png', png);
		const link = 'https://example.com/a.png';
		const first = await submit(sim, 'toapis', { image_urls: [data] });
		expect(refusalOf('toapis', first)).toContain('image_urls[0]');
		const last = { resolution: '768P', image_urls: [link], metadata: { last_frame_image: data } };
		expect(refusalOf('toapis', await submit(sim, 'toapis', last))).toContain(
			'metadata.last_frame_image',
		);
		const two = await submit(sim, 'toapis', { image_urls: [link, link] });
		expect(refusalOf('toapis', two)).toContain('image_urls');
	});
});

describe('uploads', () => {
	async function upload(provider, bytes, { field = 'file', extra = {}, key = 'test-key' } = {}) {
		const form = new FormData();
		for (const [name, value] of Object.entries(extra)) form.append(name, value);
		if (bytes) form.append(field, new Blob([bytes], { type: 'image/png' }), 'a picture.png');
		const path = { toapis: '/v1/uploads/images', wavespeed: '/api/v3/media/upload/binary' }[
			provider
		];
		const response = await fetch(sim.baseUrl(provider) + path, {
			method: 'POST',
			headers: { authorization: `Bearer ${key}` },
			body: form,
		});
		return { status: response.status, json: await response.json() };
	}

	test('ToAPIs keeps a picture, and a task can use its link', async () => {
		const png = samplePng('upload');
		const { status, json } = await upload('toapis', png, { extra: { purpose: 'generation' } });
		expect(status).toBe(200);
		expect(json).toMatchObject({
			success: true,
			message: '',
			data: { mime_type: 'image/png', size: png.length },
		});
		const file = await fetch(json.data.url);
		expect(file.headers.get('content-type')).toBe('image/png');
		expect(Buffer.from(await file.arrayBuffer()).equals(png)).toBe(true);

		expect((await submit(sim, 'toapis', { image_urls: [json.data.url] })).status).toBe(200);
		const gone = `${json.data.url}x`;
		expect((await submit(sim, 'toapis', { image_urls: [gone] })).status).toBe(400);
		expect(sim.requests.map(({ kind }) => kind)).toEqual(['upload', 'image', 'submit', 'submit']);
	});

	test.each([
		['too large', Buffer.concat([samplePng('a'), Buffer.alloc(10 * 1024 * 1024)]), {}],
		['no picture', Buffer.from('text'), {}],
		['under another field name', samplePng('a'), { field: 'image' }],
		['missing', undefined, { extra: { purpose: 'generation' } }],
		['for another purpose', samplePng('a'), { extra: { purpose: 'avatar' } }],
		['with an unknown field', samplePng('a'), { extra: { colour: 'red' } }],
	])('ToAPIs refuses a file that is %s', async (name, bytes, more) => {
		const { status, json } = await upload('toapis', bytes, more);
		expect(status).toBe(400);
		expect(json).toEqual({ success: false, message: expect.any(String) });
		if (name === 'too large') expect(json).toEqual(sample('ta.upload.error.res').body);
	});

	test('ToAPIs wants a key and a multipart body', async () => {
		expect((await upload('toapis', samplePng('a'), { key: 'bad' })).status).toBe(401);
		const reply = await call(sim, 'toapis', 'POST /v1/uploads/images', { file: 'x' });
		expect(reply.status).toBe(400);
	});

	test('WaveSpeed has an upload, too', async () => {
		const { json } = await upload('wavespeed', samplePng('a'));
		expect(json.data).toMatchObject({ type: 'image', filename: 'a picture.png' });
		expect((await fetch(json.data.download_url)).status).toBe(200);
	});
});

describe('rules of single gateways', () => {
	test('MiniMax took video-01 in 720p, in a recorded order', async () => {
		const target = 'POST /v1/video_generation';
		const old = { model: 'video-01', prompt: 'a cat', resolution: '720p' };
		await call(sim, 'minimax', target, old);
		await call(sim, 'minimax', target, {
			...old,
			first_frame_image: 'https://example.com/a.jpg',
		});
		expect(sim.tasks.map(({ mode, resolution }) => `${mode} ${resolution}`)).toEqual([
			'textToVideo 720P',
			'imageToVideo 720P',
		]);
		sim.reset();
		await expectRefusal('minimax', target, { ...old, resolution: '1080P' }, 'resolution');
		await expectRefusal('minimax', target, { ...old, resolution: '768p' }, 'resolution');
		await expectRefusal('minimax', target, { ...old, duration: 10 }, 'duration');
	});

	test.each([
		['body', { webhook: 'https://example.com' }, ''],
		['body', { callback_url: 'https://example.com' }, ''],
		['query', {}, '?webhook=https%3A%2F%2Fexample.com'],
		['query', {}, '?fal_webhook=x'],
		['header', {}, ''],
	])('SeaArt refuses a webhook in the %s', async (place, extra, query) => {
		const { path, body } = sample('sa.submit.i2v.req');
		const headers = place === 'header' ? { 'X-Webhook-Url': 'https://example.com' } : {};
		const target = `POST ${path}${query}`;
		const reply = await call(sim, 'seaart', target, { ...body, ...extra }, { headers });
		expect([reply.status, reply.json]).toEqual([400, sample('sa.error.webhook.res').body]);
		expect(sim.paid()).toBe(0);
	});

	test('SeaArt does not know every app', async () => {
		const { json } = await call(sim, 'seaart', 'POST /v1/queue/not_exists', { prompt: 'a cat' });
		expect(json).toEqual(sample('sa.error.notfound.res').body);
	});

	test('SeaArt takes no body with a cancel', async () => {
		const { id } = await submit(sim, 'seaart');
		const target = `PUT /v1/queue/minimax_hailuo_02_i2v/requests/${id}/cancel`;
		expect((await call(sim, 'seaart', target, { reason: 'x' })).status).toBe(400);
		expect((await call(sim, 'seaart', target, {})).status).toBe(202);
	});

	test('WaveSpeed takes a webhook only as an https query parameter', async () => {
		const { path, body } = sample('ws.submit.i2v.req');
		const at = (hook) => `POST ${path}?webhook=${encodeURIComponent(hook)}`;
		await expectRefusal('wavespeed', at('http://example.com'), body, 'webhook');
		await expectRefusal(
			'wavespeed',
			`POST ${path}`,
			{ ...body, webhook_url: 'https://a.b' },
			'webhook_url',
		);
		expect((await call(sim, 'wavespeed', at('https://example.com/x?y=1'), body)).json.code).toBe(
			200,
		);
	});

	test('WaveSpeed does not take both names of the last frame at once', async () => {
		const { path, body } = sample('ws.submit.fl2v.i2vstd.req');
		await expectRefusal(
			'wavespeed',
			`POST ${path}`,
			{ ...body, end_image: body.image },
			'end_image',
		);
	});

	test.each(['minimax', 'gptge'])(
		'%s: fast_pretreatment is not for the 01 family',
		async (provider) => {
			const changes = { model: 'I2V-01', resolution: '720P', duration: 6, fast_pretreatment: true };
			const reply = await submit(sim, provider, changes);
			expect(refusalOf(provider, reply)).toContain('fast_pretreatment');
		},
	);

	test('MiniMax has no fast_pretreatment with a last frame, gpt.ge has', async () => {
		const last = {
			resolution: '768P',
			last_frame_image: 'https://example.com/b.jpg',
			fast_pretreatment: true,
		};
		expect(refusalOf('minimax', await submit(sim, 'minimax', last))).toContain('fast_pretreatment');
		expect((await submit(sim, 'gptge', last)).id).toBeDefined();
	});

	test.each(['minimax', 'gptge'])('%s: one subject picture, without size', async (provider) => {
		const { body } = sample('mm.submit.s2v.req');
		const path = { minimax: '/v1', gptge: '/task/minimax/v1' }[provider];
		const target = `POST ${path}/video_generation`;
		const subject = (image) => ({ ...body, subject_reference: [{ type: 'character', image }] });
		const link = 'https://example.com/face.jpg';
		await expectRefusal(provider, target, subject([link, link]), 'subject_reference[0].image');
		await expectRefusal(provider, target, subject([]), 'subject_reference[0].image');
		await expectRefusal(provider, target, { ...body, duration: 6 }, 'duration');
		await expectRefusal(provider, target, { ...body, model: 'T2V-01' }, 'model');
		expect((await call(sim, provider, target, body)).json.base_resp.status_code).toBe(0);
	});

	test('ToAPIs wants a prompt with the 2.3 models, even for a picture', async () => {
		const change = { model: 'MiniMax-Hailuo-2.3', resolution: '768P', prompt: undefined };
		expect(refusalOf('toapis', await submit(sim, 'toapis', change))).toContain('prompt');
		expect((await submit(sim, 'toapis', { prompt: undefined })).status).toBe(200);
	});

	test('ToAPIs calls back only where its console says', async () => {
		const elsewhere = await submit(sim, 'toapis', {
			callback_url: 'https://other.example.com/hook',
		});
		expect(refusalOf('toapis', elsewhere)).toContain('callback_url');
		const plain = await startSimulator();
		const reply = await submit(plain, 'toapis', { callback_url: 'https://n8n.example.com/hook' });
		expect(reply.json.error.code).toBe('webhook_not_configured');
		await plain.close();
	});

	test('Pixazo documents Cache-Control for every call', async () => {
		const reply = await submit(sim, 'pixazo', {}, { headers: { 'cache-control': undefined } });
		expect(refusalOf('pixazo', reply)).toContain('Cache-Control');
	});

	test('Pixazo asks for the status by POST with nothing but the id', async () => {
		const { id } = await submit(sim, 'pixazo');
		const target = '/minimax-hailuo-ai-polling/v1/getStatus';
		expect((await call(sim, 'pixazo', `GET ${target}?task_id=${id}`)).status).toBe(404);
		for (const body of [{}, { task_id: 1 }, { task_id: id, more: 1 }]) {
			expect((await call(sim, 'pixazo', `POST ${target}`, body)).status).toBe(400);
		}
	});

	test('MiniMax wants its query parameters', async () => {
		for (const path of ['/v1/query/video_generation', '/v1/files/retrieve']) {
			const { json } = await call(sim, 'minimax', `GET ${path}`);
			expect(json.base_resp.status_code).toBe(2013);
		}
	});
});
