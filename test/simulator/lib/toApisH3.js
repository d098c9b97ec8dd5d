'use strict';

/**
 * Hailuo 3 at ToAPIs. Its page exists (docs index of 2026-09-07), but all of this is secondary: a client that was
 * written from it (2026-08-07). Everything stands on the top level, material with its role.
 */

const check = require('./check');

const { Invalid, flag, oneOf, required, text, whole } = check;

const MODEL = 'MiniMax-H3';
const FRAMES = ['first_frame', 'last_frame'];
/**
 * field -> [kind, roles, how many references]
 *
 * @type {Record<string, ['image' | 'audio' | 'video', string[], number]>}
 */
const MATERIAL = {
	image_with_roles: ['image', [...FRAMES, 'reference_image'], 9],
	video_with_roles: ['video', ['reference_video'], 3],
	audio_with_roles: ['audio', ['reference_audio'], 3],
};

const FIELDS = {
	model: required(oneOf([MODEL])),
	// MiniMax's own limit (inferred).
	prompt: required(text({ max: 7000, empty: false })),
	duration: whole({ min: 4, max: 15 }),
	aspect_ratio: oneOf(['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16']),
	resolution: oneOf(['2K', '768p']),
	watermark: flag(),
	...Object.fromEntries(
		Object.entries(MATERIAL).map(([name, [kind, roles]]) => [
			name,
			check.list(
				check.group({
					url: required(check.media(kind, { dataUrl: false })),
					role: required(oneOf(roles)),
				}),
				{ min: 1 },
			),
		]),
	),
};

function checkCounts(roles) {
	const count = (role) => roles.filter((one) => one === role).length;
	for (const role of FRAMES) {
		if (count(role) > 1) throw new Invalid('image_with_roles', `must hold one ${role}`);
	}
	if (count('last_frame') > 0 && count('first_frame') === 0) {
		throw new Invalid('image_with_roles', 'must hold a first_frame beside the last_frame');
	}
	const references = roles.filter((role) => !FRAMES.includes(role));
	if (references.length > 0 && references.length < roles.length) {
		throw new Invalid('image_with_roles', 'must not mix frames and references');
	}
	for (const [name, [kind, , max]] of Object.entries(MATERIAL)) {
		if (count(`reference_${kind}`) > max) {
			throw new Invalid(name, `must hold at most ${max} references`);
		}
	}
	if (references.length > 0 && references.every((role) => role === 'reference_audio')) {
		throw new Invalid('audio_with_roles', 'must stand beside an image or a video');
	}
	if (references.length > 12) throw new Invalid('body', 'must hold at most 12 references');
}

function modeOf(roles) {
	if (roles.includes('last_frame')) return 'firstLastFrame';
	if (roles.includes('first_frame')) return 'imageToVideo';
	return roles.length > 0 ? 'referenceToVideo' : 'textToVideo';
}

/**
 * @param {object} body
 * @param {Record<string, object>} common fields that every model takes
 * @param {{isLinkAlive: (url: string) => boolean}} world
 * @returns {object | undefined} the facts of the task; undefined for another model
 * @throws {Invalid}
 */
function readH3(body, common, { isLinkAlive }) {
	if (body?.model !== MODEL) return undefined;
	check.checkFields(body, { ...FIELDS, ...common });
	const material = Object.keys(MATERIAL).flatMap((name) => body[name] ?? []);
	const roles = material.map(({ role }) => role);
	checkCounts(roles);
	if (roles.length === 0 && body.aspect_ratio === 'adaptive') {
		throw new Invalid('aspect_ratio', 'must not be adaptive without media');
	}
	if (!material.every(({ url }) => isLinkAlive(url))) {
		throw new Invalid('url', 'names an upload that does not exist');
	}
	const { prompt, resolution = '768p', duration = 5 } = body;
	return { model: MODEL, mode: modeOf(roles), prompt, resolution, duration };
}

module.exports = { MODEL, readH3 };
