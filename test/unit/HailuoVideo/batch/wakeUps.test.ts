import {
	firstDueAt,
	nextDueAt,
	parkUntil,
	SHORTEST_PARK_MS,
	wakeUpMs,
} from '../../../../nodes/HailuoVideo/batch/wakeUps';

const since = 1_000_000;
const minute = 60_000;
const task = { since, fresh: true, wakeUpMs: 2 * minute, pollIntervalMs: 0 };

describe('when to wake for a kind of videos', () => {
	test('a little after the presumed time while none was seen', () => {
		const wake = wakeUpMs({ seen: [], presumedMs: 2 * minute });
		expect(wake).toBeGreaterThan(2 * minute);
		expect(wake).toBeLessThan(2.2 * minute);
		expect(wakeUpMs({ seen: [], presumedMs: 2 * minute }, 10)).toBeGreaterThan(wake);
	});

	test('by those that were seen: most of them are ready', () => {
		const seen = [110, 112, 114, 116, 118, 120, 122, 130].map((seconds) => ({
			notYet: (seconds - 1) * 1000,
			ready: (seconds + 1) * 1000,
		}));
		const wake = wakeUpMs({ seen, presumedMs: 10 * minute });
		expect(wake / 1000).toBeGreaterThanOrEqual(118);
		expect(wake / 1000).toBeLessThan(130);
		// the last of several counts
		expect(wakeUpMs({ seen, presumedMs: minute }, 10) / 1000).toBe(130);
	});
});

describe('when to poll', () => {
	test('a new task for the first time when it should be ready, an old one at once', () => {
		expect(firstDueAt(task)).toBe(since + 2 * minute);
		expect(firstDueAt({ ...task, fresh: false })).toBe(since);
	});

	test('early: when it should be ready; near the end: as a node that stays would', () => {
		const planned = since + 100;
		expect(nextDueAt(task, since + minute, planned)).toBe(since + 2 * minute);
		expect(nextDueAt(task, since + 1.9 * minute, planned)).toBe(planned);
	});

	test('a task of unknown age is asked for on the way', () => {
		const old = { ...task, fresh: false };
		const first = nextDueAt(old, since, 0);
		expect(first).toBeGreaterThan(since + minute);
		expect(first).toBeLessThan(since + 1.5 * minute);
		expect(nextDueAt(old, first, 0)).toBe(since + 2 * minute);
	});

	test('the user’s own interval counts', () => {
		expect(nextDueAt({ ...task, pollIntervalMs: 7000 }, since, 0)).toBe(since + 7000);
	});
});

describe('until when to park', () => {
	const plan = { dueAt: 0, latest: Infinity, waitedMs: 0, isLate: false };

	test('never shorter than n8n is on time for', () => {
		expect(parkUntil({ ...plan, dueAt: 5000 }, 0, 0)).toBe(SHORTEST_PARK_MS);
	});

	test('not beyond the time limit', () => {
		expect(parkUntil({ ...plan, dueAt: 10 * minute, latest: 2 * minute }, 0, 0.9)).toBe(2 * minute);
	});

	test('executions that are parked together wake apart, and never early', () => {
		const untils = [0, 0.3, 0.6, 0.99].map((random) =>
			parkUntil({ ...plan, dueAt: 2 * minute }, 0, random),
		);
		expect(new Set(untils).size).toBe(4);
		for (const until of untils) {
			expect(until).toBeGreaterThanOrEqual(2 * minute);
			expect(until).toBeLessThan(2.1 * minute);
		}
	});

	test('longer and longer for a video that is late', () => {
		const late = parkUntil({ ...plan, waitedMs: 20 * minute, isLate: true }, 0, 0);
		expect(late).toBeGreaterThan(2 * minute);
	});
});
