'use strict';
/* The pictures of the documentation are whole, large enough to read, and all shown somewhere. */
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { crc32, inflateSync } = require('node:zlib');

const root = path.join(__dirname, '../..');
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Bytes of a pixel by PNG's color type, at eight bits a channel. */
const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The size of a PNG of which every part is there; throws with the reason where it is not. */
function readPng(bytes) {
	if (!bytes.subarray(0, 8).equals(SIGNATURE)) throw new Error('is no PNG');
	const data = [];
	let header;
	let position = 8;
	for (;;) {
		if (position + 12 > bytes.length) throw new Error('is cut');
		const length = bytes.readUInt32BE(position);
		const type = bytes.toString('latin1', position + 4, position + 8);
		const end = position + 8 + length;
		if (end + 4 > bytes.length) throw new Error('is cut');
		if (crc32(bytes.subarray(position + 4, end)) !== bytes.readUInt32BE(end))
			throw new Error(`has a damaged part ${type}`);
		const part = bytes.subarray(position + 8, end);
		if (type === 'IHDR') header = part;
		if (type === 'IDAT') data.push(part);
		if (type === 'IEND') break;
		position = end + 4;
	}
	const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
	const rows = inflateSync(Buffer.concat(data)).length / height;
	if (rows !== 1 + width * CHANNELS[header[9]]) throw new Error('lacks rows');
	return { width, height };
}

const screenshots = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.png'));
const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)]
	.filter((name) => name.endsWith('.md'))
	.map((name) => readFileSync(path.join(root, name), 'utf8'));

test('there are some', () => expect(screenshots.length).toBeGreaterThan(1));

test.each(screenshots)('docs/%s is whole, readable, and shown', (name) => {
	const { width, height } = readPng(readFileSync(path.join(root, 'docs', name)));
	expect(width).toBeGreaterThanOrEqual(600);
	expect(height).toBeGreaterThanOrEqual(400);
	expect(pages.some((page) => new RegExp(`!\\[[^\\]]+\\]\\((docs/)?${name}\\)`).test(page))).toBe(
		true,
	);
});
