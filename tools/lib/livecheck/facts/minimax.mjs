import { all, any, baseRespAuth, has, http, is, isNot } from '../judge.mjs';

const unknown = '100000000000001';
const v2Order = {
	model: 'MiniMax-H3',
	content: [{ type: 'text', text: 'A test that a wrong key cannot place.' }],
	resolution: '768P',
	duration: 4,
	ratio: '16:9',
};

/** MiniMax: providers.md 2 (V1), 11.1 (V2), 13 (balance). */
export const minimax = {
	name: 'MiniMax',
	baseUrl: 'https://api.minimax.io',
	checks: [
		{
			fact: 'A wrong key is refused inside the reply: `base_resp` 1004 or 2049',
			sure: 'documented',
			source: '2',
			key: 'wrong',
			call: { method: 'GET', path: '/v1/models' },
			holds: baseRespAuth,
		},
		{
			fact: 'A good key gets the list of models, as `data[]` (the credential test)',
			sure: 'inferred',
			source: '2',
			call: { method: 'GET', path: '/v1/models' },
			holds: all(http(200), has('data', 'array')),
		},
		{
			fact: 'V1: a task that does not exist is a `base_resp` with a code, in HTTP 200',
			sure: 'documented',
			source: '2',
			call: { method: 'GET', path: '/v1/query/video_generation', query: { task_id: unknown } },
			holds: all(http(200), isNot('base_resp.status_code', 0)),
		},
		{
			fact: 'V1: an order with a wrong key is refused as such, so the path exists',
			sure: 'documented',
			source: '2',
			key: 'wrong',
			call: {
				method: 'POST',
				path: '/v1/video_generation',
				json: { model: 'MiniMax-Hailuo-02', prompt: 'A test.', duration: 6, resolution: '768P' },
			},
			holds: baseRespAuth,
		},
		{
			fact: 'V2: an order with a wrong key is HTTP 401 with `error.type` authorized_error',
			sure: 'secondary',
			source: '11.1',
			key: 'wrong',
			call: { method: 'POST', path: '/v2/video_generation', json: v2Order },
			holds: all(http(401), is('error.type', 'authorized_error')),
		},
		{
			fact: 'V2: a task that does not exist is HTTP 400 or 404 with `error.message`',
			sure: 'secondary',
			source: '11.1',
			call: { method: 'GET', path: `/v2/query/video_generation/${unknown}` },
			holds: all(http(400, 404), has('error.message', 'string')),
		},
		{
			fact: 'V2: tasks can be listed, as `items` and `total`',
			sure: 'documented',
			source: '11.1',
			call: {
				method: 'GET',
				path: '/v2/query/video_generation',
				query: { page_num: '1', page_size: '1' },
			},
			holds: all(http(200), has('items', 'array'), has('total', 'number')),
		},
		{
			fact: 'A pay-as-you-go key has its balance in `available_amount`; a plan key is refused here',
			sure: 'documented',
			source: '13',
			call: { method: 'GET', path: '/account/query_balance' },
			holds: any(has('available_amount'), isNot('base_resp.status_code', 0)),
		},
		{
			fact: 'A plan key has its remains in `model_remains`; a pay-as-you-go key is refused here',
			sure: 'documented',
			source: '13',
			call: { method: 'GET', path: '/v1/token_plan/remains' },
			holds: any(has('model_remains', 'array'), isNot('base_resp.status_code', 0)),
		},
	],
	unpaid: [
		['The callback body of V2', 'needs an order'],
		['`aigc_watermark` stands only', 'needs an order'],
		['A last frame alone', 'needs an order'],
		['Task status `expired`', 'needs a task that expires'],
		['1080P for the 01 family', 'needs an order'],
		['How long a link lives', 'needs a clip'],
	],
	cheapest: {
		what: 'MiniMax-Hailuo-02, image to video, 512P, 6 s',
		price: { amount: 0.1, asOf: '2026-08-18', source: 'providers.md 12' },
		order: {
			model: 'MiniMax-Hailuo-02',
			mode: 'imageToVideo',
			resolution: '512P',
			duration: 6,
			prompt: 'The colours drift slowly from left to right.',
		},
	},
};
