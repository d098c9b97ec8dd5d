import { any, has, http, isNot } from '../judge.mjs';

const status = {
	method: 'POST',
	path: '/minimax-hailuo-ai-polling/v1/getStatus',
	json: { task_id: '111736470000000009' },
};
const refusedOrder = (path, json, fact) => ({
	fact,
	sure: 'documented',
	source: '7',
	key: 'wrong',
	call: { method: 'POST', path, json },
	holds: http(401, 403),
});

/** Pixazo: providers.md 7. */
export const pixazo = {
	name: 'Pixazo',
	baseUrl: 'https://gateway.pixazo.ai',
	/** A header of its own instead of `Authorization: Bearer`. */
	keyHeader: 'Ocp-Apim-Subscription-Key',
	headers: { 'Cache-Control': 'no-cache' },
	checks: [
		{
			fact: 'A wrong key is HTTP 401 with `error`, or with `message` of the machinery in front',
			sure: 'documented',
			source: '7',
			key: 'wrong',
			call: status,
			holds: any(has('error', 'string'), has('message', 'string')),
		},
		{
			fact: 'A task that does not exist is an error: `base_resp`, `error` or HTTP 404 (the credential test)',
			sure: 'inferred',
			source: '7',
			call: status,
			holds: any(http(400, 404), has('error'), isNot('base_resp.status_code', 0)),
		},
		refusedOrder(
			'/minimax-hailuo-ai/v1/imageToVideo',
			{
				prompt: 'A test.',
				first_frame_image: 'https://example.com/a.png',
				duration: 6,
				resolution: '768P',
			},
			'An order of image to video with a wrong key is refused as such, so the path exists',
		),
		refusedOrder(
			'/minimax-hailuo-ai/v1/generate',
			{ prompt: 'A test.' },
			'An order of text to video with a wrong key is refused as such, so the path exists',
		),
	],
	unpaid: [
		['All status words but `Success`', 'needs an order'],
		['10 s and 1080P', 'needs an order'],
		['Text to video has documented fields', 'needs an order'],
		['What a callback sends', 'needs an order'],
	],
	cheapest: {
		what: 'image to video, 768P, 6 s',
		price: { amount: 0.35, asOf: '2026', source: 'providers.md 12, low certainty' },
		order: {
			model: 'MiniMax-Hailuo-2.3',
			mode: 'imageToVideo',
			resolution: '768P',
			duration: 6,
			prompt: 'The colours drift slowly from left to right.',
		},
	},
};
