'use strict';

/** The words of a prompt, and the answers and files that gateways really gave: what users and tests can ask for. */

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const zlib = require('node:zlib');
const { startSimulator } = require('.');
const { mediaFormatOf } = require('./lib/media');
const { WORDS } = require('./lib/words');
const { PROVIDERS, WAYS, call, sample, submit } = require('./support');

const CLIP = fs.readFileSync(path.join(__dirname, 'clip.mp4'));

let sim;
let time;

// Only against a test that hangs: the machine may be busy.
jest.setTimeout(60_000);

beforeAll(async () => {
	sim = await startSimulator({ taskMs: 1000, now: () => time });
});
afterAll(() => sim.close());
beforeEach(() => {
	time = 1_785_225_940_000;
	sim.reset();
});

const finish = () => (time += 1000);
const ask = (provider, id) => call(sim, provider, ...WAYS[provider].status(id));
/** A finished task whose prompt says so. */
async function say(words, provider = 'wavespeed') {
	const { id } = await submit(sim, provider, { prompt: `a cat, ${words}` });
	finish();
	return id;
}
const videoOf = (id, provider = 'wavespeed') => WAYS[provider].video(sim, id);
async function load(url) {
	const response = await fetch(url);
	const bytes = Buffer.from(await response.arrayBuffer());
	return { status: response.status, type: response.headers.get('content-type'), bytes };
}

/** Version 2 of MiniMax, which is not among the usual ways. */
async function sayV2(words) {
	const { json } = await call(sim, 'minimax', 'POST /v2/video_generation', {
		model: 'MiniMax-H3',
		content: [{ type: 'text', text: `a cat, ${words}` }],
		resolution: '768P',
		duration: 5,
		ratio: '16:9',
	});
	finish();
	return json?.task_id;
}
const askV2 = async (id) =>
	(await call(sim, 'minimax', `GET /v2/query/video_generation/${id}`)).json.task;

test('every word stands in the README, on the page, and nowhere else', async () => {
	const readme = fs.readFileSync(path.join(__dirname, 'README.md'), 'utf8');
	const rows = [...readme.matchAll(/^\| `sim:(\w+)`\s*\| (.*?)\s*\|$/gm)];
	expect(rows.map(([, word, says]) => [word, says])).toEqual(
		Object.entries(WORDS).map(([word, { says }]) => [word, says]),
	);
	const page = await (await fetch(`${sim.url}/_simulator`)).text();
	for (const word of Object.keys(WORDS)) expect(page).toContain(`<code>sim:${word}</code>`);
});

test('a word inside another one is not said, and unknown words do nothing', async () => {
	await say('sim:htmlish sim:toString aim:html sim: html');
	await say('SIM:Html.');
	expect(sim.tasks.map(({ outcome }) => outcome.file)).toEqual([undefined, 'html']);
});

describe('files', () => {
	test.each([
		['html', 'text/html; charset=utf-8', /^<!doctype html>/],
		['json', 'application/json', /^\{"error"/],
		['xml', 'application/xml', /^<\?xml .*\n<Error>/],
		['playlist', 'application/vnd.apple.mpegurl', /^#EXTM3U\n/],
		['png', 'image/png', /^\x89PNG\r\n/],
		['zip', 'application/zip', /^PK/],
		['zeros', 'video/mp4', /^\0+$/],
		['webm', 'video/webm', /^\x1a\x45\xdf\xa3.*webm/s],
		['mov', 'video/quicktime', /^....ftypqt {2}/s],
	])('sim:%s', async (word, type, head) => {
		for (const provider of PROVIDERS) {
			const { status, ...file } = await load(
				await videoOf(await say(`sim:${word}`, provider), provider),
			);
			expect([status, file.type]).toEqual([200, type]);
			expect(file.bytes.toString('latin1')).toMatch(head);
		}
	});

	test('the two other videos are real, and small', () => {
		for (const name of ['clip.webm', 'clip.mov']) {
			const bytes = fs.readFileSync(path.join(__dirname, name));
			expect(bytes.length).toBeLessThan(8 * 1024);
			expect(mediaFormatOf(bytes)).toBe(name.slice(5));
		}
	});

	test.each([
		['octet', 'application/octet-stream'],
		['plain', 'text/plain'],
		['download', 'application/force-download'],
		['xdownload', 'application/x-download'],
		['asvideo', 'video/mp4'],
		['notype', null],
	])('sim:%s is a type, for the video or beside another word', async (word, type) => {
		const good = await load(await videoOf(await say(`sim:${word}`)));
		expect([good.type, good.bytes.equals(CLIP)]).toEqual([type, true]);
		const page = await load(await videoOf(await say(`sim:html sim:${word}`)));
		expect([page.type, page.bytes.toString().slice(0, 9)]).toEqual([type, '<!doctype']);
	});

	/** What is on the wire, and whether it ended as it should. */
	const raw = (url) =>
		new Promise((resolve) => {
			http.get(url, { agent: false }, (response) => {
				const chunks = [];
				response.on('data', (chunk) => chunks.push(chunk));
				response.on('error', () => {});
				response.on('close', () =>
					resolve({
						headers: response.headers,
						complete: response.complete,
						bytes: Buffer.concat(chunks),
					}),
				);
			});
		});
	const half = Math.floor(CLIP.length / 2);

	test.each([
		['cut', false, String(CLIP.length)],
		['cutlength', true, String(half)],
		['cutchunked', true, undefined],
	])('sim:%s', async (word, complete, length) => {
		const got = await raw(await videoOf(await say(`sim:${word}`)));
		expect([got.complete, got.headers['content-length']]).toEqual([complete, length]);
		expect(got.headers['transfer-encoding']).toBe(length ? undefined : 'chunked');
		expect(got.bytes.equals(CLIP.subarray(0, half))).toBe(true);
	});

	test('a cut of a large video, and a stretch of it', async () => {
		sim.outcome({ videoBytes: 200_000, cut: 'length' });
		const url = await videoOf(await say(''));
		expect((await raw(url)).bytes.length).toBe(100_000);
		const reply = await fetch(url, { headers: { range: 'bytes=99990-' } });
		expect([reply.status, (await reply.arrayBuffer()).byteLength]).toEqual([206, 10]);
	});

	test.each([
		['gzip', zlib.gunzipSync],
		['br', zlib.brotliDecompressSync],
	])('sim:%s comes packed, asked for or not', async (word, unpack) => {
		const url = await videoOf(await say(`sim:${word}`));
		const got = await raw(url);
		expect(got.headers['content-encoding']).toBe(word);
		expect(got.headers['content-length']).toBe(String(got.bytes.length));
		expect(unpack(got.bytes).equals(CLIP)).toBe(true);
		expect((await load(url)).bytes.equals(CLIP)).toBe(true);
	});

	test.each(PROVIDERS)(
		'%s, sim:htmlonce: a fresh link works, the first one never',
		async (provider) => {
			const id = await say('sim:htmlonce', provider);
			const first = await videoOf(id, provider);
			expect((await load(first)).type).toContain('text/html');
			const second = await videoOf(id, provider);
			expect(second).not.toBe(first);
			expect((await load(second)).bytes.equals(CLIP)).toBe(true);
			expect((await load(first)).type).toContain('text/html');
		},
	);

	test('sim:cutonce: the second download is whole, by the same link', async () => {
		const url = await videoOf(await say('sim:cutonce'));
		expect((await raw(url)).complete).toBe(false);
		expect((await raw(url)).bytes.equals(CLIP)).toBe(true);
	});

	test('a misspelt wish is refused', () => {
		for (const wish of [{ file: 'htm' }, { cut: 'half' }, { once: 'twice' }, { packed: 'zstd' }]) {
			expect(() => sim.outcome(wish)).toThrow(/must be one of/);
		}
	});
});

describe('links', () => {
	/** Where each gateway has its link, once the task is finished. */
	const linkIn = {
		minimax: async (id) => (await ask('minimax', id)).json.file_id,
		gptge: async (id) => (await ask('gptge', id)).json.file_id,
		wavespeed: async (id) => (await ask('wavespeed', id)).json.data.outputs,
		seaart: async (id) => {
			const at = `/v1/queue/minimax_hailuo_02_i2v/requests/${id}/response`;
			return (await call(sim, 'seaart', `GET ${at}`)).json.outputs;
		},
		toapis: async (id) => (await ask('toapis', id)).json.result,
		pixazo: async (id) => (await ask('pixazo', id)).json.video_url,
	};
	const NOTHING = ['', null];
	const isNothing = (link) => NOTHING.includes(link) || (Array.isArray(link) && link.length === 0);

	test.each(PROVIDERS)('%s: finished, and the link is late or never comes', async (provider) => {
		const late = await say('sim:latelink', provider);
		expect(isNothing(await linkIn[provider](late))).toBe(true);
		expect(isNothing(await linkIn[provider](late))).toBe(false);
		expect((await load(await videoOf(late, provider))).status).toBe(200);
		const never = await say('sim:nolink', provider);
		for (let look = 0; look < 3; look++) {
			expect(isNothing(await linkIn[provider](never))).toBe(true);
		}
		expect(sim.phase(sim.tasks[1])).toBe('succeeded');
	});

	test('MiniMax, version 2, too', async () => {
		const id = await sayV2('sim:latelink');
		expect((await askV2(id)).content.url).toBe('');
		expect((await askV2(id)).content.url).toMatch(/^http/);
	});

	test.each(PROVIDERS)('%s: a link without a host, or without a scheme', async (provider) => {
		const relative = await videoOf(await say('sim:relativelink', provider), provider);
		expect(relative).toMatch(/^\/cdn\//);
		const full = new URL(relative, sim.baseUrl(provider)).href;
		expect((await load(full)).bytes.equals(CLIP)).toBe(true);
		const bare = await videoOf(await say('sim:schemelesslink', provider), provider);
		expect(bare).toMatch(/^\/\/127\.0\.0\.1:\d+\/cdn\//);
		expect((await load(`http:${bare}`)).status).toBe(200);
	});
});

describe('ends', () => {
	test.each(PROVIDERS)('%s: an end in a word of others, good or bad', async (provider) => {
		sim.outcome({ endWord: 'done' });
		expect((await ask(provider, await say('', provider))).text).toContain('"done"');
		if (provider === 'seaart') return; // its failures have no word of their own
		sim.outcome({ endWord: 'error', status: 'failed' });
		expect((await ask(provider, await say('', provider))).text).toContain('"error"');
	});

	test('sim:canceled, sim:oddword', async () => {
		expect((await ask('toapis', await say('sim:canceled', 'toapis'))).json.status).toBe(
			'cancelled',
		);
		const { id } = await submit(sim, 'toapis', { prompt: 'sim:oddword' });
		expect((await ask('toapis', id)).json.status).toBe('SOMETHING_NEW');
	});

	test('sim:nsfw: a flag or words, and no code', async () => {
		const { data } = (await ask('wavespeed', await say('sim:nsfw'))).json;
		expect(data).toMatchObject({ status: 'failed', has_nsfw_contents: [true] });
		expect(data.error).toBe('Content flagged as potentially sensitive');
		expect(data.code).toBeUndefined();
		const { error } = (await ask('toapis', await say('sim:nsfw', 'toapis'))).json;
		expect(error.code).toBe('generation_failed');
		expect(error.message).toContain('content moderation system');
		const flat = (await ask('gptge', await say('sim:nsfw', 'gptge'))).json;
		expect(flat.base_resp).toMatchObject({
			status_code: 1000,
			status_msg: expect.stringContaining('prompt_blocked'),
		});
		const own = (await ask('minimax', await say('sim:nsfw', 'minimax'))).json;
		expect(own.base_resp.status_code).toBe(1027);
		expect((await askV2(await sayV2('sim:nsfw'))).error.code).toBe('1026');
	});

	test('sim:failsilent: no reason anywhere', async () => {
		const said = async (provider) =>
			(await ask(provider, await say('sim:failsilent', provider))).json;
		for (const provider of ['minimax', 'pixazo', 'gptge']) {
			expect(await said(provider)).toMatchObject({ status: 'Fail', base_resp: { status_code: 0 } });
		}
		sim.outcome({ envelope: 'data' });
		expect((await said('gptge')).data).toMatchObject({ status: 'Failed', video_url: '' });
		sim.outcome({ envelope: 'newapi' });
		expect((await said('gptge')).data).toMatchObject({ status: 'FAILURE', fail_reason: '' });
		const { data } = await said('wavespeed');
		expect([data.status, data.error, data.code]).toEqual(['failed', '', undefined]);
		expect(await said('toapis')).toMatchObject({ status: 'failed', error: null });
		const task = await askV2(await sayV2('sim:failsilent'));
		expect([task.status, task.error]).toEqual(['failed', undefined]);
	});

	test('sim:expiredtask: a word that only clients know', async () => {
		const task = await askV2(await sayV2('sim:expiredtask'));
		expect([task.status, task.error]).toEqual(['expired', undefined]);
		expect((await ask('toapis', await say('sim:expiredtask', 'toapis'))).json.status).toBe(
			'failed',
		);
	});

	test.each(PROVIDERS)('%s: sim:lost is paid, and the answer never comes', async (provider) => {
		await expect(submit(sim, provider, { prompt: 'sim:lost' })).rejects.toThrow();
		expect(sim.paid(provider)).toBe(1);
		finish();
		expect((await ask(provider, sim.tasks[0].id)).status).toBe(200);
	});

	test.each(PROVIDERS)('%s: sim:balance costs nothing', async (provider) => {
		const { text } = await submit(sim, provider, { prompt: 'sim:balance' });
		expect(text).toMatch(/balance|credits|quota/i);
		expect(sim.paid()).toBe(0);
	});
});

describe('answers that were really seen', () => {
	test.each([
		['gptge', 'insufficient_user_quota', 403, /"v_api_error".*"insufficient_user_quota"/],
		['gptge', 'prompt_blocked', 400, /prompt_blocked/],
		['gptge', 'no_available_channel', 503, /无可用渠道.*model_not_found/],
		['toapis', 'insufficient_user_quota', 403, /insufficient_user_quota/],
		['minimax', 'new_sensitive', 422, /input new_sensitive \(1026\)/],
		['minimax', 'disallowed_image_url', 200, /"status_code":1000.*private address not allowed/],
	])('%s says %s', async (provider, says, status, words) => {
		sim.fault({ provider, kind: 'submit', do: { says } });
		const reply = await submit(sim, provider);
		expect([reply.status, sim.paid()]).toEqual([status, 0]);
		expect(reply.text).toMatch(words);
		sim.fault({ provider, kind: 'submit', do: { says, status: 500 } });
		expect((await submit(sim, provider)).status).toBe(500);
	});

	test('an answer that nobody gave is refused', () => {
		const fault = (provider, says) => () => sim.fault({ provider, do: { says } });
		expect(fault('gptge', 'no_chanel')).toThrow(/no_chanel/);
		expect(fault('seaart', 'prompt_blocked')).toThrow(/prompt_blocked/);
		expect(fault(undefined, 'prompt_blocked')).toThrow(/prompt_blocked/);
	});

	test("V-API's errors have a type of its own", async () => {
		const { json } = await submit(sim, 'gptge', {}, { key: 'bad-key' });
		expect(json.error.type).toBe('v_api_error');
	});

	test('the link where the reason of a failure stands', async () => {
		sim.outcome({ provider: 'gptge', envelope: 'failReason' });
		const { data } = (await ask('gptge', await say('', 'gptge'))).json;
		expect(data).toMatchObject({ status: 'SUCCESS', data: null });
		expect((await load(data.fail_reason)).status).toBe(200);
		sim.outcome({ provider: 'gptge', envelope: 'failReason', status: 'failed' });
		const failed = (await ask('gptge', await say('', 'gptge'))).json.data;
		expect(failed).toMatchObject({ status: 'FAILURE', fail_reason: 'unknown error' });
	});
});

describe('WaveSpeed', () => {
	test('bare predictions, in the words of its newer pages', async () => {
		sim.outcome({ bare: true, times: 2 });
		const first = await submit(sim, 'wavespeed');
		expect(first.json).toMatchObject({ id: sim.tasks[0].id, status: 'queued', outputs: [] });
		const at = `/api/v3/predictions/${first.json.id}`;
		finish();
		const { json } = await call(sim, 'wavespeed', `GET ${at}/result`);
		expect(json).toMatchObject({ status: 'succeeded', has_nsfw_contents: [false] });
		expect(json.code).toBeUndefined();
		expect((await load(json.outputs[0])).bytes.equals(CLIP)).toBe(true);
		const gone = await call(sim, 'wavespeed', `DELETE ${at}`);
		expect(gone.json).toEqual({ id: first.json.id, status: 'deleted' });

		const bare = await startSimulator({ bare: true });
		expect((await submit(bare, 'wavespeed')).json.status).toBe('queued');
		await bare.close();
	});

	describe('with its end in the answer to the order', () => {
		const order = (on, changes = {}) =>
			submit(on, 'wavespeed', { enable_sync_mode: true, ...changes });

		test('good, failed, or too late', async () => {
			const live = await startSimulator({ taskMs: 40, syncMs: 2000 });
			const good = (await order(live)).json.data;
			expect(good).toMatchObject({ status: 'completed', outputs: [expect.any(String)] });
			const bad = (await order(live, { prompt: 'sim:fail' })).json.data;
			expect(bad).toMatchObject({ status: 'failed', error: 'Task execution failed' });
			await live.close();

			const slow = await startSimulator({ taskMs: 60_000, syncMs: 40 });
			const late = (await order(slow)).json.data;
			expect(late).toMatchObject({ status: 'processing', code: 5004, id: slow.tasks[0].id });
			expect(late.error).toContain('Sync mode timed out');
			await slow.close();
		});

		test('the same key word, false or of another type', async () => {
			expect((await order(sim, { enable_sync_mode: false })).json.data.status).toBe('created');
			expect((await order(sim, { enable_sync_mode: 'yes' })).json.code).toBe(400);
		});
	});

	describe('an upload in two steps', () => {
		const bytes = fs.readFileSync(path.join(__dirname, 'clip.webm'));
		const ticket = { filename: 'clip.webm', size: bytes.length, content_type: 'video/webm' };
		const announce = async (changes = {}) =>
			(await call(sim, 'wavespeed', 'POST /api/v3/media/uploads', { ...ticket, ...changes })).json;
		const put = (url, headers = { 'content-type': 'video/webm' }, body = bytes) =>
			fetch(url, { method: 'PUT', headers, body });

		test('the link opens when the file is there', async () => {
			const { data } = await announce();
			expect(data.upload).toMatchObject({
				method: 'PUT',
				headers: { 'Content-Type': 'video/webm' },
			});
			expect((await fetch(data.download_url)).status).toBe(404);
			expect((await put(data.upload.url)).status).toBe(200);
			const file = await load(data.download_url);
			expect([file.type, file.bytes.equals(bytes)]).toEqual(['video/webm', true]);
			expect(sim.requests.map(({ kind }) => kind)).toEqual(['upload', 'image', 'upload', 'image']);
			expect((await put(data.upload.url)).status).toBe(403);
		});

		test('only with its ticket, as announced, and without a key', async () => {
			const { data } = await announce();
			const { url } = data.upload;
			expect((await put(data.download_url)).status).toBe(403);
			expect((await put(url, { 'content-type': 'image/png' })).status).toBe(400);
			expect((await put(url, undefined, bytes.subarray(1))).status).toBe(400);
			const headers = { 'content-type': 'video/webm', authorization: 'Bearer secret' };
			expect((await put(url, headers)).status).toBe(400);
			expect((await put(url)).status).toBe(200);
		});

		test('an announcement is checked', async () => {
			for (const changes of [
				{ filename: '' },
				{ filename: undefined },
				{ size: 0 },
				{ size: '12' },
				{ content_type: 1 },
				{ folder: 'x' },
			]) {
				expect((await announce(changes)).code).toBe(400);
			}
			expect((await announce({ content_type: undefined })).code).toBe(200);
		});
	});

	test('ids are 32 hex digits', async () => {
		const { path: target, body } = sample('ws.submit.i2v.req');
		const { json } = await call(sim, 'wavespeed', `POST ${target}`, body);
		expect(json.data.id).toMatch(/^[0-9a-f]{32}$/);
	});
});
