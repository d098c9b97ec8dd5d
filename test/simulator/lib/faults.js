'use strict';

/** Faults: what goes wrong on the next matching request, and how it looks on the wire. */

const DEEDS = [
	'business',
	'contentType',
	'cutOff',
	'empty',
	'expired',
	'hang',
	'html',
	'redirect',
	'reset',
	'says',
	'shape',
	'slowMs',
	'status',
];
const EXTRAS = ['body', 'headers', 'made'];
const CATEGORIES = [
	'auth',
	'balance',
	'contentPolicy',
	'invalidParameters',
	'notFound',
	'rateLimit',
	'transient',
];

class FaultQueue {
	constructor() {
		this.reset();
	}

	reset() {
		this.faults = [];
	}

	/**
	 * Queues a fault; a misspelt one is refused, because a fault that never happens proves nothing.
	 *
	 * @returns {{used: number}} counts how often it happened
	 */
	add({ provider, kind, taskId, times = 1, skip = 0, do: deed, ...rest }) {
		const names = Object.keys(deed ?? {});
		const unknown = [
			...Object.keys(rest),
			...names.filter((name) => !DEEDS.includes(name) && !EXTRAS.includes(name)),
		];
		if (unknown.length > 0) throw new TypeError(`Unknown fault field: ${unknown.join(', ')}`);
		if (!names.some((name) => DEEDS.includes(name))) {
			throw new TypeError(`A fault needs "do" with one of: ${DEEDS.join(', ')}`);
		}
		if (deed.business && !CATEGORIES.includes(deed.business)) {
			throw new TypeError(`Fault "business" must be one of: ${CATEGORIES.join(', ')}`);
		}
		const fault = { provider, kind, taskId, times, skip, do: deed, used: 0 };
		this.faults.push(fault);
		return fault;
	}

	/** The deed for this request, if one waits for it. */
	take({ provider, kind, taskId }) {
		for (const fault of this.faults) {
			if (fault.used >= fault.times) continue;
			if (fault.provider && fault.provider !== provider) continue;
			if (fault.kind && fault.kind !== kind) continue;
			if (fault.taskId && fault.taskId !== taskId) continue;
			if (fault.skip > 0) {
				fault.skip -= 1;
				continue;
			}
			fault.used += 1;
			return fault.do;
		}
		return undefined;
	}
}

const HTML = '<!doctype html><html><body><h1>Checking your browser</h1></body></html>';
const OTHER_SHAPE = { ok: true, items: [{ name: 'unexpected' }], next: null };

/**
 * Turns a deed into what happens on the wire.
 *
 * @param {object} deed the `do` of a fault
 * @param {object} means
 * @param {(made: boolean) => Promise<object>} means.run does what was asked and gives the true reply;
 *   with `made` false a submit books nothing
 * @param {(status: number) => object} means.failure the gateway's own reply for an HTTP status
 * @param {(category?: string, says?: string) => object} means.refuse the gateway's own words for a category, or one of
 *   its named answers
 * @returns {Promise<object>} a reply, or `{ reset: true }` or `{ hang: true }`
 */
async function perform(deed, { run, failure, refuse }) {
	// A slow answer is a true one; a cut one is true only where the fault says that the deed was done.
	const made = Boolean(deed.made) || deed.slowMs !== undefined;
	const needsReply = deed.cutOff || deed.empty || deed.contentType;
	const real = made || needsReply ? await run(made) : undefined;

	if (deed.reset) return { reset: true };
	if (deed.hang) return { hang: true };
	if (deed.redirect) {
		return { status: deed.status ?? 302, headers: { location: deed.redirect }, body: '' };
	}
	if (deed.html) {
		return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: HTML };
	}
	if (deed.shape) return { status: 200, body: OTHER_SHAPE };
	if (deed.empty) return { ...real, body: '', stream: undefined };
	if (deed.expired) return failure(403);
	if (deed.business) return refuse(deed.business);
	if (deed.says) {
		const reply = refuse(undefined, deed.says);
		return { ...reply, status: deed.status ?? reply.status };
	}
	if (deed.status !== undefined) {
		const usual = failure(deed.status);
		return {
			status: deed.status,
			headers: { ...usual.headers, ...deed.headers },
			body: deed.body ?? usual.body,
		};
	}
	return {
		...real,
		headers: { ...real.headers, ...(deed.contentType && { 'content-type': deed.contentType }) },
		cutOff: deed.cutOff ?? real.cutOff,
		slowMs: deed.slowMs,
	};
}

module.exports = { FaultQueue, perform };
