'use strict';
/* Random numbers that can be had again: mulberry32. */

/**
 * @param {number} seed the same seed gives the same numbers
 * @returns {() => number} from 0 up to 1
 */
function seeded(seed) {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

/**
 * @typedef {object} Dice
 * @property {() => number} next a number from 0 up to 1
 * @property {(limit: number) => number} below a whole number from 0 up to `limit`
 * @property {(times: number) => boolean} oneIn true in about one of `times` throws
 * @property {<T>(values: readonly T[]) => T} pick
 */

/**
 * @param {number} seed any number; the same seed gives the same throws
 * @returns {Dice}
 */
function random(seed) {
	const next = seeded(seed);
	const below = (limit) => Math.floor(next() * limit);
	return {
		next,
		below,
		oneIn: (times) => next() * times < 1,
		pick: (values) => values[below(values.length)],
	};
}

module.exports = { random, seeded };
