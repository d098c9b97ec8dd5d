export { hollowPng as png } from './png';

import { ImageFile, type ImageVerdict } from '../../nodes/HailuoVideo/order/images/header';
// Made with Pillow, cjpeg (arithmetic coding) and libheif; foreign files hold the first bytes only.
import fixtures from './fixtures/images.json';

export function segment(marker: number, payload: Buffer): Buffer {
	const head = Buffer.from([0xff, marker, 0, 0]);
	head.writeUInt16BE(payload.length + 2, 2);
	return Buffer.concat([head, payload]);
}

export function frameHeader(width: number, height: number, marker = 0xc0, precision = 8): Buffer {
	const payload = Buffer.from([precision, 0, 0, 0, 0, 1, 1, 0x11, 0]);
	payload.writeUInt16BE(height, 1);
	payload.writeUInt16BE(width, 3);
	return segment(marker, payload);
}

/** A scan with some compressed data, and the end of the image behind it. */
export const scan = Buffer.concat([
	segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
	Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]),
]);
export const endOfImage = Buffer.from([0xff, 0xd9]);

export function jpeg(...parts: Buffer[]): Buffer {
	return Buffer.concat([Buffer.from([0xff, 0xd8]), ...parts]);
}

/** Its RIFF length is right. */
export function webp(chunk: string, payload: number[]): Buffer {
	const head = Buffer.from(`RIFF\0\0\0\0WEBP${chunk}\0\0\0\0`, 'latin1');
	const bytes = Buffer.concat([head, Buffer.from(payload)]);
	bytes.writeUInt32LE(bytes.length - 8, 4);
	return bytes;
}

function box(type: string, ...content: Buffer[]): Buffer {
	const head = Buffer.alloc(8);
	head.writeUInt32BE(8 + Buffer.concat(content).length);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, ...content]);
}

/** A HEIC file with a thumbnail beside its image; `brand` as in its `ftyp` box. */
export function heic(width: number, height: number, brand = 'heic'): Buffer {
	const size = (...sides: number[]) => {
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

export const images = Object.entries(fixtures.pictures).map(([name, image]) => ({
	...image,
	name,
	bytes: Buffer.from(image.base64, 'base64'),
}));

export const foreign: Readonly<Record<string, Buffer>> = Object.fromEntries(
	Object.entries(fixtures.foreign).map(([name, base64]) => [name, Buffer.from(base64, 'base64')]),
);

/** @param cut bytes of each chunk; all in one by default */
export function verdictOf(bytes: Uint8Array, cut = bytes.length): ImageVerdict {
	const file = new ImageFile();
	for (let at = 0; at < bytes.length; at += cut) file.push(bytes.subarray(at, at + cut));
	return file.end();
}
