'use strict';

/** The book of paid tasks: who bought what, how far it is, and the links to its video. */

const { createHash, randomBytes } = require('node:crypto');
const { OTHERS, PACKERS } = require('./files');
const { checkCallbackWishes } = require('./wishes');
const { outcomeOfPrompt } = require('./words');

const hash = (text) => createHash('sha256').update(text).digest('hex');

/**
 * A key as it may be shown: never the whole of it.
 *
 * @param {string | undefined} key
 */
function mask(key) {
	return key ? `${key.slice(0, Math.min(4, Math.floor(key.length / 4)))}…` : '';
}

/** What a test may ask of the next task(s); a misspelt wish would prove nothing, so it is refused. */
const WISHES = [
	'bare',
	'callback',
	'category',
	'cut',
	'endWord',
	'envelope',
	'errorObject',
	'expireOnce',
	'file',
	'id',
	'ignoreCancel',
	'lastProgressOnly',
	'link',
	'once',
	'packed',
	'queueMs',
	'status',
	'taskMs',
	'type',
	'videoBytes',
	'videoUrl',
	'word',
];
const VALUES = {
	status: ['succeeded', 'failed', 'canceled'],
	category: ['content', 'expired', 'generic', 'nsfw', 'silent'],
	cut: ['close', 'length', 'chunked'],
	envelope: ['flat', 'data', 'respData', 'newapi', 'failReason'],
	file: Object.keys(OTHERS),
	link: ['none', 'late', 'relative', 'schemeless'],
	once: ['link', 'download'],
	packed: Object.keys(PACKERS),
};

function checkOutcome(outcome) {
	for (const [name, value] of Object.entries(outcome)) {
		if (!WISHES.includes(name)) throw new TypeError(`Unknown outcome field: ${name}`);
		if (VALUES[name] && !VALUES[name].includes(value)) {
			throw new TypeError(`Outcome ${name} must be one of: ${VALUES[name].join(', ')}`);
		}
	}
	if (outcome.callback !== undefined) checkCallbackWishes(outcome.callback);
}

class TaskBook {
	/** @param {{now: () => number, taskMs: number, queueMs: number, linkMs?: number}} settings */
	constructor(settings) {
		this.settings = settings;
		this.reset();
	}

	reset() {
		this.tasks = [];
		this.outcomes = [];
		this.byId = new Map();
		this.byName = new Map(); // per key; a task can have several names
		this.secrets = new WeakMap(); // task -> { owner, links }: nothing that a report may print
	}

	/** Queues what will become of the next submitted task(s). */
	expect({ provider, times = 1, ...outcome }) {
		checkOutcome(outcome);
		const entry = { provider, times, outcome };
		this.outcomes.push(entry);
		return entry;
	}

	nextOutcome(provider) {
		const entry = this.outcomes.find(
			(one) => one.times > 0 && (!one.provider || one.provider === provider),
		);
		if (!entry) return {};
		entry.times -= 1;
		return entry.outcome;
	}

	/**
	 * Makes a task. A detached one is never booked: it only lends its shape to an answer.
	 *
	 * @returns {object} the task
	 */
	create({ gateway, key, order, facts, detached = false }) {
		const outcome = {
			status: 'succeeded',
			...outcomeOfPrompt(facts.prompt),
			...(detached ? {} : this.nextOutcome(gateway.id)),
		};
		const submittedAt = this.settings.now();
		const startedAt = submittedAt + (outcome.queueMs ?? this.settings.queueMs);
		const duration = (outcome.taskMs ?? this.settings.taskMs) * (outcome.slower ?? 1);
		const task = {
			provider: gateway.id,
			id: outcome.id ?? gateway.makeId(),
			paid: true,
			submittedAt,
			startedAt,
			readyAt: startedAt + duration,
			outcome,
			order,
			key: mask(key),
			...facts,
		};
		this.secrets.set(task, {
			owner: hash(key),
			links: new Map(),
			expireOnce: outcome.expireOnce,
			spoilOnce: outcome.once === 'link',
		});
		if (!detached) {
			this.tasks.push(task);
			this.byId.set(`${task.provider} ${task.id}`, task);
			for (const name of [task.id, ...(gateway.aliases?.(task) ?? [])]) this.alias(task, name);
		}
		return task;
	}

	/** Lets a task be found by one more name (a file id, a reference of the customer's own). */
	alias(task, name) {
		this.byName.set(`${task.provider} ${this.secrets.get(task).owner} ${name}`, task);
	}

	/** The task as the holder of this key sees it: other people's and deleted tasks do not exist. */
	find({ id, dialect }, name, key) {
		const task = this.byName.get(`${id} ${hash(key ?? '')} ${name}`);
		return task?.deletedAt || task?.dialect !== dialect ? undefined : task;
	}

	/** All that this key made and did not delete, the newest first. */
	list({ id, dialect }, key) {
		const owner = hash(key ?? '');
		const isListed = (task) =>
			task.provider === id &&
			task.dialect === dialect &&
			!task.deletedAt &&
			this.secrets.get(task).owner === owner;
		return this.tasks.filter(isListed).reverse();
	}

	/** The task behind a link, which needs no key. */
	findById(provider, id) {
		const task = this.byId.get(`${provider} ${id}`);
		return task?.deletedAt ? undefined : task;
	}

	/** @returns {'queued' | 'processing' | 'succeeded' | 'failed' | 'canceled'} */
	phase(task) {
		if (task.canceledAt) return 'canceled';
		const now = this.settings.now();
		if (now < task.startedAt) return 'queued';
		if (now < task.readyAt) return 'processing';
		return task.outcome.status;
	}

	isRunning(task) {
		return ['queued', 'processing'].includes(this.phase(task));
	}

	/** 0 to 100; a task with `lastProgressOnly` says nothing before its end. */
	progress(task) {
		const phase = this.phase(task);
		if (phase === 'succeeded') return 100;
		if (phase !== 'processing' || task.outcome.lastProgressOnly) return 0;
		const share = (this.settings.now() - task.startedAt) / (task.readyAt - task.startedAt);
		return Math.min(99, Math.floor(share * 100));
	}

	/** Stops a running task, unless it was told to ignore that. */
	cancel(task) {
		if (!task.outcome.ignoreCancel) task.canceledAt = this.settings.now();
	}

	remove(task) {
		task.deletedAt = this.settings.now();
	}

	/**
	 * The token of a link to the video. A stable link is handed out again until it has expired;
	 * a fresh one is made for every call.
	 */
	linkToken(task, { fresh = false, lifeMs = Infinity }) {
		const secret = this.secrets.get(task);
		const now = this.settings.now();
		if (!fresh) {
			for (const [token, link] of secret.links) {
				if (!link.seenExpired && link.expiresAt > now) return token;
			}
		}
		const token = randomBytes(12).toString('hex');
		secret.links.set(token, {
			expiresAt: now + (this.settings.linkMs ?? lifeMs),
			expired: Boolean(secret.expireOnce),
			spoiled: Boolean(secret.spoilOnce),
		});
		return token;
	}

	/** Whether a finished task tells its link already. */
	isLinked(task) {
		const { link } = task.outcome;
		if (link === 'none') return false;
		if (link !== 'late') return true;
		const secret = this.secrets.get(task);
		const isFirst = !secret.wasAsked;
		secret.wasAsked = true;
		return !isFirst;
	}

	/**
	 * What a link opens: undefined when it does not. The first knock at an expired one makes the next link good.
	 *
	 * @returns {{broken: boolean} | undefined} `broken`: what the outcome says of the file holds for this download
	 */
	open(task, token) {
		const secret = this.secrets.get(task);
		const link = secret.links.get(token);
		if (!link) return undefined;
		if (link.expired || this.settings.now() >= link.expiresAt) {
			link.seenExpired = true;
			secret.expireOnce = false;
			return undefined;
		}
		const { once } = task.outcome;
		if (once === 'download') {
			const isFirst = !secret.wasLoaded;
			secret.wasLoaded = true;
			return { broken: isFirst };
		}
		if (once === 'link' && link.spoiled) {
			link.seenExpired = true;
			secret.spoilOnce = false;
		}
		return { broken: once === undefined || link.spoiled };
	}
}

module.exports = { TaskBook, checkOutcome, mask };
