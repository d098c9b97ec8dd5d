/** What a suite found, case by case: checks, failures, times, pictures, tables. */

/** @typedef {{ name: string, checks: number, failures: string[], ms: number }} Case */
/** @typedef {{ suite: string, line: string, version?: string, ms: number, cases: Case[], notes: string[], pictures: Array<{ title: string, file: string }>, log?: string }} SuiteReport */

/** A case that could not go on: what follows it in its suite makes no sense. */
export class CaseBroken extends Error {}

/**
 * @param {import('../../../tools/lib/progress.mjs').Progress} progress
 */
export function createReport(progress) {
	/** @type {Case[]} */
	const cases = [];
	const notes = [];
	const pictures = [];
	let current = newCase('Start');

	function newCase(name) {
		return { name, checks: 0, failures: [], ms: 0 };
	}

	return {
		cases,
		notes,
		pictures,
		/**
		 * Runs one case. Checks that fail let the suite go on, an error ends it.
		 * @template T
		 * @param {string} name
		 * @param {(step: { done: (note: string) => void }) => Promise<T>} work
		 * @returns {Promise<T>}
		 */
		async case(name, work) {
			const own = newCase(name);
			cases.push(own);
			current = own;
			const began = Date.now();
			try {
				return await progress.step(name, async (step) => {
					let note = '';
					const result = await work({ ...step, done: (text) => (note = text) });
					const failed = own.failures.length;
					step.done(
						[note, failed ? `${failed} of ${own.checks} checks FAILED` : `${own.checks} checks`]
							.filter(Boolean)
							.join(', '),
					);
					return result;
				});
			} catch (error) {
				own.checks++;
				own.failures.push([error.message, error.tail].filter(Boolean).join('\n'));
				throw new CaseBroken(`${name}: ${error.message}`, { cause: error });
			} finally {
				own.ms = Date.now() - began;
				for (const failure of own.failures) progress.line(`      ${failure}`);
			}
		},
		/** Notes whether what was found is what was wanted, compared as JSON. */
		check(what, found, wanted) {
			if (!cases.includes(current)) cases.push(current);
			current.checks++;
			const [is, should] = [found, wanted].map((value) => JSON.stringify(value) ?? 'nothing');
			if (is !== should) current.failures.push(`${what}: ${is}, not ${should}`);
		},
		/** A table or figures for the reader. */
		note(text) {
			notes.push(text);
			progress.line(`\n${text}\n`);
		},
		picture: (title, file) => pictures.push({ title, file }),
		failed: () => cases.filter(({ failures }) => failures.length > 0),
	};
}

/** @typedef {ReturnType<typeof createReport>} Report */
