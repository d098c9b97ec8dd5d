'use strict';

/** MiniMax's own API, version 1. Errors travel inside HTTP 200, in `base_resp`. */

const { randomInt } = require('node:crypto');
const { OK, baseResp, failureReason } = require('../lib/baseResp');
const check = require('../lib/check');
const { miniMaxCallback } = require('../lib/miniMaxCallback');
const upload = require('../lib/miniMaxUpload');
const money = require('../lib/money');

const { Invalid, flag, oneOf, required, text } = check;

const HOUR = 3_600_000;
// What a picture is declared as does not count: MiniMax's own MCP client calls every file a JPEG.
const PICTURE = check.picture({ formats: ['jpeg', 'png', 'webp'], anyType: true });
const NEW = { '768P': [6, 10], '1080P': [6] };
// 1080P is in doubt for the 01 family (one published table has it, one has not): let it pass.
const OLD = { '720P': [6], '1080P': [6] };
/** Of no page any more, but taken in a recorded order, with `720p`. */
const OLDEST = { '720P': [6] };

const TABLE = {
	textToVideo: {
		'MiniMax-Hailuo-2.3': NEW,
		'MiniMax-Hailuo-02': NEW,
		'T2V-01-Director': OLD,
		'T2V-01': OLD,
		'video-01': OLDEST,
	},
	imageToVideo: {
		'MiniMax-Hailuo-2.3': NEW,
		'MiniMax-Hailuo-2.3-Fast': NEW,
		'MiniMax-Hailuo-02': { '512P': [6, 10], ...NEW },
		'I2V-01-Director': OLD,
		'I2V-01-live': OLD,
		'I2V-01': OLD,
		'video-01': OLDEST,
	},
	firstLastFrame: { 'MiniMax-Hailuo-02': NEW },
	subjectReference: { 'S2V-01': { '720P': [6] } },
};
const MODELS = [...new Set(Object.values(TABLE).flatMap(Object.keys))];

const COMMON = {
	model: required(oneOf(MODELS)),
	prompt: text({ max: 2000 }),
	prompt_optimizer: flag(),
	aigc_watermark: flag(),
	callback_url: check.callback(),
};
const SIZE = {
	duration: oneOf([6, 10]),
	resolution: oneOf(['512P', '720P', '720p', '768P', '1080P']),
};
const FIELDS = {
	textToVideo: {
		...COMMON,
		...SIZE,
		prompt: required(text({ max: 2000, empty: false })),
		fast_pretreatment: flag(),
	},
	imageToVideo: {
		...COMMON,
		...SIZE,
		first_frame_image: required(PICTURE),
		fast_pretreatment: flag(),
	},
	// The published list has no fast_pretreatment here, and does not require the first frame.
	firstLastFrame: {
		...COMMON,
		...SIZE,
		first_frame_image: PICTURE,
		last_frame_image: required(PICTURE),
	},
	subjectReference: {
		...COMMON,
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

function modeOf(body) {
	if (body?.model === 'S2V-01' || body?.subject_reference !== undefined) return 'subjectReference';
	if (body?.last_frame_image !== undefined) return 'firstLastFrame';
	// A model that only animates pictures names the missing picture, not the mode.
	const needsPicture = /^I2V-|-Fast$/.test(body?.model);
	return body?.first_frame_image !== undefined || needsPicture ? 'imageToVideo' : 'textToVideo';
}

function read({ body }) {
	const mode = modeOf(body);
	check.checkFields(body, FIELDS[mode]);
	const row = TABLE[mode][body.model];
	if (!row) throw new Invalid('model', `${body.model} does not do ${mode}`);
	const isNew = body.model.startsWith('MiniMax-Hailuo');
	if (body.fast_pretreatment && !isNew) {
		throw new Invalid('fast_pretreatment', `is not available for ${body.model}`);
	}
	const { resolution: asked = isNew ? '768P' : '720P', duration = 6 } = body;
	const resolution = asked.toUpperCase();
	check.checkCell(row, body.model, resolution, duration);
	return { model: body.model, mode, prompt: body.prompt, resolution, duration };
}

/** 18 digits and odd: a client that reads it as a double loses it. */
const makeId = () =>
	`1${String(randomInt(1e8, 1e9))}${String(randomInt(1e7, 1e8))}`.slice(0, 17) + '7';

const SIZES = {
	'512P': [912, 512],
	'720P': [1280, 720],
	'768P': [1366, 768],
	'1080P': [1920, 1080],
};

function fileId(task, world) {
	task.fileId ??= makeId();
	world.alias(task, `file:${task.fileId}`);
	return task.fileId;
}

function status({ task }, world) {
	const phase = world.phase(task);
	if (phase === 'queued') return reply({ task_id: task.id, status: world.word(task, 'Queueing') });
	if (phase === 'processing') {
		return reply({ task_id: task.id, status: world.word(task, 'Processing'), file_id: '' });
	}
	if (phase !== 'succeeded') {
		const word = world.endWord(task, 'Fail');
		return reply({ task_id: task.id, status: word }, failureReason(task.outcome));
	}
	const [video_width, video_height] = SIZES[task.resolution];
	return reply({
		task_id: task.id,
		status: world.endWord(task, 'Success'),
		file_id: world.isLinked(task) ? fileId(task, world) : '',
		video_width,
		video_height,
	});
}

function retrieve({ task }, world) {
	const file = {
		file_id: 0,
		bytes: 0,
		created_at: Math.floor(task.readyAt / 1000),
		filename: 'output_aigc.mp4',
		purpose: 'video_generation',
		download_url: world.videoUrl(task, { fresh: true }),
	};
	// The id is a number here, past 2^53: written by hand, because no JavaScript number holds it.
	const json = JSON.stringify({ file, base_resp: OK });
	return { status: 200, body: json.replace('"file_id":0', `"file_id":${task.fileId}`) };
}

const reply = (body, base_resp = OK) => ({ status: 200, body: { ...body, base_resp } });
const refusal = (category) => (message) => ({
	status: 200,
	body: { base_resp: baseResp(category, message) },
});

module.exports = {
	id: 'minimax',
	name: 'MiniMax',
	auth: { header: 'authorization', pattern: /^Bearer (\S+)$/ },
	linkMs: HOUR,
	makeId,
	submit: [{ path: '/v1/video_generation', read }],
	submitted: (task) => reply({ task_id: task.id }),
	callback: miniMaxCallback(fileId),
	routes: [
		{
			kind: 'status',
			method: 'GET',
			path: '/v1/query/video_generation',
			query: { task_id: true },
			task: ({ query }) => query.task_id,
			handle: status,
		},
		{
			kind: 'result',
			method: 'GET',
			path: '/v1/files/retrieve',
			query: { file_id: true },
			task: ({ query }) => `file:${query.file_id}`,
			handle: retrieve,
		},
		upload,
		...money.routes.minimax,
		{
			kind: 'account',
			method: 'GET',
			path: '/v1/models',
			// Inferred: the list format of OpenAI, which this path copies.
			handle: () => ({
				status: 200,
				body: {
					object: 'list',
					data: MODELS.map((id) => ({ id, object: 'model', owned_by: 'minimax' })),
				},
			}),
		},
	],
	refuse: {
		// Both codes were seen for a key that is wrong; here a `bad…` one gets the first.
		/** @param {string} [message] @param {{ hasKey?: boolean, key?: string }} [sent] */
		auth: (message, { hasKey, key = '' } = {}) =>
			hasKey && !/^bad/i.test(key)
				? { status: 200, body: { base_resp: { status_code: 2049, status_msg: 'invalid api key' } } }
				: refusal('auth')(message),
		balance: refusal('balance'),
		contentPolicy: (message) => reply({ task_id: '' }, baseResp('contentPolicy', message)),
		invalidParameters: (message) =>
			reply(
				{ task_id: '' },
				baseResp('invalidParameters', message && `invalid params, ${message}`),
			),
		notFound: refusal('notFound'),
		rateLimit: refusal('rateLimit'),
		transient: refusal('transient'),
	},
	says: {
		/** The gate before the API answers as version 2 does. */
		new_sensitive: () => ({
			status: 422,
			body: { type: 'error', error: { message: 'input new_sensitive (1026)' } },
		}),
		disallowed_image_url: () =>
			refusal('transient')('disallowed image url: localhost or private address not allowed'),
	},
	/** Not documented: HTTP errors come from the machinery in front of the API. */
	failure(status, message) {
		const category =
			{ 401: 'auth', 402: 'balance', 403: 'auth', 429: 'rateLimit' }[status] ??
			(status < 500 ? 'invalidParameters' : 'transient');
		return { status, body: { base_resp: baseResp(category, message) } };
	},
	noSuchEndpoint: () => ({
		status: 404,
		headers: { 'content-type': 'text/plain; charset=utf-8' },
		body: '404 page not found',
	}),
};
