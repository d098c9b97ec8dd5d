'use strict';

/** The file host behind the gateways: finished videos, uploaded files, sample pictures. */

const fs = require('node:fs');
const path = require('node:path');
const { mediaFormatOf, typeOf } = require('./media');
const { samplePng } = require('./pictures');

const CLIP = fs.readFileSync(path.join(__dirname, '..', 'clip.mp4'));
const CHUNK = Buffer.alloc(64 * 1024);
const MAX_UPLOADS = 100;
const SMALL_BOX = 8;
const LARGE_BOX = 16;

const plain = (status, text) => ({
	status,
	headers: { 'content-type': 'text/plain; charset=utf-8' },
	body: text,
});

/**
 * A playable video of at least the wanted size: the clip, then an MP4 `free` box, which players skip.
 *
 * @param {number} [wanted] bytes; 0 for the clip alone
 */
function makeVideo(wanted = 0) {
	const missing = wanted - CLIP.length;
	if (missing <= 0) return { size: CLIP.length, header: Buffer.alloc(0) };
	const padding = Math.max(missing, SMALL_BOX);
	const isLarge = padding > 0xffffffff;
	const header = Buffer.alloc(isLarge ? LARGE_BOX : SMALL_BOX);
	header.writeUInt32BE(isLarge ? 1 : padding, 0);
	header.write('free', 4, 'latin1');
	if (isLarge) header.writeBigUInt64BE(BigInt(padding), SMALL_BOX);
	return { size: CLIP.length + padding, header };
}

/** The bytes `start` to `end` (inclusive) of a video, in chunks that are never held together. */
function* chunksOf(video, start, end) {
	const head = Buffer.concat([CLIP, video.header]);
	let at = start;
	while (at <= end) {
		const left = end - at + 1;
		const from = at < head.length ? head.subarray(at) : CHUNK;
		const piece = from.subarray(0, Math.min(left, CHUNK.length));
		yield piece;
		at += piece.length;
	}
}

/** `undefined` without a usable Range header, `null` when it cannot be satisfied. */
function parseRange(header, size) {
	const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
	if (!match || (match[1] === '' && match[2] === '')) return undefined;
	const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
	const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
	return start > end || start >= size ? null : { start, end };
}

/**
 * Answers a video request that already passed the checks on key and token.
 *
 * @param {{id: string}} task
 * @param {number} videoBytes
 * @param {{method: string, headers: Record<string, string>}} request
 */
function serveVideo(task, videoBytes, { method, headers }) {
	const video = makeVideo(videoBytes);
	const range = parseRange(headers.range, video.size);
	if (range === null) {
		const reply = plain(416, 'Range not satisfiable');
		return { ...reply, headers: { ...reply.headers, 'content-range': `bytes */${video.size}` } };
	}
	const { start, end } = range ?? { start: 0, end: video.size - 1 };
	return {
		status: range ? 206 : 200,
		headers: {
			'content-type': 'video/mp4',
			'accept-ranges': 'bytes',
			etag: `"${encodeURIComponent(task.id)}-${video.size}"`,
			...(range && { 'content-range': `bytes ${start}-${end}/${video.size}` }),
		},
		stream: {
			size: end - start + 1,
			chunks: () => chunksOf(video, start, end),
			headOnly: method === 'HEAD',
		},
	};
}

/** Uploaded files; the oldest ones make room. */
class Uploads {
	constructor() {
		this.reset();
	}

	reset() {
		this.files = new Map();
	}

	add(name, bytes) {
		this.files.set(name, bytes);
		if (this.files.size > MAX_UPLOADS) this.files.delete(this.files.keys().next().value);
	}

	has(name) {
		return this.files.has(name);
	}

	serve(name) {
		const bytes = this.files.get(name);
		if (!bytes) return plain(404, 'Not found');
		return { status: 200, headers: { 'content-type': typeOf(mediaFormatOf(bytes)) }, body: bytes };
	}
}

/** A sample picture for demo workflows: any name that ends in `.png`. */
function serveSample(name) {
	if (!/^[\w-]+\.png$/.test(name)) return plain(404, 'Not found');
	return { status: 200, headers: { 'content-type': 'image/png' }, body: samplePng(name) };
}

module.exports = { Uploads, plain, serveSample, serveVideo };
