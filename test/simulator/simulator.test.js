'use strict';

/** The simulator as a tool: its clock, faults, outcomes, videos, control pages and command line. */

const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { startSimulator } = require('.');
const { PROVIDERS, WAYS, call, keyHeaders, submit } = require('./support');

const CLIP = fs.readFileSync(path.join(__dirname, 'clip.mp4'));

// Only against a test that hangs: the machine may be busy.
jest.setTimeout(60_000);

let sim;
let time;

beforeAll(async () => {
	sim = await startSimulator({ taskMs: 1000, now: () => time });
});
afterAll(() => sim.close());
beforeEach(() => {
	time = 1_768_380_222_000;
	sim.reset();
});

const ask = (provider, id) => call(sim, provider, ...WAYS[provider].status(id));
const finish = () => (time += 1000);
const kinds = () => sim.requests.map(({ kind }) => kind);

/** The category that a gateway's answer stands for, read as its documentation says. */
const SAYS = {
	auth: { minimax: 1004, gptge: 401, wavespeed: 401, seaart: 401, toapis: 401, pixazo: 401 },
	balance: { minimax: 1008, gptge: 1008, wavespeed: 402, seaart: 402, toapis: 402, pixazo: 402 },
	rateLimit: { minimax: 1002, gptge: 1002, wavespeed: 429, seaart: 429, toapis: 429, pixazo: 429 },
	invalidParameters: {
		minimax: 2013,
		gptge: 2013,
		wavespeed: 400,
		seaart: 400,
		toapis: 400,
		pixazo: 400,
	},
	contentPolicy: {
		minimax: 1026,
		gptge: 1026,
		wavespeed: 1200,
		seaart: 422,
		toapis: 422,
		pixazo: 1026,
	},
	transient: {
		minimax: 1000,
		gptge: 1000,
		wavespeed: 5003,
		seaart: 502,
		toapis: 500,
		pixazo: 1000,
	},
	notFound: { minimax: 2013, gptge: 2013, wavespeed: 404, seaart: 404, toapis: 404, pixazo: 2013 },
};
const codeOf = ({ status, json }) =>
	json?.base_resp?.status_code ?? (status === 200 ? json.code : status);

describe.each(PROVIDERS)('%s', (provider) => {
	test('makes a video, step by step', async () => {
		sim.outcome({ provider, queueMs: 500 });
		const { id } = await submit(sim, provider);
		const [task] = sim.tasks;
		expect(task).toMatchObject({
			provider,
			id,
			paid: true,
			submittedAt: time,
			startedAt: time + 500,
			readyAt: time + 1500,
		});
		const texts = [];
		for (const step of [0, 500, 1000]) {
			time += step;
			texts.push((await ask(provider, id)).text);
		}
		expect(new Set(texts).size).toBe(3);
		const url = await WAYS[provider].video(sim, id);
		const video = await fetch(url);
		expect(video.headers.get('content-type')).toBe('video/mp4');
		expect(Buffer.from(await video.arrayBuffer()).equals(CLIP)).toBe(true);
		expect(sim.requests.filter(({ kind }) => kind === 'status').length).toBeGreaterThanOrEqual(3);
		expect(sim.requests.at(-1)).toMatchObject({ provider, kind: 'video', taskId: id, status: 200 });
	});

	test.each(Object.keys(SAYS))('says %s in its own way, once', async (business) => {
		const fault = sim.fault({ provider, kind: 'submit', do: { business } });
		const reply = await submit(sim, provider);
		expect(codeOf(reply)).toBe(SAYS[business][provider]);
		expect([fault.used, sim.paid()]).toEqual([1, 0]);
		expect((await submit(sim, provider)).id).toBeDefined();
	});

	test.each([400, 401, 402, 403, 404, 413, 422, 429, 500, 502, 503])(
		'has a JSON body for HTTP %i',
		async (status) => {
			sim.fault({ provider, do: { status, headers: { 'retry-after': '7' } } });
			const reply = await submit(sim, provider);
			expect(reply.status).toBe(status);
			expect(reply.headers.get('retry-after')).toBe('7');
			expect(Object.keys(reply.json).length).toBeGreaterThan(0);
		},
	);

	test('two tasks that fail differently', async () => {
		sim.outcome({ provider, status: 'failed', category: 'content' });
		sim.outcome({ provider, status: 'failed', category: 'generic' });
		const blocked = await submit(sim, provider);
		const broken = await submit(sim, provider);
		finish();
		const texts = [await ask(provider, blocked.id), await ask(provider, broken.id)];
		expect(texts[0].text).toMatch(/sensitive|policy|moderation|blocked/i);
		expect(texts[1].text).not.toMatch(/sensitive|policy|moderation|blocked/i);
		expect(texts[1].status).toBe(200);
	});

	test('an unheard-of word while it runs, and an id of our choice', async () => {
		sim.outcome({ provider, word: 'SOMETHING_NEW', id: '1234567890123456789' });
		const { id } = await submit(sim, provider);
		expect(id).toBe('1234567890123456789');
		expect((await ask(provider, id)).text).toContain('SOMETHING_NEW');
		finish();
		expect((await ask(provider, id)).text).not.toContain('SOMETHING_NEW');
	});

	test('a link of any kind', async () => {
		sim.outcome({ provider, videoUrl: 'ftp://example.com/v.mp4' });
		const { id } = await submit(sim, provider);
		finish();
		expect(await WAYS[provider].video(sim, id)).toBe('ftp://example.com/v.mp4');
	});

	test('a link that expires once', async () => {
		const { id } = await submit(sim, provider, { prompt: 'a cat sim:expired' });
		finish();
		await WAYS[provider].video(sim, id);
		const first = await WAYS[provider].video(sim, id);
		expect((await fetch(first)).status).toBe(403);
		const second = await WAYS[provider].video(sim, id);
		expect(second).not.toBe(first);
		expect((await fetch(second)).status).toBe(200);
	});

	test('words in the prompt', async () => {
		const say = (word) => submit(sim, provider, { prompt: `a cat, sim:${word}` });
		expect(codeOf(await say('reject'))).toBe(SAYS.contentPolicy[provider]);
		expect(codeOf(await say('ratelimit'))).toBe(SAYS.rateLimit[provider]);
		expect(sim.paid()).toBe(0);
		await say('ratelimit');
		await say('fail');
		await say('blocked');
		await say('slow');
		finish();
		expect(sim.tasks.map((task) => sim.phase(task))).toEqual([
			'succeeded',
			'failed',
			'failed',
			'processing',
		]);
		expect(sim.tasks[2].outcome.category).toBe('content');
		expect(sim.tasks[3].readyAt).toBe(sim.tasks[3].submittedAt + 10_000);
	});

	test('a submit that is paid though its answer is lost', async () => {
		sim.fault({ provider, kind: 'submit', do: { reset: true, made: true } });
		await expect(submit(sim, provider)).rejects.toThrow();
		expect(sim.paid(provider)).toBe(1);
		sim.fault({ provider, kind: 'submit', do: { reset: true } });
		await expect(submit(sim, provider)).rejects.toThrow();
		expect(sim.paid(provider)).toBe(1);
		sim.fault({ provider, kind: 'submit', do: { status: 503, made: true } });
		expect((await submit(sim, provider)).status).toBe(503);
		expect(sim.paid(provider)).toBe(2);
	});
});

describe('faults', () => {
	const status = async () => {
		const { id } = await submit(sim, 'toapis');
		return ask('toapis', id);
	};

	test('an HTML page', async () => {
		sim.fault({ kind: 'status', do: { html: true } });
		const reply = await status();
		expect(reply.headers.get('content-type')).toContain('text/html');
		expect(reply.json).toBeUndefined();
	});

	test('JSON that ends in the middle, or has another shape', async () => {
		sim.fault({ kind: 'status', do: { cutOff: true } });
		const cut = await status();
		expect([cut.status, cut.json]).toEqual([200, undefined]);
		expect(cut.text).toMatch(/^\{"id":"vid_/);
		sim.fault({ kind: 'status', do: { shape: true } });
		expect((await status()).json.ok).toBe(true);
	});

	test('a cut answer to a submit books a task only with `made`', async () => {
		sim.fault({ kind: 'submit', do: { cutOff: true } });
		const reply = await submit(sim, 'toapis');
		expect(reply.text).toMatch(/^\{"id":"vid_/);
		expect(sim.paid()).toBe(0);
		sim.fault({ kind: 'submit', do: { cutOff: true, made: true } });
		await submit(sim, 'toapis');
		expect(sim.paid()).toBe(1);
	});

	test('a redirect', async () => {
		sim.fault({ kind: 'status', do: { redirect: 'https://example.com/x' } });
		const reply = await status();
		expect([reply.status, reply.headers.get('location')]).toEqual([302, 'https://example.com/x']);
	});

	test('a slow answer is a true answer', async () => {
		sim.fault({ kind: 'submit', do: { slowMs: 200 } });
		const { id } = await submit(sim, 'toapis');
		expect(sim.tasks[0].id).toBe(id);
	});

	test('a server that never answers', async () => {
		sim.fault({ kind: 'submit', do: { hang: true, made: true } });
		const body = JSON.stringify({ model: 'MiniMax-Hailuo-02', prompt: 'a cat' });
		const options = {
			method: 'POST',
			headers: { ...keyHeaders('toapis'), 'content-type': 'application/json' },
			body,
			signal: AbortSignal.timeout(150),
		};
		const target = `${sim.baseUrl('toapis')}/v1/videos/generations`;
		await expect(fetch(target, options)).rejects.toThrow(/timeout|aborted/i);
		expect(sim.paid()).toBe(1);
		expect(sim.requests[0].status).toBeUndefined();
	});

	test('hit the chosen requests only', async () => {
		const first = await submit(sim, 'toapis');
		const second = await submit(sim, 'toapis');
		const fault = sim.fault({
			provider: 'toapis',
			kind: 'status',
			taskId: second.id,
			skip: 1,
			times: 2,
			do: { status: 503 },
		});
		const seen = [];
		for (const id of [first.id, second.id, second.id, first.id, second.id, second.id]) {
			seen.push((await ask('toapis', id)).status);
		}
		expect(seen).toEqual([200, 200, 503, 200, 503, 200]);
		expect(fault.used).toBe(2);
		expect((await submit(sim, 'seaart')).status).toBe(200);
	});

	test('a body of our own', async () => {
		const body = { base_resp: { status_code: 2045, status_msg: 'rate growth limit' } };
		sim.fault({ provider: 'minimax', do: { status: 200, body } });
		expect((await submit(sim, 'minimax')).json).toEqual(body);
	});

	test('a misspelt one is refused', () => {
		expect(() => sim.fault({ do: { statsu: 500 } })).toThrow(/statsu/);
		expect(() => sim.fault({ kind: 'submit' })).toThrow(/do/);
		expect(() => sim.fault({ do: { business: 'broke' } })).toThrow(/business/);
		expect(() => sim.outcome({ statsu: 'failed' })).toThrow(/statsu/);
		expect(() => sim.outcome({ status: 'broken' })).toThrow(/status/);
	});

	test('and so is a misspelt option', async () => {
		await expect(startSimulator(/** @type {object} */ ({ taskMS: 1 }))).rejects.toThrow(/taskMS/);
		await expect(startSimulator({ envelope: 'box' })).rejects.toThrow(/envelope/);
	});
});

describe('outcomes', () => {
	test('go to the next task of their gateway', async () => {
		sim.outcome({ provider: 'seaart', taskMs: 5000, times: 2 });
		for (const provider of ['toapis', 'seaart', 'seaart', 'seaart']) await submit(sim, provider);
		expect(sim.tasks.map((task) => task.readyAt - task.startedAt)).toEqual([
			1000, 5000, 5000, 1000,
		]);
	});

	test('progress that is told only at the end', async () => {
		sim.outcome({ lastProgressOnly: true });
		const silent = await submit(sim, 'toapis');
		const open = await submit(sim, 'toapis');
		time += 650;
		expect((await ask('toapis', silent.id)).json.progress).toBe(0);
		expect((await ask('toapis', open.id)).json.progress).toBe(65);
		time += 350;
		expect((await ask('toapis', silent.id)).json.progress).toBe(100);
	});

	test('a task that the gateway cancels by itself', async () => {
		sim.outcome({ status: 'canceled', times: 3 });
		for (const provider of ['seaart', 'wavespeed', 'toapis']) {
			const { id } = await submit(sim, provider);
			finish();
			expect((await ask(provider, id)).text).toMatch(/cancell?ed/i);
		}
	});
});

describe('rate limit', () => {
	test('counts submits per gateway and key, and lets them in again with time', async () => {
		const limited = await startSimulator({
			rateLimit: { perMinute: 60, burst: 2 },
			now: () => time,
		});
		const send = async (provider, key) => codeOf(await submit(limited, provider, {}, { key }));
		expect([await send('minimax'), await send('minimax'), await send('minimax')]).toEqual([
			0, 0, 1002,
		]);
		expect(await send('minimax', 'another-key')).toBe(0);
		await send('toapis');
		await send('toapis');
		const reply = await submit(limited, 'toapis');
		expect(reply.json.error.code).toBe('rate_limit_exceeded');
		expect(reply.headers.get('retry-after')).toBe('1');
		expect(reply.headers.get('x-ratelimit-limit')).toBe('60');
		expect(limited.paid()).toBe(5);
		time += 1000;
		expect(await send('minimax')).toBe(0);
		await limited.close();
	});

	test('of what asks about tasks: apart from submits', async () => {
		const limited = await startSimulator({
			readLimit: { perMinute: 60, burst: 1 },
			now: () => time,
		});
		for (const _ of [1, 2]) expect((await submit(limited, 'wavespeed')).status).toBe(200);
		const [{ id }] = limited.tasks;
		const status = async () =>
			(await call(limited, 'wavespeed', ...WAYS.wavespeed.status(id))).status;
		expect([await status(), await status()]).toEqual([200, 429]);
		time += 1000;
		expect(await status()).toBe(200);
		await limited.close();
	});
});

describe('videos', () => {
	async function videoUrl(outcome = {}, provider = 'wavespeed') {
		sim.outcome(outcome);
		const { id } = await submit(sim, provider);
		finish();
		return WAYS[provider].video(sim, id);
	}

	test.each(['authorization', 'ocp-apim-subscription-key'])(
		'no key goes here: %s',
		async (name) => {
			const url = await videoUrl();
			const reply = await fetch(url, { headers: { [name]: 'Bearer secret' } });
			expect(reply.status).toBe(400);
			expect(sim.requests.at(-1)).toMatchObject({ kind: 'video', status: 400 });
			expect(sim.requests.at(-1).headers[name]).toContain('…');
			expect((await fetch(url)).status).toBe(200);
		},
	);

	test('ranges, and the same tag each time', async () => {
		const url = await videoUrl({ videoBytes: 100_000 });
		const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
		expect(whole.length).toBe(100_000);
		const ranges = { 'bytes=10-19': [10, 20], 'bytes=99990-': [99_990], 'bytes=-7': [-7] };
		for (const [range, [from, to]] of Object.entries(ranges)) {
			const reply = await fetch(url, { headers: { range } });
			expect(reply.status).toBe(206);
			expect(Buffer.from(await reply.arrayBuffer()).equals(whole.subarray(from, to))).toBe(true);
		}
		const middle = await fetch(url, { headers: { range: 'bytes=10-19' } });
		expect(middle.headers.get('content-range')).toBe('bytes 10-19/100000');
		expect(middle.headers.get('etag')).toBe(
			(await fetch(url, { method: 'HEAD' })).headers.get('etag'),
		);
		expect((await fetch(url, { headers: { range: 'bytes=100000-' } })).status).toBe(416);
	});

	test('a wrong, missing or old token opens nothing', async () => {
		const short = await startSimulator({ taskMs: 0, linkMs: 1000, now: () => time });
		const { id } = await submit(short, 'pixazo');
		const url = await WAYS.pixazo.video(short, id);
		expect((await fetch(url)).status).toBe(200);
		for (const bad of [url.replace(/token=.*/, ''), `${url}0`]) {
			expect((await fetch(bad)).status).toBe(403);
		}
		expect((await fetch(url.replace(id, '999'))).status).toBe(404);
		expect((await fetch(url.replace(id, '%E0%A4%A'))).status).toBe(404);
		time += 1000;
		expect((await fetch(url)).status).toBe(403);
		expect((await fetch(await WAYS.pixazo.video(short, id))).status).toBe(200);
		await short.close();
	});

	test.each([
		['status', { status: 503 }, 503],
		['expired', { expired: true }, 403],
		['html', { html: true }, 200],
		['contentType', { contentType: 'text/html' }, 200],
		['empty', { empty: true }, 200],
		['redirect', { redirect: 'https://example.com/v.mp4' }, 302],
	])('fault %s', async (name, deed, status) => {
		const url = await videoUrl();
		sim.fault({ kind: 'video', do: deed });
		const reply = await fetch(url, { redirect: 'manual' });
		expect(reply.status).toBe(status);
		const bytes = Buffer.from(await reply.arrayBuffer());
		if (name === 'empty') {
			expect([bytes.length, reply.headers.get('content-type')]).toEqual([0, 'video/mp4']);
		}
		if (name === 'contentType') {
			expect(reply.headers.get('content-type')).toBe('text/html');
			expect(bytes.equals(CLIP)).toBe(true);
		}
		expect((await fetch(url)).status).toBe(200);
	});

	test('faults on the wire: cut off, reset, slow', async () => {
		const url = await videoUrl({ videoBytes: 300_000 });
		sim.fault({ kind: 'video', do: { cutOff: true } });
		const cut = await fetch(url);
		expect(cut.headers.get('content-length')).toBe('300000');
		await expect(cut.arrayBuffer()).rejects.toThrow();
		sim.fault({ kind: 'video', do: { reset: true } });
		await expect(fetch(url)).rejects.toThrow();
		sim.fault({ kind: 'video', do: { slowMs: 300 } });
		expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(300_000);
	});

	test('padding is one box that players skip', async () => {
		for (const wanted of [CLIP.length + 3, 1_000_000]) {
			const url = await videoUrl({ videoBytes: wanted });
			const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
			expect(bytes.length).toBe(Math.max(wanted, CLIP.length + 8));
			expect(boxesOf(bytes)).toEqual([...boxesOf(CLIP), 'free']);
			expect(isPlayable(bytes)).not.toBe(false);
		}
	});

	test('one of 8 GB has a long box header, and costs no memory', async () => {
		const size = 8 * 1024 ** 3;
		const url = await videoUrl({ videoBytes: size });
		const head = await fetch(url, { method: 'HEAD' });
		expect(head.headers.get('content-length')).toBe(String(size));
		const range = `bytes=${CLIP.length}-${CLIP.length + 15}`;
		const box = Buffer.from(await (await fetch(url, { headers: { range } })).arrayBuffer());
		expect(box.readUInt32BE(0)).toBe(1);
		expect(box.toString('latin1', 4, 8)).toBe('free');
		expect(box.readBigUInt64BE(8)).toBe(BigInt(size - CLIP.length));
		const tail = await fetch(url, { headers: { range: 'bytes=-100000' } });
		expect((await tail.arrayBuffer()).byteLength).toBe(100_000);
	});

	test('a client that does not read holds the stream back', async () => {
		const url = await videoUrl({ videoBytes: 512 * 1024 * 1024 });
		const before = process.memoryUsage().rss;
		const stop = new AbortController();
		const reply = await fetch(url, { signal: stop.signal });
		await reply.body.getReader().read();
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
		stop.abort();
	});
});

/** The types of the top-level MP4 boxes; their sizes must add up to the file. */
function boxesOf(bytes) {
	const types = [];
	let at = 0;
	while (at < bytes.length) {
		types.push(bytes.toString('latin1', at + 4, at + 8));
		at += bytes.readUInt32BE(at);
	}
	expect(at).toBe(bytes.length);
	return types;
}

/** Asks ffprobe, where there is one. */
function isPlayable(bytes) {
	const file = path.join(os.tmpdir(), `simulator-${process.pid}-${bytes.length}.mp4`);
	fs.writeFileSync(file, bytes);
	try {
		const wish = [
			'-v',
			'error',
			'-count_frames',
			'-show_entries',
			'stream=codec_name,nb_read_frames',
		];
		const out = execFileSync('ffprobe', [...wish, '-of', 'csv=p=0', file], { encoding: 'utf8' });
		return out.trim() === 'h264,60';
	} catch (error) {
		return error.code === 'ENOENT' ? undefined : false;
	} finally {
		fs.rmSync(file);
	}
}

test('the clip is small, and its index comes first', () => {
	expect(CLIP.length).toBeLessThan(60 * 1024);
	expect(boxesOf(CLIP).slice(0, 2)).toEqual(['ftyp', 'moov']);
	expect(isPlayable(CLIP)).not.toBe(false);
});

test('sample pictures', async () => {
	const [first, last] = await Promise.all(
		['first.png', 'last.png'].map((name) => fetch(`${sim.url}/images/${name}`)),
	);
	expect(first.headers.get('content-type')).toBe('image/png');
	const bytes = Buffer.from(await first.arrayBuffer());
	expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([640, 480]);
	expect(bytes.equals(Buffer.from(await last.arrayBuffer()))).toBe(false);
	expect((await fetch(`${sim.url}/images/first.exe`)).status).toBe(404);
});

describe('records', () => {
	test('tell every request apart', async () => {
		const { id } = await submit(sim, 'seaart');
		await ask('seaart', id);
		await call(sim, 'seaart', `GET /v1/queue/minimax_hailuo_02_i2v/requests/${id}/response?x=1`);
		await call(sim, 'seaart', `PUT /v1/queue/minimax_hailuo_02_i2v/requests/${id}/cancel`);
		await call(sim, 'toapis', 'GET /v1/balance');
		await call(sim, 'toapis', 'GET /nowhere');
		await fetch(`${sim.url}/nobody/at/home`);
		expect(kinds()).toEqual([
			'submit',
			'status',
			'result',
			'cancel',
			'account',
			'unknown',
			'unknown',
		]);
		expect(sim.requests[0]).toMatchObject({
			provider: 'seaart',
			taskId: id,
			method: 'POST',
			path: '/v1/queue/minimax_hailuo_02_i2v',
			query: {},
			body: { duration: 6 },
			status: 200,
			at: time,
		});
		expect(sim.requests[2]).toMatchObject({ taskId: id, query: { x: '1' }, status: 400 });
		expect(sim.paid('seaart')).toBe(1);
		expect(sim.paid('toapis')).toBe(0);
	});

	test('a log line per request, without keys', async () => {
		const lines = [];
		const talking = await startSimulator({ log: (line) => lines.push(line) });
		const { id } = await submit(talking, 'minimax');
		await talking.close();
		expect(lines).toEqual([`POST /minimax/v1/video_generation 200 submit ${id}`]);
	});
});

describe('control over HTTP', () => {
	const post = (target, body, type = 'application/json') =>
		fetch(`${sim.url}/_simulator${target}`, {
			method: 'POST',
			headers: { 'content-type': type },
			body: JSON.stringify(body),
		});

	test('a page with what to paste, and nothing unescaped', async () => {
		sim.outcome({ id: '<script>' });
		await submit(sim, 'pixazo');
		const page = await (await fetch(`${sim.url}/_simulator`)).text();
		for (const provider of PROVIDERS) expect(page).toContain(sim.baseUrl(provider));
		expect(page).toContain('&lt;script&gt;');
		expect(page).not.toContain('<script>');
	});

	test('the state as JSON', async () => {
		const { id } = await submit(sim, 'pixazo');
		const state = await (await fetch(`${sim.url}/_simulator/state`)).json();
		expect(state).toMatchObject({ paid: 1, requests: { total: 1, submit: 1 } });
		expect(state.tasks[0]).toMatchObject({ id, phase: 'processing' });
	});

	test('faults, outcomes and a reset', async () => {
		expect((await post('/faults', { kind: 'status', do: { status: 503 } })).status).toBe(200);
		expect((await post('/outcomes', { id: 'x1' })).status).toBe(200);
		const { id } = await submit(sim, 'pixazo');
		expect(id).toBe('x1');
		expect((await ask('pixazo', id)).status).toBe(503);
		expect((await post('/reset')).status).toBe(200);
		expect([sim.paid(), sim.requests.length]).toEqual([0, 0]);
	});

	test('says what is wrong', async () => {
		expect((await post('/faults', { do: {} })).status).toBe(400);
		expect((await post('/outcomes', [])).status).toBe(400);
		expect((await post('/faults', { do: { hang: true } }, 'text/plain')).status).toBe(400);
		expect((await post('/elsewhere', {})).status).toBe(404);
	});
});

describe('robustness', () => {
	test('a thousand tasks at once', async () => {
		const all = Array.from({ length: 1000 }, (_, index) => PROVIDERS[index % PROVIDERS.length]);
		const made = await Promise.all(all.map((provider) => submit(sim, provider)));
		expect(sim.paid()).toBe(1000);
		expect(new Set(made.map(({ id }) => id)).size).toBe(1000);
		finish();
		const answers = await Promise.all(made.map(({ id }, index) => ask(all[index], id)));
		expect(answers.every(({ status }) => status === 200)).toBe(true);
	}, 30_000);

	test('a body over 40 MB is refused, and the next request works', async () => {
		const prompt = 'x'.repeat(41 * 1024 * 1024);
		expect((await submit(sim, 'toapis', { prompt })).status).toBe(413);
		expect((await submit(sim, 'toapis')).status).toBe(200);
		expect(sim.requests[0]).toMatchObject({ kind: 'submit', body: undefined, status: 413 });
	});

	test.each([
		'//',
		'/%',
		'/seaart/%E0%A4%A',
		'/?x=%',
		'/seaart/v1/queue/__proto__',
		'/__proto__/x',
		'/cdn/',
	])('an odd target: %s', async (target) => {
		const reply = await fetch(sim.url + target, {
			method: 'POST',
			headers: { ...keyHeaders('seaart'), 'content-type': 'application/json' },
			body: '{"__proto__":{"x":1}}',
		});
		expect(reply.status).toBe(target === '/cdn/' ? 400 : 404);
	});

	test('close ends hanging requests, and can be called twice', async () => {
		const other = await startSimulator();
		other.fault({ do: { hang: true } });
		const pending = submit(other, 'seaart').catch((error) => error);
		await new Promise((resolve) => setTimeout(resolve, 50));
		await other.close();
		await other.close();
		expect((await pending).message).toMatch(/fetch failed/);
	});
});

describe('command line', () => {
	const run = (...args) => spawn(process.execPath, [path.join(__dirname, 'cli.js'), ...args]);

	test.each(/** @type {const} */ (['SIGINT', 'SIGTERM']))(
		'prints the base URLs, serves, and ends on %s',
		async (signal) => {
			const child = run('--port', '0', '--fast', '--video-mb', '1', '--rate', '100');
			let out = '';
			while (!out.includes('Ctrl+C')) out += String((await once(child.stdout, 'data'))[0]);
			for (const provider of PROVIDERS)
				expect(out).toMatch(new RegExp(`http://127.0.0.1:\\d+/${provider}`));
			const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)[0];
			expect((await fetch(`${url}/_simulator/state`)).status).toBe(200);
			child.kill(signal);
			expect((await once(child, 'exit'))[0]).toBe(0);
		},
	);

	test.each([
		[['--help'], 0, 'Usage'],
		[['--port', 'x'], 1, '--port'],
		[['--rate', '0'], 1, '--rate'],
		[['--nonsense'], 1, 'nonsense'],
	])('%j ends with %i', async (args, code, text) => {
		const child = run(...args);
		let out = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (out += data));
		expect((await once(child, 'close'))[0]).toBe(code);
		expect(out).toContain(text);
	});

	test('says when the port is taken', async () => {
		const child = run('--port', new URL(sim.url).port);
		let out = '';
		child.stderr.on('data', (data) => (out += data));
		expect((await once(child, 'close'))[0]).toBe(1);
		expect(out).toContain('EADDRINUSE');
	});
});
