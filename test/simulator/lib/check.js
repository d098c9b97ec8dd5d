'use strict';

/**
 * Small building blocks for "is this request exactly what the gateway documents?".
 * Every gateway file composes its own rules from them, and every refusal names its field.
 */

const { inspectMedia } = require('./media');
const { inspectPicture } = require('./pictures');

/** A request that the gateway refuses because of one field. */
class Invalid extends Error {
	constructor(field, reason) {
		super(`${field} ${reason}`);
		this.name = 'Invalid';
		this.field = field;
	}
}

/** A refusal that the gateway words itself: the reply is sent as it is. */
class Refused extends Error {
	constructor(reply) {
		super('refused');
		this.name = 'Refused';
		this.reply = reply;
	}
}

const isPlainObject = (value) =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks a JSON body against the fields that a gateway documents; anything else is refused.
 *
 * @param {unknown} body the parsed body
 * @param {Record<string, {required?: boolean, check: (value: unknown, name: string) => void}>} fields
 * @param {string} [prefix] path of the object inside the body, for messages
 */
function checkFields(body, fields, prefix = '') {
	if (!isPlainObject(body)) throw new Invalid(prefix || 'body', 'must be a JSON object');
	for (const name of Object.keys(body)) {
		if (!Object.hasOwn(fields, name)) throw new Invalid(prefix + name, 'is not a known field');
	}
	for (const [name, rule] of Object.entries(fields)) {
		const value = body[name];
		if (value !== undefined) rule.check(value, prefix + name);
		else if (rule.required) throw new Invalid(prefix + name, 'is required');
	}
}

/** For a call that takes no query parameters, or only the listed ones (true: required). */
function checkQuery(query, rules = {}) {
	for (const name of Object.keys(query)) {
		if (!Object.hasOwn(rules, name)) throw new Invalid(name, 'is not a known query parameter');
	}
	for (const [name, needed] of Object.entries(rules)) {
		if (needed && !query[name]) throw new Invalid(name, 'is required');
	}
}

const required = (rule) => ({ ...rule, required: true });

/** A string; characters are counted as code points, as people count them. */
const text = ({ max = Infinity, empty = true } = {}) => ({
	check(value, name) {
		if (typeof value !== 'string') throw new Invalid(name, 'must be a string');
		if (!empty && value.trim() === '') throw new Invalid(name, 'must not be empty');
		const length = [...value].length;
		if (length > max) throw new Invalid(name, `has ${length} characters, the limit is ${max}`);
	},
});

const flag = () => ({
	check(value, name) {
		if (typeof value !== 'boolean') throw new Invalid(name, 'must be true or false');
	},
});

/** A whole number. */
const whole = ({ min = -Infinity, max = Infinity } = {}) => ({
	check(value, name) {
		if (!Number.isInteger(value)) throw new Invalid(name, 'must be a whole number');
		if (value < min || value > max) throw new Invalid(name, `must be from ${min} to ${max}`);
	},
});

const oneOf = (allowed) => ({
	check(value, name) {
		if (!allowed.includes(value)) {
			throw new Invalid(
				name,
				`must be one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`,
			);
		}
	},
});

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** A callback address; plain HTTP only on this machine, so that it can be tried without a tunnel. */
const callback = () => ({
	check(value, name) {
		if (!isCallbackUrl(value)) throw new Invalid(name, 'must be a public https URL');
	},
});

function isCallbackUrl(value) {
	if (typeof value !== 'string' || !URL.canParse(value)) return false;
	const { protocol, hostname } = new URL(value);
	return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}

/** The only addresses that the simulator itself ever calls. */
function isOnThisMachine(value) {
	const { protocol, hostname } = new URL(value);
	return protocol === 'http:' && LOOPBACK.includes(hostname);
}

/**
 * A picture: an http(s) URL (never fetched), or a data URL where the gateway takes one.
 *
 * @param {{dataUrl?: boolean, formats: string[], strictRatio?: boolean, anyType?: boolean}} rules formats as `jpeg`,
 *   `png`, `webp`, `gif`; `anyType`: the declared type does not count
 */
const picture = ({ dataUrl = true, formats, ...rules }) => ({
	check(value, name) {
		if (typeof value !== 'string' || value === '') throw new Invalid(name, 'must be a string');
		if (/^data:/i.test(value)) {
			if (!dataUrl) throw new Invalid(name, 'must be a public URL: base64 data is not accepted');
			const problem = inspectPicture(value, { formats, ...rules });
			if (problem) throw new Invalid(name, problem);
			return;
		}
		if (!isHttpUrl(value)) throw new Invalid(name, 'must be an http(s) URL');
	},
});

/**
 * A file that serves as material: an http(s) URL (never fetched), or a data URL of a kind that the gateway takes.
 *
 * @param {'image' | 'video' | 'audio'} kind
 * @param {{dataUrl?: boolean, references?: RegExp}} [rules] `references`: another form of address, as `mm_file://1`
 */
const media = (kind, { dataUrl = true, references } = {}) => ({
	check(value, name) {
		if (typeof value !== 'string' || value === '') throw new Invalid(name, 'must be a string');
		if (/^data:/i.test(value)) {
			if (!dataUrl) throw new Invalid(name, 'must be a public URL: base64 data is not accepted');
			const { problem } = inspectMedia(value, kind);
			if (problem) throw new Invalid(name, problem);
			return;
		}
		if (references?.test(value)) return;
		if (!isHttpUrl(value)) throw new Invalid(name, 'must be an http(s) URL');
	},
});

function isHttpUrl(value) {
	return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

const list = (rule, { min = 0, max = Infinity } = {}) => ({
	check(value, name) {
		if (!Array.isArray(value)) throw new Invalid(name, 'must be an array');
		if (value.length < min || value.length > max) {
			throw new Invalid(name, `must have ${min === max ? min : `${min} to ${max}`} entries`);
		}
		value.forEach((entry, index) => rule.check(entry, `${name}[${index}]`));
	},
});

const group = (fields) => ({
	check(value, name) {
		checkFields(value, fields, `${name}.`);
	},
});

/**
 * Checks one cell of a gateway's own table `resolution -> durations`.
 *
 * @param {Record<string, number[]>} row what one model offers in one mode
 * @param {string} model name for the message
 * @param {string} resolution
 * @param {number} duration
 */
function checkCell(row, model, resolution, duration) {
	const durations = row[resolution];
	if (!durations) {
		throw new Invalid('resolution', `${resolution} is not available for ${model} in this mode`);
	}
	if (!durations.includes(duration)) {
		throw new Invalid('duration', `${duration} is not available for ${model} at ${resolution}`);
	}
}

module.exports = {
	Invalid,
	Refused,
	callback,
	checkCell,
	checkFields,
	checkQuery,
	flag,
	group,
	isCallbackUrl,
	isOnThisMachine,
	isPlainObject,
	list,
	media,
	oneOf,
	picture,
	required,
	text,
	whole,
};
