/** PostgreSQL and Redis of one's own on loopback, as n8n's queue mode needs them. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ensureDebianPackages } from '../../../tools/lib/debian.mjs';
import { freePort } from '../../../tools/lib/ports.mjs';
import { logDir } from '../../../tools/lib/paths.mjs';
import { ProgramFailed, runProgram, startProcess } from '../../../tools/lib/processes.mjs';
import { until } from './workflows.mjs';

const DEBIAN_POSTGRES = '/usr/lib/postgresql';

const inPath = (name) =>
	(process.env.PATH ?? '')
		.split(delimiter)
		.map((folder) => join(folder, name))
		.find((file) => existsSync(file));

/** The folder of PostgreSQL's programs, the newest one. */
function postgresBin() {
	const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : [];
	const folders = versions
		.sort((a, b) => Number(b) - Number(a))
		.map((version) => join(DEBIAN_POSTGRES, version, 'bin'));
	const own = inPath('initdb');
	return [...folders, ...(own ? [join(own, '..')] : [])].find((folder) =>
		existsSync(join(folder, 'initdb')),
	);
}

/**
 * Installs what is missing of both.
 * @param {import('../../../tools/lib/progress.mjs').Progress} progress
 * @param {{ install: boolean }} options
 */
export async function ensureServers(progress, { install }) {
	await ensureDebianPackages(progress, {
		title: 'PostgreSQL and Redis',
		packages: ['postgresql', 'redis-server'],
		isThere: () => Boolean(postgresBin() && inPath('redis-server')),
		install,
	});
}

/** PostgreSQL refuses to run as root. */
function postgresUser() {
	if (process.getuid?.() !== 0) return {};
	const id = (flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
	return { uid: id('-u'), gid: id('-g') };
}

/**
 * A fresh PostgreSQL.
 * @returns {Promise<{ env: Record<string, string>, close: () => Promise<void> }>} `env`: n8n's settings for it
 */
export async function startPostgres() {
	const bin = postgresBin();
	const user = postgresUser();
	// Not below the repository: that may lie where this user cannot look.
	const folder = mkdtempSync(join(tmpdir(), 'n8n-postgres-'));
	chmodSync(folder, 0o700);
	if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
	const data = join(folder, 'data');
	const port = await freePort();
	const log = join(logDir, `n8n-postgres-${process.pid}-1.log`);
	await runProgram(
		'initdb',
		join(bin, 'initdb'),
		['-D', data, '-U', 'n8n', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
		{ log, cwd: folder, ...user },
	);
	const settings = {
		port,
		listen_addresses: '127.0.0.1',
		unix_socket_directories: '',
		// Nobody pulls the plug of this machine.
		fsync: 'off',
		max_connections: 200,
	};
	const server = startProcess(
		join(bin, 'postgres'),
		[
			'-D',
			data,
			...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
		],
		{ log, append: true, cwd: folder, ...user },
	);
	await until('PostgreSQL', async () => {
		if (!server.running()) throw new ProgramFailed('PostgreSQL ended by itself.', log);
		return spawnSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).status === 0;
	});
	return {
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(port),
			DB_POSTGRESDB_DATABASE: 'postgres',
			DB_POSTGRESDB_USER: 'n8n',
			DB_POSTGRESDB_PASSWORD: 'n8n',
			DB_POSTGRESDB_POOL_SIZE: '8',
		},
		async close() {
			await server.stop();
			rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/**
 * A fresh Redis that keeps nothing.
 * @returns {Promise<{ env: Record<string, string>, close: () => Promise<void> }>} `env`: n8n's settings for it
 */
export async function startRedis() {
	const port = await freePort();
	const folder = mkdtempSync(join(tmpdir(), 'n8n-redis-'));
	const log = join(logDir, `n8n-redis-${process.pid}-1.log`);
	const options = {
		port,
		bind: '127.0.0.1',
		save: '',
		appendonly: 'no',
		dir: folder,
		'set-proc-title': 'no',
	};
	const server = startProcess(
		inPath('redis-server'),
		Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
		{ log },
	);
	await until('Redis', async () => {
		if (!server.running()) throw new ProgramFailed('Redis ended by itself.', log);
		return await answers(port);
	});
	return {
		env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port) },
		async close() {
			await server.stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function answers(port) {
	return new Promise((done) => {
		const socket = connect({ host: '127.0.0.1', port }, () => socket.write('PING\r\n'));
		const end = (result) => {
			socket.destroy();
			done(result);
		};
		socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
		socket.once('error', () => end(false));
		socket.setTimeout(1000, () => end(false));
	});
}
