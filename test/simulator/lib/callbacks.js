'use strict';

/**
 * The simulator's calls to its customers: the challenge before a callback address is taken, and a
 * message when a task is processed and when it has ended. It never calls anything but this machine.
 */

const { randomUUID } = require('node:crypto');
const { setMaxListeners } = require('node:events');
const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const { Invalid, Refused, isOnThisMachine } = require('./check');
const { RequestLog } = require('./record');
const { checkCallbackWishes } = require('./wishes');

const MAX_ANSWER_BYTES = 64 * 1024;
/** A test's own clock says nothing when it moves on, so it is looked at this often. */
const LOOK_MS = 20;
const AN_HOUR = 3600;
const ADDRESSES = [
	{ address: '127.0.0.1', family: 4 },
	{ address: '::1', family: 6 },
];

/**
 * Posts bytes to an address on this machine. It follows no redirect, and a name is not looked up: `localhost`
 * is this machine, whatever a resolver says.
 *
 * @returns {Promise<{status?: number, type?: string, answer?: string, error?: string, ms: number}>}
 */
function post(url, { headers, bytes, timeoutMs, signal }) {
	const started = performance.now();
	return new Promise((resolve) => {
		const request = http.request(url, {
			method: 'POST',
			agent: false,
			headers: { 'content-type': 'application/json', ...headers, 'content-length': bytes.length },
			lookup: (_name, { all }, done) =>
				all ? done(null, ADDRESSES) : done(null, ADDRESSES[0].address, ADDRESSES[0].family),
			signal,
		});
		const late = new Error(`no answer within ${timeoutMs} ms`);
		const timer = setTimeout(() => request.destroy(late), timeoutMs).unref();
		const end = (result) => {
			clearTimeout(timer);
			resolve({ ...result, ms: performance.now() - started });
		};
		const fail = (error) => end({ error: error.code ?? error.message });
		request.on('error', fail);
		request.once('response', (response) => {
			const chunks = [];
			let size = 0;
			response.on('data', (chunk) => {
				size += chunk.length;
				if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
			});
			response.on('error', fail);
			response.once('end', () => {
				const answer = Buffer.concat(chunks).toString('utf8');
				end({ status: response.statusCode, type: response.headers['content-type'], answer });
			});
		});
		request.end(bytes);
	});
}

/** Why an answer to a challenge does not do; undefined when it does. */
function problemOf({ status, type, answer, error }, challenge) {
	if (error) return error;
	if (status !== 200) return `HTTP ${status}`;
	if (!/^application\/json\b/i.test(type ?? '')) return 'an answer that is not JSON';
	try {
		const same = JSON.parse(answer).challenge === challenge;
		return same ? undefined : 'an answer without the same challenge';
	} catch {
		return 'an answer that is not JSON';
	}
}

class Callbacks {
	/** @param {{options: object, book: object}} means */
	constructor({ options, book }) {
		this.options = options;
		this.book = book;
		this.log = new RequestLog();
		this.reset();
	}

	get entries() {
		return this.log.entries;
	}

	/** Drops what is under way or still to come. */
	halt() {
		this.stop?.abort();
		this.stop = new AbortController();
		// Every call that is under way listens to it.
		setMaxListeners(0, this.stop.signal);
	}

	reset() {
		this.halt();
		this.log.reset();
		this.cases = new Map(); // provider and task id -> what is needed to call back about it
	}

	/**
	 * Takes an address, or refuses it as the gateway would.
	 *
	 * @throws {Invalid}
	 */
	async accept(gateway, url) {
		if (!this.options.callbacks) return;
		const { field, challenge, unreachable } = gateway.callback;
		if (!isOnThisMachine(url)) {
			throw new Invalid(
				field,
				'is not on this machine: the simulator calls only http://127.0.0.1, localhost and [::1]',
			);
		}
		if (!challenge || this.options.challenge === 'after') return;
		const problem = await this.challenge(gateway, url);
		if (problem && unreachable) throw new Refused(unreachable());
		if (problem) throw new Invalid(field, `did not return the challenge: ${problem}`);
	}

	/** @param {any} gateway @param {string} url @param {string} [taskId] */
	async challenge(gateway, url, taskId) {
		const challenge = randomUUID();
		const entry = await this.send({
			gateway,
			url,
			taskId,
			kind: 'challenge',
			message: { body: { challenge } },
			timeoutMs: this.options.challengeMs,
		});
		return problemOf(entry, challenge);
	}

	/** Calls back about a task until its end. */
	follow(gateway, task, url, world) {
		if (!this.options.callbacks) return;
		const one = { gateway, task, url, world, messages: {} };
		this.cases.set(`${gateway.id} ${task.id}`, one);
		const { signal } = this.stop;
		one.done = this.tell(one, signal).catch((error) => {
			if (!signal.aborted) throw error;
		});
	}

	/** @returns {Promise<object[]>} every call about this task, when the last one was answered */
	async done(taskId) {
		await this.caseOf(taskId).done;
		return this.entries.filter((entry) => entry.taskId === taskId);
	}

	async tell(one, signal) {
		const { gateway, task, url } = one;
		const wishes = task.outcome.callback ?? {};
		if (wishes.silent) return;
		if (gateway.callback.challenge && this.options.challenge === 'after') {
			// Inferred: an address that fails is not called again, and the task goes on.
			if (await this.challenge(gateway, url, task.id)) return;
		}
		/** @type {Array<'processing' | 'final'>} */
		const steps = wishes.outOfOrder ? ['final', 'processing'] : ['processing', 'final'];
		for (const step of steps) {
			if (!(wishes.early && step === 'final')) await this.until(task, step, signal);
			if (wishes.delayMs) await sleep(wishes.delayMs, undefined, { signal, ref: false });
			await this.deliver(one, step, wishes, signal);
		}
	}

	/** Waits until a task has got so far. */
	async until(task, step, signal) {
		const isThere = () =>
			step === 'final' ? !this.book.isRunning(task) : this.book.phase(task) !== 'queued';
		while (!isThere()) {
			const left = (step === 'final' ? task.readyAt : task.startedAt) - this.options.now();
			const longest = this.options.now === Date.now ? left : LOOK_MS;
			await sleep(Math.max(1, Math.min(left, longest)), undefined, { signal, ref: false });
		}
	}

	/**
	 * Sends one message, in as many copies as wished, each until it is taken or the gateway gives up.
	 *
	 * @param {any} one case of a task
	 * @param {'processing' | 'final'} step
	 * @param {{duplicates?: number, signature?: string}} [wishes]
	 * @param {AbortSignal} [signal]
	 */
	async deliver(one, step, { duplicates = 0, signature } = {}, signal = this.stop.signal) {
		const message = this.messageOf(one, step);
		if (!message) return [];
		const { gateway, task, url } = one;
		const letter = { gateway, url, taskId: task.id, kind: 'event', message, signature };
		const copies = Array.from({ length: 1 + duplicates }, () => this.insist(letter, signal));
		return (await Promise.all(copies)).flat();
	}

	/** The message about a step, made once: a repeated one has the same id and the same bytes. */
	messageOf({ gateway: { callback }, task, world, messages }, step) {
		if (step === 'processing' && task.canceledAt <= task.startedAt) return undefined; // it never ran
		// Only MiniMax V2 says that it tells every change: nobody else documents a message for this.
		const make = step === 'final' && task.canceledAt ? callback.canceled : callback[step];
		messages[step] ??= make?.(task, world);
		return messages[step];
	}

	async insist(letter, signal) {
		const waits = [0, ...(letter.gateway.callback.repeatAfterMs ?? [])];
		const entries = [];
		for (const [index, wait] of waits.entries()) {
			const pause = wait * this.options.callbackScale;
			if (pause > 0) await sleep(pause, undefined, { signal, ref: false });
			const entry = await this.send({ ...letter, attempt: index + 1 });
			entries.push(entry);
			if (entry.status >= 200 && entry.status < 300) break;
		}
		return entries;
	}

	/**
	 * One call. Every attempt is signed anew, or a late one would be too old to be believed (inferred).
	 *
	 * @param {{gateway: any, url: string, taskId?: string, kind: string, message: {body: object, event?: string, id?: string}, attempt?: number, timeoutMs?: number, signature?: string}} letter
	 */
	async send({ gateway, url, taskId, kind, message, attempt = 1, timeoutMs, signature }) {
		const raw = JSON.stringify(message.body);
		const headers = this.headersOf(gateway, message, raw, signature);
		const entry = this.log.add({
			provider: gateway.id,
			taskId,
			kind,
			event: message.event,
			url,
			attempt,
			headers,
			body: message.body,
			raw,
			at: this.options.now(),
			status: undefined,
		});
		const { signal } = this.stop;
		const result = await post(url, {
			headers,
			bytes: Buffer.from(raw),
			timeoutMs: timeoutMs ?? this.options.callbackMs,
			signal,
		});
		Object.assign(entry, result);
		if (!signal.aborted) {
			const outcome = entry.status ?? entry.error;
			const what = [gateway.id, kind, message.event, taskId].filter(Boolean).join(' ');
			this.options.log?.(`callback ${what} ${url} ${outcome} ${Math.round(entry.ms)} ms`);
		}
		return entry;
	}

	headersOf({ callback }, message, raw, signature) {
		if (!callback.sign || !message.id) return { ...callback.headers };
		const shift = { stale: -AN_HOUR, future: AN_HOUR }[signature] ?? 0;
		const seconds = Math.floor(this.options.now() / 1000) + shift;
		const secrets = callback
			.secrets(this.options)
			.map((secret) => (signature === 'wrong' ? `${secret}?` : secret));
		const headers = { ...callback.headers, ...callback.sign({ message, seconds, raw, secrets }) };
		if (signature !== 'missing') return headers;
		return Object.fromEntries(
			Object.entries(headers).filter(([name]) => !/-signature$/i.test(name)),
		);
	}

	/**
	 * Sends a task's message now, and once more each time it is asked to.
	 *
	 * @param {string} taskId
	 * @param {{event?: 'processing' | 'final', duplicates?: number, signature?: string}} [wishes]
	 */
	async again(taskId, { event = 'final', ...wishes } = {}) {
		if (!['processing', 'final'].includes(event)) throw new TypeError(`Unknown event: ${event}`);
		checkCallbackWishes(wishes);
		return await this.deliver(this.caseOf(taskId), event, wishes);
	}

	caseOf(taskId) {
		const one = [...this.cases.values()].find(({ task }) => task.id === taskId);
		if (!one) throw new TypeError(`No callback address is known for task ${taskId}`);
		return one;
	}

	/** The button of a gateway's console that tries the address. */
	async test(gateway) {
		const url = this.options.webhookUrl;
		if (!url) throw new TypeError('There is no webhookUrl to test');
		const letter = { gateway, url, kind: 'test', message: gateway.callback.test(this.options) };
		return await this.send(letter);
	}
}

module.exports = { Callbacks };
