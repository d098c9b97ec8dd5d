/**
 * Version 2 of MiniMax's API, which alone sells Hailuo 3: material in one list, the id in the path, the link in the
 * status, HTTP codes for errors with MiniMax's own code in brackets at the end of the message.
 * Source: MiniMax's pages of August to October 2026 (docs/providers.md 11.1); replies in test/contract `mm2.*`.
 */
import type { JsonObject } from 'n8n-workflow';
import { z } from 'zod/v4';

import { GatewayFailed, type ProviderFault } from '../errors';
import { objectOf } from '../json';
import { isFinal, type TaskRef, type TaskState, type TaskStatus, type VideoOrder } from '../task';
import type { HttpCall, Reply, Submission } from './contract';
import { codes, words as wordsOfV1 } from './minimaxFamily';
import {
	isRetryable,
	linkIn,
	messageOf,
	otherKindOf,
	parseReply,
	readFault,
	statusOf,
	taskError,
	taskErrorIn,
	textOf,
	timeOf,
	unexpectedReply,
	withoutEmpty,
} from './replies';

/** The `endpoint` of a task that this version made. */
export const ENDPOINT = 'v2';

const words: Readonly<Record<string, TaskStatus>> = {
	...wordsOfV1,
	running: 'processing',
	succeeded: 'succeeded',
	cancelled: 'canceled',
	canceled: 'canceled',
	// no page lists it, but MiniMax's own command line stops there
	expired: 'failed',
};

function media(kind: 'image' | 'video' | 'audio', url: string, role: string): JsonObject {
	return { type: `${kind}_url`, [`${kind}_url`]: { url }, role };
}

/** The text, then what it speaks of. Frames and references never come together. */
function contentOf(order: VideoOrder): JsonObject[] {
	return [
		{ type: 'text', text: order.prompt },
		...(order.firstFrame ? [media('image', order.firstFrame, 'first_frame')] : []),
		...(order.lastFrame ? [media('image', order.lastFrame, 'last_frame')] : []),
		...(order.references ?? []).map(({ kind, link }) => media(kind, link, `reference_${kind}`)),
	];
}

export function submit(order: VideoOrder): Submission {
	const body = withoutEmpty({
		model: order.model,
		content: contentOf(order),
		resolution: order.resolution,
		duration: order.duration || undefined,
		// required for text; with frames the clip has their shape, whatever is sent
		ratio: order.aspectRatio ?? (order.mode === 'textToVideo' ? '16:9' : undefined),
		extra: order.promptExpansion && { prompt_expansion_mode: order.promptExpansion },
		// only the Chinese page has the field: sent when the user wants it
		aigc_watermark: order.watermark || undefined,
	}) as JsonObject;
	return { call: { method: 'POST', path: '/v2/video_generation', body }, endpoint: ENDPOINT };
}

export function status(task: TaskRef): HttpCall {
	return {
		method: 'GET',
		path: `/v2/query/video_generation/${encodeURIComponent(task.taskId)}`,
	};
}

/** The task of a status answer or a callback, bare or in its wrapper; undefined in what version 1 says. */
export function taskIn(json: unknown): Record<string, unknown> | undefined {
	const body = objectOf(json);
	const task = objectOf(body.task);
	if (Object.keys(task).length > 0) return task;
	// version 1 writes `task_id`
	const bare = textOf(body.id) !== undefined && textOf(body.status) !== undefined;
	return bare && body.task_id === undefined ? body : undefined;
}

const answered = z.looseObject({ status: z.string().min(1) });

export function readStatus(reply: Reply): TaskState {
	const task = parseReply(answered, { ...reply, json: taskIn(reply.json) });
	const state = statusOf(task.status, words);
	const error = objectOf(task.error);
	return withoutEmpty<TaskState>({
		status: state,
		providerStatus: task.status,
		// tasks that describe a video in text go through the same endpoint (docs/providers.md 11)
		otherKind:
			otherKindOf(task.modality) ??
			(textOf(task.task_type) === 'h3_context_ir' ? 'text' : undefined),
		videoUrl: state === 'succeeded' ? linkIn(task.content) : undefined,
		submittedAt: timeOf(task.created_at),
		finishedAt: isFinal(state) ? timeOf(task.updated_at) : undefined,
		error:
			state !== 'failed'
				? undefined
				: task.status.toLowerCase() === 'expired' && textOf(error.message) === undefined
					? taskError('expired', 'MiniMax gave the task up', {})
					: taskErrorIn(task, codes, reply.json),
	});
}

/**
 * Only a task in the queue may be sent a DELETE: for a running one it is refused, and of a finished one it deletes
 * the record, and with it the way to the link.
 */
export function cancelRefusal(state: TaskState): string | undefined {
	if (state.status === 'queued') return undefined;
	return 'MiniMax stops a task only while it waits in the queue, and this one is being made';
}

export function cancel(task: TaskRef): HttpCall {
	return { method: 'DELETE', path: `/v2/video_generation/${encodeURIComponent(task.taskId)}` };
}

/**
 * `cancelled`, or `deleted` for a task that finished between the status and the DELETE: its record is gone then,
 * and nobody can be asked for the link.
 * @throws GatewayFailed for `deleted`
 */
export function readCancel(reply: Reply): TaskState | undefined {
	const answer = objectOf(reply.json);
	const word = (textOf(answer.action) ?? textOf(answer.status))?.toLowerCase() ?? '';
	if (word.startsWith('delete'))
		throw new GatewayFailed({
			category: 'unsupported',
			code: 'recordDeleted',
			message:
				'The task was finished before the cancel arrived, and MiniMax deleted its record. If a callback was asked for, it has the link',
			retryable: false,
		});
	if (!word.startsWith('cancel')) return undefined;
	return { status: 'canceled', providerStatus: textOf(answer.status) ?? word };
}

const uploaded = z.looseObject({
	file: z.looseObject({ file_id: z.union([z.string().min(1), z.number()]) }),
});

/** An upload, kept for 7 days, as an order takes it. */
export function readUpload(reply: Reply): string {
	const id = textOf(parseReply(uploaded, reply).file.file_id);
	if (id === undefined || id === '0') throw unexpectedReply("'file.file_id' is empty", reply);
	return `mm_file://${id}`;
}

/** Whether a body has the form in which version 2 complains. */
export function isComplaint(json: unknown): boolean {
	const body = objectOf(json);
	return body.type === 'error' && Object.keys(objectOf(body.error)).length > 0;
}

/** The code in brackets counts, then the HTTP status. */
export function fault(reply: Reply): ProviderFault | undefined {
	const body = objectOf(reply.json);
	const message = messageOf(body) ?? '';
	const code = /\((\d{3,5})\)\s*$/.exec(message)?.[1];
	const json = code === undefined ? body : { ...body, error: { ...objectOf(body.error), code } };
	const found = readFault({ ...reply, json }, codes, isComplaint);
	if (found === undefined || found.category !== 'invalidParameters') return found;
	// 2013 stands for every refusal: what it is about is said in words
	if (/\btask[_ ]?id\b/i.test(message))
		return { ...found, category: 'notFound', retryable: isRetryable('notFound') };
	if (/\bstatus is\b/i.test(message))
		return { ...found, category: 'unsupported', code: 'notQueued' };
	return found;
}
