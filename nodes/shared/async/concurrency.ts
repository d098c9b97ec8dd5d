/** Runs work, at most so many pieces at once, in the order it came. Own code: n8n 1.123 does not provide p-limit. */
export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>;

/** @param most how many at once; Infinity for no limit */
export function concurrencyLimit(most: number): ConcurrencyLimit {
	let running = 0;
	const waiting: Array<() => void> = [];
	return async (work) => {
		// whoever ends hands its place on, so a newcomer cannot overtake those who wait
		if (running >= most) await new Promise<void>((go) => waiting.push(go));
		else running++;
		try {
			return await work();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else running--;
		}
	};
}
