import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { n8nEnv, needPackage, startN8n } from './n8n-process.mjs';
import { installIntoUserFolder } from './package.mjs';
import { logDir, runsDir } from './paths.mjs';
import { choosePort, freePort } from './ports.mjs';
import { isAlive } from './processes.mjs';
import { newLogin } from './profile.mjs';
import { N8nRest } from './rest.mjs';

/** Every n8n that was opened and not closed yet. @type {Set<{ close: () => Promise<void> }>} */
const open = new Set();

/**
 * An n8n of one's own on 127.0.0.1: a folder with the packed package in it, free ports, a login. It is not started
 * yet; `start` may be called again after `kill` or `stop`, on the same folder and ports.
 * @param {object} options
 * @param {string} options.name names the folder and the logs
 * @param {{ line: string, node: { binary: string }, n8n: { folder: string, bin: string, version: string }, tarball: string }} options.prepared
 *   what `prepare` gives
 * @param {number} [options.port] the preferred port; any free one where it is not given
 * @param {number[]} [options.taken] ports promised to others
 * @param {string} [options.folder] one that stays; without it a folder that `close` removes
 * @param {ReturnType<typeof newLogin>} [options.login]
 * @param {Record<string, string>} [options.env] more of n8n's settings
 * @param {boolean} [options.withPackage] false: n8n starts without the package
 * @param {string[]} [options.worker] starts a worker of queue mode instead, with these arguments
 */
export async function openN8n(options) {
	const { name, prepared, taken = [], login = newLogin(), withPackage = true, worker } = options;
	const { line, node, n8n, tarball } = prepared;
	removeOldFolders();
	const id = `${name}-${line}-${process.pid}`;
	const folder = options.folder ?? join(runsDir, id);
	const userFolder = join(folder, 'user');
	mkdirSync(userFolder, { recursive: true, mode: 0o700 });
	if (withPackage) installIntoUserFolder(tarball, userFolder);
	const port =
		options.port === undefined ? await freePort() : await choosePort(options.port, { taken });
	const brokerPort = await freePort([port, ...taken]);
	const { encryptionKey } = login;
	const extra = {
		...(worker && {
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		}),
		...options.env,
	};
	const env = n8nEnv({ userFolder, port, brokerPort, encryptionKey, extra });
	const url = `http://127.0.0.1:${port}`;
	const logs = [];

	const own = {
		line,
		version: n8n.version,
		folder,
		userFolder,
		url,
		port,
		env,
		login,
		/** The log file of each start. */
		logs,
		/** @type {Awaited<ReturnType<typeof startN8n>> | undefined} */
		server: undefined,
		/** Logged in after `start`. */
		rest: new N8nRest(url),
		/** Starts n8n, logs in, and makes sure that the package is loaded. */
		async start() {
			const log = join(logDir, `n8n-${id}-${logs.length + 1}.log`);
			logs.push(log);
			const command = worker ? ['worker', ...worker] : ['start'];
			own.server = await startN8n({ n8n, node, env, log, command, url });
			if (worker) return own;
			own.rest = new N8nRest(url);
			own.signedIn = await own.rest.signIn(login);
			if (withPackage && own.signedIn !== 'refused') await needPackage(own.rest, log);
			return own;
		},
		/** How the last start got in: see N8nRest.signIn. @type {string | undefined} */
		signedIn: undefined,
		/** SIGKILL: n8n has no moment to save anything. */
		async kill() {
			process.kill(own.server.pid, 'SIGKILL');
			await own.server.exited;
		},
		async stop() {
			await own.server?.stop();
		},
		/**
		 * Ends n8n; its folder goes, or to `keepAs` when that is given.
		 * @param {{ keepAs?: string }} [how]
		 */
		async close({ keepAs } = {}) {
			if (!open.delete(own)) return;
			await own.stop();
			if (keepAs) {
				rmSync(keepAs, { recursive: true, force: true });
				renameSync(folder, keepAs);
			}
			if (!options.folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
		},
	};
	open.add(own);
	return own;
}

/** Closes every n8n that is still open. */
export async function closeAllN8n() {
	await Promise.all([...open].map(async (own) => await own.close()));
}

/** What runs that were killed before they could tidy up have left. */
function removeOldFolders() {
	for (const { parent, pattern } of [
		{ parent: runsDir, pattern: /-(\d+)$/ },
		{ parent: logDir, pattern: /^n8n-.*-(\d+)-\d+\.log$/ },
	]) {
		mkdirSync(parent, { recursive: true });
		for (const name of readdirSync(parent)) {
			const pid = pattern.exec(name)?.[1];
			if (pid && !isAlive(Number(pid), '.mjs'))
				rmSync(join(parent, name), { recursive: true, force: true, maxRetries: 5 });
		}
	}
}
