'use strict';
/* How long clips take outlives the process by n8n's static data, small and whatever stands in it. */
const { clipKindOf } = require('../../../../nodes/HailuoVideo/batch/learntTimes');
const { ClipTimes } = require('../../../../nodes/shared/transport/clipTimes');
const { cell, DISTRIBUTIONS } = require('../../../../tools/lib/poll-simulation.cjs');

const order = { model: 'MiniMax-Hailuo-02', resolution: '768P', duration: 6 };

/** One process; `execution(staticData)` opens a run in it. */
function newProcess(random = 0.5) {
	const clipTimes = new ClipTimes();
	return {
		execution(staticData) {
			/** @type {any} of a batch and an item, what is needed here */
			const batch = {
				context: { getWorkflowStaticData: () => staticData },
				clock: { random: () => random },
				onEnd: [],
			};
			const kindOf = (facts = order, credential = 'minimax 1 https://api.minimax.io') =>
				clipKindOf(
					/** @type {any} */ ({
						batch,
						provider: 'minimax',
						client: { credential, limits: { clipTimes } },
						progress: { order: facts },
					}),
				);
			const end = () => batch.onEnd.forEach((one) => one());
			return { kindOf, end };
		},
	};
}

/** Static data as n8n saves and reads it again. */
const restored = (staticData) => JSON.parse(JSON.stringify(staticData));

test('what a run has learnt is there after a restart, for its own kind only', () => {
	const staticData = {};
	const run = newProcess().execution(staticData);
	run.kindOf().learn({ notYet: 58_000, ready: 60_000 }, 1_000);
	run.end();
	const later = newProcess().execution(restored(staticData));
	expect(later.kindOf().seen).toEqual([{ notYet: 58_000, ready: 60_000 }]);
	expect(later.kindOf({ ...order, resolution: '1080P' }).seen).toEqual([]);
	expect(later.kindOf(order, 'minimax 2 https://api.minimax.io').seen).toEqual([]);
});

test('after a restart a clip is seen as soon and with as few polls as before', () => {
	const restarted = (kind) => {
		const staticData = {};
		const run = newProcess().execution(staticData);
		run.kindOf().adopt(kind.seen, kind.learnedAt);
		run.end();
		return newProcess().execution(restored(staticData)).kindOf();
	};
	const newKind = (random) => newProcess(random).execution({}).kindOf();
	for (const seconds of [12, 120, 480]) {
		const options = { newKind, seconds, distribution: DISTRIBUTIONS['± 10 %'], clips: 1 };
		const seen = cell({ ...options, learntFrom: 10, restarted, runs: 100 });
		expect(seen.lagS).toBeLessThan(0.04 * seconds + 1);
		expect(seen.polls).toBeLessThan(10);
	}
});

test('executions at the same time do not undo each other', () => {
	const shared = newProcess();
	const before = {};
	const [first, second] = [shared.execution(restored(before)), shared.execution(restored(before))];
	first.kindOf().learn({ notYet: 50_000, ready: 51_000 }, 1_000);
	second.kindOf().learn({ notYet: 60_000, ready: 61_000 }, 2_000);
	first.end();
	const saved = {};
	const last = shared.execution(saved);
	last.kindOf();
	last.end();
	second.end();
	expect(newProcess().execution(restored(saved)).kindOf().seen).toHaveLength(2);
});

test('newer clips of another process win over those of this one', () => {
	const other = {};
	const elsewhere = newProcess().execution(other);
	elsewhere.kindOf().learn({ notYet: 70_000, ready: 71_000 }, 2_000);
	elsewhere.end();
	const here = newProcess();
	here.execution({}).kindOf().learn({ notYet: 50_000, ready: 51_000 }, 1_000);
	const run = here.execution(restored(other));
	expect(run.kindOf().seen).toEqual([{ notYet: 70_000, ready: 71_000 }]);
	run.end();
});

test('a run that learns nothing leaves the static data alone', () => {
	const staticData = {};
	const run = newProcess().execution(staticData);
	run.kindOf();
	run.end();
	expect(staticData).toEqual({});
});

test('it stays small: the newest kinds and clips are kept', () => {
	const staticData = {};
	const run = newProcess().execution(staticData);
	for (let duration = 1; duration <= 40; duration++)
		for (let clip = 0; clip < 30; clip++)
			run
				.kindOf({ ...order, duration })
				.learn({ notYet: 1_234_567, ready: 1_345_678 + clip }, duration * 100 + clip);
	run.end();
	expect(staticData.clipTimes.length).toBeLessThan(5_000);
	const later = newProcess().execution(restored(staticData));
	expect(later.kindOf({ ...order, duration: 40 }).seen.length).toBeGreaterThan(4);
	expect(later.kindOf({ ...order, duration: 1 }).seen).toEqual([]);
});

test.each(['{', '[1]', '[["x",1,[["a",2]]]]', '{"a":1}', '[["x","now",[]]]', 7, null])(
	'static data of another shape counts as nothing: %j',
	(clipTimes) => {
		const run = newProcess().execution({ clipTimes });
		expect(run.kindOf().seen).toEqual([]);
		run.end();
	},
);
