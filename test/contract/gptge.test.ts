/** V-API (gpt.ge): every documented sample, the envelopes and the status words (providers.md 3). */
import { gptge } from '../../nodes/shared/providers/gptge';
import { documentedOf, endpointOf, faultOf, replyOf, TASK_ID, testSamples } from './support';

const task = { provider: 'gptge' as const, taskId: TASK_ID };

testSamples('gptge', {
	requests: {
		'va.submit.i2v.req': {
			fill: {
				mode: 'imageToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt:
					"A girl climbs onto the horse [右移], then pulls the horse's head and turns, galloping away [拉远].",
				resolution: '768P',
				duration: 10,
				firstFrame:
					'https://p2.a.kwimgs.com/bs2/upload-ylab-stunt/ai_portal/1731125871/6N0QrAnAeU/409-f054fa25c21a.png',
			},
		},
		'va.submit.t2v.req': {
			fill: {
				mode: 'textToVideo',
				model: 'MiniMax-Hailuo-2.3',
				prompt: 'a cat [推进]',
				resolution: '768P',
				duration: 6,
			},
		},
		'va.submit.fl2v.req': {
			fill: {
				mode: 'firstLastFrame',
				model: 'MiniMax-Hailuo-02',
				prompt: 'morph',
				resolution: '768P',
				duration: 6,
				firstFrame: 'https://example.com/a.jpg',
				lastFrame: 'https://example.com/b.jpg',
			},
		},
	},
	taskIds: { 'va.submit.res': '106916112212032' },
	states: {
		'va.status.success.flat.res': {
			status: 'succeeded',
			providerStatus: 'Success',
			fileId: '314053136425242',
			width: 768,
			height: 1152,
		},
		'va.status.processing.flat.res': { status: 'processing', providerStatus: 'Processing' },
		'va.status.enveloped.res': {
			status: 'succeeded',
			providerStatus: 'Success',
			fileId: '314053136425242',
			videoUrl: 'https://example.com/v.mp4',
		},
		'va.status.newapi.res': {
			status: 'succeeded',
			providerStatus: 'SUCCESS',
			progress: 100,
			fileId: '314053136425242',
			videoUrl: 'https://example.com/v.mp4',
		},
	},
	links: {
		'va.result.res':
			'https://video-product.cdn.minimax.io/inference_output/video/2025-09-19/x/output.mp4',
	},
	faults: {
		'va.error.relay.res': faultOf('auth', 'invalid_request', 'invalid token'),
		'va.error.task.res': faultOf('invalidParameters', 'invalid_request', 'model is required'),
		'va.error.baseresp.res': faultOf('invalidParameters', '2013', 'invalid params'),
	},
});

describe('the calls that follow a submit', () => {
	test("the status path is not MiniMax's", () => {
		expect(gptge.status(task)).toStrictEqual(endpointOf('gptge', 'status', { task_id: TASK_ID }));
	});

	test('the link is asked for by the file id of the status', () => {
		expect(gptge.link?.call(task, { status: 'succeeded', fileId: '7' })).toStrictEqual(
			endpointOf('gptge', 'result', { file_id: '7' }),
		);
	});

	test('there is no cancel and no upload', () => {
		expect(gptge.cancel).toBeUndefined();
		expect(gptge.upload).toBeUndefined();
	});
});

describe.each(Object.entries(documentedOf('gptge').status_map))(
	'status word %s is %s',
	(word, status) => {
		test.each([
			['flat', { status: word, base_resp: { status_code: 0 } }],
			['in data', { code: 0, message: 'success', status: 200, data: { status: word } }],
			['in data.resp_data', { code: 0, data: { resp_data: JSON.stringify({ status: word }) } }],
			['in data.data', { code: 'success', data: { data: { status: word } } }],
		])('%s', (_where, body) => {
			const reply = replyOf(body);
			expect(gptge.fault(reply)).toBeUndefined();
			expect(gptge.readStatus(reply)).toMatchObject({ status, providerStatus: word });
		});
	},
);

test.each([
	['data.video_url', { data: { status: 'SUCCESS', video_url: 'https://x.example/v' } }],
	['data.download_url', { data: { status: 'SUCCESS', download_url: 'https://x.example/v' } }],
	['data.result_url', { data: { status: 'SUCCESS', result_url: 'https://x.example/v' } }],
	['data.url', { data: { status: 'SUCCESS', url: 'https://x.example/v' } }],
	[
		'data.data.file.download_url',
		{ data: { status: 'SUCCESS', data: { file: { download_url: 'https://x.example/v' } } } },
	],
	[
		'data.resp_data',
		{ data: { status: 'SUCCESS', resp_data: '{"video_url":"https://x.example/v"}' } },
	],
])('the video is found in %s', (_where, body) => {
	expect(gptge.readStatus(replyOf({ code: 'success', ...body })).videoUrl).toBe(
		'https://x.example/v',
	);
});

test.each([
	[
		'in the text resp_data',
		'{"data":{"status":"Success","resp_data":"{\\"file_id\\":9007199254740993}"}}',
	],
	['in the reply itself', '{"status":"Success","file_id":9007199254740993}'],
])('a file id beyond 2^53 stays exact %s', (_where, text) => {
	expect(gptge.readStatus(replyOf(0, 200, {}, text)).fileId).toBe('9007199254740993');
});

describe('a failed task', () => {
	test("with new-api's reason", () => {
		const body = { code: 'success', data: { status: 'FAILURE', fail_reason: 'no luck' } };
		expect(gptge.fault(replyOf(body))).toBeUndefined();
		expect(gptge.readStatus(replyOf(body)).error).toStrictEqual({
			code: 'failed',
			category: 'transient',
			message: 'no luck',
			retryable: true,
		});
	});

	test.each([[0], ['0']])('with a reason beside base_resp.status_code %p', (status_code) => {
		const body = { status: 'Failed', fail_reason: 'no luck', base_resp: { status_code } };
		expect(gptge.readStatus(replyOf(body)).error).toMatchObject({ message: 'no luck' });
	});

	test("with MiniMax's code in an inner layer", () => {
		const base_resp = { status_code: 1026, status_msg: 'input new_sensitive' };
		const body = { code: 'success', data: { status: 'FAILURE', data: { base_resp } } };
		expect(gptge.fault(replyOf(body))).toBeUndefined();
		expect(gptge.readStatus(replyOf(body)).error).toStrictEqual({
			code: '1026',
			category: 'contentPolicy',
			message: 'input new_sensitive',
			retryable: false,
		});
	});
});

describe('errors inside HTTP 200', () => {
	test.each([
		[
			"the relay's own",
			{ error: { message: 'busy', type: 'new_api_error', code: 'x' } },
			faultOf('protocol', 'x', 'busy'),
		],
		[
			"new-api's TaskError",
			{ code: 'fail_to_fetch_task', message: 'busy', data: null },
			faultOf('protocol', 'fail_to_fetch_task', 'busy'),
		],
		[
			'too many requests',
			{ base_resp: { status_code: 1002, status_msg: 'rate limit' } },
			faultOf('rateLimit', '1002', 'rate limit'),
		],
	])('%s', (_name, body, fault) => {
		expect(gptge.fault(replyOf(body))).toStrictEqual(fault);
	});
});

test('a status that is a number, even as text, is no status word', () => {
	const reply = replyOf({ code: 0, status: '200', data: { status: 'Success' } });
	expect(gptge.readStatus(reply)).toStrictEqual({ status: 'succeeded', providerStatus: 'Success' });
});

test('an answer without a status word in any layer is no status', () => {
	expect(() => gptge.readStatus(replyOf({ code: 0, status: 200, data: {} }))).toThrow('status');
	expect(() => gptge.readSubmit(replyOf({ base_resp: { status_code: 0 } }))).toThrow('task_id');
});
