#!/usr/bin/env node
/*
 * `npm run e2e:binary-modes`: good and broken files in each place where n8n can keep them: in memory, in its folder of
 * files, in its database. In each mode one execution makes a clip of every kind that the simulator can spoil, and
 * orders clips with good and broken images. What comes out is the same everywhere, byte for byte.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { runSuite } from './lib/suite.mjs';
import {
	chain,
	hailuoNode,
	itemsNode,
	itemsOf,
	manualStart,
	saveCredential,
	START,
} from './lib/workflows.mjs';

const require = createRequire(import.meta.url);
const { BROKEN, GOOD } = require('../helpers/imageTable');
const { listen } = require('../helpers/listen');
const { fileOf } = require('../simulator/lib/files');
const { shorten } = require('../simulator/lib/record');
const { WORDS } = require('../simulator/lib/words');

/**
 * Each mode: n8n's settings for it, and how the ids of its files begin; in memory they have none.
 * @type {Array<{ name: string, env: Record<string, string>, id?: RegExp }>}
 */
const MODES = [
	{ name: 'memory', env: { N8N_DEFAULT_BINARY_DATA_MODE: 'default' } },
	{ name: 'files', env: { N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' }, id: /^filesystem-v2:/ },
	{
		name: 'database',
		env: {
			N8N_DEFAULT_BINARY_DATA_MODE: 'database',
			// n8n 1.x reaches its database only when it is in this list; 2.x does not read it.
			N8N_AVAILABLE_BINARY_DATA_MODES: 'filesystem,database',
		},
		id: /^database:/,
	},
];

/** More than one chunk of a download. */
const VIDEO_BYTES = 300_000;
const MP4 = { mimeType: 'video/mp4', fileExtension: 'mp4' };
const WEBM = { mimeType: 'video/webm', fileExtension: 'webm' };
const MOV = { mimeType: 'video/quicktime', fileExtension: 'mov' };

/** What the words make of a clip: delivered as that file after so many downloads, or an error that says this. */
const CLIPS = [
	{ words: '', file: MP4 },
	{ words: 'sim:octet', file: MP4 },
	{ words: 'sim:plain', file: MP4 },
	{ words: 'sim:download', file: MP4 },
	{ words: 'sim:xdownload', file: MP4 },
	{ words: 'sim:notype', file: MP4 },
	{ words: 'sim:webm', file: WEBM },
	{ words: 'sim:webm sim:asvideo', file: WEBM },
	{ words: 'sim:mov', file: MOV },
	{ words: 'sim:mov sim:octet', file: MOV },
	{ words: 'sim:gzip', file: MP4 },
	{ words: 'sim:br', file: MP4 },
	{ words: 'sim:relativelink', file: MP4 },
	{ words: 'sim:schemelesslink', file: MP4 },
	{ words: 'sim:latelink', file: MP4 },
	{ words: 'sim:cutonce', file: MP4, downloads: 2 },
	{ words: 'sim:htmlonce', file: MP4, downloads: 2 },
	{ words: 'sim:expired', file: MP4, downloads: 2 },
	{ words: 'sim:html', category: 'expired', says: /leads to a web page \(HTML\), not to a video/ },
	{ words: 'sim:html sim:asvideo', category: 'expired', says: /a web page \(HTML\)/ },
	{ words: 'sim:json sim:octet', category: 'expired', says: /JSON text/ },
	{ words: 'sim:xml sim:asvideo', category: 'expired', says: /an error message of a file server/ },
	{ words: 'sim:playlist sim:notype', category: 'expired', says: /a playlist of a stream/ },
	{ words: 'sim:png sim:asvideo', category: 'protocol', says: /a PNG file/, downloads: 1 },
	{ words: 'sim:zip sim:asvideo', category: 'protocol', says: /a ZIP archive/, downloads: 1 },
	{ words: 'sim:zeros', category: 'protocol', says: /nothing but zeros/, downloads: 1 },
	{ words: 'sim:cut', category: 'transient', says: /broke off/ },
	{ words: 'sim:cutlength', category: 'transient', says: /broke off \(its box 'free' goes on/ },
	{ words: 'sim:cutchunked', category: 'transient', says: /broke off/ },
	{ words: 'sim:cutchunked sim:webm', category: 'transient', says: /broke off/ },
].map(({ downloads, ...clip }, n) => ({
	...clip,
	prompt: `clip ${n} ${clip.words}`.trim(),
	// What broke off, and what stands in the place of an expired file, is fetched five times.
	downloads: downloads ?? (clip.file ? 1 : 5),
}));

/** @type {Array<{ name: string, path: string, bytes: Buffer, refused?: RegExp }>} */
const IMAGES = [...GOOD, ...BROKEN].map((image, n) => ({ ...image, path: `/${n}.jpg` }));
/** Takes images as data URLs in the order; and as uploads. */
const IMAGE_GATEWAYS = ['minimax', 'toapis'];
const CLIP_GATEWAY = 'wavespeed';
const FETCH = 'Fetch';
const LONGEST_MS = 300_000;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

await runSuite({
	name: 'binary-modes',
	about:
		'Good and broken files, with n8n keeping its files in memory, in a folder, in its database.',
	async run({ openN8n, openSimulator, atEnd, report }) {
		const { check } = report;
		const simulator = await openSimulator({ taskMs: 10, videoBytes: VIDEO_BYTES });
		const files = await serveImages(atEnd);
		const n8n = await openN8n();
		let workflowId;
		let first;

		report.check(
			'words about files that nobody tries',
			Object.keys(WORDS).filter((word) => {
				const { file, cut, packed, type, expireOnce } = WORDS[word].outcome ?? {};
				const isOfFiles = [file, cut, packed, type, expireOnce].some((wish) => wish !== undefined);
				return isOfFiles && !CLIPS.some(({ words }) => words.includes(`sim:${word}`));
			}),
			[],
		);

		for (const mode of MODES) {
			const execution = await report.case(`${mode.name}: one run of all files`, async (step) => {
				await n8n.stop();
				Object.assign(n8n.env, mode.env);
				await n8n.start();
				workflowId ??= await n8n.rest.createWorkflow(
					workflowOf(files, await saveCredentials(n8n.rest, simulator)),
				);
				simulator.reset();
				const began = Date.now();
				const ended = await n8n.rest.run(workflowId, START, { timeoutMs: LONGEST_MS });
				check('status', [ended.status, ended.error?.message], ['success', undefined]);
				step.done(`${((Date.now() - began) / 1000).toFixed(1)} s`);
				return ended;
			});
			const clips = itemsOf(execution, CLIP_GATEWAY);

			await report.case(`${mode.name}: good videos, byte for byte`, async () => {
				for (const [index, { prompt, words, file }] of CLIPS.entries()) {
					if (!file) continue;
					const { json, binary } = clips[index] ?? { json: {} };
					check(`${prompt}: status`, [json.status, json.error?.message], ['succeeded', undefined]);
					const { data } = binary ?? {};
					if (!data) continue;
					const { mimeType, fileExtension, fileName } = data;
					check(`${prompt}: file`, { mimeType, fileExtension }, file);
					check(`${prompt}: name`, fileName, `hailuo-${json.taskId}.${file.fileExtension}`);
					check(`${prompt}: place`, liesIn(mode, data), true);
					check(`${prompt}: bytes`, sha256(await contentOf(n8n.rest, data)), served(words));
					const isClip = file === MP4;
					const size = [json.width, json.height, json.videoSeconds];
					check(`${prompt}: measures`, size, isClip ? [640, 360, 2.5] : [320, 180, 2]);
				}
			});

			await report.case(`${mode.name}: no broken video is delivered`, async () => {
				for (const [index, { prompt, category, says }] of CLIPS.entries()) {
					if (!says) continue;
					const { json, binary } = clips[index] ?? { json: {} };
					check(`${prompt}: file`, binary?.data, undefined);
					check(`${prompt}: category`, json.error?.category, category);
					check(`${prompt}: ${json.error?.message}`, says.test(json.error?.message), true);
					const task = simulator.tasks.find((one) => one.prompt === prompt);
					check(`${prompt}: task`, json.taskId, task?.id);
				}
			});

			await report.case(`${mode.name}: paid once, fetched as often as it helps`, async () => {
				check('paid', simulator.paid(CLIP_GATEWAY), CLIPS.length);
				for (const { prompt, downloads } of CLIPS) {
					const ids = simulator.tasks.filter((one) => one.prompt === prompt).map(({ id }) => id);
					const fetched = simulator.requests.filter(
						({ kind, taskId }) => kind === 'video' && ids.includes(taskId),
					);
					check(`${prompt}: tasks, downloads`, [ids.length, fetched.length], [1, downloads]);
				}
			});

			await report.case(`${mode.name}: images arrive whole, or nothing is paid`, async () => {
				const kept = itemsOf(execution, FETCH).map(({ binary }) => binary?.data);
				check('fetched', kept.length, IMAGES.length);
				for (const [index, { name }] of IMAGES.entries())
					check(`${name}: place`, liesIn(mode, kept[index]), true);
				for (const gateway of IMAGE_GATEWAYS) {
					check(`${gateway}: paid`, simulator.paid(gateway), GOOD.length);
					const items = itemsOf(execution, gateway);
					for (const [index, { name, refused }] of IMAGES.entries()) {
						const { json, binary } = items[index] ?? { json: {} };
						const { error, status } = json;
						if (refused) {
							check(`${gateway}, ${name}`, error?.category, 'invalidParameters');
							check(`${name}: ${error?.message}`, refused.test(error?.message), true);
							// so that another node can go on with it
							check(`${name}: stays on the row`, binary?.data?.mimeType, 'image/jpeg');
						} else check(`${gateway}, ${name}`, [status, error?.message], ['succeeded', undefined]);
					}
				}
				const arrived = await imagesAt(simulator);
				check('bytes', arrived, {
					minimax: GOOD.map(({ bytes, mimeType }) => inOrder(bytes, mimeType)).sort(),
					toapis: GOOD.map(({ bytes, mimeType }) => `${mimeType} ${sha256(bytes)}`).sort(),
				});
			});

			const rows = [CLIP_GATEWAY, ...IMAGE_GATEWAYS].map((name) =>
				itemsOf(execution, name).map(comparable),
			);
			first ??= rows;
			await report.case(`${mode.name}: the same rows as in memory`, async () =>
				check('rows', rows, first),
			);
		}
	},
});

/** A server for the images; all say that they are JPEGs. @returns its address */
async function serveImages(atEnd) {
	const server = createServer((request, response) => {
		const image = IMAGES.find(({ path }) => path === request.url);
		response.writeHead(image ? 200 : 404, { 'content-type': 'image/jpeg' }).end(image?.bytes);
	});
	const port = await listen(server);
	atEnd(async () => {
		server.closeAllConnections();
		await new Promise((done) => server.close(done));
	});
	return `http://127.0.0.1:${port}`;
}

async function saveCredentials(rest, simulator) {
	const used = GATEWAYS.filter(({ id }) => [CLIP_GATEWAY, ...IMAGE_GATEWAYS].includes(id));
	const saved = {};
	for (const gateway of used) Object.assign(saved, await saveCredential(rest, simulator, gateway));
	return saved;
}

/** One start, and behind it the clips, and the images with a node for each gateway that gets them. */
function workflowOf(files, credentials) {
	const order = (provider, parameters) =>
		hailuoNode(
			provider,
			{ provider, operation: 'create', waitOptions: { pollInterval: 1 }, ...parameters },
			credentials,
			{ onError: 'continueRegularOutput' },
		);
	const list = (values) => `value: ${JSON.stringify(values)}[i]`;
	const clips = chain('Clips', [
		manualStart(),
		itemsNode('Clips', CLIPS.length, list(CLIPS.map(({ prompt }) => prompt))),
		order(CLIP_GATEWAY, { mode: 'textToVideo', prompt: '={{ $json.value }}' }),
	]);
	const [image, ...more] = IMAGE_GATEWAYS.map((provider) =>
		order(provider, { mode: 'imageToVideo', prompt: `image at ${provider}` }),
	);
	const images = chain('Images', [
		manualStart(),
		itemsNode('Images', IMAGES.length, list(IMAGES.map(({ path }) => `${files}${path}`))),
		{
			name: FETCH,
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			parameters: {
				url: '={{ $json.value }}',
				options: { response: { response: { responseFormat: 'file' } } },
			},
		},
		image,
	]);
	const others = chain('More images', [manualStart(), ...more]);
	const to = (node) => ({ node, type: 'main', index: 0 });
	return {
		...images,
		name: 'Files',
		nodes: [...images.nodes, ...clips.nodes.slice(1), ...others.nodes.slice(1)],
		connections: {
			...clips.connections,
			...images.connections,
			[START]: { main: [['Clips', 'Images'].map(to)] },
			[FETCH]: { main: [IMAGE_GATEWAYS.map(to)] },
		},
	};
}

/** Whether a file lies where the mode keeps its files. */
function liesIn(mode, file) {
	const { id } = mode;
	return id ? id.test(file?.id) : file !== undefined && !file.id;
}

/** The bytes of a file as n8n hands them out. */
async function contentOf(rest, { id, data }) {
	if (!id) return Buffer.from(data, 'base64');
	return await rest.bytes(`/binary-data?id=${encodeURIComponent(id)}&action=download`);
}

/** The digest of the whole and unpacked file that the simulator has behind its words. */
function served(words) {
	const file = ['webm', 'mov'].find((name) => words.includes(`sim:${name}`));
	return sha256(Buffer.concat([...fileOf(VIDEO_BYTES, { file }).source.chunks()]));
}

/** What the gateways got of the images, sorted: executions order in any sequence. */
async function imagesAt({ requests }) {
	const orders = requests.filter(({ kind }) => kind === 'submit');
	const at = (gateway) => orders.filter(({ provider }) => provider === gateway);
	const uploads = await Promise.all(
		at('toapis').map(async ({ body }) => {
			const answer = await fetch(body.image_urls[0]);
			const bytes = Buffer.from(await answer.arrayBuffer());
			return `${answer.headers.get('content-type')} ${sha256(bytes)}`;
		}),
	);
	return {
		minimax: at('minimax')
			.map(({ body }) => recorded(body.first_frame_image))
			.sort(),
		toapis: uploads.sort(),
	};
}

/** An image as an order holds it. */
function inOrder(bytes, mimeType) {
	return recorded(`data:${mimeType};base64,${bytes.toString('base64')}`);
}

/** A text of a request in little: of long ones the simulator keeps no more than the beginning and the length. */
function recorded(text) {
	if (text.includes('…')) return text;
	return text.length > 64 * 1024 ? shorten(text) : sha256(text);
}

/** A row without what differs from one run to the next, and without the place of its file. */
function comparable({ json, binary = {}, pairedItem }) {
	const row = { ...json };
	for (const field of ['taskId', 'videoUrl', 'videoUrlExpiresAt', 'submittedAt', 'finishedAt'])
		row[field] = typeof json[field];
	const files = Object.entries(binary).map(([field, { mimeType, fileExtension, fileSize }]) => [
		field,
		mimeType,
		fileExtension,
		fileSize,
	]);
	return { row, files, pairedItem };
}
