/** The outcome of some work: its value, or what it threw. */
export type Settled<T> = { value: T } | { error: unknown };

/** Runs work and never throws. */
export async function settle<T>(work: () => Promise<T>): Promise<Settled<T>> {
	try {
		return { value: await work() };
	} catch (error) {
		return { error };
	}
}
