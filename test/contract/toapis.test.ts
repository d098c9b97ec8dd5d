/** ToAPIs: every documented sample, code and status word (providers.md 6). */
import type { ErrorCategory } from '../../nodes/shared/errors';
import { toapis } from '../../nodes/shared/providers/toapis';
import {
	credentials,
	documentedOf,
	endpointOf,
	faultOf,
	replyOf,
	TASK_ID,
	testSamples,
} from './support';

const task = { provider: 'toapis' as const, taskId: TASK_ID };

testSamples('toapis', {
	requests: {
		'ta.submit.t2v.req': {
			fill: {
				mode: 'textToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt: 'City night scene, neon lights flickering, traffic flowing',
				resolution: '1080P',
				duration: 6,
			},
		},
		'ta.submit.i2v.req': {
			fill: {
				mode: 'imageToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt: 'A mouse runs toward the camera, smiling and blinking',
				resolution: '512P',
				duration: 6,
				firstFrame: 'https://example.com/first-frame.jpg',
			},
		},
		'ta.submit.fl2v.req': {
			fill: {
				mode: 'firstLastFrame',
				model: 'MiniMax-Hailuo-02',
				prompt: 'morph',
				resolution: '768P',
				duration: 10,
				firstFrame: 'https://example.com/first.jpg',
				lastFrame: 'https://example.com/last.jpg',
				promptOptimizer: true,
				fastPretreatment: true,
			},
		},
		'ta.submit.hook.req': {
			fill: {
				mode: 'textToVideo',
				model: 'MiniMax-Hailuo-2.3',
				prompt: 'a cat',
				resolution: '768P',
				duration: 6,
			},
			extraFields: {
				callback_url: 'https://n8n.example.com/webhook/abc?task=1',
				client_business_id: 'order_1',
			},
		},
	},
	taskIds: {
		'ta.submit.res': 'vid_01K8SGYNNNVBQTXNR4MM964S7K',
		'ta.submit.old.res': 'task_01K8SGYNNNVBQTXNR4MM964S7K',
	},
	states: {
		'ta.status.queued.res': {
			status: 'queued',
			providerStatus: 'queued',
			submittedAt: '2026-01-14T08:43:42.000Z',
		},
		'ta.status.progress.res': {
			status: 'processing',
			providerStatus: 'in_progress',
			progress: 65,
			submittedAt: '2026-01-14T08:43:42.000Z',
		},
		'ta.status.completed.res': {
			status: 'succeeded',
			providerStatus: 'completed',
			progress: 100,
			videoUrl: 'https://files.toapis.com/x/7712af45.mp4',
			videoUrlExpiresAt: '2026-01-15T08:48:34.000Z',
			submittedAt: '2026-01-14T08:43:42.000Z',
			finishedAt: '2026-01-14T08:48:34.000Z',
		},
		'ta.status.failed.res': {
			status: 'failed',
			providerStatus: 'failed',
			submittedAt: '2026-01-14T08:43:42.000Z',
			error: {
				code: 'generation_failed',
				category: 'transient',
				message: 'call upstream API failed: upstream returned status 422',
				retryable: true,
			},
		},
	},
	uploads: {
		'ta.upload.res': 'https://files.toapis.com/uploads/123/1737568800_abc12345.jpg',
	},
	faults: {
		'ta.error.notfound.res': faultOf('notFound', 'not_found_error', 'Task not found'),
		'ta.error.auth.res': faultOf(
			'auth',
			'authentication_error',
			'Authentication failed, please check your API key',
		),
		'ta.error.rate.res': faultOf('rateLimit', 'rate_limit_exceeded', 'rate limit exceeded', {
			retryAfterMs: 3000,
		}),
		'ta.error.rate503.res': faultOf(
			'rateLimit',
			'rate_limit_unavailable',
			'rate limit service unavailable',
		),
		'ta.error.hook.res': faultOf(
			'invalidParameters',
			'webhook_not_configured',
			'webhook is not configured for this token',
		),
		'ta.upload.error.res': faultOf(
			'invalidParameters',
			'400',
			'Image too large. Maximum size is 10MB',
		),
	},
	unread: ['ta.balance.res'],
	callbacks: ['ta.webhook.completed', 'ta.webhook.failed', 'ta.webhook.test'],
});

describe('the calls around a submit', () => {
	test('status', () => {
		const values = { 'task_id or client_business_id': TASK_ID };
		expect(toapis.status(task)).toStrictEqual(endpointOf('toapis', 'status', values));
	});

	test('upload', () => {
		const open = async () => [Buffer.from('x')];
		const picture = { size: 1, mimeType: 'image/png', fileName: 'a.png', open };
		expect(toapis.upload?.call(picture)).toStrictEqual({
			...endpointOf('toapis', 'upload', {}),
			file: { field: 'file', media: picture },
		});
	});

	test('credential test', () => {
		const { path } = endpointOf('toapis', 'credential_test', {});
		expect(credentials.toapis.test.request.url).toBe(path);
	});

	test('there is no cancel, and the link comes with the status', () => {
		expect(toapis.cancel).toBeUndefined();
		expect(toapis.link).toBeUndefined();
	});
});

test.each(Object.entries(documentedOf('toapis').status_map))(
	'status word %s is %s',
	(word, status) => {
		const reply = replyOf({ id: 'v', object: 'generation.task', status: word, progress: 0 });
		expect(toapis.fault(reply)).toBeUndefined();
		expect(toapis.readStatus(reply)).toMatchObject({ status, providerStatus: word });
	},
);

test.each([
	['result.data[0].url', { result: { type: 'video', data: [{ url: 'https://x.example/v' }] } }],
	['url', { url: 'https://x.example/v' }],
	['video_url', { video_url: 'https://x.example/v' }],
])('the video is found in %s', (_where, body) => {
	const reply = replyOf({ id: 'v', status: 'completed', ...body });
	expect(toapis.readStatus(reply).videoUrl).toBe('https://x.example/v');
});

test('times of 0 mean "not yet"', () => {
	const times = { created_at: 1768380222, completed_at: 0, expires_at: 0 };
	expect(toapis.readStatus(replyOf({ id: 'v', status: 'in_progress', ...times }))).toStrictEqual({
		status: 'processing',
		providerStatus: 'in_progress',
		submittedAt: '2026-01-14T08:43:42.000Z',
	});
});

const complaints: Array<[status: number, error: object, category: ErrorCategory, code: string]> = [
	[401, { code: 401, type: 'authentication_error' }, 'auth', 'authentication_error'],
	[402, { code: 'insufficient_quota' }, 'balance', 'insufficient_quota'],
	[403, { code: 'insufficient_quota' }, 'balance', 'insufficient_quota'],
	[404, { code: 404, type: 'not_found_error' }, 'notFound', 'not_found_error'],
	[422, { code: 'content_policy_violation' }, 'contentPolicy', 'content_policy_violation'],
	[422, { code: 422, type: 'invalid_request_error' }, 'invalidParameters', '422'],
	[429, { code: 429, type: 'rate_limit_error' }, 'rateLimit', 'rate_limit_error'],
	[500, { code: 'server_error' }, 'transient', 'server_error'],
	[503, { code: 'rate_limit_unavailable' }, 'rateLimit', 'rate_limit_unavailable'],
	[503, { code: 503 }, 'transient', '503'],
];

test.each(complaints)('HTTP %i with %j: %s', (status, error, category, code) => {
	expect(toapis.fault(replyOf({ error: { ...error, message: 'why' } }, status))).toStrictEqual(
		faultOf(category, code, 'why'),
	);
});

test('a failed task may give its reason as fail_reason', () => {
	const reply = replyOf({ id: 'v', status: 'failed', fail_reason: 'no luck' });
	expect(toapis.readStatus(reply).error).toMatchObject({ code: 'failed', message: 'no luck' });
});

test.each([
	['code', { code: 'content_policy_violation', message: 'no' }],
	['type', { code: 422, message: 'no', type: 'content_policy_violation' }],
])('a failed task is judged by the %s of its error', (_name, error) => {
	const reply = replyOf({ id: 'v', status: 'failed', error });
	expect(toapis.fault(reply)).toBeUndefined();
	expect(toapis.readStatus(reply).error).toStrictEqual({
		code: 'content_policy_violation',
		category: 'contentPolicy',
		message: 'no',
		retryable: false,
	});
});
