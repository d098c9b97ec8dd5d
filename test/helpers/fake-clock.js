'use strict';
/* A clock whose time passes only when everybody sleeps. */
const { Stopped } = require('../../nodes/shared/async/clock');

/** @param {number | (() => number)} [random] the jitter */
function fakeClock(random = 0.5) {
	let now = 0;
	const sleepers = [];
	const clock = {
		now: () => now,
		random: typeof random === 'function' ? random : () => random,
		sleep: async (ms, signal) => {
			if (signal?.aborted) throw new Stopped();
			await new Promise((resolve, reject) => {
				sleepers.push({ at: now + ms, resolve });
				signal?.addEventListener('abort', () => reject(new Stopped()), { once: true });
			});
		},
	};
	/** Lets time pass until the work has ended. */
	const passUntil = async (work) => {
		let ended = false;
		const end = () => (ended = true);
		work.then(end, end);
		for (;;) {
			// whoever can go on does so first
			for (let turn = 0; turn < 20; turn++) await Promise.resolve();
			await new Promise((done) => setImmediate(done));
			if (ended) return await work;
			if (sleepers.length === 0) throw new Error('nobody sleeps, and the work does not end');
			sleepers.sort((a, b) => a.at - b.at);
			const next = sleepers.shift();
			now = Math.max(now, next.at);
			next.resolve();
		}
	};
	return { clock, passUntil };
}

module.exports = { fakeClock };
