'use strict';

/** SeaArt Cloud: a queue with the model in the path. It refuses every unknown field and any webhook. */

const { randomBytes } = require('node:crypto');
const check = require('../lib/check');

const { Refused, flag, oneOf, required, text } = check;

const PICTURE = check.picture({ formats: ['jpeg', 'png', 'webp'] });
const NEW = { '768P': [6, 10], '1080P': [6] };
const OLD = { '720P': [6] };

/** slug -> [needs a first frame, resolution -> durations] */
const SLUGS = {
	minimax_hailuo_02_i2v: [true, { '512P': [6, 10], ...NEW }],
	minimax_hailuo_02_t2v: [false, NEW],
	minimax_hailuo_23_t2v: [false, NEW],
	minimax_hailuo_23_i2v: [true, NEW],
	minimax_hailuo_23_fast_i2v: [true, NEW],
	minimax_hailuo_02: [false, NEW],
	minimax_t2v_01: [false, OLD],
	minimax_t2v_01_director: [false, OLD],
	minimax_i2v_01: [true, OLD],
	minimax_i2v_01_live: [true, OLD],
	minimax_i2v_01_director: [true, OLD],
};

const COMMON = {
	duration: oneOf([6, 10]),
	resolution: oneOf(['512P', '720P', '768P', '1080P']),
	prompt_optimizer: flag(),
	fast_pretreatment: flag(),
	aigc_watermark: flag(),
};
const IMAGE_FIELDS = {
	...COMMON,
	first_frame_image: required(PICTURE),
	prompt: text({ max: 2000 }),
};
const TEXT_FIELDS = { ...COMMON, prompt: required(text({ max: 2000, empty: false })) };

const detail = (status, message) => ({ status, body: { detail: message } });

function read(request) {
	const { params, query, headers, body } = request;
	if (!Object.hasOwn(SLUGS, params.slug)) {
		throw new Refused(detail(404, `App not found: ${params.slug}`));
	}
	const names = [query, headers, check.isPlainObject(body) ? body : {}].flatMap(Object.keys);
	// The HTTP code of this refusal is not published; 400 is assumed.
	if (names.some((name) => /webhook|callback/i.test(name))) {
		throw new Refused(detail(400, 'webhook not supported'));
	}
	check.checkQuery(query);
	const [needsImage, row] = SLUGS[params.slug];
	check.checkFields(body, needsImage ? IMAGE_FIELDS : TEXT_FIELDS);
	const { resolution = row === OLD ? '720P' : '768P', duration = 6 } = body;
	check.checkCell(row, params.slug, resolution, duration);
	return {
		model: params.slug,
		mode: needsImage ? 'imageToVideo' : 'textToVideo',
		prompt: body.prompt,
		resolution,
		duration,
	};
}

const urlOf = (task, { base }, end) => `${base}/v1/queue/${task.model}/requests/${task.id}/${end}`;

function submitted(task, request) {
	return {
		status: 200,
		body: {
			request_id: task.id,
			response_url: urlOf(task, request, 'response'),
			status_url: urlOf(task, request, 'status'),
			cancel_url: urlOf(task, request, 'cancel'),
			queue_position: 0,
		},
	};
}

function failureOf({ id, outcome, canceledAt }) {
	const body = { status: 'COMPLETED', request_id: id };
	if (canceledAt || outcome.status === 'canceled') {
		return { ...body, error: 'Task canceled', error_type: 'CANCELED' };
	}
	const blocked = ['content', 'nsfw'].includes(outcome.category);
	if (outcome.errorObject) {
		// The newer form, where the upstream reason stands beside the error.
		return {
			...body,
			error: { code: 'TASK_FAILED', message: 'upstream failed' },
			provider_error: blocked
				? { code: '1026', message: 'new_sensitive', task_status: 'Fail' }
				: { code: '1000', message: 'unknown error', task_status: 'Fail' },
		};
	}
	if (blocked) return { ...body, error: 'Content blocked', error_type: 'CONTENT_BLOCKED' };
	return { ...body, error: 'Task execution failed', error_type: 'INFERENCE_FAILURE' };
}

function runningBody(task, world) {
	const queued = world.phase(task) === 'queued';
	return {
		status: world.word(task, queued ? 'IN_QUEUE' : 'IN_PROGRESS'),
		request_id: task.id,
		...(queued && { queue_position: 0 }),
	};
}

function status(request, world) {
	const { task } = request;
	const response_url = urlOf(task, request, 'response');
	if (world.isRunning(task)) {
		return { status: 200, body: { ...runningBody(task, world), response_url } };
	}
	// A failed task is COMPLETED too: only the error tells.
	if (world.phase(task) !== 'succeeded') return { status: 200, body: failureOf(task) };
	return {
		status: 200,
		body: {
			status: world.endWord(task, 'COMPLETED'),
			request_id: task.id,
			response_url,
			metrics: { inference_time: (task.readyAt - task.startedAt) / 1000 },
		},
	};
}

const outputOf = (task, world) => ({
	type: 'video',
	url: world.videoUrl(task),
	content_type: 'video/mp4',
	file_name: `${task.id}.mp4`,
	file_size: world.videoSize(task),
	duration: task.duration,
});

function response({ task }, world) {
	if (world.isRunning(task)) return { status: 202, body: runningBody(task, world) };
	// Not documented; inferred: the same words as the status.
	if (world.phase(task) !== 'succeeded') return { status: 422, body: failureOf(task) };
	return {
		status: 200,
		body: {
			request_id: task.id,
			outputs: world.isLinked(task) ? [outputOf(task, world)] : [],
			metadata: { prompt: task.prompt ?? '' },
		},
	};
}

/** The answers are inferred from fal.ai, whose queue this copies. */
function cancel({ task }, world) {
	if (!world.isRunning(task)) return { status: 400, body: { status: 'ALREADY_COMPLETED' } };
	world.cancel(task);
	return { status: 202, body: { status: 'CANCELLATION_REQUESTED' } };
}

const coded = (status, code, message) => ({
	status,
	body: { error: { code, message }, request_id: `req_${randomBytes(6).toString('hex')}` },
});

const onTask = (kind, method, end, handle) => ({
	kind,
	method,
	path: `/v1/queue/:slug/requests/:id/${end}`,
	// A task is only found under the slug it was made with.
	task: ({ params }) => `${params.slug}/${params.id}`,
	handle,
});

module.exports = {
	id: 'seaart',
	name: 'SeaArt Cloud',
	auth: { header: 'authorization', pattern: /^(?:Bearer|Key) (\S+)$/ },
	makeId: () => `mmsu_${randomBytes(10).toString('hex')}`,
	aliases: (task) => [`${task.model}/${task.id}`],
	submit: [{ path: '/v1/queue/:slug', query: 'any', read }],
	submitted,
	routes: [
		onTask('status', 'GET', 'status', status),
		onTask('result', 'GET', 'response', response),
		{ ...onTask('cancel', 'PUT', 'cancel', cancel), emptyBody: true },
	],
	refuse: {
		auth: () => coded(401, 'UNAUTHORIZED', 'Authorization Bearer or Key token is required'),
		balance: () => ({
			status: 402,
			body: {
				status: { code: 402, message: 'Insufficient credits', error_code: 40201 },
				data: null,
			},
		}),
		contentPolicy: () => coded(422, 'CONTENT_BLOCKED', 'content blocked'),
		invalidParameters: (message) => coded(400, 'REQUEST_INVALID', message ?? 'invalid request'),
		notFound: () => detail(404, 'Request not found'),
		rateLimit: () => coded(429, 'RATE_LIMIT_EXCEEDED', 'rate limit exceeded'),
		transient: () => detail(502, 'Runtime execution failed'),
	},
	failure: (status, message = 'Runtime execution failed') => detail(status, message),
	noSuchEndpoint: () => detail(404, 'Not Found'),
};
