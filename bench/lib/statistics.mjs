/**
 * Plain statistics over lists of numbers. Pure.
 */

/** @param {number[]} values @returns {number | undefined} */
export function mean(values) {
	if (values.length === 0) return undefined;
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The value below which a share of the list lies (nearest rank).
 * @param {number[]} values
 * @param {number} share from 0 to 1
 * @returns {number | undefined}
 */
export function percentile(values, share) {
	if (values.length === 0) return undefined;
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** @param {number[]} values */
export const median = (values) => percentile(values, 0.5);

/** @param {number[]} values @returns {number | undefined} */
export function largest(values) {
	return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}

/** `whole` in parts of `part`; undefined where one of them is not known. */
export function ratio(whole, part) {
	return whole === undefined || !part ? undefined : whole / part;
}
