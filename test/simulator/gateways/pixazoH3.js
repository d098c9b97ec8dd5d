'use strict';

/**
 * Hailuo 3 at Pixazo. Its paths are documented (2026-08-03), and of its bodies only the prompt of text to video: all
 * the rest is inferred from Pixazo's newer models, and `image_url` is a guess. The other three paths refuse all.
 */

const { randomBytes } = require('node:crypto');
const check = require('../lib/check');

const { required, text } = check;

const PREFIX = '/minimax-hailuo-h3/v2';
const PROMPT = { prompt: required(text({ max: 7000, empty: false })) };

const reader =
	(mode, fields) =>
	({ body }) => {
		check.checkFields(body, { ...PROMPT, ...fields });
		return { model: 'minimax-hailuo-h3', mode, prompt: body.prompt };
	};

const BLOCKED = 'Content policy violation';
const ERRORS = { content: BLOCKED, nsfw: BLOCKED, silent: '', generic: 'Task execution failed' };
const ok = (body) => ({ status: 200, body });

function status({ task }, world) {
	const phase = world.phase(task);
	const reply = (word, more) => ok({ request_id: task.id, status: word, ...more });
	if (phase === 'queued') return reply(world.word(task, 'QUEUED'));
	if (phase === 'processing') return reply(world.word(task, 'PROCESSING'));
	if (phase === 'succeeded') {
		const media_url = world.isLinked(task) ? [world.videoUrl(task)] : [];
		return reply(world.endWord(task, 'COMPLETED'), { output: { media_url } });
	}
	return reply(world.endWord(task, 'ERROR'), {
		error: ERRORS[task.outcome.category] ?? ERRORS.generic,
	});
}

module.exports = {
	dialectOf: 'pixazo',
	dialect: 'h3',
	makeId: () => `req_${randomBytes(8).toString('hex')}`,
	submit: [
		{ path: `${PREFIX}/text-to-video`, read: reader('textToVideo', {}) },
		{
			path: `${PREFIX}/image-to-video`,
			read: reader('imageToVideo', { image_url: required(check.media('image')) }),
		},
	],
	submitted: (task, { base }) =>
		ok({
			request_id: task.id,
			status: 'QUEUED',
			polling_url: `${base}/v2/requests/status/${task.id}`,
		}),
	callback: undefined,
	routes: [
		{
			kind: 'status',
			method: 'GET',
			path: '/v2/requests/status/:id',
			task: ({ params }) => params.id,
			handle: status,
		},
	],
};
