/**
 * How long each clip takes at the simulated gateway. Pure.
 */

/**
 * One time per clip, spread evenly around `seconds`, in an order that has no trend and is the same in every run.
 *
 * Why a spread: all peers look at a fixed interval (15 s, 60 s). With a task time that is a multiple of it they would
 * be told "ready" at once by luck, with one that is a second longer they would lose a whole interval. Real clips do
 * not take the same time either.
 * @param {number} count
 * @param {number} seconds
 * @param {number} spread share of `seconds` by which the shortest and the longest differ from it
 * @returns {number[]} milliseconds
 */
export function taskTimes(count, seconds, spread) {
	const step = stepFor(count);
	return Array.from({ length: count }, (_, index) => {
		// walks through all places, far apart: neither a rising nor a falling series
		const place = (index * step) % count;
		const share = count === 1 ? 0 : (2 * place) / (count - 1) - 1;
		return Math.round(seconds * 1000 * (1 + share * spread));
	});
}

/** A step that visits every place once: without a common divisor with `count`. */
function stepFor(count) {
	let step = Math.max(1, Math.round(count * 0.38));
	while (divisor(step, count) > 1) step++;
	return step;
}

function divisor(a, b) {
	return b === 0 ? a : divisor(b, a % b);
}
