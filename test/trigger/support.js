'use strict';
/* The trigger in n8n's engine behind a real HTTP server, so that the simulator can call it back as a gateway does. */
const { createHmac } = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');

const { core, fakeResponse, makeEngine } = require('../engine/engine-harness');
const { HailuoVideo } = require('../../nodes/HailuoVideo/HailuoVideo.node');
const { HailuoVideoTrigger } = require('../../nodes/HailuoVideoTrigger/HailuoVideoTrigger.node');
const { forgetProcess } = require('../../nodes/HailuoVideoTrigger/deduplicate');
const { providers } = require('../../nodes/shared/providers');
const credentialClasses = require('../credentials');
const { Start } = require('../engine/support');
const { listen } = require('../helpers/listen');
const { startSimulator } = require('../simulator');

const CHALLENGED = ['minimax', 'gptge', 'pixazo'];
const SIGNED = ['wavespeed', 'toapis'];
const CALLING = [...CHALLENGED, ...SIGNED];
const KEY = 'test-key-0123456789';

const { description } = new HailuoVideoTrigger();
const [webhookDescription] = description.webhooks;

let lastId = 0;
const credentialsOf = (names) => Object.fromEntries(names.map((name) => [name, { id: '1', name }]));

/** A trigger node as a saved workflow holds it: parameters that are not given have their defaults. */
function triggerNode(provider, parameters = {}) {
	lastId++;
	return {
		id: `trigger-${lastId}`,
		name: 'Trigger',
		type: 'hailuoVideoTrigger',
		typeVersion: 1,
		position: [0, 0],
		webhookId: `hook-${lastId}`,
		parameters: { provider, ...parameters },
		credentials: credentialsOf(Object.values(providers).map(({ credential }) => credential)),
	};
}

/** A request as n8n hands it to a webhook node. */
function requestOf(raw, headers = {}, query = {}) {
	const rawBody = Buffer.isBuffer(raw) ? raw : Buffer.from(raw);
	let body = {};
	try {
		body = JSON.parse(rawBody.toString());
	} catch {
		// n8n answers 422 to broken JSON by itself; with another content type the node gets to see it
	}
	return { body, rawBody, headers, query, params: {}, method: 'POST' };
}

/**
 * What stands for n8n: static data is read from its database for each request, and written back whole when webhook()
 * has ended; requests at the same moment do not see each other's (measured: test/e2e/callbacks.mjs).
 */
class Desk {
	constructor(engine) {
		this.engine = engine;
		this.triggers = new Map(); // webhook id -> node
		this.reset();
	}

	reset() {
		this.database = new Map(); // node id -> static data as JSON
		this.started = [];
		this.answers = [];
		this.open = new Set();
	}

	add(node) {
		this.triggers.set(node.webhookId, node);
		return node;
	}

	/**
	 * Calls webhook().
	 *
	 * @returns {{answered: Promise<{status: number, body: any}>, ended: Promise<object[] | undefined>}}
	 *   `answered` when the caller has its answer, `ended` with the items of the execution that started, if one did
	 */
	receive(node, req) {
		const saved = this.database.get(node.id);
		const workflow = this.engine.workflowOf([node], {}, saved && { staticData: JSON.parse(saved) });
		const res = fakeResponse();
		/** @type {Promise<{status: number, body: any}>} */
		const answered = new Promise((resolve) => {
			const { json } = res;
			res.json = (body) => {
				json(body);
				resolve({ status: res.statusCode, body });
				return res;
			};
		});
		const data = this.engine.additionalData({ httpRequest: req, httpResponse: res });
		/** @type {import('n8n-workflow').IWebhookData} */
		const webhook = {
			httpMethod: 'POST',
			node: node.name,
			path: node.webhookId,
			webhookDescription,
			workflowId: 'wf1',
			workflowExecuteAdditionalData: data,
			userId: '',
		};
		const context = new core.WebhookContext(workflow, node, data, 'webhook', webhook, [], null);
		const ended = (async () => {
			const result = await new HailuoVideoTrigger().webhook.call(context);
			if (workflow.staticData.__dataChanged) {
				this.database.set(node.id, JSON.stringify(workflow.staticData));
			}
			if (!res.ended) throw new Error('webhook() ended without an answer');
			const items = result.workflowData?.[0];
			if (items) this.started.push({ node, items });
			return items;
		})();
		this.open.add(ended);
		ended.catch(() => {}).then(() => this.open.delete(ended));
		return { answered, ended };
	}

	/** Calls webhook() and waits for all of it. */
	async post(node, raw, headers, query) {
		const { answered, ended } = this.receive(node, requestOf(raw, headers, query));
		const items = await ended;
		return { ...(await answered), items };
	}

	/** Waits until nothing is worked on any more. */
	async settled() {
		while (this.open.size > 0) await Promise.all(this.open);
	}

	/** As if n8n had been killed: only what stands in the database is known. */
	restart() {
		forgetProcess();
	}

	/** Listens like n8n: `/webhook/<webhook id>/webhook`. */
	async listen() {
		this.server = http.createServer(async (req, res) => {
			const chunks = [];
			for await (const chunk of req) chunks.push(chunk);
			const url = new URL(req.url, 'http://localhost');
			const node = this.triggers.get(url.pathname.split('/')[2]);
			if (!node) {
				res.writeHead(404).end();
				return;
			}
			const query = Object.fromEntries(url.searchParams);
			const request = requestOf(Buffer.concat(chunks), req.headers, query);
			const { answered, ended } = this.receive(node, request);
			ended.catch((error) => res.destroy(error));
			const { status, body } = await answered;
			this.answers.push({ status, body });
			res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
			res.end(JSON.stringify(body));
		});
		this.origin = `http://127.0.0.1:${await listen(this.server)}`;
	}

	/** The trigger's production URL. */
	urlOf(node, query = '') {
		return `${this.origin}/webhook/${node.webhookId}/webhook${query}`;
	}

	async close() {
		this.server.close();
		this.server.closeAllConnections();
		await once(this.server, 'close');
	}
}

/** Engine, simulator and a desk that listens. */
async function setUp(simulatorOptions = {}) {
	const credentials = {};
	const engine = makeEngine({
		nodes: {
			start: new Start(),
			hailuoVideo: new HailuoVideo(),
			hailuoVideoTrigger: new HailuoVideoTrigger(),
		},
		credentialTypes: Object.fromEntries(
			Object.values(credentialClasses).map((Type) => [new Type().name, new Type()]),
		),
		credentials,
	});
	const desk = new Desk(engine);
	await desk.listen();
	const simulator = await startSimulator({
		taskMs: 20,
		callbackScale: 1e-7,
		webhookUrl: `${desk.origin}/webhook/console/webhook`,
		...simulatorOptions,
	});
	const resetCredentials = () => {
		for (const { id, credential } of Object.values(providers)) {
			credentials[credential] = {
				apiKey: KEY,
				baseUrl: simulator.baseUrl(id),
				...(simulator.secret(id) && { webhookSecret: simulator.secret(id) }),
			};
		}
	};
	resetCredentials();

	/** Runs the action node on one item; gives the item that comes out. */
	async function act(parameters) {
		const { promise } = engine.run({
			nodeList: [
				{ id: '1', name: 'Start', type: 'start', typeVersion: 1, position: [0, 0], parameters: {} },
				{
					id: '2',
					name: 'Hailuo',
					type: 'hailuoVideo',
					typeVersion: 1,
					position: [0, 0],
					parameters: { resource: 'video', ...parameters },
					credentials: credentialsOf(Object.keys(credentials)),
				},
			],
			connections: { Start: { main: [[{ node: 'Hailuo', type: 'main', index: 0 }]] } },
		});
		const { data } = await promise;
		if (data.resultData.error) throw data.resultData.error;
		return data.resultData.runData.Hailuo[0].data.main[0][0];
	}

	/** Orders a video with the action node; gives its task id. */
	async function create(provider, callbackUrl, options = {}, more = {}) {
		const { json } = await act({
			provider,
			operation: 'create',
			mode: 'imageToVideo',
			prompt: 'a cat',
			firstFrameSource: 'url',
			firstFrameUrl: 'https://example.com/cat.png',
			completion: 'return',
			options: { callbackUrl, ...options },
			...more,
		});
		return json.taskId;
	}

	return {
		simulator,
		engine,
		desk,
		credentials,
		create,
		resetCredentials,
		getStatus: (provider, taskId, more) =>
			act({ provider, operation: 'getStatus', taskId, ...more }),
		async tearDown() {
			await desk.settled();
			await Promise.all([simulator.close(), desk.close()]);
			engine.cleanup();
		},
	};
}

/**
 * A message as the gateway would send it, signed where it signs.
 *
 * @param {any} simulator
 * @param {string} provider
 * @param {unknown} taskId
 * @param {{status?: unknown, seconds?: number, secret?: string, id?: string, body?: unknown}} [given] `body`: instead
 *   of the usual content
 */
function messageOf(
	simulator,
	provider,
	taskId,
	{ status, seconds, secret, id = 'evt_1', body } = {},
) {
	const word = status ?? (SIGNED.includes(provider) ? 'completed' : 'success');
	const content =
		body ??
		{
			minimax: { task_id: taskId, status: word, base_resp: { status_code: 0 } },
			gptge: { task_id: taskId, status: word, base_resp: { status_code: 0 } },
			pixazo: { task_id: taskId, status: word, base_resp: { status_code: 0 } },
			wavespeed: { id: taskId, status: word, outputs: [], error: '' },
			toapis: { id, type: `generation.${word}`, data: { task_id: taskId, status: word } },
		}[provider];
	const raw = typeof content === 'string' ? content : JSON.stringify(content);
	return { raw, headers: signatureOf(simulator, provider, raw, { seconds, secret, id }) };
}

/**
 * @param {any} simulator
 * @param {string} provider
 * @param {string} raw
 * @param {{seconds?: number, secret?: string, id: string}} given
 * @returns {Record<string, string>} headers
 */
function signatureOf(
	simulator,
	provider,
	raw,
	{ seconds = Math.floor(Date.now() / 1000), secret, id },
) {
	if (!SIGNED.includes(provider)) return {};
	const key = (secret ?? simulator.secret(provider)).replace(/^whsec_/, '');
	const hex = createHmac('sha256', key).update(`${id}.${seconds}.`).update(raw).digest('hex');
	const prefix = provider === 'wavespeed' ? 'webhook' : 'x-toapis-webhook';
	return {
		[`${prefix}-id`]: id,
		[`${prefix}-timestamp`]: String(seconds),
		[`${prefix}-signature`]: provider === 'wavespeed' ? `v3,${hex}` : `v1=${hex}`,
	};
}

module.exports = {
	CALLING,
	CHALLENGED,
	SIGNED,
	messageOf,
	requestOf,
	setUp,
	triggerNode,
	webhookDescription,
};
