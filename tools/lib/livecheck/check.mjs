import { describeReply, hider } from './hide.mjs';
import { send, WRONG_KEY } from './send.mjs';

/**
 * @typedef {{ fact: string, sure: string, source: string, verdict: 'holds' | 'differs' | 'open', note: string, came: string }} Result
 *   `open`: nothing can be said, because the gateway did not answer or was busy
 */

/**
 * Holds all facts of a gateway against it, by free calls, one after another.
 * @param {any} gateway one of FACTS
 * @param {{ key: string, baseUrl?: string, progress?: (line: string) => void }} options
 * @returns {Promise<Result[]>}
 */
export async function checkFacts(gateway, { key, baseUrl = gateway.baseUrl, progress = () => {} }) {
	const hide = hider([key, WRONG_KEY]);
	const results = [];
	for (const check of gateway.checks) {
		const result = await checkOne({ ...gateway, baseUrl }, check, key, hide);
		progress(`${WORDS[result.verdict]}  ${check.fact}`);
		results.push(result);
	}
	return results;
}

/** @returns {Promise<Result>} */
async function checkOne(gateway, { fact, sure, source, key: which, call, holds }, key, hide) {
	const base = { fact, sure, source };
	let reply;
	try {
		reply = await send(gateway, call, which === 'wrong' ? WRONG_KEY : key);
	} catch (error) {
		const code = error.cause?.code ?? error.name;
		return { ...base, verdict: 'open', note: `no answer (${code})`, came: '' };
	}
	const came = describeReply(reply, hide);
	const wrong = holds(reply);
	if (wrong === undefined) return { ...base, verdict: 'holds', note: '', came };
	if (reply.status === 429 || reply.status >= 500)
		return { ...base, verdict: 'open', note: `the gateway is busy (HTTP ${reply.status})`, came };
	return { ...base, verdict: 'differs', note: hide(String(wrong)), came };
}

/** What a verdict is called. */
export const WORDS = { holds: 'holds  ', differs: 'DIFFERS', open: 'open   ' };
