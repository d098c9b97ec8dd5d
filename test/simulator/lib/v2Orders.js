'use strict';

/** The three orders of MiniMax V2: a clip, the same clip again in 2K, and a better prompt. */

const check = require('./check');
const { readContent } = require('./content');

const { Invalid, flag, oneOf, required, text, whole } = check;

const MODELS = {
	'MiniMax-H3': { resolutions: ['768P', '2K'], shortest: 4 },
	'MiniMax-H3-Max': { resolutions: ['480P', '768P'], shortest: 5 },
};
const H3_ONLY = required(oneOf(['MiniMax-H3']));
const LONGEST = 15;
const MAX_TEXT = 7000;
/** The source's own text may be longer when its clip is made again. */
const MAX_SOURCE_TEXT = 40_000;
const RATIOS = ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'];

/** `readContent` checks it. */
const CONTENT = required({ check() {} });
const COMMON = {
	model: required(oneOf(Object.keys(MODELS))),
	content: CONTENT,
	ratio: oneOf(RATIOS),
	callback_url: check.callback(),
};
const FIELDS = {
	...COMMON,
	resolution: required(oneOf(['480P', '768P', '2K'])),
	duration: required(whole({ min: 4, max: LONGEST })),
	extra: check.group({ prompt_expansion_mode: oneOf(['disabled', 'balanced', 'quality']) }),
	// In the Chinese schema only; ComfyUI sends it to the global host, too.
	aigc_watermark: flag(),
	// In no schema at all; secondary: ComfyUI sends it.
	seed: whole({ min: -1, max: 2 ** 32 - 1 }),
};

function read({ body }) {
	check.checkFields(body, FIELDS);
	const { model, resolution, duration, ratio = 'adaptive' } = body;
	const { resolutions, shortest } = MODELS[model];
	if (!resolutions.includes(resolution)) {
		throw new Invalid('resolution', `${resolution} is not available for ${model}`);
	}
	if (duration < shortest) {
		throw new Invalid('duration', `${duration} is not available for ${model}`);
	}
	if (body.extra && model !== 'MiniMax-H3-Max') {
		throw new Invalid('extra', `is not available for ${model}`);
	}
	const { prompt, mode, input } = readContent(body.content, { maxText: MAX_TEXT });
	if (mode === 'textToVideo' && ratio === 'adaptive') {
		throw new Invalid('ratio', 'is required for text to video, and must not be adaptive');
	}
	const isFree = ['textToVideo', 'referenceToVideo'].includes(mode);
	return {
		model,
		mode,
		prompt,
		resolution,
		duration,
		// With frames another ratio is ignored, not refused.
		ratio: isFree && ratio !== 'adaptive' ? ratio : '',
		taskType: 'generation',
		input,
	};
}

/** The same clip once more in 2K: from a task of this account, or from its file and all that made it. */
function readRegeneration({ body }, world) {
	check.checkFields(body, {
		model: H3_ONLY,
		resolution: required(oneOf(['2K'])),
		callback_url: check.callback(),
		aigc_watermark: flag(),
		source_task_id: text({ empty: false }),
		content: { check() {} },
	});
	const { source_task_id, content } = body;
	if ((source_task_id === undefined) === (content === undefined)) {
		throw new Invalid('source_task_id', 'or content is required, and not both');
	}
	const again = { model: body.model, resolution: '2K', ratio: '', taskType: 'regeneration' };
	if (content === undefined) {
		const source = world.findTask(source_task_id);
		if (!source || world.phase(source) !== 'succeeded' || source.resolution !== '768P') {
			throw new Invalid('source_task_id', 'must name a finished 768P clip of this account');
		}
		const { prompt, mode, duration, input } = source;
		return { ...again, prompt, mode, duration, input };
	}
	const { prompt, mode, roles, input } = readContent(content, {
		maxText: MAX_SOURCE_TEXT,
		baseVideo: true,
	});
	if (!roles.includes('base_video')) throw new Invalid('content', 'must hold a base_video');
	return { ...again, prompt, mode, duration: 5, input };
}

/** Context-IR: a better prompt is the result, not a clip. */
function readContext({ body }) {
	check.checkFields(body, {
		...COMMON,
		model: H3_ONLY,
		duration: required(whole({ min: 4, max: LONGEST })),
	});
	const { prompt, mode, input } = readContent(body.content, { maxText: MAX_TEXT });
	const { model, duration, ratio = 'adaptive' } = body;
	return {
		model,
		mode,
		prompt,
		duration,
		ratio: ratio === 'adaptive' ? '' : ratio,
		taskType: 'h3_context_ir',
		input,
	};
}

module.exports = { MODELS: Object.keys(MODELS), read, readContext, readRegeneration };
