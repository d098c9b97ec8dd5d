import { spawnSync } from 'node:child_process';
import {
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statfsSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { npm } from './npm.mjs';
import { devDir, logDir, root } from './paths.mjs';
import { isAlive, ProgramFailed, runProgram, self } from './processes.mjs';
import { hashOf, isStamped, lockMatches, writeStamp } from './stamp.mjs';

/** The n8n lines that can be run, newest first. */
export const N8N_LINES = ['2.41', '1.123'];

const NODE_MAJOR = 24;
const GIB = 1024 ** 3;

/** Something the user has to do before it can go on; the message says what. */
export class NeedsUser extends Error {}

/**
 * Holds the installs of two commands that start at the same moment apart: both would write the same
 * folders.
 * @template T
 * @param {(text: string) => void} say
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withInstallLock(say, work) {
	mkdirSync(devDir, { recursive: true });
	const file = join(devDir, 'install.lock');
	for (let told = false; ; ) {
		try {
			writeFileSync(file, JSON.stringify(self()), { flag: 'wx' });
			break;
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
		}
		const holder = readJson(file);
		// A lock without content is being written right now.
		const fresh =
			!holder && Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 5000;
		if (!fresh && !isAlive(holder?.pid, holder?.word)) {
			rmSync(file, { force: true });
			continue;
		}
		if (!told && holder) {
			say(`  Another start (process ${holder.pid}) is installing; waiting for it.`);
			told = true;
		}
		await new Promise((done) => setTimeout(done, 1000));
	}
	try {
		return await work();
	} finally {
		rmSync(file, { force: true });
	}
}

/**
 * The repository's own dependencies: installed when they are not what package-lock.json asks for.
 * @param {import('./progress.mjs').Progress} progress
 */
export async function ensureDependencies(progress) {
	await progress.step('Dependencies of this repository', async (step) => {
		if (dependenciesCurrent()) return step.done('already installed');
		step.detail(countPackages(root));
		await npm(
			'npm ci',
			['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
			{
				cwd: root,
				log: join(logDir, 'install-repository.log'),
			},
		);
		step.done('installed');
	});
}

/** Whether node_modules is what package-lock.json asks for. */
export function dependenciesCurrent() {
	const wanted = readJson(join(root, 'package-lock.json'));
	return wanted === undefined
		? existsSync(join(root, 'node_modules'))
		: lockMatches(wanted, readJson(join(root, 'node_modules', '.package-lock.json')));
}

/**
 * A Node that n8n 2.41 accepts: the running one when it is new enough, else one from npm.
 * @param {import('./progress.mjs').Progress} progress
 * @param {{ install: boolean }} options
 * @returns {Promise<{ binary: string, version: string, headers?: string }>}
 */
export async function ensureNode(progress, { install }) {
	const own = {
		binary: process.execPath,
		version: process.versions.node,
		headers: headersOf(process.execPath),
	};
	if (Number(own.version.split('.')[0]) >= NODE_MAJOR) {
		await progress.step(`Node ${NODE_MAJOR}`, (step) => step.done(`this one (${own.version})`));
		return own;
	}
	return await progress.step(`Node ${NODE_MAJOR}`, async (step) => {
		const folder = join(devDir, 'node24');
		const state = prepare(folder, 'node24');
		if (state.current && nodeIn(folder)) {
			step.done('already there');
		} else {
			refuseWithout(install, `Node ${NODE_MAJOR}`);
			await npm(
				'npm ci (Node 24)',
				[
					'ci',
					'--ignore-scripts',
					'--include=optional',
					'--no-audit',
					'--no-fund',
					'--loglevel=error',
				],
				{
					cwd: folder,
					log: join(logDir, 'install-node24.log'),
				},
			);
			if (!nodeIn(folder)) {
				throw new NeedsUser(
					`npm has no Node ${NODE_MAJOR} for ${process.platform}-${process.arch}. Install Node ${NODE_MAJOR} and start again.`,
				);
			}
			state.finish();
			step.done('installed');
		}
		const binary = nodeIn(folder);
		const { stdout, error } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
		if (error || !/^v24\./.test(stdout)) {
			throw new NeedsUser(
				`The Node ${NODE_MAJOR} from npm does not run here. Install Node ${NODE_MAJOR} and start again.`,
			);
		}
		return { binary, version: stdout.trim().slice(1), headers: headersOf(binary) };
	});
}

/**
 * n8n of one line from its committed lock, and its one native module that has to be built or fetched.
 * @param {import('./progress.mjs').Progress} progress
 * @param {{ line: string, node: { binary: string, version: string, headers?: string }, install: boolean }} options
 * @returns {Promise<{ folder: string, version: string, bin: string }>}
 */
export async function ensureN8n(progress, { line, node, install }) {
	const folder = join(devDir, `n8n-${line}`);
	const source = `n8n/${line}`;
	const version = readJson(join(root, 'tools', source, 'package.json')).dependencies.n8n;
	const bin = join(folder, 'node_modules', 'n8n', 'bin', 'n8n');
	const lacking = existsSync(bin) ? [] : missingBuildTools();
	if (lacking.length > 0 && install) {
		progress.line(
			`  Missing here: ${lacking.join(', ')}. It may go well without; if not: ${howToInstallBuildTools()}`,
		);
	}
	await progress.step(`n8n ${version}`, async (step) => {
		const state = prepare(folder, source);
		if (state.current && existsSync(bin)) return step.done('already installed');
		refuseWithout(install, `n8n ${version}`);
		needSpace(folder, 4 * GIB);
		step.detail(countPackages(folder));
		await npm(
			`npm ci (n8n ${version})`,
			[
				'ci',
				'--ignore-scripts',
				'--include=optional',
				'--no-audit',
				'--no-fund',
				'--loglevel=error',
			],
			{
				cwd: folder,
				log: join(logDir, `install-n8n-${line}.log`),
			},
		);
		state.finish();
		step.done('installed');
	});
	await progress.step('SQLite for n8n', async (step) => {
		const stamp = join(folder, '.sqlite-stamp');
		const hash = hashOf(
			folder,
			['package-lock.json'],
			[process.platform, process.arch, node.version.split('.')[0]],
		);
		if (isStamped(stamp, hash) && existsSync(sqliteFile(folder))) return step.done('already built');
		refuseWithout(install, 'SQLite for n8n');
		await buildSqlite({ folder, node, log: join(logDir, `build-sqlite-${line}.log`) });
		writeStamp(stamp, hash);
		step.done('built');
	});
	return { folder, version, bin };
}

async function buildSqlite({ folder, node, log }) {
	try {
		// The only install script that runs; n8n needs none of the others.
		await npm(
			'npm rebuild sqlite3',
			['rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts', '--loglevel=error'],
			{
				cwd: folder,
				log,
				binFirst: dirname(node.binary),
				env: node.headers ? { npm_config_nodedir: node.headers } : {},
			},
		);
		await runProgram('Loading sqlite3', node.binary, ['-e', "require('sqlite3')"], {
			cwd: folder,
			log,
			append: true,
		});
	} catch (error) {
		if (!(error instanceof ProgramFailed)) throw error;
		const missing = missingBuildTools();
		if (missing.length === 0) throw error;
		throw new NeedsUser(
			[
				`SQLite has no ready-made file for this machine and could not be built: ${missing.join(', ')} missing.`,
				`Install the build tools and start again: ${howToInstallBuildTools()}`,
				`(log: ${log})`,
			].join('\n'),
		);
	}
}

/**
 * What node-gyp needs and the machine lacks.
 * @param {(program: string) => boolean} [has]
 */
export function missingBuildTools(has = hasProgram) {
	const missing = [];
	if (!has('python3') && !has('python')) missing.push('python3');
	if (process.platform === 'win32') return missing;
	if (!has('make')) missing.push('make');
	if (!['c++', 'g++', 'clang++'].some(has)) missing.push('a C++ compiler (g++)');
	return missing;
}

function hasProgram(program) {
	return !spawnSync(program, ['--version'], { stdio: 'ignore', windowsHide: true }).error;
}

function howToInstallBuildTools() {
	if (process.platform === 'darwin') return 'xcode-select --install';
	if (process.platform === 'win32')
		return 'Visual Studio Build Tools with "Desktop development with C++", and Python 3';
	if (hasProgram('apt-get')) return 'sudo apt-get install -y python3 make g++';
	if (hasProgram('dnf')) return 'sudo dnf install -y python3 make gcc-c++';
	if (hasProgram('apk')) return 'apk add python3 make g++';
	if (hasProgram('pacman')) return 'sudo pacman -S --needed python make gcc';
	return "python3, make and g++ from your system's packages";
}

/** Copies the committed lock into the install folder and says whether that install was finished. */
function prepare(folder, source) {
	const from = join(root, 'tools', ...source.split('/'));
	const stamp = join(folder, '.install-stamp');
	// Only the lock decides what npm ci installs.
	const hash = hashOf(from, ['package-lock.json'], [process.platform, process.arch]);
	const current = isStamped(stamp, hash);
	if (!current) {
		mkdirSync(folder, { recursive: true });
		rmSync(stamp, { force: true });
		for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
			cpSync(join(from, name), join(folder, name));
		}
	}
	return { current, finish: () => writeStamp(stamp, hash) };
}

function refuseWithout(install, what) {
	if (!install) throw new NeedsUser(`${what} is not installed. Start once without --no-install.`);
}

function nodeIn(folder) {
	const { platform, arch } = process;
	const names = [
		`node-${platform === 'win32' ? 'win' : platform}-${arch}`,
		`node-bin-${platform}-${arch}`,
	];
	return names
		.map((name) =>
			join(folder, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node'),
		)
		.find((file) => existsSync(file));
}

/** The folder node-gyp calls "nodedir"; with it a build needs no download of headers. */
function headersOf(binary) {
	const folder = dirname(dirname(binary));
	return existsSync(join(folder, 'include', 'node', 'node.h')) ? folder : undefined;
}

function sqliteFile(folder) {
	return join(folder, 'node_modules', 'sqlite3', 'build', 'Release', 'node_sqlite3.node');
}

function needSpace(folder, bytes) {
	let free;
	try {
		const stats = statfsSync(folder);
		free = stats.bavail * stats.bsize;
	} catch {
		return;
	}
	if (free < bytes) {
		throw new NeedsUser(
			`n8n needs about ${Math.round(bytes / GIB)} GB in ${folder}; ${(free / GIB).toFixed(1)} GB are free.`,
		);
	}
}

/** How far an install is: npm makes all folders at once and fills them one by one. */
function countPackages(folder) {
	const lock = readJson(join(folder, 'package-lock.json'));
	const paths = Object.keys(lock?.packages ?? {}).filter((path) => path !== '');
	let text = '';
	let readAt = 0;
	return () => {
		if (Date.now() - readAt < 1000) return text;
		readAt = Date.now();
		const filled = paths.filter((path) => existsSync(join(folder, path, 'package.json')));
		text = filled.length > 0 ? `${filled.length} of about ${paths.length} packages` : '';
		return text;
	};
}

function readJson(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return undefined;
	}
}
