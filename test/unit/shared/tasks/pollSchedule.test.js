'use strict';
/* The schedule in virtual time: lag and number of polls for clips of any time, alone and together, known and not. */
const { ClipKind } = require('../../../../nodes/shared/transport/clipTimes');
const { nextQueuedPollMs } = require('../../../../nodes/shared/tasks/pollSchedule');
const { MARKS, worseInBoth } = require('../../../../tools/lib/looks-report.cjs');
const { cell, DISTRIBUTIONS } = require('../../../../tools/lib/poll-simulation.cjs');

const newKind = (random) => new ClipKind(120_000, random);
const runsOf = (clips, known) => (known ? Math.max(8, 40 / clips) : Math.max(30, 120 / clips));
/** Chance in a sample of this size. */
const TOLERANCE = 1.06;

describe.each(MARKS)('$name', ({ clips, known, lagS, polls }) => {
	test.each([12, 30, 120, 480])('%d s: lag and polls within the marks', (seconds) => {
		for (const distribution of [DISTRIBUTIONS.fixed, DISTRIBUTIONS['± 10 %']]) {
			const options = { newKind, seconds, distribution, clips, learntFrom: known };
			const seen = cell({ ...options, runs: runsOf(clips, known) });
			expect(seen.lagS).toBeLessThanOrEqual(lagS(seconds) * TOLERANCE);
			expect(seen.polls).toBeLessThanOrEqual(polls(seconds));
		}
	});
});

test.each([30, 60, 240, 360])(
	'%d s presumed: ten clips together are within the marks',
	(presumed) => {
		const { lagS, polls } = MARKS.find(({ clips, known }) => clips === 10 && known === 0);
		// wrong by up to ten times
		for (const seconds of [20, 60, 180, 600].filter((one) => one <= presumed * 10)) {
			const seen = cell({
				newKind: (random) => new ClipKind(presumed * 1000, random),
				seconds,
				distribution: DISTRIBUTIONS['± 10 %'],
				clips: 10,
				runs: 40,
			});
			expect(seen.lagS).toBeLessThanOrEqual(lagS(seconds) * TOLERANCE);
			expect(seen.polls).toBeLessThanOrEqual(polls(seconds));
		}
	},
);

test.each(Object.keys(DISTRIBUTIONS))('%s: never worse than every 15 s in both', (name) => {
	const distribution = DISTRIBUTIONS[name];
	for (const seconds of [10, 60, 240, 900]) {
		const every15 = cell({ seconds, distribution, clips: 1, interval: 15, runs: 2000 });
		for (const clips of [1, 10])
			for (const learntFrom of [0, 3]) {
				// whole days: the times drift with the hour
				const runs = clips === 1 && learntFrom === 0 ? 144 : Math.max(5, 30 / clips);
				const seen = cell({ newKind, seconds, distribution, clips, learntFrom, runs });
				expect({ seconds, clips, learntFrom, worse: worseInBoth(seen, every15) }).toEqual({
					seconds,
					clips,
					learntFrom,
					worse: false,
				});
			}
	}
});

test('at the time that is presumed, a batch needs at most as many polls as the schedule that was made for it', () => {
	const options = { newKind, seconds: 120, distribution: DISTRIBUTIONS['± 10 %'] };
	// the fixed plan of polls around 120 s that was used before: 6.9 polls, 2.7 % mean lag
	for (const clips of [10, 50]) {
		const seen = cell({ ...options, clips, runs: 300 / clips });
		expect(seen.polls).toBeLessThan(6.9);
		expect(seen.lagShare).toBeLessThan(0.027);
	}
});

test('a clip that takes three times as long as those before is found in growing steps', () => {
	const kind = newKind(0.5);
	for (let clip = 0; clip < 10; clip++) kind.learn({ notYet: 58_000, ready: 61_000 }, clip);
	const task = kind.track(0);
	const steps = [];
	for (let now = 0; now < 180_000; ) {
		const due = kind.dueAt(task);
		steps.push(due - now);
		now = due;
		kind.stillRunning(task, now);
	}
	expect(steps.length).toBeLessThan(25);
	expect(steps[steps.length - 1]).toBeLessThanOrEqual(0.13 * 180_000);
});

test('what one clip teaches makes the others due at once, those of another time as little as before', () => {
	const kind = newKind(0.5);
	const [first, second] = [kind.track(0), kind.track(0)];
	for (const task of [first, second]) kind.stillRunning(task, 40_000);
	const before = kind.dueAt(second);
	kind.ready(first, 42_000);
	expect(kind.dueAt(second)).toBeLessThan(before);
	expect(kind.dueAt(second)).toBeLessThanOrEqual(42_000 + 4_000);
	expect(kind.dueAt(kind.track(42_000))).toBeGreaterThan(42_000 + 10_000);
});

test('a reported progress is believed as far as polling around the promised end', () => {
	const polls = (progress) => {
		const options = {
			newKind,
			seconds: 60,
			distribution: DISTRIBUTIONS.fixed,
			clips: 1,
			runs: 200,
		};
		return cell({ ...options, told: progress });
	};
	const told = polls((elapsed, time) => (100 * elapsed) / time);
	expect(told.lagS).toBeLessThan(polls(() => undefined).lagS);
});

test('tasks of one kind are spread, not polled in step', () => {
	const kind = newKind(0.1);
	const due = Array.from({ length: 50 }, () => kind.track(0))
		.map((task) => kind.dueAt(task))
		.sort((a, b) => a - b);
	const gaps = due.slice(1).map((at, index) => at - due[index]);
	expect(Math.min(...due)).toBeGreaterThan(9_000);
	expect(Math.max(...gaps)).toBeLessThan(8 * (gaps.reduce((a, b) => a + b, 0) / gaps.length));
});

test('a clip that was ready at its first poll does not make the next ones be polled from their start', () => {
	const kind = newKind(0.5);
	kind.learn({ notYet: 0, ready: 15_000 }, 1);
	expect(kind.dueAt(kind.track(0))).toBeGreaterThan(4_000);
	// one that is known better counts instead
	kind.learn({ notYet: 19_000, ready: 20_000 }, 2);
	expect(kind.dueAt(kind.track(0))).toBeGreaterThan(9_000);
});

test('a task of unknown age may be ready at any moment', () => {
	const kind = newKind(0.5);
	const old = kind.track(0, true);
	kind.stillRunning(old, 0);
	expect(kind.dueAt(old)).toBeLessThan(5_000);
	kind.ready(old, 3_000);
	expect(kind.seen).toEqual([]);
});

test('a long queue is polled seldom, and by its pace where places are told', () => {
	expect(nextQueuedPollMs(600_000, 0.5)).toBe(60_000);
	expect(nextQueuedPollMs(40_000, 0.5)).toBe(10_000);
	// 10 places in 60 s, 5 to go: 30 s, half of it
	const places = [
		{ position: 15, atMs: 0 },
		{ position: 5, atMs: 60_000 },
	];
	expect(nextQueuedPollMs(60_000, 0.5, ...places)).toBe(15_000);
});

test('clips and kinds that were learnt elsewhere count when they are newer', () => {
	const kind = newKind(0.5);
	kind.learn({ notYet: 50_000, ready: 52_000 }, 1000);
	kind.adopt([{ notYet: 1, ready: 2 }], 900);
	expect(kind.seen).toEqual([{ notYet: 50_000, ready: 52_000 }]);
	kind.adopt([{ notYet: 70_000, ready: 72_000 }], 1100);
	expect(kind.seen).toEqual([{ notYet: 70_000, ready: 72_000 }]);
});
