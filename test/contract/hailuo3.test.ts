/** Hailuo 3, prices and balances: every sample of samples-h3.json at the gateway it belongs to (docs/providers.md 11 to 13). */
import type { JsonObject } from 'n8n-workflow';

import type { ProviderId } from '../../nodes/shared/catalog/gateways';
import { GatewayFailed, type ProviderFault } from '../../nodes/shared/errors';
import { providers } from '../../nodes/shared/providers';
import type {
	Balance,
	CallbackEvent,
	HttpCall,
	Reply,
} from '../../nodes/shared/providers/contract';
import { isChinaHost } from '../../nodes/shared/catalog/regions';
import type { Reference, TaskState, VideoOrder } from '../../nodes/shared/task';
import collected from './samples-h3.json';
import {
	failureOf,
	faultOf,
	orderOf,
	replyOf,
	TASK_ID,
	withExtraFields,
	type Filled,
} from './support';

interface Sample {
	id: string;
	method?: string;
	path?: string;
	query?: Record<string, string>;
	body: JsonObject;
	http_status?: number;
	expected_response?: JsonObject;
}

const samples = new Map(
	collected.providers.flatMap((block) =>
		(block.samples as unknown as Sample[]).map((sample) => [sample.id, sample] as const),
	),
);
const tested = new Set<string>();

function sampleOf(id: string): Sample {
	const sample = samples.get(id);
	if (!sample) throw new Error(`no sample ${id}`);
	tested.add(id);
	return sample;
}
const replyOfSample = (id: string): Reply => {
	const { body, http_status } = sampleOf(id);
	return replyOf(body, http_status);
};

const image = (link: string): Reference => ({ kind: 'image', link });
const video = (link: string): Reference => ({ kind: 'video', link });
const audio = (link: string): Reference => ({ kind: 'audio', link });

const h3 = { model: 'MiniMax-H3' };
const frames = {
	firstFrame: 'https://example.com/first.jpg',
	lastFrame: 'https://example.com/last.jpg',
};

describe('requests', () => {
	type Row = [id: string, provider: ProviderId, fill: Filled, extraFields?: JsonObject];
	const rows: Row[] = [
		[
			'mm2.submit.t2v.req',
			'minimax',
			{
				...h3,
				mode: 'textToVideo',
				prompt: 'A boy plays basketball at the seaside.',
				resolution: '2K',
				duration: 5,
				aspectRatio: '16:9',
			},
		],
		[
			'mm2.submit.t2v.full.req',
			'minimax',
			{
				...h3,
				mode: 'textToVideo',
				prompt: 'Slow push in on a lighthouse in fog. Sound: wind, surf, a distant foghorn.',
				resolution: '768P',
				duration: 8,
				aspectRatio: '21:9',
				// a switch that is off stays unsaid: only the Chinese page has the field
				watermark: false,
			},
			{ callback_url: 'https://example.com/hook', aigc_watermark: false },
		],
		[
			'mm2.submit.i2v.req',
			'minimax',
			{
				...h3,
				mode: 'imageToVideo',
				prompt: 'Pull focus to the people in the background and add more steam to the ramen bowl.',
				resolution: '2K',
				duration: 5,
				firstFrame: 'https://example.com/first.png',
			},
			{ ratio: 'adaptive' },
		],
		[
			'mm2.submit.i2v.dataurl.req',
			'minimax',
			{
				...h3,
				mode: 'imageToVideo',
				prompt: 'She turns her head',
				resolution: '768P',
				duration: 4,
				firstFrame: 'data:image/jpeg;base64,/9j/4AAQ',
			},
		],
		[
			'mm2.submit.fl2v.req',
			'minimax',
			{
				...h3,
				...frames,
				mode: 'firstLastFrame',
				prompt: 'A girl grows up',
				resolution: '2K',
				duration: 6,
			},
			{ ratio: 'adaptive' },
		],
		[
			'mm2.submit.r2v.req',
			'minimax',
			{
				...h3,
				mode: 'referenceToVideo',
				prompt:
					'The character says: Follow the wind, live free. Voice timbre follows reference audio 1.',
				references: [video('https://example.com/in.mp4'), audio('https://example.com/in.mp3')],
				resolution: '2K',
				duration: 5,
				aspectRatio: 'adaptive',
			},
		],
		[
			'mm2.submit.r2v.mixed.req',
			'minimax',
			{
				...h3,
				mode: 'referenceToVideo',
				prompt:
					'The woman of picture 1 walks through the street of picture 2 to the rhythm of audio 1',
				references: [
					image('https://example.com/a.jpg'),
					image('https://example.com/b.jpg'),
					audio('mm_file://427752006353318'),
				],
				resolution: '768P',
				duration: 10,
				aspectRatio: '9:16',
			},
		],
		[
			'mm2.submit.h3max.t2v.req',
			'minimax',
			{
				model: 'MiniMax-H3-Max',
				mode: 'textToVideo',
				prompt: 'A courier rides through neon rain',
				resolution: '768P',
				duration: 5,
				aspectRatio: '16:9',
				promptExpansion: 'balanced',
			},
		],
		[
			'mm2.submit.h3max.i2v.req',
			'minimax',
			{
				...frames,
				model: 'MiniMax-H3-Max',
				mode: 'firstLastFrame',
				prompt: 'The fox jumps over the stream',
				resolution: '480P',
				duration: 15,
				promptExpansion: 'disabled',
			},
		],
		[
			'mm2.submit.seed.req',
			'minimax',
			{
				...h3,
				mode: 'textToVideo',
				prompt: 'A paper boat on a river',
				resolution: '768P',
				duration: 5,
				aspectRatio: '16:9',
			},
			{ seed: 42, aigc_watermark: false },
		],
		[
			'ws.h3.off.t2v.req',
			'wavespeed',
			{
				...h3,
				mode: 'textToVideo',
				prompt: 'A neon street in the rain, slow dolly in',
				aspectRatio: '16:9',
				resolution: '768P',
				duration: 5,
			},
		],
		[
			'ws.h3.off.i2v.req',
			'wavespeed',
			{
				...h3,
				...frames,
				mode: 'firstLastFrame',
				prompt: 'She turns and smiles',
				resolution: '2K',
				duration: 6,
			},
		],
		[
			'ws.h3.off.r2v.req',
			'wavespeed',
			{
				...h3,
				mode: 'referenceToVideo',
				prompt: 'The woman of the image dances to the audio',
				references: [image('https://example.com/a.jpg'), audio('https://example.com/a.mp3')],
				aspectRatio: '9:16',
				resolution: '768P',
				duration: 8,
			},
		],
		[
			'ws.h3.open.t2v.req',
			'wavespeed',
			{
				model: 'MiniMax-H3-Open',
				mode: 'textToVideo',
				prompt: 'A lighthouse in fog. Audio: wind and surf.',
				aspectRatio: '9:21',
				resolution: '480P',
				duration: 3,
				seed: -1,
			},
		],
		[
			'ws.h3.open.i2v.req',
			'wavespeed',
			{
				model: 'MiniMax-H3-Open',
				mode: 'imageToVideo',
				prompt: 'Slow camera push in toward the subject',
				firstFrame: 'https://example.com/first.jpg',
				resolution: '768P',
				duration: 5,
				seed: -1,
			},
		],
		[
			'ws.h3.open.r2v.req',
			'wavespeed',
			{
				model: 'MiniMax-H3-Open',
				mode: 'referenceToVideo',
				prompt: 'Picture 1 walks through picture 2',
				references: [
					image('https://example.com/a.jpg'),
					image('https://example.com/b.jpg'),
					video('https://example.com/m.mp4'),
				],
				aspectRatio: '16:9',
				resolution: '480P',
				duration: 5,
				seed: 7,
			},
		],
		[
			'ta.h3.t2v.req',
			'toapis',
			{
				...h3,
				mode: 'textToVideo',
				prompt: 'A paper boat on a river',
				duration: 5,
				aspectRatio: '16:9',
				resolution: '2K',
				watermark: false,
			},
		],
		[
			'ta.h3.fl2v.req',
			'toapis',
			{
				...h3,
				mode: 'firstLastFrame',
				prompt: 'A girl grows up',
				duration: 6,
				resolution: '768P',
				firstFrame: 'https://files.toapis.com/uploads/1/a.jpg',
				lastFrame: 'https://files.toapis.com/uploads/1/b.jpg',
			},
		],
		[
			'ta.h3.r2v.req',
			'toapis',
			{
				...h3,
				mode: 'referenceToVideo',
				prompt: 'Image 1 dances to audio 1',
				duration: 8,
				aspectRatio: '9:16',
				resolution: '2K',
				references: [
					image('https://example.com/a.jpg'),
					video('https://example.com/m.mp4'),
					audio('https://example.com/a.mp3'),
				],
			},
		],
	];

	test.each(rows.map(([id, ...row]) => ({ id, row })))(
		'$id is sent as documented',
		({ id, row }) => {
			const [provider, fill, extraFields] = row;
			const { method, path, body } = sampleOf(id);
			const { call, endpoint } = providers[provider].submit(orderOf(provider, fill));
			const sent = withExtraFields(call, extraFields);
			expect({ method: sent.method, path: sent.path, body: sent.body }).toStrictEqual({
				method,
				path,
				body,
			});
			expect(endpoint).toBe(provider === 'minimax' ? 'v2' : undefined);
		},
	);

	test('mm2.submit.last.req: a last frame alone, which the form does not offer, is spoken all the same', () => {
		const { body, path } = sampleOf('mm2.submit.last.req');
		const order: VideoOrder = {
			...h3,
			provider: 'minimax',
			mode: 'imageToVideo',
			typedModel: false,
			prompt: 'The camera pulls back until the whole valley is visible',
			resolution: '768P',
			duration: 6,
			lastFrame: 'https://example.com/last.jpg',
		};
		const { call } = providers.minimax.submit(order);
		expect({ path: call.path, body: call.body }).toStrictEqual({ path, body });
	});

	test('text without a ratio gets 16:9: MiniMax requires one', () => {
		const fill = { ...h3, mode: 'textToVideo' as const, prompt: 'A cat', resolution: '768P' };
		const { call } = providers.minimax.submit(orderOf('minimax', { ...fill, duration: 5 }));
		expect(call.body?.ratio).toBe('16:9');
	});

	test('a typed name of the family goes to version 2, all others to version 1', () => {
		const order = (modelName: string) =>
			orderOf('minimax', { mode: 'textToVideo', model: 'other', modelName, prompt: 'A cat' });
		const pathOf = (name: string) => providers.minimax.submit(order(name)).call.path;
		expect(pathOf('MiniMax-H4')).toBe('/v2/video_generation');
		expect(pathOf('MiniMax-H3-Max-Turbo')).toBe('/v2/video_generation');
		expect(pathOf('MiniMax-Hailuo-2.9')).toBe('/v1/video_generation');
		expect(pathOf('video-01')).toBe('/v1/video_generation');
	});

	/** Modes and calls that the form does not offer. */
	const notOffered = [
		'mm2.regen.source.req',
		'mm2.regen.base.req',
		'mm2.ir.req',
		'ws.h3.open.extend.req',
		// Pixazo publishes no more than a prompt (docs/providers.md 11.3)
		'px.h3.t2v.req',
		'px.h3.i2v.req',
	];
	test.each(notOffered)('%s: no order leads there', (id) => {
		const { path } = sampleOf(id);
		const paths = rows.map(
			([, provider, fill]) => providers[provider].submit(orderOf(provider, fill)).call.path,
		);
		expect(paths).not.toContain(path);
	});

	test('ws.price.req asks with the body of the order', () => {
		const { method, path, body } = sampleOf('ws.price.req');
		const { call } = providers.wavespeed.submit(
			orderOf('wavespeed', {
				model: 'MiniMax-H3-Open',
				mode: 'imageToVideo',
				prompt: 'x',
				firstFrame: 'https://example.com/first.jpg',
				resolution: '768P',
				duration: 5,
			}),
		);
		expect(providers.wavespeed.price?.call(call)).toStrictEqual({ method, path, body });
	});
});

describe('calls for a task', () => {
	const old = { provider: 'minimax' as const, taskId: TASK_ID };
	const task = { ...old, endpoint: 'v2' };
	const { minimax } = providers;

	test('the endpoint decides where it is asked for', () => {
		const path = (of: HttpCall) => `${of.method} ${of.path}`;
		expect(path(minimax.status(task))).toBe(`GET /v2/query/video_generation/${TASK_ID}`);
		expect(minimax.status(old)).toStrictEqual({
			method: 'GET',
			path: '/v1/query/video_generation',
			query: { task_id: TASK_ID },
		});
		expect(path(minimax.cancel!.call(task))).toBe(`DELETE /v2/video_generation/${TASK_ID}`);
		expect(minimax.status({ ...task, taskId: 'a/b?c' }).path).toBe(
			'/v2/query/video_generation/a%2Fb%3Fc',
		);
	});

	test('a row that does not say: version 1 first, then version 2', () => {
		expect(minimax.candidates!(old)).toStrictEqual([old, task]);
		expect(minimax.candidates!(task)).toStrictEqual([task]);
	});

	test('a DELETE is for a queued task of version 2 alone', () => {
		const refusal = (status: TaskState['status'], endpoint?: string) =>
			minimax.cancel!.refusal!({ ...task, endpoint }, { status });
		expect(refusal('queued', 'v2')).toBeUndefined();
		for (const status of ['processing', 'succeeded', 'failed', 'canceled'] as const)
			expect(refusal(status, 'v2')).toMatch(/only while it waits in the queue/);
		expect(refusal('queued')).toMatch(/MiniMax-H3 only/);
	});
});

describe('answers', () => {
	const taskIds: Array<[string, ProviderId, string]> = [
		['mm2.submit.res', 'minimax', '424010985738629'],
		['ta.h3.submit.res', 'toapis', 'vid_01K8SGYNNNVBQTXNR4MM964S7K'],
	];
	test.each(taskIds)('%s: the task id', (id, provider, taskId) => {
		const reply = replyOfSample(id);
		expect(providers[provider].fault(reply)).toBeUndefined();
		expect(providers[provider].readSubmit(reply)).toBe(taskId);
	});

	const submittedAt = '2026-07-28T08:05:40.000Z';
	const made = '2026-07-27T04:12:09.000Z';
	const states: Record<string, TaskState> = {
		'mm2.status.queued.res': { status: 'queued', providerStatus: 'queued', submittedAt },
		'mm2.status.running.res': { status: 'processing', providerStatus: 'running', submittedAt },
		'mm2.status.succeeded.res': {
			status: 'succeeded',
			providerStatus: 'succeeded',
			videoUrl: 'https://your-cdn.example.com/h3-generated-2k-output.mp4',
			submittedAt: made,
			finishedAt: '2026-07-27T04:19:06.000Z',
		},
		'mm2.status.succeeded.tokens.res': {
			status: 'succeeded',
			providerStatus: 'succeeded',
			videoUrl: 'https://video-product.cdn.minimax.io/inference_output/output.mp4',
			submittedAt: made,
			finishedAt: '2026-07-27T04:19:06.000Z',
		},
		'mm2.status.failed.res': {
			status: 'failed',
			providerStatus: 'failed',
			submittedAt,
			finishedAt: '2026-07-28T08:08:20.000Z',
			error: {
				code: '1026',
				category: 'contentPolicy',
				message: 'video description contains sensitive content',
				retryable: false,
			},
		},
		'mm2.status.cancelled.res': {
			status: 'canceled',
			providerStatus: 'cancelled',
			submittedAt: made,
			finishedAt: '2026-07-27T04:12:40.000Z',
		},
		'mm2.regen.res': {
			status: 'succeeded',
			providerStatus: 'succeeded',
			videoUrl: 'https://your-cdn.example.com/h3-regenerated-2k-output.mp4',
			submittedAt: '2026-07-27T04:20:00.000Z',
			finishedAt: '2026-07-27T04:25:00.000Z',
		},
		// a text and no video: the link is missing, nothing is invented
		'mm2.ir.res': {
			status: 'succeeded',
			providerStatus: 'succeeded',
			otherKind: 'text',
			submittedAt: '2026-08-02T20:34:15.000Z',
			finishedAt: '2026-08-02T20:34:44.000Z',
		},
	};
	test.each(Object.entries(states))('%s: the state', (id, state) => {
		const reply = replyOfSample(id);
		expect(providers.minimax.fault(reply)).toBeUndefined();
		expect(providers.minimax.readStatus(reply)).toStrictEqual(state);
	});

	test('the bare task, and "expired", which only clients know', () => {
		const { readStatus } = providers.minimax;
		const { task } = sampleOf('mm2.status.succeeded.res').body as { task: JsonObject };
		expect(readStatus(replyOf(task))).toStrictEqual(states['mm2.status.succeeded.res']);
		expect(readStatus(replyOf({ task: { id: '1', status: 'expired' } }))).toStrictEqual({
			status: 'failed',
			providerStatus: 'expired',
			error: {
				code: 'expired',
				category: 'transient',
				message: 'MiniMax gave the task up',
				retryable: true,
			},
		});
	});

	test('mm2.cancel.res: canceled', () => {
		const reply = replyOfSample('mm2.cancel.res');
		expect(providers.minimax.fault(reply)).toBeUndefined();
		expect(providers.minimax.cancel!.read(reply)).toStrictEqual({
			status: 'canceled',
			providerStatus: 'cancelled',
		});
	});

	test('mm2.delete.res: a task that finished before the cancel arrived is never reported as canceled', () => {
		const reply = replyOfSample('mm2.delete.res');
		expect(providers.minimax.fault(reply)).toBeUndefined();
		expect(failureOf(() => providers.minimax.cancel!.read(reply))).toMatchObject({
			category: 'unsupported',
			code: 'recordDeleted',
		});
	});

	test('mm2.upload.res: an upload by its whole id', () => {
		const reply = replyOfSample('mm2.upload.res');
		expect(providers.minimax.fault(reply)).toBeUndefined();
		expect(providers.minimax.upload!.read(reply)).toBe('mm_file://427752006353318');
		const long = replyOf(undefined, 200, {}, '{"file":{"file_id":9223372036854775807}}');
		expect(providers.minimax.upload!.read(long)).toBe('mm_file://9223372036854775807');
	});

	const unread = ['mm2.list.res'];
	test.each(unread)('%s is no error', (id) => {
		expect(providers.minimax.fault(replyOfSample(id))).toBeUndefined();
	});

	// not sold at Pixazo: what is known of it (inferred) is at least no complaint
	test.each(['px.h3.submit.res', 'px.h3.status.res'])('%s is no error', (id) => {
		expect(providers.pixazo.fault(replyOfSample(id))).toBeUndefined();
	});

	const invalid = 'invalid params,';
	const faults: Record<string, ProviderFault> = {
		'mm2.error.params.res': faultOf(
			'invalidParameters',
			'2013',
			`${invalid} content must include a non-empty text item (prompt is required) (2013)`,
		),
		'mm2.error.hook.res': faultOf(
			'invalidParameters',
			'2013',
			`${invalid} fail to check callback url (2013)`,
		),
		'mm2.cancel.running.res': faultOf(
			'unsupported',
			'notQueued',
			`${invalid} status is running (2013)`,
		),
		'mm2.error.auth.res': faultOf(
			'auth',
			'1004',
			"login fail: Please carry the API secret key in the 'Authorization' field of the request header (1004)",
		),
		'mm2.error.balance.res': faultOf('balance', '1008', 'insufficient balance (1008)'),
		'mm2.error.content.res': faultOf(
			'contentPolicy',
			'1026',
			'video description contains sensitive content (1026)',
		),
		'mm2.error.rate.res': faultOf('rateLimit', '1002', 'rate limit, please retry later (1002)'),
		'mm2.error.server.res': faultOf('transient', '1000', 'internal error (1000)'),
		'mm2.error.overload.res': faultOf('transient', 'overloaded_error', 'overloaded'),
	};
	test.each(Object.entries(faults))('%s: the complaint', (id, fault) => {
		expect(providers.minimax.fault(replyOfSample(id))).toStrictEqual(fault);
	});

	test('an unknown or too old id is not found, whatever its code says', () => {
		const error = {
			type: 'bad_request_error',
			message: 'invalid task_id (2013)',
			http_code: '400',
		};
		const reply = replyOf({ type: 'error', error }, 400);
		expect(providers.minimax.fault(reply)).toMatchObject({ category: 'notFound', code: '2013' });
	});

	test('WaveSpeed’s bare predictions, and the words that its newer pages print', () => {
		const { wavespeed } = providers;
		const bare = (status: string, more: JsonObject = {}) => replyOf({ id: 'p1', status, ...more });
		expect(wavespeed.readSubmit(bare('queued'))).toBe('p1');
		const statusOf = (word: string) => wavespeed.readStatus(bare(word)).status;
		expect(['queued', 'starting', 'cancelled', 'timeout', 'deleted'].map(statusOf)).toEqual([
			'queued',
			'processing',
			'canceled',
			'failed',
			'canceled',
		]);
		const done = bare('succeeded', { outputs: ['https://example.com/v.mp4'] });
		expect(wavespeed.readStatus(done)).toStrictEqual({
			status: 'succeeded',
			providerStatus: 'succeeded',
			videoUrl: 'https://example.com/v.mp4',
		});
		const failed = bare('failed', { code: 1200, error: 'blocked' });
		expect(wavespeed.fault(failed)).toBeUndefined();
		expect(wavespeed.readStatus(failed).error).toMatchObject({ category: 'contentPolicy' });
	});
});

describe('callbacks of version 2', () => {
	const read = (body: unknown): CallbackEvent =>
		providers.minimax.callback!.read({
			headers: {},
			rawBody: Buffer.from(JSON.stringify(body)),
			secret: '',
			now: 0,
		});

	test('mm2.callback.challenge.req is echoed', () => {
		const { body, expected_response } = sampleOf('mm2.callback.challenge.req');
		expect(read(body)).toStrictEqual({ kind: 'challenge', reply: expected_response });
	});

	test.each(['mm2.callback.running', 'mm2.callback.succeeded'])('%s, wrapped and bare', (id) => {
		const { body } = sampleOf(id);
		const state = providers.minimax.readStatus(replyOf(body));
		const event = { kind: 'event', taskId: '424010985738629', endpoint: 'v2', state };
		expect(read(body)).toStrictEqual(event);
		expect(read(body.task)).toStrictEqual(event);
	});

	test.each([
		{ task: {} },
		{ task: { id: '', status: 'succeeded' } },
		{ task: { id: '../x', status: 'succeeded' } },
		{ task: { status: 'succeeded' } },
		{ task: ['424010985738629'] },
		{ id: '424010985738629' },
	])('%j is refused', (body) => {
		expect(read(body)).toMatchObject({ kind: 'refused', status: 400 });
	});

	test('a task without a status that is known starts nothing', () => {
		expect(read({ task: { id: '1', status: '' } })).toMatchObject({ kind: 'ignored' });
	});
});

describe('prices and balances', () => {
	test('ws.price.res: what is charged, not what is listed', () => {
		const reply = replyOfSample('ws.price.res');
		expect(providers.wavespeed.fault(reply)).toBeUndefined();
		expect(providers.wavespeed.price!.read(reply)).toStrictEqual({ amount: 0.2, currency: 'USD' });
		const listed = replyOf({ code: 200, data: { price: 0.4, discounted_price: null } });
		expect(providers.wavespeed.price!.read(listed)).toStrictEqual({ amount: 0.4, currency: 'USD' });
	});

	test.each([
		[{ price: '0.4' }, 0.4],
		[{ price: 0.4, discounted_price: '0.3', currency: 'usd' }, 0.3],
		[{ price: 0.4, discounted_price: 0, currency: '$' }, 0.4],
	])('a price call that answers %j', (data, amount) => {
		const reply = replyOf({ code: 200, data });
		expect(providers.wavespeed.price!.read(reply)).toStrictEqual({ amount, currency: 'USD' });
	});

	test.each([
		[{ code: 200, data: {} }],
		[{ code: 200, data: { price: 'much' } }],
		// what is not known
		[{ code: 200, data: { price: 0 } }],
		[{ code: 200, data: { price: -1 } }],
		[{ code: 200, data: { price: null } }],
		[{ code: 200 }],
		['free'],
		[null],
	])('a price call that answers %j has no price', (body) => {
		const failed = failureOf(() => providers.wavespeed.price!.read(replyOf(body)));
		expect(failed).toMatchObject({ category: 'protocol' });
	});

	test('ws.price.err.res is a complaint', () => {
		const fault = providers.wavespeed.fault(replyOfSample('ws.price.err.res'));
		expect(fault).toMatchObject({ category: 'unsupported', message: 'Model not found.' });
	});

	const balances: Array<[ids: string[], provider: ProviderId, way: number, balance: Balance]> = [
		[['mm.balance.res'], 'minimax', 0, { amount: 12.34, currency: 'USD', unlimited: false }],
		[
			['mm.tokenplan.res'],
			'minimax',
			1,
			{ amount: 2, unit: 'clips (MiniMax-Hailuo-2.3)', unlimited: false },
		],
		[['ws.balance.res'], 'wavespeed', 0, { amount: 12.3, currency: 'USD', unlimited: false }],
		[
			['ta.user_balance.res'],
			'toapis',
			0,
			{ amount: 100, unit: 'as set in the console: USD, CNY or tokens', unlimited: false },
		],
		[
			['va.quota.res', 'va.usage.res'],
			'gptge',
			0,
			{ amount: 5 - 6.959646, currency: 'USD', unlimited: false },
		],
	];
	test.each(balances)('%j at %s', (ids, provider, way, balance) => {
		const { calls, read } = providers[provider].balance![way];
		const asked = calls(1_746_517_437_000);
		expect(asked.map(({ method, path }) => ({ method, path }))).toStrictEqual(
			ids.map(sampleOf).map(({ method, path }) => ({ method, path })),
		);
		const replies = ids.map(replyOfSample);
		for (const reply of replies) expect(providers[provider].fault(reply)).toBeUndefined();
		expect(read(replies, 'https://example.com')).toStrictEqual(balance);
	});

	test('sa.user_balance.res: SeaArt tells its own command line alone, so it is not asked', () => {
		expect(sampleOf('sa.user_balance.res').path).toBe('/api/v1/user/balance');
		expect(providers.seaart.balance).toBeUndefined();
		expect(providers.pixazo.balance).toBeUndefined();
	});

	test('MiniMax’s China hosts count in yuan', () => {
		const [{ read }] = providers.minimax.balance!;
		const reply = replyOfSample('mm.balance.res');
		for (const host of [
			'https://api.minimax.cn',
			'https://api.minimaxi.com',
			'http://api.minimaxi.com:80/x',
		])
			expect([host, isChinaHost(host), read([reply], host).currency]).toEqual([host, true, 'CNY']);
		for (const host of [
			'https://api.minimax.io',
			'https://minimax.cn.example.com',
			'https://evil.com/minimax.cn',
		])
			expect([host, isChinaHost(host), read([reply], host).currency]).toEqual([host, false, 'USD']);
	});

	test('no limit, credits, and what cannot be a balance', () => {
		const [account] = providers.toapis.balance!;
		const toapis = (body: JsonObject) => account.read([replyOf(body)], '');
		expect(toapis({ success: true, remain_balance: -1 })).toStrictEqual({ unlimited: true });
		expect(toapis({ remain_balance: 3, unlimited_quota: true })).toStrictEqual({ unlimited: true });
		expect(toapis({ remain_balance: 9, remain_credits: 500 })).toStrictEqual({
			amount: 2.5,
			currency: 'USD',
			unlimited: false,
		});
		const [relay] = providers.gptge.balance!;
		const limit = replyOf({ hard_limit_usd: 100_000_000 });
		expect(relay.read([limit, replyOf({})], '')).toStrictEqual({ unlimited: true });
		const nonsense = replyOf({
			remain_balance: 'much',
			available_amount: '',
			data: { balance: 'some' },
		});
		for (const provider of Object.values(providers))
			for (const { calls, read } of provider.balance ?? []) {
				const replies = calls(0).map(() => nonsense);
				expect(() => read(replies, 'https://example.com')).toThrow(GatewayFailed);
			}
	});
});

afterAll(() => {
	// Jest runs this after a filtered run, too: only a whole one can tell what is missing
	const names = expect.getState().testNamePattern;
	if (names !== undefined) return;
	expect([...samples.keys()].filter((id) => !tested.has(id))).toEqual([]);
	expect(tested.size).toBe(collected.sample_count);
});
