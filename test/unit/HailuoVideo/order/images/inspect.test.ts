import { judgeImage, rulesInWords } from '../../../../../nodes/HailuoVideo/order/images/inspect';
import { InputRefused } from '../../../../../nodes/shared/errors';
import type { ImageRules } from '../../../../../nodes/shared/providers/contract';
import {
	endOfImage,
	foreign,
	frameHeader,
	heic,
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

describe('judgeImage', () => {
	const judge = (bytes: Uint8Array, rules = usual) =>
		judgeImage(verdictOf(bytes), bytes.length, rules, 'First Frame');

	it('hands back what the image is, by its bytes', () => {
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
		const image = (name: string) => images.find((one) => one.name === name)!.bytes;
		const error = refusal(() => judge(image('webp lossy'), waveSpeed));
		expect(error.message).toBe("'First Frame' is a WebP file; only JPEG and PNG can be used here");
		expect(error.description).toContain("'Edit Image'");
		expect(refusal(() => judge(image('gif'))).message).toBe(
			"'First Frame' is a GIF file; only JPEG, PNG and WebP can be used here",
		);
		const one: ImageRules = { ...usual, formats: ['png'] };
		expect(refusal(() => judge(image('gif'), one)).message).toContain('only PNG can be used');
		expect(judge(image('gif'), { ...anyShape, formats: ['gif'] }).format).toBe('gif');
	});

	const inUtf8 = (latin1: string) => Buffer.from(Buffer.from(latin1, 'latin1').toString('utf8'));
	const strangers: Array<[string, Buffer, string]> = [
		['a HEIC file', foreign.HEIC, 'iPhone'],
		['a HEIC file', Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0mif1heic', 'latin1'), 'iPhone'],
		['an AVIF file', foreign.AVIF, 'Save it as JPEG'],
		['an AVIF file', Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0mif1avif', 'latin1'), 'Save it'],
		['a BMP file', foreign.BMP, "'Edit Image'"],
		['a TIFF file, or a RAW photo of a camera', foreign.TIFF, "'Edit Image'"],
		['a TIFF file, or a RAW photo of a camera', Buffer.from('MM\0*\0\0\0\x08', 'latin1'), 'RAW'],
		['a RAW photo (Canon CR2)', Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1'), 'Develop it'],
		[
			'a RAW photo (Canon CR3)',
			Buffer.from('\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'latin1'),
			'Develop',
		],
		['a RAW photo of a camera', Buffer.from('FUJIFILMCCD-RAW 0201'), 'Develop it'],
		['a PDF file', foreign.PDF, 'Save it as JPEG'],
		['an icon (ICO) file', foreign.ICO, 'Save it as JPEG'],
		['an MP4 video', foreign.MP4, 'one frame'],
		[
			'a QuickTime (MOV) video',
			Buffer.from('\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'latin1'),
			'one frame',
		],
		['a WebM video', Buffer.from('\x1aE\xdf\xa3\x9fB\x82\x84webm', 'latin1'), 'one frame'],
		['a sound file (WAV)', Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), 'Give an image'],
		['a JPEG XL file', Buffer.from('\xff\n\xfa\x1f', 'latin1'), 'Save it as JPEG'],
		['a JPEG XL file', Buffer.from('\0\0\0\x0cJXL \r\n\x87\n', 'latin1'), 'Save it as JPEG'],
		['a JPEG 2000 file', Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1'), 'Save it as JPEG'],
		['a Photoshop file', Buffer.from('8BPS\0\x01'), 'Save it as JPEG'],
		['a ZIP archive', Buffer.from('PK\x03\x04\x14\0'), "'Compression'"],
		['an SVG file', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg">'), 'Save it as JPEG'],
		['an SVG file', Buffer.from('\ufeff<?xml version="1.0"?>\n<!-- by hand -->\n<svg>'), 'Save it'],
		['a web page (HTML)', Buffer.from('<!DOCTYPE html>\n<html><body><svg></svg>'), 'sign-in'],
		['a web page (HTML)', Buffer.from('\ufeff<HTML><title>Sign in</title>', 'utf16le'), 'sign-in'],
		['JSON text', Buffer.from('{ "error": "not found" }'), 'sign-in'],
		['JSON text', Buffer.from('{}'), 'sign-in'],
		[
			'an error message of a file server (XML)',
			Buffer.from(
				'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
			),
			'fresh link',
		],
		['an XML text', Buffer.from('<?xml version="1.0"?><answer/>'), 'sign-in'],
		["text ('Not found')", Buffer.from('Not found'), 'sign-in'],
		["text ('Bonjour tout le monde')", Buffer.from('Bonjour tout le monde\r\n'), 'sign-in'],
		[
			'the text of a data URL',
			Buffer.from('data:image/png;base64,iVBORw0KGgo='),
			'Base64 String to File',
		],
		['base64 text', Buffer.from('/9j/4AAQSkZJRgABAQ'), 'Base64 String to File'],
		['nothing but zeros', Buffer.alloc(5000), 'without content'],
		...[
			'\xff\xd8\xff\xe0\0\x10JFIF',
			'\x89PNG\r\n\x1a\n\0\0',
			'RIFF\xb4\xa2\0\0WEBPVP8 ',
			'RIFF\x14\x16\0\0WEBPVP8 \x08\x16\0\0\x30\x4e\0\x9d\x01\x2a',
		].map((start): [string, Buffer, string] => [
			'a file that was read as text on its way, which destroys it',
			inUtf8(start),
			"'Response Format' to 'File'",
		]),
	];
	it.each(strangers)('names %s', (what, bytes, advice) => {
		const error = refusal(() => judge(bytes));
		expect(error.message).toBe(
			`'First Frame' is ${what}; only JPEG, PNG and WebP can be used here`,
		);
		expect(error.description).toContain(advice);
	});

	it('says so when the bytes are of no known kind', () => {
		const error = refusal(() => judge(Buffer.from([1, 2, 3, 4, 5, 6, 7, 200])));
		expect(error.message).toBe(
			"'First Frame' is not an image of a known format; only JPEG, PNG and WebP can be used here",
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
		for (const bytes of beginnings)
			expect(refusal(() => judge(bytes)).message).toMatch(
				/file that is cut off or damaged: its header gives no size$/,
			);
	});

	it('says so when the end is missing, whatever the format', () => {
		const cut = [
			png(640, 480).subarray(0, 63),
			jpeg(frameHeader(640, 480), scan),
			webp('VP8X', [0, 0, 0, 0, 127, 2, 0, 223, 1, 0, 0]).subarray(0, 30),
			heic(640, 480).subarray(0, -1),
		];
		const rules: ImageRules = { ...usual, formats: ['jpeg', 'png', 'webp', 'heic'] };
		for (const bytes of cut)
			expect(refusal(() => judge(bytes, rules)).message).toMatch(/: its end is missing$/);
	});

	it.each([
		['a lossless JPEG file', frameHeader(640, 480, 0xc3)],
		['a JPEG file with 12 bits a color', frameHeader(640, 480, 0xc1, 12)],
	])('refuses %s', (what, frame) => {
		const error = refusal(() => judge(jpeg(frame, scan, endOfImage)));
		expect(error.message).toContain(what);
		expect(error.description).toContain('Save it as JPEG or PNG');
	});

	it('speaks of the format before it speaks of the size', () => {
		const video = Buffer.concat([foreign.MP4, Buffer.alloc(25 * MB)]);
		expect(refusal(() => judge(video)).message).toContain('is an MP4 video');
		expect(
			refusal(() => judge(png(640, 480, 25 * MB), { ...usual, formats: ['jpeg'] })).message,
		).toContain('is a PNG file; only JPEG');
	});

	it('takes what Hailuo 3 takes, bounds included', () => {
		const rules: ImageRules = {
			formats: ['jpeg', 'png', 'webp', 'heic'],
			maxBytes: 30 * MB,
			maxBytesInclusive: true,
			minSide: 256,
			maxSide: 5760,
			ratio: [0.4, 2.5],
		};
		expect(judge(png(256, 256), rules)).toMatchObject({ width: 256 });
		expect(judge(png(5760, 2304), rules)).toMatchObject({ height: 2304 });
		expect(judge(png(640, 480, 30 * MB), rules)).toBeDefined();
		expect(judge(heic(640, 480), rules).mimeType).toBe('image/heic');
		const message = (bytes: Buffer) => refusal(() => judge(bytes, rules)).message;
		expect(message(png(255, 256))).toContain('the short side has to be 256 pixels or more');
		expect(message(png(5761, 2400))).toContain('the long side has to be 5760 pixels or less');
		expect(message(png(640, 480, 30 * MB + 1))).toContain('it has to be 30 MB or less');
		expect(message(foreign.AVIF)).toContain('is an AVIF file; only JPEG, PNG, WebP and HEIC');
		expect(rulesInWords(rules)).toBe(
			'JPEG, PNG, WebP or HEIC; sides of 256 to 5760 pixels, ratio between 2:5 and 5:2, at most 30 MB',
		);
		expect(rulesInWords(usual)).toBe(
			'JPEG, PNG or WebP; short side over 300 pixels, ratio between 2:5 and 5:2, under 20 MB',
		);
	});

	it('gives an InputRefused or an image for damaged bytes, nothing else (5,000 seeded cases)', () => {
		const dice = random(7);
		for (let round = 0; round < 5_000; round++) {
			const bytes = Buffer.from(dice.pick(images).bytes);
			for (let change = dice.below(6); change > 0; change--)
				bytes[dice.below(40)] = dice.below(256);
			try {
				judge(bytes);
			} catch (error) {
				if (!(error instanceof InputRefused)) expect(error).toBeUndefined();
			}
		}
	});
});
