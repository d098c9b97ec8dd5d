'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const { checkMp4 } = require('../../tools/lib/mp4.mjs');

const clip = () => readFileSync(join(__dirname, '..', 'simulator', 'clip.mp4'));

/** The place of a box by its type, anywhere in the file. */
function find(bytes, type) {
	const at = bytes.indexOf(Buffer.from(type, 'latin1'));
	expect(at).toBeGreaterThan(3);
	return at;
}

describe('checkMp4', () => {
	it('accepts a real clip and reads its facts', () => {
		expect(checkMp4(clip())).toEqual({
			playable: true,
			brand: expect.stringMatching(/^\w{4}$/),
			seconds: expect.any(Number),
			width: expect.any(Number),
			height: expect.any(Number),
			samples: expect.any(Number),
		});
		expect(checkMp4(clip()).seconds).toBeGreaterThan(0);
		expect(checkMp4(clip()).width).toBeGreaterThan(0);
	});

	it('accepts boxes it does not know, at the end and with a 64-bit size', () => {
		const free = Buffer.alloc(24);
		free.writeUInt32BE(1, 0);
		free.write('free', 4, 'latin1');
		free.writeBigUInt64BE(24n, 8);
		const last = Buffer.from('\0\0\0\0skip padding to the end of the file', 'latin1');
		expect(checkMp4(Buffer.concat([clip(), free, last])).playable).toBe(true);
	});

	it.each([
		['nothing', () => Buffer.alloc(0), /ftyp/],
		['a JSON error saved as a video', () => Buffer.from('{"error":"expired"}'), /cut off/],
		['an HTML page', () => Buffer.from('<html><body>403 Forbidden</body></html>'), /cut off/],
		['a clip that ends in the middle', () => clip().subarray(0, clip().length >> 1), /cut off/],
		['a clip that lacks its last byte', () => clip().subarray(0, clip().length - 1), /cut off/],
		['only a file type', () => clip().subarray(0, clip().readUInt32BE(0)), /no moov/],
	])('refuses %s', (_, bytes, reason) => {
		const result = checkMp4(bytes());
		expect(result.playable).toBe(false);
		expect(result.reason).toMatch(reason);
	});

	it.each([
		['no movie box', 'moov', /no moov/],
		['no media data', 'mdat', /no mdat/],
		['no movie header', 'mvhd', /movie header/],
		['no tracks', 'trak', /video track/],
		['no handler', 'vide', /video track/],
		['no sample sizes', 'stsz', /no samples/],
		['no chunk offsets', 'stco', /no chunks/],
	])('refuses a clip with %s', (_, type, reason) => {
		const bytes = clip();
		bytes.write('free', find(bytes, type), 'latin1');
		const result = checkMp4(bytes);
		expect(result.playable).toBe(false);
		expect(result.reason).toMatch(reason);
	});

	it('refuses a clip whose movie lasts no time', () => {
		const bytes = clip();
		bytes.writeUInt32BE(0, find(bytes, 'mvhd') + 4 + 16);
		expect(checkMp4(bytes).reason).toMatch(/no duration/);
	});

	it('refuses a clip whose samples point outside the media data', () => {
		const bytes = clip();
		bytes.writeUInt32BE(0x7fffffff, find(bytes, 'stco') + 4 + 8);
		expect(checkMp4(bytes).reason).toMatch(/outside/);
	});

	it('never throws, whatever byte is broken', () => {
		for (let at = 0; at < clip().length; at += 97) {
			const bytes = clip();
			bytes[at] ^= 0xff;
			expect(typeof checkMp4(bytes).playable).toBe('boolean');
		}
	});
});
