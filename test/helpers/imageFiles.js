'use strict';
/* Image files of any measures and faults, made in code: whole for whoever reads headers and ends, with nothing to see. */

/** @param {number} marker @param {Buffer} payload */
function segment(marker, payload) {
	const head = Buffer.from([0xff, marker, 0, 0]);
	head.writeUInt16BE(payload.length + 2, 2);
	return Buffer.concat([head, payload]);
}

/** @param {number} width @param {number} height */
function frameHeader(width, height, marker = 0xc0, precision = 8) {
	const payload = Buffer.from([precision, 0, 0, 0, 0, 1, 1, 0x11, 0]);
	payload.writeUInt16BE(height, 1);
	payload.writeUInt16BE(width, 3);
	return segment(marker, payload);
}

/** A scan with some compressed data, and the end of the image behind it. */
const scan = Buffer.concat([
	segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
	Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]),
]);
const endOfImage = Buffer.from([0xff, 0xd9]);

/** @param {Buffer[]} parts */
function jpeg(...parts) {
	return Buffer.concat([Buffer.from([0xff, 0xd8]), ...parts]);
}

/**
 * Its RIFF length is right.
 * @param {string} chunk
 * @param {number[]} payload
 */
function webp(chunk, payload) {
	const head = Buffer.from(`RIFF\0\0\0\0WEBP${chunk}\0\0\0\0`, 'latin1');
	const bytes = Buffer.concat([head, Buffer.from(payload)]);
	bytes.writeUInt32LE(bytes.length - 8, 4);
	return bytes;
}

/** @param {string} type @param {Buffer[]} content */
function box(type, ...content) {
	const head = Buffer.alloc(8);
	head.writeUInt32BE(8 + Buffer.concat(content).length);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, ...content]);
}

/**
 * A HEIC file with a thumbnail beside its image.
 * @param {number} width
 * @param {number} height
 * @param {string} [brand] as in its `ftyp` box
 */
function heic(width, height, brand = 'heic') {
	/** @param {number[]} sides */
	const size = (...sides) => {
		const content = Buffer.alloc(12);
		sides.forEach((side, index) => content.writeUInt32BE(side, 4 + index * 4));
		return box('ispe', content);
	};
	const sizes = box('iprp', box('ipco', size(160, 120), size(width, height)));
	return Buffer.concat([
		box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1heic`, 'latin1')),
		box('meta', Buffer.alloc(4), box('hdlr', Buffer.alloc(24)), sizes),
		box('mdat', Buffer.alloc(100, 7)),
	]);
}

module.exports = { box, endOfImage, frameHeader, heic, jpeg, scan, segment, webp };
