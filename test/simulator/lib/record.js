'use strict';

/** What the simulator remembers of a request: everything but keys and huge pictures. */

const { mask } = require('./tasks');

const MAX_KEPT = 50_000;
const LONG = 64 * 1024;

const KEY_HEADERS = ['authorization', 'ocp-apim-subscription-key', 'x-api-key', 'cookie'];

/** A copy in which long strings (pictures as base64) are shortened. */
function shorten(value) {
	if (typeof value === 'string' && value.length > LONG) {
		return `${value.slice(0, 64)}…[${value.length} characters]`;
	}
	if (Array.isArray(value)) return value.map(shorten);
	if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
		return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shorten(one)]));
	}
	return value;
}

/** Headers with the keys masked; the scheme word before a key stays readable. */
function maskHeaders(headers) {
	const copy = { ...headers };
	for (const name of KEY_HEADERS) {
		if (copy[name]) {
			const [, scheme, key] = /^((?:Bearer|Key|Basic) )?(.*)$/is.exec(copy[name]);
			copy[name] = `${scheme ?? ''}${mask(key)}`;
		}
	}
	return copy;
}

class RequestLog {
	constructor() {
		this.entries = [];
	}

	reset() {
		this.entries.length = 0;
	}

	add(entry) {
		if (this.entries.length >= MAX_KEPT) this.entries.splice(0, MAX_KEPT / 10);
		this.entries.push(entry);
		return entry;
	}
}

module.exports = { RequestLog, maskHeaders, shorten };
