'use strict';
/*
 * Answers that gateways really give (public reports, recorded replies), at the gateway they came from, and others of
 * each kind: category, whether it is worth another try, and the reason in the message.
 */
const { ExecuteContext } = require('n8n-core');

const { hurry, quick, setUp } = require('./support');

// on n8n 1.x each order at ToAPIs looks itself up first, and would take the answers that are meant for its status
ExecuteContext.prototype.isToolExecution ??= function () {
	return this.getNode().type.endsWith('Tool');
};

let world;
beforeAll(async () => {
	hurry(200);
	world = await setUp();
});
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const order = (provider, more = {}) => ({
	provider,
	operation: 'create',
	mode: 'textToVideo',
	prompt: 'A cat turns its head',
	...quick,
	...more,
});
const kindCount = (kind) => world.simulator.requests.filter((one) => one.kind === kind).length;

/** Runs an order whose submit, or each of whose status calls, gets the answer; the row of the error output. */
async function rowOf(provider, kind, status, body, times = 20) {
	world.simulator.fault({ provider, kind, times, do: { status, body } });
	const { items } = await world.run(order(provider), {
		input: [{ json: {} }],
		onError: 'continueRegularOutput',
	});
	return items[0].json;
}

const newApi = (code, message, type = 'v_api_error') => ({ error: { message, type, code } });

describe('an order is answered', () => {
	test.each([
		// provider, HTTP status, body, category, reason
		[
			'gptge',
			403,
			newApi('insufficient_user_quota', 'user quota is not enough'),
			'balance',
			/user quota is not enough/,
		],
		[
			'toapis',
			403,
			newApi('insufficient_user_quota', 'user quota is not enough'),
			'balance',
			/quota/,
		],
		[
			'gptge',
			403,
			newApi(
				'pre_consume_token_quota_failed',
				'token quota is not enough, token remain quota: ¥0.02',
			),
			'balance',
			/token quota/,
		],
		['gptge', 403, newApi('', '预扣费额度失败, 用户剩余额度: ¥0.000000'), 'balance', /预扣费/],
		[
			'gptge',
			400,
			{ code: 'quota_not_enough', message: '用户余额不足，请充值', data: null },
			'balance',
			/余额不足/,
		],
		[
			'wavespeed',
			400,
			{ code: 400, message: 'Insufficient credits. Please top up your account.' },
			'balance',
			/Insufficient credits/,
		],
		['gptge', 400, newApi('prompt_blocked', 'prompt blocked'), 'contentPolicy', /prompt blocked/],
		['gptge', 403, newApi('prompt_blocked', 'prompt blocked'), 'contentPolicy', /prompt blocked/],
		['gptge', 500, newApi('prompt_blocked', 'prompt blocked'), 'contentPolicy', /prompt blocked/],
		[
			'gptge',
			400,
			newApi('sensitive_words_detected', '用户敏感词检测到'),
			'contentPolicy',
			/敏感词/,
		],
		[
			'toapis',
			500,
			newApi('bad_response', '提示词包含违规内容，审核未通过'),
			'contentPolicy',
			/违规内容/,
		],
		[
			'minimax',
			422,
			{
				type: 'error',
				error: { type: 'unprocessable_entity_error', message: 'input new_sensitive (1026)' },
			},
			'contentPolicy',
			/new_sensitive/,
		],
		[
			'gptge',
			500,
			newApi(
				'fail_to_fetch_task',
				'upstream: {"base_resp":{"status_code":1026,"status_msg":"input new_sensitive"}}',
			),
			'contentPolicy',
			/new_sensitive/,
		],
		[
			'minimax',
			200,
			{
				base_resp: {
					status_code: 1000,
					status_msg: 'disallowed image url: localhost or private address not allowed',
				},
			},
			'invalidParameters',
			/disallowed image url/,
		],
		[
			'pixazo',
			200,
			{ base_resp: { status_code: 1000, status_msg: 'failed to download the image' } },
			'invalidParameters',
			/failed to download/,
		],
		[
			'seaart',
			422,
			{ detail: [{ loc: ['body', 'duration'], msg: 'must be one of 6, 10', type: 'value_error' }] },
			'invalidParameters',
			/must be one of/,
		],
		['gptge', 401, newApi('', '无效的令牌'), 'auth', /无效的令牌/],
		['seaart', 200, { error: 'Incorrect API key provided' }, 'auth', /Incorrect API key/],
		[
			'toapis',
			404,
			newApi('model_not_found', 'The model does not exist'),
			'unsupported',
			/model does not exist/,
		],
		['gptge', 403, newApi('', '该令牌无权访问模型 MiniMax-Hailuo-02'), 'unsupported', /无权访问/],
		['gptge', 403, newApi('', 'This token has no access to model X'), 'unsupported', /no access/],
		[
			'gptge',
			400,
			{ code: 'model_price_error', message: '模型 X 倍率或价格未配置，请联系管理员设置' },
			'unsupported',
			/未配置/,
		],
		[
			'pixazo',
			403,
			{ statusCode: 403, message: 'Out of call volume quota. Quota will be replenished in 03:12.' },
			'balance',
			/call volume quota/,
		],
		['pixazo', 403, { message: 'You do not have enough credits' }, 'balance', /enough credits/],
		['wavespeed', 400, { code: 400, message: 'You have no credits left' }, 'balance', /no credits/],
		['toapis', 403, newApi('', 'Token quota has been exceeded'), 'balance', /exceeded/],
		['gptge', 400, newApi('', '您的提示词中包含不适宜内容'), 'contentPolicy', /不适宜/],
		[
			'toapis',
			403,
			newApi('unsafe_request', 'the content of prompt field is unsafe'),
			'contentPolicy',
			/unsafe/,
		],
		[
			'minimax',
			200,
			{ base_resp: { status_code: 1000, status_msg: 'celebrity detected in image' } },
			'contentPolicy',
			/celebrity/,
		],
		['seaart', 400, { error: { code: 'X', message: 'token is expired' } }, 'auth', /expired/],
		['toapis', 400, newApi('', 'Missing Authorization header'), 'auth', /Missing/],
		['seaart', 403, { detail: 'Your subscription has expired' }, 'balance', /subscription/],
		['gptge', 400, newApi('', 'account is overdue'), 'balance', /overdue/],
		['toapis', 400, newApi('', 'Your API key has been disabled'), 'auth', /disabled/],
		[
			'minimax',
			200,
			{ base_resp: { status_code: 1000, status_msg: 'failed to get image info: status 403' } },
			'invalidParameters',
			/image info/,
		],
		[
			'pixazo',
			200,
			{ base_resp: { status_code: 1000, status_msg: '图片宽高比不符合要求' } },
			'invalidParameters',
			/宽高比/,
		],
		// HTTP 200 with a complaint in the form of another gateway
		['minimax', 200, { success: false, message: 'insufficient quota' }, 'balance', /quota/],
		['minimax', 200, { code: 401, msg: 'token invalid' }, 'auth', /token invalid/],
		['wavespeed', 200, { error: 'Insufficient credits' }, 'balance', /credits/],
		['wavespeed', 200, { message: 'Prompt flagged as unsafe content' }, 'contentPolicy', /flagged/],
		['seaart', 200, { message: '余额不足' }, 'balance', /余额不足/],
		[
			'pixazo',
			200,
			{ statusCode: 400, message: 'prompt is required' },
			'invalidParameters',
			/required/,
		],
		[
			'toapis',
			200,
			{ code: 'insufficient_user_quota', message: 'not enough' },
			'balance',
			/enough/,
		],
		['gptge', 200, { success: false, message: '未登录且未提供 access token' }, 'auth', /未登录/],
	])('%s, HTTP %i %j: %s', async (provider, status, body, category, reason) => {
		const { error, taskId } = await rowOf(provider, 'submit', status, body);
		expect(error).toMatchObject({ category, retryable: false });
		expect(error.message).toMatch(reason);
		expect(error.message).not.toMatch(/documented shape/);
		expect(taskId).toBeUndefined();
		expect(kindCount('submit')).toBe(1);
	});

	test.each([
		[
			'gptge',
			503,
			newApi('model_not_found', '当前分组 default 下对于模型 MiniMax-Hailuo-02 无可用渠道'),
		],
		[
			'gptge',
			503,
			newApi('', 'No available channel for model MiniMax-Hailuo-02 under group default'),
		],
		['gptge', 503, newApi('get_channel_failed', '当前分组上游负载已饱和，请稍后再试')],
		['toapis', 500, newApi('channel:no_available_key', 'no available key')],
		['gptge', 503, newApi('', '分组 default 下模型 X 的可用渠道不存在（retry）')],
		['gptge', 500, newApi('', '获取分组 default 下模型 X 的可用渠道失败（retry）: x')],
		['gptge', 500, newApi('', 'Current group upstream load is saturated, please try again later')],
		['toapis', 503, newApi('', 'No valid upstream channel')],
	])('%s, HTTP %i %j: nothing was made, so it is tried again', async (provider, status, body) => {
		world.simulator.fault({ provider, kind: 'submit', times: 2, do: { status, body } });
		const { items, error } = await world.run(order(provider));
		expect(error).toBeUndefined();
		expect(items[0].json.status).toBe('succeeded');
		expect(kindCount('submit')).toBe(3);
		expect(world.simulator.paid()).toBe(1);

		world.simulator.reset();
		const { error: last } = await rowOf(provider, 'submit', status, body);
		expect(last).toMatchObject({ category: 'transient', retryable: true });
		expect(last.message).toContain(body.error.message);
	});

	test('by a page of a proxy that refuses: the key is not blamed, and nothing was made', async () => {
		const page = '<!DOCTYPE html><html><title>Just a moment...</title></html>';
		const { error } = await rowOf('minimax', 'submit', 403, page);
		expect(error).toMatchObject({
			category: 'protocol',
			message: expect.stringMatching(/HTTP status 403, not JSON/),
		});
	});

	test.each([
		[
			'minimax',
			200,
			{ task_id: 'ID', base_resp: { status_code: 1000, status_msg: 'unknown error' } },
		],
		[
			'minimax',
			500,
			{ task_id: 'ID', base_resp: { status_code: 1000, status_msg: 'unknown error' } },
		],
		['gptge', 500, { code: 'fail', message: 'timeout', data: { task_id: 'ID' } }],
		['wavespeed', 500, { code: 500, message: 'internal', data: { id: 'ID', status: 'created' } }],
	])('%s, HTTP %i %j: a task that is named exists', async (provider, status, body) => {
		// a first order gives an ID that the simulator knows
		const { items } = await world.run(order(provider));
		const { taskId } = items[0].json;
		const named = JSON.parse(JSON.stringify(body).replace('"ID"', JSON.stringify(taskId)));
		world.simulator.fault({ provider, kind: 'submit', times: 1, do: { status, body: named } });
		const again = await world.run(order(provider));
		expect(again.error).toBeUndefined();
		expect(again.items[0].json).toMatchObject({ taskId, status: 'succeeded' });
		expect(world.simulator.paid()).toBe(1);
	});

	test.each([
		['gptge', { success: false, message: 'the worker has a cold' }],
		['minimax', { message: 'the worker has a cold', hint: 'wait' }],
		['wavespeed', { message: 'the worker has a cold', hint: 'wait' }],
		['seaart', { msg: 'the worker has a cold', hint: 'wait' }],
		['toapis', { message: 'the worker has a cold' }],
		['pixazo', { errmsg: 'the worker has a cold' }],
	])('%s, HTTP 200 %j: nobody knows what it means, but it is passed on', async (provider, body) => {
		const { error } = await rowOf(provider, 'submit', 200, body);
		expect(error).toMatchObject({
			category: 'unknownOutcome',
			message: expect.stringContaining('the worker has a cold'),
		});
		expect(kindCount('submit')).toBe(1);
	});

	test('"too many requests" inside HTTP 200 is waited out', async () => {
		const body = { code: 429, message: 'too many requests' };
		world.simulator.fault({
			provider: 'toapis',
			kind: 'submit',
			times: 2,
			do: { status: 200, body },
		});
		const { items, error } = await world.run(order('toapis'));
		expect(error).toBeUndefined();
		expect(items[0].json.status).toBe('succeeded');
		expect(kindCount('submit')).toBe(3);
		expect(world.simulator.paid()).toBe(1);
	});

	const answers = {
		minimax: (id) => ({ task_id: id }),
		gptge: (id) => ({ task_id: id }),
		wavespeed: (id) => ({ id, status: 'created' }),
		pixazo: (id) => ({ task_id: id }),
		seaart: (id) => ({ request_id: id }),
	};
	test.each(Object.keys(answers))(
		'%s, in envelopes of a relay: the ID is found',
		async (provider) => {
			const { items } = await world.run(order(provider));
			const { taskId } = items[0].json;
			const answer = answers[provider](taskId);
			for (const wrapped of [
				{ code: 200, message: 'success', data: answer },
				{ data: { data: answer } },
				{ data: [answer] },
				{ result: JSON.stringify(answer) },
				[answer],
			]) {
				world.simulator.fault({ provider, kind: 'submit', do: { status: 200, body: wrapped } });
				const prompt = `Another cat ${JSON.stringify(wrapped)}`;
				const again = await world.run(order(provider, { prompt }));
				expect(again.error).toBeUndefined();
				expect(again.items[0].json).toMatchObject({ taskId, status: 'succeeded' });
			}
			expect(world.simulator.paid()).toBe(1);
		},
	);

	test.each([
		[{ detail: [{ loc: ['body', 'duration'], msg: 'is not valid' }] }, /duration: is not valid/],
		[{ error: { message: 'is not valid', param: 'duration' } }, /duration: is not valid/],
		[{ errors: [{ field: 'duration', message: 'bad duration' }] }, /: bad duration$/],
		[{ errors: { duration: ['must be 6 or 10'] } }, /duration: must be 6 or 10/],
		[{ error: '"{\\"message\\":\\"is not valid\\"}"' }, /AI: is not valid$/],
	])('refused with %j: the message names the parameter', async (body, message) => {
		world.simulator.fault({ kind: 'submit', do: { status: 422, body } });
		const { error } = await world.run(order('wavespeed'));
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(/Nothing was made/);
	});

	test.each([204, 200])('HTTP %i without a word: it is empty', async (status) => {
		const { error } = await rowOf('wavespeed', 'submit', status, '');
		expect(error.category).toBe('unknownOutcome');
		expect(error.message).toMatch(/\(it is empty\)/);
	});

	test.each([301, 302, 307, 308])('HTTP %i: where it leads', async (status) => {
		const headers = { location: 'https://api.example.com/v1/x' };
		world.simulator.fault({ kind: 'submit', do: { status, headers, body: '' } });
		const { error } = await world.run(order('wavespeed'));
		expect(error.message).toMatch(/'Base URL' leads on to https:\/\/api\.example\.com \(HTTP/);
		expect(error.description).toMatch(/'Base URL'/);
		expect(kindCount('submit')).toBe(1);
	});

	test('an ID of the call is no task', async () => {
		const body = { error: { code: 'INTERNAL', message: 'boom' }, request_id: 'req_1' };
		const { error, taskId } = await rowOf('seaart', 'submit', 500, body);
		expect(error.category).toBe('unknownOutcome');
		expect(taskId).toBeUndefined();
	});
});

const prediction = (more) => ({
	code: 200,
	message: 'success',
	data: { id: 'p', model: 'm', outputs: [], status: 'failed', ...more },
});
const generation = (more) => ({ id: 'v', object: 'generation.task', status: 'failed', ...more });

describe('a task fails', () => {
	test.each([
		[
			'wavespeed',
			prediction({ has_nsfw_contents: [true], error: 'Content flagged as potentially sensitive' }),
			'contentPolicy',
			/flagged/,
		],
		[
			'wavespeed',
			prediction({ has_nsfw_contents: [true], error: '' }),
			'contentPolicy',
			/no reason/,
		],
		[
			'wavespeed',
			prediction({ error: 'The prompt was blocked by our content policy' }),
			'contentPolicy',
			/content policy/,
		],
		[
			'wavespeed',
			prediction({ error: { code: 'E1', message: 'cannot download the image' } }),
			'invalidParameters',
			/cannot download/,
		],
		['wavespeed', prediction({ error: 'CUDA out of memory' }), 'transient', /CUDA/],
		[
			'toapis',
			generation({
				error: { code: 'generation_failed', message: 'rejected by the content moderation system' },
			}),
			'contentPolicy',
			/moderation/,
		],
		[
			'toapis',
			generation({
				error: { code: 'generation_failed', message: '{"error":{"message":"视频审核不通过"}}' },
			}),
			'contentPolicy',
			/视频审核不通过/,
		],
		[
			'toapis',
			generation({ error: { code: 'generation_failed', message: 'upstream returned status 502' } }),
			'transient',
			/502/,
		],
		['toapis', generation({ error: 'unsafe content' }), 'contentPolicy', /unsafe content/],
		[
			'pixazo',
			{ task_id: '1', status: 'ERROR', error: 'worker crashed' },
			'transient',
			/worker crashed/,
		],
		[
			'pixazo',
			{ task_id: '1', status: 'FAILED', message: 'NSFW content detected' },
			'contentPolicy',
			/NSFW/,
		],
		[
			'gptge',
			{
				code: 'success',
				data: { task_id: '1', status: 'FAILURE', fail_reason: 'input new_sensitive (1026)' },
			},
			'contentPolicy',
			/new_sensitive/,
		],
		[
			'gptge',
			{
				code: 'success',
				data: {
					task_id: '1',
					status: 'FAILURE',
					fail_reason: '{"code":1008,"message":"upstream balance"}',
				},
			},
			'balance',
			/upstream balance/,
		],
		[
			'minimax',
			{
				task_id: '1',
				status: 'Fail',
				base_resp: { status_code: 1027, status_msg: 'output sensitive' },
			},
			'contentPolicy',
			/output sensitive/,
		],
		[
			'minimax',
			{ task_id: '1', status: 'error', error_message: 'gpu lost' },
			'transient',
			/gpu lost/,
		],
		[
			'seaart',
			{
				request_id: '1',
				status: 'COMPLETED',
				error: { message: 'blocked by content safety' },
				error_type: 'INFERENCE_FAILURE',
			},
			'contentPolicy',
			/content safety/,
		],
		[
			'seaart',
			{ request_id: '1', status: 'FAILED', reason: 'worker lost' },
			'transient',
			/worker lost/,
		],
		[
			'wavespeed',
			prediction({ error: ['Image download failed: 403 Forbidden'] }),
			'invalidParameters',
			/download failed/,
		],
		[
			'toapis',
			generation({ error: { code: 'image_processing_error', message: 'Image processing failed' } }),
			'invalidParameters',
			/processing failed/,
		],
		[
			'toapis',
			generation({ error: { code: 'invalid_parameters', message: 'audit says: nudity detected' } }),
			'contentPolicy',
			/nudity/,
		],
		['wavespeed', prediction({ error: 'The input contains gore' }), 'contentPolicy', /gore/],
		['wavespeed', prediction({ error: 'The request was filtered' }), 'contentPolicy', /filtered/],
		['wavespeed', prediction({ error: '涉及肖像权' }), 'contentPolicy', /肖像权/],
		[
			'wavespeed',
			prediction({ error: 'Aspect ratio is out of range' }),
			'invalidParameters',
			/out of range/,
		],
		[
			'wavespeed',
			prediction({ error: 'cannot fetch https://x.invalid/a.png' }),
			'invalidParameters',
			/cannot fetch/,
		],
		[
			'wavespeed',
			prediction({ error: 'Generation failed, no credits were charged' }),
			'transient',
			/no credits/,
		],
		[
			'wavespeed',
			prediction({ error: 'Model is overloaded, try again later' }),
			'transient',
			/overloaded/,
		],
		// the key of somebody behind the gateway
		[
			'toapis',
			generation({ error: { message: 'Incorrect API key provided' } }),
			'transient',
			/key/,
		],
		[
			'toapis',
			generation({ error: 'model is not available, try again later' }),
			'transient',
			/later/,
		],
		[
			'minimax',
			{
				task_id: '1',
				status: 'Success',
				file_id: '',
				base_resp: { status_code: 1027, status_msg: 'output sensitive' },
			},
			'contentPolicy',
			/output sensitive/,
		],
	])('%s %j: %s', async (provider, body, category, reason) => {
		const { error, taskId } = await rowOf(provider, 'status', 200, body);
		expect(error).toMatchObject({ category, retryable: category === 'transient' });
		expect(error.message).toMatch(reason);
		expect(error.message).not.toMatch(/documented shape/);
		expect(taskId).toBe(world.simulator.tasks[0].id);
		expect(kindCount('status')).toBe(1);
	});
});

const says = {
	minimax: (status) => ({ task_id: '1', status, base_resp: { status_code: 0 } }),
	gptge: (status) => ({ code: 'success', data: { task_id: '1', status } }),
	wavespeed: (status) => prediction({ status }),
	toapis: (status) => generation({ status }),
	pixazo: (status) => ({ task_id: '1', status }),
	seaart: (status) => ({ request_id: '1', status }),
};

describe('a status word that the gateway does not document is understood', () => {
	const cases = Object.keys(says).flatMap((provider) =>
		[
			...['cancelled', 'CANCELED', 'CancelledByUser', 'error', 'Failed', 'rejected', '失败'],
			...[
				'TASK_STATUS_FAILED',
				'DEADLINE_EXCEEDED',
				'time-out',
				'denied',
				'FAILED_TIMEOUT',
				'Failed: GPU lost',
				'任务超时',
				'request moderated',
			],
		].map((word) => [provider, word]),
	);
	test.each(cases)('%s: %s', async (provider, word) => {
		const { error, status } = await rowOf(provider, 'status', 200, says[provider](word));
		expect(status).toBe(/cancel/i.test(word) ? 'canceled' : 'failed');
		expect(error).toBeDefined();
		expect(kindCount('status')).toBe(1);
	});

	test.each(
		Object.keys(says).flatMap((provider) =>
			['done', 'Succeeded', 'SUCCESS', 'finished', '已完成', 'TASK_STATUS_SUCCEED'].map((word) => [
				provider,
				word,
			]),
		),
	)('%s: %s, and the link comes later', async (provider, word) => {
		// by then the simulator has finished it, too
		world.simulator.fault({
			provider,
			kind: 'status',
			times: 3,
			do: { status: 200, body: says[provider](word) },
		});
		const { items, error } = await world.run(order(provider));
		expect(error).toBeUndefined();
		expect(items[0].json).toMatchObject({
			status: 'succeeded',
			videoUrl: expect.stringMatching(/^http/),
		});
		expect(items[0].binary.data.mimeType).toBe('video/mp4');
	});
});

test.each(['cancel_requested', 'failed_retrying', 'not failed', 'completed_uploading', 'UNKNOWN'])(
	'the status word %s is none of an end',
	async (word) => {
		const body = says.toapis(word);
		world.simulator.fault({
			provider: 'toapis',
			kind: 'status',
			times: 3,
			do: { status: 200, body },
		});
		const { items, error } = await world.run(order('toapis'));
		expect(error).toBeUndefined();
		expect(items[0].json.status).toBe('succeeded');
	},
);

test.each([
	['gptge', 200, { code: 'success', message: '', data: null }],
	['wavespeed', 200, { code: 200, message: 'success', data: null }],
	['toapis', 200, { code: 'task_not_exist', message: 'task_not_exist' }],
	['toapis', 400, newApi('', 'record not found')],
	['pixazo', 200, { message: 'Task not found' }],
	['seaart', 200, { message: 'request does not exist' }],
])('%s, HTTP %i %j to the question for a task: it is not known', async (provider, status, body) => {
	const { error, taskId } = await rowOf(provider, 'status', status, body);
	expect(error).toMatchObject({ category: 'notFound', retryable: false });
	expect(taskId).toBe(world.simulator.tasks[0].id);
	expect(kindCount('status')).toBe(3);
});

describe('a finished task', () => {
	const providers = ['minimax', 'gptge', 'wavespeed', 'toapis', 'pixazo', 'seaart'];
	test.each(
		providers.flatMap((provider) =>
			['latelink', 'relativelink', 'schemelesslink'].map((word) => [provider, word]),
		),
	)('%s, sim:%s: the video is delivered', async (provider, word) => {
		const { items, error } = await world.run(order(provider, { prompt: `A cat sim:${word}` }));
		expect(error).toBeUndefined();
		expect(items[0].json.videoUrl).toMatch(/^http:\/\/127\.0\.0\.1/);
		expect(items[0].binary.data.fileExtension).toBe('mp4');
		const files = world.simulator.requests.filter(({ kind }) => kind === 'file');
		// never with an empty file ID, and never with the key at the file's host
		for (const { path, query } of files)
			expect(`${path}${JSON.stringify(query ?? '')}`).not.toMatch(/file_id(?:=|":")(?:"|$|0")/);
		for (const { headers } of world.simulator.requests.filter(({ kind }) => kind === 'video'))
			expect(headers.authorization ?? headers['ocp-apim-subscription-key']).toBeUndefined();
	});

	const linked = {
		pixazo: (facts) => ({ task_id: '1', status: 'Success', ...facts }),
		wavespeed: (facts) => ({ code: 200, data: { id: '1', status: 'completed', ...facts } }),
		toapis: (facts) => ({ id: '1', status: 'completed', ...facts }),
		gptge: (facts) => ({ code: 'success', data: { task_id: '1', status: 'SUCCESS', ...facts } }),
	};
	test.each([
		['wavespeed', (link) => ({ outputs: [null, '', link] })],
		['wavespeed', (link) => ({ outputs: ['https://x.invalid/cover.jpg?v=1', link] })],
		['wavespeed', (link) => ({ outputs: { videos: [{ url: link }] } })],
		['wavespeed', (link) => ({ outputs: [JSON.stringify({ url: link })] })],
		['toapis', (link) => ({ result: { videos: [{ url: [link] }] } })],
		['toapis', (link) => ({ metadata: { result_urls: [link] } })],
		['toapis', (link) => ({ data: [{ url: link }] })],
		['toapis', (link) => ({ content: { video_url: link } })],
		['toapis', (link) => ({ result: link })],
		['gptge', (link) => ({ data: JSON.stringify({ file: { download_url: link } }) })],
		['gptge', (link) => ({ data: { output: { video_url: link } } })],
		['gptge', (link) => ({ metadata: { url: link } })],
		['pixazo', (link) => ({ url: link })],
		['pixazo', (link) => ({ result: { video_url: link } })],
		['pixazo', (link) => ({ outputs: [link] })],
		['pixazo', (link) => ({ video_url: `"${link}"` })],
		['pixazo', (link) => ({ video_url: `${link}&amp;b=2` })],
		['pixazo', (link) => ({ video_url: `\u200b${link}\u200b` })],
	])('%s has its link in another place: %s', async (provider, facts) => {
		const { items } = await world.run(order(provider));
		const { videoUrl } = items[0].json;
		const body = linked[provider](facts(videoUrl));
		world.simulator.fault({ provider, kind: 'status', times: 20, do: { status: 200, body } });
		const again = await world.run(order(provider, { prompt: 'Another cat' }));
		expect(again.error).toBeUndefined();
		expect(again.items[0].json.videoUrl.replace('&b=2', '')).toBe(videoUrl);
		expect(again.items[0].json.videoUrl).not.toContain('&amp;');
		expect(again.items[0].binary.data.mimeType).toBe('video/mp4');
	});

	test('is found in a status within envelopes', async () => {
		const { items } = await world.run(order('wavespeed'));
		const { videoUrl } = items[0].json;
		const task = { id: '1', status: 'completed', outputs: [videoUrl] };
		const body = { code: 200, data: { data: task } };
		world.simulator.fault({ kind: 'status', times: 20, do: { status: 200, body } });
		const again = await world.run(order('wavespeed', { prompt: 'Another cat' }));
		expect(again.error).toBeUndefined();
		expect(again.items[0].json).toMatchObject({ status: 'succeeded', videoUrl });
	});

	test('has a link to a server that is not there: the task is not called off', async () => {
		const link = 'http://127.0.0.1:9/v.mp4';
		const body = linked.pixazo({ video_url: link });
		world.simulator.fault({ kind: 'status', times: 20, do: { status: 200, body } });
		const { error } = await world.run(order('pixazo'));
		expect(error.message).toMatch(/The server of the video could not be reached \(ECONNREFUSED\)/);
		expect(error.description).not.toMatch(/Nothing was made/);
		expect(error.description).toMatch(/'videoUrl'.*'Wait'.*Task ID/);
	});

	test('has no link in what was sent, or is to be asked', async () => {
		const body = linked.wavespeed({
			outputs: [],
			input: { image: 'https://x.invalid/a.png', url: 'https://x.invalid/a.mp4' },
			urls: { get: 'https://x.invalid/result' },
		});
		const { error } = await rowOf('wavespeed', 'status', 200, body);
		expect(error).toMatchObject({ code: 'noLink' });
	});

	test.each(providers)('%s without a link: asked for again, then said', async (provider) => {
		const { items } = await world.run(order(provider, { prompt: 'A cat sim:nolink' }), {
			input: [{ json: {} }],
			onError: 'continueRegularOutput',
		});
		const { error, taskId } = items[0].json;
		expect(error).toMatchObject({ category: 'transient', retryable: true });
		expect(error.message).toMatch(/finished, but the gateway gives no link/);
		expect(taskId).toBe(world.simulator.tasks[0].id);
		expect(kindCount('video')).toBe(0);
	});

	test('has its link in fail_reason at relays', async () => {
		const { items } = await world.run(order('gptge', { completion: 'wait' }));
		const { videoUrl } = items[0].json;
		const body = {
			code: 'success',
			data: { task_id: '1', status: 'SUCCESS', fail_reason: videoUrl },
		};
		world.simulator.fault({
			provider: 'gptge',
			kind: 'status',
			times: 1,
			do: { status: 200, body },
		});
		const again = await world.run(order('gptge', { prompt: 'Another cat' }));
		expect(again.items[0].json.videoUrl).toBe(videoUrl);
	});
});
