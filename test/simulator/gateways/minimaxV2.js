'use strict';

/**
 * MiniMax's API, version 2: Hailuo 3. Another dialect of the same gateway: material in one list, the id in the path,
 * the link in the status, and errors with real HTTP codes, the inner code in brackets at the end of the message.
 */

const { randomBytes, randomInt } = require('node:crypto');
const check = require('../lib/check');
const { MODELS, read, readContext, readRegeneration } = require('../lib/v2Orders');

const { oneOf, whole } = check;

const MB = 1024 * 1024;
const HOUR = 3_600_000;
/** How long a task is remembered. */
const WEEK = 7 * 24 * HOUR;

const STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];
const TASK_TYPES = ['generation', 'regeneration', 'h3_context_ir'];

const SENSITIVE = { code: '1026', message: 'video description contains sensitive content' };
const ERRORS = {
	content: SENSITIVE,
	nsfw: SENSITIVE,
	generic: { code: '1000', message: 'internal error' },
};

const TOKENS = { total_tokens: 9090, prompt_tokens: 5664, completion_tokens: 3426 };

/** Counted when it is done; tokens stand there where sound was read (the sample has them so). */
function usageOf({ taskType, duration, input }) {
	if (taskType === 'h3_context_ir') return TOKENS;
	const hasSound = input.audioSeconds > 0;
	return {
		total_seconds: duration + input.videoSeconds,
		input_seconds: input.videoSeconds,
		output_seconds: duration,
		input_image_count: input.images,
		...(hasSound && { input_audio_seconds: input.audioSeconds, ...TOKENS }),
	};
}

const seconds = (ms) => Math.floor(ms / 1000);

const WORDS = {
	queued: 'queued',
	processing: 'running',
	succeeded: 'succeeded',
	failed: 'failed',
	canceled: 'cancelled',
};

const errorOf = ({ outcome }) => ERRORS[outcome.category] ?? ERRORS.generic;
const isSilent = ({ outcome }) => outcome.category === 'silent';
const isExpired = ({ outcome }) => outcome.category === 'expired';

/** A task, in the field order of the reference. */
function taskBody(task, world, phase) {
	const done = phase === 'succeeded';
	const isText = task.taskType === 'h3_context_ir';
	const changedAt = { queued: task.submittedAt, processing: task.startedAt }[phase];
	let status = WORDS[phase];
	if (phase === 'failed' && isExpired(task)) status = 'expired'; // secondary: clients know the word
	return {
		id: task.id,
		model: task.model,
		status: ['queued', 'processing'].includes(phase)
			? world.word(task, status)
			: world.endWord(task, status),
		created_at: seconds(task.submittedAt),
		updated_at: seconds(task.canceledAt ?? changedAt ?? task.readyAt),
		...(status === 'failed' && !isSilent(task) && { error: errorOf(task) }),
		...(done && {
			content: isText
				? { prompt: `integrated_multimodal_description: [Shot 1] ${task.prompt}` }
				: { url: world.isLinked(task) ? world.videoUrl(task, { fresh: true }) : '' },
		}),
		...(task.resolution && { resolution: task.resolution }),
		duration: task.duration,
		usage: done ? usageOf(task) : {},
		ratio: task.ratio,
		task_type: task.taskType,
		...(done && { modality: isText ? 'text' : 'video' }),
	};
}

const ok = (body) => ({ status: 200, body });
const isRemembered = (task, world) => world.now() - task.submittedAt < WEEK;

function status({ task }, world) {
	if (!isRemembered(task, world)) return refuse.notFound();
	return ok({ task: taskBody(task, world, world.phase(task)) });
}

/** Everything of the last seven days, page by page. */
function list({ query, queryAll }, world) {
	const number = (name, usual) => {
		if (query[name] === undefined) return usual;
		const value = Number(query[name]);
		whole({ min: 1 }).check(value, name);
		return value;
	};
	const page = number('page_num', 1);
	const size = number('page_size', 10); // the usual size is not published
	const wanted = (name, allowed) => {
		const values = queryAll(`filter.${name}`);
		if (allowed) for (const value of values) oneOf(allowed).check(value, `filter.${name}`);
		return (value) => values.length === 0 || values.includes(value);
	};
	const filters = {
		status: wanted('status', STATUSES),
		id: wanted('task_ids'),
		model: wanted('model', MODELS),
		task_type: wanted('task_type', TASK_TYPES),
	};
	const all = world
		.listTasks()
		.filter((task) => isRemembered(task, world))
		.map((task) => taskBody(task, world, world.phase(task)))
		.filter((task) => Object.entries(filters).every(([name, suits]) => suits(task[name])));
	return ok({ items: all.slice((page - 1) * size, page * size), total: all.length });
}

/** Cancels what waits, and destroys the record of what has ended. */
function remove({ task }, world) {
	const phase = world.phase(task);
	if (phase === 'processing' || phase === 'canceled') {
		return refuse.invalidParameters(`status is ${WORDS[phase]}`);
	}
	const action = phase === 'queued' ? 'cancelled' : 'deleted';
	if (phase === 'queued') world.cancel(task);
	else world.remove(task);
	return ok({ task_id: task.id, action, status: action });
}

const KINDS = {
	400: ['bad_request_error', 2013],
	401: ['authorized_error', 1004],
	402: ['insufficient_balance_error', 1008],
	422: ['unprocessable_entity_error', 1026],
	429: ['rate_limit_error', 1002],
	500: ['server_error', 1000],
	529: ['overloaded_error'],
};

/** An error of version 2; a status without a published kind borrows the nearest. */
function failure(status, message, code) {
	const [type, usual] = KINDS[status] ?? KINDS[status < 500 ? 400 : 500];
	const number = code ?? usual;
	const words = message ?? (status < 500 ? 'invalid params' : 'internal error');
	return {
		status,
		body: {
			type: 'error',
			error: {
				type,
				message: number === undefined ? words : `${words} (${number})`,
				http_code: String(status),
			},
			request_id: randomBytes(16).toString('hex'),
		},
	};
}

const NO_KEY =
	"login fail: Please carry the API secret key in the 'Authorization' field of the request header";

const refuse = {
	// Both codes were seen for a key that is wrong; here a `bad…` one gets the first.
	/** @param {string} [message] @param {{ hasKey?: boolean, key?: string }} [sent] */
	auth: (message, { hasKey, key = '' } = {}) =>
		hasKey && !/^bad/i.test(key)
			? failure(401, 'invalid api key', 2049)
			: failure(401, message ?? NO_KEY),
	balance: () => failure(402, 'insufficient balance'),
	contentPolicy: () => failure(422, ERRORS.content.message),
	invalidParameters: (message) =>
		failure(400, message ? `invalid params, ${message}` : 'invalid params'),
	notFound: () => failure(400, 'invalid params, invalid task_id'),
	rateLimit: () => failure(429, 'rate limit, please retry later'),
	transient: () => failure(500, 'internal error'),
};

/** One message at every change of the status, in the words of the status answer (its shape is inferred). */
const message = (phase) => (task, world) => {
	const body = { task: taskBody(task, world, phase ?? task.outcome.status) };
	return { event: body.task.status, body };
};

const callback = {
	field: 'callback_url',
	challenge: true,
	target: ({ body }) => body.callback_url,
	unreachable: () => refuse.invalidParameters('fail to check callback url'),
	processing: message('processing'),
	final: message(),
	canceled: message('canceled'),
};

const byPath = ({ params }) => params.id;

module.exports = {
	dialectOf: 'minimax',
	dialect: 'v2',
	maxBodyBytes: 64 * MB,
	// Inferred: "time-limited" is all that is published; version 1 says an hour.
	linkMs: HOUR,
	makeId: () => `4${randomInt(1e6, 1e7)}${randomInt(1e6, 1e7)}`,
	submit: [
		{ path: '/v2/video_generation', read },
		{ path: '/v2/video_regeneration', read: readRegeneration },
		{ path: '/v2/h3_context_ir', read: readContext },
	],
	submitted: (task) => ok({ task_id: task.id }),
	callback,
	routes: [
		{
			kind: 'status',
			method: 'GET',
			path: '/v2/query/video_generation/:id',
			task: byPath,
			handle: status,
		},
		{
			kind: 'list',
			method: 'GET',
			path: '/v2/query/video_generation',
			query: Object.fromEntries(
				['page_num', 'page_size', 'status', 'task_ids', 'model', 'task_type'].map((name) => [
					name.startsWith('page') ? name : `filter.${name}`,
					false,
				]),
			),
			handle: list,
		},
		{
			kind: 'cancel',
			method: 'DELETE',
			path: '/v2/video_generation/:id',
			task: byPath,
			emptyBody: true,
			handle: remove,
		},
	],
	refuse,
	failure,
};
