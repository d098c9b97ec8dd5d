import { all, any, has, http, isNot } from '../judge.mjs';

const unknown = '100000000000001';

/** V-API (gpt.ge): providers.md 3, 13 (balance). */
export const gptge = {
	name: 'V-API (gpt.ge)',
	baseUrl: 'https://api.gpt.ge',
	checks: [
		{
			fact: 'A wrong key is HTTP 401 with `error.message`',
			sure: 'inferred',
			source: '3',
			key: 'wrong',
			call: { method: 'GET', path: '/v1/models' },
			holds: all(http(401), has('error.message', 'string')),
		},
		{
			fact: 'A good key gets the list of models, as `data[]` (the credential test)',
			sure: 'inferred',
			source: '3',
			call: { method: 'GET', path: '/v1/models' },
			holds: all(http(200), has('data', 'array')),
		},
		{
			fact: 'The status path is `/task/{id}`; a task that does not exist is an error in JSON',
			sure: 'documented',
			source: '3',
			call: { method: 'GET', path: `/task/${unknown}` },
			holds: any(has('error'), isNot('base_resp.status_code', 0), has('message')),
		},
		{
			fact: 'The copy of MiniMax’s status path is HTTP 404',
			sure: 'secondary',
			source: '3',
			call: {
				method: 'GET',
				path: '/task/minimax/v1/query/video_generation',
				query: { task_id: unknown },
			},
			holds: http(404),
		},
		{
			fact: 'An order with a wrong key is HTTP 401, so the path exists',
			sure: 'inferred',
			source: '3',
			key: 'wrong',
			call: {
				method: 'POST',
				path: '/task/minimax/v1/video_generation',
				json: { model: 'MiniMax-Hailuo-02', prompt: 'A test.', duration: 6, resolution: '768P' },
			},
			holds: http(401),
		},
		{
			fact: 'The limit of the token is `hard_limit_usd`',
			sure: 'documented',
			source: '13',
			call: { method: 'GET', path: '/v1/dashboard/billing/subscription' },
			holds: all(http(200), has('hard_limit_usd', 'number')),
		},
		{
			fact: 'What was used of it is `total_usage`, in cents',
			sure: 'documented',
			source: '13',
			call: { method: 'GET', path: '/v1/dashboard/billing/usage' },
			holds: all(http(200), has('total_usage', 'number')),
		},
	],
	unpaid: [
		['The envelope of the status answer', 'needs an order'],
		['The task ID of a callback', 'needs an order'],
		['The link is MiniMax', 'needs a clip'],
	],
};
