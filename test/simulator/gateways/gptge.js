'use strict';

/**
 * gpt.ge (V-API), a relay of MiniMax: the bodies are MiniMax's, the status path is not.
 * The shape of its status answer is in doubt, so it can be chosen: `envelope` is one of
 * flat (default), data, respData, newapi, failReason.
 */

const { randomInt } = require('node:crypto');
const { OK, baseResp, failureReason } = require('../lib/baseResp');
const check = require('../lib/check');
const { miniMaxCallback } = require('../lib/miniMaxCallback');
const money = require('../lib/money');

const { Invalid, flag, oneOf, required, text } = check;

const HOUR = 3_600_000;
const PREFIX = '/task/minimax/v1';
const PICTURE = check.picture({ formats: ['jpeg', 'png', 'webp'] });

const HAILUO = { '768P': [6, 10], '1080P': [6] };
const SMALL_TOO = { '512P': [6, 10], '768P': [6, 10], '1080P': [6] };
// The two published tables disagree on 1080P for the 01 family: let it pass.
const OTHERS = { '720P': [6], '1080P': [6] };

/** model -> mode -> resolution -> durations */
const TABLE = {
	'MiniMax-Hailuo-2.3': { t2v: HAILUO, i2v: HAILUO },
	'MiniMax-Hailuo-2.3-Fast': { i2v: HAILUO },
	'MiniMax-Hailuo-02': { t2v: HAILUO, i2v: SMALL_TOO, fl2v: HAILUO },
	'T2V-01-Director': { t2v: OTHERS },
	'T2V-01': { t2v: OTHERS },
	'I2V-01-Director': { i2v: OTHERS },
	'I2V-01-live': { i2v: OTHERS },
	'I2V-01': { i2v: OTHERS },
	// Only its menu entry is known; inferred: MiniMax's own body.
	'S2V-01': { s2v: { '720P': [6] } },
};

const BASE = {
	model: required(oneOf(Object.keys(TABLE))),
	prompt: text({ max: 2000 }),
	prompt_optimizer: flag(),
	aigc_watermark: flag(),
	callback_url: check.callback(),
};
const VIDEO = {
	...BASE,
	duration: required(oneOf([6, 10])),
	resolution: required(oneOf(['512P', '720P', '768P', '1080P'])),
	fast_pretreatment: flag(),
};
const FIELDS = {
	t2v: { ...VIDEO, prompt: required(text({ max: 2000, empty: false })) },
	i2v: { ...VIDEO, first_frame_image: required(PICTURE) },
	fl2v: { ...VIDEO, first_frame_image: required(PICTURE), last_frame_image: required(PICTURE) },
	s2v: {
		...BASE,
		subject_reference: required(
			check.list(
				check.group({
					type: required(oneOf(['character'])),
					image: required(check.list(PICTURE, { min: 1, max: 1 })),
				}),
				{ min: 1, max: 1 },
			),
		),
	},
};
const MODES = {
	t2v: 'textToVideo',
	i2v: 'imageToVideo',
	fl2v: 'firstLastFrame',
	s2v: 'subjectReference',
};

function read({ body }) {
	const has = (field) => body?.[field] !== undefined;
	const offered = Object.keys(TABLE[body?.model] ?? {});
	let mode = 't2v';
	if (has('subject_reference')) mode = 's2v';
	else if (has('last_frame_image')) mode = 'fl2v';
	else if (has('first_frame_image')) mode = 'i2v';
	else if (offered.length === 1) [mode] = offered; // the message names the missing picture
	check.checkFields(body, FIELDS[mode]);

	const { model, prompt, resolution = '720P', duration = 6 } = body;
	if (!offered.includes(mode)) throw new Invalid('model', `${model} does not do ${MODES[mode]}`);
	if (body.fast_pretreatment && !model.startsWith('MiniMax-Hailuo')) {
		throw new Invalid('fast_pretreatment', `is not available for ${model}`);
	}
	check.checkCell(TABLE[model][mode], model, resolution, duration);
	return { model, mode: MODES[mode], prompt, resolution, duration };
}

const makeId = () =>
	`3${String(randomInt(1e8, 1e9))}${String(randomInt(1e7, 1e8))}`.slice(0, 17) + '3';

const HEIGHTS = { '512P': 512, '720P': 720, '768P': 768, '1080P': 1080 };
const WIDTHS = { '512P': 912, '720P': 1280, '768P': 1366, '1080P': 1920 };

function fileId(task, world) {
	task.fileId ??= makeId();
	world.alias(task, `file:${task.fileId}`);
	return task.fileId;
}

/** Inferred: a relay that moderates by itself has its words, not MiniMax's code. */
const BLOCKED = {
	status_msg: 'prompt_blocked: rejected by the content moderation system',
	status_code: 1000,
};

/** MiniMax's own status body, which the relay passes on or wraps. */
function flatStatus(task, world) {
	const phase = world.phase(task);
	const base_resp = { status_msg: OK.status_msg, status_code: OK.status_code };
	const body = { status: 'Success', file_id: '', task_id: task.id, base_resp };
	if (phase === 'queued') return { ...body, status: world.word(task, 'Queueing') };
	if (phase === 'processing') return { ...body, status: world.word(task, 'Processing') };
	if (phase !== 'succeeded') {
		return {
			...body,
			status: world.endWord(task, 'Fail'),
			base_resp: task.outcome.category === 'nsfw' ? BLOCKED : failureReason(task.outcome),
		};
	}
	return {
		...body,
		status: world.endWord(task, 'Success'),
		file_id: world.isLinked(task) ? fileId(task, world) : '',
		video_width: WIDTHS[task.resolution],
		video_height: HEIGHTS[task.resolution],
	};
}

const ENVELOPES = {
	flat: (flat) => flat,
	data: (flat, task, world) =>
		kling(flat, task, world, { video_url: urlIfDone(flat, task, world), resp_data: '' }),
	respData: (flat, task, world) =>
		kling(flat, task, world, { video_url: '', resp_data: JSON.stringify(flat) }),
	newapi: (flat, task, world) => {
		const url = urlIfDone(flat, task, world);
		return newApi(flat, task, world, {
			data: url
				? { file: { file_id: flat.file_id, download_url: url, backup_download_url: url } }
				: null,
		});
	},
	/** Older versions of the relay put the link where the reason of a failure stands. */
	failReason: (flat, task, world) =>
		newApi(flat, task, world, { fail_reason: urlIfDone(flat, task, world) }),
};

const hasFailed = (task, world) => ['failed', 'canceled'].includes(world.phase(task));

const NEW_API_WORDS = {
	Queueing: 'QUEUED',
	Processing: 'IN_PROGRESS',
	Success: 'SUCCESS',
	Fail: 'FAILURE',
};

/** The envelope of the relay's own software. */
function newApi(flat, task, world, { data = null, fail_reason = '' }) {
	const { status_code: code, status_msg } = flat.base_resp;
	const reason = hasFailed(task, world) && code !== 0 ? status_msg : fail_reason;
	return {
		code: 'success',
		message: '',
		data: {
			task_id: task.id,
			status: NEW_API_WORDS[flat.status] ?? flat.status,
			fail_reason: reason,
			progress: `${world.progress(task)}%`,
			data,
		},
	};
}

/** The envelope that the status page lists, though its sample is flat. */
function kling(flat, task, world, { video_url, resp_data }) {
	const failed = hasFailed(task, world);
	return {
		code: 0,
		message: failed ? flat.base_resp.status_msg : 'success',
		request_id: `req_${flat.task_id}`,
		status: 200,
		time_elapsed: '1s',
		data: {
			status: failed ? 'Failed' : flat.status,
			resp_data,
			video_url,
			image_urls: null,
			binary_data_base64: [],
		},
	};
}

const urlIfDone = (flat, task, world) =>
	flat.file_id ? world.videoUrl(task, { fresh: true }) : '';

function status({ task }, world) {
	const envelope = task.outcome.envelope ?? world.options.envelope ?? 'flat';
	return { status: 200, body: ENVELOPES[envelope](flatStatus(task, world), task, world) };
}

function retrieve({ task }, world) {
	const file = {
		file_id: 0,
		bytes: 0,
		created_at: Math.floor(task.readyAt / 1000),
		filename: 'output.mp4',
		purpose: 'video_generation',
		download_url: world.videoUrl(task, { fresh: true }),
	};
	// A number past 2^53 in the JSON text, which no JavaScript number holds.
	const json = JSON.stringify({ file, base_resp: OK });
	return { status: 200, body: json.replace('"file_id":0', `"file_id":${task.fileId}`) };
}

// Errors are not documented. Inferred: what concerns the video speaks MiniMax's `base_resp`, what
// concerns the relay itself (keys, paths, HTTP) speaks the error object of the new-api family, with a type of its own.
const upstream = (category) => (message) => ({
	status: 200,
	body: { base_resp: baseResp(category, message) },
});
const relayError = (status, message, code) => ({
	status,
	body: { error: { message, type: 'v_api_error', param: '', code } },
});

module.exports = {
	id: 'gptge',
	name: 'gpt.ge (V-API)',
	auth: { header: 'authorization', pattern: /^Bearer (\S+)$/ },
	linkMs: HOUR,
	makeId,
	envelopes: Object.keys(ENVELOPES),
	submit: [{ path: `${PREFIX}/video_generation`, read }],
	submitted: (task) => ({ status: 200, body: { task_id: task.id, base_resp: OK } }),
	callback: miniMaxCallback(fileId),
	routes: [
		...money.routes.gptge,
		{
			kind: 'result',
			method: 'GET',
			path: `${PREFIX}/files/retrieve`,
			query: { file_id: true },
			task: ({ query }) => `file:${query.file_id}`,
			handle: retrieve,
		},
		{
			kind: 'status',
			method: 'GET',
			path: '/task/:id',
			task: ({ params }) => params.id,
			handle: status,
		},
		{
			kind: 'account',
			method: 'GET',
			path: '/v1/models',
			handle: () => ({
				status: 200,
				body: {
					object: 'list',
					data: Object.keys(TABLE).map((id) => ({ id, object: 'model', owned_by: 'minimax' })),
				},
			}),
		},
	],
	refuse: {
		auth: () => relayError(401, 'invalid token', 'invalid_request'),
		balance: upstream('balance'),
		contentPolicy: upstream('contentPolicy'),
		invalidParameters: (message) =>
			upstream('invalidParameters')(message && `invalid params, ${message}`),
		notFound: upstream('notFound'),
		rateLimit: upstream('rateLimit'),
		transient: upstream('transient'),
	},
	/** From public reports; `prompt_blocked` was seen with 400, 403 and 500. */
	says: {
		insufficient_user_quota: () =>
			relayError(403, 'user quota is not enough', 'insufficient_user_quota'),
		prompt_blocked: () => relayError(400, 'prompt_blocked', 'prompt_blocked'),
		no_available_channel: () =>
			relayError(
				503,
				'当前分组 default 下对于模型 MiniMax-Hailuo-02 无可用渠道',
				'model_not_found',
			),
	},
	failure(status, message = 'relay error') {
		if (status === 400) {
			return { status, body: { code: 'invalid_request', message, data: null } };
		}
		return relayError(
			status,
			message,
			status >= 500 ? 'bad_response_status_code' : 'invalid_request',
		);
	},
	noSuchEndpoint: ({ method, path }) => ({
		status: 404,
		body: {
			error: {
				message: `Invalid URL (${method} ${path})`,
				type: 'invalid_request_error',
				param: '',
				code: '',
			},
		},
	}),
};
