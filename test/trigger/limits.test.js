'use strict';
/* Nobody can shout a trigger down: strangers use up the limits of the trigger that they call, and no other's. */
const { systemClock } = require('../../nodes/shared/async/clock');
const { CALLING, SIGNED, messageOf, requestOf, setUp, triggerNode } = require('./support');

const HOSTILE = 10_000;
const TRUE_ONES = 100;
/** Hostile callbacks at one moment, with one true one among them. */
const AT_ONCE = HOSTILE / TRUE_ONES;

let world;
let desk;
let simulator;
/** The node's waits: held until a test lets them end. */
let sleepers = [];
const { sleep, now } = systemClock;
let passed = 0;

beforeAll(async () => {
	world = await setUp();
	({ desk, simulator } = world);
});
afterAll(() => world.tearDown());
beforeEach(() => {
	passed = 0;
	systemClock.now = () => now() + passed;
	systemClock.sleep = (ms) => new Promise((wake) => sleepers.push({ ms, wake }));
});
afterEach(async () => {
	await pass();
	Object.assign(systemClock, { sleep, now });
	simulator.reset();
	desk.reset();
	desk.restart();
});

/** Lets the node's time pass at once, until nothing is worked on any more. */
async function pass() {
	while (desk.open.size > 0) {
		const woken = sleepers.splice(0);
		passed += Math.max(0, ...woken.map(({ ms }) => ms));
		for (const { wake } of woken) wake();
		await turn();
	}
}

const turn = () => new Promise((go) => setImmediate(go));

const trigger = (provider, parameters) => desk.add(triggerNode(provider, parameters));

/** A finished clip that nobody was told of. */
async function clip(provider) {
	simulator.outcome({ provider, callback: { silent: true }, taskMs: 0 });
	return await world.create(provider, desk.urlOf(trigger(provider)));
}

const forged = (provider, number) =>
	messageOf(simulator, provider, String(10 ** 12 + number), { secret: 'guessed' });

test('forged messages to one trigger while its gateway wants no more requests: others start at once', async () => {
	simulator.fault({ provider: 'minimax', kind: 'status', times: 1e6, do: { status: 429 } });
	const attacked = trigger('minimax');
	const before = Array.from({ length: 300 }, (_, n) =>
		desk.post(attacked, forged('minimax', n).raw),
	);
	const answered = [];
	for (const one of before) void one.then(({ status }) => answered.push(status));
	while (answered.length < 100) await turn();
	// those that are sent back are at their end, the others wait for the gateway
	expect(answered).toEqual(Array(100).fill(503));

	for (const provider of CALLING.filter((one) => one !== 'minimax')) {
		const { raw, headers } = messageOf(simulator, provider, await clip(provider));
		expect((await desk.post(trigger(provider), raw, headers)).items).toHaveLength(1);
	}
	expect(answered).toHaveLength(100);
	// a minute later nobody is asked about any of them any more
	await pass();
	expect(passed).toBeLessThan(120_000);
	expect(await Promise.all(before)).toHaveLength(300);
	const asked = simulator.requests.length;
	desk.receive(attacked, requestOf(forged('minimax', 1000).raw));
	await pass();
	expect(simulator.requests.length).toBeGreaterThan(asked);
});

test.each(SIGNED)(
	'%s: a signed message stands behind no unsigned ones of its own trigger',
	async (provider) => {
		const node = trigger(provider);
		simulator.fault({ provider, kind: 'status', times: 250, do: { status: 429 } });
		const waiting = Array.from({ length: 250 }, (_, n) => {
			const { raw, headers } = messageOf(simulator, provider, `vid_${n}`, { id: `evt_${n}` });
			return desk.post(node, raw, headers);
		});
		const { raw, headers } = messageOf(simulator, provider, await clip(provider));
		const [{ status }, forgedAnswer] = await Promise.all([
			desk.receive(node, requestOf(raw, headers)).answered,
			desk.post(node, forged(provider, 1).raw, forged(provider, 1).headers),
		]);
		expect([status, forgedAnswer.status]).toEqual([200, 401]);
		await pass();
		// what the gateway has signed starts the workflow even where it cannot be asked
		expect((await Promise.all(waiting)).filter(({ items }) => items)).toHaveLength(250);
		expect(desk.started).toHaveLength(251);
	},
);

test('a confirmed clip whose file takes its time is in nobody’s way', async () => {
	const node = trigger('minimax', { downloadVideo: true });
	simulator.fault({ kind: 'video', times: 1e6, do: { slowMs: 300 } });
	for (let n = 0; n < 12; n++)
		desk.receive(node, requestOf(messageOf(simulator, 'minimax', await clip('minimax')).raw));
	while (simulator.requests.filter(({ kind }) => kind === 'result').length < 12) await turn();
	const flood = Array.from({ length: 200 }, (_, n) =>
		desk.receive(node, requestOf(forged('minimax', n).raw)),
	);
	const statuses = (await Promise.all(flood.map(({ answered }) => answered))).map(
		({ status }) => status,
	);
	expect(statuses).toEqual(Array(200).fill(200));
	while (desk.started.length < 12) await turn();
	expect(desk.started.every(({ items }) => items[0].binary.data)).toBe(true);
});

test(`${HOSTILE} hostile callbacks at one trigger, ${TRUE_ONES} true ones at five others: all of those start`, async () => {
	const attacked = trigger('minimax');
	const others = CALLING.map((provider) => trigger(provider));
	const clips = new Map();
	for (let n = 0; n < TRUE_ONES; n++) {
		const node = others[n % others.length];
		simulator.outcome({ callback: { silent: true }, taskMs: 0 });
		const taskId = await world.create(node.parameters.provider, desk.urlOf(node));
		clips.set(taskId, {});
	}
	const { push } = desk.started;
	desk.started.push = (one) => {
		clips.get(one.items[0].json.taskId).at = performance.now();
		return push.call(desk.started, one);
	};

	const calls = [];
	const statuses = [];
	const ids = [...clips.keys()];
	for (let sent = 0; sent < HOSTILE; sent += AT_ONCE) {
		const taskId = ids.shift();
		clips.get(taskId).sentAt = performance.now();
		calls.push(simulator.callBack(taskId));
		const wave = Array.from({ length: AT_ONCE }, (_, index) => {
			const { raw } = forged('minimax', sent + index);
			return desk.receive(attacked, requestOf(raw)).answered;
		});
		statuses.push(...(await Promise.all(wave)).map(({ status }) => status));
		await turn();
	}
	expect((await Promise.all(calls)).flat().map(({ status }) => status)).toEqual(
		Array(TRUE_ONES).fill(200),
	);
	while (desk.started.length < TRUE_ONES) await turn();
	expect(desk.started.map(({ items }) => items[0].json.taskId).sort()).toEqual(
		[...clips.keys()].sort(),
	);
	// most of the others were sent back, and the rest still waits: the node's time has not passed
	expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0.9 * HOSTILE);
	expect([desk.open.size > 150, passed]).toEqual([true, 0]);
	if (process.env.ATTACK_REPORT) {
		const waits = [...clips.values()].map(({ at, sentAt }) => Math.round(at - sentAt));
		waits.sort((a, b) => a - b);
		const said = { median: waits[TRUE_ONES / 2], worst: waits.at(-1) };
		process.stderr.write(`${JSON.stringify(said)}\n`);
	}
	await pass();
	expect(desk.started).toHaveLength(TRUE_ONES);
}, 120_000);
