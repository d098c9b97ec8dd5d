import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./simulator-child.mjs', import.meta.url));

/**
 * Starts the simulated gateways in a process of their own.
 * @param {{ taskMs?: number, videoBytes?: number, rateLimit?: { perMinute: number, burst?: number }, pictureBytes?: number }} options
 */
export async function startSimulatorProcess(options) {
	const child = fork(script, [JSON.stringify(options)], {
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
	const waiting = new Map();
	let last = 0;
	const ended = once(child, 'exit').then(() => {
		for (const { failed } of waiting.values()) failed(new Error('The simulator has ended.'));
	});
	const answer = (id) => new Promise((done, failed) => waiting.set(id, { done, failed }));
	child.on('message', (/** @type {any} */ { id, value }) => {
		waiting.get(id)?.done(value);
		waiting.delete(id);
	});
	const ask = async (deed, argument) => {
		const id = ++last;
		const reply = answer(id);
		child.send({ id, deed, argument });
		return await reply;
	};
	const { url, pictureUrl } = await answer(0);
	return {
		url,
		/** Where a picture of `pictureBytes` lies. */
		pictureUrl,
		reset: async () => await ask('reset'),
		taskTimes: async (provider, times) => await ask('taskTimes', { provider, times }),
		record: async () => await ask('record'),
		async close() {
			if (child.connected) child.disconnect();
			await ended;
		},
	};
}
