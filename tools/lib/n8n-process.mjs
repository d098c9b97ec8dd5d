import { cleanEnv } from './npm.mjs';
import { packageName } from './package.mjs';
import { RestProblem } from './rest.mjs';
import { linesAround, ProgramFailed, startProcess } from './processes.mjs';

const hideRepository = new URL('./hide-repository.mjs', import.meta.url).href;
const READY_TIMEOUT_MS = 180_000;

/** n8n ended while it was needed. */
export class N8nEnded extends ProgramFailed {}

/**
 * The environment of a private, quiet n8n on this machine only. Settings of another n8n that the user
 * may have in the environment are taken out, or they would decide about this one.
 * @param {{ userFolder: string, port: number, brokerPort: number, encryptionKey: string, extra?: Record<string, string>, from?: NodeJS.ProcessEnv }} options
 */
export function n8nEnv({
	userFolder,
	port,
	brokerPort,
	encryptionKey,
	extra = {},
	from = process.env,
}) {
	const foreign =
		/^(N8N_|DB_|EXECUTIONS_|QUEUE_|CREDENTIALS_|WEBHOOK_URL$|WEBHOOK_TUNNEL_URL$|NODES_|NODE_FUNCTION_|GENERIC_|npm_)/;
	const inherited = Object.fromEntries(
		Object.entries(cleanEnv(from)).filter(([name]) => !foreign.test(name)),
	);
	const noProxy = [from.NO_PROXY ?? from.no_proxy, '127.0.0.1', 'localhost']
		.filter(Boolean)
		.join(',');
	return {
		...inherited,
		NO_PROXY: noProxy,
		no_proxy: noProxy,
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_PROTOCOL: 'http',
		N8N_EDITOR_BASE_URL: `http://127.0.0.1:${port}/`,
		WEBHOOK_URL: `http://127.0.0.1:${port}/`,
		N8N_ENCRYPTION_KEY: encryptionKey,
		N8N_SECURE_COOKIE: 'false',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '4',
		N8N_LOG_LEVEL: 'info',
		DB_TYPE: 'sqlite',
		DB_SQLITE_POOL_SIZE: '2',
		GENERIC_TIMEZONE: 'UTC',
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_ONBOARDING_FLOW_DISABLED: 'true',
		...extra,
	};
}

/**
 * Starts n8n and waits until it serves.
 * @param {object} options
 * @param {{ folder: string, bin: string }} options.n8n
 * @param {{ binary: string }} options.node
 * @param {Record<string, string>} options.env
 * @param {string} options.log
 * @param {string[]} [options.command] n8n's command and its arguments; another one than `start` is ready when
 *   `url` is
 * @param {string} [options.url] where it answers
 * @returns {Promise<{ url: string, pid: number, ended: Promise<never>, exited: Promise<object>, running: () => boolean, stop: () => Promise<void> }>}
 *   `ended` never resolves; it rejects with the log's tail when n8n ends without having been stopped
 */
export async function startN8n({
	n8n,
	node,
	env,
	log,
	command = ['start'],
	url = `http://127.0.0.1:${env.N8N_PORT}`,
}) {
	const running = startProcess(node.binary, ['--import', hideRepository, n8n.bin, ...command], {
		cwd: n8n.folder,
		env,
		log,
	});
	let stopping = false;
	/** @type {Promise<never>} */
	const ended = running.exited.then(({ code, signal }) => {
		if (stopping) return new Promise(() => {});
		throw new N8nEnded(`n8n ended by itself (${signal ?? `code ${code}`}).`, log);
	});
	ended.catch(() => {});
	const stop = async () => {
		stopping = true;
		await running.stop();
	};
	try {
		await Promise.race([ready(url, log, command[0]), ended]);
	} catch (error) {
		await stop();
		throw error;
	}
	const { pid, exited } = running;
	return { url, pid, ended, exited, running: running.running, stop };
}

/**
 * Makes sure that n8n has loaded the package: it starts without a word to the user when it could not.
 * @param {import('./rest.mjs').N8nRest} rest logged in
 * @param {string} log
 */
export async function needPackage(rest, log) {
	const name = packageName();
	const nodeInfos = [{ name: `${name}.hailuoVideo`, version: 1 }];
	try {
		const found = await rest.call('POST', '/node-types', { nodeInfos });
		if (found?.length > 0) return;
	} catch (error) {
		if (!(error instanceof RestProblem)) throw error;
	}
	throw new ProgramFailed(`n8n could not load ${name}.`, log, linesAround(log, new RegExp(name)));
}

/** /healthz answers before the migrations; 1.123 is "ready" before its /rest routes exist. */
async function ready(url, log, command) {
	const paths =
		command === 'start' ? ['/healthz/readiness', '/rest/settings'] : ['/healthz/readiness'];
	const deadline = Date.now() + READY_TIMEOUT_MS;
	while (Date.now() < deadline) {
		const answers = await Promise.all(paths.map(async (path) => await ok(`${url}${path}`)));
		if (answers.every(Boolean)) return;
		await new Promise((done) => setTimeout(done, 250));
	}
	throw new ProgramFailed(`n8n was not ready after ${READY_TIMEOUT_MS / 1000} s.`, log);
}

async function ok(url) {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
		await response.arrayBuffer();
		return response.ok;
	} catch {
		return false;
	}
}
