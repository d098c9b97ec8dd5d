'use strict';
/*
 * Ten thousand callbacks that are not what they seem. None may start the workflow, none may throw, nobody but the
 * configured gateway may be asked, and nothing may pile up. ATTACK_SEED and ATTACK_COUNT choose another ten thousand.
 */
const crypto = require('node:crypto');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const v8 = require('node:v8');
const vm = require('node:vm');

const { hurry } = require('../engine/support');
const { random } = require('../helpers/random');
const {
	CALLING,
	CHALLENGED,
	SIGNED,
	messageOf,
	requestOf,
	setUp,
	triggerNode,
} = require('./support');

const SEED = Number(process.env.ATTACK_SEED ?? 20_261_120);
const COUNT = Number(process.env.ATTACK_COUNT ?? 10_000);
const AT_ONCE = 50;
const MOST_GROWTH = 10 * 1024 * 1024;

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc');

let world;
let desk;
let simulator;
let connections;
let connect;
/** By provider: the trigger under attack, a clip it has started for, one that is still made, one of another customer. */
const targets = {};

beforeAll(async () => {
	hurry(2000);
	world = await setUp();
	({ desk, simulator } = world);
	for (const provider of CALLING) {
		const node = desk.add(triggerNode(provider));
		const order = async (outcome) => {
			simulator.outcome({ provider, callback: { silent: true }, ...outcome });
			return await world.create(provider, desk.urlOf(node));
		};
		const known = await order();
		const running = await order({ taskMs: 3_600_000 });
		await sleep(30);
		const { raw, headers } = messageOf(simulator, provider, known);
		await desk.post(node, raw, headers);
		const token = desk.add(triggerNode(provider, { options: { callbackToken: 'secret' } }));
		targets[provider] = { node, known, running, token, genuine: { raw, headers } };
	}
	expect(desk.started).toHaveLength(CALLING.length);

	simulator.requests.length = 0;
	connections = new Set();
	({ connect } = net.Socket.prototype);
	net.Socket.prototype.connect = function (...args) {
		const [to] = Array.isArray(args[0]) ? args[0] : args;
		connections.add(typeof to === 'object' ? `${to.host}:${to.port}` : String(to));
		return connect.apply(this, args);
	};
});
afterAll(async () => {
	if (connect) net.Socket.prototype.connect = connect;
	await world.tearDown();
});

const NAMES = ['id', 'timestamp', 'signature'];
const headerNames = (provider) =>
	NAMES.map((name) => `${provider === 'wavespeed' ? 'webhook' : 'x-toapis-webhook'}-${name}`);
const now = () => Math.floor(Date.now() / 1000);

/** @type {unknown[]} */
const ODD_IDS = [
	'..',
	'.',
	'../../v1/balance',
	'%2e%2e%2f',
	'a/b',
	'a?b=c',
	'a#b',
	'a\r\nHost: evil.example',
	'http://169.254.169.254/latest',
	'//evil.example/x',
	'@evil.example',
	'evil.example:80',
	' ',
	'',
	'\u0000',
	'x'.repeat(201),
	'x'.repeat(100_000),
	'null',
	'__proto__',
	'constructor',
	'0',
	'1e400',
	'99999999999999999999999999',
	'{{ $env.SECRET }}',
	"'; drop table execution_entity; --",
	'<script>alert(1)</script>',
	'タスク',
	'🐈',
	'\ud83d',
	0,
	-1,
	1.5,
	1e300,
	true,
	null,
	{},
	[],
	{ toString: 'x' },
	['123'],
];

/** Values where a text or a word is expected. */
const ODD_VALUES = [
	...ODD_IDS,
	'http://evil.example/v.mp4',
	'file:///etc/passwd',
	'javascript:alert(1)',
	['http://evil.example/v.mp4'],
	[{ url: 'http://127.0.0.1:9/v.mp4' }],
	{ type: 'video', data: [{ url: 'http://evil.example/v.mp4' }] },
];

const FIELDS = [
	'task_id',
	'id',
	'status',
	'type',
	'data',
	'result',
	'outputs',
	'file_id',
	'base_resp',
	'video_url',
	'error',
	'created_at',
	'challenge',
	'urls',
	'code',
	'resp_data',
	'progress',
	'__proto__',
	'constructor',
	'toString',
];

const STATUSES = [
	'success',
	'completed',
	'failed',
	'fail',
	'processing',
	'Success',
	'canceled',
	'odd',
	'',
];
const bytesOf = (dice, length) => Buffer.from(Array.from({ length }, () => dice.below(256)));

/** A body out of the gateway's own fields with values of all kinds; never one that is the truth about a clip. */
function oddBody(dice) {
	const body = {};
	for (let left = 1 + dice.below(6); left > 0; left--) {
		const value = dice.oneIn(4)
			? { [dice.pick(FIELDS)]: dice.pick(ODD_VALUES) }
			: dice.pick(ODD_VALUES);
		Object.defineProperty(body, dice.pick(FIELDS), { value, enumerable: true, configurable: true });
	}
	return body;
}

const nested = (depth, open, close) => open.repeat(depth) + close.repeat(depth);

/** Every kind of attack: gives what is posted. */
const KINDS = {
	/** About a clip that does not exist, or that somebody else made. */
	forged(dice, { provider, forge }) {
		const id = dice.oneIn(2)
			? String(1e12 + dice.below(1e12))
			: `${dice.pick(['pred_', 'vid_', 'evt_', ''])}${dice.below(1e9)}`;
		return forge(messageOf(simulator, provider, id, { status: dice.pick(STATUSES) }));
	},
	/** About a clip that is still being made: the end is told too early. */
	early(dice, { provider, running, forge }) {
		return forge(
			messageOf(simulator, provider, running, {
				status: dice.pick(['success', 'completed', 'failed']),
			}),
		);
	},
	/** What was sent before, once more, byte for byte. */
	replayed: (_dice, { genuine }) => genuine,
	/** The same clip in another message: another event id, another time, another outcome, another order. */
	duplicated(dice, { provider, known }) {
		return messageOf(simulator, provider, known, {
			id: `evt_${dice.below(1e9)}`,
			seconds: now() - dice.below(290),
			status: dice.pick(['success', 'completed', 'failed', 'processing']),
		});
	},
	/** The middle of the story after its end. */
	reordered: (_dice, { provider, known }) =>
		messageOf(simulator, provider, known, { status: 'processing' }),
	stale(dice, { provider, known }) {
		const seconds = now() + dice.pick([-1, 1]) * (301 + dice.below(1e8));
		return SIGNED.includes(provider)
			? messageOf(simulator, provider, `vid_${dice.below(1e9)}`, { seconds })
			: messageOf(simulator, provider, known, { status: 'processing' });
	},
	/** Signed by somebody else, or changed on the way. */
	tampered(dice, { provider, known }) {
		const { raw, headers } = messageOf(
			simulator,
			provider,
			SIGNED.includes(provider) ? `vid_${dice.below(1e9)}` : known,
		);
		if (!SIGNED.includes(provider)) return { raw, headers };
		const [id, time, signature] = headerNames(provider);
		const hex = headers[signature].slice(3);
		return dice.pick([
			() => ({ raw: `${raw} `, headers }),
			() => ({ raw, headers: { ...headers, [id]: 'other' } }),
			() => ({ raw, headers: { ...headers, [time]: String(now() - 1 - dice.below(200)) } }),
			() => ({ raw, headers: { ...headers, [signature]: hex } }),
			() => ({ raw, headers: { ...headers, [signature]: `sha256=${hex}` } }),
			() => ({ raw, headers: { ...headers, [signature]: `${headers[signature].slice(0, -1)}` } }),
			() => ({ raw, headers: { ...headers, [signature]: crypto.randomBytes(32).toString('hex') } }),
			() => ({
				raw,
				headers: {
					...headers,
					[signature]: `${provider === 'toapis' ? 'v1=' : 'v3,'}${'0'.repeat(64)}`,
				},
			}),
			() => ({
				raw,
				headers: Object.fromEntries(
					Object.entries(headers)
						.filter(() => dice.oneIn(2))
						.slice(0, 2),
				),
			}),
			() => messageOf(simulator, provider, `vid_${dice.below(1e9)}`, { secret: 'not the secret' }),
		])();
	},
	/** Ids and values that want to be something else. */
	odd(dice, { provider, sign }) {
		const body = oddBody(dice);
		const raw = JSON.stringify(body) ?? '{}';
		return sign(
			provider,
			dice.oneIn(3) ? raw.replace('{', '{"__proto__":{"status":"success"},') : raw,
		);
	},
	path(dice, { provider, forge }) {
		const message = messageOf(simulator, provider, dice.pick(ODD_IDS));
		return forge(message);
	},
	malformed(dice, { provider, sign, genuine }) {
		const text = String(genuine.raw);
		const raw = dice.pick([
			() => text.slice(0, dice.below(text.length)),
			() => bytesOf(dice, dice.below(400)),
			() => `\ufeff${text}`,
			() => text.replace(/"/g, "'"),
			() => `${text}${text}`,
			() =>
				dice.pick([
					'',
					'null',
					'[]',
					'7',
					'""',
					'true',
					'{}',
					'[{}]',
					'NaN',
					'{"a":}',
					'\u0000',
					'task_id=1&status=success',
				]),
			() => nested(1 + dice.below(20_000), '[', ']'),
			() => nested(1 + dice.below(5_000), '{"data":', '}'),
			() =>
				Buffer.concat([
					Buffer.from(text.slice(0, 20)),
					bytesOf(dice, 30),
					Buffer.from(text.slice(20)),
				]),
			() => text.replace(/\d/, '1'.repeat(5000)),
		])();
		return sign(provider, raw);
	},
	oversized(dice, { provider, sign }) {
		const size = 1_000_001 + dice.below(1_000);
		const raw = dice.oneIn(2)
			? Buffer.alloc(size, 'x')
			: `{"task_id":"${'1'.repeat(size)}","status":"success"}`;
		return sign(provider, raw, dice.oneIn(20));
	},
	challenge(dice) {
		const challenge = dice.pick([
			'x',
			'x'.repeat(600),
			7,
			{},
			[],
			null,
			true,
			'<script>',
			'\u0000',
			...ODD_IDS,
		]);
		return {
			raw: JSON.stringify({
				challenge,
				...(dice.oneIn(3) && { task_id: dice.pick(['', null, {}]) }),
			}),
			headers: {},
		};
	},
	/** Headers of all kinds. */
	headers(dice, { provider, genuine }) {
		const value = () =>
			dice.pick([
				'',
				'x'.repeat(20_000),
				['a', 'b'],
				'\u0000',
				'🐈',
				'v1=',
				'v3,',
				'v1=,'.repeat(3000),
				undefined,
				'9'.repeat(50),
			]);
		const names = SIGNED.includes(provider)
			? headerNames(provider)
			: ['content-type', 'x-signature', 'authorization'];
		return { raw: genuine.raw, headers: { ...genuine.headers, [dice.pick(names)]: value() } };
	},
	/** The token is missing or wrong; the message is as good as it can be. */
	token(dice, { provider, token }) {
		const query = dice.pick([
			{},
			{ token: '' },
			{ token: 'Secret' },
			{ token: 'secret ' },
			{ token: 'secret0' },
			{ token: ['secret', 'x'] },
			{ token: { $ne: '' } },
			{ token: 'x'.repeat(100_000) },
			{ Token: 'secret' },
		]);
		return { ...messageOf(simulator, provider, String(dice.below(1e12))), node: token, query };
	},
};

/** Attackers do not have the secret; some attacks are made as if they had it, to reach the code behind the check. */
function scene(dice, provider) {
	const isSigned = SIGNED.includes(provider);
	const withWrongKey = ({ raw, headers }) => {
		if (!isSigned) return { raw, headers };
		const wrong = messageOf(simulator, provider, 'x', { secret: 'guessed', body: String(raw) });
		return { raw, headers: wrong.headers };
	};
	return {
		provider,
		...targets[provider],
		/** A message that says something untrue: without the secret, always. */
		forge: withWrongKey,
		/** Nonsense that cannot be an event, signed rightly in one of three. */
		sign(_provider, raw, genuine = dice.oneIn(3)) {
			if (!isSigned) return { raw, headers: {} };
			const secret = genuine ? undefined : 'guessed';
			const id = 'evt_odd';
			return {
				raw,
				headers: messageOf(simulator, provider, 'x', { secret, id, body: raw.toString() }).headers,
			};
		},
	};
}

function attack(dice, kind) {
	const provider = dice.pick(kind === 'challenge' ? CHALLENGED : CALLING);
	const at = scene(dice, provider);
	const { raw, headers, query = {}, node = at.node } = KINDS[kind](dice, at);
	return { kind, provider, node, raw, headers, query };
}

test(`${COUNT} hostile callbacks (seed ${SEED})`, async () => {
	const dice = random(SEED);
	const names = Object.keys(KINDS);
	const statuses = {};
	const startedBefore = desk.started.length;
	const problems = [];
	const heap = [];
	const baseline = () => {
		simulator.requests.length = 0;
		collectGarbage();
		heap.push(process.memoryUsage().heapUsed);
	};
	const paths = new Set();

	for (let sent = 0; sent < COUNT; sent += AT_ONCE) {
		const wave = Array.from({ length: Math.min(AT_ONCE, COUNT - sent) }, (_, index) =>
			attack(dice, names[(sent + index) % names.length]),
		);
		await Promise.all(
			wave.map(async ({ kind, provider, node, raw, headers, query }) => {
				try {
					const { status, items } = await desk.post(node, raw, headers, query);
					const name = `${kind} ${status}`;
					statuses[name] = (statuses[name] ?? 0) + 1;
					if (items)
						problems.push({
							kind,
							provider,
							started: items[0].json,
							raw: String(raw).slice(0, 300),
						});
					if (![200, 400, 401, 413, 503].includes(status))
						problems.push({ kind, provider, status });
				} catch (error) {
					problems.push({ kind, provider, threw: error.stack, raw: String(raw).slice(0, 300) });
				}
			}),
		);
		for (const { provider, kind, path, method } of simulator.requests)
			paths.add(`${provider} ${method} ${kind} ${kind === 'unknown' ? path : ''}`);
		if (sent % 2000 === 0) baseline();
	}
	baseline();

	expect(problems.slice(0, 5)).toEqual([]);
	expect(desk.started).toHaveLength(startedBefore);
	// every gateway was asked about the status of a task, and about nothing else
	expect(
		[...paths].filter(
			(one) => !/^(gptge|minimax|wavespeed|toapis) GET status |^pixazo POST status /.test(one),
		),
	).toEqual([]);
	expect([...connections]).toEqual([`127.0.0.1:${new URL(simulator.url).port}`]);
	expect(simulator.paid()).toBe(CALLING.length * 2);
	// the first look at the heap comes after a warm-up
	expect(Math.max(...heap.slice(1)) - heap[0]).toBeLessThan(MOST_GROWTH);
	for (const saved of desk.database.values()) expect(saved.length).toBeLessThan(2000);
	for (const kind of names)
		expect(Object.keys(statuses).some((name) => name.startsWith(`${kind} `))).toBe(true);
	if (process.env.ATTACK_REPORT)
		process.stderr.write(`${JSON.stringify({ statuses, heap, paths: [...paths] }, null, 1)}\n`);
}, 120_000);

test('a flood at one moment is answered, worked off in part, and leaves nothing behind', async () => {
	const { node } = targets.minimax;
	const before = desk.started.length;
	const answers = await Promise.all(
		Array.from({ length: 2000 }, async (_, index) => {
			const { raw } = messageOf(simulator, 'minimax', String(1e12 + index));
			return await desk.post(node, raw);
		}),
	);
	const count = (status) => answers.filter((one) => one.status === status).length;
	expect([count(200) + count(503), desk.started.length]).toEqual([2000, before]);
	expect(count(200)).toBeLessThanOrEqual(200);
	// the way is free again
	simulator.outcome({ callback: { silent: true } });
	const taskId = await world.create('minimax', desk.urlOf(node));
	await sleep(30);
	const { raw } = messageOf(simulator, 'minimax', taskId);
	expect((await desk.post(node, raw)).items).toHaveLength(1);
});

test('requests are read as n8n hands them over, even without a body', async () => {
	for (const provider of CALLING) {
		const { node } = targets[provider];
		for (const rawBody of [undefined, Buffer.alloc(0)]) {
			const { answered, ended } = desk.receive(node, { ...requestOf('{}'), rawBody });
			expect((await answered).status).toBeGreaterThanOrEqual(400);
			expect(await ended).toBeUndefined();
		}
	}
});
