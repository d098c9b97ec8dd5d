/** WaveSpeed AI: every documented sample, path, code and status word (providers.md 4). */
import { modelsOf, modesOf, resolutionsOf } from '../../nodes/shared/catalog/gateways';
import { imageRulesOf } from '../../nodes/shared/providers/contract';
import { wavespeed } from '../../nodes/shared/providers/wavespeed';
import type { ErrorCategory } from '../../nodes/shared/errors';
import { documentedOf, endpointOf, faultOf, replyOf, TASK_ID, testSamples } from './support';

const task = { provider: 'wavespeed' as const, taskId: TASK_ID };
const created = '2026-01-01T00:00:00.000Z';

testSamples('wavespeed', {
	requests: {
		'ws.submit.i2v.req': {
			fill: {
				mode: 'imageToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt:
					'The girl in the image begins performing a graceful ballet solo on a grand theater stage, she twirls and lifts one leg into an arabesque, soft spotlight follows her every move, cinematic lighting, slow camera pan from left to right, elegant and fluid motion',
				resolution: '768P',
				duration: 6,
				firstFrame:
					'https://d1q70pf5vjeyhc.cloudfront.net/media/images/1751883836278138425_vVeazvso.jpeg',
				promptOptimizer: false,
			},
		},
		'ws.status.req': { call: wavespeed.status(task) },
		'ws.submit.t2v.req': {
			fill: {
				mode: 'textToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt: 'a cat',
				resolution: '768P',
				duration: 10,
				promptOptimizer: true,
			},
		},
		'ws.submit.t2vpro.req': {
			fill: {
				mode: 'textToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt: 'a cat',
				resolution: '1080P',
				duration: 6,
				promptOptimizer: true,
			},
		},
		'ws.submit.fl2v.unified.req': {
			fill: {
				mode: 'firstLastFrame',
				model: 'MiniMax-Hailuo-02',
				prompt: 'required here',
				resolution: '768P',
				duration: 6,
				firstFrame: 'https://example.com/a.jpg',
				lastFrame: 'https://example.com/b.jpg',
				promptOptimizer: false,
			},
		},
		// the node sends both frames to the unified path; this one takes Extra Fields
		'ws.submit.fl2v.i2vstd.req': {
			fill: {
				mode: 'imageToVideo',
				model: 'MiniMax-Hailuo-02',
				resolution: '768P',
				duration: 6,
				firstFrame: 'https://example.com/a.jpg',
			},
			extraFields: { last_image: 'https://example.com/b.jpg' },
		},
		// an empty prompt is left out by the node, and go_fast has no field in the form
		'ws.submit.fast.req': {
			fill: {
				mode: 'imageToVideo',
				model: 'MiniMax-Hailuo-02',
				resolution: '512P',
				duration: 6,
				firstFrame: 'https://example.com/a.jpg',
				promptOptimizer: false,
			},
			extraFields: { prompt: '', go_fast: true },
		},
	},
	taskIds: { 'ws.submit.res': 'pred_abc123' },
	states: {
		'ws.status.processing.res': {
			status: 'processing',
			providerStatus: 'processing',
			submittedAt: created,
		},
		'ws.status.completed.res': {
			status: 'succeeded',
			providerStatus: 'completed',
			videoUrl: 'https://d1q70pf5vjeyhc.cloudfront.net/predictions/pred_abc123/1.mp4',
			submittedAt: created,
		},
		'ws.status.failed.res': {
			status: 'failed',
			providerStatus: 'failed',
			submittedAt: created,
			error: {
				code: '1200',
				category: 'contentPolicy',
				message: 'Content moderation failed',
				retryable: false,
			},
		},
	},
	cancels: { 'ws.cancel.res': { status: 'canceled', providerStatus: 'deleted' } },
	faults: {
		'ws.error.envelope.res': faultOf('auth', '401', 'Unauthorized'),
		'ws.error.200.res': faultOf('invalidParameters', '400', 'invalid parameter: duration'),
	},
	// pictures travel as data URLs here: the upload is not needed
	unread: ['ws.upload.res'],
	callbacks: ['ws.webhook.completed', 'ws.webhook.failed'],
});

describe('the calls that follow a submit', () => {
	test.each([
		['status', wavespeed.status(task)],
		['cancel', wavespeed.cancel?.call(task)],
	])('%s', (name, call) => {
		expect(call).toStrictEqual(endpointOf('wavespeed', name, { id: TASK_ID }));
	});

	test('the link comes with the status; images travel in the body, videos and audios by upload', () => {
		expect(wavespeed.link).toBeUndefined();
		for (const model of ['MiniMax-Hailuo-02', 'MiniMax-H3'])
			expect(imageRulesOf(wavespeed, model).transport).toBe('inline');
		for (const kind of ['video', 'audio'] as const)
			expect(wavespeed.references?.[kind].transport).toBe('upload');
	});
});

test('every documented path is sold, and no other', () => {
	const paths = new Set<string>();
	for (const mode of modesOf('wavespeed'))
		for (const model of modelsOf('wavespeed', mode))
			for (const resolution of resolutionsOf('wavespeed', mode, model)) {
				const order = { provider: 'wavespeed' as const, mode, model, resolution };
				const { call } = wavespeed.submit({ ...order, typedModel: false, prompt: '', duration: 6 });
				paths.add(call.path.replace('/api/v3/', ''));
			}
	const h3Paths = ['minimax/h3', 'wavespeed-ai/minimax-h3'].flatMap((family) =>
		['text', 'image', 'reference'].map((from) => `${family}/${from}-to-video`),
	);
	const known = [...(documentedOf('wavespeed').model_paths ?? []), ...h3Paths];
	expect([...paths].sort()).toEqual(known.sort());
});

test.each(Object.entries(documentedOf('wavespeed').status_map))(
	'status word %s is %s',
	(word, status) => {
		const reply = replyOf({ code: 200, message: 'success', data: { id: 'p', status: word } });
		expect(wavespeed.fault(reply)).toBeUndefined();
		expect(wavespeed.readStatus(reply)).toMatchObject({ status, providerStatus: word });
	},
);

test('an output may be an object with a url', () => {
	const outputs = [{ url: 'https://x.example/v.mp4' }];
	const reply = replyOf({ code: 200, data: { id: 'p', status: 'completed', outputs } });
	expect(wavespeed.readStatus(reply).videoUrl).toBe('https://x.example/v.mp4');
});

const codes: Array<[code: number, category: ErrorCategory]> = [
	[1200, 'contentPolicy'],
	[1400, 'invalidParameters'],
	[1401, 'invalidParameters'],
	[1402, 'invalidParameters'],
	[1403, 'transient'],
	[1405, 'transient'],
	[5000, 'transient'],
	[5003, 'transient'],
	[5004, 'transient'],
];

describe.each(codes)('code %i', (code, category) => {
	test('of a call, with HTTP 200', () => {
		expect(wavespeed.fault(replyOf({ code, message: 'why', data: null }))).toStrictEqual(
			faultOf(category, String(code), 'why'),
		);
	});

	test('of a failed task', () => {
		const reply = replyOf({ code: 200, data: { id: 'p', status: 'failed', error: 'why', code } });
		expect(wavespeed.fault(reply)).toBeUndefined();
		expect(wavespeed.readStatus(reply).error).toMatchObject({ code: String(code), category });
	});
});

test.each([
	[429, 'rateLimit'],
	[500, 'transient'],
	[502, 'transient'],
	[503, 'transient'],
	[504, 'transient'],
] as const)('envelope code %i inside HTTP 200 counts as the HTTP status', (code, category) => {
	expect(wavespeed.fault(replyOf({ code, message: 'why' }))).toStrictEqual(
		faultOf(category, String(code), 'why'),
	);
});

test('a submit answer with an id is a task, whatever else it lacks', () => {
	expect(wavespeed.readSubmit(replyOf({ code: 200, data: { id: 'pred_1' } }))).toBe('pred_1');
});
