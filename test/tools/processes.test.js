'use strict';

const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const folder = mkdtempSync(join(tmpdir(), 'hailuo-processes-'));
process.env.HAILUO_DEV_DIR = folder;
const {
	endLeftovers,
	isAlive,
	ProgramFailed,
	runProgram,
	self,
	startProcess,
} = require('../../tools/lib/processes.mjs');
const { withInstallLock } = require('../../tools/lib/install.mjs');

const log = join(folder, 'log');
const node = (code) => startProcess(process.execPath, ['-e', code], { log, graceMs: 200 });
const until = async (test) => {
	while (!test()) await new Promise((done) => setTimeout(done, 20));
};

afterAll(() => {
	delete process.env.HAILUO_DEV_DIR;
	rmSync(folder, { recursive: true, force: true });
});

/** Windows has no signals and no process groups: the tools end programs by taskkill there. */
const onUnix = process.platform === 'win32' ? describe.skip : describe;

onUnix('a started program', () => {
	it('ends when asked to', async () => {
		const running = node('setInterval(() => {}, 1000)');
		await running.stop();
		expect(running.running()).toBe(false);
		expect(isAlive(running.pid, 'node')).toBe(false);
	});

	it('is killed when it does not listen, together with its children', async () => {
		const running = node(
			`process.on('SIGTERM', () => {});
			const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
			require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'child'))}, String(child.pid));`,
		);
		const { existsSync, readFileSync } = require('node:fs');
		await until(
			() => existsSync(join(folder, 'child')) && readFileSync(join(folder, 'child'), 'utf8'),
		);
		const child = Number(readFileSync(join(folder, 'child'), 'utf8'));
		expect(isAlive(child, 'setInterval')).toBe(true);
		await running.stop();
		await until(() => !isAlive(child, 'setInterval'));
		expect(isAlive(running.pid, 'node')).toBe(false);
	});

	it('is left alone by other starts as long as its owner lives', async () => {
		const running = node('setInterval(() => {}, 1000)');
		expect(await endLeftovers()).toBe(0);
		expect(running.running()).toBe(true);
		await running.stop();
	});

	it('shows the end of its log when it fails', async () => {
		const code = 'console.log("the reason"); process.exit(3)';
		const failed = runProgram('The program', process.execPath, ['-e', code], { log });
		await expect(failed).rejects.toThrow(ProgramFailed);
		await expect(failed).rejects.toMatchObject({
			message: expect.stringContaining('code 3'),
			tail: 'the reason',
		});
		const missing = runProgram('It', join(folder, 'no-such-program'), [], { log });
		await expect(missing).rejects.toThrow('could not be started');
	});
});

describe('isAlive', () => {
	it('wants the id and the command line to fit', () => {
		const { pid, word } = self();
		expect(isAlive(pid, word)).toBe(true);
		expect(isAlive(pid, 'some-other-program')).toBe(false);
		expect(isAlive(undefined, word)).toBe(false);
		expect(isAlive(pid, undefined)).toBe(false);
	});
});

describe('withInstallLock', () => {
	it('lets one install after the other', async () => {
		const order = [];
		const install = (name) =>
			withInstallLock(
				() => {},
				async () => {
					order.push(`${name} starts`);
					await new Promise((done) => setTimeout(done, 50));
					order.push(`${name} ends`);
				},
			);
		await Promise.all([install('a'), install('b')]);
		expect(order).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
	});

	it('takes over from a start that was killed, and frees the lock after a failure', async () => {
		const { writeFileSync } = require('node:fs');
		writeFileSync(
			join(folder, 'install.lock'),
			JSON.stringify({ pid: 2 ** 22 + 1, word: 'start.mjs' }),
		);
		await expect(
			withInstallLock(
				() => {},
				() => Promise.reject(new Error('no')),
			),
		).rejects.toThrow('no');
		expect(
			await withInstallLock(
				() => {},
				async () => 42,
			),
		).toBe(42);
	});
});
