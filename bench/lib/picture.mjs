/** A picture of any weight, made by hand. Pure. */
import { crc32, deflateSync } from 'node:zlib';

const WIDTH = 640;
const HEIGHT = 480;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * A PNG of 640 x 480 pixels that weighs about `bytes`: a private chunk, which readers skip, holds the rest.
 * @param {number} bytes
 * @returns {Buffer}
 */
export function heavyPng(bytes) {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(WIDTH, 0);
	header.writeUInt32BE(HEIGHT, 4);
	header.set([8, 0, 0, 0, 0], 8); // 8 bits of grey
	return Buffer.concat([
		Buffer.from(SIGNATURE),
		chunk('IHDR', header),
		chunk('IDAT', deflateSync(Buffer.alloc((WIDTH + 1) * HEIGHT))),
		chunk('paDd', Buffer.alloc(bytes, 0x5a)),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(body));
	return Buffer.concat([length, body, sum]);
}
