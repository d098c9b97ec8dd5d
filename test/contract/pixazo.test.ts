/** Pixazo: every documented sample and status word (providers.md 7). */
import { pixazo } from '../../nodes/shared/providers/pixazo';
import { documentedOf, endpointOf, faultOf, replyOf, testSamples } from './support';

const taskId = '11173647XXXXXXXXXX';
const task = { provider: 'pixazo' as const, taskId };

testSamples('pixazo', {
	requests: {
		'px.submit.i2v.req': {
			fill: {
				mode: 'imageToVideo',
				model: 'MiniMax-Hailuo-2.3',
				prompt: 'Man walked into winter cave with polar bear',
				resolution: '768P',
				duration: 6,
				firstFrame: 'https://pub-582b7213209642b9b995c96c95a30381.r2.dev/manwithbear.jpg',
				promptOptimizer: true,
				fastPretreatment: false,
				watermark: false,
			},
		},
		'px.submit.t2v.req': {
			fill: {
				mode: 'textToVideo',
				model: 'MiniMax-Hailuo-2.3',
				prompt: 'a cat walks on the beach',
				resolution: '768P',
				duration: 6,
				promptOptimizer: true,
			},
		},
		'px.status.req': { call: pixazo.status(task) },
	},
	taskIds: { 'px.submit.res': taskId },
	states: {
		'px.status.success.res': {
			status: 'succeeded',
			providerStatus: 'Success',
			fileId: 'file_123456789',
			videoUrl:
				'https://pub-582b7213209642b9b995c96c95a30381.r2.dev/minimax_videos/video-1234567890-123456.mp4',
			width: 768,
			height: 432,
		},
		'px.status.processing.res': { status: 'processing', providerStatus: 'Processing' },
		'px.status.fail.res': {
			status: 'failed',
			providerStatus: 'Fail',
			error: {
				code: '1027',
				category: 'contentPolicy',
				message: 'output new_sensitive',
				retryable: false,
			},
		},
		// the gateway says no word here, so none is made up
		'px.status.old.res': { status: 'succeeded', videoUrl: 'https://example.com/v.mp4' },
	},
	faults: {
		'px.error.bad.res': faultOf('invalidParameters', '400', 'Invalid request parameters'),
		'px.error.auth.res': faultOf('auth', '401', 'Invalid or missing authentication'),
		'px.error.forbidden.res': faultOf('auth', '403', 'Access denied for this operation'),
		'px.error.notfound.res': faultOf('notFound', '404', 'Endpoint not found'),
		'px.error.rate.res': faultOf('rateLimit', '429', 'Rate limit exceeded, please retry later'),
		'px.error.server.res': faultOf(
			'transient',
			'500',
			'An unexpected error occurred, please try again later',
		),
		'px.error.apim.res': faultOf(
			'auth',
			'401',
			'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
		),
	},
});

describe('the calls that follow a submit', () => {
	test('the status is asked for by POST', () => {
		expect(pixazo.status(task)).toStrictEqual({
			...endpointOf('pixazo', 'status', { task_id: taskId }),
			headers: { 'Cache-Control': 'no-cache' },
		});
	});

	test('there is no cancel and no upload, and the link comes with the status', () => {
		expect(pixazo.cancel).toBeUndefined();
		expect(pixazo.upload).toBeUndefined();
		expect(pixazo.link).toBeUndefined();
	});
});

test.each(Object.entries(documentedOf('pixazo').status_map))(
	'status word %s is %s',
	(word, status) => {
		const reply = replyOf({ task_id: '1', status: word, base_resp: { status_code: 0 } });
		expect(pixazo.fault(reply)).toBeUndefined();
		expect(pixazo.readStatus(reply)).toMatchObject({ status, providerStatus: word });
	},
);

describe('HTTP 200', () => {
	test('with an error is a complaint all the same', () => {
		expect(pixazo.fault(replyOf({ error: 'Invalid parameters' }))).toStrictEqual(
			faultOf('invalidParameters', '200', 'Invalid parameters'),
		);
	});

	test("with MiniMax's code is a complaint", () => {
		const base_resp = { status_code: 1008, status_msg: 'insufficient balance' };
		expect(pixazo.fault(replyOf({ base_resp }))).toStrictEqual(
			faultOf('balance', '1008', 'insufficient balance'),
		);
	});
});

test('HTTP 402 means no credit', () => {
	expect(pixazo.fault(replyOf({ error: 'No credit' }, 402))).toStrictEqual(
		faultOf('balance', '402', 'No credit'),
	);
});

test('text to video names duration and resolution only where they differ from the default', () => {
	const order = { provider: 'pixazo' as const, mode: 'textToVideo' as const, typedModel: false };
	const { call } = pixazo.submit({
		...order,
		model: 'MiniMax-Hailuo-2.3',
		prompt: 'a cat',
		resolution: '1080P',
		duration: 6,
	});
	expect(call.body).toStrictEqual({ prompt: 'a cat', resolution: '1080P' });
});
