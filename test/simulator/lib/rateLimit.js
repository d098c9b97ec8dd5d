'use strict';

/** A token bucket per key: `burst` submits at once, then `perMinute` evenly. */
class RateLimit {
	/** @param {{perMinute: number, burst?: number} | undefined} rule */
	constructor(rule, now) {
		this.rule = rule;
		this.now = now;
		this.reset();
	}

	reset() {
		this.buckets = new Map();
	}

	/** @returns {number} 0 when the submit may pass, else the milliseconds to wait */
	take(name) {
		if (!this.rule) return 0;
		const { perMinute, burst = perMinute } = this.rule;
		const now = this.now();
		const bucket = this.buckets.get(name) ?? { tokens: burst, at: now };
		const msPerToken = 60_000 / perMinute;
		bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / msPerToken);
		bucket.at = now;
		this.buckets.set(name, bucket);
		if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) * msPerToken);
		bucket.tokens -= 1;
		return 0;
	}
}

module.exports = { RateLimit };
