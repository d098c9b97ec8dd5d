import { all, has, http, is } from '../judge.mjs';

/** ToAPIs: providers.md 6, 11.3 (H3), 13 (balance). */
export const toapis = {
	name: 'ToAPIs',
	baseUrl: 'https://toapis.com',
	checks: [
		{
			fact: 'A wrong key is HTTP 401',
			sure: 'documented',
			source: '6',
			key: 'wrong',
			call: { method: 'GET', path: '/v1/balance' },
			holds: http(401),
		},
		{
			fact: 'The balance is `remain_balance`, with `success: true` (the credential test)',
			sure: 'documented',
			source: '13',
			call: { method: 'GET', path: '/v1/balance' },
			holds: all(http(200), is('success', true), has('remain_balance', 'number')),
		},
		{
			fact: 'The account’s balance has the same fields',
			sure: 'documented',
			source: '13',
			call: { method: 'GET', path: '/v1/user/balance' },
			holds: all(http(200), has('remain_balance', 'number')),
		},
		{
			fact: 'A task that does not exist is HTTP 404 with `error.message`',
			sure: 'documented',
			source: '6',
			call: { method: 'GET', path: '/v1/videos/generations/vid_00000000000000000000000000' },
			holds: all(http(404), has('error.message', 'string')),
		},
		{
			fact: 'An image can be uploaded for nothing; its link is `data.url`',
			sure: 'documented',
			source: '6',
			call: { method: 'POST', path: '/v1/uploads/images', file: 'file' },
			holds: all(http(200), is('success', true), has('data.url', 'string')),
		},
		{
			fact: 'An order of H3 with a wrong key is HTTP 401, so the path exists',
			sure: 'secondary',
			source: '11.3',
			key: 'wrong',
			call: {
				method: 'POST',
				path: '/v1/videos/generations',
				json: {
					model: 'MiniMax-H3',
					prompt: 'A test.',
					duration: 4,
					aspect_ratio: '16:9',
					resolution: '768p',
				},
			},
			holds: http(401),
		},
	],
	unpaid: [
		['**`MiniMax-H3` rests on secondary sources**', 'its fields need an order'],
		['`watermark` stands only', 'needs a clip'],
		['512P for text to video', 'needs an order'],
		['The price of each model', 'needs a bill'],
	],
};
