/** What the runs in real n8n share: their checks, and n8n's words for an execution that has ended. */

export const ENDED = ['success', 'error', 'crashed', 'canceled'];

export const pause = async (ms) => await new Promise((done) => setTimeout(done, ms));

/** Counts checks; `wrong` says in words which did not hold. */
export function createChecks() {
	const wrong = [];
	let count = 0;
	return {
		wrong,
		check(what, found, wanted) {
			count++;
			const [is, should] = [found, wanted].map((value) => JSON.stringify(value) ?? 'nothing');
			if (is !== should) wrong.push(`${what}: ${is}, not ${should}`);
		},
		/** How many checks there were. */
		count: () => count,
	};
}
