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
	const latencies = [];
	const pending = new Set();
	const timer = setInterval(() => {
		const began = performance.now();
		const answer = new Promise((done) => {
			const request = get(`${url}/healthz`, { agent }, (response) => {
				response.resume();
				response.once('end', () => {
					latencies.push(performance.now() - began);
					done();
				});
			});
			request.once('error', done);
		});
		pending.add(answer);
		answer.then(() => pending.delete(answer));
	}, EVERY_MS);
	return {
		/** @returns {Promise<{ p50?: number, p99?: number, max?: number, samples: number }>} milliseconds */
		async end() {
			clearInterval(timer);
			await Promise.all(pending);
			agent.destroy();
			return {
				p50: percentile(latencies, 0.5),
				p99: percentile(latencies, 0.99),
				max: largest(latencies),
				samples: latencies.length,
			};
		},
	};
}
