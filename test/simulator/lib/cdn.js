'use strict';

/** The file host behind the gateways: finished videos, uploaded files, sample pictures. */

const { randomBytes } = require('node:crypto');
const { fileOf } = require('./files');
const { mediaFormatOf, typeOf } = require('./media');
const { samplePng } = require('./pictures');

const MAX_UPLOADS = 100;
const plain = (status, text) => ({
	status,
	headers: { 'content-type': 'text/plain; charset=utf-8' },
	body: text,
});

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
 * @param {{method?: string, headers: Record<string, string>}} request
 * @param {object} [wishes] what is wrong with the file, as `fileOf` takes it
 */
function serveVideo(task, videoBytes, { method, headers }, wishes) {
	const file = fileOf(videoBytes, wishes);
	const { size } = file.source;
	const range = parseRange(headers.range, size);
	if (range === null) {
		const reply = plain(416, 'Range not satisfiable');
		return { ...reply, headers: { ...reply.headers, 'content-range': `bytes */${size}` } };
	}
	const { start, end } = range ?? { start: 0, end: size - 1 };
	return {
		status: range ? 206 : 200,
		headers: {
			...file.headers,
			'accept-ranges': 'bytes',
			etag: `"${encodeURIComponent(task.id)}-${size}"`,
			...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
		},
		cutOff: file.cutOff,
		stream: {
			size: end - start + 1,
			chunks: () => file.source.chunks(start, end),
			headOnly: method === 'HEAD',
			chunked: file.chunked,
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
		this.tickets = new Map();
	}

	add(name, bytes) {
		this.files.set(name, bytes);
		if (this.files.size > MAX_UPLOADS) this.files.delete(this.files.keys().next().value);
	}

	has(name) {
		return this.files.has(name);
	}

	/** A place for a file that is still to come; the ticket opens it once. */
	promise(name, { size, type }) {
		const ticket = randomBytes(12).toString('hex');
		this.tickets.set(ticket, { name, size, type });
		return ticket;
	}

	/** Takes the promised file, which has to be what was promised. */
	take(name, { query, headers, bytes }) {
		const promised = this.tickets.get(query.ticket);
		if (promised?.name !== name) return plain(403, 'Request has expired');
		if (headers.authorization) return plain(400, 'An upload must come without an API key');
		if (bytes.length !== promised.size || headers['content-type'] !== promised.type) {
			return plain(400, 'Not the file that was announced');
		}
		this.tickets.delete(query.ticket);
		this.add(name, bytes);
		return plain(200, '');
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
