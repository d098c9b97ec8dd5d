'use strict';
/* What lies behind the video link: the bytes decide what is delivered, whatever name, type or length says. */
const { hurry, quick, setUp } = require('./support');

let world;
beforeAll(async () => {
	hurry(20);
	world = await setUp({ videoBytes: 300_000 });
});
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const order = (prompt, more = {}) => ({
	provider: 'wavespeed',
	operation: 'create',
	mode: 'textToVideo',
	prompt: `A cat turns its head ${prompt}`,
	...quick,
	...more,
});
const videos = () => world.simulator.requests.filter(({ kind }) => kind === 'video');

const contentOf = async (binary) =>
	binary.id ? await world.engine.readBinary(binary) : Buffer.from(binary.data, 'base64');

/** The same in memory and in n8n's folder of files: there is no way back from the second. */
/** @type {Array<[string, () => Promise<void>]>} */
const modes = [
	['in memory', async () => {}],
	['in files', async () => await world.engine.initBinary()],
];

describe.each(modes)('%s', (_mode, begin) => {
	beforeAll(begin);

	test.each([
		['as it should be', '', 'mp4', 1],
		['as octet-stream', 'sim:octet', 'mp4', 1],
		['as text', 'sim:plain', 'mp4', 1],
		['as a forced download', 'sim:download', 'mp4', 1],
		['without a type', 'sim:notype', 'mp4', 1],
		['WebM', 'sim:webm', 'webm', 1],
		['WebM that says it is MP4', 'sim:webm sim:asvideo', 'webm', 1],
		['QuickTime', 'sim:mov', 'mov', 1],
		['packed by gzip', 'sim:gzip', 'mp4', 1],
		['packed by Brotli', 'sim:br', 'mp4', 1],
		['cut once', 'sim:cutonce', 'mp4', 2],
		['a login page once', 'sim:htmlonce', 'mp4', 2],
		['an expired link once', 'sim:expired', 'mp4', 2],
	])('a good video %s', async (_what, prompt, extension, downloads) => {
		const { items, error } = await world.run(order(prompt));
		expect(error).toBeUndefined();
		const [{ json, binary }] = items;
		const mimeType = { mp4: 'video/mp4', webm: 'video/webm', mov: 'video/quicktime' }[extension];
		expect(binary.data).toMatchObject({ mimeType, fileExtension: extension });
		expect(binary.data.fileName).toBe(`hailuo-${json.taskId}.${extension}`);
		// the file's own, whatever the gateway claims
		expect([json.width, json.height]).toEqual(
			extension === 'mp4' ? [640, 360] : [expect.any(Number), expect.any(Number)],
		);
		expect(json.videoSeconds).toBeGreaterThan(0);
		const content = await contentOf(binary.data);
		if (extension === 'mp4') expect(content).toHaveLength(300_000);
		expect(videos()).toHaveLength(downloads);
		expect(videos().every(({ headers }) => headers['accept-encoding'] === 'identity')).toBe(true);
	});

	test.each([
		['a login page', 'sim:html', 'expired', /leads to a web page \(HTML\), not to a video/],
		['a login page as video', 'sim:html sim:asvideo', 'expired', /a web page \(HTML\)/],
		['a JSON error', 'sim:json sim:asvideo', 'expired', /JSON text/],
		['an XML error', 'sim:xml sim:octet', 'expired', /an error message of a file server \(XML\)/],
		['a playlist', 'sim:playlist sim:notype', 'expired', /a playlist of a stream \(M3U8\)/],
		['an image', 'sim:png sim:asvideo', 'protocol', /a PNG file/],
		['a ZIP', 'sim:zip sim:asvideo', 'protocol', /a ZIP archive, not to a video in MP4, MOV/],
		['zeros', 'sim:zeros', 'protocol', /nothing but zeros/],
		['a cut file', 'sim:cut', 'transient', /broke off/],
		[
			'a cut file whose length fits',
			'sim:cutlength',
			'transient',
			/broke off \(its box 'free' goes on/,
		],
		['a cut file without a length', 'sim:cutchunked', 'transient', /broke off/],
	])('%s is not delivered, and the task stays known', async (_what, prompt, category, message) => {
		const { items } = await world.run(order(prompt), {
			input: [{ json: {} }],
			onError: 'continueRegularOutput',
		});
		const [{ json, binary }] = items;
		expect(binary?.data).toBeUndefined();
		expect(json.error).toMatchObject({ category, message: expect.stringMatching(message) });
		expect(json.taskId).toBe(world.simulator.tasks[0].id);
		expect(world.simulator.paid()).toBe(1);
		// a fresh link is asked for before an answer in place of the file counts
		const kinds = world.simulator.requests.map(({ kind }) => kind);
		const after = kinds.slice(kinds.indexOf('video'));
		const count = (kind) => after.filter((one) => one === kind).length;
		expect(count('video')).toBe(category === 'protocol' ? 1 : 5);
		expect(count('status')).toBe(category === 'expired' ? 4 : 0);
	});

	test('an empty file is fetched again', async () => {
		world.simulator.fault({ provider: 'wavespeed', kind: 'video', times: 2, do: { empty: true } });
		const { items } = await world.run(order(''));
		expect(items[0].binary.data.fileExtension).toBe('mp4');
		expect(videos()).toHaveLength(3);
	});
});
