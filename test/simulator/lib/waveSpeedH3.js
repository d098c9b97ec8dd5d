'use strict';

/**
 * Hailuo 3 at WaveSpeed, two families of paths: MiniMax's own (`minimax/h3/*`, pages of 2026-07 to 2026-09) and the
 * open weights (`wavespeed-ai/minimax-h3/*`, live schema of 2026-09-21). Sound is always on.
 */

const check = require('./check');

const { Invalid, oneOf, required, text, whole } = check;

const RATIOS = ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'];
const FAMILIES = {
	'minimax/h3': {
		ratios: RATIOS,
		resolutions: ['768p', '2k'],
		duration: whole({ min: 4, max: 15 }),
		// The length is not published; MiniMax's own limit stands behind it (inferred).
		prompt: required(text({ max: 7000, empty: false })),
		more: {},
	},
	'wavespeed-ai/minimax-h3': {
		ratios: [...RATIOS, '9:21'],
		resolutions: ['480p', '540p', '768p', '1080p'],
		duration: whole({ min: 3, max: 15 }),
		prompt: required(text({ empty: false })),
		more: { seed: whole({ min: -1, max: 2 ** 32 - 1 }) },
	},
};

// Rules for images are not published; MiniMax's limits are the safe set. Base64 is known of images only.
const IMAGE = check.media('image');
const link = (kind) => check.media(kind, { dataUrl: false });
const REFERENCES = {
	reference_images: check.list(IMAGE, { max: 9 }),
	reference_videos: check.list(link('video'), { max: 3 }),
	reference_audios: check.list(link('audio'), { max: 3 }),
};

function pathsOf([family, { ratios, resolutions, duration, prompt, more }]) {
	const common = { prompt, resolution: oneOf(resolutions), duration, ...more };
	const ratio = { aspect_ratio: oneOf(ratios) };
	const paths = {
		'text-to-video': { ...common, ...ratio },
		'image-to-video': { ...common, image: required(IMAGE), last_image: IMAGE },
		'reference-to-video': { ...common, ...ratio, ...REFERENCES },
		// The only continuation of a clip that is sold anywhere.
		...(family.startsWith('wavespeed-ai') && {
			'video-extend': { ...common, video: required(link('video')), last_image: IMAGE },
		}),
	};
	const [usual] = resolutions;
	return Object.entries(paths).map(([name, fields]) => [`${family}/${name}`, { fields, usual }]);
}

const PATHS = Object.fromEntries(Object.entries(FAMILIES).flatMap(pathsOf));

function modeOf({ image, last_image, video, ...body }) {
	if (Object.keys(REFERENCES).some((name) => body[name] !== undefined)) return 'referenceToVideo';
	if (video !== undefined) return 'extension';
	if (image === undefined) return 'textToVideo';
	return last_image === undefined ? 'imageToVideo' : 'firstLastFrame';
}

function checkReferences(path, body) {
	if (!path.endsWith('/reference-to-video')) return;
	const count = (name) => body[name]?.length ?? 0;
	if (count('reference_images') + count('reference_videos') > 0) return;
	const isOpen = path.startsWith('wavespeed-ai');
	if (isOpen && count('reference_audios') > 0) return; // "at least one": any will do
	throw new Invalid('reference_images', 'or reference_videos must hold at least one link');
}

const linksOf = (body) =>
	[
		body.image,
		body.last_image,
		body.video,
		...Object.keys(REFERENCES).flatMap((name) => body[name]),
	].filter((value) => typeof value === 'string');

/**
 * @param {string} path behind `/api/v3/`
 * @param {object} body
 * @param {Record<string, object>} common fields that every path takes
 * @returns {object | undefined} the facts of the task; undefined for another path
 * @throws {Invalid}
 */
function readH3(path, body, common, world) {
	if (!Object.hasOwn(PATHS, path)) return undefined;
	const { fields, usual } = PATHS[path];
	check.checkFields(body, { ...common, ...fields });
	checkReferences(path, body);
	for (const url of linksOf(body)) {
		if (!world.isLinkAlive(url)) throw new Invalid('body', 'names an upload that does not exist');
	}
	return {
		model: path,
		mode: modeOf(body),
		prompt: body.prompt,
		resolution: body.resolution ?? usual,
		duration: body.duration ?? 5,
	};
}

module.exports = { readH3 };
