import { all, has, http, is, says } from '../judge.mjs';

const unknown = '00000000000000000000000000000000';
const price = (model_id, inputs) => ({
	method: 'POST',
	path: '/api/v3/model/price',
	json: { model_id, inputs },
});
const prompt = 'A paper boat on a river.';
const image = 'https://example.com/first.png';

/** One price call per kind of path: the path exists, takes these fields, and has a price. */
const priced = [
	['minimax/hailuo-02/fast', { prompt, image, duration: 6 }, '4', 'documented'],
	['minimax/hailuo-02/standard', { prompt, image, end_image: image, duration: 6 }, '4', 'inferred'],
	['minimax/hailuo-02/i2v-pro', { prompt, image }, '4', 'documented'],
	['minimax/hailuo-2.3/t2v-standard', { prompt, duration: 6 }, '4', 'documented'],
	['minimax/hailuo-2.3/fast', { prompt, image, duration: 6 }, '4', 'documented'],
	[
		'minimax/h3/text-to-video',
		{ prompt, resolution: '768p', duration: 4, aspect_ratio: '16:9' },
		'11.2',
		'documented',
	],
	[
		'wavespeed-ai/minimax-h3/text-to-video',
		{ prompt, resolution: '480p', duration: 5, aspect_ratio: '16:9' },
		'11.2',
		'documented',
	],
].map(([path, inputs, source, sure]) => ({
	fact: `\`${path}\` exists and has a price`,
	sure,
	source,
	call: price(path, inputs),
	holds: all(http(200), has('data.price', 'number')),
}));

/** WaveSpeed AI: providers.md 4, 11.2 (H3), 13 (price, balance). */
export const wavespeed = {
	name: 'WaveSpeed AI',
	baseUrl: 'https://api.wavespeed.ai',
	checks: [
		{
			fact: 'A wrong key is HTTP 401',
			sure: 'documented',
			source: '4',
			key: 'wrong',
			call: { method: 'GET', path: '/api/v3/balance' },
			holds: http(401),
		},
		{
			fact: 'The balance is a number in `data.balance` (the credential test)',
			sure: 'documented',
			source: '13',
			call: { method: 'GET', path: '/api/v3/balance' },
			holds: all(http(200), is('code', 200), has('data.balance', 'number')),
		},
		...[`${unknown}/result`, unknown].map((end) => ({
			fact: `A prediction that does not exist is HTTP 400 or 404 at \`/predictions/${end.includes('/') ? '{id}/result' : '{id}'}\``,
			sure: 'inferred',
			source: '4',
			call: { method: 'GET', path: `/api/v3/predictions/${end}` },
			holds: http(400, 404),
		})),
		{
			fact: 'An order with a wrong key is HTTP 401, so the path of H3 exists',
			sure: 'documented',
			source: '11.2',
			key: 'wrong',
			call: {
				method: 'POST',
				path: '/api/v3/minimax/h3/text-to-video',
				json: { prompt, resolution: '768p', duration: 4, aspect_ratio: '16:9' },
			},
			holds: http(401),
		},
		...priced,
		{
			fact: 'The price of an unknown model is HTTP 400, "Model not found"',
			sure: 'secondary',
			source: '13',
			call: price('minimax/no-such-model', {}),
			holds: all(http(400, 404), says('not found')),
		},
		{
			fact: 'A file can be uploaded for nothing; its link is `data.download_url`',
			sure: 'documented',
			source: '4',
			call: { method: 'POST', path: '/api/v3/media/upload/binary', file: 'file' },
			holds: all(http(200), has('data.download_url', 'string')),
		},
		{
			fact: 'The webhook secret can be asked for',
			sure: 'documented',
			source: '4',
			call: { method: 'GET', path: '/api/v3/webhook/secret' },
			holds: all(http(200), has('data')),
		},
	],
	unpaid: [
		['`end_image` against `last_image`', 'needs an order with both frames'],
		['One page says 1080P', 'needs a clip, to measure its size'],
		['The pages of H3 print bare', 'needs an order'],
		[
			'The lists of resolutions',
			'the price calls above say what has a price; whether it is made needs an order',
		],
		['`discount_rate` of the price call', 'needs a bill to compare with'],
		['How often a webhook is repeated', 'needs an order and a deaf receiver'],
	],
	cheapest: {
		what: 'MiniMax-Hailuo-02, image to video, 512P, 6 s',
		price: { amount: 0.1, asOf: '2026-09', source: 'providers.md 12' },
		ask: price('minimax/hailuo-02/fast', { prompt, image, duration: 6 }),
		asked: (json) => json?.data?.discounted_price ?? json?.data?.price,
		order: {
			model: 'MiniMax-Hailuo-02',
			mode: 'imageToVideo',
			resolution: '512P',
			duration: 6,
			prompt: 'The colours drift slowly from left to right.',
		},
	},
};
