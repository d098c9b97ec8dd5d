/** SeaArt Cloud: every documented sample, slug, error type and status word (providers.md 5). */
import type { ErrorCategory } from '../../nodes/shared/errors';
import { modelsOf, modesOf } from '../../nodes/shared/catalog/gateways';
import { seaart } from '../../nodes/shared/providers/seaart';
import { documentedOf, endpointOf, faultOf, replyOf, TASK_ID, testSamples } from './support';

const slug = 'minimax_hailuo_02_i2v';
const task = { provider: 'seaart' as const, taskId: TASK_ID, endpoint: slug };

testSamples('seaart', {
	requests: {
		'sa.submit.i2v.req': {
			fill: {
				mode: 'imageToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt:
					'A red apple slowly rotating on a white table, clean studio lighting, static camera.',
				resolution: '768P',
				duration: 6,
				firstFrame:
					'https://image.cdn2.seaart.me/2026-06-01/d8ejq1de878c739e2lrg/995ff4fe1eeec10a06c3c7a172862733.webp',
			},
		},
		'sa.status.req': { call: seaart.status(task) },
		'sa.result.req': { call: seaart.link!.call(task, { status: 'succeeded' })! },
		'sa.cancel.req': { call: seaart.cancel!.call(task) },
		'sa.submit.t2v.req': {
			fill: {
				mode: 'textToVideo',
				model: 'MiniMax-Hailuo-2.3',
				prompt: 'a cat',
				resolution: '768P',
				duration: 10,
				promptOptimizer: true,
			},
		},
	},
	taskIds: { 'sa.submit.res': 'mmsu_01hxyz...' },
	states: {
		'sa.status.queued.res': { status: 'queued', providerStatus: 'IN_QUEUE' },
		'sa.status.progress.res': { status: 'processing', providerStatus: 'IN_PROGRESS' },
		'sa.status.completed.res': { status: 'succeeded', providerStatus: 'COMPLETED' },
		'sa.status.failed.res': {
			status: 'failed',
			providerStatus: 'COMPLETED',
			error: {
				code: 'INFERENCE_FAILURE',
				category: 'transient',
				message: 'Task execution failed',
				retryable: true,
			},
		},
		'sa.status.failed.obj.res': {
			status: 'failed',
			providerStatus: 'COMPLETED',
			error: {
				code: '1026',
				category: 'contentPolicy',
				message: 'upstream failed: new_sensitive',
				retryable: false,
			},
		},
		'sa.status.canceled.res': { status: 'canceled', providerStatus: 'COMPLETED' },
	},
	links: {
		'sa.result.ok.res': 'https://example.com/v.mp4',
		'sa.result.pending.res': undefined,
	},
	cancels: { 'sa.cancel.accepted.res': undefined },
	faults: {
		// too late to cancel: the task is finished, and its status says how
		'sa.cancel.late.res': undefined,
		'sa.error.auth.res': faultOf(
			'auth',
			'UNAUTHORIZED',
			'Authorization Bearer or Key token is required',
		),
		'sa.error.rate.res': faultOf('rateLimit', 'RATE_LIMIT_EXCEEDED', 'rate limit exceeded'),
		'sa.error.notfound.res': faultOf('notFound', '404', 'App not found: not_exists'),
		'sa.error.req_notfound.res': faultOf('notFound', '404', 'Request not found'),
		'sa.error.model.res': faultOf('auth', '403', 'Model not allowed for this user'),
		'sa.error.runtime.res': faultOf('transient', '502', 'Runtime execution failed'),
		'sa.error.webhook.res': faultOf('invalidParameters', '400', 'webhook not supported'),
		'sa.error.balance.res': faultOf('balance', '40201', 'Insufficient credits'),
	},
});

describe('the calls that follow a submit', () => {
	test.each([
		['status', seaart.status(task)],
		['result', seaart.link?.call(task, { status: 'succeeded' })],
		['cancel', seaart.cancel?.call(task)],
	])('%s', (name, call) => {
		expect(call).toStrictEqual(endpointOf('seaart', name, { slug, request_id: TASK_ID }));
	});

	test('the task carries the slug it was made with', () => {
		const order = { provider: 'seaart' as const, mode: 'imageToVideo' as const, prompt: '' };
		const typed = { model: 'minimax_hailuo_03_i2v', typedModel: true, resolution: '', duration: 0 };
		const submission = seaart.submit({ ...order, ...typed });
		expect(submission.endpoint).toBe('minimax_hailuo_03_i2v');
		expect(submission.call).toStrictEqual({
			method: 'POST',
			path: '/v1/queue/minimax_hailuo_03_i2v',
			body: {},
		});
	});

	test('nothing is uploaded', () => {
		expect(seaart.upload).toBeUndefined();
	});
});

test('every documented slug is sold, but for the older name of one', () => {
	const slugs = modesOf('seaart').flatMap((mode) =>
		modelsOf('seaart', mode).map((model) => {
			const order = { provider: 'seaart' as const, mode, model, resolution: '768P', duration: 6 };
			return seaart.submit({ ...order, typedModel: false, prompt: '' }).endpoint;
		}),
	);
	const documented = Object.keys(documentedOf('seaart').slugs ?? {});
	expect(slugs.sort()).toEqual(documented.filter((one) => one !== 'minimax_hailuo_02').sort());
});

test('no order holds a field that the contracts do not list', () => {
	const listed = [
		'prompt',
		'duration',
		'resolution',
		'first_frame_image',
		'prompt_optimizer',
		'fast_pretreatment',
		'aigc_watermark',
	];
	const { call } = seaart.submit({
		provider: 'seaart',
		mode: 'imageToVideo',
		model: 'MiniMax-Hailuo-02',
		typedModel: false,
		prompt: 'p',
		resolution: '768P',
		duration: 6,
		firstFrame: 'https://example.com/a.jpg',
		promptOptimizer: true,
		fastPretreatment: true,
		watermark: true,
	});
	expect(Object.keys(call.body ?? {}).sort()).toEqual(listed.sort());
	expect(call.query).toBeUndefined();
	expect(call.headers).toBeUndefined();
});

const plainWords = Object.entries(documentedOf('seaart').status_map).filter(
	([word]) => !word.includes('+'),
);

test.each(plainWords)('status word %s is %s', (word, status) => {
	const reply = replyOf({ status: word, request_id: 'r' });
	expect(seaart.fault(reply)).toBeUndefined();
	expect(seaart.readStatus(reply)).toStrictEqual({ status, providerStatus: word });
});

const errorTypes: Array<[type: string, category: ErrorCategory]> = [
	['INFERENCE_FAILURE', 'transient'],
	['INFERENCE_TIMEOUT', 'transient'],
	['REQUEST_INVALID', 'invalidParameters'],
	['CONTENT_BLOCKED', 'contentPolicy'],
	['INTERNAL_SERVER_ERROR', 'transient'],
];

test.each(errorTypes)('COMPLETED with error_type %s is a failed task: %s', (type, category) => {
	const reply = replyOf({ status: 'COMPLETED', request_id: 'r', error: 'why', error_type: type });
	expect(seaart.fault(reply)).toBeUndefined();
	const retryable = category === 'transient';
	expect(seaart.readStatus(reply)).toStrictEqual({
		status: 'failed',
		providerStatus: 'COMPLETED',
		error: { code: type, category, message: 'why', retryable },
	});
});

test.each([
	['an error_type alone', { error_type: 'CONTENT_BLOCKED' }, 'CONTENT_BLOCKED'],
	['an error of the upstream alone', { provider_error: { code: 1027, message: 'x' } }, '1027'],
	['an unknown error_type', { error: 'x', error_type: 'NEW_ONE' }, 'NEW_ONE'],
	['a text alone', { error: 'x' }, 'failed'],
])('COMPLETED with %s is a failed task', (_name, body, code) => {
	const state = seaart.readStatus(replyOf({ status: 'COMPLETED', ...body }));
	expect(state).toMatchObject({ status: 'failed', error: { code } });
});

test.each([[null], ['']])('COMPLETED with error %p is a finished task', (error) => {
	const state = seaart.readStatus(replyOf({ status: 'COMPLETED', error }));
	expect(state).toStrictEqual({ status: 'succeeded', providerStatus: 'COMPLETED' });
});

test('a failed task always has an error, reason or not', () => {
	expect(seaart.readStatus(replyOf({ status: 'FAILED' }))).toStrictEqual({
		status: 'failed',
		providerStatus: 'FAILED',
		error: {
			code: 'failed',
			category: 'transient',
			message: 'The gateway gave no reason',
			retryable: true,
		},
	});
});

test.each([[null], ['']])('a good answer may repeat error %p', (error) => {
	const submitted = replyOf({ request_id: 'r', error });
	expect(seaart.fault(submitted)).toBeUndefined();
	expect(seaart.readSubmit(submitted)).toBe('r');
	const result = replyOf({ outputs: [{ type: 'video', url: 'https://x.example/v' }], error });
	expect(seaart.fault(result)).toBeUndefined();
	expect(seaart.link?.read(result)).toStrictEqual({ url: 'https://x.example/v' });
});

test('the video is taken out of several outputs', () => {
	const outputs = [
		{ type: 'image', url: 'https://x.example/cover.png' },
		{ type: 'video', url: 'https://x.example/v.mp4' },
	];
	expect(seaart.link?.read(replyOf({ outputs }))).toStrictEqual({ url: 'https://x.example/v.mp4' });
});

test('a request id may come as a number', () => {
	expect(seaart.readSubmit(replyOf({ request_id: 7 }))).toBe('7');
});
