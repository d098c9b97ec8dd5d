import { all, any, has, http, is, saysNot } from '../judge.mjs';

const task = (slug, end) => `/v1/queue/${slug}/requests/mmsu_00000000000000000000/${end}`;
const unknownUnder = (slug, sure) => ({
	fact: `The slug \`${slug}\` exists: a task that does not is not found under it`,
	sure,
	source: '5',
	call: { method: 'GET', path: task(slug, 'status') },
	holds: all(http(400, 404), saysNot('App not found'), saysNot('Model not allowed')),
});

/** SeaArt Cloud: providers.md 5. */
export const seaart = {
	name: 'SeaArt Cloud',
	baseUrl: 'https://cloud.seaart.ai/model',
	checks: [
		{
			fact: 'A wrong key is HTTP 401 with `error.code` UNAUTHORIZED',
			sure: 'documented',
			source: '5',
			key: 'wrong',
			call: { method: 'GET', path: task('minimax_hailuo_02_i2v', 'status') },
			holds: all(http(401), is('error.code', 'UNAUTHORIZED')),
		},
		{
			fact: 'A task that does not exist is HTTP 404 with `detail` (the credential test)',
			sure: 'documented',
			source: '5',
			call: { method: 'GET', path: task('minimax_hailuo_02_i2v', 'status') },
			holds: all(http(404), has('detail', 'string')),
		},
		unknownUnder('minimax_hailuo_23_i2v', 'documented'),
		{
			...unknownUnder('minimax_hailuo_23_fast_i2v', 'secondary'),
			covers: ['2.3-Fast and the 01 family'],
		},
		unknownUnder('minimax_t2v_01', 'secondary'),
		unknownUnder('minimax_i2v_01', 'secondary'),
		{
			fact: 'The result of a task that does not exist is HTTP 404',
			sure: 'inferred',
			source: '5',
			call: { method: 'GET', path: task('minimax_hailuo_02_i2v', 'response') },
			holds: http(404),
		},
		{
			fact: 'Cancel is a PUT: of a task that does not exist it is 404, not 405',
			sure: 'documented',
			source: '5',
			call: { method: 'PUT', path: task('minimax_hailuo_02_i2v', 'cancel') },
			holds: http(404),
		},
		{
			fact: 'An order with a wrong key is HTTP 401, so the path exists',
			sure: 'documented',
			source: '5',
			key: 'wrong',
			call: {
				method: 'POST',
				path: '/v1/queue/minimax_hailuo_02_t2v',
				json: { prompt: 'A test.', duration: 6, resolution: '768P' },
			},
			holds: any(all(http(401), has('error')), all(http(401), has('detail'))),
		},
	],
	unpaid: [
		['The answer to a cancel', 'needs a task that runs'],
		['Camera directives', 'needs clips, to compare'],
		['Price of a clip, life of a link', 'needs a clip'],
	],
};
