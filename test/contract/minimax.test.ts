/** MiniMax's own API: every documented sample, every documented code and status word (providers.md 2). */
import type { ErrorCategory } from '../../nodes/shared/errors';
import { imageRulesOf } from '../../nodes/shared/providers/contract';
import { minimax } from '../../nodes/shared/providers/minimax';
import { documentedOf, endpointOf, faultOf, replyOf, TASK_ID, testSamples } from './support';

const task = { provider: 'minimax' as const, taskId: TASK_ID };

testSamples('minimax', {
	requests: {
		'mm.submit.t2v.req': {
			fill: {
				mode: 'textToVideo',
				model: 'MiniMax-Hailuo-2.3',
				prompt: 'A man picks up a book [Pedestal up], then reads [Static shot].',
				resolution: '1080P',
				duration: 6,
				promptOptimizer: true,
				fastPretreatment: false,
			},
			extraFields: { callback_url: 'https://example.com/hook' },
		},
		'mm.submit.i2v.req': {
			fill: {
				mode: 'imageToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt: '[Truck right] she turns',
				resolution: '512P',
				duration: 10,
				firstFrame: 'https://example.com/first.jpg',
			},
		},
		'mm.submit.fl2v.req': {
			fill: {
				mode: 'firstLastFrame',
				model: 'MiniMax-Hailuo-02',
				prompt: 'A girl grows up',
				resolution: '1080P',
				duration: 6,
				firstFrame: 'https://example.com/first.jpg',
				lastFrame: 'data:image/jpeg;base64,/9j/4AAQ',
			},
		},
		'mm.submit.s2v.req': {
			fill: {
				mode: 'subjectReference',
				model: 'S2V-01',
				prompt: 'a girl runs toward the camera',
				resolution: '720P',
				duration: 6,
				subject: 'https://example.com/face.jpg',
			},
		},
	},
	taskIds: { 'mm.submit.res': '106916112212032' },
	states: {
		'mm.status.queued.res': { status: 'queued', providerStatus: 'Queueing' },
		'mm.status.processing.res': { status: 'processing', providerStatus: 'Processing' },
		'mm.status.success.res': {
			status: 'succeeded',
			providerStatus: 'Success',
			fileId: '176844028768320',
			width: 1920,
			height: 1080,
		},
		'mm.status.fail.res': {
			status: 'failed',
			providerStatus: 'Fail',
			error: {
				code: '1027',
				category: 'contentPolicy',
				message: 'output new_sensitive',
				retryable: false,
			},
		},
	},
	links: {
		'mm.result.res': 'https://video-product.cdn.minimax.io/inference_output/video/x/output.mp4',
	},
	faults: {
		'mm.error.auth.res': faultOf(
			'auth',
			'1004',
			"login fail: Please carry the API secret key in the 'Authorization' field of the request header",
		),
		'mm.error.params.res': faultOf('invalidParameters', '2013', 'invalid params'),
		'mm.error.rate.res': faultOf('rateLimit', '1002', 'rate limit'),
		'mm.error.balance.res': faultOf('balance', '1008', 'insufficient balance'),
	},
	callbacks: [
		'mm.callback.challenge.req',
		'mm.callback.processing',
		'mm.callback.success',
		'mm.callback.failed',
	],
});

describe('the calls that follow a submit', () => {
	test('the status is asked for by query', () => {
		expect(minimax.status(task)).toStrictEqual(
			endpointOf('minimax', 'status', { task_id: TASK_ID }),
		);
	});

	test('the link is asked for by the file id of the status', () => {
		expect(minimax.link?.call(task, { status: 'succeeded', fileId: '7' })).toStrictEqual(
			endpointOf('minimax', 'result', { file_id: '7' }),
		);
	});

	test('version 1 has no cancel and no upload', () => {
		expect(minimax.cancel?.refusal?.(task, { status: 'queued' })).toMatch(/MiniMax-H3 only/);
		expect(imageRulesOf(minimax, 'MiniMax-Hailuo-02').transport).toBe('inline');
	});
});

test.each(Object.entries(documentedOf('minimax').status_map))(
	'status word %s is %s',
	(word, status) => {
		const reply = replyOf({ task_id: '1', status: word, base_resp: { status_code: 0 } });
		expect(minimax.fault(reply)).toBeUndefined();
		expect(minimax.readStatus(reply)).toMatchObject({ status, providerStatus: word });
	},
);

test('an unknown status word means "not finished", and is kept', () => {
	expect(minimax.readStatus(replyOf({ status: 'Warming up' }))).toStrictEqual({
		status: 'processing',
		providerStatus: 'Warming up',
	});
});

/** The table of errors (providers.md 2); `retry` is its last column. */
const codes: Array<[code: number, category: ErrorCategory, retry: boolean]> = [
	[1000, 'transient', true],
	[1001, 'transient', true],
	[1002, 'rateLimit', true],
	[1004, 'auth', false],
	[1008, 'balance', false],
	[1013, 'transient', true],
	[1024, 'transient', true],
	[1026, 'contentPolicy', false],
	[1027, 'contentPolicy', false],
	[1028, 'balance', false],
	[1030, 'balance', false],
	[1033, 'transient', true],
	[1039, 'rateLimit', true],
	[1041, 'rateLimit', true],
	[1042, 'invalidParameters', false],
	[1043, 'invalidParameters', false],
	[1044, 'invalidParameters', false],
	[2013, 'invalidParameters', false],
	[2037, 'invalidParameters', false],
	[2039, 'invalidParameters', false],
	[2042, 'invalidParameters', false],
	[2045, 'rateLimit', true],
	[2048, 'invalidParameters', false],
	[2049, 'auth', false],
	[2056, 'balance', false],
	[2061, 'unsupported', false],
	[20132, 'invalidParameters', false],
];

describe.each(codes)('code %i', (code, category, retryable) => {
	const base_resp = { status_code: code, status_msg: 'why' };

	test('of a call, with HTTP 200', () => {
		expect(minimax.fault(replyOf({ base_resp }))).toStrictEqual(
			faultOf(category, String(code), 'why', { retryable }),
		);
	});

	test('of a call, as text', () => {
		const reply = replyOf({ base_resp: { ...base_resp, status_code: String(code) } });
		expect(minimax.fault(reply)).toMatchObject({ category, code: String(code) });
	});

	test('of a failed task', () => {
		const reply = replyOf({ task_id: '1', status: 'Fail', base_resp });
		expect(minimax.fault(reply)).toBeUndefined();
		expect(minimax.readStatus(reply).error).toStrictEqual({
			code: String(code),
			category,
			message: 'why',
			retryable,
		});
	});
});

test('a failed task without a reason is a passing failure', () => {
	const reply = replyOf({ status: 'Fail', base_resp: { status_code: 0, status_msg: 'success' } });
	expect(minimax.readStatus(reply).error).toStrictEqual({
		code: 'failed',
		category: 'transient',
		message: 'The gateway gave no reason',
		retryable: true,
	});
});

test('ids beyond 2^53 stay exact, as text and as a number', () => {
	const submitted = replyOf(0, 200, {}, '{"task_id":1234567890123456789,"base_resp":{}}');
	expect(minimax.readSubmit(submitted)).toBe('1234567890123456789');
	const queried = replyOf(0, 200, {}, '{"status":"Success","file_id":9007199254740993}');
	expect(minimax.readStatus(queried).fileId).toBe('9007199254740993');
});
