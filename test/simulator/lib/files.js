'use strict';

/** What can lie behind a video link: the clip, other good videos, and what is no video at all. */

const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { samplePng } = require('./pictures');

const read = (name) => fs.readFileSync(path.join(__dirname, '..', name));
const CLIP = read('clip.mp4');
const CHUNK = Buffer.alloc(64 * 1024);
const SMALL_BOX = 8;
const LARGE_BOX = 16;

/** A ZIP of nothing: its end record alone. */
const ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006', 'latin1'), Buffer.alloc(18)]);

const utf8 = 'charset=utf-8';
/** name -> [type, bytes] */
const OTHERS = {
	html: [
		`text/html; ${utf8}`,
		'<!doctype html>\n<html lang="en"><head><title>Sign in</title></head><body><form></form></body></html>\n',
	],
	json: ['application/json', '{"error":{"code":"LinkExpired","message":"the link has expired"}}\n'],
	xml: [
		'application/xml',
		'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>\n',
	],
	playlist: [
		'application/vnd.apple.mpegurl',
		'#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.0,\nsegment0.ts\n#EXT-X-ENDLIST\n',
	],
	png: ['image/png', samplePng('file', 320, 180)],
	zip: ['application/zip', ZIP],
	zeros: ['video/mp4', Buffer.alloc(64 * 1024)],
	webm: ['video/webm', read('clip.webm')],
	mov: ['video/quicktime', read('clip.mov')],
};

/** Bytes as a source: their number, and any stretch of them in chunks. */
const sourceOf = (bytes) => ({
	size: bytes.length,
	*chunks(start = 0, end = bytes.length - 1) {
		yield bytes.subarray(start, end + 1);
	},
});

/**
 * A playable video of at least the wanted size: the clip, then an MP4 `free` box, which players skip. Its chunks are
 * never held together.
 *
 * @param {number} [wanted] bytes; 0 for the clip alone
 */
function videoOf(wanted = 0) {
	const missing = wanted - CLIP.length;
	if (missing <= 0) return sourceOf(CLIP);
	const padding = Math.max(missing, SMALL_BOX);
	const isLarge = padding > 0xffffffff;
	const header = Buffer.alloc(isLarge ? LARGE_BOX : SMALL_BOX);
	header.writeUInt32BE(isLarge ? 1 : padding, 0);
	header.write('free', 4, 'latin1');
	if (isLarge) header.writeBigUInt64BE(BigInt(padding), SMALL_BOX);
	const head = Buffer.concat([CLIP, header]);
	const size = CLIP.length + padding;
	return {
		size,
		*chunks(start = 0, end = size - 1) {
			let at = start;
			while (at <= end) {
				const from = at < head.length ? head.subarray(at) : CHUNK;
				const piece = from.subarray(0, Math.min(end - at + 1, CHUNK.length));
				yield piece;
				at += piece.length;
			}
		},
	};
}

const PACKERS = { gzip: zlib.gzipSync, br: zlib.brotliCompressSync };

/**
 * The file behind a link.
 *
 * @param {number} videoBytes the size of a good video
 * @param {{file?: string, cut?: string, packed?: string, type?: string}} [wishes] of the task's outcome
 * @returns {{source: {size: number, chunks: Function}, headers: object, cutOff: boolean, chunked: boolean}}
 */
function fileOf(videoBytes, { file, cut, packed, type } = {}) {
	const [usual, body] = file === undefined ? ['video/mp4'] : OTHERS[file];
	let source = body === undefined ? videoOf(videoBytes) : sourceOf(Buffer.from(body));
	if (packed) source = sourceOf(PACKERS[packed](Buffer.concat([...source.chunks()])));
	if (cut === 'length' || cut === 'chunked') {
		const whole = source;
		const size = Math.floor(whole.size / 2);
		source = { size, chunks: (start = 0, end = size - 1) => whole.chunks(start, end) };
	}
	const contentType = type ?? usual;
	return {
		source,
		headers: {
			...(contentType && { 'content-type': contentType }),
			...(packed && { 'content-encoding': packed }),
		},
		cutOff: cut === 'close',
		chunked: cut === 'chunked',
	};
}

module.exports = { OTHERS, PACKERS, fileOf };
