/** What Hailuo 3 is ordered as in real n8n, and how each gateway has to be asked for it. */
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { once } from 'node:events';

const load = createRequire(import.meta.url);
const { mp3, mp4, wav } = load('../../engine/media');
const { png } = load('../../helpers/png');

export const MODES = ['textToVideo', 'imageToVideo', 'firstLastFrame', 'referenceToVideo'];

/** Models, each with choices that the form does not start with. `cost` is the price list's, in USD, without references. */
export const FAMILIES = [
	{
		provider: 'minimax',
		model: 'MiniMax-H3',
		endpoint: 'v2',
		resolution: '2K',
		duration: 4,
		ratios: { textToVideo: '21:9', referenceToVideo: 'adaptive' },
		options: {},
		cost: 0.52,
	},
	{
		provider: 'minimax',
		model: 'MiniMax-H3-Max',
		endpoint: 'v2',
		resolution: '480P',
		duration: 15,
		ratios: { textToVideo: '9:16', referenceToVideo: '3:4' },
		options: { promptExpansion: 'quality' },
		cost: 0.75,
	},
	{
		provider: 'wavespeed',
		model: 'MiniMax-H3',
		resolution: '2K',
		duration: 15,
		ratios: { textToVideo: '1:1', referenceToVideo: '4:3' },
		options: {},
		cost: 2.1,
	},
	{
		provider: 'wavespeed',
		model: 'MiniMax-H3-Open',
		resolution: '1080P',
		duration: 3,
		ratios: { textToVideo: '9:21', referenceToVideo: '21:9' },
		options: { seed: 7 },
		cost: 0.48,
	},
	{
		provider: 'toapis',
		model: 'MiniMax-H3',
		resolution: '2K',
		duration: 9,
		ratios: { textToVideo: '3:4', referenceToVideo: 'adaptive' },
		options: { watermark: true },
	},
];

/** Files by their names, in the order in which a workflow fetches them. */
export const FILES = {
	'first.png': { type: 'image/png', bytes: png(640, 480) },
	'last.png': { type: 'image/png', bytes: png(640, 360) },
	'clip.mp4': { type: 'video/mp4', bytes: mp4({ seconds: 3 }) },
	'sound.wav': { type: 'audio/wav', bytes: wav({ seconds: 4 }) },
	'song.mp3': { type: 'audio/mpeg', bytes: mp3() },
};
/** The binary field of a file, where n8n's Aggregate node has put all of them on one item. */
export const fieldOf = (file) => {
	const index = Object.keys(FILES).indexOf(file);
	return index === 0 ? 'data' : `data_${index}`;
};

/** The files on a host of their own. @returns {Promise<{ url: string, close: () => Promise<void> }>} */
export async function serveFiles() {
	const server = createServer((request, response) => {
		const file = FILES[request.url.slice(1)];
		response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' });
		response.end(file?.bytes);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
	return {
		url: `http://127.0.0.1:${port}`,
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

const UPLOADED = 'mm_file://…';
const LAST = 'https://example.com/last.png';
const fromFile = (kind, file) => ({
	kind,
	source: 'binary',
	binaryProperty: fieldOf(file),
	url: '',
	file,
});
const fromLink = (kind, url) => ({
	kind,
	source: 'url',
	binaryProperty: 'data',
	url,
	file: undefined,
});

/** Kinds and sources mixed; ToAPIs uploads images only, so the others come to it as links. */
export const referencesOf = (provider) => [
	fromFile('image', 'last.png'),
	fromLink('video', 'https://example.com/walk.mp4'),
	...(provider === 'toapis'
		? [fromLink('audio', 'https://example.com/voice.mp3')]
		: [
				fromFile('video', 'clip.mp4'),
				fromFile('audio', 'sound.wav'),
				fromFile('audio', 'song.mp3'),
			]),
	fromLink('image', 'https://example.com/style.jpg'),
	fromFile('image', 'first.png'),
];

/** The parameters of Create as the form saves them. */
export function orderOf(family, mode, prompt) {
	const { provider, model, resolution, duration, ratios, options } = family;
	const material = {
		textToVideo: {},
		imageToVideo: { firstFrameSource: 'binary', firstFrameBinaryProperty: 'data' },
		firstLastFrame: {
			firstFrameSource: 'binary',
			firstFrameBinaryProperty: 'data',
			lastFrameSource: 'url',
			lastFrameUrl: LAST,
		},
		referenceToVideo: {
			references: { reference: referencesOf(provider).map(({ file, ...fields }) => fields) },
		},
	}[mode];
	return {
		provider,
		operation: 'create',
		mode,
		model,
		...material,
		prompt,
		...(ratios[mode] && { aspectRatio: ratios[mode] }),
		resolution,
		duration,
		completion: 'wait',
		waitOptions: { pollInterval: 1 },
		options,
	};
}

/** What stands in a request for a file: itself, or the name of an upload that MiniMax hands out to nobody. */
const linkOf = (provider, { kind, file, url }) => {
	if (!file) return url;
	return provider === 'minimax' && kind !== 'image' ? UPLOADED : `<${file}>`;
};

/** Frames and references as [kind, role, link]; a file stands for itself, `<first.png>`. */
function materialOf({ provider }, mode) {
	const frames = [
		['image', 'first_frame', '<first.png>'],
		['image', 'last_frame', LAST],
	];
	return {
		textToVideo: [],
		imageToVideo: frames.slice(0, 1),
		firstLastFrame: frames,
		referenceToVideo: referencesOf(provider).map((one) => [
			one.kind,
			`reference_${one.kind}`,
			linkOf(provider, one),
		]),
	}[mode];
}

const given = (fields) =>
	Object.fromEntries(
		Object.entries(fields).filter(([, value]) => value !== undefined && value?.length !== 0),
	);

/** The request that has to arrive, by gateway: path, query and body. */
const REQUESTS = {
	minimax: ({ model, resolution, duration, ratios, options }, mode, prompt, material) => ({
		path: '/v2/video_generation',
		body: given({
			model,
			content: [
				{ type: 'text', text: prompt },
				...material.map(([kind, role, url]) => ({
					type: `${kind}_url`,
					[`${kind}_url`]: { url },
					role,
				})),
			],
			resolution,
			duration,
			ratio: ratios[mode],
			extra: options.promptExpansion && { prompt_expansion_mode: options.promptExpansion },
		}),
	}),
	wavespeed: ({ model, resolution, duration, ratios, options }, mode, prompt, material) => {
		const linksOf = (role) => material.filter((one) => one[1] === role).map(([, , url]) => url);
		const kind = { textToVideo: 'text', referenceToVideo: 'reference' }[mode] ?? 'image';
		const family = model === 'MiniMax-H3' ? 'minimax/h3' : 'wavespeed-ai/minimax-h3';
		return {
			path: `/api/v3/${family}/${kind}-to-video`,
			body: given({
				prompt,
				aspect_ratio: ratios[mode],
				image: linksOf('first_frame')[0],
				last_image: linksOf('last_frame')[0],
				reference_images: linksOf('reference_image'),
				reference_videos: linksOf('reference_video'),
				reference_audios: linksOf('reference_audio'),
				resolution: resolution.toLowerCase(),
				duration,
				seed: options.seed,
			}),
		};
	},
	toapis: ({ model, duration, ratios, options }, mode, prompt, material) => {
		const withRoles = (kind) =>
			material.filter((one) => one[0] === kind).map(([, role, url]) => ({ url, role }));
		return {
			path: '/v1/videos/generations',
			body: given({
				model,
				prompt,
				duration,
				aspect_ratio: ratios[mode] ?? 'adaptive',
				resolution: '2K',
				watermark: options.watermark,
				image_with_roles: withRoles('image'),
				video_with_roles: withRoles('video'),
				audio_with_roles: withRoles('audio'),
			}),
		};
	},
};

export const requestOf = (family, mode, prompt) =>
	REQUESTS[family.provider](family, mode, prompt, materialOf(family, mode));

/** How many files come to a gateway by an upload of their own; it has the others inside the request. */
export function uploadsOf({ provider }, mode) {
	return materialOf({ provider }, mode).filter(
		([kind, , link]) =>
			(link.startsWith('<') || link === UPLOADED) && (provider === 'toapis' || kind !== 'image'),
	).length;
}

/**
 * A request that arrived, with the names of files wherever their bytes can be read: inside it, or at the gateway's store.
 * @param {any} body
 */
export async function withFileNames(body) {
	if (Array.isArray(body)) return await Promise.all(body.map(withFileNames));
	if (typeof body === 'object' && body !== null) {
		const entries = Object.entries(body).map(async ([name, value]) => [
			name,
			await withFileNames(value),
		]);
		return Object.fromEntries(await Promise.all(entries));
	}
	if (typeof body !== 'string') return body;
	if (/^mm_file:\/\/\d+$/.test(body)) return UPLOADED;
	const [head] = /^data:[^;]+;base64,/.exec(body) ?? [];
	if (head) return nameOf(Buffer.from(body.slice(head.length), 'base64')) ?? body;
	if (!/^http:\/\/127\.0\.0\.1:\d+\/uploads\//.test(body)) return body;
	const reply = await fetch(body);
	return nameOf(Buffer.from(await reply.arrayBuffer())) ?? body;
}

function nameOf(bytes) {
	const [name] = Object.entries(FILES).find(([, file]) => file.bytes.equals(bytes)) ?? [];
	return name && `<${name}>`;
}
