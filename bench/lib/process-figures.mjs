/**
 * What the system knows of a process: memory and processor time. Linux only; elsewhere everything is undefined.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const KB_PER_MB = 1024;
/** Linux counts processor time in hundredths of a second on all usual machines. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 100;

/** @param {string} text of /proc/<pid>/status @returns {{ rss?: number, peak?: number }} megabytes */
export function parseStatus(text) {
	const field = (name) => {
		const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
		return found ? Number(found[1]) / KB_PER_MB : undefined;
	};
	return { rss: field('VmRSS'), peak: field('VmHWM') };
}

/** @param {string} text of /proc/<pid>/stat @returns {number} seconds of processor time, user and system */
export function parseCpuSeconds(text) {
	// the name of the program stands in parentheses and may hold anything
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function memoryOf(pid) {
	return parseStatus(read(`/proc/${pid}/status`));
}

export function cpuSecondsOf(pid) {
	const text = read(`/proc/${pid}/stat`);
	return text === '' ? undefined : parseCpuSeconds(text);
}

/**
 * Follows the resident memory of a process. The peak is the kernel's own where it lets us reset it, and the highest
 * sample otherwise.
 * @param {number} pid
 */
export function watchMemory(pid) {
	const reset = resetPeak(pid);
	let highest = 0;
	const sample = () => {
		highest = Math.max(highest, memoryOf(pid).rss ?? 0);
	};
	sample();
	const timer = setInterval(sample, SAMPLE_MS);
	return {
		/** @returns {number | undefined} megabytes */
		end() {
			clearInterval(timer);
			sample();
			const peak = reset ? memoryOf(pid).peak : undefined;
			return peak ?? (highest > 0 ? highest : undefined);
		},
	};
}

function resetPeak(pid) {
	try {
		writeFileSync(`/proc/${pid}/clear_refs`, '5');
		return true;
	} catch {
		return false;
	}
}

function read(file) {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}
