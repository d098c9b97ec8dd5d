'use strict';
/* Images as users have them: those that every gateway takes, and those that have to be refused before they are sent. */
const { endOfImage, frameHeader, jpeg, scan, webp } = require('./imageFiles');
const { png } = require('./png');
// The first bytes of real files.
const { foreign } = require('./fixtures/images.json');

const MB = 1024 * 1024;
const PNG = png(640, 480);
const JPEG = jpeg(frameHeader(640, 480), scan, endOfImage);
// Its size stands in 24 bits each, one less than it is.
const WEBP = webp('VP8X', [0, 0, 0, 0, 0x7f, 0x02, 0, 0xdf, 0x01, 0]);
const bytesOf = (name) => Buffer.from(foreign[name], 'base64');

/** @type {ReadonlyArray<{ name: string, mimeType: string, bytes: Buffer }>} */
const GOOD = [
	{ name: 'a PNG', mimeType: 'image/png', bytes: PNG },
	// More than n8n's store gives at a time, and no multiple of it: base64 has to come out right all the same.
	{
		name: 'a PNG of 300 kB',
		mimeType: 'image/png',
		bytes: png(640, 480, { padding: 300_001 }),
	},
	{ name: 'a JPEG', mimeType: 'image/jpeg', bytes: JPEG },
	{ name: 'a WebP', mimeType: 'image/webp', bytes: WEBP },
	{
		name: 'a JPEG with a film behind its end, as motion photos have it',
		mimeType: 'image/jpeg',
		bytes: Buffer.concat([JPEG, bytesOf('MP4')]),
	},
	{
		name: 'a PNG with a tail',
		mimeType: 'image/png',
		bytes: Buffer.concat([PNG, Buffer.from('a note of a server')]),
	},
];

/** @type {ReadonlyArray<{ name: string, bytes: Buffer, refused: RegExp }>} `refused`: what the message says of it */
const BROKEN = [
	{ name: 'half a PNG', bytes: PNG.subarray(0, PNG.length >> 1), refused: /its end is missing/ },
	{
		name: 'half a JPEG',
		bytes: jpeg(frameHeader(640, 480), scan),
		refused: /its end is missing/,
	},
	{
		name: 'half a WebP',
		bytes: WEBP.subarray(0, WEBP.length - 1),
		refused: /WebP file that is cut/,
	},
	{
		name: 'a lossless JPEG',
		bytes: jpeg(frameHeader(640, 480, 0xc3), scan, endOfImage),
		refused: /lossless JPEG/,
	},
	{
		name: 'a JPEG of 12 bits',
		bytes: jpeg(frameHeader(640, 480, 0xc1, 12), scan, endOfImage),
		refused: /12 bits/,
	},
	{
		name: 'a video of 25 MB',
		bytes: Buffer.concat([bytesOf('MP4'), Buffer.alloc(25 * MB)]),
		refused: /an MP4 video/,
	},
	{
		name: 'a JPEG that was read as text',
		bytes: Buffer.from(JPEG.toString('utf8')),
		refused: /read as text/,
	},
	{
		name: 'an error of a file server',
		bytes: Buffer.from('<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>'),
		refused: /an error message of a file server/,
	},
	{ name: 'a short text', bytes: Buffer.from('Not found'), refused: /text \('Not found'\)/ },
	{
		name: 'a login page',
		bytes: Buffer.from('<!doctype html><title>Sign in</title>'),
		refused: /a web page \(HTML\)/,
	},
	{
		name: 'a RAW photo',
		bytes: Buffer.concat([
			Buffer.from('\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'latin1'),
			Buffer.alloc(MB),
		]),
		refused: /a RAW photo \(Canon CR3\)/,
	},
	{ name: 'an AVIF', bytes: bytesOf('AVIF'), refused: /an AVIF file/ },
	{ name: 'a HEIC', bytes: bytesOf('HEIC'), refused: /a HEIC file/ },
];

module.exports = { BROKEN, GOOD };
