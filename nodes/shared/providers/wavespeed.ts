/**
 * WaveSpeed AI: predictions; the path carries model and resolution, `code` inside HTTP 200 is the true status.
 * Source: seed 002 and wavespeed.ai/docs (providers.md 4); replies in test/contract/samples.json `ws.*`.
 */
import type { JsonObject } from 'n8n-workflow';
import { z } from 'zod/v4';

import { bearer } from '../auth/schemes';
import type { ReferenceKind } from '../catalog/gateways';
import type { ErrorCategory } from '../errors';
import { isObject, objectOf } from '../json';
import type { TaskError, TaskState, TaskStatus, VideoOrder } from '../task';
import { bodyOf, eventOf, refused, signatureFault } from './callbacks';
import type { CallbackEvent, CallbackMessage, Provider, Reply } from './contract';
import { h3Images, h3References } from './hailuo3';
import { images } from './minimaxFamily';
import {
	emptyEnvelope,
	linkIn,
	numberOf,
	parseReply,
	readFault,
	statusOf,
	taskErrorIn,
	textOf,
	timeOf,
	unexpectedReply,
	withoutEmpty,
} from './replies';

const words: Readonly<Record<string, TaskStatus>> = {
	created: 'queued',
	pending: 'queued',
	queued: 'queued',
	starting: 'processing',
	processing: 'processing',
	completed: 'succeeded',
	succeeded: 'succeeded',
	failed: 'failed',
	timeout: 'failed',
	cancelled: 'canceled',
	canceled: 'canceled',
	deleted: 'canceled',
};

/** The error-codes page (providers.md 4). */
const codes: Readonly<Record<string, ErrorCategory>> = {
	1200: 'contentPolicy',
	1400: 'invalidParameters',
	1401: 'invalidParameters',
	1402: 'invalidParameters',
	1403: 'transient',
	1405: 'transient',
	5000: 'transient',
	5003: 'transient',
	5004: 'transient',
};

/** Paths by model: [512P, 768P, 1080P] image to video, then the stem of the others (providers.md 4, table). */
const families: Readonly<Record<string, string>> = {
	'MiniMax-Hailuo-2.3': 'minimax/hailuo-2.3',
	'MiniMax-Hailuo-2.3-Fast': 'minimax/hailuo-2.3',
	'MiniMax-Hailuo-02': 'minimax/hailuo-02',
};

/** MiniMax's own Hailuo 3, and the open weights that WaveSpeed runs itself (docs/providers.md 11.2). */
const h3Families: Readonly<Record<string, string>> = {
	'MiniMax-H3': 'minimax/h3',
	'MiniMax-H3-Open': 'wavespeed-ai/minimax-h3',
};
const h3Typed = /(^|\/)(minimax-)?h\d/i;

/** Paths of Hailuo 3 say the mode; resolution and ratio are fields. */
function isH3(order: VideoOrder): boolean {
	return order.typedModel ? h3Typed.test(order.model) : Object.hasOwn(h3Families, order.model);
}

function h3Body(order: VideoOrder): JsonObject {
	const linksOf = (kind: ReferenceKind) => {
		const links = (order.references ?? []).filter((one) => one.kind === kind);
		return links.length > 0 ? links.map(({ link }) => link) : undefined;
	};
	return withoutEmpty({
		prompt: order.prompt,
		aspect_ratio: order.aspectRatio,
		image: order.firstFrame,
		last_image: order.lastFrame,
		reference_images: linksOf('image'),
		reference_videos: linksOf('video'),
		reference_audios: linksOf('audio'),
		// lower case here: 768p, 2k
		resolution: order.resolution.toLowerCase(),
		duration: order.duration || undefined,
		seed: order.seed,
	}) as JsonObject;
}

function pathOf(order: VideoOrder): string {
	if (order.typedModel)
		return order.model.split('/').filter(Boolean).map(encodeURIComponent).join('/');
	if (isH3(order)) {
		const kind = order.mode === 'firstLastFrame' ? 'imageToVideo' : order.mode;
		return `${h3Families[order.model]}/${kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
	}
	const family = families[order.model];
	const tier = order.resolution === '1080P' ? 'pro' : 'standard';
	if (order.model === 'MiniMax-Hailuo-2.3-Fast')
		return `${family}/${tier === 'pro' ? 'fast-pro' : 'fast'}`;
	if (order.resolution === '512P') return `${family}/fast`;
	if (order.mode === 'textToVideo') return `${family}/t2v-${tier}`;
	if (order.mode === 'imageToVideo') return `${family}/i2v-${tier}`;
	// both frames: the unified paths document `end_image` without conflict (providers.md 4)
	return `${family}/${tier}`;
}

function body(order: VideoOrder): JsonObject {
	if (isH3(order) || order.references) return h3Body(order);
	// pro paths have no duration field; a typed path gets what the user typed
	const pro = !order.typedModel && order.resolution === '1080P';
	return withoutEmpty({
		prompt: order.prompt,
		image: order.firstFrame,
		end_image: order.lastFrame,
		duration: pro ? undefined : order.duration || undefined,
		enable_prompt_expansion: order.promptOptimizer,
	}) as JsonObject;
}

const id = z.union([z.string().trim().min(1), z.number()]);
/** A submit answer is asked for no more than the id: a paid task must not be lost over a missing word. */
const submitted = z.looseObject({ id });
const answered = z.looseObject({ id, status: z.string().min(1) });

/** The prediction in its envelope, or bare, as the pages of Hailuo 3 print it (docs/providers.md 11.2). */
function bare(reply: Reply): Reply {
	const body = objectOf(reply.json);
	return { ...reply, json: body.id === undefined && isObject(body.data) ? body.data : body };
}

/** A flag for each output tells moderation, also where no code does (docs/providers.md 4). */
function reasonOf(data: Record<string, unknown>, around: unknown): TaskError {
	const error = taskErrorIn(data, codes, around);
	const flags = data.has_nsfw_contents;
	const flagged = Array.isArray(flags) ? flags.includes(true) : flags === true;
	return flagged ? { ...error, category: 'contentPolicy', retryable: false } : error;
}

function readStatus(reply: Reply): TaskState {
	const { id, data: inner } = objectOf(reply.json);
	if (id === undefined && inner === null) throw emptyEnvelope();
	const data = parseReply(answered, bare(reply));
	const status = statusOf(data.status, words);
	return withoutEmpty<TaskState>({
		status,
		providerStatus: data.status,
		// only a finished task's output is the video
		videoUrl: status === 'succeeded' ? (linkIn(data.outputs) ?? linkIn(data.output)) : undefined,
		submittedAt: timeOf(data.created_at),
		error: status === 'failed' ? reasonOf(data, reply.json) : undefined,
	});
}

const uploaded = z.looseObject({ data: z.looseObject({ download_url: z.string().min(1) }) });

/** ISO 4217 out of a code in any case, or the sign of the dollar. */
const currencyOf = (value: unknown) =>
	textOf(value)
		?.toUpperCase()
		.replace(/^(?:US)?\$$/, 'USD');

const signature = {
	id: 'webhook-id',
	timestamp: 'webhook-timestamp',
	signature: 'webhook-signature',
};

/** Flat prediction, signed `v3,<hex>`; the secret without `whsec_` as plain bytes (providers.md 4, Webhook). */
function readCallback(message: CallbackMessage): CallbackEvent {
	const key = message.secret.replace(/^whsec_/, '');
	const fault = signatureFault(message, signature, key, (text) =>
		text
			.split(' ')
			.filter((part) => part.startsWith('v3,'))
			.map((part) => part.slice(3)),
	);
	if (fault) return refused(401, fault);
	const body = bodyOf(message);
	if (!body) return refused(400, 'the body is no JSON object');
	const id = textOf(body.id);
	if (id === undefined) return { kind: 'ignored', reason: 'no prediction' };
	return eventOf(id, body, readStatus);
}

export const wavespeed: Provider = {
	id: 'wavespeed',
	credential: 'hailuoWaveSpeedApi',
	sign: bearer,
	camera: 'english',
	// no WebP; the ratio bounds themselves are refused (seed 002)
	images: { ...images, formats: ['jpeg', 'png'], ratioExclusive: true },
	// not published for Hailuo 3: MiniMax's own are the safe set (docs/providers.md 11.2)
	imagesOf: (model) =>
		Object.hasOwn(h3Families, model) || h3Typed.test(model) ? h3Images : wavespeed.images,
	references: h3References('upload'),
	modelNameIs: 'the model path, e.g. minimax/hailuo-02/i2v-standard',
	submit: (order) => ({
		call: { method: 'POST', path: `/api/v3/${pathOf(order)}`, body: body(order) },
	}),
	readSubmit: (reply) => String(parseReply(submitted, bare(reply)).id),
	status: (task) => ({
		method: 'GET',
		path: `/api/v3/predictions/${encodeURIComponent(task.taskId)}/result`,
	}),
	readStatus,
	cancel: {
		call: (task) => ({
			method: 'DELETE',
			path: `/api/v3/predictions/${encodeURIComponent(task.taskId)}`,
		}),
		read: (reply) => (answered.safeParse(bare(reply).json).success ? readStatus(reply) : undefined),
	},
	// for videos and audios: images go as data URLs (providers.md 4)
	upload: {
		call: (media) => ({
			method: 'POST',
			path: '/api/v3/media/upload/binary',
			file: { field: 'file', media },
		}),
		read: (reply) => parseReply(uploaded, reply).data.download_url,
	},
	// `inputs` are the order's own body (docs/providers.md 13)
	price: {
		call: ({ path, body = {} }) => ({
			method: 'POST',
			path: '/api/v3/model/price',
			body: { model_id: path.replace(/^\/api\/v3\//, ''), inputs: body },
		}),
		read(reply) {
			const { discounted_price, price, currency } = objectOf(objectOf(reply.json).data);
			// what is charged, where the list price is discounted; 0 is a price that is not known
			const amount = [discounted_price, price].map(numberOf).find((one) => (one ?? 0) > 0);
			if (amount === undefined) throw unexpectedReply("no 'data.price'", reply);
			return { amount, currency: currencyOf(currency) ?? 'USD' };
		},
	},
	balance: [
		{
			calls: () => [{ method: 'GET', path: '/api/v3/balance' }],
			read([reply]) {
				const amount = numberOf(objectOf(objectOf(reply.json).data).balance);
				if (amount === undefined) throw unexpectedReply("no 'data.balance'", reply);
				return { amount, currency: 'USD', unlimited: false };
			},
		},
	],
	callback: {
		signed: true,
		attach: (call, url) => ({ ...call, query: { ...call.query, webhook: url } }),
		read: readCallback,
	},
	fault: (reply) =>
		readFault(reply, codes, (answer) => {
			// the `code` of a bare prediction is the reason why it failed
			if (textOf(answer.id) !== undefined) return false;
			const code = textOf(answer.code);
			return code !== undefined && code !== '200';
		}),
};
