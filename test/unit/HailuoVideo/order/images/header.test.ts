import { ImageFile, type ImageInfo } from '../../../../../nodes/HailuoVideo/order/images/header';
import {
	endOfImage,
	heic,
	frameHeader,
	images,
	jpeg,
	png,
	scan,
	segment,
	verdictOf,
	webp,
} from '../../../../helpers/images';
import { random } from '../../../../helpers/random';

const MB = 1024 * 1024;

/** Bytes in all buffers that an object holds on to. */
function keptBytes(value: unknown, seen = new Set<unknown>()): number {
	if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
	seen.add(value);
	if (ArrayBuffer.isView(value)) return value.buffer.byteLength;
	return Object.values(value).reduce((sum: number, part) => sum + keptBytes(part, seen), 0);
}

/** What the header says, whether or not the rest is there. */
function readImageHeader(bytes: Uint8Array): ImageInfo | undefined {
	const verdict = verdictOf(bytes);
	return 'image' in verdict ? verdict.image : undefined;
}

describe('an image file', () => {
	it.each(images)('reads $name', ({ bytes, format, width, height }) => {
		const mimeType = `image/${format}`;
		expect(readImageHeader(bytes)).toEqual({ format, mimeType, width, height });
	});

	it('takes a plain Uint8Array, and a view into a greater buffer', () => {
		const { bytes } = images[0];
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
		['text', Buffer.from('hello world, this is no image')],
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

	it.each(images)('needs no byte behind the size of $name, and each one before', (image) => {
		const { bytes, width, height } = image;
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

describe('an image file of damaged and foreign bytes', () => {
	/** Nothing, or a image that can be; plain code, since `expect` is slow a hundred thousand times. */
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
		const dice = random(20260601);
		const roll = (below: number) => dice.below(below);
		const magics = images.map(({ bytes }) => bytes.subarray(0, 16));
		let read = 0;
		for (let round = 0; round < 30_000; round++) {
			let bytes: Buffer;
			if (round % 3 === 0) {
				// Random bytes behind a true beginning, or behind none.
				const tail = Buffer.from(Array.from({ length: roll(200) }, () => roll(256)));
				const magic = magics[roll(magics.length)];
				bytes = Buffer.concat([magic.subarray(0, roll(magic.length + 1)), tail]);
			} else {
				bytes = Buffer.from(images[roll(images.length)].bytes);
				const near = round % 3 === 1 ? Math.min(bytes.length, 64) : bytes.length;
				for (let change = roll(8); change > 0; change--) {
					bytes[roll(near)] = [0, 0xff, 0xc0, 0xd8, roll(256)][roll(5)];
				}
				if (roll(2) === 0) bytes = bytes.subarray(0, roll(bytes.length + 1));
			}
			const info = readImageHeader(bytes);
			if (!isSane(info)) throw new Error(`round ${round}: ${JSON.stringify(info)}`);
			if (info !== undefined) read++;
		}
		// Neither all damaged nor all whole: the cases reach both ends.
		expect(read).toBeGreaterThan(5_000);
		expect(read).toBeLessThan(25_000);
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
		expect(readImageHeader(bytes)).toBeUndefined();
	});
});

describe('the end of an image file', () => {
	/** Real files, and the same again with something behind them: MPO, motion photos, notes of a server. */
	const whole = [
		...images.map(({ name, bytes }): [string, Buffer] => [name, bytes]),
		['jpeg by hand', jpeg(frameHeader(640, 480), scan, scan, endOfImage)] as [string, Buffer],
		['heic', heic(640, 480)] as [string, Buffer],
	];

	it.each(whole)('is seen in %s, in chunks of any size', (_, bytes) => {
		for (const cut of [1, 2, 3, 7, 64, 65, bytes.length])
			expect(verdictOf(bytes, cut)).toEqual({ kind: 'whole', image: expect.anything() });
	});

	it.each(whole.filter(([name]) => name !== 'heic'))('does not mind a tail: %s', (_, bytes) => {
		const tail = Buffer.concat([bytes, Buffer.from('MotionPhoto_Data'), bytes.subarray(0, 100)]);
		expect(verdictOf(tail).kind).toBe('whole');
	});

	it.each(whole.filter(([name]) => !name.startsWith('gif')))(
		'is missed in %s, wherever it is cut',
		(_, bytes) => {
			for (let length = 1; length < bytes.length; length += length < 100 ? 1 : 13) {
				const verdict = verdictOf(bytes.subarray(0, length), 11);
				expect([length, verdict.kind]).toEqual([length, length < 12 ? expect.anything() : 'cut']);
				expect(verdict.kind).not.toBe('whole');
			}
		},
	);

	it('is not the one of a thumbnail', () => {
		const thumbnail = segment(0xe1, jpeg(frameHeader(160, 120), scan, endOfImage));
		expect(verdictOf(jpeg(thumbnail, frameHeader(640, 480), scan)).kind).toBe('cut');
	});

	it('tells HEIF from HEIC by the brand', () => {
		expect(verdictOf(heic(640, 480))).toMatchObject({
			image: { mimeType: 'image/heic', width: 640 },
		});
		expect(verdictOf(heic(640, 480, 'mif1'))).toMatchObject({ image: { mimeType: 'image/heif' } });
	});

	it('is waited for without keeping the file: 20 MB without a frame header, and 20 MB of a scan', () => {
		const headers = Array<Buffer>(300).fill(segment(0xe2, Buffer.alloc(65_533, 0xff)));
		const scans = [frameHeader(640, 480), scan, Buffer.alloc(20 * MB, 0xff)];
		for (const parts of [headers, scans]) {
			const bytes = jpeg(...parts);
			const file = new ImageFile();
			for (let at = 0; at < bytes.length; at += 65_536) file.push(bytes.subarray(at, at + 65_536));
			expect(file.end()).toMatchObject({ kind: 'cut', format: 'jpeg' });
			expect(keptBytes(file)).toBeLessThan(10_000);
		}
	});
});
