'use strict';

/** Pixazo: MiniMax's words behind an API-management gateway; even the status is asked by POST. */

const { randomInt } = require('node:crypto');
const { OK, baseResp, failureReason } = require('../lib/baseResp');
const check = require('../lib/check');
const { miniMaxCallback } = require('../lib/miniMaxCallback');

const { Invalid, flag, oneOf, required, text } = check;

const MODEL = 'MiniMax-Hailuo-2.3';
// The page does not exclude 10 s at 1080P, but the model cannot do it.
const ROW = { '768P': [6, 10], '1080P': [6] };

const COMMON = {
	prompt: required(text({ max: 2000, empty: false })),
	prompt_optimizer: flag(),
	fast_pretreatment: flag(),
	duration: oneOf([6, 10]),
	resolution: oneOf(['768P', '1080P']),
	callback_url: check.callback(),
	aigc_watermark: flag(),
};
// Only `prompt` and `prompt_optimizer` are published for text to video; the rest is inferred.
const TEXT_FIELDS = COMMON;
const IMAGE_FIELDS = {
	...COMMON,
	first_frame_image: required(check.picture({ formats: ['jpeg', 'png', 'webp'] })),
};

const reader = (mode, fields) => (request) => {
	checkCacheControl(request);
	const { body } = request;
	check.checkFields(body, fields);
	const { resolution = '768P', duration = 6 } = body;
	check.checkCell(ROW, MODEL, resolution, duration);
	return { model: MODEL, mode, prompt: body.prompt, resolution, duration };
};

/** The documentation lists this header for every call. */
function checkCacheControl({ headers }) {
	if (headers['cache-control'] !== 'no-cache') {
		throw new Invalid('Cache-Control', 'must be no-cache');
	}
}

function fileId(task) {
	task.fileId ??= `file_${randomInt(1e8, 1e9)}`;
	return task.fileId;
}

const reply = (body, base_resp = OK) => ({ status: 200, body: { ...body, base_resp } });

function status(request, world) {
	const { task } = request;
	const phase = world.phase(task);
	// Only success is documented; the other words are MiniMax's (inferred).
	const running = { queued: 'Queueing', processing: 'Processing' }[phase];
	if (running) {
		return reply({ task_id: task.id, status: world.word(task, running), file_id: '' });
	}
	if (phase !== 'succeeded') {
		const word = world.endWord(task, 'Fail');
		return reply({ task_id: task.id, status: word }, failureReason(task.outcome));
	}
	const isLinked = world.isLinked(task);
	return reply({
		task_id: task.id,
		status: world.endWord(task, 'Success'),
		file_id: isLinked ? fileId(task) : '',
		video_url: isLinked ? world.videoUrl(task) : '',
		video_width: task.resolution === '1080P' ? 1920 : 1366,
		video_height: task.resolution === '1080P' ? 1080 : 768,
	});
}

const errorReply = (status, error) => ({ status, body: { error } });

const MESSAGES = {
	400: 'Invalid request parameters',
	401: 'Invalid or missing authentication',
	402: 'Insufficient credits',
	403: 'Access denied for this operation',
	404: 'Endpoint not found',
	429: 'Rate limit exceeded, please retry later',
};
const UNEXPECTED = 'An unexpected error occurred, please try again later';
const failure = (status) => errorReply(status, MESSAGES[status] ?? UNEXPECTED);

module.exports = {
	id: 'pixazo',
	name: 'Pixazo',
	auth: { header: 'ocp-apim-subscription-key', pattern: /^(\S+)$/ },
	makeId: () => `1117364${randomInt(1e9, 1e10)}9`,
	submit: [
		{ path: '/minimax-hailuo-ai/v1/imageToVideo', read: reader('imageToVideo', IMAGE_FIELDS) },
		{ path: '/minimax-hailuo-ai/v1/generate', read: reader('textToVideo', TEXT_FIELDS) },
	],
	submitted: (task) => reply({ task_id: task.id }),
	// Only the field is documented; inferred: what MiniMax, which it resells, does.
	callback: miniMaxCallback(fileId),
	routes: [
		{
			kind: 'status',
			method: 'POST',
			path: '/minimax-hailuo-ai-polling/v1/getStatus',
			json: true,
			read(request) {
				checkCacheControl(request);
				check.checkFields(request.body, { task_id: required(text({ empty: false })) });
			},
			task: ({ body }) => body?.task_id,
			handle: status,
		},
	],
	refuse: {
		auth: () => failure(401),
		balance: () => failure(402),
		contentPolicy: (message) => reply({ task_id: '' }, baseResp('contentPolicy', message)),
		invalidParameters: (message) =>
			errorReply(400, message ? `${MESSAGES[400]}: ${message}` : MESSAGES[400]),
		// Inferred: the documented 404 speaks of endpoints, not of tasks.
		notFound: () => ({ status: 200, body: { base_resp: baseResp('notFound') } }),
		rateLimit: () => failure(429),
		transient: () => ({ status: 200, body: { base_resp: baseResp('transient') } }),
	},
	failure,
	noSuchEndpoint: () => failure(404),
};
