'use strict';
/* PNG files of any size and weight, made in code. */
const { crc32, deflateSync } = require('node:zlib');

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const GREY = 0;
const RGB = 2;

/**
 * @param {number} width
 * @param {number} height
 * @param {object} [content]
 * @param {(x: number, y: number, at: number, rgb: Buffer) => void} [content.paint] writes the pixel's three bytes at
 *   `at`; without it the image is black
 * @param {number} [content.padding] bytes of a private chunk, which readers skip
 */
function png(width, height, { paint, padding = 0 } = {}) {
	const stride = 1 + width * (paint ? 3 : 1); // each row starts with filter type 0
	const rows = Buffer.alloc(height * stride);
	if (paint)
		for (let y = 0; y < height; y++)
			for (let x = 0; x < width; x++) paint(x, y, y * stride + 1 + x * 3, rows);
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, paint ? RGB : GREY, 0, 0, 0], 8);
	return Buffer.concat([
		SIGNATURE,
		chunk('IHDR', header),
		chunk('IDAT', deflateSync(rows)),
		...(padding > 0 ? [chunk('paDd', Buffer.alloc(padding, 0x5a))] : []),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(body));
	return Buffer.concat([length, body, sum]);
}

/**
 * All chunks of a PNG with nothing in them and no checksums: for readers of headers, and where the size in bytes counts.
 * @param {number} width
 * @param {number} height
 * @param {number} [bytes] 57 at least
 */
function hollowPng(width, height, bytes = 64) {
	const file = Buffer.alloc(bytes);
	SIGNATURE.copy(file);
	file.write('\0\0\0\rIHDR', 8, 'latin1');
	file.writeUInt32BE(width, 16);
	file.writeUInt32BE(height, 20);
	file.writeUInt32BE(bytes - 57, 33);
	file.write('IDAT', 37, 'latin1');
	file.write('\0\0\0\0IEND\xae\x42\x60\x82', bytes - 12, 'latin1');
	return file;
}

module.exports = { hollowPng, png };
