export { endOfImage, frameHeader, heic, jpeg, scan, segment, webp } from './imageFiles';
export { hollowPng as png } from './png';

import { ImageFile, type ImageVerdict } from '../../nodes/HailuoVideo/order/images/header';
// Made with Pillow, cjpeg (arithmetic coding) and libheif; foreign files hold the first bytes only.
import fixtures from './fixtures/images.json';

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
