import { checkMp4 } from './mp4.mjs';

/**
 * What one gateway's node delivered in an execution, with the video checked.
 * @param {{ name: string, node: string }} gateway
 * @param {{ status: string, nodes: Record<string, any[]>, error?: { message?: string } }} execution
 * @param {(id: string) => Promise<Buffer>} readBinary fetches a file from n8n's binary store
 */
export async function readOutcome(gateway, execution, readBinary) {
	const run = execution.nodes[gateway.node]?.at(-1);
	const item = run?.data?.main?.flat().find(Boolean);
	const task = item?.json ?? {};
	const outcome = {
		gateway: gateway.name,
		model: task.model,
		resolution: task.resolution,
		duration: typeof task.duration === 'number' ? `${task.duration} s` : task.duration,
		status: task.status ?? (run ? 'error' : 'not run'),
		taskId: task.taskId,
		seconds: run && Math.round(run.executionTime / 100) / 10,
		playable: false,
		why: undefined,
		bytes: undefined,
		video: undefined,
		file: undefined,
	};
	const stored = item?.binary?.data;
	if (!stored) {
		outcome.why = describe(run?.error ?? task.error ?? execution.error) ?? 'the item has no video';
		return outcome;
	}
	outcome.video = stored.id ? await readBinary(stored.id) : Buffer.from(stored.data, 'base64');
	outcome.bytes = outcome.video.length;
	const check = checkMp4(outcome.video);
	outcome.playable = check.playable && task.status === 'succeeded';
	if (!outcome.playable) outcome.why = check.reason ?? `the task is ${task.status ?? 'unknown'}`;
	return outcome;
}

function describe(error) {
	if (!error) return undefined;
	if (typeof error === 'string') return error;
	return [error.message, error.description].filter(Boolean).join(' - ') || JSON.stringify(error);
}
