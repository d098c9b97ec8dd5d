/** Random numbers that can be had again: mulberry32. */

export interface Dice {
	/** A number from 0 up to 1. */
	next(): number;
	/** A whole number from 0 up to `limit`. */
	below(limit: number): number;
	/** True in about one of `times` throws. */
	oneIn(times: number): boolean;
	pick<T>(values: readonly T[]): T;
}

/** @param seed any number; the same seed gives the same throws */
export function random(seed: number): Dice {
	let state = seed | 0;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
	const below = (limit: number) => Math.floor(next() * limit);
	return {
		next,
		below,
		oneIn: (times) => next() * times < 1,
		pick: (values) => values[below(values.length)],
	};
}
