'use strict';

/** Hailuo 3: what its three sellers do not document is refused, names its field, and costs nothing. */

const { startSimulator } = require('.');
const { hollowPng } = require('../helpers/png');
const { samplePng } = require('./lib/pictures');
const { providers } = require('../contract/samples-h3.json');
const { call } = require('./support');

const ALL = providers.flatMap(({ provider, samples }) =>
	samples.map((one) => ({ ...one, provider })),
);
const bodyOf = (id) => ALL.find((one) => one.id === id).body;

const MB = 1024 * 1024;
const LINK = 'https://example.com/a';

// Only against a test that hangs: the machine may be busy.
jest.setTimeout(60_000);

let sim;

beforeAll(async () => {
	sim = await startSimulator({ callbacks: false });
});
afterAll(() => sim.close());
beforeEach(() => sim.reset());

/** The text of a refusal because of a parameter, taken from where the gateway puts it. */
const REFUSAL = {
	minimax: ({ status, json }) =>
		status === 400 &&
		json.type === 'error' &&
		json.error.type === 'bad_request_error' &&
		json.error.http_code === '400' &&
		json.error.message.endsWith(' (2013)') &&
		json.error.message,
	wavespeed: ({ status, json }) => status === 200 && json.code === 400 && json.message,
	toapis: ({ status, json }) =>
		status === 400 && json.error.code === 'invalid_parameter' && json.error.message,
};

async function expectRefusal(provider, target, body, words, more) {
	const reply = await call(sim, provider, target, body, more);
	expect(REFUSAL[provider](reply)).toContain(words);
	expect(sim.paid()).toBe(0);
}

async function expectTaken(provider, target, body) {
	const before = sim.paid();
	const reply = await call(sim, provider, target, body);
	expect([reply.status, sim.paid() - before, reply.text]).toEqual([200, 1, reply.text]);
}

const ORDERS = ALL.filter(
	({ kind, operation, provider }) =>
		kind === 'request' && operation === 'submit' && provider !== 'pixazo',
);

describe.each(ORDERS.map(({ id, provider, path, body }) => [id, provider, `POST ${path}`, body]))(
	'%s',
	(_id, provider, target, body) => {
		test.each(Object.keys(body))('%s of a wrong type', async (field) => {
			for (const wrong of [null, 7.5, {}, [], '']) {
				const isSame =
					typeof wrong === typeof body[field] &&
					Array.isArray(wrong) === Array.isArray(body[field]);
				if (isSame && wrong !== '' && wrong !== 7.5) continue;
				await expectRefusal(provider, target, { ...body, [field]: wrong }, field);
			}
		});

		test('an unknown field, an unknown query parameter, another content type', async () => {
			await expectRefusal(provider, target, { ...body, frobnicate: 1 }, 'frobnicate');
			await expectRefusal(provider, `${target}?speed=1`, body, 'speed');
			const headers = { 'content-type': 'text/plain' };
			await expectRefusal(provider, target, body, 'Content-Type', { headers });
		});
	},
);

const say = (value) => ({ type: 'text', text: value });
const image = (role, url = LINK) => ({ type: 'image_url', image_url: { url }, role });
const video = (url = LINK, role = 'reference_video') => ({
	type: 'video_url',
	video_url: { url },
	role,
});
const audio = (url = LINK) => ({ type: 'audio_url', audio_url: { url }, role: 'reference_audio' });
const many = (count, make) => Array.from({ length: count }, () => make());
const reference = () => image('reference_image');

describe('minimax, version 2', () => {
	const TARGET = 'POST /v2/video_generation';
	const order = (content, changes = {}) => ({
		model: 'MiniMax-H3',
		content: [say('a cat'), ...content],
		resolution: '768P',
		duration: 5,
		...changes,
	});
	const refuse = (body, words) => expectRefusal('minimax', TARGET, body, words);
	const take = (body) => expectTaken('minimax', TARGET, body);

	test.each(['model', 'content', 'resolution', 'duration'])('%s is required', async (field) => {
		await refuse({ ...order([reference()]), [field]: undefined }, field);
	});

	test.each([
		['MiniMax-H3', '768P 2K', 4],
		['MiniMax-H3-Max', '480P 768P', 5],
	])('%s: what can be made', async (model, resolutions, shortest) => {
		const made = { resolutions: new Set(), durations: new Set() };
		for (const resolution of ['480P', '512P', '768P', '1080P', '2K', '2k', '768p']) {
			for (const duration of [3, 4, 5, 15, 16, 5.5]) {
				const before = sim.paid();
				const changes = { model, resolution, duration, ratio: '16:9' };
				await call(sim, 'minimax', TARGET, order([], changes));
				if (sim.paid() === before) continue;
				made.resolutions.add(resolution);
				made.durations.add(duration);
			}
		}
		expect([...made.resolutions].join(' ')).toBe(resolutions);
		expect(Math.min(...made.durations)).toBe(shortest);
		expect(Math.max(...made.durations)).toBe(15);
	});

	test('text to video asks for a ratio, and not for an adaptive one', async () => {
		await refuse(order([]), 'ratio');
		await refuse(order([], { ratio: 'adaptive' }), 'ratio');
		await refuse(order([], { ratio: '9:21' }), 'ratio');
		for (const ratio of ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16']) {
			await take(order([], { ratio }));
		}
	});

	test('with frames another ratio is ignored, references keep theirs', async () => {
		await take(order([image('first_frame')], { ratio: '1:1' }));
		await take(order([reference()], { ratio: '1:1' }));
		await take(order([reference()]));
		expect(sim.tasks.map(({ ratio }) => ratio)).toEqual(['', '1:1', '']);
	});

	test('one text, not empty, of at most 7000 characters', async () => {
		const wanted = 'content must include a non-empty text item (prompt is required)';
		for (const content of [[], [say('')], [say('\n ')], [reference()]]) {
			await refuse({ ...order([]), content }, wanted);
		}
		await refuse({ ...order([]), content: [say('a'), say('b')] }, 'only one text');
		await refuse({ ...order([]), content: [say('镜'.repeat(7001))] }, '7000');
		await take({ ...order([], { ratio: '1:1' }), content: [say('🎬'.repeat(7000))] });
	});

	test.each([
		['no list', { text: 'x' }, 'content'],
		['an item that is no object', [say('a'), 'x'], 'content[1]'],
		['an unknown type', [say('a'), { type: 'image', image: LINK }], 'content[1].type'],
		['an unknown field', [say('a'), { ...image('first_frame'), weight: 1 }], 'content[1].weight'],
		[
			'a bare address',
			[say('a'), { type: 'image_url', image_url: LINK, role: 'first_frame' }],
			'content[1].image_url',
		],
		[
			'another field in the address',
			[say('a'), { type: 'image_url', image_url: { url: LINK, detail: 'high' } }],
			'content[1].image_url.detail',
		],
		['an unknown role', [say('a'), image('middle_frame')], 'content[1].role'],
		['a role of another type', [say('a'), video(LINK, 'first_frame')], 'content[1].role'],
		['base_video', [say('a'), video(LINK, 'base_video')], 'content[1].role'],
		[
			'a video without a role',
			[say('a'), { type: 'video_url', video_url: { url: LINK } }],
			'content[1].role',
		],
		['an address of another kind', [say('a'), image('first_frame', 'ftp://x/a')], '.url'],
		['a file number that is none', [say('a'), image('first_frame', 'mm_file://x')], '.url'],
	])('%s', async (_name, content, words) => {
		await refuse({ ...order([]), content }, words);
	});

	test('roles: a single image may go without, two may not, and nothing stands there twice', async () => {
		await take(order([image(undefined)]));
		expect(sim.tasks[0].mode).toBe('imageToVideo');
		await take(order([image('last_frame')]));
		sim.reset();
		await refuse(order([image(undefined), image('last_frame')]), 'role');
		await refuse(order([image('first_frame'), image('first_frame')]), 'first_frame');
		await refuse(order([image('last_frame'), image('last_frame')]), 'last_frame');
	});

	test('frames and references exclude each other', async () => {
		for (const one of [reference(), video(), audio()]) {
			await refuse(order([image('first_frame'), one]), 'must not mix frames');
		}
	});

	test('at most 9 images, 3 videos, 3 audios, together 12, and audio not alone', async () => {
		await refuse(order(many(10, reference)), 'at most 9');
		await refuse(order(many(4, video)), 'at most 3');
		await refuse(order([reference(), ...many(4, audio)]), 'at most 3');
		await refuse(order([...many(9, reference), ...many(3, video), audio()]), 'at most 12');
		await refuse(order([audio()]), 'must hold an image or a video');
		await take(order([...many(9, reference), ...many(3, video)]));
		await take(order([video(), ...many(3, audio)]));
	});

	test('extra is for H3-Max, with one key', async () => {
		const max = (extra) => order([], { model: 'MiniMax-H3-Max', ratio: '1:1', extra });
		await refuse(order([], { ratio: '1:1', extra: { prompt_expansion_mode: 'quality' } }), 'extra');
		await refuse(max({ prompt_expansion_mode: 'fast' }), 'extra.prompt_expansion_mode');
		await refuse(max({ prompt_expansion_mode: 'quality', seed: 1 }), 'extra.seed');
		for (const mode of ['disabled', 'balanced', 'quality']) {
			await take(max({ prompt_expansion_mode: mode }));
		}
	});

	test.each([
		['prompt', 'a cat'],
		['prompt_optimizer', true],
		['fast_pretreatment', true],
		['negative_prompt', 'dogs'],
		['first_frame_image', LINK],
		['subject_reference', []],
	])('%s belongs to version 1', async (field, value) => {
		await refuse(order([reference()], { [field]: value }), field);
	});

	describe('files in the request', () => {
		const data = (type, bytes) => `data:${type};base64,${bytes.toString('base64')}`;
		const png = (width, height) => data('image/png', hollowPng(width, height));
		const box = (type, ...parts) => {
			const body = Buffer.concat(parts);
			const head = Buffer.alloc(8);
			head.writeUInt32BE(body.length + 8);
			head.write(type, 4, 'latin1');
			return Buffer.concat([head, body]);
		};
		const ftyp = (brand) => box('ftyp', Buffer.from(`${brand}\0\0\0\0${brand}`, 'latin1'));
		/** An index with one picture track and no picture. */
		function clip(seconds, { brand = 'isom', width = 640, height = 360, size = 0 } = {}) {
			const mvhd = Buffer.alloc(100);
			mvhd.writeUInt32BE(1000, 12);
			mvhd.writeUInt32BE(seconds * 1000, 16);
			const tkhd = Buffer.alloc(84);
			tkhd.writeUInt16BE(width, 76);
			tkhd.writeUInt16BE(height, 80);
			const moov = box('moov', box('mvhd', mvhd), box('trak', box('tkhd', tkhd)));
			return Buffer.concat([ftyp(brand), moov, box('mdat', Buffer.alloc(size))]);
		}
		function heic(width, height) {
			const ispe = Buffer.alloc(12);
			ispe.writeUInt32BE(width, 4);
			ispe.writeUInt32BE(height, 8);
			return Buffer.concat([ftyp('heic'), box('meta', box('ispe', ispe))]);
		}
		function wav(seconds) {
			const head = Buffer.alloc(44);
			head.write('RIFF....WAVEfmt ', 'latin1');
			head.writeUInt32LE(16, 16);
			head.writeUInt32LE(1000, 28);
			head.write('data', 36, 'latin1');
			head.writeUInt32LE(seconds * 1000, 40);
			return head;
		}
		const mp3 = Buffer.from('ID3\u0003\0\0\0\0', 'latin1');
		const first = (url) => order([image('first_frame', url)]);
		const withVideo = (...urls) => order(urls.map((url) => video(url)));
		const withAudio = (...urls) => order([reference(), ...urls.map((url) => audio(url))]);

		test('images: 256 to 5760 px, 2:5 to 5:2', async () => {
			await refuse(first(png(255, 300)), '255x300');
			await refuse(first(png(5761, 2400)), '5761x2400');
			await refuse(first(png(641, 256)), '641x256');
			await refuse(first(png(256, 641)), '256x641');
			await take(first(png(640, 256)));
			await take(first(png(256, 640)));
			// Version 1 wants more than 300 px.
			await take(first(png(256, 256)));
		});

		test('images: formats, true and in lower case', async () => {
			await take(first(data('image/heic', heic(1000, 800))));
			await take(first(data('image/heif', heic(1000, 800))));
			sim.reset();
			await refuse(first(data('image/heic', heic(200, 800))), '200x800');
			await refuse(first(data('image/jpeg', samplePng('a'))), 'declared as jpeg');
			await refuse(first(data('image/PNG', samplePng('a'))), 'must be one of');
			await refuse(first(data('image/gif', Buffer.from('GIF89a....'))), 'must be one of');
			await refuse(first(data('image/png', Buffer.from('GIF89a....'))), 'holds gif');
			await refuse(first(data('image/png', Buffer.from('text'))), 'no known format');
			await refuse(first('data:image/png;base64,%%'), 'not valid base64');
			await refuse(first('data:image/png;base64,'), 'not valid base64');
			await refuse(first(data('video/mp4', clip(5))), 'must be one of');
		});

		test('images: up to 30 MB, more than in version 1', async () => {
			const padded = (size) => {
				const one = samplePng('a');
				return data('image/png', Buffer.concat([one, Buffer.alloc(size - one.length)]));
			};
			await take(first(padded(30 * MB)));
			sim.reset();
			await refuse(first(padded(30 * MB + 1)), '30 MB');
		});

		test('a request of more than 64 MB is a 413', async () => {
			const { status, json } = await call(sim, 'minimax', TARGET, first('x'.repeat(65 * MB)));
			expect([status, json.error.http_code]).toEqual([413, '413']);
			expect(sim.paid()).toBe(0);
		});

		test('videos: MP4 and MOV of 2 to 15 seconds, together 15', async () => {
			await take(withVideo(data('video/mp4', clip(2))));
			await take(withVideo(data('video/mp4', clip(15, { brand: 'qt  ' }))));
			await take(withVideo(data('video/mp4', clip(7)), data('video/mp4', clip(8))));
			expect(sim.tasks[2].input.videoSeconds).toBe(15);
			sim.reset();
			await refuse(withVideo(data('video/mp4', clip(1.9))), 'lasts 1.9 s');
			await refuse(withVideo(data('video/mp4', clip(15.1))), 'lasts 15.1 s');
			const two = [8, 8].map((seconds) => data('video/mp4', clip(seconds)));
			await refuse(withVideo(...two), '16 s of video_url');
			await refuse(withVideo(data('video/mp4', clip(5, { width: 200 }))), '200x360');
			await refuse(withVideo(data('video/quicktime', clip(5))), 'must be one of');
			await refuse(withVideo(data('video/mp4', Buffer.from([0x1a, 0x45, 0xdf, 0xa3]))), 'webm');
			await refuse(withVideo(data('video/mp4', heic(500, 500))), 'heic');
		});

		test('audios: WAV and MP3 of 2 to 15 seconds, up to 15 MB', async () => {
			await take(withAudio(data('audio/wav', wav(7)), data('audio/wav', wav(8))));
			await take(withAudio(data('audio/mp3', mp3)));
			sim.reset();
			await refuse(withAudio(data('audio/wav', wav(16))), 'lasts 16 s');
			await refuse(withAudio(data('audio/wav', wav(8)), data('audio/wav', wav(8))), '16 s');
			await refuse(withAudio(data('audio/wav', mp3)), 'declared as wav');
			await refuse(withAudio(data('audio/ogg', Buffer.from('OggS'))), 'must be one of');
			const large = Buffer.concat([mp3, Buffer.alloc(15 * MB)]);
			await refuse(withAudio(data('audio/mp3', large)), '15 MB');
		});

		test('an upload has the same rules', async () => {
			async function upload(bytes, purpose = 'video_generation_input') {
				const form = new FormData();
				form.append('purpose', purpose);
				form.append('file', new Blob([bytes]), 'file');
				const response = await fetch(`${sim.baseUrl('minimax')}/v1/files/upload`, {
					method: 'POST',
					headers: { authorization: 'Bearer k' },
					body: form,
				});
				const { base_resp } = await response.json();
				return [response.status, base_resp.status_code, base_resp.status_msg];
			}
			for (const bytes of [clip(5), heic(500, 500), wav(5), mp3, samplePng('a')]) {
				expect(await upload(bytes)).toEqual([200, 0, 'success']);
			}
			for (const bytes of [clip(30), heic(100, 100), Buffer.from('text')]) {
				expect((await upload(bytes)).slice(0, 2)).toEqual([400, 2013]);
			}
			expect((await upload(clip(5), 'voice_clone'))[2]).toContain('purpose');
			expect(await upload(clip(5, { size: 49 * MB }))).toEqual([200, 0, 'success']);
			expect((await upload(clip(5, { size: 50 * MB })))[2]).toContain('50 MB');
		});
	});

	test('a clip is made again from one source, and only by H3', async () => {
		const target = 'POST /v2/video_regeneration';
		const base = bodyOf('mm2.regen.base.req');
		const no = (changes, words) => expectRefusal('minimax', target, { ...base, ...changes }, words);
		await no({ model: 'MiniMax-H3-Max' }, 'model');
		await no({ resolution: '768P' }, 'resolution');
		await no({ source_task_id: '1' }, 'source_task_id');
		await no({ content: undefined }, 'source_task_id');
		await no({ content: undefined, source_task_id: '1' }, 'source_task_id');
		await no({ content: [say('a cat'), image('first_frame')] }, 'base_video');
		await no({ duration: 5 }, 'duration');
		await no({ content: [base.content[1], say('x'.repeat(40_001))] }, '40000');
		await expectTaken('minimax', target, { ...base, content: [base.content[1], say('x')] });
	});

	test('Context-IR has no resolution', async () => {
		const target = 'POST /v2/h3_context_ir';
		const body = bodyOf('mm2.ir.req');
		await expectRefusal('minimax', target, { ...body, resolution: '2K' }, 'resolution');
		await expectRefusal('minimax', target, { ...body, duration: undefined }, 'duration');
		await expectRefusal('minimax', target, { ...body, model: 'MiniMax-H3-Max' }, 'model');
	});

	test.each([
		['GET', '/v2/query/video_generation/1'],
		['DELETE', '/v2/video_generation/1'],
	])('%s %s: nobody knows it', async (method, path) => {
		const { status, json } = await call(sim, 'minimax', `${method} ${path}`);
		expect([status, json.error.message]).toEqual([400, 'invalid params, invalid task_id (2013)']);
	});
});

describe('wavespeed', () => {
	const at = (path) => `POST /api/v3/${path}`;
	const OFFICIAL = 'minimax/h3';
	const OPEN = 'wavespeed-ai/minimax-h3';
	const refuse = (path, body, words) => expectRefusal('wavespeed', at(path), body, words);
	const take = (path, body) => expectTaken('wavespeed', at(path), body);
	const prompt = 'a cat';

	test.each([
		[OFFICIAL, '768p 2k', '4 5 15', '21:9 16:9 4:3 1:1 3:4 9:16'],
		[OPEN, '480p 540p 768p 1080p', '3 4 5 15', '21:9 16:9 4:3 1:1 3:4 9:16 9:21'],
	])('%s: what can be made', async (family, resolutions, durations, ratios) => {
		const wishes = {
			resolution: ['480p', '512p', '540p', '768p', '768P', '1080p', '2k', '2K'],
			duration: [2, 3, 4, 5, 15, 16, '5'],
			aspect_ratio: ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16', '9:21', 'adaptive', '2:1'],
		};
		const made = [];
		for (const [field, values] of Object.entries(wishes)) {
			const taken = [];
			for (const value of values) {
				const before = sim.paid();
				const target = at(`${family}/text-to-video`);
				await call(sim, 'wavespeed', target, { prompt, [field]: value });
				if (sim.paid() > before) taken.push(value);
			}
			made.push(taken.join(' '));
		}
		expect(made).toEqual([resolutions, durations, ratios]);
	});

	test.each([OFFICIAL, OPEN])('%s: each path has its fields', async (family) => {
		await refuse(`${family}/text-to-video`, {}, 'prompt');
		await refuse(`${family}/text-to-video`, { prompt, image: LINK }, 'image');
		await refuse(`${family}/image-to-video`, { prompt }, 'image');
		await refuse(`${family}/image-to-video`, { image: LINK }, 'prompt');
		await refuse(
			`${family}/image-to-video`,
			{ prompt, image: LINK, aspect_ratio: '1:1' },
			'aspect_ratio',
		);
		await refuse(`${family}/reference-to-video`, { prompt }, 'reference_images');
		const path = `${family}/reference-to-video`;
		await refuse(path, { prompt, reference_images: many(10, () => LINK) }, 'reference_images');
		await refuse(path, { prompt, reference_videos: many(4, () => LINK) }, 'reference_videos');
		await refuse(path, { prompt, reference_audios: many(4, () => LINK) }, 'reference_audios');
		for (const field of ['enable_prompt_expansion', 'watermark', 'generate_audio', 'go_fast']) {
			await refuse(`${family}/text-to-video`, { prompt, [field]: true }, field);
		}
		await take(`${family}/image-to-video`, { prompt, image: LINK, last_image: LINK });
		expect(sim.tasks[0]).toMatchObject({ mode: 'firstLastFrame', duration: 5 });
	});

	test('only the open weights have a seed, and go on with a clip', async () => {
		await refuse(`${OFFICIAL}/text-to-video`, { prompt, seed: 1 }, 'seed');
		await refuse(`${OPEN}/text-to-video`, { prompt, seed: -2 }, 'seed');
		await take(`${OPEN}/text-to-video`, { prompt, seed: 1 });
		await take(`${OPEN}/video-extend`, { prompt, video: LINK });
		const reply = await call(sim, 'wavespeed', at(`${OFFICIAL}/video-extend`), {
			prompt,
			video: LINK,
		});
		expect([reply.status, sim.paid()]).toEqual([404, 2]);
	});

	test('sound alone is refused by the official family', async () => {
		const body = { prompt, reference_audios: [LINK] };
		await refuse(`${OFFICIAL}/reference-to-video`, body, 'reference_images');
		await take(`${OPEN}/reference-to-video`, body);
	});

	test('base64 is known of images only, the rest is uploaded', async () => {
		const png = `data:image/png;base64,${samplePng('a').toString('base64')}`;
		await take(`${OFFICIAL}/image-to-video`, { prompt, image: png });
		sim.reset();
		const body = {
			prompt,
			reference_images: [LINK],
			reference_audios: ['data:audio/wav;base64,A'],
		};
		await refuse(`${OFFICIAL}/reference-to-video`, body, 'reference_audios[0]');

		const form = new FormData();
		form.append('file', new Blob([Buffer.from('ID3\u0003')]), 'a.mp3');
		const response = await fetch(`${sim.baseUrl('wavespeed')}/api/v3/media/upload/binary`, {
			method: 'POST',
			headers: { authorization: 'Bearer k' },
			body: form,
		});
		const { data } = await response.json();
		expect(data.type).toBe('audio');
		expect((await fetch(data.download_url)).headers.get('content-type')).toBe('audio/mpeg');
		const audios = { prompt, reference_images: [LINK], reference_audios: [data.download_url] };
		await refuse(
			`${OFFICIAL}/reference-to-video`,
			{ ...audios, reference_audios: [`${data.download_url}x`] },
			'upload that does not exist',
		);
		await take(`${OFFICIAL}/reference-to-video`, audios);
	});

	test('paths that nobody sells', async () => {
		for (const path of [`${OPEN}/controlnet`, 'wavespeed-ai/h3/text-to-video', 'minimax/h3/t2v']) {
			const { status, json } = await call(sim, 'wavespeed', at(path), { prompt });
			expect([status, json.message]).toEqual([404, 'Model not found']);
		}
	});
});

describe('toapis', () => {
	const TARGET = 'POST /v1/videos/generations';
	const order = (changes) => ({ model: 'MiniMax-H3', prompt: 'a cat', ...changes });
	const refuse = (changes, words) => expectRefusal('toapis', TARGET, order(changes), words);
	const take = (changes) => expectTaken('toapis', TARGET, order(changes));
	const images = (...roles) => ({ image_with_roles: roles.map((role) => ({ url: LINK, role })) });
	const videos = (count) => ({
		video_with_roles: many(count, () => ({ url: LINK, role: 'reference_video' })),
	});
	const audios = (count) => ({
		audio_with_roles: many(count, () => ({ url: LINK, role: 'reference_audio' })),
	});

	test('what can be made', async () => {
		for (const resolution of ['2K', '768p']) await take({ resolution });
		for (const duration of [4, 15]) await take({ duration });
		sim.reset();
		for (const resolution of ['2k', '768P', '1080P']) await refuse({ resolution }, 'resolution');
		for (const duration of [3, 16, 5.5]) await refuse({ duration }, 'duration');
		await refuse({ aspect_ratio: 'adaptive' }, 'aspect_ratio');
		await refuse({ prompt: undefined }, 'prompt');
		await refuse({ prompt: 'x'.repeat(7001) }, 'prompt');
	});

	test('the fields of its older models are not there', async () => {
		await refuse({ image_urls: [LINK] }, 'image_urls');
		await refuse({ metadata: { watermark: true } }, 'metadata');
		await refuse({ seed: 1 }, 'seed');
		await expectRefusal(
			'toapis',
			TARGET,
			{ model: 'MiniMax-Hailuo-02', prompt: 'a cat', ...images('first_frame') },
			'image_with_roles',
		);
	});

	test('roles, counts and their mixture', async () => {
		await refuse(images('base'), 'image_with_roles[0].role');
		await refuse(images(undefined), 'image_with_roles[0].role');
		await refuse(images('last_frame'), 'first_frame');
		await refuse(images('first_frame', 'first_frame'), 'first_frame');
		await refuse(images('first_frame', 'reference_image'), 'must not mix');
		await refuse({ ...images('first_frame'), ...videos(1) }, 'must not mix');
		await refuse(images(...many(10, () => 'reference_image')), 'at most 9');
		await refuse(videos(4), 'at most 3');
		await refuse({ ...videos(1), ...audios(4) }, 'at most 3');
		await refuse(audios(1), 'audio_with_roles');
		const nine = images(...many(9, () => 'reference_image'));
		await refuse({ ...nine, ...videos(3), ...audios(1) }, 'at most 12');
		await take({ ...nine, ...videos(3), aspect_ratio: 'adaptive' });
		await take(images('first_frame', 'last_frame'));
		expect(sim.tasks.map(({ mode }) => mode)).toEqual(['referenceToVideo', 'firstLastFrame']);
	});

	test('material comes by link only', async () => {
		const url = `data:image/png;base64,${samplePng('a').toString('base64')}`;
		await refuse({ image_with_roles: [{ url, role: 'first_frame' }] }, 'image_with_roles[0].url');
		const gone = `${sim.url}/uploads/toapis/gone.png`;
		await refuse({ image_with_roles: [{ url: gone, role: 'first_frame' }] }, 'upload');
	});

	test('an own reference finds it again', async () => {
		await take({ client_business_id: 'order-7' });
		const { json } = await call(sim, 'toapis', 'GET /v1/videos/generations/order-7');
		expect(json).toMatchObject({ model: 'MiniMax-H3', client_business_id: 'order-7' });
	});
});
