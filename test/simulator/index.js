'use strict';

/**
 * The gateways that sell Hailuo, on one loopback HTTP server: strict about what they are sent,
 * exact about what they answer, and free of charge.
 */

const { createHash } = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');
const { Callbacks } = require('./lib/callbacks');
const { Uploads, plain, serveSample, serveVideo } = require('./lib/cdn');
const { control } = require('./lib/control');
const { converse, readKey } = require('./lib/dialogue');
const { FaultQueue, perform } = require('./lib/faults');
const { isOnThisMachine } = require('./lib/check');
const { loadGateways, matchRoute } = require('./lib/gateways');
const { Money } = require('./lib/money');
const { RateLimit } = require('./lib/rateLimit');
const { RequestLog, maskHeaders, shorten } = require('./lib/record');
const { TaskBook, checkOutcome } = require('./lib/tasks');
const { readBody, sendReply } = require('./lib/wire');
const { videoBytesOf, worldMaker } = require('./lib/world');

const MAX_BODY_BYTES = 40 * 1024 * 1024;

/** 32 characters that are the same at every start, so that a credential stays right. */
const madeUpSecret = (name) =>
	createHash('sha256').update(`simulator ${name}`).digest('hex').slice(0, 32);

const DEFAULTS = {
	port: 0,
	host: '127.0.0.1',
	taskMs: 1000,
	queueMs: 0,
	videoBytes: 0,
	now: Date.now,
	keys: undefined,
	rateLimit: undefined,
	readLimit: undefined,
	linkMs: undefined,
	envelope: undefined,
	bare: false,
	syncMs: 120_000,
	callbacks: true,
	callbackMs: 10_000,
	callbackScale: 1,
	challenge: 'before',
	challengeMs: 3000,
	webhookUrl: undefined,
	webhookSecret: madeUpSecret('toapis'),
	webhookSecretBefore: undefined,
	waveSpeedSecret: `whsec_${madeUpSecret('wavespeed')}`,
	log: undefined,
};

/**
 * Starts the simulator.
 *
 * @param {object} [given]
 * @param {number} [given.port] 0 for any free port
 * @param {string} [given.host]
 * @param {number} [given.taskMs] how long a task is processed
 * @param {number} [given.queueMs] how long it waits before
 * @param {number} [given.videoBytes] videos are padded to this size
 * @param {string[]} [given.keys] the only keys that work; by default any, but not `bad…` and `wrong…`
 * @param {{perMinute: number, burst?: number}} [given.rateLimit] submits per gateway and key
 * @param {{perMinute: number, burst?: number}} [given.readLimit] the same for all that asks about tasks: status, list,
 *   result
 * @param {number} [given.linkMs] lifetime of video links; by default what each gateway documents
 * @param {string} [given.envelope] gpt.ge's status answer: flat, data, respData, newapi or failReason
 * @param {boolean} [given.bare] WaveSpeed's answers without their envelope, in the words of its newer pages
 * @param {number} [given.syncMs] how long WaveSpeed holds an answer back that was wanted at the end of the task
 * @param {boolean} [given.callbacks] false: callback addresses are taken as documented, and nobody is called
 * @param {number} [given.callbackMs] how long a callback's answer is waited for
 * @param {number} [given.callbackScale] ToAPIs repeats what was not taken after 10 s, 30 s, … times this
 * @param {'before' | 'after'} [given.challenge] whether MiniMax and its kin try the address before they answer
 *   a submit (it is refused when that fails) or after (nothing more is sent then); they do not say
 * @param {number} [given.challengeMs] how long a challenge's answer is waited for
 * @param {string} [given.webhookUrl] the callback URL that is configured in ToAPIs' console
 * @param {string} [given.webhookSecret] and its secret
 * @param {string} [given.webhookSecretBefore] the secret before a change: both sign
 * @param {string} [given.waveSpeedSecret] the account's webhook secret
 * @param {() => number} [given.now]
 * @param {(line: string) => unknown} [given.log] one line per request
 */
async function startSimulator(given = {}) {
	const options = readOptions(given);
	const gateways = loadGateways();
	const book = new TaskBook(options);
	const faults = new FaultQueue();
	const limit = new RateLimit(options.rateLimit, options.now);
	const readLimit = new RateLimit(options.readLimit, options.now);
	const log = new RequestLog();
	const callbacks = new Callbacks({ options, book });
	const uploads = new Uploads();
	const money = new Money();
	const greeted = new Set();

	const server = http.createServer((req, res) => {
		serve(req, res).catch((error) => {
			// A client that goes away is no fault of ours; anything else must be seen.
			if (!res.destroyed && !res.headersSent) {
				res.writeHead(500, { 'content-type': 'text/plain' }).end(`Simulator error: ${error.stack}`);
			} else res.destroy();
		});
	});
	server.keepAliveTimeout = 60_000;

	const sim = {
		url: '',
		baseUrl: (provider) => `${sim.url}/${provider}`,
		providers: [...gateways.keys()],
		get tasks() {
			return book.tasks;
		},
		requests: log.entries,
		callbacks: callbacks.entries,
		paid: (provider) => book.tasks.filter((task) => !provider || task.provider === provider).length,
		phase: (task) => book.phase(task),
		fault(fault) {
			const { says } = fault.do ?? {};
			if (says && !gateways.get(fault.provider)?.says?.[says]) {
				throw new TypeError(`Fault "says" is unknown at ${fault.provider}: ${says}`);
			}
			return faults.add(fault);
		},
		outcome: (outcome) => book.expect(outcome),
		/** What a gateway answers about balances and prices. */
		money: (wish) => money.expect(wish),
		secret: (provider) => gateways.get(provider)?.callback?.secrets?.(options)[0],
		/** Sends a task's message once more; resolves with the calls, when they were answered. */
		callBack: (taskId, wishes) => callbacks.again(taskId, wishes),
		/** Resolves with all calls about a task, when the last one was answered. */
		calledBack: (taskId) => callbacks.done(taskId),
		/** ToAPIs' console: "send a test event". */
		testEndpoint: () => callbacks.test(gateways.get('toapis')),
		reset() {
			for (const part of [book, callbacks, faults, limit, readLimit, log, money, uploads])
				part.reset();
			greeted.clear();
		},
		async close() {
			if (!server.listening) return;
			callbacks.halt();
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};

	const worldFor = worldMaker({
		options,
		book,
		callbacks,
		limit,
		readLimit,
		money,
		uploads,
		greeted,
		isOpen: () => server.listening,
	});

	/** Reads, records, decides on a fault, answers. */
	async function serve(req, res) {
		const call = readTarget(req);
		const { bytes, tooLarge } = await readBody(req);
		const request = { ...call, bytes, tooLarge, ...parseJson(bytes, call.headers) };
		const section = sections.get(request.area) ?? gatewaySection;
		const { entry, respond } = section(request);
		Object.assign(entry, {
			method: request.method,
			path: request.path,
			query: request.query,
			headers: maskHeaders(request.headers),
			body: bodyForRecord(request),
			status: undefined,
			at: options.now(),
		});
		if (entry.kind) log.add(entry);
		const reply = await respond();
		entry.status = reply.status;
		options.log?.(
			[request.method, call.url, reply.status ?? 'no answer', entry.kind, entry.taskId]
				.filter(Boolean)
				.join(' '),
		);
		await sendReply(res, reply);
	}

	/** A call to a gateway's API. */
	function gatewaySection(request) {
		const gateway = gateways.get(request.area);
		if (!gateway) {
			const reply = plain(404, 'No such gateway. See /_simulator');
			return { entry: { kind: 'unknown' }, respond: () => reply };
		}
		request.base = `${request.origin}/${gateway.id}`;
		request.key = readKey(gateway, request.headers);
		const found = matchRoute(gateway, request.method, request.path);
		if (!found) {
			const respond = () => gateway.noSuchEndpoint(request);
			return { entry: { provider: gateway.id, kind: 'unknown' }, respond };
		}
		const { route, params } = found;
		const { voice } = route;
		request.params = params;
		const name = route.task?.(request);
		request.task = book.find(voice, name, request.key);
		const entry = {
			provider: gateway.id,
			kind: route.kind,
			taskId: request.task?.id ?? params.id ?? name,
		};

		const maxBodyBytes = route.maxBodyBytes ?? voice.maxBodyBytes ?? MAX_BODY_BYTES;
		if (request.tooLarge || request.bytes.length > maxBodyBytes) {
			Object.assign(request, { tooLarge: true, body: undefined, bytes: Buffer.alloc(0) });
		}
		const run = (made) => {
			if (request.tooLarge) {
				return voice.failure(413, `the body is larger than ${maxBodyBytes / 1024 / 1024} MB`);
			}
			const world = worldFor(voice, request, entry);
			return converse(voice, route, request, world, { made });
		};
		return {
			entry,
			respond: () => respondWithFaults(entry, run, voice.failure, refusals(voice)),
		};
	}

	const refusals = (gateway) => (category, says) => {
		if (says) return gateway.says[says]();
		const refuse = gateway.refuse[category];
		if (!refuse) throw new TypeError(`Unknown business fault: ${category}`);
		return refuse();
	};

	async function respondWithFaults(entry, run, failure, refuse) {
		const deed = faults.take(entry);
		return deed ? perform(deed, { run, failure, refuse }) : run(true);
	}

	const videoBytes = videoBytesOf(options);

	/** A finished video. A key has no business here, so a request that brings one is refused. */
	function cdnSection(request) {
		const { provider, id } = readVideoPath(request.path);
		const entry = { provider, kind: 'video', taskId: id };
		const run = () => {
			const { headers, method, query } = request;
			if (headers.authorization || headers['ocp-apim-subscription-key']) {
				return plain(400, 'A file link must be fetched without an API key');
			}
			if (!['GET', 'HEAD'].includes(method)) return plain(405, 'Method not allowed');
			const task = book.findById(provider, id);
			if (!task) return plain(404, 'Not found');
			const opened = book.open(task, query.token);
			if (!opened) return plain(403, 'Request has expired');
			const wishes = opened.broken ? task.outcome : undefined;
			return serveVideo(task, videoBytes(task), { method, headers }, wishes);
		};
		const failure = (status) => plain(status, status === 403 ? 'Request has expired' : 'Error');
		return { entry, respond: () => respondWithFaults(entry, run, failure, () => failure(500)) };
	}

	const imageSection = (serveImage) => (request) => {
		const [, provider] = /^\/([^/]+)\/[^/]+$/.exec(request.path) ?? []; // an upload names its gateway
		const isUpload = request.method === 'PUT' && request.area === 'uploads';
		const entry = { provider, kind: isUpload ? 'upload' : 'image' };
		const name = request.path.slice(1);
		const run = () => (isUpload ? uploads.take(name, request) : serveImage(name));
		const failure = (status) => plain(status, 'Error');
		return { entry, respond: () => respondWithFaults(entry, run, failure, () => failure(500)) };
	};

	/** Looking at the simulator is no request to a gateway: it is not recorded. */
	const controlSection = (request) => ({
		entry: {},
		respond: () => control(sim, [...gateways.values()], request),
	});

	const sections = new Map([
		['_simulator', controlSection],
		['cdn', cdnSection],
		['images', imageSection(serveSample)],
		['uploads', imageSection((name) => uploads.serve(name))],
	]);

	server.listen({ port: options.port, host: options.host, backlog: 4096 });
	await once(server, 'listening');
	const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
	sim.url = `http://${options.host}:${port}`;
	return sim;
}

/** An option passed as undefined is not passed; a misspelt one would prove nothing, so it is refused. */
function readOptions(given) {
	const entries = Object.entries(given).filter(([, value]) => value !== undefined);
	const unknown = entries.find(([name]) => !Object.hasOwn(DEFAULTS, name));
	if (unknown) throw new TypeError(`Unknown option: ${unknown[0]}`);
	const options = { ...DEFAULTS, ...Object.fromEntries(entries) };
	if (!['before', 'after'].includes(options.challenge)) {
		throw new TypeError('challenge must be before or after');
	}
	if (options.callbacks && options.webhookUrl && !isOnThisMachine(options.webhookUrl)) {
		throw new TypeError(
			'webhookUrl must be on this machine, as http://127.0.0.1: the simulator calls nothing else',
		);
	}
	if (options.envelope !== undefined) checkOutcome({ envelope: options.envelope });
	return options;
}

/** `/seaart/<id>.mp4`; a path that cannot be decoded names no video. */
function readVideoPath(path) {
	const [, provider, id] = /^\/([^/]+)\/([^/]+)\.mp4$/.exec(path) ?? [];
	try {
		return { provider, id: id && decodeURIComponent(id) };
	} catch {
		return { provider };
	}
}

/** Splits `/seaart/v1/queue/x?y=1` into the area `seaart` and the path below it. */
function readTarget(req) {
	const host = /^[\w.:[\]-]+$/.test(req.headers.host ?? '') ? req.headers.host : 'localhost';
	const target = `http://${host}${req.url}`;
	const url = new URL(URL.canParse(target) ? target : `http://${host}/`);
	const [, area, path] = /^\/([^/]*)(\/.*)?$/.exec(url.pathname);
	return {
		method: req.method,
		url: req.url,
		origin: `http://${host}`,
		area,
		path: path ?? '/',
		query: Object.fromEntries(url.searchParams),
		/** All values of a query parameter that may stand there more than once. */
		queryAll: (name) => url.searchParams.getAll(name),
		headers: req.headers,
	};
}

function parseJson(bytes, headers) {
	if (!/json/i.test(headers['content-type'] ?? '') || bytes.length === 0) {
		return { body: undefined, malformed: false };
	}
	try {
		return { body: JSON.parse(bytes.toString('utf8')), malformed: false };
	} catch {
		return { body: undefined, malformed: true };
	}
}

function bodyForRecord({ body, bytes, headers }) {
	if (body !== undefined) return shorten(body);
	if (bytes.length === 0) return undefined;
	if (/^multipart/i.test(headers['content-type'] ?? '')) return `[${bytes.length} bytes]`;
	return shorten(bytes.toString('utf8'));
}

module.exports = { startSimulator };
