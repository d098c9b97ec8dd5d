'use strict';

/**
 * Material for Hailuo 3: images, videos and audios inside a request, known by their first bytes and measured where
 * a header tells. What a header does not tell gets the benefit of the doubt.
 *
 * The limits are MiniMax's own (docs of V2, 2026-09): JPG, PNG, WebP, HEIC, HEIF up to 30 MB; MP4 and MOV up to 50 MB;
 * WAV and MP3 up to 15 MB; sides of 256 to 5760 pixels, width to height 0.4 to 2.5; 2 to 15 seconds each.
 */

const { bytesOfDataUrl, formatOf, sizeOf } = require('./pictures');

const MB = 1024 * 1024;

/** What each kind may be declared as, and what may then be inside. */
const KINDS = {
	image: {
		maxBytes: 30 * MB,
		declared: {
			jpg: ['jpeg'],
			jpeg: ['jpeg'],
			png: ['png'],
			webp: ['webp'],
			heic: ['heic', 'heif'],
			heif: ['heic', 'heif'],
		},
	},
	// Only `data:video/mp4` is published, for both formats.
	video: { maxBytes: 50 * MB, declared: { mp4: ['mp4', 'mov'] } },
	audio: { maxBytes: 15 * MB, declared: { wav: ['wav'], mp3: ['mp3'] } },
};
const KIND_OF = {
	...Object.fromEntries(
		['jpeg', 'png', 'webp', 'gif', 'heic', 'heif', 'avif'].map((format) => [format, 'image']),
	),
	mp4: 'video',
	mov: 'video',
	webm: 'video',
	wav: 'audio',
	mp3: 'audio',
};
const SECONDS = { min: 2, max: 15 };
const SIDES = { min: 256, max: 5760 };

const BRANDS = {
	avif: 'avif',
	avis: 'avif',
	heic: 'heic',
	heix: 'heic',
	heim: 'heic',
	heis: 'heic',
	hevc: 'heic',
	hevx: 'heic',
	mif1: 'heif',
	msf1: 'heif',
	'qt  ': 'mov',
};
/** A QuickTime file of old has no `ftyp`. */
const OLD_MOV = ['moov', 'mdat', 'wide', 'free', 'skip'];

/**
 * The format that the first bytes tell.
 *
 * @param {Buffer} bytes
 * @returns {string | undefined} a key of `KIND_OF`
 */
function mediaFormatOf(bytes) {
	const picture = formatOf(bytes);
	if (picture) return picture;
	const type = bytes.toString('latin1', 4, 8);
	if (type === 'ftyp') return BRANDS[bytes.toString('latin1', 8, 12)] ?? 'mp4';
	if (OLD_MOV.includes(type)) return 'mov';
	if (bytes.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]))) return 'webm';
	if (/^RIFF....WAVE/s.test(bytes.toString('latin1', 0, 12))) return 'wav';
	if (bytes.toString('latin1', 0, 3) === 'ID3') return 'mp3';
	// Eleven bits of sync, then a layer that is not the reserved one.
	if (bytes[0] === 0xff && (bytes[1] & 0xe0) === 0xe0 && (bytes[1] & 0x06) !== 0) return 'mp3';
	return undefined;
}

/**
 * What is wrong with a file, as the end of a sentence, and how long it is.
 *
 * @param {Buffer} bytes
 * @param {'image' | 'video' | 'audio'} kind
 * @returns {{problem?: string, format?: string, seconds?: number}} seconds where a header tells
 */
function inspectFile(bytes, kind) {
	const { maxBytes, declared } = KINDS[kind];
	const format = mediaFormatOf(bytes);
	if (!format || !Object.values(declared).flat().includes(format)) {
		return {
			problem: `holds ${format ?? 'no known format'}, allowed are ${Object.keys(declared).join(', ')}`,
		};
	}
	if (bytes.length > maxBytes) return { problem: `must not be larger than ${maxBytes / MB} MB` };
	const { seconds, ...size } = measure(bytes, format);
	const problem = problemOfSize(size) ?? problemOfLength(seconds);
	return { problem, format, seconds };
}

/** The same for a data URL, whose declared type has to be published and true. */
function inspectMedia(dataUrl, kind) {
	const { declared } = KINDS[kind];
	const [head, type] = /^data:([^;,]*);base64,/.exec(dataUrl.slice(0, 64)) ?? [];
	const [group, name] = type?.split('/') ?? [];
	if (group !== kind || !Object.hasOwn(declared, name)) {
		const forms = Object.keys(declared).map((one) => `data:${kind}/${one};base64,…`);
		return { problem: `must be one of ${forms.join(' ')}` };
	}
	const bytes = bytesOfDataUrl(dataUrl.slice(head.length));
	if (!bytes) return { problem: 'is not valid base64' };
	const found = inspectFile(bytes, kind);
	if (found.problem || declared[name].includes(found.format)) return found;
	return { problem: `is declared as ${name} but holds ${found.format}` };
}

/** @param {{ width?: number, height?: number }} size */
function problemOfSize({ width, height }) {
	if (!width || !height) return undefined;
	const short = Math.min(width, height);
	const long = Math.max(width, height);
	if (short < SIDES.min || long > SIDES.max) {
		return `is ${width}x${height}, each side must be ${SIDES.min} to ${SIDES.max} px`;
	}
	// Width to height from 0.4 to 2.5: compared as whole numbers.
	if (2 * long > 5 * short) return `is ${width}x${height}, the ratio must be between 0.4 and 2.5`;
	return undefined;
}

function problemOfLength(seconds) {
	if (seconds === undefined) return undefined;
	const isFine = seconds >= SECONDS.min && seconds <= SECONDS.max;
	return isFine ? undefined : `lasts ${seconds} s, it must be ${SECONDS.min} to ${SECONDS.max}`;
}

/** @returns {{ seconds?: number, width?: number, height?: number }} */
function measure(bytes, format) {
	if (format === 'wav') return { seconds: secondsOfWav(bytes) };
	if (format === 'mp4' || format === 'mov') return measureMovie(bytes);
	if (format === 'heic' || format === 'heif') return sizeOfHeif(bytes);
	return sizeOf(bytes, format) ?? {};
}

/** The boxes that lie side by side in a range; a box that does not fit ends the walk. */
function* boxesIn(bytes, from, to) {
	let at = from;
	while (at + 8 <= to) {
		let size = bytes.readUInt32BE(at);
		let head = 8;
		if (size === 1 && at + 16 <= to) {
			size = Number(bytes.readBigUInt64BE(at + 8));
			head = 16;
		}
		if (size === 0) size = to - at;
		if (size < head || at + size > to) return;
		yield { type: bytes.toString('latin1', at + 4, at + 8), from: at + head, to: at + size };
		at += size;
	}
}

const boxOf = (bytes, type, { from, to }) =>
	[...boxesIn(bytes, from, to)].find((box) => box.type === type);

/** Length and picture size of an MP4 or MOV, from its index. */
function measureMovie(bytes) {
	const moov = boxOf(bytes, 'moov', { from: 0, to: bytes.length });
	const mvhd = moov && boxOf(bytes, 'mvhd', moov);
	if (!mvhd || mvhd.to - mvhd.from < 32) return {};
	const at = mvhd.from;
	const isLong = bytes[at] === 1;
	const scale = bytes.readUInt32BE(at + (isLong ? 20 : 12));
	const length = isLong ? Number(bytes.readBigUInt64BE(at + 24)) : bytes.readUInt32BE(at + 16);
	const sizes = [...boxesIn(bytes, moov.from, moov.to)]
		.filter(({ type }) => type === 'trak')
		.map((trak) => boxOf(bytes, 'tkhd', trak))
		.filter((tkhd) => tkhd && tkhd.to - tkhd.from >= 84)
		// Width and height end the header, as 16.16 fixed point; a track of sound has none.
		.map(({ to }) => ({ width: bytes.readUInt16BE(to - 8), height: bytes.readUInt16BE(to - 4) }));
	return {
		...(scale > 0 && length > 0 && { seconds: Math.round((length / scale) * 100) / 100 }),
		...sizes.find(({ width, height }) => width > 0 && height > 0),
	};
}

/** The largest `ispe` property; the others are tiles and thumbnails. */
function sizeOfHeif(bytes) {
	const sizes = [];
	const head = bytes.subarray(0, 64 * 1024);
	for (let at = head.indexOf('ispe'); at >= 0; at = head.indexOf('ispe', at + 4)) {
		if (at + 16 > head.length) break;
		sizes.push({ width: head.readUInt32BE(at + 8), height: head.readUInt32BE(at + 12) });
	}
	sizes.sort((one, other) => other.width * other.height - one.width * one.height);
	return sizes[0] ?? {};
}

function secondsOfWav(bytes) {
	let perSecond;
	let at = 12;
	while (at + 8 <= bytes.length) {
		const size = bytes.readUInt32LE(at + 4);
		const type = bytes.toString('latin1', at, at + 4);
		if (type === 'fmt ' && at + 20 <= bytes.length) perSecond = bytes.readUInt32LE(at + 16);
		if (type === 'data') return perSecond ? Math.round((size / perSecond) * 100) / 100 : undefined;
		at += 8 + size + (size % 2);
	}
	return undefined;
}

const EXTENSIONS = { jpeg: 'jpg' };
const TYPES = { mp4: 'video/mp4', mov: 'video/quicktime', wav: 'audio/wav', mp3: 'audio/mpeg' };

const extensionOf = (format) => EXTENSIONS[format] ?? format;
const typeOf = (format) =>
	TYPES[format] ?? (KIND_OF[format] ? `${KIND_OF[format]}/${format}` : 'application/octet-stream');

module.exports = { KIND_OF, extensionOf, inspectFile, inspectMedia, mediaFormatOf, typeOf };
