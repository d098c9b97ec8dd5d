/**
 * The five seed documents, as printed (providers.md, section S): one test per request, reply and table.
 * A request is made from what a user chooses, and held against the document as it leaves the node.
 */
import type { IHttpRequestOptions, JsonObject } from 'n8n-workflow';

import { cameraMovements } from '../../nodes/HailuoVideo/order/camera';
import {
	durationsOf,
	modelsOf,
	PROMPT_LIMIT,
	providerIds,
	resolutionsOf,
	type ProviderId,
} from '../../nodes/shared/catalog/gateways';
import { providers } from '../../nodes/shared/providers';
import type { HttpCall } from '../../nodes/shared/providers/contract';
import { faultOf, orderOf, replyOf, sent } from './support';

const { gptge, pixazo, seaart, toapis, wavespeed } = providers;

/** What of a request stands in a document. `Accept` is the node's own addition to every call. */
function printed({ method, url, headers, body }: IHttpRequestOptions) {
	const { Accept, ...rest } = headers as Record<string, string>;
	expect(Accept).toBe('application/json');
	return { method, url, headers: rest, body };
}

function bodyOf(call: HttpCall): JsonObject {
	expect(call.query).toBeUndefined();
	expect(call.file).toBeUndefined();
	return call.body ?? {};
}

/** A column of durations, for a table of models and resolutions. */
function sold(provider: ProviderId, mode: 'textToVideo' | 'imageToVideo' | 'firstLastFrame') {
	return (model: string) =>
		Object.fromEntries(
			resolutionsOf(provider, mode, model).map((resolution) => [
				resolution,
				durationsOf(provider, mode, model, resolution),
			]),
		);
}

describe('seed 000 (SeaArt)', () => {
	const key = 'YOUR_API_KEY';
	const headers = { Authorization: `Bearer ${key}` };
	const task = {
		provider: 'seaart' as const,
		taskId: 'mmsu_01hxyz...',
		endpoint: 'minimax_hailuo_02_i2v',
	};
	const requests = 'https://cloud.seaart.ai/model/v1/queue/minimax_hailuo_02_i2v/requests';

	const order = orderOf('seaart', {
		mode: 'imageToVideo',
		model: 'MiniMax-Hailuo-02',
		firstFrame:
			'https://image.cdn2.seaart.me/2026-06-01/d8ejq1de878c739e2lrg/995ff4fe1eeec10a06c3c7a172862733.webp',
		prompt: 'A red apple slowly rotating on a white table, clean studio lighting, static camera.',
		duration: 6,
		resolution: '768P',
	});

	test('create: the request', async () => {
		const { call, endpoint } = seaart.submit(order);
		const body = {
			first_frame_image:
				'https://image.cdn2.seaart.me/2026-06-01/d8ejq1de878c739e2lrg/995ff4fe1eeec10a06c3c7a172862733.webp',
			prompt: 'A red apple slowly rotating on a white table, clean studio lighting, static camera.',
			duration: 6,
			resolution: '768P',
		};
		expect(call).toStrictEqual({
			method: 'POST',
			path: '/v1/queue/minimax_hailuo_02_i2v',
			body,
		});
		expect(endpoint).toBe('minimax_hailuo_02_i2v');
		const request = printed(await sent('seaart', call, key));
		expect(JSON.parse(String(request.body))).toStrictEqual(body);
		expect(request).toStrictEqual({
			method: 'POST',
			url: 'https://cloud.seaart.ai/model/v1/queue/minimax_hailuo_02_i2v',
			headers: { ...headers, 'Content-Type': 'application/json' },
			body: JSON.stringify(call.body),
		});
	});

	test('create: the request, with all the fields of the text', () => {
		const { call } = seaart.submit({
			...order,
			promptOptimizer: true,
			fastPretreatment: false,
			watermark: false,
		});
		expect(bodyOf(call)).toStrictEqual({
			...bodyOf(seaart.submit(order).call),
			prompt_optimizer: true,
			fast_pretreatment: false,
			aigc_watermark: false,
		});
	});

	test('create: the reply', () => {
		const reply = replyOf({
			request_id: 'mmsu_01hxyz...',
			response_url: `${requests}/mmsu_01hxyz.../response`,
			status_url: `${requests}/mmsu_01hxyz.../status`,
			cancel_url: `${requests}/mmsu_01hxyz.../cancel`,
			queue_position: 0,
		});
		expect(seaart.fault(reply)).toBeUndefined();
		expect(seaart.readSubmit(reply)).toBe('mmsu_01hxyz...');
	});

	test.each([
		['status', 'GET', 'status', seaart.status(task)],
		['result', 'GET', 'response', seaart.link!.call(task, { status: 'succeeded' })!],
		['cancel', 'PUT', 'cancel', seaart.cancel!.call(task)],
	])('%s: the request goes to the address of the reply', async (_name, method, end, call) => {
		expect(printed(await sent('seaart', call, key))).toStrictEqual({
			method,
			url: `${requests}/mmsu_01hxyz.../${end}`,
			headers,
			body: undefined,
		});
	});

	test('resolutions and durations of the text', () => {
		expect(sold('seaart', 'imageToVideo')('MiniMax-Hailuo-02')).toEqual({
			'512P': [6, 10],
			'768P': [6, 10],
			'1080P': [6],
		});
	});

	test('camera words are Chinese', () => {
		expect(seaart.camera).toBe('chinese');
		const { prompt } = orderOf('seaart', {
			mode: 'textToVideo',
			model: 'MiniMax-Hailuo-02',
			prompt: '[Pan left, Rise] a tower',
			resolution: '768P',
			duration: 6,
		});
		expect(prompt).toBe('[左摇,上升] a tower');
	});
});

describe('seed 001 (gpt.ge / V-API)', () => {
	const documentedBody = {
		model: 'MiniMax-Hailuo-02',
		prompt:
			"A girl climbs onto the horse [右移], then pulls the horse's head and turns, galloping away [拉远].",
		duration: 10,
		resolution: '768P',
		first_frame_image:
			'https://p2.a.kwimgs.com/bs2/upload-ylab-stunt/ai_portal/1731125871/6N0QrAnAeU/409-f054fa25c21a.png',
	};

	test('create: the request, byte by byte', async () => {
		const order = orderOf('gptge', {
			mode: 'imageToVideo',
			model: 'MiniMax-Hailuo-02',
			prompt: documentedBody.prompt,
			duration: 10,
			resolution: '768P',
			firstFrame: documentedBody.first_frame_image,
		});
		const { call, endpoint } = gptge.submit(order);
		expect(call).toStrictEqual({
			method: 'POST',
			path: '/task/minimax/v1/video_generation',
			body: documentedBody,
		});
		expect(endpoint).toBeUndefined();
		expect(printed(await sent('gptge', call, '$YOUR_TOKEN'))).toStrictEqual({
			method: 'POST',
			url: 'https://api.gpt.ge/task/minimax/v1/video_generation',
			headers: { Authorization: 'Bearer $YOUR_TOKEN', 'Content-Type': 'application/json' },
			body: JSON.stringify(documentedBody),
		});
	});

	test('create: the reply', () => {
		const reply = replyOf({
			task_id: '106916112212032',
			base_resp: { status_code: 0, status_msg: 'success' },
		});
		expect(gptge.fault(reply)).toBeUndefined();
		expect(gptge.readSubmit(reply)).toBe('106916112212032');
	});

	test.each([
		['MiniMax-Hailuo-2.3', { '768P': [6, 10], '1080P': [6] }],
		['MiniMax-Hailuo-2.3-Fast', { '768P': [6, 10], '1080P': [6] }],
		['MiniMax-Hailuo-02', { '512P': [6, 10], '768P': [6, 10], '1080P': [6] }],
		['I2V-01-Director', { '720P': [6], '1080P': [6] }],
		['I2V-01-live', { '720P': [6], '1080P': [6] }],
		['I2V-01', { '720P': [6], '1080P': [6] }],
	])('the tables of resolution and duration: %s', (model, row) => {
		expect(sold('gptge', 'imageToVideo')(model)).toEqual(row);
	});

	test('the list of models', () => {
		expect(modelsOf('gptge', 'imageToVideo')).toEqual([
			'MiniMax-Hailuo-2.3',
			'MiniMax-Hailuo-2.3-Fast',
			'MiniMax-Hailuo-02',
			'I2V-01-Director',
			'I2V-01-live',
			'I2V-01',
		]);
	});

	test('the seed’s own English for camera words is understood', () => {
		const words = ['Move left', 'Move right', 'Dolly in', 'Dolly out', 'Rise', 'Fall', 'Zoom in'];
		const { prompt } = orderOf('gptge', {
			mode: 'textToVideo',
			model: 'MiniMax-Hailuo-02',
			prompt: words.map((word) => `[${word}]`).join(' '),
			resolution: '768P',
			duration: 6,
		});
		expect(prompt).toBe('[左移] [右移] [推进] [拉远] [上升] [下降] [变焦推近]');
	});

	test.each([
		['processing', 'processing'],
		['success', 'succeeded'],
		['failed', 'failed'],
	])('the status word %s of a callback is understood', (word, status) => {
		const reply = replyOf({ task_id: '1', status: word, base_resp: { status_code: 0 } });
		expect(gptge.readStatus(reply)).toMatchObject({ status, providerStatus: word });
	});
});

describe('seed 002 (WaveSpeed)', () => {
	const key = '${WAVESPEED_API_KEY}';
	const documentedBody = {
		prompt:
			'The girl in the image begins performing a graceful ballet solo on a grand theater stage, she twirls and lifts one leg into an arabesque, soft spotlight follows her every move, cinematic lighting, slow camera pan from left to right, elegant and fluid motion',
		image: 'https://d1q70pf5vjeyhc.cloudfront.net/media/images/1751883836278138425_vVeazvso.jpeg',
		duration: 6,
		enable_prompt_expansion: false,
	};

	test('create: the request, byte by byte', async () => {
		const order = orderOf('wavespeed', {
			mode: 'imageToVideo',
			model: 'MiniMax-Hailuo-02',
			prompt: documentedBody.prompt,
			firstFrame: documentedBody.image,
			resolution: '768P',
			duration: 6,
			promptOptimizer: false,
		});
		const { call, endpoint } = wavespeed.submit(order);
		expect(call).toStrictEqual({
			method: 'POST',
			path: '/api/v3/minimax/hailuo-02/i2v-standard',
			body: documentedBody,
		});
		expect(endpoint).toBeUndefined();
		expect(printed(await sent('wavespeed', call, key))).toStrictEqual({
			method: 'POST',
			url: 'https://api.wavespeed.ai/api/v3/minimax/hailuo-02/i2v-standard',
			headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
			body: JSON.stringify(documentedBody),
		});
	});

	test('result: the request', async () => {
		const call = wavespeed.status({ provider: 'wavespeed', taskId: 'requestId' });
		expect(printed(await sent('wavespeed', call, key))).toStrictEqual({
			method: 'GET',
			url: 'https://api.wavespeed.ai/api/v3/predictions/requestId/result',
			headers: { Authorization: `Bearer ${key}` },
			body: undefined,
		});
	});

	/** Every field of the seed's two tables. */
	const prediction = (status: string, outputs: string[], error = '') =>
		replyOf({
			code: 200,
			message: 'success',
			data: {
				id: 'requestId',
				model: 'minimax/hailuo-02/i2v-standard',
				outputs,
				urls: { get: 'https://api.wavespeed.ai/api/v3/predictions/requestId/result' },
				has_nsfw_contents: outputs.map(() => false),
				status,
				created_at: '2023-04-01T12:34:56.789Z',
				error,
				timings: { inference: 12345 },
			},
		});

	test('create: the reply by its table of fields', () => {
		const reply = prediction('created', []);
		expect(wavespeed.fault(reply)).toBeUndefined();
		expect(wavespeed.readSubmit(reply)).toBe('requestId');
	});

	const submittedAt = '2023-04-01T12:34:56.789Z';
	test.each([
		['created', [], '', { status: 'queued' }],
		['processing', [], '', { status: 'processing' }],
		[
			'completed',
			['https://example.com/v.mp4'],
			'',
			{ status: 'succeeded', videoUrl: 'https://example.com/v.mp4' },
		],
		[
			'failed',
			[],
			'why',
			{
				status: 'failed',
				error: { code: 'failed', category: 'transient', message: 'why', retryable: true },
			},
		],
	])('result: the reply by its table of fields, status %s', (word, outputs, error, state) => {
		const reply = prediction(word, outputs, error);
		expect(wavespeed.fault(reply)).toBeUndefined();
		expect(wavespeed.readStatus(reply)).toStrictEqual({
			...state,
			providerStatus: word,
			submittedAt,
		});
	});

	test('pictures: no WebP, and the ratio strictly between the bounds', () => {
		expect(wavespeed.images).toStrictEqual({
			formats: ['jpeg', 'png'],
			maxBytes: 20 * 1024 * 1024,
			minShortSide: 300,
			ratio: [2 / 5, 5 / 2],
			ratioExclusive: true,
			transport: 'inline',
		});
	});
});

describe('seed 003 (ToAPIs)', () => {
	// the seed prints no example bodies: the documented ones are in the tests of ToAPIs
	const fill = {
		model: 'MiniMax-Hailuo-02',
		prompt: 'p',
		resolution: '768P',
		duration: 6,
	} as const;
	const firstFrame = 'https://example.com/a.jpg';
	const lastFrame = 'https://example.com/b.jpg';
	const always = { model: 'MiniMax-Hailuo-02', prompt: 'p', duration: 6, resolution: '768P' };

	test('no picture: text to video', () => {
		const { call } = toapis.submit(orderOf('toapis', { ...fill, mode: 'textToVideo' }));
		expect(call.method).toBe('POST');
		expect(bodyOf(call)).toStrictEqual(always);
	});

	test('one picture in image_urls: image to video', () => {
		const { call } = toapis.submit(
			orderOf('toapis', { ...fill, mode: 'imageToVideo', firstFrame }),
		);
		expect(bodyOf(call)).toStrictEqual({ ...always, image_urls: [firstFrame] });
	});

	test('one picture and metadata.last_frame_image: first and last frame', () => {
		const { call } = toapis.submit(
			orderOf('toapis', { ...fill, mode: 'firstLastFrame', firstFrame, lastFrame }),
		);
		expect(bodyOf(call)).toStrictEqual({
			...always,
			image_urls: [firstFrame],
			metadata: { last_frame_image: lastFrame },
		});
	});

	test('the prompt is optional with a picture', () => {
		const filled = { ...fill, mode: 'imageToVideo', prompt: '', firstFrame } as const;
		const { call } = toapis.submit(orderOf('toapis', filled));
		expect(bodyOf(call)).not.toHaveProperty('prompt');
		expect(() => orderOf('toapis', { ...fill, mode: 'textToVideo', prompt: '' })).toThrow('empty');
	});

	test('Bearer Token', async () => {
		const { call } = toapis.submit(orderOf('toapis', { ...fill, mode: 'textToVideo' }));
		expect(printed(await sent('toapis', call, 'sk-1')).headers).toStrictEqual({
			Authorization: 'Bearer sk-1',
			'Content-Type': 'application/json',
		});
	});

	test.each([
		['queued', 'queued'],
		['in_progress', 'processing'],
		['completed', 'succeeded'],
		['failed', 'failed'],
	])('the answer with status %s', (word, status) => {
		const reply = replyOf({
			id: 'vid_1',
			object: 'generation.task',
			model: 'MiniMax-Hailuo-02',
			status: word,
			created_at: 1768380224,
		});
		expect(toapis.fault(reply)).toBeUndefined();
		expect(toapis.readSubmit(reply)).toBe('vid_1');
		expect(toapis.readStatus(reply)).toMatchObject({
			status,
			providerStatus: word,
			submittedAt: '2026-01-14T08:43:44.000Z',
		});
	});

	// 512P for text to video: ticked in the table, denied by the text and by MiniMax
	test.each([
		['textToVideo', { '768P': [6, 10], '1080P': [6] }],
		['imageToVideo', { '512P': [6, 10], '768P': [6, 10], '1080P': [6] }],
		['firstLastFrame', { '768P': [6, 10], '1080P': [6] }],
	] as const)('the table of resolution and duration: %s', (mode, table) => {
		expect(sold('toapis', mode)('MiniMax-Hailuo-02')).toEqual(table);
	});

	test('camera words are English', () => {
		expect(toapis.camera).toBe('english');
		const { prompt } = orderOf('toapis', {
			...fill,
			mode: 'textToVideo',
			prompt: '[左摇,上升] a tower',
		});
		expect(prompt).toBe('[Pan left, Pedestal up] a tower');
	});
});

describe('seed 004 (Pixazo)', () => {
	const key = 'YOUR_SUBSCRIPTION_KEY';
	const headers = {
		'Content-Type': 'application/json',
		'Cache-Control': 'no-cache',
		'Ocp-Apim-Subscription-Key': key,
	};
	const taskId = '11173647XXXXXXXXXX';

	test('create: the request', async () => {
		const order = orderOf('pixazo', {
			mode: 'imageToVideo',
			model: 'MiniMax-Hailuo-2.3',
			prompt: 'Man walked into winter cave with polar bear',
			firstFrame: 'https://pub-582b7213209642b9b995c96c95a30381.r2.dev/manwithbear.jpg',
			duration: 6,
			resolution: '768P',
			promptOptimizer: true,
			fastPretreatment: false,
			watermark: false,
		});
		const { call, endpoint } = pixazo.submit(order);
		expect(call).toStrictEqual({
			method: 'POST',
			path: '/minimax-hailuo-ai/v1/imageToVideo',
			headers: { 'Cache-Control': 'no-cache' },
			body: {
				prompt: 'Man walked into winter cave with polar bear',
				first_frame_image: 'https://pub-582b7213209642b9b995c96c95a30381.r2.dev/manwithbear.jpg',
				duration: 6,
				resolution: '768P',
				prompt_optimizer: true,
				fast_pretreatment: false,
				aigc_watermark: false,
			},
		});
		expect(endpoint).toBeUndefined();
		expect(printed(await sent('pixazo', call, key))).toStrictEqual({
			method: 'POST',
			url: 'https://gateway.pixazo.ai/minimax-hailuo-ai/v1/imageToVideo',
			headers,
			body: JSON.stringify(call.body),
		});
	});

	test('create: the reply', () => {
		const reply = replyOf({
			task_id: taskId,
			base_resp: { status_code: 0, status_msg: 'success' },
		});
		expect(pixazo.fault(reply)).toBeUndefined();
		expect(pixazo.readSubmit(reply)).toBe(taskId);
	});

	test('status: the request, byte by byte', async () => {
		const call = pixazo.status({ provider: 'pixazo', taskId });
		expect(printed(await sent('pixazo', call, key))).toStrictEqual({
			method: 'POST',
			url: 'https://gateway.pixazo.ai/minimax-hailuo-ai-polling/v1/getStatus',
			headers,
			body: '{"task_id":"11173647XXXXXXXXXX"}',
		});
	});

	test('status: the reply', () => {
		const reply = replyOf({
			task_id: taskId,
			status: 'Success',
			file_id: 'file_123456789',
			video_url:
				'https://pub-582b7213209642b9b995c96c95a30381.r2.dev/minimax_videos/video-1234567890-123456.mp4',
			video_width: 768,
			video_height: 432,
			base_resp: { status_code: 0, status_msg: 'success' },
		});
		expect(pixazo.fault(reply)).toBeUndefined();
		expect(pixazo.readStatus(reply)).toStrictEqual({
			status: 'succeeded',
			providerStatus: 'Success',
			fileId: 'file_123456789',
			videoUrl:
				'https://pub-582b7213209642b9b995c96c95a30381.r2.dev/minimax_videos/video-1234567890-123456.mp4',
			width: 768,
			height: 432,
		});
	});

	test('HTTP 200 with the `success` of the table is no complaint', () => {
		const reply = replyOf({ success: true, task_id: taskId });
		expect(pixazo.fault(reply)).toBeUndefined();
		expect(pixazo.readSubmit(reply)).toBe(taskId);
	});

	test.each([
		[400, 'Invalid request parameters', 'invalidParameters'],
		[400, 'Invalid parameters', 'invalidParameters'],
		[401, 'Invalid or missing authentication', 'auth'],
		[403, 'Access denied for this operation', 'auth'],
		[404, 'Endpoint not found', 'notFound'],
		[429, 'Rate limit exceeded, please retry later', 'rateLimit'],
		[500, 'An unexpected error occurred, please try again later', 'transient'],
	] as const)('HTTP %i %s', (status, error, category) => {
		expect(pixazo.fault(replyOf({ error }, status))).toStrictEqual(
			faultOf(category, String(status), error),
		);
	});
});

describe('all seeds', () => {
	test('prompts have up to 2000 characters', () => {
		expect(PROMPT_LIMIT).toBe(2000);
	});

	test('there are 15 camera words', () => {
		expect(cameraMovements).toHaveLength(15);
	});

	test.each(providerIds.filter((id) => id !== 'wavespeed' && id !== 'toapis'))(
		'pictures at %s: four formats, under 20 MB, over 300 px, between 2:5 and 5:2',
		(id) => {
			expect(providers[id].images).toStrictEqual({
				formats: ['jpeg', 'png', 'webp'],
				maxBytes: 20 * 1024 * 1024,
				minShortSide: 300,
				ratio: [2 / 5, 5 / 2],
				transport: 'inline',
			});
		},
	);
});
