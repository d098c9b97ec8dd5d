/**
 * What MiniMax and its two look-alikes (V-API, Pixazo) have in common: the order's fields, `base_resp`, the
 * codes and the status words. Source: seeds 001 and 004, platform.minimax.io (providers.md 2).
 */
import type { JsonObject } from 'n8n-workflow';
import { z } from 'zod/v4';

import type { ErrorCategory } from '../errors';
import { objectOf } from '../json';
import type { TaskRef, TaskState, TaskStatus, VideoOrder } from '../task';
import {
	hasError,
	idOf,
	linkIn,
	parseReply,
	positiveOf,
	readFault,
	statusOf,
	taskErrorIn,
	textOf,
	unexpectedReply,
	withoutEmpty,
} from './replies';
import type { HttpCall, Reply, SentImageRules, VideoLink } from './contract';

/** MiniMax's codes in `base_resp.status_code` (providers.md 2, table of errors). */
export const codes: Readonly<Record<string, ErrorCategory>> = {
	1000: 'transient',
	1001: 'transient',
	1002: 'rateLimit',
	1004: 'auth',
	1008: 'balance',
	1013: 'transient',
	1024: 'transient',
	1026: 'contentPolicy',
	1027: 'contentPolicy',
	1028: 'balance',
	1030: 'balance',
	1033: 'transient',
	1039: 'rateLimit',
	1041: 'rateLimit',
	1042: 'invalidParameters',
	1043: 'invalidParameters',
	1044: 'invalidParameters',
	2013: 'invalidParameters',
	2037: 'invalidParameters',
	2039: 'invalidParameters',
	2042: 'invalidParameters',
	2045: 'rateLimit',
	2048: 'invalidParameters',
	2049: 'auth',
	2056: 'balance',
	2061: 'unsupported',
	20132: 'invalidParameters',
};

/** Status words in lower case: query answers, callbacks, relays (providers.md 1.1). */
export const words: Readonly<Record<string, TaskStatus>> = {
	preparing: 'queued',
	queueing: 'queued',
	queued: 'queued',
	not_start: 'queued',
	submitted: 'queued',
	processing: 'processing',
	in_progress: 'processing',
	success: 'succeeded',
	completed: 'succeeded',
	fail: 'failed',
	failed: 'failed',
	failure: 'failed',
	error: 'failed',
};

/** Under 20 MB, short side over 300 px, ratio between 2:5 and 5:2 (seeds 001, 004). */
export const images: SentImageRules = {
	formats: ['jpeg', 'png', 'webp'],
	maxBytes: 20 * 1024 * 1024,
	minShortSide: 300,
	ratio: [2 / 5, 5 / 2],
	transport: 'inline',
};

/** The body of MiniMax's own order, as V-API relays it too. */
export function orderBody(order: VideoOrder): JsonObject {
	return { model: order.model, ...orderFields(order) };
}

/** The order without its model. S2V-01 has no duration and no resolution field. */
export function orderFields(order: VideoOrder): JsonObject {
	const subject = order.mode === 'subjectReference';
	return withoutEmpty({
		prompt: order.prompt,
		duration: subject ? undefined : order.duration || undefined,
		resolution: subject ? undefined : order.resolution,
		first_frame_image: order.firstFrame,
		last_frame_image: order.lastFrame,
		subject_reference: order.subject ? [{ type: 'character', image: [order.subject] }] : undefined,
		prompt_optimizer: order.promptOptimizer,
		fast_pretreatment: order.fastPretreatment,
		aigc_watermark: order.watermark,
	}) as JsonObject;
}

const submitted = z.object({ task_id: z.union([z.string(), z.number()]) });

/** `task_id` of a submit answer; may come as a number. */
export function readTaskId(reply: Reply): string {
	const id = idOf(parseReply(submitted, reply).task_id);
	if (id === undefined) throw unexpectedReply("'task_id' is empty", reply);
	return id;
}

/** The state in a query answer, or in one layer of a relay's envelope. */
export function readState(layer: Record<string, unknown>): TaskState {
	const word = textOf(layer.status);
	const said = statusOf(word, words);
	const code = textOf(objectOf(layer.base_resp).status_code);
	// a clip that moderation keeps back: a success with a code, and nothing to fetch
	const heldBack =
		said === 'succeeded' &&
		code !== undefined &&
		codes[code] === 'contentPolicy' &&
		idOf(layer.file_id) === undefined &&
		linkIn(layer) === undefined;
	const status = heldBack ? 'failed' : said;
	return withoutEmpty<TaskState>({
		status,
		providerStatus: word,
		fileId: idOf(layer.file_id),
		width: positiveOf(layer.video_width),
		height: positiveOf(layer.video_height),
		error: status === 'failed' ? taskErrorIn(layer, codes) : undefined,
	});
}

/**
 * A failed *task* carries its reason in `base_resp` beside a status word; a failed *call* has a code and no
 * status word (providers.md 1.1, inferred).
 */
export function failedInside(body: Record<string, unknown>): boolean {
	const code = textOf(objectOf(body.base_resp).status_code);
	const failed = (code !== undefined && code !== '0') || (hasError(body.error) && !body.task_id);
	return failed && textOf(body.status) === undefined;
}

export const fault = (reply: Reply) => readFault(reply, codes, failedInside);

/**
 * The address in the answer of files/retrieve; it lives 1 hour (or 9: the pages disagree), so it carries no date.
 * @returns undefined while there is none
 */
export function readFile(reply: Reply): VideoLink | undefined {
	const body = objectOf(reply.json);
	const url = linkIn(body.file) ?? linkIn(objectOf(body.data).file) ?? linkIn(body);
	return url === undefined ? undefined : { url };
}

/** The call for the address of a file; undefined as long as the gateway has not said which file it is. */
export const fileCall =
	(path: string) =>
	(_task: TaskRef, { fileId }: TaskState): HttpCall | undefined =>
		fileId === undefined ? undefined : { method: 'GET', path, query: { file_id: fileId } };
