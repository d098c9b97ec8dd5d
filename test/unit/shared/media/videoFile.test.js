'use strict';

const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const { VideoFile } = require('../../../../nodes/shared/media/videoFile');
const { random } = require('../../../helpers/random');
const { foreign } = require('../../../helpers/images');

// Made with ffmpeg: 12 test images of 96 x 64 in one second.
const folder = join(__dirname, '../../../helpers/fixtures/videos');
/** @type {Array<[string, Buffer]>} */
const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]);
const byName = Object.fromEntries(files);
const clip = readFileSync(join(__dirname, '../../../simulator/clip.mp4'));

/** @param {() => number} size bytes of the next chunk */
function judge(bytes, size = () => bytes.length) {
	const file = new VideoFile();
	for (let at = 0; at < bytes.length; ) {
		const chunk = bytes.subarray(at, at + size());
		file.push(chunk);
		at += chunk.length;
	}
	/** @type {any} a verdict of any kind */
	const verdict = file.end();
	return { verdict, type: file.type, hopeless: file.hopeless };
}

function box(type, ...content) {
	const head = Buffer.alloc(8);
	head.writeUInt32BE(8 + Buffer.concat(content).length);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, ...content]);
}

/** The top-level boxes of an MP4, by type; the last of a kind. */
function topBoxes(bytes) {
	const found = {};
	for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at))
		found[bytes.toString('latin1', at + 4, at + 8)] = bytes.subarray(
			at,
			at + bytes.readUInt32BE(at),
		);
	return found;
}

/** The same file, its media data without a size. */
function toTheEnd(bytes) {
	const same = Buffer.from(bytes);
	same.writeUInt32BE(0, same.lastIndexOf('mdat') - 4);
	return same;
}

const mimeTypes = {
	mp4: 'video/mp4',
	mov: 'video/quicktime',
	webm: 'video/webm',
	mkv: 'video/x-matroska',
};

describe('a whole video', () => {
	test.each(files)('%s is one, in chunks of any size', (name, bytes) => {
		const extension = name.split('.')[1];
		const mimeType = mimeTypes[extension];
		for (const size of [1, 2, 5, 63, 64, 65, 1000, bytes.length]) {
			const { verdict, type } = judge(bytes, () => size);
			expect(verdict).toMatchObject({
				kind: 'whole',
				video: { format: extension, mimeType, extension, width: 96, height: 64 },
			});
			// a live recording does not say how long it is
			expect(verdict.video.seconds).toBe(name === 'live.webm' ? undefined : 1);
			expect(type).toEqual({ mimeType, extension });
		}
	});

	it('is the clip of the simulator', () => {
		expect(judge(clip).verdict.video).toMatchObject({ width: 640, height: 360, seconds: 2.5 });
	});

	it('may have boxes of other kinds, one that goes on to the end, and zeros behind it', () => {
		const variants = [
			toTheEnd(byName['faststart.mp4']),
			Buffer.concat([
				byName['plain.mp4'],
				box('free', Buffer.alloc(10)),
				box('uuid', Buffer.alloc(40)),
			]),
			Buffer.concat([byName['plain.mp4'], Buffer.alloc(5)]),
			Buffer.concat([byName['plain.mp4'], Buffer.alloc(500)]),
		];
		for (const bytes of variants) expect(judge(bytes, () => 100).verdict.kind).toBe('whole');
	});

	it('may have sizes of 64 bits', () => {
		const { ftyp, mdat, moov } = topBoxes(byName['plain.mp4']);
		const long = Buffer.alloc(16);
		long.writeUInt32BE(1);
		long.write('mdat', 4);
		long.writeBigUInt64BE(BigInt(mdat.length + 8), 8);
		// instead of the eight bytes of the box 'free', so that the frames stay where they are
		const bytes = Buffer.concat([ftyp, long, mdat.subarray(8), moov]);
		for (const size of [3, bytes.length])
			expect(judge(bytes, () => size).verdict.kind).toBe('whole');
	});

	it('is as wide as it is shown, turned by a quarter too', () => {
		const bytes = Buffer.from(byName['plain.mp4']);
		const matrix = bytes.indexOf('tkhd') + 4 + 40;
		[0, 0x10000, 0, -0x10000, 0].forEach((value, index) =>
			bytes.writeInt32BE(value, matrix + index * 4),
		);
		expect(judge(bytes).verdict.video).toMatchObject({ width: 64, height: 96 });
	});

	it('may have an index that is too large to be kept', () => {
		const { ftyp, moov, mdat } = topBoxes(byName['plain.mp4']);
		const large = Buffer.from(moov);
		const table = large.indexOf('stsz') + 4;
		// a table of 10 MB in place of the last but one in the index of a film of days
		const before = large.subarray(0, table - 8);
		const after = large.subarray(table - 8 + large.readUInt32BE(table - 8));
		const bytes = Buffer.concat([
			ftyp,
			box('free'),
			mdat,
			before,
			box('stsz', Buffer.alloc(10_000_000)),
			after,
		]);
		const grown = 10_000_008 - large.readUInt32BE(table - 8);
		for (const type of ['moov', 'trak', 'mdia', 'minf', 'stbl']) {
			const at = bytes.indexOf(type) - 4;
			bytes.writeUInt32BE(bytes.readUInt32BE(at) + grown, at);
		}
		expect(judge(bytes, () => 65_536).verdict).toMatchObject({
			kind: 'whole',
			video: { seconds: 1 },
		});
	});
});

describe('a video that is cut', () => {
	const ending = files.filter(([name]) => name !== 'live.webm');

	test.each(ending)('is seen wherever %s is cut', (name, bytes) => {
		const ends = new Set();
		for (let at = 0; /mp4|mov/.test(name) && at < bytes.length; ends.add(at))
			at += bytes.readUInt32BE(at);
		for (let length = 1; length < bytes.length; length++) {
			const { verdict } = judge(bytes.subarray(0, length), () => 97);
			// fragments that are all there, though not all of them: no head says how many there are
			const complete = /fragmented|sidx/.test(name) && ends.has(length);
			if (!complete && verdict.kind !== 'cut')
				throw new Error(`${length}: ${JSON.stringify(verdict)}`);
		}
	});

	it('is seen when its last box goes on to the end', () => {
		const bytes = toTheEnd(byName['faststart.mp4']);
		expect(judge(bytes.subarray(0, -1)).verdict).toEqual({
			kind: 'cut',
			format: 'mp4',
			why: 'some of its frames are missing',
		});
	});

	it('is seen when the runs of its samples do not follow each other', () => {
		const bytes = byName['sound.mp4'];
		const start = bytes.lastIndexOf('stsc') + 4;
		expect(bytes.readUInt32BE(start + 4)).toBeGreaterThan(1);
		const changed = (at, value) => {
			const damaged = Buffer.from(bytes);
			damaged.writeUInt32BE(value, start + at);
			return judge(damaged).verdict.kind;
		};
		// rows of 12 bytes behind version, flags and count: first chunk, samples, description
		for (const [at, value] of [
			[8, 0],
			[12, 0],
			[16, 0],
			[20, 0],
			[20, 1],
			[28, 0],
			// more chunks than there are
			[20, 10_000],
		])
			expect([at, value, changed(at, value)]).toEqual([at, value, 'cut']);
	});

	it('is seen when the decoder of its sound could not begin', () => {
		const bytes = byName['sound.mp4'];
		const start = bytes.indexOf('esds') + 4;
		const changed = (at, ...values) => {
			const damaged = Buffer.from(bytes);
			damaged.set(values, start + at);
			return judge(damaged).verdict.kind;
		};
		const config = bytes.indexOf(Buffer.from('05808080', 'hex'), start) - start;
		expect(changed(config, 5)).toBe('whole');
		// its length: too long, too short, none at all
		for (const byte of [0, 1, 2, 8, 127, 129, 255]) expect(changed(config + 1, byte)).toBe('cut');
		// another descriptor, a type and a rate that are none
		expect(changed(config, 6)).toBe('cut');
		expect(changed(config + 5, 0x82)).toBe('cut');
		expect(changed(config + 5, 0x16, 0x88)).toBe('cut');
		// SBR around LC, and around what is none; channels that are reserved
		expect(changed(config + 5, 0x2a, 0x0a, 0x08, 0, 0)).toBe('whole');
		expect(changed(config + 5, 0x2a, 0x0a, 0x40, 0, 0)).toBe('cut');
		expect(changed(config + 5, 0x12, 0x48)).toBe('cut');
		// no channels, and no room for a list of them; SBR announced behind, with a rate that does not fit
		expect(changed(config + 5, 0x12, 0)).toBe('cut');
		expect(changed(config + 9, 0x98)).toBe('whole');
		expect(changed(config + 9, 0xf8)).toBe('cut');
		// the stream's and the decoder's own lengths; MP3 in MP4 has no more than those
		expect(changed(8, 127)).toBe('cut');
		expect(changed(4, 4)).toBe('cut');
		expect(changed(17, 0x6b, 0x15)).toBe('whole');
		// H.264 is no sound
		expect(changed(17, 0x21, 0x15)).toBe('cut');
	});

	it('is seen when a table of its segments does not fit, or names one that is not there', () => {
		const bytes = byName['sidx.mp4'];
		// version 1: count of rows at 38 behind the box's start, then rows of 12 bytes
		const start = bytes.indexOf('sidx') - 4;
		const changed = (at, value) => {
			const damaged = Buffer.from(bytes);
			damaged[start + at] = value;
			return judge(damaged).verdict;
		};
		expect(changed(9, 0).kind).toBe('whole');
		expect(changed(38, 1)).toMatchObject({ kind: 'cut', why: 'its segment index is damaged' });
		expect(changed(39, 4)).toMatchObject({ kind: 'cut', why: 'its segment index is damaged' });
		// another version, in which the table is empty; a timescale below zero
		for (const [at, value] of [
			[8, 0],
			[16, 0x80],
		])
			expect(changed(at, value)).toMatchObject({
				kind: 'cut',
				why: 'its segment index is damaged',
			});
		// the top bit says that a row leads to another table
		for (const row of [40, 52, 64])
			expect(changed(row, 0x80)).toMatchObject({
				kind: 'cut',
				why: 'its segment index is damaged',
			});
	});

	it('is seen when an element of a table of places does not fit', () => {
		const bytes = byName['film.mkv'];
		const position = bytes.lastIndexOf(Buffer.from('53ac82', 'hex'));
		for (const size of [0x20, 0x40, 0x83, 0xee]) {
			const damaged = Buffer.from(bytes);
			damaged[position + 2] = size;
			expect([size, judge(damaged).verdict.kind]).toEqual([size, 'cut']);
		}
	});

	it('says why', () => {
		const { ftyp, mdat, moov } = topBoxes(byName['plain.mp4']);
		const why = (bytes) => judge(bytes).verdict.why;
		expect(why(byName['plain.mp4'].subarray(0, 1000))).toMatch(
			/its box 'mdat' goes on for 393 bytes more/,
		);
		expect(why(Buffer.concat([ftyp, mdat]))).toBe("its index, the box 'moov', is missing");
		expect(why(Buffer.concat([ftyp, mdat, moov, Buffer.from('\0\0\0\x07free')]))).toMatch(
			/cannot be/,
		);
		expect(why(Buffer.concat([byName['plain.mp4'], Buffer.alloc(20), Buffer.from('x')]))).toMatch(
			/no box at/,
		);
	});
});

describe('what is no video', () => {
	test.each([
		['a web page (HTML)', 'answer', '\n<!doctype html><html lang="en"><title>Sign in</title>'],
		['a web page (HTML)', 'answer', '<html><head><title>\xb7\xc3\xce\xca\xb1\xbb\xbe\xdc'],
		['a web page (HTML)', 'answer', '<!DOCTYPE html>\r\n<p>Acc\xe8s refus\xe9</p>'],
		['a web page (HTML)', 'answer', '<\0h\0t\0m\0l\0>\0n\0o\0'],
		['a web page (HTML)', 'answer', '<HTML>\n<HEAD><TITLE>403 Forbidden</TITLE></HEAD>'],
		['JSON text', 'answer', '{"error":{"code":"expired"}}'],
		['JSON text', 'answer', '["no"]'],
		[
			'an error message of a file server (XML)',
			'answer',
			'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>',
		],
		['an XML text', 'answer', '<?xml version="1.0"?><result/>'],
		["text ('Not found')", 'answer', 'Not found'],
		['a playlist of a stream (M3U8)', 'answer', '#EXTM3U\n#EXT-X-VERSION:3\n'],
		[
			'a playlist of a stream (DASH)',
			'answer',
			'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">',
		],
		['a ZIP archive', 'foreign', 'PK\x03\x04\x14\0\0\0\x08\0aaaa'],
		['a PNG file', 'foreign', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
		['a gzip archive', 'foreign', '\x1f\x8b\x08\0\0\0\0\0\0\x03aaaa'],
		['a sound file (MP3)', 'foreign', 'ID3\x04\0\0\0\0\x0f\x76TSSE'],
		['nothing but zeros', 'foreign', '\0'.repeat(5000)],
		['a file of an unknown kind', 'foreign', '\x01\x02\x03\x04'.repeat(40)],
	])('%s', (what, kind, text) => {
		const bytes = Buffer.from(text, 'latin1');
		expect(judge(bytes, () => 10).verdict).toEqual({ kind, what });
		const long = Buffer.concat([bytes, Buffer.alloc(6000, kind === 'answer' ? ' ' : 0)]);
		expect(judge(long, () => 1000)).toMatchObject({ hopeless: true, type: undefined });
	});

	it('images, sound and emptiness in boxes', () => {
		expect(judge(foreign.AVIF).verdict).toMatchObject({ kind: 'foreign', what: 'an AVIF file' });
		expect(judge(foreign.HEIC).verdict).toMatchObject({ kind: 'foreign', what: 'a HEIC file' });
		expect(judge(Buffer.alloc(0)).verdict).toEqual({ kind: 'empty' });
		const silent = Buffer.from(byName['sound.mp4']);
		silent.write('meta', silent.indexOf('vide', silent.indexOf('hdlr')));
		expect(judge(silent).verdict).toEqual({ kind: 'foreign', what: 'a sound file (MP4)' });
	});
});

describe('a crafted file of millions of pieces', () => {
	const pieces = 1_000_000;
	const many = (head, piece) => Buffer.concat([head, Buffer.alloc(pieces * piece.length, piece)]);
	const start = box('ftyp', Buffer.from('isom\0\0\0\0'));
	const ebml = Buffer.from('1a45dfa380', 'hex');
	test.each([
		['boxes', many(start, box('free'))],
		[
			'boxes in a box without end',
			many(Buffer.concat([start, Buffer.from('\0\0\0\0moov')]), box('trak')),
		],
		['fragments', many(start, box('moof'))],
		[
			'elements',
			many(Buffer.concat([ebml, Buffer.from('18538067ff', 'hex')]), Buffer.from('ec80', 'hex')),
		],
	])('%s: is not read to its end', (_name, bytes) => {
		const { verdict } = judge(bytes, () => 65_536);
		expect(verdict).toMatchObject({ kind: 'cut' });
		expect(verdict.why).toMatch(/too many (boxes|elements)/);
	});
});

describe('10,000 damaged videos', () => {
	it('give a verdict, the same for any chunks, and keep little', () => {
		const dice = random(20261125);
		const sources = [...files.map(([, bytes]) => bytes), clip];
		const kinds = new Map();
		for (let round = 0; round < 10_000; round++) {
			let bytes = Buffer.from(dice.pick(sources));
			for (let change = dice.below(5); change > 0; change--)
				bytes[dice.below(bytes.length)] = dice.pick([0, 1, 0x7f, 0x80, 0xff, dice.below(256)]);
			if (dice.oneIn(2)) bytes = bytes.subarray(0, dice.below(bytes.length + 1));
			if (dice.oneIn(5)) {
				const at = dice.below(bytes.length);
				bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + dice.below(300))]);
			}
			const { verdict } = judge(bytes);
			const again = judge(bytes, () => 1 + dice.below(900)).verdict;
			if (JSON.stringify(verdict) !== JSON.stringify(again))
				throw new Error(`${round}: ${JSON.stringify([verdict, again])}`);
			kinds.set(verdict.kind, (kinds.get(verdict.kind) ?? 0) + 1);
		}
		expect(kinds.get('whole')).toBeGreaterThan(1000);
		expect(kinds.get('cut')).toBeGreaterThan(4000);
	});
});
