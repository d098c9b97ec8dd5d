'use strict';
/*
 * The node's time, much faster: its clock and sleeps, and for chosen worlds the timeouts that it gives to n8n's HTTP
 * client. The simulator's time is the real one.
 */
const { systemClock } = require('../../nodes/shared/async/clock');
const { realSleep } = require('../engine/support');

// the copy of axios that n8n's own HTTP helper uses
const network = require.resolve('@n8n/backend-network', { paths: [require.resolve('n8n-core')] });
const axios = require(require.resolve('axios', { paths: [network] }));

const { now } = systemClock;
/** Addresses where nothing answers: elsewhere a busy machine must not look like a dead gateway. */
const silent = new Set();

/** @param {number} factor how much faster the node's clock goes from here on */
function speedUp(factor) {
	const began = now();
	systemClock.now = () => began + (now() - began) * factor;
	systemClock.sleep = async (ms, signal) => await realSleep(ms / factor, signal);
	axios.interceptors.request.use((config) => {
		// never less than a busy machine needs for an answer that does come
		if (silent.has(new URL(config.url).origin))
			config.timeout = Math.max(config.timeout / factor, 500);
		return config;
	});
}

/** Requests to this origin time out faster, too. */
function hurryTimeouts(origin) {
	silent.add(origin);
}

module.exports = { hurryTimeouts, speedUp };
