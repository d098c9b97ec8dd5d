'use strict';
/* Images that are half or something else are refused before anything is sent, whatever their name and type say. */
const { picture, png, quick, setUp } = require('./support');
const { foreign, jpeg, frameHeader, scan, endOfImage } = require('../helpers/images');

let world;
beforeAll(async () => {
	world = await setUp();
});
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const run = async (bytes, provider = 'minimax') =>
	await world.run(
		{ provider, operation: 'create', mode: 'imageToVideo', prompt: 'A cat', ...quick },
		{ input: [{ json: {}, binary: { data: picture(bytes) } }] },
	);

test.each([
	['half a PNG', png(640, 480).subarray(0, 300), /cut off or damaged: its end is missing/],
	['half a JPEG', jpeg(frameHeader(640, 480), scan), /cut off or damaged: its end is missing/],
	['a lossless JPEG', jpeg(frameHeader(640, 480, 0xc3), scan, endOfImage), /lossless JPEG/],
	['a 12-bit JPEG', jpeg(frameHeader(640, 480, 0xc1, 12), scan, endOfImage), /12 bits/],
	[
		'a video of 25 MB',
		Buffer.concat([foreign.MP4, Buffer.alloc(25 * 1024 * 1024)]),
		/an MP4 video/,
	],
	[
		'a JPEG that was read as text',
		Buffer.from('\ufffd\ufffd\ufffd\ufffd\0\x10JFIF'),
		/read as text/,
	],
	[
		'an error of a file server',
		Buffer.from('<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>'),
		/file server/,
	],
	['an AVIF', foreign.AVIF, /an AVIF file/],
])('%s', async (_what, bytes, message) => {
	const { error } = await run(bytes);
	expect(error.message).toMatch(message);
	expect(error.description.length).toBeGreaterThan(20);
	expect(world.simulator.requests).toEqual([]);
});

test('a tail behind the end of an image is fine, as motion photos have it', async () => {
	const { items, error } = await run(
		Buffer.concat([png(640, 480), Buffer.from('a video of the moment')]),
	);
	expect(error).toBeUndefined();
	expect(items[0].json.status).toBe('succeeded');
});
