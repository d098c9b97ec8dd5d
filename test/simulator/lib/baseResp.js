'use strict';

/** `base_resp`: the way MiniMax, and the gateways that copy it, report errors inside HTTP 200. */

/** @satisfies {Record<string, [code: number, text: string]>} */
const CODES = {
	auth: [
		1004,
		"login fail: Please carry the API secret key in the 'Authorization' field of the request header",
	],
	balance: [1008, 'insufficient balance'],
	contentPolicy: [1026, 'input new_sensitive'],
	invalidParameters: [2013, 'invalid params'],
	// Inferred: no code for an unknown task is published; 2013 fits a wrong task_id best.
	notFound: [2013, 'invalid params, task not found'],
	rateLimit: [1002, 'rate limit'],
	transient: [1000, 'unknown error'],
};

const OK = { status_code: 0, status_msg: 'success' };

/**
 * @param {keyof typeof CODES} category
 * @param {string} [message] replaces the usual text
 */
function baseResp(category, message) {
	const [code, text] = CODES[category];
	return { status_code: code, status_msg: message ?? text };
}

/** The reason of a failed task, as it stands beside its status. */
function failureReason(outcome) {
	if (outcome.category === 'silent') return OK;
	if (['content', 'nsfw'].includes(outcome.category))
		return { status_code: 1027, status_msg: 'output new_sensitive' };
	return baseResp('transient', outcome.status === 'canceled' ? 'task canceled' : undefined);
}

module.exports = { OK, baseResp, failureReason };
