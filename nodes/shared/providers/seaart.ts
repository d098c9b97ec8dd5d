/**
 * SeaArt Cloud: a queue with the model slug in the path. A failed task is COMPLETED with an error, and any
 * webhook field is refused. Source: seed 000 (providers.md 5); replies in test/contract/samples.json `sa.*`.
 */
import { z } from 'zod/v4';

import { bearer } from '../auth/schemes';
import { objectOf } from '../json';
import type { ErrorCategory } from '../errors';
import type { TaskRef, TaskState, TaskStatus, VideoOrder } from '../task';
import type { HttpCall, Provider, Reply } from './contract';
import { codes as minimaxCodes, images, orderFields } from './minimaxFamily';
import {
	hasError,
	linkIn,
	messageOf,
	parseReply,
	readFault,
	statusOf,
	taskError,
	textOf,
	unexpectedReply,
	positiveOf,
	withoutEmpty,
} from './replies';

/** Note 23, not 2_3 (providers.md 5). */
const slugs: Readonly<Record<string, string>> = {
	'MiniMax-Hailuo-2.3': 'minimax_hailuo_23',
	'MiniMax-Hailuo-2.3-Fast': 'minimax_hailuo_23_fast',
	'MiniMax-Hailuo-02': 'minimax_hailuo_02',
	'T2V-01-Director': 'minimax_t2v_01_director',
	'T2V-01': 'minimax_t2v_01',
	'I2V-01-Director': 'minimax_i2v_01_director',
	'I2V-01-live': 'minimax_i2v_01_live',
	'I2V-01': 'minimax_i2v_01',
};

const words: Readonly<Record<string, TaskStatus>> = {
	in_queue: 'queued',
	queued: 'queued',
	in_progress: 'processing',
	completed: 'succeeded',
	failed: 'failed',
	canceled: 'canceled',
	cancelled: 'canceled',
};

/** `error.code`, `error_type` and `error_code` (providers.md 5), then MiniMax's own in `provider_error`. */
const codes: Readonly<Record<string, ErrorCategory>> = {
	...minimaxCodes,
	UNAUTHORIZED: 'auth',
	RATE_LIMIT_EXCEEDED: 'rateLimit',
	40201: 'balance',
	REQUEST_INVALID: 'invalidParameters',
	CONTENT_BLOCKED: 'contentPolicy',
	INFERENCE_FAILURE: 'transient',
	INFERENCE_TIMEOUT: 'transient',
	INTERNAL_SERVER_ERROR: 'transient',
};

function slugOf(order: VideoOrder): string {
	if (order.typedModel) return order.model;
	const slug = slugs[order.model];
	if (!slug.startsWith('minimax_hailuo')) return slug;
	return `${slug}_${order.mode === 'textToVideo' ? 't2v' : 'i2v'}`;
}

// Addresses are built, not taken from the reply: the key goes only to the credential's own host.
function requestPath(task: TaskRef, what: string): string {
	const slug = encodeURIComponent(task.endpoint ?? '');
	return `/v1/queue/${slug}/requests/${encodeURIComponent(task.taskId)}/${what}`;
}

const submitted = z.looseObject({
	request_id: z.union([z.string().trim().min(1), z.number()]),
});
const queried = z.looseObject({ status: z.string().min(1) });

function readStatus(reply: Reply): TaskState {
	const answer = objectOf(parseReply(queried, reply));
	const word = String(answer.status);
	const status = statusOf(word, words);
	const state = withoutEmpty<TaskState>({
		status,
		providerStatus: word,
		queuePosition: status === 'queued' ? positiveOf(answer.queue_position) : undefined,
	});
	const type = textOf(answer.error_type);
	const complaint = answer.error ?? answer.provider_error;
	const failed =
		state.status === 'failed' ||
		type !== undefined ||
		(complaint !== undefined && complaint !== null && complaint !== '');
	if (!failed || (state.status !== 'succeeded' && state.status !== 'failed')) return state;
	if (type === 'CANCELED') return { ...state, status: 'canceled' };
	const error = objectOf(answer.error);
	const upstream = objectOf(answer.provider_error);
	// the upstream code says more than SeaArt's general one: 1026 is content, TASK_FAILED is anything
	const code = [textOf(upstream.code), type, textOf(error.code)].find(
		(c) => c !== undefined && Object.hasOwn(codes, c),
	);
	const message = [textOf(answer.error), textOf(error.message), textOf(upstream.message)];
	return {
		...state,
		status: 'failed',
		error: taskError(
			code ?? type ?? textOf(error.code),
			message.filter((text) => text !== undefined).join(': ') || messageOf(answer),
			codes,
		),
	};
}

export const seaart: Provider = {
	id: 'seaart',
	credential: 'hailuoSeaArtApi',
	sign: bearer,
	camera: 'chinese',
	images,
	modelNameIs: 'the model slug, e.g. minimax_hailuo_02_i2v',
	submit(order) {
		const endpoint = slugOf(order);
		// contracts allow no field that is not listed: the model is in the path only (providers.md 1.3)
		return {
			call: {
				method: 'POST',
				path: `/v1/queue/${encodeURIComponent(endpoint)}`,
				body: orderFields(order),
			},
			endpoint,
		};
	},
	readSubmit(reply) {
		const answer = parseReply(submitted, reply);
		// a complaint carries the ID of the call
		if (hasError(answer.error) || answer.detail !== undefined)
			throw unexpectedReply("an error beside 'request_id'", reply);
		return String(answer.request_id);
	},
	status: (task) => ({ method: 'GET', path: requestPath(task, 'status') }),
	readStatus,
	link: {
		call: (task) => ({ method: 'GET', path: requestPath(task, 'response') }),
		read(reply) {
			if (reply.status === 202) return undefined;
			const { outputs, output } = objectOf(reply.json);
			const listed: unknown[] = Array.isArray(outputs) ? outputs : [];
			const video = listed.find((one) => objectOf(one).type === 'video');
			const url = linkIn(video) ?? linkIn(listed) ?? linkIn(output);
			return url === undefined ? undefined : { url };
		},
	},
	cancel: {
		call: (task): HttpCall => ({ method: 'PUT', path: requestPath(task, 'cancel') }),
		// the answer's body is not documented: the status tells (providers.md 5)
		read: () => undefined,
	},
	probe: {
		method: 'GET',
		path: requestPath(
			{ provider: 'seaart', taskId: 'credential-test', endpoint: 'minimax_hailuo_02_i2v' },
			'status',
		),
	},
	// "Request not found", and not the "Endpoint not found" of another server (providers.md 5)
	probed({ json }) {
		const { detail, error, request_id } = objectOf(json);
		const said = [detail, error, objectOf(error).message].map(textOf).join(' ');
		return (
			/\b(?:request|task)\b.*\bnot (?:be )?found|insufficient credits/i.test(said) ||
			request_id !== undefined
		);
	},
	fault(reply) {
		// a late cancel is no complaint: the task is finished, and its status says how (fal.ai's protocol, inferred)
		if (objectOf(reply.json).status === 'ALREADY_COMPLETED') return undefined;
		return readFault(
			reply,
			codes,
			(body) => textOf(body.status) === undefined && (body.error ?? '') !== '',
		);
	},
};
