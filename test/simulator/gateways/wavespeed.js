'use strict';

/** WaveSpeed: model and tier are the path (Hailuo 3: `lib/waveSpeedH3`), every answer sits in an envelope with a `code`. */

const { createHmac, randomBytes } = require('node:crypto');
const check = require('../lib/check');
const { KIND_OF, inspectFile, mediaFormatOf } = require('../lib/media');
const money = require('../lib/money');
const { readH3 } = require('../lib/waveSpeedH3');

const { Invalid, Refused, flag, oneOf, required, text } = check;

const DAY = 86_400_000;
// No WebP here, and the ratio lies strictly between 2:5 and 5:2.
const PICTURE = check.picture({ formats: ['jpeg', 'png'], strictRatio: true });

const PROMPT = { prompt: text({ max: 2000 }) };
const NEEDS_PROMPT = { prompt: required(text({ max: 2000, empty: false })) };
const IMAGE = { image: required(PICTURE) };
const DURATION = { duration: oneOf([6, 10]) };
/** The answer waits for the end of the task: not on the model pages, but the vendor's SDK sends it. */
const SYNC = { enable_sync_mode: flag() };
const COMMON = { enable_prompt_expansion: flag(), ...SYNC };
const FAST = { go_fast: flag() };

/** What every path takes and makes; the paths without `duration` refuse it. */
const PATHS = {
	'hailuo-02/t2v-standard': ['768P', { ...NEEDS_PROMPT, ...DURATION }],
	'hailuo-02/t2v-pro': ['1080P', { ...NEEDS_PROMPT }],
	// Two pages name the last frame differently, so both names pass, but not together.
	'hailuo-02/i2v-standard': [
		'768P',
		{ ...IMAGE, ...PROMPT, ...DURATION, end_image: PICTURE, last_image: PICTURE },
	],
	'hailuo-02/i2v-pro': ['1080P', { ...IMAGE, ...PROMPT, end_image: PICTURE }],
	'hailuo-02/standard': [
		'768P',
		{ ...NEEDS_PROMPT, ...DURATION, image: PICTURE, end_image: PICTURE },
	],
	'hailuo-02/pro': ['1080P', { ...NEEDS_PROMPT, image: PICTURE, end_image: PICTURE }],
	'hailuo-02/fast': ['512P', { ...IMAGE, ...PROMPT, ...DURATION, ...FAST }],
	'hailuo-2.3/t2v-standard': ['768P', { ...NEEDS_PROMPT, ...DURATION }],
	'hailuo-2.3/t2v-pro': ['1080P', { ...NEEDS_PROMPT }],
	'hailuo-2.3/i2v-standard': ['768P', { ...IMAGE, ...PROMPT, ...DURATION }],
	'hailuo-2.3/i2v-pro': ['1080P', { ...IMAGE, ...PROMPT }],
	'hailuo-2.3/fast': ['768P', { ...IMAGE, ...PROMPT, ...DURATION, ...FAST }],
	'hailuo-2.3/fast-pro': ['1080P', { ...IMAGE, ...PROMPT, ...FAST }],
};

function read({ path: target, query, body }, world) {
	const model = target.replace('/api/v3/', '');
	const path = model.replace(/^minimax\//, '');
	if (query.webhook !== undefined) check.callback().check(query.webhook, 'webhook');
	const h3 = readH3(model, body, SYNC, world);
	if (h3) return h3;
	if (!Object.hasOwn(PATHS, path)) throw new Refused(failure(404, 'Model not found'));
	const [resolution, fields] = PATHS[path];
	check.checkFields(body, { ...COMMON, ...fields });

	const lastFrame = body.end_image ?? body.last_image;
	if (body.end_image && body.last_image) {
		throw new Invalid('last_image', 'and end_image are two names of one field');
	}
	if (lastFrame && !body.image) throw new Invalid('image', 'is required with end_image');
	let mode = body.image ? 'imageToVideo' : 'textToVideo';
	if (lastFrame) mode = 'firstLastFrame';
	return {
		model,
		mode,
		prompt: body.prompt,
		resolution,
		duration: body.duration ?? 6,
	};
}

const envelope = (data, status = 200) => ({
	status,
	body: { code: 200, message: 'success', data },
});

/** One prediction, in the field order of the reference. */
function prediction(task, { base }, world, { timings = { inference: 0 }, ...values }) {
	const data = {
		id: task.id,
		model: task.model,
		outputs: [],
		urls: { get: `${base}/api/v3/predictions/${task.id}/result` },
		has_nsfw_contents: [],
		status: 'created',
		created_at: new Date(task.submittedAt).toISOString(),
		error: '',
		...values,
		timings,
	};
	// Newer pages print the bare prediction, and know more words.
	return isBare(task, world)
		? { status: 200, body: { ...data, status: BARE_WORDS[data.status] ?? data.status } }
		: envelope(data);
}

const BARE_WORDS = { created: 'queued', completed: 'succeeded' };
const isBare = (task, { options }) => task.outcome.bare ?? options.bare;

const ERRORS = {
	content: ['Content moderation failed', 1200],
	generic: ['Task execution failed', 1403],
	silent: [''],
	/** Without a code: only the flag and the words tell. */
	nsfw: ['Content flagged as potentially sensitive'],
};
const flagsOf = ({ outcome }, done) => {
	if (done) return [false];
	return outcome.category === 'nsfw' ? [true] : [];
};
const errorOf = ({ outcome }) => ERRORS[outcome.category] ?? ERRORS.generic;

function result(request, world) {
	const { task } = request;
	const phase = world.phase(task);
	const reply = (values) => prediction(task, request, world, values);
	if (phase === 'queued') return reply({ status: world.word(task, 'created') });
	if (phase === 'processing') return reply({ status: world.word(task, 'processing') });
	// Inferred: the word that the official node ends on.
	if (phase === 'canceled') return reply({ status: world.endWord(task, 'cancelled') });
	if (phase === 'failed') {
		const [error, code] = errorOf(task);
		return reply({
			has_nsfw_contents: flagsOf(task, false),
			status: world.endWord(task, 'failed'),
			error,
			...(code !== undefined && { code }),
		});
	}
	return reply({
		outputs: world.isLinked(task) ? [world.videoUrl(task)] : [],
		has_nsfw_contents: flagsOf(task, true),
		status: world.endWord(task, 'completed'),
		timings: { inference: task.readyAt - task.startedAt },
	});
}

/** At once, or with the end of the task where that is wanted and does not take too long. */
async function submitted(task, request, world) {
	if (!request.body.enable_sync_mode) return prediction(task, request, world, {});
	await world.finished(task, world.options.syncMs);
	if (!world.isRunning(task)) return result({ ...request, task }, world);
	return prediction(task, request, world, {
		status: 'processing',
		error: 'Sync mode timed out',
		code: 5004,
	});
}

/** "Cancel or delete": stops a running prediction, but destroys the result of a finished one. */
function remove({ task }, world) {
	if (world.isRunning(task)) world.cancel(task);
	else world.remove(task);
	const data = { id: task.id, status: 'deleted' };
	return isBare(task, world) ? { status: 200, body: data } : envelope(data);
}

function upload({ file }, world) {
	const format = mediaFormatOf(file.bytes);
	const type = KIND_OF[format] ?? 'image';
	// What is taken is not published; the material of MiniMax's models is the safe set. Sizes are the model's affair.
	const { format: known } = inspectFile(file.bytes, type);
	if (!known) throw new Invalid('file', 'must be a JPEG, PNG, WebP, HEIC, MP4, MOV, WAV or MP3');
	const { url } = world.keepUpload(file.bytes, format);
	return envelope({
		type,
		download_url: url,
		filename: file.name,
		size: file.bytes.length,
	});
}

/** Larger files: first a ticket, then the bytes to the store that it names (the vendor's SDK does so). */
function announce({ body }, world) {
	check.checkFields(body, {
		filename: required(text({ empty: false })),
		size: required(check.whole({ min: 1 })),
		content_type: text({ empty: false }),
	});
	const { filename, size, content_type: type = 'application/octet-stream' } = body;
	const [extension = ''] = /\.\w+$/.exec(filename) ?? [];
	const { url, uploadUrl } = world.announceUpload({ extension, size, type });
	return envelope({
		download_url: url,
		filename,
		size,
		upload: { method: 'PUT', url: uploadUrl, headers: { 'Content-Type': type } },
	});
}

/** A webhook's body is the prediction itself, without the envelope; only the two ends are told. */
const callback = {
	field: 'webhook',
	target: ({ query }) => query.webhook,
	final(task, world) {
		const { status } = task.outcome;
		if (status === 'canceled') return undefined;
		const done = status === 'succeeded';
		return {
			id: task.id,
			event: done ? 'completed' : 'failed',
			body: {
				id: task.id,
				model: task.model,
				input: task.order,
				outputs: done ? [world.videoUrl(task)] : [],
				urls: { get: `${world.base}/api/v3/predictions/${task.id}/result` },
				has_nsfw_contents: flagsOf(task, done),
				status: done ? 'completed' : 'failed',
				created_at: new Date(task.submittedAt).toISOString(),
				error: done ? '' : errorOf(task)[0],
			},
		};
	},
	secrets: ({ waveSpeedSecret }) => [waveSpeedSecret],
	/** Looks like Standard Webhooks, but the key is the text behind `whsec_`, and the digest is hex. */
	sign({ message, seconds, raw, secrets: [secret] }) {
		const key = secret.replace(/^whsec_/, '');
		const digest = createHmac('sha256', key)
			.update(`${message.id}.${seconds}.${raw}`)
			.digest('hex');
		return {
			'webhook-id': message.id,
			'webhook-timestamp': String(seconds),
			'webhook-signature': `v3,${digest}`,
		};
	},
};

const failure = (status, message = 'error') => ({ status, body: { code: status, message } });
// An error can also hide inside HTTP 200: only `code` tells.
const inside200 = (code, usual) => (message) => ({
	status: 200,
	body: { code, message: message ?? usual, data: null },
});

module.exports = {
	id: 'wavespeed',
	name: 'WaveSpeed',
	auth: { header: 'authorization', pattern: /^Bearer (\S+)$/ },
	linkMs: 7 * DAY,
	makeId: () => randomBytes(16).toString('hex'),
	submit: ['minimax', 'wavespeed-ai'].map((owner) => ({
		path: `/api/v3/${owner}/:family/:tier`,
		query: { webhook: false },
		read,
	})),
	submitted,
	callback,
	routes: [
		...['/api/v3/predictions/:id/result', '/api/v3/predictions/:id'].map((path) => ({
			kind: 'status',
			method: 'GET',
			path,
			task: ({ params }) => params.id,
			handle: result,
		})),
		{
			kind: 'cancel',
			method: 'DELETE',
			path: '/api/v3/predictions/:id',
			task: ({ params }) => params.id,
			handle: remove,
		},
		{
			kind: 'upload',
			method: 'POST',
			path: '/api/v3/media/upload/binary',
			multipart: { file: 'file' },
			handle: upload,
		},
		{ kind: 'upload', method: 'POST', path: '/api/v3/media/uploads', json: true, handle: announce },
		...money.routes.wavespeed,
		{
			kind: 'account',
			method: 'GET',
			path: '/api/v3/webhook/secret',
			// Inferred: the path is published, the field is not.
			handle: (_request, { options }) => envelope({ secret: options.waveSpeedSecret }),
		},
	],
	refuse: {
		auth: () => failure(401, 'Unauthorized'),
		balance: inside200(402, 'Insufficient credits'),
		contentPolicy: inside200(1200, 'Content moderation failed'),
		invalidParameters: (message) => inside200(400)(`invalid parameter: ${message ?? 'unknown'}`),
		notFound: () => failure(404, 'Prediction not found'),
		rateLimit: () => failure(429, 'Too many requests'),
		transient: inside200(5003, 'Service unavailable'),
	},
	failure,
	noSuchEndpoint: () => failure(404, 'Not Found'),
};
