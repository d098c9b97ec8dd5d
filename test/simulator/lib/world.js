'use strict';

/** What a gateway may ask of the simulator while it answers one request. */

const { randomBytes } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');
const { serveVideo } = require('./cdn');
const { extensionOf } = require('./media');
const { shorten } = require('./record');

/** A test's own clock says nothing when it moves on, so it is looked at this often. */
const LOOK_MS = 20;

/** The size that a task's video should have. */
const videoBytesOf = (options) => (task) => task.outcome.videoBytes ?? options.videoBytes;

/**
 * @param {object} parts of the simulator: options, book, callbacks, limit, readLimit, money, uploads, `greeted` (orders that were
 *   seen before), `isOpen()`
 * @returns {(gateway: object, request: object, entry: object) => object}
 */
function worldMaker({
	options,
	book,
	callbacks,
	limit,
	readLimit,
	money,
	uploads,
	greeted,
	isOpen,
}) {
	const videoBytes = videoBytesOf(options);
	return function worldFor(gateway, request, entry) {
		return {
			options,
			base: request.base,
			callbacks,
			/** A later message needs the addresses of this request, but not its pictures. */
			callBack(task, url) {
				const { origin, base } = request;
				callbacks.follow(gateway, task, url, worldFor(gateway, { origin, base }, {}));
			},
			phase: (task) => book.phase(task),
			isRunning: (task) => book.isRunning(task),
			progress: (task) => book.progress(task),
			/** The status word of a running task, unless the test wants an unheard-of one. */
			word: (task, usual) => task.outcome.word ?? usual,
			/** The same of a finished one. */
			endWord: (task, usual) => task.outcome.endWord ?? usual,
			/** Whether a finished task tells its link already; asking counts. */
			isLinked: (task) => book.isLinked(task),
			/** Resolves when a task has ended, at the latest after the given time. */
			async finished(task, maxMs) {
				const until = performance.now() + maxMs;
				while (isOpen() && book.isRunning(task) && performance.now() < until) {
					await sleep(LOOK_MS, undefined, { ref: false });
				}
			},
			alias: (task, name) => book.alias(task, name),
			cancel: (task) => book.cancel(task),
			remove: (task) => book.remove(task),
			/** A task of the same key and dialect. */
			findTask: (id) => book.find(gateway, id, request.key),
			/** All of them, the newest first. */
			listTasks: () => book.list(gateway, request.key),
			waitMs: () => limit.take(`${gateway.id} ${request.key}`),
			readWaitMs: () => readLimit.take(`${gateway.id} ${request.key}`),
			isFirst(prompt) {
				const name = `${gateway.id} ${request.key} ${prompt}`;
				const first = !greeted.has(name);
				greeted.add(name);
				return first;
			},
			createTask(facts, made) {
				const { key, body } = request;
				const { dialect } = gateway;
				const task = book.create({
					gateway,
					key,
					order: shorten(body),
					facts: { ...facts, ...(dialect && { dialect }) },
					detached: !made,
				});
				if (made) entry.taskId = task.id;
				return task;
			},
			videoUrl(task, { fresh = false } = {}) {
				if (task.outcome.videoUrl !== undefined) return task.outcome.videoUrl;
				const token = book.linkToken(task, { fresh, lifeMs: gateway.linkMs });
				const path = `/cdn/${gateway.id}/${encodeURIComponent(task.id)}.mp4?token=${token}`;
				const { link } = task.outcome;
				if (link === 'relative') return path;
				const url = `${request.origin}${path}`;
				return link === 'schemeless' ? url.replace(/^https?:/, '') : url;
			},
			videoSize: (task) => serveVideo(task, videoBytes(task), { headers: {} }).stream.size,
			keepUpload(bytes, format) {
				const id = randomBytes(8).toString('hex');
				const name = `${gateway.id}/${id}.${extensionOf(format)}`;
				uploads.add(name, bytes);
				return { id, url: `${request.origin}/uploads/${name}` };
			},
			/** A place for a file that is sent by PUT, afterwards and without a key. */
			announceUpload({ extension, size, type }) {
				const name = `${gateway.id}/${randomBytes(8).toString('hex')}${extension}`;
				const ticket = uploads.promise(name, { size, type });
				const url = `${request.origin}/uploads/${name}`;
				return { url, uploadUrl: `${url}?ticket=${ticket}` };
			},
			/** Whether a link of ours leads to a file; other people's links are never followed. */
			isLinkAlive(url) {
				const prefix = `${request.origin}/uploads/`;
				return !url.startsWith(prefix) || uploads.has(url.slice(prefix.length));
			},
			now: () => options.now(),
			money: () => money.of(gateway.id),
		};
	};
}

module.exports = { videoBytesOf, worldMaker };
