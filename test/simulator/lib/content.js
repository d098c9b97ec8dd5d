'use strict';

/** The `content` list of MiniMax V2: the prompt and its material in one array, told apart by type and role. */

const check = require('./check');
const { inspectMedia } = require('./media');

const { Invalid, required, text } = check;

/** Uploaded to MiniMax before; whether the file is there is not checked, as other people's links are not. */
const REFERENCES = /^mm_file:\/\/\d+$/;
const MAX_FILES = 12;
const MAX_SECONDS = 15;

const FRAMES = ['first_frame', 'last_frame'];
/** type -> kind, roles, and how many references of it */
const MEDIA = {
	image_url: { kind: 'image', roles: [...FRAMES, 'reference_image'], max: 9 },
	video_url: { kind: 'video', roles: ['reference_video'], max: 3 },
	audio_url: { kind: 'audio', roles: ['reference_audio'], max: 3 },
};
/** Seconds of a reference behind a link, which is never fetched (made up: the middle of what is allowed). */
const UNKNOWN_SECONDS = 5;

function checkItem(item, name, { baseVideo }) {
	if (!check.isPlainObject(item)) throw new Invalid(name, 'must be a JSON object');
	if (item.type === 'text') {
		check.checkFields(item, { type: text(), text: required(text()) }, `${name}.`);
		return;
	}
	check.oneOf(['text', ...Object.keys(MEDIA)]).check(item.type, `${name}.type`);
	const { kind, roles } = MEDIA[item.type];
	const allowed = kind === 'video' && baseVideo ? [...roles, 'base_video'] : roles;
	const fields = {
		type: text(),
		[item.type]: required(
			check.group({ url: required(check.media(kind, { references: REFERENCES })) }),
		),
		role: check.oneOf(allowed),
	};
	check.checkFields(item, fields, `${name}.`);
}

/** The roles in their order; only a single image may come without one, as the first frame. */
function rolesOf(content, media) {
	const images = media.filter(({ type }) => type === 'image_url');
	return media.map((item) => {
		const { type, role } = item;
		if (role !== undefined) return role;
		if (type === 'image_url' && images.length === 1) return 'first_frame';
		throw new Invalid(`content[${content.indexOf(item)}].role`, `is required for ${type}`);
	});
}

const secondsOf = (media, type) =>
	media
		.filter((item) => item.type === type)
		.map((item) => {
			const { url } = item[type];
			return /^data:/.test(url) ? inspectMedia(url, MEDIA[type].kind).seconds : undefined;
		});

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

function modeOf(roles) {
	if (roles.some((role) => role.startsWith('reference_'))) return 'referenceToVideo';
	if (roles.includes('first_frame')) {
		return roles.includes('last_frame') ? 'firstLastFrame' : 'imageToVideo';
	}
	// The text of the page allows a last frame alone, its table asks for a pair: let it pass.
	return roles.includes('last_frame') ? 'lastFrame' : 'textToVideo';
}

function checkCounts(roles, media) {
	const count = (role) => roles.filter((one) => one === role).length;
	for (const role of [...FRAMES, 'base_video']) {
		if (count(role) > 1) throw new Invalid('content', `must not hold more than one ${role}`);
	}
	const references = roles.filter((role) => role.startsWith('reference_'));
	if (references.length > 0 && roles.some((role) => FRAMES.includes(role))) {
		throw new Invalid('content', 'must not mix frames (first_frame, last_frame) and references');
	}
	for (const { kind, max } of Object.values(MEDIA)) {
		const role = `reference_${kind}`;
		if (count(role) > max) throw new Invalid('content', `must hold at most ${max} ${role}`);
	}
	if (references.length > MAX_FILES) {
		throw new Invalid('content', `must hold at most ${MAX_FILES} references`);
	}
	// Secondary: many clients refuse it, the page is silent.
	if (references.length > 0 && references.every((role) => role === 'reference_audio')) {
		throw new Invalid('content', 'must hold an image or a video beside reference_audio');
	}
	for (const type of ['video_url', 'audio_url']) {
		const seconds = sum(secondsOf(media, type).map((one) => one ?? 0));
		if (seconds > MAX_SECONDS) {
			throw new Invalid('content', `holds ${seconds} s of ${type}, the limit is ${MAX_SECONDS}`);
		}
	}
}

/**
 * Checks a `content` array.
 *
 * @param {unknown} content
 * @param {{maxText: number, baseVideo?: boolean}} rules `baseVideo`: a clip that is made again is material, too
 * @returns {{prompt: string, mode: string, roles: string[], input: object}} `input` counts the material for `usage`
 * @throws {Invalid}
 */
function readContent(content, { maxText, baseVideo = false }) {
	if (!Array.isArray(content)) throw new Invalid('content', 'must be an array');
	content.forEach((item, index) => checkItem(item, `content[${index}]`, { baseVideo }));

	const texts = content.filter(({ type }) => type === 'text').map((item) => item.text);
	if (!texts.some((one) => one.trim() !== '')) {
		throw new Invalid('content', 'must include a non-empty text item (prompt is required)');
	}
	if (texts.length > 1) throw new Invalid('content', 'must include only one text item');
	const [prompt] = texts;
	text({ max: maxText }).check(prompt, 'content text');

	const media = content.filter(({ type }) => type !== 'text');
	const roles = rolesOf(content, media);
	checkCounts(roles, media);
	const seconds = (type) => sum(secondsOf(media, type).map((one) => one ?? UNKNOWN_SECONDS));
	return {
		prompt,
		mode: modeOf(roles),
		roles,
		input: {
			videoSeconds: seconds('video_url'),
			images: media.filter(({ type }) => type === 'image_url').length,
			audioSeconds: seconds('audio_url'),
		},
	};
}

module.exports = { readContent };
