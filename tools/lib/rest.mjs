import { randomBytes } from 'node:crypto';
import { unflatten } from './flat.mjs';

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
		const json = parse(text);
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
	 * Runs a saved workflow from its trigger and waits for its end.
	 * @param {string} id
	 * @param {string} trigger
	 * @param {{ timeoutMs: number, onPoll?: (execution: { status: string }) => void }} options
	 * @returns {Promise<{ id: string, status: string, nodes: Record<string, any[]>, error?: { message: string } }>}
	 *   `nodes`: the runs of each node
	 */
	async run(id, trigger, { timeoutMs }) {
		const workflowData = await this.call('GET', `/workflows/${id}`);
		const { executionId } = await this.call('POST', `/workflows/${id}/run`, {
			workflowData,
			startNodes: [],
			triggerToStartFrom: { name: trigger },
		});
		const deadline = Date.now() + timeoutMs;
		for (;;) {
			const execution = await this.find(`/executions/${executionId}`);
			const ended =
				execution && !['new', 'running', 'waiting', 'unknown'].includes(execution.status);
			if (ended) {
				const { resultData } = unflatten(execution.data);
				return {
					id: executionId,
					status: execution.status,
					nodes: resultData?.runData ?? {},
					error: resultData?.error,
				};
			}
			if (Date.now() > deadline) {
				throw new Error(`The execution has not ended after ${Math.round(timeoutMs / 1000)} s.`);
			}
			await new Promise((done) => setTimeout(done, 500));
		}
	}
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
