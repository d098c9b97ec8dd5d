'use strict';
/*
 * Simulates how tasks are polled, in virtual time: clips of any time, alone or in batches, known or not. Used by
 * `npm run looks` (with the built package) and by the tests (with the sources).
 */

const { seeded } = require('../../test/helpers/random');

/** A normally distributed number (Box and Muller). */
const normal = (random) =>
	Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** How the times of clips around `seconds` are distributed: `(seconds, random, hour) => seconds`. */
const DISTRIBUTIONS = {
	fixed: (seconds) => seconds,
	'± 10 %': (seconds, random) => seconds * (0.9 + 0.2 * random()),
	'log-normal (40 %)': (seconds, random) => seconds * Math.exp(0.4 * normal(random)),
	'two humps (1 : 2)': (seconds, random) =>
		((seconds * (random() < 0.5 ? 1 : 2)) / 1.5) * (0.95 + 0.1 * random()),
	'drifting (× 2 in 6 h)': (seconds, random, hour) =>
		seconds * 2 ** Math.sin((hour * Math.PI) / 6) * (0.95 + 0.1 * random()),
};

/**
 * Polls a batch of tasks that were submitted at the same time until all are ready.
 * @param kind a ClipKind of nodes/shared/tasks/clipTimes
 * @param times milliseconds of each clip
 * @param {number} [startMs] virtual time at which all are submitted
 * @param {(elapsedMs: number, timeMs: number) => number | undefined} [told] the progress in per cent, where the
 *   gateway tells it
 * @returns {Array<{ time: number, lag: number, polls: number }>} milliseconds
 */
function pollBatch(kind, times, startMs = 0, told = () => undefined) {
	const running = new Set(times.map((time) => ({ time, task: kind.track(startMs) })));
	const done = [];
	let now = startMs;
	while (running.size > 0) {
		let next;
		let due = Number.POSITIVE_INFINITY;
		for (const one of running) {
			const at = kind.dueAt(one.task);
			if (at < due) [next, due] = [one, at];
		}
		now = Math.max(now, due);
		const elapsed = now - startMs;
		if (elapsed >= next.time) {
			done.push({ time: next.time, lag: elapsed - next.time, polls: next.task.polls + 1 });
			kind.ready(next.task, now);
			running.delete(next);
		} else kind.stillRunning(next.task, now, told(elapsed, next.time));
	}
	return done;
}

/** Polls each task at a fixed interval whose phase is nobody's choice. */
function pollFixed(times, intervalMs, random) {
	return times.map((time) => {
		const first = intervalMs * (0.5 + random());
		const polls = 1 + Math.max(0, Math.ceil((time - first) / intervalMs));
		return { time, lag: first + (polls - 1) * intervalMs - time, polls };
	});
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** @returns {{ lagS: number, lagShare: number, polls: number }} means over the clips */
function summary(done) {
	return {
		lagS: mean(done.map(({ lag }) => lag)) / 1000,
		lagShare: mean(done.map(({ lag }) => lag)) / mean(done.map(({ time }) => time)),
		polls: mean(done.map(({ polls }) => polls)),
	};
}

/**
 * One cell of the simulation.
 * @param {object} options
 * @param {(random: number) => any} [options.newKind] makes a ClipKind; not needed with `interval`
 * @param {number} options.seconds the clip's time
 * @param {(seconds: number, random: () => number, hour: number) => number} options.distribution
 * @param {number} options.clips in a batch
 * @param {number} [options.learntFrom] how many clips were made before; 0 = the kind is not known
 * @param {number} [options.interval] seconds: polled at that fixed interval instead
 * @param {(kind: any) => any} [options.restarted] what becomes of a kind at a restart
 * @param {number} [options.runs] how many batches
 * @param {(elapsedMs: number, timeMs: number) => number | undefined} [options.told] as for `pollBatch`
 */
function cell({
	newKind,
	seconds,
	distribution,
	clips,
	learntFrom = 0,
	interval,
	restarted = (kind) => kind,
	runs = Math.ceil(1500 / clips),
	told,
}) {
	const done = [];
	for (let run = 0; run < runs; run++) {
		const random = seeded(run * 1009 + clips);
		const hour = (run % 24) + random();
		const draw = (count, at) =>
			Array.from({ length: count }, () => distribution(seconds, random, at) * 1000);
		if (interval) {
			done.push(...pollFixed(draw(clips, hour), interval * 1000, random));
			continue;
		}
		// evenly spread instead of drawn: fewer runs tell as much
		let kind = newKind((run * 0.618034) % 1);
		if (learntFrom > 0) {
			pollBatch(kind, draw(learntFrom, hour));
			kind = restarted(kind);
		}
		done.push(...pollBatch(kind, draw(clips, hour + (learntFrom > 0 ? 1 : 0)), 3_600_000, told));
	}
	return summary(done);
}

module.exports = { cell, DISTRIBUTIONS, normal, pollBatch, pollFixed, seeded, summary };
