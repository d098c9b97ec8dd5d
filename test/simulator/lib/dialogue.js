'use strict';

/** One request to a gateway, answered as that gateway would: key, body, rules, then the deed. */

const { Invalid, Refused, checkQuery, isPlainObject } = require('./check');
const { readUpload } = require('./multipart');
const { orderWishesOf } = require('./words');

/** What asks about tasks. */
const READS = new Set(['status', 'list', 'result']);

/** @returns {string | undefined} the key, when the header has exactly the documented form */
function readKey(gateway, headers) {
	return gateway.auth.pattern.exec(headers[gateway.auth.header] ?? '')?.[1];
}

function isKeyGood(key, allowed) {
	if (!key) return false;
	return allowed ? allowed.includes(key) : !/^(bad|wrong)/i.test(key);
}

/** Reads the body as the route wants it; a body that cannot be read is the gateway's 400. */
function parseBody(gateway, route, request) {
	if (route.json) {
		if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
			throw new Invalid('Content-Type', 'must be application/json');
		}
		if (request.malformed || request.body === undefined) {
			throw new Refused(gateway.failure(400, 'the body is not valid JSON'));
		}
	}
	if (route.multipart) {
		const contentType = request.headers['content-type'];
		Object.assign(request, readUpload(request.bytes, contentType, route.multipart));
	}
	if (route.emptyBody && request.bytes.length > 0) {
		const isEmptyObject = isPlainObject(request.body) && Object.keys(request.body).length === 0;
		if (!isEmptyObject) throw new Invalid('body', 'must be empty');
	}
}

/**
 * Does what the request asks for.
 *
 * @param {object} gateway
 * @param {object} route
 * @param {object} request
 * @param {object} world what a gateway may ask of the simulator
 * @param {{made: boolean}} how with `made` false a submit is answered but nothing is booked
 * @returns {Promise<object>} the reply
 */
async function converse(gateway, route, request, world, { made }) {
	try {
		if (!isKeyGood(request.key, world.options.keys)) {
			const { key } = request;
			return gateway.refuse.auth(undefined, { hasKey: Boolean(key), key });
		}
		parseBody(gateway, route, request);
		if (route.query !== 'any') checkQuery(request.query, route.query);
		if (route.kind === 'submit') return await submit(gateway, route, request, world, made);
		const waitMs = READS.has(route.kind) ? world.readWaitMs() : 0;
		if (waitMs > 0) {
			return gateway.refuse.rateLimit(undefined, { ...world.options.readLimit, waitMs });
		}
		route.read?.(request, world);
		if (route.task && !request.task) return gateway.refuse.notFound();
		return route.handle(request, world);
	} catch (error) {
		if (error instanceof Refused) return error.reply;
		if (error instanceof Invalid) {
			return (route.invalid ?? gateway.refuse.invalidParameters)(error.message);
		}
		throw error;
	}
}

async function submit(gateway, route, request, world, made) {
	const waitMs = world.waitMs();
	if (waitMs > 0) {
		return gateway.refuse.rateLimit(undefined, { ...world.options.rateLimit, waitMs });
	}
	const facts = route.read(request, world);
	const prompt = facts.prompt ?? '';
	const wishes = orderWishesOf(prompt);
	for (const category of ['contentPolicy', 'balance']) {
		if (wishes.includes(category)) return gateway.refuse[category]();
	}
	if (wishes.includes('rateLimit') && world.isFirst(prompt)) return gateway.refuse.rateLimit();
	const address = made ? gateway.callback?.target(request, world.options) : undefined;
	if (address !== undefined) await world.callbacks.accept(gateway, address);
	const task = world.createTask(facts, made);
	if (address !== undefined) world.callBack(task, address);
	if (wishes.includes('lost')) return { reset: true };
	return await gateway.submitted(task, request, world);
}

module.exports = { converse, readKey };
