/**
 * What the gateway saw of a run, in figures. Pure.
 */
import { largest, mean } from './statistics.mjs';

/**
 * @typedef {{ kind: string, taskId?: string, at: number, status?: number }} Request
 * @typedef {{ id: string, submittedAt: number, readyAt: number }} Task
 */

/**
 * @param {{ requests: Request[], tasks: Task[] }} record
 * @returns {{ paid: number, refused: number, requests: number, requestsPerClip?: number, looksPerClip?: number,
 *   lagMs?: number, worstLagMs?: number, downloadLagMs?: number, lagShare?: number }}
 *   `refused`: orders that made no task; lags from the moment a clip was ready
 */
export function figuresOf({ requests, tasks }) {
	const ofTask = groupByTask(requests);
	const lags = tasks.map((task) => lookLag(task, ofTask.get(task.id) ?? [])).filter(isKnown);
	const shares = tasks
		.map((task) => {
			const lag = lookLag(task, ofTask.get(task.id) ?? []);
			return lag === undefined ? undefined : lag / (task.readyAt - task.submittedAt);
		})
		.filter(isKnown);
	const downloads = tasks.map((task) => downloadLag(task, ofTask.get(task.id) ?? []));
	const count = (kind) => requests.filter((request) => request.kind === kind).length;
	const perTask = (number) => (tasks.length === 0 ? undefined : number / tasks.length);
	return {
		paid: tasks.length,
		refused: requests.filter(({ kind, taskId }) => kind === 'submit' && !taskId).length,
		requests: requests.length,
		requestsPerClip: perTask(requests.length),
		looksPerClip: perTask(count('status')),
		lagMs: mean(lags),
		worstLagMs: largest(lags),
		lagShare: mean(shares),
		downloadLagMs: mean(downloads.filter(isKnown)),
	};
}

/** From readiness to the first look that could be told so; undefined for a clip that nobody saw ready. */
export function lookLag({ readyAt }, requests) {
	const first = requests.find(({ kind, at }) => kind === 'status' && at >= readyAt);
	return first && first.at - readyAt;
}

/** From readiness to the first request for the file. */
export function downloadLag({ readyAt }, requests) {
	const first = requests.find(({ kind }) => kind === 'video');
	return first && first.at - readyAt;
}

function groupByTask(requests) {
	const groups = new Map();
	for (const request of requests) {
		if (!request.taskId) continue;
		const group = groups.get(request.taskId);
		if (group) group.push(request);
		else groups.set(request.taskId, [request]);
	}
	return groups;
}

const isKnown = (value) => value !== undefined;
