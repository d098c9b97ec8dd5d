'use strict';

const { downloadLag, figuresOf, lookLag } = require('../../bench/lib/dialogue.mjs');
const { latenciesDuring } = require('../../bench/lib/event-loop.mjs');
const { parseCpuSeconds, parseStatus } = require('../../bench/lib/process-figures.mjs');
const { heavyPng } = require('../../bench/lib/picture.mjs');
const { largest, mean, median, percentile, ratio } = require('../../bench/lib/statistics.mjs');
const { taskTimes } = require('../../bench/lib/times.mjs');
const words = require('../../bench/lib/words.mjs');

describe('statistics', () => {
	it('gives mean, median, percentile and largest', () => {
		const values = [4, 1, 3, 2, 10];
		expect([mean(values), median(values), percentile(values, 0.99), largest(values)]).toEqual([
			4, 3, 10, 10,
		]);
		expect(values).toEqual([4, 1, 3, 2, 10]);
	});

	it('knows nothing of an empty list', () => {
		for (const of of [mean, median, largest]) expect(of([])).toBeUndefined();
	});

	it('has no ratio to nothing', () => {
		expect(ratio(10, 4)).toBe(2.5);
		expect(ratio(10, 0)).toBeUndefined();
		expect(ratio(undefined, 2)).toBeUndefined();
	});
});

describe('task times', () => {
	it.each([5, 10, 50, 97])('spreads %i times evenly around the task time', (count) => {
		const times = taskTimes(count, 120, 0.1);
		expect(times).toHaveLength(count);
		expect(new Set(times).size).toBe(count);
		expect(Math.min(...times)).toBe(108_000);
		expect(Math.max(...times)).toBe(132_000);
		expect(mean(times)).toBeCloseTo(120_000, 0);
	});

	it('gives the same list every time, without a trend', () => {
		const times = taskTimes(50, 120, 0.1);
		expect(taskTimes(50, 120, 0.1)).toEqual(times);
		const halves = [times.slice(0, 25), times.slice(25)].map(mean);
		expect(Math.abs(halves[0] - halves[1])).toBeLessThan(2000);
	});

	it('is exact for one clip, and without a spread', () => {
		expect(taskTimes(1, 120, 0.1)).toEqual([120_000]);
		expect(taskTimes(3, 5, 0)).toEqual([5000, 5000, 5000]);
	});
});

describe('what the gateway saw', () => {
	const task = { id: 'a', submittedAt: 1000, readyAt: 11_000 };
	const requests = [
		{ kind: 'submit', taskId: 'a', at: 1000 },
		{ kind: 'status', taskId: 'a', at: 5000 },
		{ kind: 'status', taskId: 'a', at: 11_500 },
		{ kind: 'result', taskId: 'a', at: 11_600 },
		{ kind: 'video', taskId: 'a', at: 11_700 },
	];

	it('counts the lag from readiness to the first look that could be told so', () => {
		expect(lookLag(task, requests)).toBe(500);
		expect(downloadLag(task, requests)).toBe(700);
	});

	it('has no lag for a clip that nobody saw ready', () => {
		expect(lookLag(task, requests.slice(0, 2))).toBeUndefined();
		expect(downloadLag(task, [])).toBeUndefined();
	});

	it('sums up a run', () => {
		const other = { id: 'b', submittedAt: 0, readyAt: 10_000 };
		const record = {
			tasks: [task, other],
			requests: [
				...requests,
				{ kind: 'submit', at: 0 },
				{ kind: 'submit', taskId: 'b', at: 0 },
				{ kind: 'status', taskId: 'b', at: 12_500 },
			],
		};
		expect(figuresOf(record)).toEqual({
			paid: 2,
			refused: 1,
			requests: 8,
			requestsPerClip: 4,
			looksPerClip: 1.5,
			lagMs: 1500,
			worstLagMs: 2500,
			lagShare: 0.15,
			downloadLagMs: 700,
		});
	});

	it('gives no figures per clip where none was made', () => {
		expect(figuresOf({ tasks: [], requests: [] })).toMatchObject({
			paid: 0,
			requestsPerClip: undefined,
			lagMs: undefined,
		});
	});
});

describe('figures of a process', () => {
	it('reads memory from the status file', () => {
		const text = 'Name:\tnode\nVmPeak:\t 9999 kB\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n';
		expect(parseStatus(text)).toEqual({ rss: 100, peak: 200 });
		expect(parseStatus('')).toEqual({ rss: undefined, peak: undefined });
	});

	it('reads processor time, whatever the program is called', () => {
		const rest = Array(50).fill('0');
		rest[0] = 'S';
		rest[11] = '150';
		rest[12] = '50';
		expect(parseCpuSeconds(`42 (a) b (c) ${rest.join(' ')}`)).toBe(2);
	});
});

describe('the event loop', () => {
	it('counts only what was asked while the execution ran', () => {
		const answers = [1, 2, 3, 4, 5].map((at) => ({ at, ms: at * 10 }));
		expect(latenciesDuring(answers, { startedAt: 2, stoppedAt: 4 })).toEqual({
			p50: 30,
			p99: 40,
			max: 40,
			samples: 3,
		});
	});
});

describe('the heavy picture', () => {
	it('is a PNG of the wanted weight', () => {
		const picture = heavyPng(1_000_000);
		expect(picture.subarray(1, 4).toString()).toBe('PNG');
		expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([640, 480]);
		expect(picture.length).toBeGreaterThan(1_000_000);
		expect(picture.length).toBeLessThan(1_010_000);
	});
});

describe('words', () => {
	it.each([
		[undefined, '–'],
		[NaN, '–'],
		[52, '0.05 s'],
		[4239, '4.2 s'],
		[128_400, '128 s'],
		[1_278_000, '21.3 min'],
		[6_390_000, '107 min'],
	])('says %s ms as %s', (ms, text) => expect(words.duration(ms)).toBe(text));

	it('says the rest', () => {
		expect(words.times(9.416)).toBe('9.42 ×');
		expect(words.times(46.06)).toBe('46.1 ×');
		expect(words.percent(0.05)).toBe('5 %');
		expect(words.percent(0.0413)).toBe('4.1 %');
		expect(words.clips(1)).toBe('1 clip');
		expect(words.megabytes(65.9)).toBe('66 MB');
	});
});
