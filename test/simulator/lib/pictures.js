'use strict';

/** Pictures: recognised by their first bytes, measured where the header tells, and one made in code. */

const { crc32 } = require('node:zlib');

const { png } = require('../../helpers/png');

const MAX_BYTES = 20 * 1024 * 1024;

/**
 * The format that the first bytes tell, whatever a name or header claims.
 *
 * @param {Buffer} bytes
 * @returns {'jpeg' | 'png' | 'webp' | 'gif' | undefined}
 */
function formatOf(bytes) {
	if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'jpeg';
	if (bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n') return 'png';
	if (/^RIFF....WEBP/s.test(bytes.subarray(0, 12).toString('latin1'))) return 'webp';
	if (/^GIF8[79]a/.test(bytes.subarray(0, 6).toString('latin1'))) return 'gif';
	return undefined;
}

/** The bytes behind `data:…;base64,`; undefined when there are none, or it is no base64. */
function bytesOfDataUrl(base64) {
	if (base64 === '' || base64.length % 4 === 1) return undefined;
	if (/[^A-Za-z0-9+/]/.test(base64.replace(/={1,2}$/, ''))) return undefined;
	return Buffer.from(base64, 'base64');
}

/**
 * What is wrong with a data URL, as the end of a sentence; undefined when it is fine.
 *
 * @param {string} dataUrl
 * @param {{formats: string[], strictRatio?: boolean, anyType?: boolean}} rules
 */
function inspectPicture(dataUrl, { formats, strictRatio = false, anyType = false }) {
	const head = /^data:image\/([a-z]+);base64,/.exec(dataUrl.slice(0, 64));
	if (!head) return 'is not a data:image/…;base64, URL';
	const bytes = bytesOfDataUrl(dataUrl.slice(head[0].length));
	if (!bytes) return 'is not valid base64';
	const declared = head[1] === 'jpg' ? 'jpeg' : head[1];
	const actual = formatOf(bytes);
	if (!actual) return 'is not a picture';
	if (actual !== declared && !anyType) {
		return `is declared as ${declared} but holds ${actual}`;
	}
	if (!formats.includes(actual))
		return `has the format ${actual}, allowed are ${formats.join(', ')}`;
	if (bytes.length >= MAX_BYTES) return 'must be smaller than 20 MB';
	return inspectSize(sizeOf(bytes, actual), strictRatio);
}

function inspectSize(size, strictRatio) {
	if (!size) return undefined; // the header does not tell: give it the benefit of the doubt
	const { width, height } = size;
	if (Math.min(width, height) <= 300)
		return `is ${width}x${height}, the short side must exceed 300 px`;
	// Compared as whole numbers: 2:5 <= width:height <= 5:2.
	const low = 5 * width - 2 * height;
	const high = 5 * height - 2 * width;
	if (low < 0 || high < 0 || (strictRatio && (low === 0 || high === 0))) {
		return `is ${width}x${height}, the ratio must be between 2:5 and 5:2`;
	}
	return undefined;
}

function sizeOf(bytes, format) {
	if (format === 'png' && bytes.length >= 24) {
		return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
	}
	if (format === 'jpeg') return sizeOfJpeg(bytes);
	if (format === 'webp' && bytes.length >= 30) return sizeOfWebp(bytes);
	return undefined;
}

/** Walks the segments to the frame header (SOF), which holds the size. */
function sizeOfJpeg(bytes) {
	let at = 2;
	while (at + 9 <= bytes.length && bytes[at] === 0xff) {
		const marker = bytes[at + 1];
		const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
		at += 2 + bytes.readUInt16BE(at + 2);
	}
	return undefined;
}

function sizeOfWebp(bytes) {
	const chunk = bytes.subarray(12, 16).toString('latin1');
	if (chunk === 'VP8X') {
		return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
	}
	if (chunk === 'VP8L') {
		const bits = bytes.readUInt32LE(21);
		return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
	}
	if (chunk === 'VP8 ') {
		return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
	}
	return undefined;
}

/**
 * A PNG with a soft gradient, its colour chosen by a name, so that two sample pictures differ.
 *
 * @param {string} name
 * @param {number} [width]
 * @param {number} [height]
 * @returns {Buffer}
 */
function samplePng(name, width = 640, height = 480) {
	const hue = crc32(name);
	const tint = [hue & 0xff, (hue >>> 8) & 0xff, (hue >>> 16) & 0xff];
	return png(width, height, {
		paint(x, y, at, rgb) {
			rgb[at] = (tint[0] + (x * 255) / width) / 2;
			rgb[at + 1] = (tint[1] + (y * 255) / height) / 2;
			rgb[at + 2] = tint[2];
		},
	});
}

module.exports = { bytesOfDataUrl, formatOf, inspectPicture, samplePng, sizeOf };
