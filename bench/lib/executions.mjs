/** Runs workflows in n8n and tells what came out. */
import { readExecutionData } from '../../tools/lib/execution-data.mjs';
import { hasEnded } from '../../tools/lib/rest.mjs';
import { START } from './contestants.mjs';

/**
 * Rarely: each look costs n8n a query, and so memory. The times come from n8n itself, so nothing is lost.
 */
const LOOK_MS = 5000;

/**
 * Starts a saved workflow from its trigger.
 * @returns {Promise<string>} the execution's id
 */
export const startExecution = async (rest, workflowId) => await rest.start(workflowId, START);

/**
 * Waits until all executions of a workflow have ended. Asks for the list, which holds no data: fetching the data of a
 * large execution would load the n8n that is being measured.
 */
export async function allEnded(rest, workflowId, count, timeoutMs) {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const { results } = await rest.call('GET', `/executions?limit=50&filter=${filter}`);
		if (results.filter(hasEnded).length >= count) return;
		if (Date.now() > deadline)
			throw new Error(`The execution has not ended after ${Math.round(timeoutMs / 1000)} s.`);
		await new Promise((done) => setTimeout(done, LOOK_MS));
	}
}

/**
 * What an execution did.
 * @param {string} delivers the node whose output holds the videos
 * @returns {Promise<{ status: string, startedAt: number, stoppedAt: number, wallMs: number, items: number, clips: number, errors: string[] }>}
 */
export async function resultOf(rest, executionId, delivers) {
	const { status, data, ...times } = await rest.call('GET', `/executions/${executionId}`);
	const [startedAt, stoppedAt] = [Date.parse(times.startedAt), Date.parse(times.stoppedAt)];
	const { resultData } = await readExecutionData(data);
	const runs = resultData?.runData?.[delivers] ?? [];
	const items = runs.flatMap((run) => run.data?.main?.[0] ?? []);
	const failures = [resultData?.error, ...items.map(({ json }) => json.error)].filter(Boolean);
	return {
		status,
		startedAt,
		stoppedAt,
		wallMs: stoppedAt - startedAt,
		items: items.length,
		clips: items.filter(({ binary }) => binary?.data).length,
		errors: failures.map((failure) => failure.message ?? String(failure)),
	};
}
