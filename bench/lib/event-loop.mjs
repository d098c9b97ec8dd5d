/**
 * How long n8n takes to answer its cheapest page: the lag of its event loop, seen from outside.
 */
import { Agent, get } from 'node:http';
import { largest, percentile } from './statistics.mjs';

const EVERY_MS = 200;

/**
 * Asks n8n for /healthz every 200 ms, whether or not the last answer has come.
 * @param {string} url of n8n
 */
export function watchEventLoop(url) {
	const agent = new Agent({ keepAlive: true });
	/** @type {Array<{ at: number, ms: number }>} */
	const answers = [];
	const pending = new Set();
	const timer = setInterval(() => {
		const [at, began] = [Date.now(), performance.now()];
		const answer = new Promise((done) => {
			const request = get(`${url}/healthz`, { agent }, (response) => {
				response.resume();
				response.once('end', () => {
					answers.push({ at, ms: performance.now() - began });
					done();
				});
			});
			request.once('error', done);
		});
		pending.add(answer);
		answer.then(() => pending.delete(answer));
	}, EVERY_MS);
	return {
		/** @returns {Promise<Array<{ at: number, ms: number }>>} when n8n was asked, and how long it took */
		async end() {
			clearInterval(timer);
			await Promise.all(pending);
			agent.destroy();
			return answers;
		},
	};
}

/**
 * Only the answers to what was asked while the execution ran.
 * @param {Array<{ at: number, ms: number }>} answers
 * @param {{ startedAt: number, stoppedAt: number }} execution
 * @returns {{ p50?: number, p99?: number, max?: number, samples: number }} milliseconds
 */
export function latenciesDuring(answers, { startedAt, stoppedAt }) {
	const during = answers.filter(({ at }) => at >= startedAt && at <= stoppedAt).map(({ ms }) => ms);
	return {
		p50: percentile(during, 0.5),
		p99: percentile(during, 0.99),
		max: largest(during),
		samples: during.length,
	};
}
