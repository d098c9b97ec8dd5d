'use strict';

/** ToAPIs: pictures only by URL (there is an upload), tasks found again by the customer's own id. */

const { createHmac, randomBytes } = require('node:crypto');
const check = require('../lib/check');
const { formatOf } = require('../lib/pictures');
const money = require('../lib/money');
const h3 = require('../lib/toApisH3');

const { Invalid, Refused, flag, oneOf, required, text } = check;

const DAY = 86_400_000;
const UPLOAD_BYTES = 10 * 1024 * 1024;
const LINK = check.picture({ dataUrl: false, formats: [] });

const HAILUO_23 = { '768P': [6, 10], '1080P': [6] };
const HAILUO_02 = { '768P': [6, 10], '1080P': [6] };

/** model -> mode -> resolution -> durations. The page ticks 512P for text, its text denies it. */
const TABLE = {
	'MiniMax-Hailuo-02': {
		textToVideo: HAILUO_02,
		imageToVideo: { '512P': [6, 10], ...HAILUO_02 },
		firstLastFrame: HAILUO_02,
	},
	'MiniMax-Hailuo-2.3': { textToVideo: HAILUO_23, imageToVideo: HAILUO_23 },
	'MiniMax-Hailuo-2.3-Fast': { imageToVideo: HAILUO_23 },
};

const BUSINESS_ID = text({ empty: false });
const COMMON = { callback_url: check.callback(), client_business_id: BUSINESS_ID };
const FIELDS = {
	model: required(oneOf([...Object.keys(TABLE), h3.MODEL])),
	prompt: text({ max: 2000 }),
	duration: oneOf([6, 10]),
	resolution: oneOf(['512P', '768P', '1080P']),
	image_urls: check.list(LINK, { max: 1 }),
	metadata: check.group({
		last_frame_image: LINK,
		prompt_optimizer: flag(),
		fast_pretreatment: flag(),
		watermark: flag(),
		client_business_id: BUSINESS_ID,
	}),
	...COMMON,
};

/** With the customer's own reference, wherever it stands. */
function read({ body }, world) {
	const facts = h3.readH3(body, COMMON, world) ?? readHailuo(body, world);
	if (body.callback_url) checkCallback(body.callback_url, world.options.webhookUrl);
	const businessId = body.client_business_id ?? body.metadata?.client_business_id;
	return { ...facts, ...(businessId && { businessId }) };
}

function readHailuo(body, world) {
	// The model decides which fields there are, so it is looked at first.
	if (body?.model !== undefined) FIELDS.model.check(body.model, 'model');
	check.checkFields(body, FIELDS);
	const { model, prompt, resolution = '768P', duration = 6, image_urls = [], metadata = {} } = body;
	const lastFrame = metadata.last_frame_image;
	if (lastFrame && image_urls.length === 0) {
		throw new Invalid('image_urls', 'must hold the first frame when there is a last one');
	}
	let mode = image_urls.length > 0 ? 'imageToVideo' : 'textToVideo';
	if (lastFrame) mode = 'firstLastFrame';

	const row = TABLE[model][mode];
	if (!row) throw new Invalid('model', `${model} does not do ${mode}`);
	// The pages of the 2.3 models ask for a prompt in every mode.
	const needsPrompt = mode === 'textToVideo' || model !== 'MiniMax-Hailuo-02';
	if (needsPrompt && !prompt?.trim()) throw new Invalid('prompt', 'is required');
	check.checkCell(row, model, resolution, duration);
	for (const url of image_urls) checkAlive('image_urls', url, world);
	if (lastFrame) checkAlive('metadata.last_frame_image', lastFrame, world);
	return { model, mode, prompt, resolution, duration };
}

function checkAlive(field, url, world) {
	if (!world.isLinkAlive(url)) throw new Invalid(field, 'names an upload that does not exist');
}

/** Callbacks are switched on in the console; a request may change only path and query. */
function checkCallback(url, configured) {
	if (!configured) {
		throw new Refused(
			errorReply(400, 'webhook_not_configured', 'webhook is not configured for this token'),
		);
	}
	if (new URL(url).origin !== new URL(configured).origin) {
		throw new Invalid('callback_url', 'must have the scheme, host and port of the configured URL');
	}
}

const seconds = (ms) => Math.floor(ms / 1000);

const taskBody = (task, status, progress) => ({
	id: task.id,
	...(task.businessId && { client_business_id: task.businessId }),
	object: 'generation.task',
	model: task.model,
	status,
	progress,
	created_at: seconds(task.submittedAt),
});

function submitted(task) {
	return { status: 200, body: { ...taskBody(task, 'queued', 0), metadata: {} } };
}

const ERRORS = {
	content: { code: 'content_policy_violation', message: 'content policy violation' },
	/** Its upstream's moderation, under the code of any failure. */
	nsfw: {
		code: 'generation_failed',
		message: 'The request was rejected by the content moderation system',
	},
	generic: {
		code: 'generation_failed',
		message: 'call upstream API failed: upstream returned status 422',
	},
};

function status({ task }, world) {
	const phase = world.phase(task);
	const progress = world.progress(task);
	const reply = (word, extra) => ({
		status: 200,
		body: { ...taskBody(task, word, progress), ...extra },
	});
	if (phase === 'queued') return reply(world.word(task, 'queued'));
	if (phase === 'processing') return reply(world.word(task, 'in_progress'));
	if (phase === 'canceled') return reply(world.endWord(task, 'cancelled'));
	if (phase === 'failed') return reply(world.endWord(task, 'failed'), { error: errorOf(task) });
	return reply(world.endWord(task, 'completed'), {
		completed_at: seconds(task.readyAt),
		expires_at: seconds(task.readyAt + (world.options.linkMs ?? DAY)),
		result: world.isLinked(task) ? resultOf(task, world) : null,
	});
}

const errorOf = ({ outcome: { category } }) =>
	category === 'silent' ? null : (ERRORS[category] ?? ERRORS.generic);
const resultOf = (task, world) => ({
	type: 'video',
	data: [{ url: world.videoUrl(task), format: 'mp4' }],
});

/** An event's envelope; the formats of its id, version and times are inferred. */
function eventOf(type, atMs, data) {
	const id = `evt_${ulid()}`;
	const body = { id, type, api_version: '2026-01-01', created_at: seconds(atMs), data };
	return { id, event: type, body };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const callback = {
	field: 'callback_url',
	/** The console's address is called when the request names none. */
	target: ({ body }, { webhookUrl }) => body.callback_url ?? webhookUrl,
	final(task, world) {
		const { status } = task.outcome;
		if (status === 'canceled') return undefined;
		const done = status === 'succeeded';
		const word = done ? 'completed' : 'failed';
		return eventOf(`generation.${word}`, task.readyAt, {
			task_id: task.id,
			...(task.businessId && { client_business_id: task.businessId }),
			task_type: 'video',
			model: task.model,
			status: word,
			progress: done ? 100 : 0,
			result: done ? resultOf(task, world) : null,
			error: done ? null : errorOf(task),
			submitted_at: seconds(task.submittedAt),
			finished_at: seconds(task.readyAt),
		});
	},
	/** The console's button. */
	test: ({ now }) => eventOf('endpoint.test', now(), {}),
	// Inferred: the published list is the waiting before each attempt, the first one being at once.
	repeatAfterMs: [10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR],
	headers: { 'user-agent': 'ToAPIs-Webhook/1.0' },
	/** For a day after a change of the key, the old one signs too. */
	secrets: ({ webhookSecret, webhookSecretBefore }) =>
		[webhookSecret, webhookSecretBefore].filter(Boolean),
	sign({ message, seconds: time, raw, secrets }) {
		const text = `${message.id}.${time}.${raw}`;
		const digests = secrets.map(
			(secret) => `v1=${createHmac('sha256', secret).update(text).digest('hex')}`,
		);
		return {
			'X-ToAPIs-Webhook-Id': message.id,
			'X-ToAPIs-Webhook-Timestamp': String(time),
			'X-ToAPIs-Webhook-Signature': digests.join(','),
		};
	},
};

const uploadError = (message, status = 400) => ({ status, body: { success: false, message } });

function upload({ file, fields }, world) {
	if (fields.purpose !== undefined && fields.purpose !== 'generation') {
		throw new Refused(uploadError('purpose must be generation'));
	}
	if (file.bytes.length > UPLOAD_BYTES) {
		throw new Refused(uploadError('Image too large. Maximum size is 10MB'));
	}
	const format = formatOf(file.bytes);
	if (!format) throw new Refused(uploadError('file must be a JPEG, PNG, WebP or GIF image'));
	const { id, url } = world.keepUpload(file.bytes, format);
	return {
		status: 200,
		body: {
			success: true,
			message: '',
			data: {
				id: `upload_${id}`,
				url,
				mime_type: `image/${format}`,
				size: file.bytes.length,
			},
		},
	};
}

const TYPES = { 401: 'authentication_error', 404: 'not_found_error', 429: 'rate_limit_error' };

function errorReply(status, code, message) {
	const type = TYPES[status] ?? (status < 500 ? 'invalid_request_error' : undefined);
	return { status, body: { error: { code, message, ...(type && { type }) } } };
}

/** Submits are counted per minute; the headers say when the next one may come. */
function rateLimited(message, { waitMs = 3000, perMinute = 300 } = {}) {
	const wait = String(Math.ceil(waitMs / 1000));
	return {
		status: 429,
		headers: {
			'retry-after': wait,
			'x-ratelimit-category': 'async_submit',
			'x-ratelimit-limit': String(perMinute),
			'x-ratelimit-remaining': '0',
			'x-ratelimit-reset': wait,
		},
		body: {
			error: { code: 'rate_limit_exceeded', message: message ?? 'rate limit exceeded' },
		},
	};
}

const CODES = { 401: 401, 402: 'insufficient_quota', 404: 404, 422: 'content_policy_violation' };

module.exports = {
	id: 'toapis',
	name: 'ToAPIs',
	auth: { header: 'authorization', pattern: /^Bearer (\S+)$/ },
	linkMs: DAY,
	makeId: () => `vid_${ulid()}`,
	// The same reference may be used twice; the newest task answers to it.
	aliases: (task) => (task.businessId ? [task.businessId] : []),
	submit: [{ path: '/v1/videos/generations', read }],
	submitted,
	callback,
	routes: [
		{
			kind: 'status',
			method: 'GET',
			path: '/v1/videos/generations/:id',
			task: ({ params }) => params.id,
			handle: status,
		},
		{
			kind: 'upload',
			method: 'POST',
			path: '/v1/uploads/images',
			multipart: { file: 'file', fields: ['purpose'] },
			invalid: (message) => uploadError(message),
			handle: upload,
		},
		...money.routes.toapis,
	],
	refuse: {
		auth: () => errorReply(401, 401, 'Authentication failed, please check your API key'),
		balance: () => errorReply(402, 'insufficient_quota', 'insufficient quota'),
		contentPolicy: () => errorReply(422, 'content_policy_violation', 'content policy violation'),
		invalidParameters: (message) =>
			errorReply(400, 'invalid_parameter', message ?? 'invalid parameter'),
		notFound: () => errorReply(404, 404, 'Task not found'),
		rateLimit: rateLimited,
		transient: () => errorReply(500, 'internal_error', 'internal server error'),
	},
	says: {
		insufficient_user_quota: () => ({
			status: 403,
			body: {
				error: {
					message: 'user quota is not enough',
					type: 'new_api_error',
					code: 'insufficient_user_quota',
				},
			},
		}),
	},
	failure(status, message = 'request failed') {
		if (status === 429) return rateLimited();
		if (status === 503) {
			return errorReply(503, 'service_unavailable', 'service unavailable');
		}
		return errorReply(
			status,
			CODES[status] ?? (status < 500 ? 'invalid_request' : 'internal_error'),
			message,
		);
	},
	noSuchEndpoint: ({ method, path }) => errorReply(404, 404, `Invalid URL (${method} ${path})`),
};

function ulid() {
	const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
	return `01${[...randomBytes(24)].map((byte) => alphabet[byte % 32]).join('')}`;
}
