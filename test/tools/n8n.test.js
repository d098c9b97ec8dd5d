'use strict';

const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { gzipSync } = require('node:zlib');

const { durationsOf, providerIds, table } = require('../../nodes/shared/catalog/gateways');
const { providers } = require('../../nodes/shared/providers');
const { readOutcome } = require('../../tools/lib/demo-result.mjs');
const { GATEWAYS, PICTURE_NODE, START_NODE } = require('../../tools/lib/gateways.mjs');
const { missingBuildTools } = require('../../tools/lib/install.mjs');
const { n8nEnv } = require('../../tools/lib/n8n-process.mjs');
const { linesAround, tailOf } = require('../../tools/lib/processes.mjs');
const { keptLogin, newPassword } = require('../../tools/lib/profile.mjs');
const { unpackTarball } = require('../../tools/lib/tar.mjs');
const {
	fitExample,
	fitWorkflow,
	moveAddresses,
	moveUrl,
	readDemoWorkflow,
	readExamples,
} = require('../../tools/lib/workflow.mjs');

let folder;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'hailuo-tools-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the demo workflow', () => {
	const workflow = readDemoWorkflow();

	it('knows the gateways, names and credentials of the package', () => {
		expect(GATEWAYS.map(({ id, name, credentialType }) => [id, name, credentialType])).toEqual(
			providerIds.map((id) => [id, table[id].name, providers[id].credential]),
		);
	});

	it('asks each gateway for a video that it sells', () => {
		for (const { type, parameters } of workflow.nodes) {
			if (type !== 'n8n-nodes-hailuo.hailuoVideo') continue;
			const { provider, mode, model, resolution, duration } = parameters;
			expect(durationsOf(provider, mode, model, resolution)).toContain(duration);
		}
	});

	it('has one node per gateway, each with the credential of its gateway', () => {
		const video = workflow.nodes.filter(({ type }) => type === 'n8n-nodes-hailuo.hailuoVideo');
		expect(video.map(({ name }) => name)).toEqual(GATEWAYS.map(({ node }) => node));
		GATEWAYS.forEach((gateway, i) => {
			expect(video[i].parameters.provider).toBe(gateway.id);
			expect(Object.keys(video[i].credentials)).toEqual([gateway.credentialType]);
			expect(video[i].credentials[gateway.credentialType].name).toBe(gateway.credentialName);
		});
	});

	it('leads from the start over the picture to all six', () => {
		expect(workflow.connections[START_NODE].main[0].map(({ node }) => node)).toEqual([
			PICTURE_NODE,
		]);
		expect(workflow.connections[PICTURE_NODE].main[0].map(({ node }) => node)).toEqual(
			GATEWAYS.map(({ node }) => node),
		);
	});

	it('has ids and names that occur once', () => {
		for (const key of ['id', 'name']) {
			const values = workflow.nodes.map((node) => node[key]);
			expect(new Set(values).size).toBe(values.length);
		}
	});

	it('is fitted to one n8n without being changed itself', () => {
		const before = JSON.stringify(workflow);
		const credentialIds = Object.fromEntries(GATEWAYS.map(({ id }) => [id, `id-${id}`]));
		const fitted = fitWorkflow(workflow, { simulatorUrl: 'http://127.0.0.1:9999', credentialIds });
		const picture = fitted.nodes.find(({ name }) => name === PICTURE_NODE);
		expect(picture.parameters.url).toBe('http://127.0.0.1:9999/images/first.png');
		for (const gateway of GATEWAYS) {
			const node = fitted.nodes.find(({ name }) => name === gateway.node);
			expect(node.credentials[gateway.credentialType].id).toBe(`id-${gateway.id}`);
		}
		expect(JSON.stringify(workflow)).toBe(before);
	});

	it('waits as long as real videos need, unless told otherwise', () => {
		const options = { simulatorUrl: 'http://127.0.0.1:9999', credentialIds: {} };
		const waits = (fitted) =>
			fitted.nodes.filter(({ credentials }) => credentials).map((n) => n.parameters.waitOptions);
		expect(waits(fitWorkflow(workflow, options))).toEqual(GATEWAYS.map(() => undefined));
		expect(waits(fitWorkflow(workflow, { ...options, pollSeconds: 1 }))).toEqual(
			GATEWAYS.map(() => ({ pollInterval: 1 })),
		);
	});

	it('moves only addresses of the earlier simulator', () => {
		const [from, to] = ['http://127.0.0.1:8787', 'http://127.0.0.1:8788'];
		expect(moveUrl(`${from}/seaart`, from, to)).toBe(`${to}/seaart`);
		expect(moveUrl(from, from, to)).toBe(to);
		expect(moveUrl('https://cloud.seaart.ai/model', from, to)).toBe(
			'https://cloud.seaart.ai/model',
		);
		expect(moveUrl('http://127.0.0.1:87870/x', from, to)).toBe('http://127.0.0.1:87870/x');
		expect(moveUrl(undefined, from, to)).toBeUndefined();
		expect(moveUrl(from, undefined, to)).toBe(from);
	});
});

describe('the other workflows', () => {
	const examples = readExamples();
	const [from, simulatorUrl] = ['http://127.0.0.1:8787', 'http://127.0.0.1:9999'];
	const credentialIds = Object.fromEntries(GATEWAYS.map(({ id }) => [id, `id-${id}`]));

	it.each(examples.map(({ file, workflow }) => [file, workflow]))(
		'%s is fitted to one n8n without being changed itself',
		(_file, workflow) => {
			const before = JSON.stringify(workflow);
			const fitted = fitExample(workflow, { from, simulatorUrl, credentialIds });
			expect(JSON.stringify(fitted)).not.toContain(from);
			const mine = fitted.nodes.filter(({ type }) => type.startsWith('n8n-nodes-hailuo.'));
			expect(mine.length).toBeGreaterThan(0);
			for (const { parameters, credentials } of mine)
				expect(Object.values(credentials).map(({ id }) => id)).toEqual([
					`id-${parameters.provider}`,
				]);
			// a chat model's credential is the user's to choose
			for (const { type, credentials } of fitted.nodes)
				if (!type.startsWith('n8n-nodes-hailuo.')) expect(credentials).toBeUndefined();
			expect(JSON.stringify(workflow)).toBe(before);
		},
	);

	it('addresses within a text are moved, others and longer ports are not', () => {
		const moved = moveAddresses(
			{ rows: `{"a":"${from}/x.png","b":"https://example.com/x.png"}`, other: `${from}0/x` },
			from,
			simulatorUrl,
		);
		expect(moved).toEqual({
			rows: `{"a":"${simulatorUrl}/x.png","b":"https://example.com/x.png"}`,
			other: `${from}0/x`,
		});
		expect(moveAddresses({ url: from }, undefined, simulatorUrl)).toEqual({ url: from });
	});
});

describe('n8nEnv', () => {
	const options = { userFolder: '/u', port: 5678, brokerPort: 6678, encryptionKey: 'k' };

	it("takes out what the user has set for another n8n, and npm's leftovers", () => {
		const from = {
			PATH: '/bin',
			HTTPS_PROXY: 'http://proxy',
			DB_TYPE: 'postgresdb',
			N8N_BASIC_AUTH_ACTIVE: 'true',
			EXECUTIONS_MODE: 'queue',
			npm_lifecycle_event: 'start',
		};
		const env = n8nEnv({ ...options, from });
		expect(env).toMatchObject({ PATH: '/bin', HTTPS_PROXY: 'http://proxy', DB_TYPE: 'sqlite' });
		expect(env).not.toHaveProperty('N8N_BASIC_AUTH_ACTIVE');
		expect(env).not.toHaveProperty('EXECUTIONS_MODE');
		expect(env).not.toHaveProperty('npm_lifecycle_event');
	});

	it('listens on this machine only and asks no proxy for it', () => {
		const env = n8nEnv({ ...options, from: { NO_PROXY: 'example.org' } });
		expect(env.N8N_LISTEN_ADDRESS).toBe('127.0.0.1');
		expect(env.N8N_RUNNERS_BROKER_LISTEN_ADDRESS).toBe('127.0.0.1');
		expect(env.NO_PROXY).toBe('example.org,127.0.0.1,localhost');
	});
});

describe("a package in the tools' folder", () => {
	const root = join(__dirname, '..', '..');
	const hide = pathToFileURL(join(root, 'tools', 'lib', 'hide-repository.mjs')).href;
	const resolves = (...flags) => {
		const file = JSON.stringify(join(root, '.n8n-dev', 'user', 'package', 'index.js'));
		const code = `require('node:module').createRequire(${file}).resolve('typescript')`;
		return spawnSync(process.execPath, [...flags, '-e', code]).status === 0;
	};

	it("does not see the repository's own modules", () => {
		expect(resolves()).toBe(true);
		expect(resolves('--import', hide)).toBe(false);
	});
});

describe('the login', () => {
	it('has a password that n8n accepts', () => {
		for (let i = 0; i < 200; i++) {
			expect(newPassword()).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[A-Za-z2-9]{20}$/);
		}
	});

	it('is made once and readable by its owner only', () => {
		const made = keptLogin(folder);
		expect(keptLogin(folder)).toEqual(made);
		if (process.platform !== 'win32') {
			expect(statSync(join(folder, 'login.json')).mode & 0o777).toBe(0o600);
		}
	});

	it('is made again when the file is broken', () => {
		writeFileSync(join(folder, 'login.json'), '{');
		expect(keptLogin(folder).password).toHaveLength(20);
	});
});

describe('unpackTarball', () => {
	function tarball(files) {
		const blocks = files.map(([name, text, type = '0']) => {
			const header = Buffer.alloc(512);
			header.write(name, 0);
			header.write(text.length.toString(8).padStart(11, '0'), 124);
			header.write(type, 156);
			const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
			body.write(text);
			return Buffer.concat([header, body]);
		});
		return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
	}

	it('writes the files without the leading folder and removes older ones', () => {
		writeFileSync(join(folder, 'old.js'), '');
		const long = `package/dist/${'x'.repeat(120)}.js`;
		const record = `path=${long}\n`;
		const size = record.length + 4;
		const count = unpackTarball(
			tarball([
				['package/package.json', '{}'],
				['PaxHeader', `${size} ${record}`, 'x'],
				['package/cut.js', 'y'.repeat(600)],
			]),
			folder,
		);
		expect(count).toBe(2);
		expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{}');
		expect(readFileSync(join(folder, 'dist', `${'x'.repeat(120)}.js`), 'utf8')).toHaveLength(600);
		expect(statSync(join(folder, 'old.js'), { throwIfNoEntry: false })).toBeUndefined();
	});

	it('refuses a name that leads outside', () => {
		expect(() => unpackTarball(tarball([['package/../../evil.js', 'x']]), folder)).toThrow(
			'outside',
		);
	});
});

describe('readOutcome', () => {
	const gateway = GATEWAYS[0];
	const clip = readFileSync(join(__dirname, '..', 'simulator', 'clip.mp4'));
	const json = { model: 'M', resolution: '768P', duration: 6, status: 'succeeded', taskId: 't' };
	const execution = (item, more = {}) => ({
		status: 'success',
		nodes: { [gateway.node]: [{ executionTime: 2345, data: { main: [[item]] }, ...more }] },
	});

	it('fetches and checks the video', async () => {
		const readBinary = jest.fn(async () => clip);
		const outcome = await readOutcome(
			gateway,
			execution({ json, binary: { data: { id: 'b1' } } }),
			readBinary,
		);
		expect(readBinary).toHaveBeenCalledWith('b1');
		expect(outcome).toMatchObject({
			gateway: gateway.name,
			model: 'M',
			duration: '6 s',
			bytes: clip.length,
			playable: true,
			seconds: 2.3,
			taskId: 't',
		});
	});

	it('does not call a broken file playable', async () => {
		const item = { json, binary: { data: { data: Buffer.from('no video').toString('base64') } } };
		const outcome = await readOutcome(gateway, execution(item), jest.fn());
		expect(outcome).toMatchObject({ playable: false, bytes: 8 });
		expect(outcome.why).toMatch(/cut off/);
	});

	it('tells why there is no video', async () => {
		const error = { category: 'balance', message: 'No credit is left' };
		const item = { json: { status: 'failed', taskId: 't', error } };
		expect(await readOutcome(gateway, execution(item), jest.fn())).toMatchObject({
			status: 'failed',
			taskId: 't',
			why: 'No credit is left',
		});
		const failed = execution(undefined, {
			data: undefined,
			error: { message: 'Broken', description: 'Do this' },
		});
		expect(await readOutcome(gateway, failed, jest.fn())).toMatchObject({
			status: 'error',
			why: 'Broken - Do this',
		});
		const never = { status: 'error', nodes: {}, error: { message: 'The picture failed' } };
		expect(await readOutcome(gateway, never, jest.fn())).toMatchObject({
			status: 'not run',
			why: 'The picture failed',
		});
	});
});

describe('logs', () => {
	const log = () => join(folder, 'x.log');

	it('are shown from their end, as a terminal would show them', () => {
		const spinner =
			'\x1b[?25l|\n- Building\x1b[999D\x1b[J\\ Building\x1b[999D\x1b[Jdone\n\x1b[31mred\x1b[39m\n';
		writeFileSync(log(), `first\n${spinner}`);
		expect(tailOf(log(), 3)).toBe('|\ndone\nred');
		expect(tailOf(join(folder, 'none.log'))).toBe('');
	});

	it('are shown around the line that matters', () => {
		const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
		lines[50] = '- /x/n8n-nodes-hailuo/dist/a.js';
		writeFileSync(log(), lines.join('\n'));
		expect(linesAround(log(), /hailuo/).split('\n')).toEqual(lines.slice(47, 55));
		expect(linesAround(log(), /nothing/).split('\n')).toEqual(lines.slice(75));
	});
});

describe('missingBuildTools', () => {
	it('names what is missing, and accepts any compiler', () => {
		expect(missingBuildTools(() => true)).toEqual([]);
		expect(missingBuildTools((name) => ['python', 'make', 'clang++'].includes(name))).toEqual([]);
		if (process.platform !== 'win32') expect(missingBuildTools(() => false)).toHaveLength(3);
	});
});
