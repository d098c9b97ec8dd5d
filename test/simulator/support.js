'use strict';

/** What the simulator's own tests share: calls with the right headers, a receiver, and documented samples. */

const { once } = require('node:events');
const http = require('node:http');
const { listen } = require('../helpers/listen');
const samples = require('./samples.json');

const KEY = 'test-key-123456';

const keyHeaders = (provider, key = KEY) =>
	provider === 'pixazo'
		? { 'ocp-apim-subscription-key': key, 'cache-control': 'no-cache' }
		: { authorization: `Bearer ${key}` };

/**
 * Calls a gateway as its documentation asks for.
 *
 * @param {object} sim
 * @param {string} provider
 * @param {string} target `METHOD /path`
 * @param {unknown} [body] sent as JSON
 * @param {{key?: string, headers?: object, raw?: string}} [more] headers that are undefined are left out
 */
async function call(sim, provider, target, body, { key, headers = {}, raw } = {}) {
	const [method, path] = target.split(' ');
	const hasBody = body !== undefined || raw !== undefined;
	const all = {
		...keyHeaders(provider, key),
		...(hasBody && { 'content-type': 'application/json' }),
		...headers,
	};
	const present = Object.fromEntries(
		Object.entries(all).filter(([, value]) => value !== undefined),
	);
	const response = await fetch(sim.baseUrl(provider) + path, {
		method,
		headers: present,
		body: hasBody ? (raw ?? JSON.stringify(body)) : undefined,
		redirect: 'manual',
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/**
 * @param {string} id
 * @returns {any}
 */
const sample = (id) =>
	Object.values(samples)
		.flat()
		.find((one) => one.id === id);

const submitsOf = (provider) =>
	samples[provider].filter((one) => one.kind === 'request' && one.operation === 'submit');

/**
 * @typedef {object} Way
 * @property {string} submit ID of a sample
 * @property {(json: any) => string} id
 * @property {(id: string) => [string, object?]} status the arguments of `call`
 * @property {(sim: any, id: string) => Promise<string>} video
 */

/**
 * Per gateway: one good submit, and how to go from its answer to the video.
 *
 * @type {Record<string, Way>}
 */
const WAYS = {
	minimax: {
		submit: 'mm.submit.i2v.req',
		id: (json) => json.task_id,
		status: (id) => [`GET /v1/query/video_generation?task_id=${id}`],
		async video(sim, id) {
			const { json } = await call(sim, 'minimax', ...this.status(id));
			const file = `GET /v1/files/retrieve?file_id=${json.file_id}`;
			return (await call(sim, 'minimax', file)).json.file.download_url;
		},
	},
	gptge: {
		submit: 'va.submit.i2v.req',
		id: (json) => json.task_id,
		status: (id) => [`GET /task/${id}`],
		async video(sim, id) {
			const { json } = await call(sim, 'gptge', ...this.status(id));
			const file = `GET /task/minimax/v1/files/retrieve?file_id=${json.file_id}`;
			return (await call(sim, 'gptge', file)).json.file.download_url;
		},
	},
	wavespeed: {
		submit: 'ws.submit.i2v.req',
		id: (json) => json.data.id,
		status: (id) => [`GET /api/v3/predictions/${id}/result`],
		async video(sim, id) {
			return (await call(sim, 'wavespeed', ...this.status(id))).json.data.outputs[0];
		},
	},
	seaart: {
		submit: 'sa.submit.i2v.req',
		id: (json) => json.request_id,
		status: (id) => [`GET /v1/queue/minimax_hailuo_02_i2v/requests/${id}/status`],
		async video(sim, id) {
			const target = `GET /v1/queue/minimax_hailuo_02_i2v/requests/${id}/response`;
			return (await call(sim, 'seaart', target)).json.outputs[0].url;
		},
	},
	toapis: {
		submit: 'ta.submit.i2v.req',
		id: (json) => json.id,
		status: (id) => [`GET /v1/videos/generations/${id}`],
		async video(sim, id) {
			return (await call(sim, 'toapis', ...this.status(id))).json.result.data[0].url;
		},
	},
	pixazo: {
		submit: 'px.submit.i2v.req',
		id: (json) => json.task_id,
		status: (id) => ['POST /minimax-hailuo-ai-polling/v1/getStatus', { task_id: id }],
		async video(sim, id) {
			return (await call(sim, 'pixazo', ...this.status(id))).json.video_url;
		},
	},
};

/** Submits the good sample of a gateway, with changes to its body, and gives reply and task id. */
async function submit(sim, provider, changes = {}, more = {}) {
	const { method, path, body } = sample(WAYS[provider].submit);
	const reply = await call(sim, provider, `${method} ${path}`, { ...body, ...changes }, more);
	let id;
	try {
		id = WAYS[provider].id(reply.json);
	} catch {
		id = undefined;
	}
	return { ...reply, id: id || undefined };
}

/** A server that keeps what it gets; `answer` decides what it says. */
async function startReceiver() {
	const got = [];
	const echo = ({ json }) => ({ status: 200, body: json.challenge ? json : { ok: true } });
	/** @type {Record<string, any>} */
	const me = { got, echo, answer: echo };
	const server = http.createServer(async (req, res) => {
		const chunks = [];
		for await (const chunk of req) chunks.push(chunk);
		const raw = Buffer.concat(chunks);
		const one = {
			url: req.url,
			headers: req.headers,
			raw,
			json: JSON.parse(String(raw)),
			at: Date.now(),
		};
		got.push(one);
		const reply = await me.answer(one, got.length);
		if (!reply) return;
		res.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
		res.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
	});
	me.origin = `http://127.0.0.1:${await listen(server)}`;
	me.url = `${me.origin}/webhook/abc?token=t%201`;
	me.close = async () => {
		server.close();
		server.closeAllConnections();
		await once(server, 'close');
	};
	return me;
}

/** Field names and types of a body in their order: what "the documented shape" means here. */
function shapeOf(value) {
	if (Array.isArray(value)) return value.map(shapeOf);
	if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
	return Object.entries(value).map(([name, one]) => [name, shapeOf(one)]);
}

const PROVIDERS = Object.keys(WAYS);

module.exports = {
	KEY,
	PROVIDERS,
	WAYS,
	call,
	keyHeaders,
	sample,
	shapeOf,
	startReceiver,
	submit,
	submitsOf,
};
