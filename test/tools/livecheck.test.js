'use strict';
/* The live check, against the simulated gateways: what it asks, what it says, and what it never does. */
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const path = require('node:path');

const { providers } = require('../../nodes/shared/providers');
const { checkFacts } = require('../../tools/lib/livecheck/check.mjs');
const { FACTS } = require('../../tools/lib/livecheck/facts/index.mjs');
const { report } = require('../../tools/lib/livecheck/report.mjs');
const { buyOne, priceOf } = require('../../tools/lib/livecheck/spend.mjs');
const { listen } = require('../helpers/listen');
const { startSimulator } = require('../simulator');

const root = path.join(__dirname, '../..');
const KEY = 'sk-live-4f1c2d3e5a6b7c8d9e0f';
const ids = Object.keys(FACTS);

let sim;
beforeAll(async () => {
	sim = await startSimulator({ taskMs: 20 });
});
afterAll(async () => await sim.close());
beforeEach(() => sim.reset());

const options = (id) => ({ key: KEY, baseUrl: sim.baseUrl(id) });
const check = async (id, given = {}) => await checkFacts(FACTS[id], { ...options(id), ...given });
const written = (id, results, baseUrl = FACTS[id].baseUrl) =>
	report({ gateway: FACTS[id], baseUrl, version: '0.0.0', date: '2026-11-25', results });

/**
 * Runs the command as a user does.
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, answer?: string }} [given] `answer` is typed when it asks
 */
async function command(args, { env = {}, answer } = {}) {
	const child = spawn(process.execPath, [path.join(root, 'tools/livecheck.mjs'), ...args], {
		env: { PATH: process.env.PATH, HAILUO_API_KEY: KEY, ...env },
	});
	let out = '';
	let err = '';
	child.stdout.on('data', (text) => (out += text));
	child.stderr.on('data', (text) => (err += text));
	child.stdin.end(answer === undefined ? '' : `${answer}\n`);
	const code = await new Promise((done) => child.once('close', done));
	return { code, out, err };
}

describe.each(ids)('%s', (id) => {
	test('every fact holds at the simulated gateway, and nothing is paid', async () => {
		const results = await check(id);
		expect(results.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
		expect(results).toHaveLength(FACTS[id].checks.length);
		expect(sim.paid(id)).toBe(0);
	});

	test('no order ever leaves with the right key', async () => {
		await check(id);
		const orders = sim.requests.filter(({ kind }) => kind === 'submit');
		expect(orders.length).toBeGreaterThan(0);
		const { checks } = FACTS[id];
		for (const { key, call } of checks) {
			const free = call.method === 'GET' || key === 'wrong' || call.file !== undefined;
			// the rest asks for a price, a status by POST, or to cancel what does not exist
			expect([call.path, free || /price|getStatus|\/cancel$/.test(call.path)]).toEqual([
				call.path,
				true,
			]);
		}
	});

	test('every inferred or doubtful fact of its page is checked, or listed as not checkable without paying', () => {
		const page = readFileSync(path.join(root, 'docs/gateways', `${id}.md`), 'utf8');
		const [, part] = page.split('## Inferred or doubtful');
		const doubts = [...part.matchAll(/^- (.+)$/gm)].map(([, text]) => text);
		const covered = [
			...FACTS[id].checks.flatMap(({ covers = [] }) => covers),
			...FACTS[id].unpaid.map(([text]) => text),
		];
		expect(doubts.length).toBeGreaterThan(0);
		expect(doubts.filter((doubt) => !covered.some((text) => doubt.startsWith(text)))).toEqual([]);
	});

	test('a fact names its section of providers.md', () => {
		const facts = readFileSync(path.join(root, 'docs/providers.md'), 'utf8');
		for (const { fact, source, sure } of FACTS[id].checks) {
			expect(['documented', 'inferred', 'secondary']).toContain(sure);
			expect([
				fact,
				new RegExp(`^#{2,3} ${source.replace('.', '\\.')}\\.? `, 'm').test(facts),
			]).toEqual([fact, true]);
		}
	});
});

test('a changed fact shows in the report', async () => {
	sim.fault({ provider: 'wavespeed', kind: 'price', times: 1, do: { shape: true } });
	const results = await check('wavespeed');
	const [changed, ...more] = results.filter(({ verdict }) => verdict === 'differs');
	expect(more).toEqual([]);
	expect(changed.fact).toContain('minimax/hailuo-02/fast');
	const text = written('wavespeed', results);
	expect(text).toContain('1 differ');
	expect(text).toMatch(/✗ \*\*differs\*\* \| `minimax\/hailuo-02\/fast`/);
});

test('a gateway in trouble leaves a fact open; it is not called different', async () => {
	sim.fault({ provider: 'toapis', kind: 'status', times: 1, do: { status: 503 } });
	sim.fault({ provider: 'toapis', kind: 'upload', times: 1, do: { reset: true } });
	const open = (await check('toapis')).filter(({ verdict }) => verdict !== 'holds');
	expect(open.map(({ verdict }) => verdict)).toEqual(['open', 'open']);
	expect(open.map(({ note }) => note)).toEqual([
		'the gateway is busy (HTTP 503)',
		expect.stringMatching(/^no answer \(.+\)$/),
	]);
});

describe('secrets', () => {
	let server;
	let echo;
	beforeAll(async () => {
		// the worst gateway: it repeats the key in every place, with another key and the owner's address
		server = createServer((request, response) => {
			const said = request.headers.authorization ?? request.headers['ocp-apim-subscription-key'];
			response.setHeader('content-type', 'application/json');
			response.end(
				JSON.stringify({
					code: 200,
					message: `key ${said} of owner@example.org, link https://cdn.example/a.mp4?token=abc123secret`,
					error: { message: said, code: 'sk-another-0123456789abcdef' },
					data: { balance: 98765.43, secret: 'whsec_0123456789abcdef', download_url: said },
					[String(said)]: true,
				}),
			);
		});
		echo = `http://127.0.0.1:${await listen(server)}`;
	});
	afterAll(async () => await new Promise((done) => server.close(done)));

	test.each(ids)('%s: no key, secret, amount or address gets into the report', async (id) => {
		const text = written(id, await check(id, { baseUrl: echo }));
		for (const secret of [
			KEY,
			'sk-another',
			'whsec_',
			'98765',
			'owner@example.org',
			'abc123secret',
		])
			expect(text).not.toContain(secret);
	});

	test('the balance of an account is a type, not an amount', async () => {
		sim.money({ provider: 'wavespeed', balance: 31337.25 });
		const text = written('wavespeed', await check('wavespeed'));
		expect(text).toContain('"balance":"‹number›"');
		expect(text).not.toContain('31337');
	});
});

describe('the command', () => {
	test('says that it goes to the internet, prints a report, and ends with 0', async () => {
		const { code, out, err } = await command([
			'--provider',
			'toapis',
			'--base-url',
			sim.baseUrl('toapis'),
		]);
		expect(err).toContain(`this goes to ${new URL(sim.url).host}, with your key. Free calls only.`);
		expect(out).toMatch(/^# Live check: ToAPIs/);
		expect(out + err).not.toContain(KEY);
		expect(code).toBe(0);
	});

	test('never runs in CI', async () => {
		const { code, err } = await command(
			['--provider', 'toapis', '--base-url', sim.baseUrl('toapis')],
			{
				env: { CI: 'true' },
			},
		);
		expect(err).toContain('never runs in CI');
		expect(code).toBe(2);
		expect(sim.requests).toEqual([]);
	});

	test.each([
		[['--provider', 'toapis'], { HAILUO_API_KEY: '' }, 'HAILUO_API_KEY'],
		[[], {}, '--provider is missing'],
		[['--provider', 'hailuo'], {}, '--provider is one of'],
		[['--provider', 'wavespeed', '--base-url', 'http://api.example.com'], {}, '--base-url'],
		[['--provider', 'wavespeed', '--spend=-1'], {}, '--spend is a number'],
		[['--provider', 'seaart', '--spend', '1'], {}, 'publishes no prices'],
	])('refuses %j with %j', async (args, env, words) => {
		const { code, err } = await command(args, { env });
		expect(err).toContain(words);
		expect(code).toBe(2);
	});

	test.each([
		['no answer', undefined],
		['no', 'no'],
	])('buys nothing when %s is typed', async (_what, answer) => {
		const { err } = await command(
			['--provider', 'minimax', '--base-url', sim.baseUrl('minimax'), '--spend', '0.15'],
			{ answer },
		);
		expect(err).toContain('$0.1 (2026-08-18, providers.md 12)');
		expect(err).toContain('Nothing is bought.');
		expect(sim.paid('minimax')).toBe(0);
	});

	test('buys nothing when the clip costs more than allowed', async () => {
		const { err } = await command(
			['--provider', 'minimax', '--base-url', sim.baseUrl('minimax'), '--spend', '0.05'],
			{ answer: 'yes' },
		);
		expect(err).toContain('That is more than --spend 0.05: nothing is bought.');
		expect(sim.paid('minimax')).toBe(0);
	});
});

describe('one paid clip', () => {
	test('WaveSpeed is asked for the price; what it says counts', async () => {
		sim.money({ provider: 'wavespeed', price: 0.4, discounted: 0.07 });
		expect(await priceOf(FACTS.wavespeed, options('wavespeed'))).toEqual({
			amount: 0.07,
			words: '$0.07 (asked just now)',
		});
		sim.fault({ provider: 'wavespeed', kind: 'price', do: { status: 500 } });
		expect((await priceOf(FACTS.wavespeed, options('wavespeed'))).amount).toBe(0.1);
	});

	test.each(ids.filter((id) => FACTS[id].cheapest))(
		'%s: one clip, from the order to its file',
		async (id) => {
			const results = await buyOne(FACTS[id], providers[id], { ...options(id), pollMs: 5 });
			expect(
				results.map(({ verdict, note }) => [verdict, verdict === 'holds' ? '' : note]),
			).toEqual([
				['holds', ''],
				['holds', ''],
				['holds', ''],
				['holds', ''],
			]);
			expect(sim.paid(id)).toBe(1);
			expect(written(id, results)).not.toContain(KEY);
		},
	);

	test('a clip that fails is told with its reason', async () => {
		sim.outcome({ provider: 'minimax', status: 'failed', category: 'content' });
		const results = await buyOne(FACTS.minimax, providers.minimax, {
			...options('minimax'),
			pollMs: 5,
		});
		expect(results.map(({ verdict }) => verdict)).toEqual(['holds', 'differs']);
		expect(results[1].note).toContain('new_sensitive');
	});
});
