'use strict';

/** The little of multipart/form-data that an upload of one picture needs. */

const { Invalid } = require('./check');

/**
 * @param {Buffer} bytes the request body
 * @param {string | undefined} contentType its header
 * @returns {{name: string, filename?: string, type?: string, bytes: Buffer}[]}
 */
function parseMultipart(bytes, contentType) {
	const match = /^multipart\/form-data;.*\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(
		contentType ?? '',
	);
	if (!match) throw new Invalid('Content-Type', 'must be multipart/form-data with a boundary');
	const boundary = Buffer.from(`--${match[1] ?? match[2]}`);
	const parts = [];
	let at = bytes.indexOf(boundary);
	if (at < 0) throw new Invalid('body', 'is not multipart/form-data');
	for (;;) {
		const start = at + boundary.length;
		if (bytes.subarray(start, start + 2).toString('latin1') === '--') return parts;
		const end = bytes.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), start);
		if (end < 0) throw new Invalid('body', 'ends inside a part');
		parts.push(parsePart(bytes.subarray(start + 2, end)));
		at = end + 2;
	}
}

function parsePart(part) {
	const gap = part.indexOf('\r\n\r\n');
	const head = part.subarray(0, Math.max(gap, 0)).toString('utf8');
	const name = /^content-disposition:[^\r\n]*\bname="([^"]*)"/im.exec(head)?.[1];
	if (gap < 0 || name === undefined) throw new Invalid('body', 'has a part without a name');
	return {
		name,
		filename: /\bfilename="([^"]*)"/i.exec(head)?.[1],
		type: /^content-type:\s*(\S+)/im.exec(head)?.[1],
		bytes: part.subarray(gap + 4),
	};
}

/**
 * Reads one file and the allowed text fields; anything else is refused.
 *
 * @param {Buffer} bytes
 * @param {string | undefined} contentType
 * @param {{file: string, fields?: string[]}} rules
 */
function readUpload(bytes, contentType, { file: fileField, fields: allowed = [] }) {
	const fields = {};
	let file;
	for (const part of parseMultipart(bytes, contentType)) {
		if (part.name === fileField && part.filename !== undefined) {
			file = { name: part.filename, bytes: part.bytes, type: part.type };
		} else if (allowed.includes(part.name)) {
			fields[part.name] = part.bytes.toString('utf8');
		} else {
			throw new Invalid(part.name, 'is not a known field');
		}
	}
	if (!file) throw new Invalid(fileField, 'is required');
	return { file, fields };
}

module.exports = { readUpload };
