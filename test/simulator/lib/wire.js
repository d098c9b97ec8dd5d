'use strict';

/** Bytes in, bytes out: reading a body with a limit, and writing a reply whole, cut or slowly. */

const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');

/** What the most generous gateway takes. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Reads a request body. A body over the limit is drained, not kept, so that the refusal can be read.
 *
 * @param {import('node:http').IncomingMessage} req
 * @returns {Promise<{bytes: Buffer, tooLarge: boolean}>}
 */
async function readBody(req) {
	const chunks = [];
	let size = 0;
	for await (const chunk of req) {
		size += chunk.length;
		if (size <= MAX_BODY_BYTES) chunks.push(chunk);
		else chunks.length = 0;
	}
	return { bytes: Buffer.concat(chunks), tooLarge: size > MAX_BODY_BYTES };
}

const isStructured = (body) => typeof body === 'object' && body !== null && !Buffer.isBuffer(body);

/** A reply's body as bytes. Objects become JSON; a string is sent as it is. */
function toBytes(body) {
	if (Buffer.isBuffer(body)) return body;
	return Buffer.from(isStructured(body) ? JSON.stringify(body) : (body ?? ''));
}

/**
 * Writes a reply.
 *
 * @param {import('node:http').ServerResponse} res
 * @param {object} reply `{ status, headers?, body? }`, or `{ stream: { size, chunks() } }` for large ones;
 *   `{ reset: true }` breaks the connection, `{ hang: true }` never answers
 */
async function sendReply(res, reply) {
	if (reply.hang) return;
	if (reply.reset) {
		res.socket?.resetAndDestroy();
		return;
	}
	if (reply.stream) {
		await sendStream(res, reply);
		return;
	}
	let bytes = toBytes(reply.body);
	if (reply.cutOff) bytes = bytes.subarray(0, Math.floor(bytes.length / 2));
	res.writeHead(reply.status, {
		'content-type': 'application/json; charset=utf-8',
		...reply.headers,
		'content-length': bytes.length,
	});
	if (reply.slowMs === undefined) res.end(bytes);
	else await dribble(res, bytes, reply.slowMs);
}

async function dribble(res, bytes, slowMs) {
	const steps = 10;
	const step = Math.max(1, Math.ceil(bytes.length / steps));
	res.flushHeaders();
	for (let at = 0; at < bytes.length && !res.destroyed; at += step) {
		await sleep(slowMs / steps, undefined, { ref: false });
		res.write(bytes.subarray(at, at + step));
	}
	res.end();
}

/** Writes chunk by chunk at the client's pace, so that a video of any size costs no memory. */
async function sendStream(res, { status, headers, stream, cutOff, slowMs }) {
	// A reply without a length goes out in chunks.
	res.writeHead(status, {
		...headers,
		...(!stream.chunked && { 'content-length': stream.size }),
	});
	if (stream.headOnly) {
		res.end();
		return;
	}
	const stopAt = cutOff ? Math.floor(stream.size / 2) : stream.size;
	const source = Readable.from(paced(stream, stopAt, slowMs), { highWaterMark: 1 });
	await pipeline(source, res, { end: false });
	if (!cutOff) {
		res.end();
		return;
	}
	// Let the bytes leave first, then break the promise of content-length.
	await sleep(20, undefined, { ref: false });
	res.socket?.destroy();
}

async function* paced({ size, chunks }, stopAt, slowMs) {
	let sent = 0;
	for (const chunk of chunks()) {
		const piece = chunk.subarray(0, stopAt - sent);
		if (slowMs !== undefined) {
			await sleep((slowMs * piece.length) / size, undefined, { ref: false });
		}
		yield piece;
		sent += piece.length;
		if (sent >= stopAt) return;
	}
}

module.exports = { readBody, sendReply };
