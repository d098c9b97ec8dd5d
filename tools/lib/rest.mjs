import { randomBytes } from 'node:crypto';
import { readExecutionData } from './execution-data.mjs';

/** An answer of n8n that is not a success. */
export class RestProblem extends Error {
	constructor(method, path, status, body) {
		const text = typeof body === 'string' ? body : JSON.stringify(body);
		super(`n8n answered ${status} to ${method} ${path}: ${text.slice(0, 400)}`);
		this.status = status;
	}
}

/** The calls of n8n's own editor that the tools need; the same on n8n 1.123 and 2.x. */
export class N8nRest {
	/** @param {string} url */
	constructor(url) {
		this.url = url.replace(/\/$/, '');
		this.cookie = '';
		// n8n binds the login cookie to this header.
		this.browserId = randomBytes(16).toString('hex');
	}

	/**
	 * @param {string} method
	 * @param {string} path below /rest
	 * @param {unknown} [body]
	 */
	async call(method, path, body) {
		const response = await this.send(method, path, body);
		const text = await response.text();
		const json = parseJson(text);
		if (!response.ok) throw new RestProblem(method, path, response.status, json ?? text);
		return json?.data;
	}

	/** A call whose answer is a file. */
	async bytes(path) {
		const response = await this.send('GET', path);
		if (!response.ok) throw new RestProblem('GET', path, response.status, await response.text());
		return Buffer.from(await response.arrayBuffer());
	}

	async send(method, path, body) {
		const response = await fetch(`${this.url}/rest${path}`, {
			method,
			headers: {
				accept: 'application/json',
				'browser-id': this.browserId,
				'push-ref': this.browserId.slice(0, 10),
				...(this.cookie && { cookie: this.cookie }),
				...(body !== undefined && { 'content-type': 'application/json' }),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
			signal: AbortSignal.timeout(60_000),
		});
		const login = response.headers.getSetCookie().find((cookie) => cookie.startsWith('n8n-auth='));
		if (login) this.cookie = login.split(';')[0];
		return response;
	}

	/**
	 * Makes the owner of a fresh n8n, or logs in where there is one already.
	 * @param {{ email: string, password: string }} login
	 * @returns {Promise<'created' | 'loggedIn' | 'refused'>} `refused`: the password was changed in n8n
	 */
	async signIn({ email, password }) {
		const { showSetupOnFirstLoad } = (await this.call('GET', '/settings')).userManagement ?? {};
		if (showSetupOnFirstLoad !== false) {
			try {
				await this.call('POST', '/owner/setup', {
					email,
					firstName: 'Demo',
					lastName: 'User',
					password,
				});
				return 'created';
			} catch (error) {
				if (!(error instanceof RestProblem) || error.status !== 400) throw error;
			}
		}
		try {
			await this.call('POST', '/login', { emailOrLdapLoginId: email, password });
			return 'loggedIn';
		} catch (error) {
			if (error instanceof RestProblem && error.status === 401) return 'refused';
			throw error;
		}
	}

	/** One object by its path, undefined when it does not exist (any more). */
	async find(path) {
		try {
			return await this.call('GET', path);
		} catch (error) {
			if (error instanceof RestProblem && [403, 404].includes(error.status)) return undefined;
			throw error;
		}
	}

	/**
	 * @param {{ name: string, type: string, data: object }} credential
	 * @returns {Promise<{ id: string, name: string }>} as nodes name it
	 */
	async createCredential(credential) {
		const { id } = await this.call('POST', '/credentials', credential);
		return { id, name: credential.name };
	}

	/**
	 * @param {{ name: string, nodes: object[], connections: object, settings?: object, pinData?: object }} workflow
	 * @returns {Promise<string>} its id
	 */
	async createWorkflow({ name, nodes, connections, settings, pinData = {}, ...more }) {
		const body = { ...more, name, nodes, connections, settings, active: false, pinData, tags: [] };
		return (await this.call('POST', '/workflows', body)).id;
	}

	/** Makes a workflow active, and waits until its webhooks are served. @param {string} id */
	async activate(id) {
		const { versionId } = await this.call('GET', `/workflows/${id}`);
		await this.call('POST', `/workflows/${id}/activate`, { versionId, name: '', description: '' });
		// n8n 2.x publishes in the background; 1.x has no such question.
		for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(100)) {
			const status = await this.find(`/workflows/${id}/publication-status`);
			if (!status || status.status === 'published') return;
		}
		throw new Error('n8n did not publish the workflow.');
	}

	/**
	 * Starts a saved workflow from its trigger.
	 * @param {string} id
	 * @param {string} trigger
	 * @returns {Promise<string>} the execution's id
	 */
	async start(id, trigger) {
		const workflowData = await this.call('GET', `/workflows/${id}`);
		const { executionId } = await this.call('POST', `/workflows/${id}/run`, {
			workflowData,
			startNodes: [],
			triggerToStartFrom: { name: trigger },
		});
		return executionId;
	}

	/**
	 * The executions of a workflow, newest first, without their data.
	 * @param {string} workflowId
	 * @returns {Promise<Array<{ id: string, status: string, mode: string, startedAt: string, stoppedAt?: string }>>}
	 */
	async executions(workflowId) {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const { results } = await this.call('GET', `/executions?filter=${filter}&limit=100`);
		return results.sort((a, b) => Number(b.id) - Number(a.id));
	}

	/**
	 * One execution with its data, undefined when n8n does not have it (yet).
	 * @param {string} id
	 * @returns {Promise<{ id: string, status: string, nodes: Record<string, any[]>, error?: { message: string }, text: string, startedAt?: string, stoppedAt?: string } | undefined>}
	 *   `nodes`: the runs of each node; `text`: all that n8n kept
	 */
	async execution(id) {
		const found = await this.find(`/executions/${id}`);
		if (!found) return undefined;
		const { status, data, startedAt, stoppedAt } = found;
		// A fresh execution has no data yet, or an empty list.
		const { resultData } = await readExecutionData(data);
		const nodes = resultData?.runData ?? {};
		return { id, status, nodes, error: resultData?.error, text: data ?? '', startedAt, stoppedAt };
	}

	/**
	 * Waits until an execution has ended.
	 * @param {string} id
	 * @param {{ timeoutMs: number }} options
	 */
	async ended(id, { timeoutMs }) {
		for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await pause(500)) {
			const execution = await this.execution(id);
			if (execution && hasEnded(execution)) return execution;
		}
		throw new Error(`The execution has not ended after ${Math.round(timeoutMs / 1000)} s.`);
	}

	/**
	 * Runs a saved workflow from its trigger and waits for its end.
	 * @param {string} id
	 * @param {string} trigger
	 * @param {{ timeoutMs: number }} options
	 */
	async run(id, trigger, options) {
		return await this.ended(await this.start(id, trigger), options);
	}
}

/** Whether an execution is over, as n8n says it. @param {{ status: string }} execution */
export function hasEnded({ status }) {
	return !['new', 'running', 'waiting', 'unknown'].includes(status);
}

const pause = async (ms) => await new Promise((done) => setTimeout(done, ms));

function parseJson(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
