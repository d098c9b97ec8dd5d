'use strict';
/* Hailuo 3 in n8n's own engine: its two APIs at MiniMax, references, cancel, bad input. */
const { modelsOf, modesOf, providerIds } = require('../../nodes/shared/catalog/gateways');
const { mp3, mp4, wav } = require('./media');
const { png, setUp, withPicture, picture, quick } = require('./support');

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
	model: 'MiniMax-H3',
	prompt: 'A lighthouse in fog',
	...quick,
	...more,
});
const binary = (kind, binaryProperty) => ({ kind, source: 'binary', binaryProperty });
const link = (kind, url) => ({ kind, source: 'url', url });
const references = (...list) => ({ mode: 'referenceToVideo', references: { reference: list } });
const file = (bytes, mimeType, fileName) => ({
	data: bytes.toString('base64'),
	mimeType,
	fileName,
});
const media = () => ({
	json: {},
	binary: {
		data: picture(),
		clip: file(mp4({ seconds: 3 }), 'video/mp4', 'clip.mp4'),
		sound: file(wav({ seconds: 4 }), 'audio/wav', 'sound.wav'),
		song: file(mp3(), 'audio/mpeg', 'song.mp3'),
	},
});
const sellers = providerIds.filter((id) => modelsOf(id, 'textToVideo').includes('MiniMax-H3'));
const submits = () => world.simulator.requests.filter(({ kind }) => kind === 'submit');

describe.each(sellers)('%s', (provider) => {
	test.each(modesOf(provider).filter((mode) => modelsOf(provider, mode).includes('MiniMax-H3')))(
		'%s: made, waited for, delivered',
		async (mode) => {
			const { items, error } = await world.run(
				order({
					provider,
					mode,
					resolution: '2K',
					duration: 15,
					lastFrameBinaryProperty: 'last',
					references: { reference: [binary('image', 'data')] },
				}),
				{ input: [withPicture({}, 'data', 'last')] },
			);
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({
				provider,
				mode,
				model: 'MiniMax-H3',
				status: 'succeeded',
				resolution: '2K',
				duration: 15,
			});
			expect(items[0].json.endpoint).toBe(provider === 'minimax' ? 'v2' : undefined);
			expect(items[0].binary.data.mimeType).toBe('video/mp4');
			expect(world.simulator.paid(provider)).toBe(1);
		},
	);

	test('images, a video and sounds as files and as links, in the order of the list', async () => {
		const list = [
			binary('image', 'data'),
			link('image', 'https://example.com/b.jpg'),
			link('video', 'https://example.com/m.mp4'),
			link('audio', 'https://example.com/a.mp3'),
		];
		// ToAPIs uploads images only
		if (provider !== 'toapis') list.push(binary('video', 'clip'), binary('audio', 'sound'));
		const { items, error } = await world.run(
			order({ provider, ...references(...list), completion: 'return', aspectRatio: '9:16' }),
			{ input: [media()] },
		);
		expect(error).toBeUndefined();
		expect(items[0].json.status).toBe('queued');
		const sent = JSON.stringify(submits()[0].body);
		for (const text of ['b.jpg', 'm.mp4', 'a.mp3', '9:16']) expect(sent).toContain(text);
		const uploads = world.simulator.requests.filter(({ kind }) => kind === 'upload');
		expect(uploads).toHaveLength({ minimax: 2, wavespeed: 2, toapis: 1 }[provider]);
	});
});

test('ToAPIs, a video by its link: the form asks for no source, and what a change of the kind left there does not count', async () => {
	const url = 'https://example.com/m.mp4';
	for (const left of [{}, { source: 'url' }, { source: 'binary', binaryProperty: 'clip' }]) {
		const { items, error } = await world.run(
			order({
				provider: 'toapis',
				...references(binary('image', 'data'), { kind: 'video', url, ...left }),
				completion: 'return',
			}),
			{ input: [media()] },
		);
		expect(error).toBeUndefined();
		expect(items[0].json.status).toBe('queued');
		expect(JSON.stringify(submits().at(-1).body)).toContain('m.mp4');
	}
});

test('every model and second of Hailuo 3 at MiniMax by its own dialect: no file call, the link comes with the status', async () => {
	const { items, error } = await world.run(order({ model: 'MiniMax-H3-Max', resolution: '480P' }));
	expect(error).toBeUndefined();
	expect(items[0].json).toMatchObject({ endpoint: 'v2', resolution: '480P' });
	const paths = new Set(world.simulator.requests.map(({ path }) => path.replace(/\d{6,}/, 'ID')));
	expect([...paths].filter((path) => /retrieve|v1/.test(path))).toEqual([]);
});

describe('operations on a task of Hailuo 3 at MiniMax', () => {
	const make = async (more) =>
		(await world.run(order({ completion: 'return', ...more }))).items[0].json;
	const later = async (operation, json, more = {}) =>
		await world.run(
			{
				provider: 'minimax',
				operation,
				taskId: '={{ $json.taskId }}',
				endpoint: '={{ $json.endpoint }}',
				...more,
			},
			{ input: [{ json }] },
		);

	test.each(['getStatus', 'wait', 'download'])(
		'%s: by the row, and without its endpoint',
		async (operation) => {
			const made = await make();
			await later('wait', made, quick);
			for (const json of [made, { taskId: made.taskId }]) {
				const { items, error } = await later(operation, json, quick);
				expect(error).toBeUndefined();
				expect(items[0].json).toMatchObject({
					taskId: made.taskId,
					endpoint: 'v2',
					status: 'succeeded',
				});
			}
		},
	);

	test('a task of version 1, without endpoint, costs one more status request at most', async () => {
		const made = await make({ model: 'MiniMax-Hailuo-02' });
		expect(made.endpoint).toBeUndefined();
		const before = world.simulator.requests.length;
		const { items } = await later('getStatus', made);
		expect(items[0].json).toMatchObject({ taskId: made.taskId });
		expect(items[0].json.endpoint).toBeUndefined();
		expect(world.simulator.requests.length - before).toBeLessThanOrEqual(2);
	});

	test('an ID of version 1 with endpoint v2 is refused with advice, and nothing else is asked', async () => {
		const made = await make({ model: 'MiniMax-Hailuo-02' });
		const { error } = await later('getStatus', { taskId: made.taskId, endpoint: 'v2' });
		expect(error.message).toMatch(/^MiniMax: /);
		expect(error.description).toMatch(/'Task ID'/);
	});

	test('an endpoint that MiniMax does not have is refused before any request', async () => {
		const { error } = await later('wait', { taskId: '1', endpoint: 'v3' });
		expect(error.message).toMatch(/'Endpoint' 'v3'/);
		expect(world.simulator.requests).toEqual([]);
	});

	test('cancel: a task in the queue is stopped', async () => {
		world.simulator.outcome({ provider: 'minimax', times: 1, queueMs: 60_000 });
		const made = await make();
		const { items, error } = await later('cancel', made);
		expect(error).toBeUndefined();
		expect(items[0].json).toMatchObject({ taskId: made.taskId, status: 'canceled' });
	});

	test('cancel: a running task and one of version 1 are refused with the reason, without a DELETE', async () => {
		world.simulator.outcome({ provider: 'minimax', times: 2, taskMs: 60_000, queueMs: 0 });
		const running = await later('cancel', await make());
		expect(running.error.message).toMatch(/only while it waits in the queue/);
		const old = await later('cancel', await make({ model: 'MiniMax-Hailuo-02' }));
		expect(old.error.message).toMatch(/MiniMax-H3 only/);
		expect(world.simulator.requests.filter(({ kind }) => kind === 'cancel')).toEqual([]);
	});

	test('cancel: a finished task keeps its record and its link', async () => {
		const made = await make();
		await later('wait', made, quick);
		const { error } = await later('cancel', made);
		expect(error.message).toMatch(/finished \(succeeded\)/);
		expect(world.simulator.requests.filter(({ kind }) => kind === 'cancel')).toEqual([]);
		const { items } = await later('getStatus', made);
		expect(items[0].json).toMatchObject({ status: 'succeeded' });
		expect(items[0].json.videoUrl).toMatch(/^http/);
	});
});

describe('what Hailuo 3 does not take is refused before any request', () => {
	/** @param {object} more @param {RegExp} message @param {object[]} [input] */
	const refuse = async (more, message, input = [media()]) => {
		const { error } = await world.run(order(more), { input });
		expect(error).toMatchObject({ name: 'NodeOperationError' });
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(/./);
		expect(world.simulator.requests).toEqual([]);
	};
	const times = (count, one) => Array.from({ length: count }, () => one);
	const picked = (kind) => link(kind, `https://example.com/${kind}`);

	test('H3-Max with 2K or 4 seconds', async () => {
		await refuse({ model: 'MiniMax-H3-Max', resolution: '2K' }, /'Resolution' '2K'/);
		await refuse(
			{ model: 'MiniMax-H3-Max', resolution: '480P', duration: '={{ 4 }}' },
			/'Duration' '4'/,
		);
	});
	test('a ratio that is not sold, by expression', async () => {
		await refuse({ aspectRatio: '={{ "2:1" }}' }, /'Aspect Ratio' '2:1'/);
		await refuse({ aspectRatio: '={{ "adaptive" }}' }, /'Aspect Ratio' 'adaptive'/);
		await refuse({ provider: 'wavespeed', aspectRatio: '={{ "9:21" }}' }, /'Aspect Ratio' '9:21'/);
	});
	test('no references, audio alone, too many', async () => {
		await refuse(references(), /'References' is empty/);
		await refuse(references(picked('audio')), /only audio/);
		await refuse(references(...times(10, picked('image'))), /10 images; up to 9/);
		await refuse(references(...times(4, picked('video'))), /4 videos; up to 3/);
		const thirteen = [
			...times(9, picked('image')),
			...times(2, picked('video')),
			...times(2, picked('audio')),
		];
		await refuse(references(...thirteen), /13 files; up to 12/);
	});
	test('a reference that is no video, and one that is 60 MB', async () => {
		await refuse(references(binary('video', 'data')), /Reference 1/);
		await refuse(references(binary('audio', 'clip'), picked('image')), /Reference 1/);
		const heavy = mp4({ seconds: 3, bytes: 60 * 1024 * 1024 });
		await refuse(references(binary('video', 'heavy')), /Reference 1.*60 MB/, [
			{ json: {}, binary: { heavy: file(heavy, 'video/mp4', 'heavy.mp4') } },
		]);
	});
	test('a video of 20 seconds, and videos of 16 seconds together', async () => {
		const input = [
			{
				json: {},
				binary: {
					long: file(mp4({ seconds: 20 }), 'video/mp4', 'a.mp4'),
					half: file(mp4({ seconds: 8 }), 'video/mp4', 'b.mp4'),
				},
			},
		];
		await refuse(references(binary('video', 'long')), /20 seconds; it has to have 2 to 15/, input);
		await refuse(
			references(binary('video', 'half'), binary('video', 'half')),
			/videos .* have 16\.0 seconds/,
			input,
		);
	});
	test('a video as a file at ToAPIs, which uploads images only', async () =>
		await refuse(
			{ provider: 'toapis', ...references(binary('video', 'clip')) },
			/takes video references only by URL/,
		));
	test('a video as a data URL, a field that is not there, a kind that is none', async () => {
		await refuse(references(link('video', 'data:video/mp4;base64,AAAA')), /only images can be/);
		await refuse(references(binary('video', 'gone')), /no binary field 'gone'/);
		await refuse(references({ ...picked('image'), kind: '={{ "film" }}' }), /Reference 1: Kind/);
	});
	test('7001 characters, an empty prompt, a seed and an expansion where there is none', async () => {
		await refuse({ prompt: 'x'.repeat(7001) }, /7001 characters; 7000/);
		await refuse({ mode: 'imageToVideo', prompt: ' ' }, /'Prompt' is empty/);
		await refuse(
			{ options: { promptExpansion: 'balanced' }, model: '={{ "MiniMax-H3" }}' },
			/'Prompt Expansion' is not available/,
		);
		await refuse(
			{
				model: 'MiniMax-H3-Max',
				resolution: '480P',
				options: { promptExpansion: '={{ "most" }}' },
			},
			/'Prompt Expansion' is 'most'/,
		);
		await refuse(
			{ provider: 'wavespeed', model: '={{ "MiniMax-H3" }}', options: { seed: 7 } },
			/'Seed' is not available for 'Model' MiniMax-H3 at WaveSpeed AI/,
		);
	});
	test('options of one model alone are kept beside a model by expression', async () => {
		const open = { provider: 'wavespeed', model: '={{ "MiniMax-H3-Open" }}', options: { seed: 7 } };
		const made = await world.run(order({ ...open, completion: 'return' }));
		expect(made.error).toBeUndefined();
		expect(submits()[0].body.seed).toBe(7);
	});
	test('7000 characters are taken, brackets as they are', async () => {
		const prompt = `[Push in] ${'x'.repeat(6990)}`;
		const { error } = await world.run(order({ prompt, completion: 'return' }));
		expect(error).toBeUndefined();
		expect(JSON.stringify(submits()[0].body)).toContain('[Push in] x');
	});
	test('an image of 280 pixels, which version 1 would refuse', async () => {
		const input = [{ json: {}, binary: { data: picture(png(280, 400)) } }];
		const taken = await world.run(order({ mode: 'imageToVideo', completion: 'return' }), { input });
		expect(taken.error).toBeUndefined();
		world.simulator.reset();
		await refuse({ mode: 'imageToVideo', model: 'MiniMax-Hailuo-02' }, /280 x 400/, input);
	});
});

test('nine heavy images: what does not fit into one request is uploaded', async () => {
	// a PNG with bytes behind its end is one all the same
	const heavy = Buffer.concat([png(640, 480), Buffer.alloc(20 * 1024 * 1024)]);
	const list = Array.from({ length: 3 }, () => binary('image', 'data'));
	const { error } = await world.run(order({ ...references(...list), completion: 'return' }), {
		input: [{ json: {}, binary: { data: picture(heavy) } }],
	});
	expect(error).toBeUndefined();
	const uploads = world.simulator.requests.filter(({ kind }) => kind === 'upload');
	expect(uploads).toHaveLength(1);
});
