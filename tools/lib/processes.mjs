import { spawn, spawnSync } from 'node:child_process';
import {
	closeSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { devDir } from './paths.mjs';

const windows = process.platform === 'win32';
const recordDir = join(devDir, 'running');

/** @typedef {{ pid: number, running: () => boolean, exited: Promise<{ code: number | null, signal: string | null }>, stop: () => Promise<void>, kill: () => void }} Running */

/** @type {Set<Running>} */
const alive = new Set();

/**
 * Starts a program in a process group of its own with its output in a log file. The own group keeps a
 * Ctrl-C of the terminal away from it (we end it in order) and lets us end its children too.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, log: string, append?: boolean, graceMs?: number, uid?: number, gid?: number }} options
 *   `graceMs`: how long it may take to end when asked to, before it is killed; `uid`, `gid`: who runs it
 * @returns {Running}
 */
export function startProcess(command, args, options) {
	const { cwd, env, log, append = false, graceMs = 8000, uid, gid } = options;
	mkdirSync(dirname(log), { recursive: true });
	const out = openSync(log, append ? 'a' : 'w', 0o600);
	let child;
	try {
		child = spawn(command, args, {
			cwd,
			env,
			uid,
			gid,
			detached: !windows,
			windowsHide: true,
			stdio: ['ignore', out, out],
		});
	} finally {
		closeSync(out);
	}
	let ended = false;
	const exited = new Promise((done, failed) => {
		child.once('error', (error) => {
			ended = true;
			alive.delete(running);
			forget(child.pid);
			failed(error);
		});
		child.once('exit', (code, signal) => {
			ended = true;
			killGroup(child.pid);
			alive.delete(running);
			forget(child.pid);
			done({ code, signal });
		});
	});
	exited.catch(() => {});
	const running = {
		pid: child.pid,
		running: () => !ended,
		exited,
		kill: () => {
			if (!ended) killGroup(child.pid);
		},
		stop: async () => {
			if (ended) return;
			if (windows) killGroup(child.pid);
			else child.kill('SIGTERM');
			const timer = setTimeout(() => killGroup(child.pid), graceMs);
			await exited.catch(() => {});
			clearTimeout(timer);
		},
	};
	if (child.pid !== undefined) {
		alive.add(running);
		remember(child.pid, args);
	}
	return running;
}

/** Keeps on disk what we started, so that a later start can end it if we are killed before we can. */
function remember(pid, args) {
	const word = args.some((arg) => /npm/.test(arg)) ? 'npm' : 'n8n';
	mkdirSync(recordDir, { recursive: true });
	writeFileSync(join(recordDir, `${pid}.json`), JSON.stringify({ pid, word, owner: self() }));
}

/** How another process can recognise this one. */
export function self() {
	return { pid: process.pid, word: basename(process.argv[1] ?? process.execPath) };
}

function forget(pid) {
	if (pid !== undefined) rmSync(join(recordDir, `${pid}.json`), { force: true });
}

/**
 * Ends programs that an earlier start of ours left behind because it was killed. Only recorded ids
 * count, and only while their owner is gone and their command line is still the recorded one.
 * @returns {Promise<number>} how many were ended
 */
export async function endLeftovers() {
	let ended = 0;
	for (const name of listed(recordDir)) {
		const file = join(recordDir, name);
		let record;
		try {
			record = JSON.parse(readFileSync(file, 'utf8'));
		} catch {
			record = {};
		}
		if (isAlive(record.owner?.pid, record.owner?.word)) continue;
		if (isAlive(record.pid, record.word)) {
			killGroup(record.pid);
			ended++;
			await gone(record.pid);
		}
		rmSync(file, { force: true });
	}
	return ended;
}

/** A port is free again only when its holder is really gone. */
async function gone(pid) {
	for (let tries = 0; tries < 50; tries++) {
		try {
			process.kill(pid, 0);
		} catch {
			return;
		}
		await new Promise((done) => setTimeout(done, 100));
	}
}

function listed(folder) {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

/** Ends what is left of a process and its children; nothing left is fine. */
function killGroup(pid) {
	if (pid === undefined) return;
	if (windows) {
		spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' });
		return;
	}
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// The whole group has ended already.
	}
}

/** Ends every program that this process started, politely first. */
export async function stopAll() {
	await Promise.all([...alive].map(async (running) => await running.stop()));
}

/** Ends every program that this process started, at once. */
export function killAll() {
	for (const running of alive) running.kill();
}

/** A program that ended badly; `tail` is the end of what it printed. */
export class ProgramFailed extends Error {
	/** @param {string} message @param {string} log @param {string} [tail] the part of the log that matters */
	constructor(message, log, tail = tailOf(log)) {
		super(message);
		this.log = log;
		this.tail = tail;
	}
}

/**
 * Runs a program to its end.
 * @param {string} title for the message when it fails
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof startProcess>[2]} options
 */
export async function runProgram(title, command, args, options) {
	let result;
	try {
		// An install that is stopped is thrown away: nothing to wait for.
		result = await startProcess(command, args, { graceMs: 500, ...options }).exited;
	} catch (error) {
		throw new ProgramFailed(`${title} could not be started: ${error.message}`, options.log);
	}
	if (result.code !== 0) {
		const how = result.signal ? `was ended by ${result.signal}` : `ended with code ${result.code}`;
		throw new ProgramFailed(`${title} ${how}.`, options.log);
	}
}

/**
 * The lines of a log around the first one that matches, or its end where none does.
 * @param {string} file
 * @param {RegExp} pattern
 */
export function linesAround(file, pattern) {
	const lines = tailOf(file, Infinity).split('\n');
	const at = lines.findIndex((line) => pattern.test(line));
	return at < 0 ? lines.slice(-25).join('\n') : lines.slice(Math.max(0, at - 3), at + 5).join('\n');
}

/**
 * The last lines of a log.
 * @param {string} file
 * @param {number} [lines]
 */
export function tailOf(file, lines = 25) {
	try {
		return plain(readFileSync(file, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n');
	} catch {
		return '';
	}
}

/** What a terminal would show in the end: no colours, no earlier pictures of a spinner. */
function plain(text) {
	return text
		.replace(/[^\n]*\x1b\[(?:999D|1G)(?:\x1b\[[0-9]*[JK])?/g, '')
		.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
}

/**
 * Whether a process with this id lives and its command line holds a word; ids are reused, so the id
 * alone proves nothing.
 * @param {number | undefined} pid
 * @param {string | undefined} word
 */
export function isAlive(pid, word) {
	if (!Number.isInteger(pid) || !word) return false;
	try {
		process.kill(pid, 0);
	} catch (error) {
		if (error.code !== 'EPERM') return false;
	}
	return commandLine(pid).includes(word);
}

function commandLine(pid) {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
	} catch {
		// No such file system (macOS, Windows): ask the system's own program.
	}
	const [command, args] = windows
		? ['wmic', ['process', 'where', `ProcessId=${pid}`, 'get', 'CommandLine']]
		: ['ps', ['-o', 'command=', '-p', String(pid)]];
	return spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '';
}
