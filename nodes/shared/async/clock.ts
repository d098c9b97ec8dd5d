/** Time, passed in: the node gives the real one, tests a fake one. */
import { sleep } from 'n8n-workflow';

export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/**
	 * Waits `ms` milliseconds; ends at once, with {@link Stopped}, when the signal fires.
	 * @throws RangeError for what is no number: a loop that sleeps on it would spin
	 */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** A number from 0 up to 1, for jitter. */
	random(): number;
}

/** The execution was stopped, or the run ended because another item could not be made. */
export class Stopped extends Error {
	constructor() {
		super('The execution was stopped');
		this.name = 'Stopped';
	}
}

/** Throws {@link Stopped} when the signal has fired. */
export function stopIf(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw new Stopped();
}

/** A clock whose time goes on when the system's is set back: what was due stays due. Its sleeps are those of `clock`. */
export function steady(clock: Clock): Clock {
	let last = clock.now();
	let behindMs = 0;
	return {
		now() {
			const now = clock.now();
			behindMs += Math.max(0, last - now);
			last = now;
			return now + behindMs;
		},
		sleep: async (ms, signal) => await clock.sleep(ms, signal),
		random: () => clock.random(),
	};
}

/** n8n's sleep() cannot be aborted: slices bound what the last one outlives a Stop by. */
const SLICE_MS = 250;

interface Sleeper {
	/** By `performance.now()`, which nobody sets back. */
	until: number;
	signal: AbortSignal | undefined;
	wake(): void;
}
const sleepers = new Set<Sleeper>();

/** Wakes those who are stopped or nearly through. One timer for all: a thousand tasks may be waiting. */
async function watchOver(): Promise<void> {
	while (sleepers.size > 0) {
		await sleep(SLICE_MS);
		const soon = performance.now() + SLICE_MS;
		for (const sleeper of sleepers)
			if (sleeper.until <= soon || sleeper.signal?.aborted) {
				sleepers.delete(sleeper);
				sleeper.wake();
			}
	}
}

export const systemClock: Clock = {
	now: () => Date.now(),
	random: () => Math.random(),
	async sleep(ms, signal) {
		if (!Number.isFinite(ms)) throw new RangeError(`Cannot wait for ${ms} milliseconds`);
		const until = performance.now() + ms;
		stopIf(signal);
		if (ms > 2 * SLICE_MS) {
			await new Promise<void>((wake) => {
				sleepers.add({ until, signal, wake });
				if (sleepers.size === 1) void watchOver();
			});
			stopIf(signal);
		}
		for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
			await sleep(Math.min(left, SLICE_MS));
			stopIf(signal);
		}
	},
};
