import { InputRefused } from '../../../../../nodes/shared/errors';
import {
	checkImageUrl,
	inspectImage,
	parseDataUrl,
	readImageHeader,
	tellsEnough,
	type ImageInfo,
	type ImageRules,
} from '../../../../../nodes/HailuoVideo/order/images/inspect';
// Made with Pillow, cjpeg (arithmetic coding) and libheif; foreign files hold the first bytes only.
import fixtures from '../../../../helpers/fixtures/images.json';

const MB = 1024 * 1024;

/** The rules of seeds 000, 001, 003 and 004. */
const usual: ImageRules = {
	formats: ['jpeg', 'png', 'webp'],
	maxBytes: 20 * MB,
	minShortSide: 300,
	ratio: [0.4, 2.5],
};
/** The rules of seed 002. */
const waveSpeed: ImageRules = { ...usual, formats: ['jpeg', 'png'], ratioExclusive: true };
/** Everything goes: to look at one rule alone. */
const anyShape: ImageRules = { ...usual, minShortSide: 0, ratio: [0.001, 1000] };

function png(width: number, height: number, size = 64): Buffer {
	const bytes = Buffer.alloc(size);
	bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
	bytes.writeUInt32BE(width, 16);
	bytes.writeUInt32BE(height, 20);
	return bytes;
}

function segment(marker: number, payload: Buffer): Buffer {
	const head = Buffer.from([0xff, marker, 0, 0]);
	head.writeUInt16BE(payload.length + 2, 2);
	return Buffer.concat([head, payload]);
}

function frameHeader(width: number, height: number, marker = 0xc0): Buffer {
	const payload = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
	payload.writeUInt16BE(height, 1);
	payload.writeUInt16BE(width, 3);
	return segment(marker, payload);
}

function jpeg(...parts: Buffer[]): Buffer {
	return Buffer.concat([Buffer.from([0xff, 0xd8]), ...parts]);
}

function webp(chunk: string, payload: number[]): Buffer {
	const head = Buffer.from(`RIFF\0\0\0\0WEBP${chunk}\0\0\0\0`, 'latin1');
	return Buffer.concat([head, Buffer.from(payload)]);
}

function refusal(run: () => unknown): InputRefused {
	let error: unknown;
	try {
		run();
	} catch (thrown) {
		error = thrown;
	}
	expect(error).toBeInstanceOf(InputRefused);
	return error as InputRefused;
}

/** A small seeded generator (mulberry32): a failing run can be repeated. */
function dice(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

const pictures = Object.entries(fixtures.pictures).map(([name, picture]) => ({
	...picture,
	name,
	bytes: Buffer.from(picture.base64, 'base64'),
}));

describe('readImageHeader', () => {
	it.each(pictures)('reads $name', ({ bytes, format, width, height }) => {
		const mimeType = `image/${format}`;
		expect(readImageHeader(bytes)).toEqual({ format, mimeType, width, height });
	});

	it('takes a plain Uint8Array, and a view into a greater buffer', () => {
		const { bytes } = pictures[0];
		const room = new Uint8Array(bytes.length + 20).fill(0xff);
		room.set(bytes, 10);
		const view = room.subarray(10, 10 + bytes.length);
		expect(readImageHeader(view)).toEqual(readImageHeader(bytes));
		expect(readImageHeader(new Uint8Array(bytes))).toEqual(readImageHeader(bytes));
	});

	const everyFrameMarker = [0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15].map((n) => 0xc0 + n);
	it.each(everyFrameMarker)('reads the size behind JPEG marker %i', (marker) => {
		const info = readImageHeader(jpeg(frameHeader(640, 480, marker)));
		expect(info).toMatchObject({ format: 'jpeg', width: 640, height: 480 });
	});

	it('does not take Huffman and arithmetic tables or the reserved marker for a frame', () => {
		const tables = [0xc4, 0xc8, 0xcc].map((marker) => frameHeader(1, 1, marker));
		expect(readImageHeader(jpeg(...tables, frameHeader(7, 9)))).toMatchObject({
			width: 7,
			height: 9,
		});
	});

	it('steps over a thumbnail, fill bytes, stray bytes and markers without a length', () => {
		const thumbnail = segment(0xe1, jpeg(frameHeader(160, 120)));
		const fill = Buffer.alloc(500, 0xff);
		const stray = Buffer.from([0, 0xda, 0xff, 0, 0xff, 0x01, 0xff, 0xd3]);
		const info = readImageHeader(jpeg(thumbnail, stray, fill, frameHeader(4000, 3000)));
		expect(info).toMatchObject({ width: 4000, height: 3000 });
	});

	it.each([0, 1, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8])(
		'expects no length behind JPEG marker %i, nor bytes in an empty segment',
		(marker) => {
			const info = readImageHeader(
				jpeg(segment(0xe0, Buffer.alloc(0)), Buffer.from([0xff, marker]), frameHeader(640, 480)),
			);
			expect(info).toMatchObject({ width: 640, height: 480 });
		},
	);

	it.each([
		['jpeg', 11, jpeg(frameHeader(640, 480))],
		['jpeg', 11, jpeg(Buffer.from([0xff, 0xc0, 0, 8, 8, 1, 0, 1, 0, 0]))],
		['png', 24, png(640, 480)],
		['gif', 10, Buffer.from('GIF87a\x80\x02\xe0\x01\0', 'latin1')],
		['webp', 30, webp('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a, 1, 0, 1, 0, 0])],
		['webp', 25, webp('VP8L', [0x2f, 0, 0, 0, 0, 0])],
		['webp', 30, webp('VP8X', Array(11).fill(0))],
	])('reads a %s header of %i bytes, and not of one less', (format, length, bytes) => {
		expect(readImageHeader(bytes.subarray(0, length))?.format).toBe(format);
		expect(readImageHeader(bytes.subarray(0, length - 1))).toBeUndefined();
	});

	it('finds the frame behind 20 MB of APP segments', () => {
		const large = segment(0xe2, Buffer.alloc(65533));
		const info = readImageHeader(jpeg(...Array(320).fill(large), frameHeader(500, 400)));
		expect(info).toMatchObject({ width: 500, height: 400 });
	});

	it.each([
		['nothing', Buffer.alloc(0)],
		['one byte', Buffer.from([0xff])],
		['text', Buffer.from('hello world, this is no picture')],
		['JPEG, pixels before a frame', jpeg(segment(0xda, Buffer.alloc(8)), frameHeader(5, 5))],
		['JPEG, end before a frame', jpeg(Buffer.from([0xff, 0xd9]), frameHeader(5, 5))],
		['JPEG, segment of length 1', jpeg(Buffer.from([0xff, 0xe0, 0, 1]), frameHeader(5, 5))],
		['JPEG, frame of length 7', jpeg(Buffer.from([0xff, 0xc0, 0, 7, 8, 0, 5, 0, 5, 0, 0]))],
		['JPEG, height left to a DNL marker', jpeg(frameHeader(640, 0))],
		['PNG, no IHDR', Buffer.concat([png(5, 5).subarray(0, 12), Buffer.from('CgBI'), png(5, 5)])],
		['PNG, width 0', png(0, 5)],
		['PNG, width over 2^31 - 1', png(2 ** 31, 5)],
		['GIF, height 0', Buffer.from('GIF89a\x05\0\0\0', 'latin1')],
		['WAV, a RIFF file too', Buffer.from('RIFF\0\0\0\0WAVEVP8X'.padEnd(30, '\x01'), 'latin1')],
		['WebP without RIFF', Buffer.from('RIFX\0\0\0\0WEBPVP8X'.padEnd(30, '\x01'), 'latin1')],
		['WebP, unknown chunk', webp('ALPH', Array(20).fill(1))],
		['WebP, VP8 without its start code', webp('VP8 ', Array(20).fill(1))],
		['WebP, VP8L without its signature', webp('VP8L', Array(20).fill(1))],
	])('gives nothing for %s', (_, bytes) => {
		expect(readImageHeader(bytes)).toBeUndefined();
	});

	it('reads the largest sizes that the formats can hold', () => {
		const size = (bytes: Buffer) => {
			const info = readImageHeader(bytes);
			return [info?.width, info?.height];
		};
		expect(size(png(2 ** 31 - 1, 2 ** 31 - 1))).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
		expect(size(jpeg(frameHeader(65535, 65535)))).toEqual([65535, 65535]);
		expect(size(webp('VP8L', [0x2f, 255, 255, 255, 255]))).toEqual([16384, 16384]);
		expect(size(webp('VP8X', Array(10).fill(255)))).toEqual([2 ** 24, 2 ** 24]);
		// The two topmost bits of a lossy size are a scaling hint, not part of it.
		const lossy = [0, 0, 0, 0x9d, 1, 0x2a, 255, 255, 255, 255];
		expect(size(webp('VP8 ', lossy))).toEqual([16383, 16383]);
	});

	it.each(pictures)('needs no byte behind the size of $name, and each one before', (picture) => {
		const { bytes, width, height } = picture;
		let seen: ImageInfo | undefined;
		for (let length = 0; length <= bytes.length; length++) {
			const info = readImageHeader(bytes.subarray(0, length));
			if (seen === undefined && info === undefined) continue;
			seen = info;
			expect(info).toMatchObject({ width, height });
		}
		expect(seen).toBeDefined();
	});
});

describe('readImageHeader on damaged and foreign bytes', () => {
	/** Fails on any read outside of the bytes. */
	function guarded(bytes: Uint8Array): Uint8Array {
		return new Proxy(bytes, {
			get(target, key) {
				if (typeof key === 'string' && /^-?\d+$/.test(key) && !(key in target)) {
					throw new RangeError(`read of byte ${key} of ${target.length}`);
				}
				return Reflect.get(target, key, target);
			},
		});
	}

	/** Nothing, or a picture that can be; plain code, since `expect` is slow a hundred thousand times. */
	function isSane(info: ImageInfo | undefined): boolean {
		if (info === undefined) return true;
		const sides = [info.width, info.height];
		return (
			['jpeg', 'png', 'webp', 'gif'].includes(info.format) &&
			info.mimeType === `image/${info.format}` &&
			sides.every((side) => Number.isInteger(side) && side >= 1 && side < 2 ** 31)
		);
	}

	it('never throws, reads outside or gives nonsense (30,000 seeded cases)', () => {
		const roll = dice(20260601);
		const magics = pictures.map(({ bytes }) => bytes.subarray(0, 16));
		let read = 0;
		for (let round = 0; round < 30_000; round++) {
			let bytes: Buffer;
			if (round % 3 === 0) {
				// Random bytes behind a true beginning, or behind none.
				const tail = Buffer.from(Array.from({ length: roll(200) }, () => roll(256)));
				const magic = magics[roll(magics.length)];
				bytes = Buffer.concat([magic.subarray(0, roll(magic.length + 1)), tail]);
			} else {
				bytes = Buffer.from(pictures[roll(pictures.length)].bytes);
				const near = round % 3 === 1 ? Math.min(bytes.length, 64) : bytes.length;
				for (let change = roll(8); change > 0; change--) {
					bytes[roll(near)] = [0, 0xff, 0xc0, 0xd8, roll(256)][roll(5)];
				}
				if (roll(2) === 0) bytes = bytes.subarray(0, roll(bytes.length + 1));
			}
			const info = readImageHeader(guarded(bytes));
			if (!isSane(info)) throw new Error(`round ${round}: ${JSON.stringify(info)}`);
			if (info !== undefined) read++;
		}
		// Neither all damaged nor all whole: the cases reach both ends.
		expect(read).toBeGreaterThan(5_000);
		expect(read).toBeLessThan(25_000);
	});

	it('is judged by inspectImage with an InputRefused or a picture, nothing else', () => {
		const roll = dice(7);
		for (let round = 0; round < 5_000; round++) {
			const bytes = Buffer.from(pictures[roll(pictures.length)].bytes);
			for (let change = roll(6); change > 0; change--) bytes[roll(40)] = roll(256);
			try {
				inspectImage(bytes, usual, 'First Frame');
			} catch (error) {
				if (!(error instanceof InputRefused)) expect(error).toBeUndefined();
			}
		}
	});

	it.each([
		['zeros', [0]],
		['fill bytes', [0xff]],
		['stuffed bytes', [0xff, 0]],
		['restart markers', [0xff, 0xd0]],
		['empty segments', [0xff, 0xe0, 0, 2]],
	])('walks through 20 MB of %s without getting stuck', (_, pattern) => {
		const bytes = Buffer.alloc(20 * MB, Buffer.from(pattern));
		bytes.set([0xff, 0xd8, 0xff, 0xe0, 0, 2]);
		const start = Date.now();
		expect(readImageHeader(bytes)).toBeUndefined();
		expect(Date.now() - start).toBeLessThan(2_000);
	});
});

describe('inspectImage', () => {
	const judge = (bytes: Uint8Array, rules = usual) => inspectImage(bytes, rules, 'First Frame');

	it('hands back what the picture is, by its bytes', () => {
		// A file called photo.jpg, sent as image/jpeg, that holds a PNG.
		expect(judge(png(1366, 768))).toEqual({
			format: 'png',
			mimeType: 'image/png',
			width: 1366,
			height: 768,
		});
	});

	it.each([
		[300, 400, false],
		[301, 400, true],
		[400, 300, false],
		[400, 301, true],
		[301, 301, true],
	])('holds the short side of %i x %i against "over 300 pixels"', (width, height, fine) => {
		if (fine) expect(judge(png(width, height))).toMatchObject({ width, height });
		else expect(() => judge(png(width, height))).toThrow('has to be over 300 pixels');
	});

	// 2:5 and 5:2 exactly, one pixel within, one pixel beyond.
	it.each([
		[400, 1000, true, false],
		[401, 1000, true, true],
		[399, 1000, false, false],
		[1000, 400, true, false],
		[1000, 401, true, true],
		[1000, 399, false, false],
		[1001, 400, false, false],
		[302, 755, true, false],
		[755, 302, true, false],
		[858_993_456, 2_147_483_640, true, false],
		[858_993_457, 2_147_483_640, true, true],
		[858_993_455, 2_147_483_640, false, false],
	])('judges the ratio of %i x %i', (width, height, inclusive, exclusive) => {
		for (const [rules, fine] of [
			[usual, inclusive],
			[waveSpeed, exclusive],
		] as const) {
			if (fine) expect(judge(png(width, height), rules)).toMatchObject({ width, height });
			else expect(() => judge(png(width, height), rules)).toThrow('between 2:5 and 5:2');
		}
	});

	it('takes 2/5 and 5/2, and shows ratios that are no round decimals', () => {
		expect(judge(png(400, 1000), { ...usual, ratio: [2 / 5, 5 / 2] })).toBeDefined();
		const wide: ImageRules = { ...usual, ratio: [9 / 16, 16 / 9] };
		expect(judge(png(1600, 900), wide)).toBeDefined();
		expect(() => judge(png(1601, 900), wide)).toThrow('between 9:16 and 16:9');
	});

	it('takes the ratio of an irrational bound as it is', () => {
		const rules: ImageRules = { ...usual, ratio: [1 / Math.PI, Math.PI] };
		expect(judge(png(3141, 1000), rules)).toBeDefined();
		expect(() => judge(png(3142, 1000), rules)).toThrow(InputRefused);
	});

	it.each([
		[20 * MB - 1, true],
		[20 * MB, false],
		[20 * MB + 1, false],
	])('holds %i bytes against "under 20 MB"', (size, fine) => {
		const bytes = png(640, 480, size);
		if (fine) expect(judge(bytes)).toBeDefined();
		else expect(() => judge(bytes)).toThrow('it has to be under 20 MB');
	});

	it('says everything that is wrong with the measures at once, in figures', () => {
		const error = refusal(() => judge(png(280, 900)));
		expect(error.message).toBe(
			"'First Frame' is 280 x 900 pixels; the short side has to be over 300 pixels, and width:height has to be between 2:5 and 5:2",
		);
		expect(error.parameter).toBe('First Frame');
		expect(error.description).toContain("'Edit Image'");
		expect(refusal(() => judge(png(280, 600))).message).toBe(
			"'First Frame' is 280 x 600 pixels; the short side has to be over 300 pixels",
		);
		expect(refusal(() => judge(png(1000, 400), waveSpeed)).message).toBe(
			"'First Frame' is 1000 x 400 pixels; width:height has to be strictly between 2:5 and 5:2",
		);
	});

	it('gives sizes in the unit that fits', () => {
		const message = (size: number, maxBytes: number) =>
			refusal(() => judge(png(640, 480, size), { ...usual, maxBytes })).message;
		expect(message(21.25 * MB, 20 * MB)).toContain('is 21.3 MB; it has to be under 20 MB');
		expect(message(MB, MB)).toContain('is 1 MB; it has to be under 1 MB');
		expect(message(2000, 1000)).toContain('is 2000 bytes; it has to be under 1000 bytes');
	});

	it('refuses a known format that the gateway does not take', () => {
		const picture = (name: string) => pictures.find((one) => one.name === name)!.bytes;
		const error = refusal(() => judge(picture('webp lossy'), waveSpeed));
		expect(error.message).toBe("'First Frame' is a WebP file; only JPEG and PNG can be used here");
		expect(error.description).toContain("'Edit Image'");
		expect(refusal(() => judge(picture('gif'))).message).toBe(
			"'First Frame' is a GIF file; only JPEG, PNG and WebP can be used here",
		);
		const one: ImageRules = { ...usual, formats: ['png'] };
		expect(refusal(() => judge(picture('gif'), one)).message).toContain('only PNG can be used');
		expect(judge(picture('gif'), { ...anyShape, formats: ['gif'] }).format).toBe('gif');
	});

	const strangers: Array<[string, Buffer]> = [
		['a HEIC file', Buffer.from(fixtures.foreign.HEIC, 'base64')],
		['a HEIC file', Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0mif1heic', 'latin1')],
		['an AVIF file', Buffer.from(fixtures.foreign.AVIF, 'base64')],
		['an AVIF file', Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0mif1avif', 'latin1')],
		['a BMP file', Buffer.from(fixtures.foreign.BMP, 'base64')],
		['a TIFF file', Buffer.from(fixtures.foreign.TIFF, 'base64')],
		['a TIFF file', Buffer.from('MM\0*\0\0\0\x08', 'latin1')],
		['a PDF file', Buffer.from(fixtures.foreign.PDF, 'base64')],
		['an icon (ICO) file', Buffer.from(fixtures.foreign.ICO, 'base64')],
		['a video file', Buffer.from(fixtures.foreign.MP4, 'base64')],
		['a video file', Buffer.from('\x1aE\xdf\xa3\x9fB\x86', 'latin1')],
		['a JPEG XL file', Buffer.from('\xff\n\xfa\x1f', 'latin1')],
		['a JPEG XL file', Buffer.from('\0\0\0\x0cJXL \r\n\x87\n', 'latin1')],
		['a JPEG 2000 file', Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1')],
		['a Photoshop file', Buffer.from('8BPS\0\x01')],
		['a ZIP archive', Buffer.from('PK\x03\x04\x14\0')],
		['an SVG file', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg">')],
		['an SVG file', Buffer.from('\ufeff<?xml version="1.0"?>\n<!-- made by hand -->\n<svg>')],
		['a web page (HTML)', Buffer.from('<!DOCTYPE html>\n<html><body><svg></svg>')],
		['JSON text', Buffer.from('{ "error": "not found" }')],
		['the text of a data URL', Buffer.from('data:image/png;base64,iVBORw0KGgo=')],
		['base64 text', Buffer.from('/9j/4AAQSkZJRgABAQ')],
	];
	it.each(strangers)('names %s', (what, bytes) => {
		const error = refusal(() => judge(bytes));
		expect(error.message).toBe(
			`'First Frame' is ${what}; only JPEG, PNG and WebP can be used here`,
		);
		expect(error.description).not.toBe('');
	});

	it('says so when the bytes are of no known kind', () => {
		const error = refusal(() => judge(Buffer.from('Bonjour tout le monde')));
		expect(error.message).toBe(
			"'First Frame' is not a picture of a known format; only JPEG, PNG and WebP can be used here",
		);
		expect(error.description).toBe('Give a JPEG, PNG or WebP file.');
	});

	it('says so when there are no bytes, or none but the beginning', () => {
		expect(refusal(() => judge(Buffer.alloc(0))).message).toBe("'First Frame' is an empty file");
		const beginnings = [
			png(640, 480).subarray(0, 20),
			png(640, 480).subarray(0, 8),
			jpeg(segment(0xe0, Buffer.alloc(50))),
			Buffer.from([0xff, 0xd8, 0xff]),
			webp('VP8 ', []).subarray(0, 12),
		];
		for (const bytes of beginnings) {
			expect(refusal(() => judge(bytes)).message).toMatch(/file that is cut off or damaged/);
		}
	});
});

describe('data URLs', () => {
	it.each(pictures)('are read: $name', ({ bytes, format }) => {
		const text = `data:image/${format};base64,${bytes.toString('base64')}`;
		expect(parseDataUrl(text)).toEqual({ mimeType: `image/${format}`, bytes });
	});

	it.each([
		['data:image/png;base64,AQID', 'image/png', 3],
		['DATA:Image/JPG;Base64,AQI=', 'image/jpg', 2],
		['  data:image/svg+xml;charset=utf-8;base64,AQ==\n', 'image/svg+xml', 1],
		['data:image/png;base64,', 'image/png', 0],
		['data:image/png;base64,+/+/', 'image/png', 3],
	])('reads %j', (text, mimeType, length) => {
		const parsed = parseDataUrl(text);
		expect(parsed?.mimeType).toBe(mimeType);
		expect(parsed?.bytes).toHaveLength(length);
	});

	it.each([
		'',
		'data:',
		'data:,',
		'data:;base64,AQID',
		'data:base64,AQID',
		'data:image/png,AQID',
		'data:image/png;base64;charset=x,AQID',
		'data:image;base64,AQID',
		'data:image/png;base64',
		'data:image/png;base64,AQI',
		'data:image/png;base64,AQ=',
		'data:image/png;base64,A===',
		'data:image/png;base64,====',
		'data:image/png;base64,AQ=D',
		'data:image/png;base64,AQID\nAQID',
		'data:image/png;base64,AQ ID',
		'data:image/png;base64,-_-_',
		'data:image/png;base64,AQ%3D%3D',
		'data:image/png;base64,ÄÖÜß',
		'https://example.com/a.png',
		'AQID',
		`data:image/png;x=${'x'.repeat(400)};base64,AQID`,
	])('refuses %j', (text) => {
		expect(parseDataUrl(text)).toBeUndefined();
	});

	it('are quick at 20 MB, good and bad', () => {
		const text = `data:image/png;base64,${Buffer.alloc(20 * MB, 7).toString('base64')}`;
		const start = Date.now();
		expect(parseDataUrl(text)?.bytes).toHaveLength(20 * MB);
		expect(parseDataUrl(`${text.slice(0, -8)}!AQI====`)).toBeUndefined();
		expect(checkImageUrl(text, 'First Frame URL')).toBe('data');
		expect(Date.now() - start).toBeLessThan(2_000);
	});
});

describe('tellsEnough', () => {
	const padded = (bytes: Buffer, size: number) => Buffer.concat([bytes, Buffer.alloc(size)]);

	it('wants the first 64 kB, and no more of what has its size there or can have it nowhere else', () => {
		for (const { bytes } of pictures) {
			const whole = padded(bytes, 100_000);
			expect(tellsEnough(whole.subarray(0, 65_535))).toBe(false);
			expect(tellsEnough(whole.subarray(0, 65_536))).toBe(true);
		}
		expect(tellsEnough(Buffer.alloc(65_536))).toBe(true);
	});

	it('reads on in a JPEG with much before its size', () => {
		const segment = Buffer.alloc(60_000);
		segment.set([0xff, 0xe1, (60_000 - 2) >> 8, (60_000 - 2) & 0xff]);
		const size = Buffer.from([0xff, 0xc0, 0, 11, 8, 1, 144, 2, 128, 1, 1, 17, 0]);
		const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8]), segment, segment, segment, size]);
		expect(tellsEnough(jpeg.subarray(0, 150_000))).toBe(false);
		expect(tellsEnough(jpeg)).toBe(true);
		expect(inspectImage(jpeg, usual, 'First Frame', 5 * MB)).toMatchObject({
			width: 640,
			height: 400,
		});
		expect(() => inspectImage(jpeg, usual, 'First Frame', 20 * MB)).toThrow('is 20 MB');
	});
});

describe('checkImageUrl', () => {
	const check = (text: unknown) => checkImageUrl(text as string, 'First Frame URL');

	it.each([
		['https://example.com/a.png', 'http'],
		['http://127.0.0.1:5678/a.png?x=1#y', 'http'],
		['  HTTPS://example.com/%20a.png \n', 'http'],
		['https://例え.jp/写真.png', 'http'],
		['data:image/jpeg;base64,/9j/', 'data'],
		[' DATA:image/jpeg;base64,/9j/ ', 'data'],
	])('takes %j', (text, kind) => {
		expect(check(text)).toBe(kind);
	});

	it.each([
		['', 'is empty'],
		[' \n\t', 'is empty'],
		[undefined, 'is empty'],
		[null, 'is empty'],
		[7, 'is not text but a value of type number'],
		[['https://example.com/a.png'], 'is not text but a list'],
		['ftp://example.com/a.png', "starts with 'ftp:'"],
		['javascript:alert(1)', "starts with 'javascript:'"],
		['blob:https://example.com/1', "starts with 'blob:'"],
		['filesystem-v2:workflows/1', "starts with 'filesystem-v2:'"],
		['file:///home/me/a.png', 'names a file on a computer'],
		['/home/me/a.png', 'names a file on a computer'],
		['./a.png', 'names a file on a computer'],
		['../a.png', 'names a file on a computer'],
		['~/a.png', 'names a file on a computer'],
		['C:\\pictures\\a.png', 'names a file on a computer'],
		['\\\\server\\a.png', 'names a file on a computer'],
		['a.png', 'does not start with https://'],
		['//example.com/a.png', 'does not start with https://'],
		['www.example.com/a.png', 'does not start with https://'],
		['localhost:5678/a.png', 'does not start with https://'],
		['https:example.com/a.png', 'is no valid URL'],
		['https://', 'is no valid URL'],
		['http://[::1/a.png', 'is no valid URL'],
		['https://a.com/a.png https://b.com/b.png', 'holds a blank or a line break'],
		['https://a.com/a.png\nhttps://b.com/b.png', 'holds a blank or a line break'],
		['data:image/png,AQID', 'holds a data URL that cannot be read'],
		['data:image/png;base64,AQID\nAQID', 'holds a data URL that cannot be read'],
		['/9j/4AAQSkZJRgABAQ', 'holds base64 text without the head of a data URL'],
		['AQID'.repeat(50), 'holds base64 text without the head of a data URL'],
	])('refuses %j', (text, why) => {
		const error = refusal(() => check(text));
		expect(error.message.startsWith(`'First Frame URL' ${why}`)).toBe(true);
		expect(error.parameter).toBe('First Frame URL');
		expect(error.description).not.toBe('');
	});

	it('tells which head a bare base64 text needs', () => {
		const png64 = png(5, 5).toString('base64');
		expect(refusal(() => check(png64)).description).toContain('data:image/png;base64,');
	});

	it('does not repeat a long text, whatever is wrong with it', () => {
		const long = 'x y'.repeat(MB);
		for (const text of [
			long,
			`https://${long}`,
			`data:image/png;base64,${long}`,
			`ftp://${long}`,
		]) {
			const start = Date.now();
			const error = refusal(() => check(text));
			expect(error.message.length).toBeLessThan(200);
			expect(Date.now() - start).toBeLessThan(1_000);
		}
	});
});
