/** Figures as people read them. Pure. */

const SECOND = 1000;
const MINUTE = 60_000;

/** "0.05 s", "4.2 s", "128 s", "21.3 min"; a dash for what is not known. */
export function duration(ms) {
	if (ms === undefined || Number.isNaN(ms)) return '–';
	if (ms < SECOND) return `${(ms / SECOND).toFixed(2)} s`;
	if (ms < 100 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
	if (ms < 5 * MINUTE) return `${Math.round(ms / SECOND)} s`;
	return `${(ms / MINUTE).toFixed(ms < 100 * MINUTE ? 1 : 0)} min`;
}

/** "12 ms" */
export const milliseconds = (ms) => (ms === undefined ? '–' : `${Math.round(ms)} ms`);

/** "66 MB" */
export const megabytes = (mb) => (mb === undefined ? '–' : `${Math.round(mb)} MB`);

/** "9.4 ×" */
export const times = (ratio) =>
	ratio === undefined ? '–' : `${ratio.toFixed(ratio < 10 ? 2 : 1)} ×`;

/** "4.1 %", "5 %" */
export const percent = (share) =>
	share === undefined ? '–' : `${Number((share * 100).toFixed(1))} %`;

/** "9.4" */
export const decimal = (value) => (value === undefined ? '–' : value.toFixed(1));

/** "1 clip", "50 clips" */
export const clips = (count) => `${count} clip${count === 1 ? '' : 's'}`;
