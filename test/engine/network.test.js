'use strict';
/* What a network can do to an order: names that lie, replies without end, connections that never stood, firewalls. */
const dns = require('node:dns');
const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const { gzipSync } = require('node:zlib');

const { networkFault } = require('../../nodes/shared/transport/client');
const { listen } = require('../helpers/listen');
const { hurry, quick, setUp } = require('./support');

const MB = 1024 * 1024;
const PUBLIC = 'gateway.example.com';

let world;
let simulator;
let origin;
/** What the node's own little gateway answers with. */
let answer;
let server;

beforeAll(async () => {
	hurry(50);
	world = await setUp();
	({ simulator } = world);
	origin = new URL(simulator.url);
	server = http.createServer((req, res) => {
		req.resume();
		req.on('end', () => answer(req, res));
	});
	await listen(server);
	// names of the internet that lead to this machine
	const { lookup } = dns;
	const here = (hostname) => (/\.example\.com$/.test(hostname) ? '127.0.0.1' : hostname);
	jest.spyOn(dns, 'lookup').mockImplementation((host, ...rest) => lookup(here(host), ...rest));
	const promised = dns.promises.lookup;
	jest
		.spyOn(dns.promises, 'lookup')
		.mockImplementation(async (host, ...rest) => await promised(here(host), ...rest));
});
afterAll(async () => {
	jest.restoreAllMocks();
	server.close();
	server.closeAllConnections();
	await world.tearDown();
});
beforeEach(() => {
	simulator.reset();
	for (const [name, values] of Object.entries(world.credentials)) values.baseUrl = baseUrls[name];
});
const baseUrls = {};
beforeAll(() => {
	for (const [name, { baseUrl }] of Object.entries(world.credentials)) baseUrls[name] = baseUrl;
});

const ownGateway = () => `http://127.0.0.1:${server.address().port}`;
/** The simulator by a name of the internet. */
const publicly = (name) => baseUrls[name].replace(origin.hostname, PUBLIC);

const create = (more = {}) => ({
	provider: 'wavespeed',
	operation: 'create',
	mode: 'textToVideo',
	prompt: 'A cat turns its head',
	completion: 'return',
	...more,
});
const fetchTask = (operation, taskId, more = {}) => ({
	provider: 'wavespeed',
	operation,
	taskId,
	...quick,
	...more,
});

describe('a reply that unpacks to 290 MB', () => {
	const packed = Buffer.concat(Array(290).fill(gzipSync(Buffer.alloc(MB, '{"a":1}'))));
	const bomb = (_req, res) => {
		res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
		res.end(packed);
	};

	/** The most memory that was held outside of V8's heap while `work` ran, in bytes over the start. */
	const growthOf = async (work) => {
		const held = () => process.memoryUsage().external;
		const before = held();
		let most = 0;
		let running = true;
		const watch = (async () => {
			while (running) {
				most = Math.max(most, held() - before);
				await sleep(1);
			}
		})();
		const result = await work();
		running = false;
		await watch;
		return { most, result };
	};

	test('to a status call is not taken for an answer, and stays small', async () => {
		answer = bomb;
		world.credentials.hailuoWaveSpeedApi.baseUrl = ownGateway();
		const { most, result } = await growthOf(() => world.run(fetchTask('getStatus', 'pred_1')));
		expect(result.error.message).toMatch(/larger than 4 MB/);
		expect(most).toBeLessThan(80 * MB);
	});

	test('to an order leaves its outcome unknown', async () => {
		let orders = 0;
		answer = (req, res) => {
			orders++;
			bomb(req, res);
		};
		world.credentials.hailuoWaveSpeedApi.baseUrl = ownGateway();
		const { most, result } = await growthOf(() =>
			world.run(create(), { onError: 'continueRegularOutput' }),
		);
		expect(result.items[0].json.error.category).toBe('unknownOutcome');
		expect(orders).toBe(1);
		expect(most).toBeLessThan(80 * MB);
	});

	test('4 MB and less are read', async () => {
		answer = (_req, res) => {
			res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
			const data = {
				id: 'pred_1',
				status: 'processing',
				outputs: [],
				filler: 'x'.repeat(3.9 * MB),
			};
			res.end(gzipSync(JSON.stringify({ code: 200, message: 'success', data })));
		};
		world.credentials.hailuoWaveSpeedApi.baseUrl = ownGateway();
		const { items } = await world.run(fetchTask('getStatus', 'pred_1'));
		expect(items[0].json).toMatchObject({ taskId: 'pred_1', status: 'processing' });
	});

	test('one that does not end is given up', async () => {
		const { readUpTo } = require('../../nodes/shared/transport/stream');
		answer = (_req, res) => res.writeHead(200).write('{"a":');
		const { body } = await new Promise((resolve) => {
			http.get(ownGateway(), (body) => resolve({ body })).on('error', () => {});
		});
		const fault = await readUpTo(body, MB, 50).catch(networkFault);
		expect(fault).toMatchObject({ code: 'ETIMEDOUT', category: 'transient', noTask: false });
	});
});

describe('a link of a public gateway', () => {
	const linkTo = (url) => {
		const data = { id: 'pred_1', status: 'completed', outputs: [url], error: '' };
		const body = { code: 200, message: 'success', data };
		simulator.fault({ kind: 'status', times: 9, do: { status: 200, body } });
	};
	const download = async () => await world.run(fetchTask('download', 'pred_1'));

	test.each(['[::7f00:1]', '[64:ff9b::7f00:1]', '198.18.0.1', 'localhost.localdomain'])(
		'to %s: not even tried',
		async (host) => {
			world.credentials.hailuoWaveSpeedApi.baseUrl = publicly('hailuoWaveSpeedApi');
			linkTo(`http://${host}:${origin.port}/cdn/1.mp4`);
			const { error } = await download();
			expect(error.message).toContain(`private network, to ${host}`);
			expect(simulator.requests.map(({ kind }) => kind)).toEqual(['status']);
		},
	);

	test('by a public name that leads to this machine: nothing is fetched', async () => {
		// a link that works
		const [{ json }] = (await world.run(create({ completion: 'wait' }))).items;
		const videoUrl = String(json.videoUrl);
		simulator.requests.length = 0;
		world.credentials.hailuoWaveSpeedApi.baseUrl = publicly('hailuoWaveSpeedApi');
		linkTo(videoUrl.replace(origin.hostname, 'clips.example.com'));
		const { error, items } = await download();
		expect(error.message).toMatch(/private network, to clips.example.com/);
		expect(items).toEqual([]);
		// n8n 2 resolves the name for a node; on n8n 1 the request has left when its socket tells where to
		const asked = jest
			.mocked(dns.promises.lookup)
			.mock.calls.some(([host]) => host === 'clips.example.com');
		const kinds = simulator.requests.map(({ kind }) => kind);
		expect(kinds).toEqual(asked ? ['status'] : ['status', 'video']);
	});

	test('the same where n8n resolves no names for a node: the socket tells', async () => {
		const { checkConnection } = require('../../nodes/shared/transport/egress');
		answer = (_req, res) => res.end('x');
		const address = ownGateway().replace('127.0.0.1', 'clips.example.com');
		const body = await new Promise((resolve) => http.get(address, resolve));
		expect(() => checkConnection(body, address)).toThrow(/private network, to clips.example.com/);
		// a proxy has another port; what was unpacked has no socket
		expect(() => checkConnection(body, 'http://clips.example.com/v.mp4')).not.toThrow();
		expect(() => checkConnection({}, address)).not.toThrow();
		body.destroy();
	});

	test('on the gateway’s own host is fetched, wherever that is', async () => {
		world.credentials.hailuoWaveSpeedApi.baseUrl = publicly('hailuoWaveSpeedApi');
		const made = await world.run(create());
		const [{ json }] = made.items;
		const { items } = await world.run(fetchTask('wait', json.taskId));
		expect(items[0].binary.data.mimeType).toBe('video/mp4');
		expect(items[0].json.videoUrl).toContain(PUBLIC);
	});
});

describe('a URL that the gateway cannot reach is refused before anything is paid', () => {
	const hosts = [
		'http://localhost:5678/x.png',
		'http://n8n:5678/x.png',
		'https://192.168.1.7/x.png',
		'http://[::1]/x.png',
		'http://127.1/x.png',
	];
	const frame = (url) => ({
		...create(),
		mode: 'imageToVideo',
		firstFrameSource: 'url',
		firstFrameUrl: url,
	});

	test.each(hosts)('First Frame URL %s', async (url) => {
		world.credentials.hailuoWaveSpeedApi.baseUrl = publicly('hailuoWaveSpeedApi');
		const { error } = await world.run(frame(url));
		expect(error.message).toMatch(/'First Frame URL' leads to .*, which the gateway cannot reach/);
		expect(error.description).toMatch(/First Frame Source/);
		expect(simulator.requests).toEqual([]);
	});

	test('a reference of any kind', async () => {
		world.credentials.hailuoMiniMaxApi.baseUrl = publicly('hailuoMiniMaxApi');
		for (const kind of ['image', 'video', 'audio']) {
			const reference = [
				{ kind: 'image', source: 'url', url: 'https://files.example.com/x.png' },
				{ kind, source: 'url', url: 'http://n8n:5678/x' },
			];
			const { error } = await world.run({
				...create({ provider: 'minimax', mode: 'referenceToVideo', model: 'MiniMax-H3' }),
				references: { reference },
			});
			expect(error.message).toMatch(/'Reference 2: URL' leads to n8n/);
		}
		expect(simulator.requests).toEqual([]);
	});

	test('Callback URL', async () => {
		world.credentials.hailuoWaveSpeedApi.baseUrl = publicly('hailuoWaveSpeedApi');
		const options = { callbackUrl: 'http://localhost:5678/webhook/1/webhook' };
		const { error } = await world.run(create({ options }));
		expect(error.message).toMatch(/'Callback URL' leads to localhost/);
		expect(error.description).toMatch(/WEBHOOK_URL/);
		expect(simulator.requests).toEqual([]);
	});

	test('not at a gateway of one’s own', async () => {
		const { items } = await world.run(frame(`${simulator.url}/images/first.png`));
		expect(items[0].json.taskId).toBeDefined();
	});
});

describe('a secure connection that never stood: nothing was made', () => {
	test('https at an http port', async () => {
		world.credentials.hailuoWaveSpeedApi.baseUrl = ownGateway().replace('http:', 'https:');
		const { items } = await world.run(create(), { onError: 'continueRegularOutput' });
		expect(items[0].json.error).toMatchObject({ category: 'transient', retryable: false });
		expect(items[0].json.error.message).toMatch(/No secure connection/);
	});

	test.each([
		['EPROTO', 'write EPROTO 80:error:0A00010B:SSL routines::wrong version number', true],
		['ERR_SSL_WRONG_VERSION_NUMBER', '', true],
		['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', '', true],
		['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', '', true],
		['ERR_TLS_CERT_ALTNAME_INVALID', '', true],
		['CERT_HAS_EXPIRED', '', true],
		['SELF_SIGNED_CERT_IN_CHAIN', '', true],
		['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '', true],
		[
			'ECONNRESET',
			'Client network socket disconnected before secure TLS connection was established',
			true,
		],
		['ECONNRESET', 'socket hang up', false],
		['EPROTO', 'write EPROTO 80:error:0A000119:SSL routines::bad record mac', false],
		['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', '', false],
		['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', '', false],
		['ERR_SSL_APPLICATION_DATA_AFTER_CLOSE_NOTIFY', '', false],
	])('%s %s', (code, message, noTask) => {
		const cause = Object.assign(new Error(message), { code });
		expect(networkFault(new Error('x', { cause }))).toMatchObject({ code, noTask });
	});

	test('a handshake that takes too long may do better', () => {
		const late = Object.assign(new Error('x'), { code: 'ERR_TLS_HANDSHAKE_TIMEOUT' });
		expect(networkFault(late)).toMatchObject({ noTask: true, retryable: true });
	});

	test.each([
		['UND_ERR_CONNECT_TIMEOUT', undefined, true],
		['EAI_NODATA', undefined, true],
		['ENODATA', 'queryA', true],
		['ESERVFAIL', 'queryAaaa', true],
		['ETIMEOUT', 'queryA', true],
		['ENETDOWN', undefined, true],
		['ERR_INVALID_URL', undefined, true],
		['UND_ERR_SOCKET', undefined, false],
		['UND_ERR_HEADERS_TIMEOUT', undefined, false],
		['UND_ERR_BODY_TIMEOUT', undefined, false],
		['ERR_NETWORK', undefined, false],
		['EPIPE', 'write', false],
	])('%s %s', (code, syscall, noTask) => {
		const cause = Object.assign(new Error('x'), { code, syscall });
		expect(networkFault(new TypeError('fetch failed', { cause })).noTask).toBe(noTask);
	});

	test('n8n’s own protection of its network lets the request not out', () => {
		for (const name of ['SsrfBlockedIpError', 'SsrfBlockedHostnameError']) {
			const cause = Object.assign(new Error('The request was blocked'), { name });
			const fault = networkFault(Object.assign(new Error('x'), { cause }));
			expect(fault).toMatchObject({ noTask: true, retryable: false });
			expect(fault.message).toMatch(/SSRF/);
		}
	});

	test('a connection that was never made, by whatever code', () => {
		const refused = Object.assign(new Error('x'), { code: 'ETIMEDOUT', syscall: 'connect' });
		expect(networkFault(new Error('x', { cause: refused })).noTask).toBe(true);
		const all = new AggregateError([refused], 'x');
		expect(networkFault(Object.assign(all, { code: 'ETIMEDOUT' })).noTask).toBe(true);
		const late = Object.assign(new Error('x'), { code: 'ETIMEDOUT', syscall: 'read' });
		expect(networkFault(late).noTask).toBe(false);
	});
});

describe('a proxy that cannot reach the gateway', () => {
	const page = (status) => ({ status, body: `error code: ${status}` });
	const goOn = { onError: 'continueRegularOutput' };

	test.each([521, 523, 525, 526])('%i: the order goes out again, paid once', async (status) => {
		simulator.fault({ provider: 'wavespeed', kind: 'submit', times: 2, do: page(status) });
		const { items } = await world.run(create(), goOn);
		expect(items[0].json.taskId).toEqual(expect.any(String));
		expect(simulator.paid()).toBe(1);
	});

	test('for long: nothing was made, and the row says so', async () => {
		simulator.fault({ provider: 'wavespeed', kind: 'submit', times: 50, do: page(521) });
		const { error } = await world.run(create());
		expect(error.message).toMatch(/cannot reach the gateway \(HTTP status 521\)/);
		expect(error.description).toMatch(/Nothing was made: WaveSpeed AI is down/);
		expect(simulator.paid()).toBe(0);
	});

	test.each([520, 522, 524])('%i may come after the order has arrived', async (status) => {
		simulator.fault({ provider: 'wavespeed', kind: 'submit', times: 1, do: page(status) });
		const { items } = await world.run(create(), goOn);
		expect(items[0].json.error.category).toBe('unknownOutcome');
		expect(simulator.requests.filter(({ kind }) => kind === 'submit')).toHaveLength(1);
	});
});

describe('a credential, as it was pasted', () => {
	const own = 'hailuoWaveSpeedApi';
	const key = 'test-key-0123456789';
	const pasted = async (values) => {
		const before = { ...world.credentials[own] };
		Object.assign(world.credentials[own], values);
		const result = await world.run(create(), { onError: 'continueRegularOutput' });
		Object.assign(world.credentials[own], before);
		return result.items[0].json;
	};

	test.each([`${key}\u200b`, `\ufeff${key}`, 'test-key-\n0123456789', `\u202a${key}\u202c\0`])(
		'key %#: is taken without what nobody sees',
		async (apiKey) => expect((await pasted({ apiKey })).status).toBe('queued'),
	);

	test('what nobody sees in a key does not show the key', async () => {
		answer = (_req, res) => {
			res.writeHead(400, { 'content-type': 'application/json' });
			res.end(JSON.stringify({ code: 400, message: `no account of ${key}` }));
		};
		const { error } = await pasted({ apiKey: `test-key\u200b-0123456789`, baseUrl: ownGateway() });
		expect(error.message).toBe('no account of ***');
	});

	test.each(['test-kеy-0123456789', 'test‑key‑0123456789'])(
		'%s has a letter of another script: refused before anything is sent',
		async (apiKey) => {
			const { error } = await pasted({ apiKey });
			expect(error).toMatchObject({ code: 'refused' });
			expect(error.message).toMatch(/'API Key' of the credential/);
			expect(simulator.requests).toEqual([]);
		},
	);

	test.each([
		['what nobody sees', (url) => `${url}\u200b`],
		['backslashes', (url) => url.replace('//', '\\\\')],
		['slashes', (url) => `${url}//`],
		['capitals', (url) => url.replace('http', 'HTTP')],
	])('Base URL with %s', async (_name, written) => {
		const json = await pasted({ baseUrl: written(baseUrls[own]) });
		expect(json.status).toBe('queued');
	});
});

describe('what Create gives, the other operations take', () => {
	test.each(['ab/cd+ef==', 'a+b/c=', 'x:y~z@1', "it's(1)", 'x'.repeat(500)])(
		'%s',
		async (taskId) => {
			const paths = [];
			answer = (req, res) => {
				paths.push(req.url);
				const status = req.method === 'POST' ? 'created' : 'processing';
				const data = { id: taskId, status, outputs: [], error: '' };
				res.setHeader('content-type', 'application/json');
				res.end(JSON.stringify({ code: 200, message: 'success', data }));
			};
			world.credentials.hailuoWaveSpeedApi.baseUrl = ownGateway();
			const made = await world.run(create());
			expect(made.items[0].json.taskId).toBe(taskId);
			const { items } = await world.run(fetchTask('getStatus', made.items[0].json.taskId));
			expect(items[0].json).toMatchObject({ taskId, status: 'processing' });
			expect(paths[1]).toBe(`/api/v3/predictions/${encodeURIComponent(taskId)}/result`);
		},
	);

	test('an ID that could not be asked for is no ID: the outcome is unknown, and the error names it', async () => {
		answer = (_req, res) => {
			const data = { id: 'a b', status: 'created', outputs: [], error: '' };
			res.setHeader('content-type', 'application/json');
			res.end(JSON.stringify({ code: 200, message: 'success', data }));
		};
		world.credentials.hailuoWaveSpeedApi.baseUrl = ownGateway();
		const { items } = await world.run(create(), { onError: 'continueRegularOutput' });
		expect(items[0].json.error).toMatchObject({ category: 'unknownOutcome' });
		expect(items[0].json.error.message).toContain("'a b'");
	});

	test.each(['..', 'a/../b', './x', 'a b', 'a?b', 'a#b', 'a%2fb', 'a\\b', 'x'.repeat(513)])(
		'%s is no task ID',
		async (taskId) => {
			const { error } = await world.run(fetchTask('getStatus', taskId));
			expect(error.message).toMatch(/'Task ID' .* cannot be the ID of a task/);
			expect(simulator.requests).toEqual([]);
		},
	);
});

describe('a paid clip is waited for', () => {
	const page = '<!doctype html><html><head><title>Attention Required! | Cloudflare</title></html>';

	test.each(['wavespeed', 'minimax', 'toapis', 'seaart', 'gptge', 'pixazo'])(
		'%s: past a replica that does not know it yet',
		async (provider) => {
			const { items: made } = await world.run(create({ provider }));
			const { taskId, endpoint } = made[0].json;
			simulator.fault({ kind: 'status', times: 2, do: { business: 'notFound' } });
			const { items, error } = await world.run(
				fetchTask('wait', taskId, { provider, endpoint, downloadVideo: false }),
			);
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({ taskId, status: 'succeeded' });
		},
	);

	test.each(['minimax', 'toapis', 'seaart', 'gptge', 'pixazo'])(
		'%s: the same when it is asked once',
		async (provider) => {
			const { items: made } = await world.run(create({ provider }));
			const { taskId, endpoint } = made[0].json;
			simulator.fault({ kind: 'status', times: 2, do: { business: 'notFound' } });
			const { items, error } = await world.run(
				fetchTask('getStatus', taskId, { provider, endpoint }),
			);
			expect(error).toBeUndefined();
			expect(items[0].json.taskId).toBe(taskId);
		},
	);

	test.each(['minimax', 'seaart', 'gptge'])(
		'%s: past a replica that does not know its link yet',
		async (provider) => {
			const { items: made } = await world.run(create({ provider }));
			const { taskId, endpoint } = made[0].json;
			simulator.fault({ kind: 'result', times: 2, do: { business: 'notFound' } });
			const { items, error } = await world.run(fetchTask('wait', taskId, { provider, endpoint }));
			expect(error).toBeUndefined();
			expect(items[0].binary.data.mimeType).toBe('video/mp4');
			simulator.fault({ kind: 'result', times: 50, do: { business: 'notFound' } });
			const never = await world.run(fetchTask('wait', taskId, { provider, endpoint }));
			expect(never.error.message).toMatch(/not found/i);
		},
	);

	test.each(['getStatus', 'download'])('%s: the same', async (operation) => {
		const { items: made } = await world.run(create());
		await sleep(100);
		simulator.fault({ kind: 'status', times: 2, do: { business: 'notFound' } });
		const { items } = await world.run(fetchTask(operation, made[0].json.taskId));
		expect(items[0].json.status).toBe('succeeded');
		simulator.fault({ kind: 'status', times: 9, do: { business: 'notFound' } });
		const { error } = await world.run(fetchTask(operation, made[0].json.taskId));
		expect(error.description).toMatch(/Task ID/);
	});

	test.each([400, 401, 402, 403, 404, 406, 407, 418, 421, 431, 451])(
		'past a firewall that answers %i with a page',
		async (status) => {
			const { items: made } = await world.run(create());
			const { taskId } = made[0].json;
			simulator.fault({ kind: 'status', times: 4, do: { status, body: page } });
			const { items, error } = await world.run(fetchTask('wait', taskId));
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({ taskId, status: 'succeeded' });
		},
	);

	test('but a key that the gateway itself refuses ends it', async () => {
		const { items: made } = await world.run(create());
		simulator.fault({ kind: 'status', times: 1, do: { business: 'auth' } });
		const { error } = await world.run(fetchTask('wait', made[0].json.taskId));
		expect(error.description).toMatch(/API key/);
	});

	test('a page in the place of an answer to an order: refused, and nothing was made', async () => {
		simulator.fault({ kind: 'submit', times: 9, do: { status: 403, body: page } });
		const { items } = await world.run(create(), { onError: 'continueRegularOutput' });
		expect(items[0].json.error).toMatchObject({ category: 'protocol', code: '403' });
		expect(simulator.requests).toHaveLength(1);
	});
});
