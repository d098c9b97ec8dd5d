/**
 * ToAPIs: OpenAI-like `generation.task` objects; takes no base64, so images are uploaded first.
 * Source: seed 003 and docs.toapis.com (providers.md 6); replies in test/contract/samples.json `ta.*`.
 */
import type { JsonObject } from 'n8n-workflow';
import { z } from 'zod/v4';

import { bearer } from '../auth/schemes';
import type { ReferenceKind } from '../catalog/gateways';
import type { ErrorCategory } from '../errors';
import { objectOf } from '../json';
import type { TaskState, TaskStatus, VideoOrder } from '../task';
import { bodyOf, eventOf, inBody, refused, signatureFault } from './callbacks';
import type { Balance, CallbackEvent, CallbackMessage, Provider, Reply } from './contract';
import { h3Images, h3References, h3TypedName } from './hailuo3';
import { images } from './minimaxFamily';
import {
	hasError,
	idOf,
	linkIn,
	numberOf,
	otherKindOf,
	parseReply,
	positiveOf,
	readFault,
	statusOf,
	taskErrorIn,
	textOf,
	timeOf,
	unexpectedReply,
	withoutEmpty,
} from './replies';

const words: Readonly<Record<string, TaskStatus>> = {
	queued: 'queued',
	submitted: 'queued',
	pending: 'queued',
	in_progress: 'processing',
	processing: 'processing',
	completed: 'succeeded',
	failed: 'failed',
	cancelled: 'canceled',
	canceled: 'canceled',
};

/** `error.code` and `error.type` (providers.md 1.2 and 6); numbers there are HTTP codes. */
const codes: Readonly<Record<string, ErrorCategory>> = {
	authentication_error: 'auth',
	insufficient_quota: 'balance',
	rate_limit_exceeded: 'rateLimit',
	rate_limit_error: 'rateLimit',
	rate_limit_unavailable: 'rateLimit',
	content_policy_violation: 'contentPolicy',
	not_found_error: 'notFound',
	webhook_not_configured: 'invalidParameters',
	generation_failed: 'transient',
};

/** Hailuo 3 has its fields on the top level, files by their roles; secondary sources (docs/providers.md 11.3). */
function h3Body(order: VideoOrder): JsonObject {
	const roles = (kind: ReferenceKind) =>
		(order.references ?? [])
			.filter((one) => one.kind === kind)
			.map(({ link }) => ({ url: link, role: `reference_${kind}` }));
	const frames = [
		...(order.firstFrame ? [{ url: order.firstFrame, role: 'first_frame' }] : []),
		...(order.lastFrame ? [{ url: order.lastFrame, role: 'last_frame' }] : []),
	];
	const listed = (items: JsonObject[]) => (items.length > 0 ? items : undefined);
	return withoutEmpty({
		model: order.model,
		prompt: order.prompt,
		duration: order.duration || undefined,
		// the shape of the frames, which is the default of no other field
		aspect_ratio: order.aspectRatio ?? (frames.length > 0 ? 'adaptive' : undefined),
		// 768p, but 2K
		resolution: order.resolution.replace(/P$/, 'p'),
		watermark: order.watermark,
		image_with_roles: listed([...frames, ...roles('image')]),
		video_with_roles: listed(roles('video')),
		audio_with_roles: listed(roles('audio')),
	}) as JsonObject;
}

function body(order: VideoOrder): JsonObject {
	if (h3TypedName.test(order.model) || order.references) return h3Body(order);
	const metadata = withoutEmpty({
		last_frame_image: order.lastFrame,
		prompt_optimizer: order.promptOptimizer,
		fast_pretreatment: order.fastPretreatment,
		watermark: order.watermark,
	});
	return withoutEmpty({
		model: order.model,
		prompt: order.prompt,
		duration: order.duration || undefined,
		resolution: order.resolution,
		image_urls: order.firstFrame ? [order.firstFrame] : undefined,
		metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
	}) as JsonObject;
}

const queried = z.looseObject({ status: z.string().min(1) });

/** @param around what the task came in: of a callback, its whole message */
function readStatus(reply: Reply, around?: unknown): TaskState {
	const answer = parseReply(queried, reply);
	const status = statusOf(answer.status, words);
	const result = objectOf(answer.result);
	return withoutEmpty<TaskState>({
		status,
		providerStatus: answer.status,
		progress:
			typeof answer.progress === 'number' && answer.progress > 0
				? positiveOf(answer.progress)
				: undefined,
		// a token makes images and sound, too: their tasks look the same but for this word (providers.md 6)
		otherKind: otherKindOf(answer.task_type ?? objectOf(answer.result).type),
		// some samples have a top-level url (providers.md 6)
		videoUrl: linkIn(result.data) ?? linkIn(result) ?? linkIn(answer),
		videoUrlExpiresAt: status === 'succeeded' ? timeOf(answer.expires_at) : undefined,
		submittedAt: timeOf(answer.created_at),
		finishedAt: timeOf(answer.completed_at),
		error: status === 'failed' ? taskErrorIn(answer, codes, around) : undefined,
	});
}

/** `id` of the newest page, `data[0].task_id` of the older one (accepted when reading). */
function readSubmit(reply: Reply): string {
	const answer = objectOf(reply.json);
	const older = objectOf(Array.isArray(answer.data) ? answer.data[0] : answer.data);
	const id = idOf(answer.id) ?? idOf(older.task_id) ?? idOf(answer.task_id);
	if (id === undefined) throw unexpectedReply("no 'id'", reply);
	return id;
}

const signature = {
	id: 'x-toapis-webhook-id',
	timestamp: 'x-toapis-webhook-timestamp',
	signature: 'x-toapis-webhook-signature',
};

/** Signed `v1=<hex>`, for a day after a key change two of them (providers.md 6, Webhook). */
function readCallback(message: CallbackMessage): CallbackEvent {
	const fault = signatureFault(message, signature, message.secret, (text) =>
		text
			.split(',')
			.map((part) => part.trim())
			.filter((part) => part.startsWith('v1='))
			.map((part) => part.slice(3)),
	);
	if (fault) return refused(401, fault);
	const body = bodyOf(message);
	if (!body) return refused(400, 'the body is no JSON object');
	const type = textOf(body.type) ?? '';
	if (type !== 'generation.completed' && type !== 'generation.failed')
		return { kind: 'ignored', reason: `event ${type}` };
	const data = objectOf(body.data);
	const answer = {
		...data,
		created_at: data.submitted_at,
		completed_at: data.finished_at,
	};
	// the type names the event: no code of a failure
	const around = { ...body, type: undefined };
	return eventOf(textOf(data.task_id) ?? '', answer, (reply) => readStatus(reply, around));
}

const uploaded = z.looseObject({ data: z.looseObject({ url: z.string().min(1) }) });

/** 200 credits are a dollar; the unit of `remain_balance` is what the console is set to (docs/providers.md 13). */
function readBalance([reply]: Reply[]): Balance {
	const answer = objectOf(reply.json);
	const credits = numberOf(answer.remain_credits);
	const amount = numberOf(answer.remain_balance);
	if (answer.unlimited_quota === true || amount === -1) return { unlimited: true };
	if (credits !== undefined) return { amount: credits / 200, currency: 'USD', unlimited: false };
	if (amount === undefined) throw unexpectedReply("no 'remain_balance'", reply);
	return { amount, unit: 'as set in the console: USD, CNY or tokens', unlimited: false };
}

export const toapis: Provider = {
	id: 'toapis',
	credential: 'hailuoToApisApi',
	sign: bearer,
	camera: 'english',
	// the upload takes 10 MB, whatever the generation page says (providers.md 1.5)
	images: { ...images, maxBytes: 10 * 1024 * 1024, transport: 'upload' },
	imagesOf: (model) =>
		h3TypedName.test(model)
			? {
					...h3Images,
					formats: ['jpeg', 'png', 'webp'],
					maxBytes: 10 * 1024 * 1024,
					transport: 'upload',
				}
			: toapis.images,
	// its upload takes images only
	references: h3References('url'),
	modelNameIs: 'the model name, e.g. MiniMax-Hailuo-02',
	submit: (order) => ({
		call: { method: 'POST', path: '/v1/videos/generations', body: body(order) },
	}),
	readSubmit,
	// does not prevent a double bill, but finds the task when its answer was lost (providers.md 6)
	withReference: (call, reference) => ({
		...call,
		body: { ...call.body, client_business_id: reference },
	}),
	status: (task) => ({
		method: 'GET',
		path: `/v1/videos/generations/${encodeURIComponent(task.taskId)}`,
	}),
	readStatus: (reply) => readStatus(reply),
	upload: {
		call: (media) => ({
			method: 'POST',
			path: '/v1/uploads/images',
			file: { field: 'file', media },
		}),
		read: (reply) => parseReply(uploaded, reply).data.url,
	},
	balance: [
		// the account's first: a key without a limit of its own says nothing
		{ calls: () => [{ method: 'GET', path: '/v1/user/balance' }], read: readBalance },
		{ calls: () => [{ method: 'GET', path: '/v1/balance' }], read: readBalance },
	],
	// only path and query may differ from the address in ToAPIs' console
	callback: { signed: true, attach: inBody, read: readCallback },
	fault: (reply) =>
		readFault(
			reply,
			codes,
			(answer) =>
				answer.success === false || (textOf(answer.status) === undefined && hasError(answer.error)),
		),
};
