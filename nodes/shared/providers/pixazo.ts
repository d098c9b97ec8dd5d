/**
 * Pixazo's gateway: MiniMax-like bodies, a subscription-key header, status by POST, no model field.
 * Source: seed 004 (providers.md 7); replies in test/contract/samples.json `px.*`.
 */
import type { JsonObject } from 'n8n-workflow';

import { subscriptionKey } from '../auth/schemes';
import { objectOf } from '../json';
import type { TaskState, VideoOrder } from '../task';
import { inBody, readUnsigned } from './callbacks';
import type { HttpCall, Provider, Reply } from './contract';
import { codes, failedInside, images, orderFields, readState, readTaskId } from './minimaxFamily';
import { hasError, linkIn, readFault, textOf, unexpectedReply, withoutEmpty } from './replies';

const headers = { 'Cache-Control': 'no-cache' };

/** The text-to-video page names only prompt and optimizer: what equals the default stays unsaid (providers.md 7). */
function body(order: VideoOrder): JsonObject {
	const fields = orderFields(order);
	if (order.mode !== 'textToVideo') return fields;
	return withoutEmpty({
		...fields,
		duration: order.duration === 6 ? undefined : fields.duration,
		resolution: order.resolution === '768P' ? undefined : fields.resolution,
	}) as JsonObject;
}

function readStatus(reply: Reply): TaskState {
	const answer = objectOf(reply.json);
	const videoUrl = linkIn(answer.video_url) ?? linkIn(answer.file) ?? linkIn(answer.output);
	const word = textOf(answer.status);
	if (word === undefined && videoUrl === undefined) throw unexpectedReply("no 'status'", reply);
	// an older client got a link without a status word (providers.md 7, secondary)
	return withoutEmpty<TaskState>({
		...readState(word === undefined ? { ...answer, status: 'Success' } : answer),
		providerStatus: word,
		videoUrl,
	});
}

const statusCall = (taskId: string): HttpCall => ({
	method: 'POST',
	path: '/minimax-hailuo-ai-polling/v1/getStatus',
	headers,
	body: { task_id: taskId },
});

export const pixazo: Provider = {
	id: 'pixazo',
	credential: 'hailuoPixazoApi',
	sign: subscriptionKey,
	camera: 'english',
	images,
	modelNameIs: 'fixed by the gateway',
	submit: (order) => ({
		call: {
			method: 'POST',
			path: `/minimax-hailuo-ai/v1/${order.mode === 'textToVideo' ? 'generate' : 'imageToVideo'}`,
			headers,
			body: body(order),
		},
	}),
	readSubmit: readTaskId,
	status: (task) => statusCall(task.taskId),
	readStatus,
	// the payload is not documented: MiniMax's is expected, and the status is asked anyway (providers.md 7)
	callback: { signed: false, attach: inBody, read: (message) => readUnsigned(message, readStatus) },
	probe: statusCall('0'),
	// MiniMax's own way to complain, a status, or words about the task (providers.md 7)
	probed({ json }) {
		const { base_resp, status, task_id, error, message } = objectOf(json);
		const said = [error, message].map(textOf).join(' ');
		const own = textOf(objectOf(base_resp).status_code) !== undefined;
		return (
			own ||
			(textOf(status) !== undefined && task_id !== undefined) ||
			/\btask(?:[\s_]?id)?\b/i.test(said)
		);
	},
	// a body with `error` in HTTP 200 is a complaint too: the seed's tables and samples disagree
	fault: (reply) =>
		readFault(
			reply,
			codes,
			(answer) =>
				failedInside(answer) || (hasError(answer.error) && textOf(answer.status) === undefined),
		),
};
