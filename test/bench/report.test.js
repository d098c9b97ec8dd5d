'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const {
	completed,
	computeTrial,
	inOrder,
	middleOf,
	plansOf,
	timePlansOf,
} = require('../../bench/lib/compare.mjs');
const { contestants, workflowOf } = require('../../bench/lib/contestants.mjs');
const {
	compareRows,
	consoleReport,
	markdownReport,
	timeTableRows,
	withBench,
} = require('../../bench/lib/report.mjs');
const { barPlot } = require('../../bench/lib/svg.mjs');
const { targetsOf } = require('../../bench/lib/targets.mjs');
const { taskTimes } = require('../../bench/lib/times.mjs');

const options = { counts: [1, 10, 50], taskSeconds: 120, spread: 0.1, videoMb: 5 };

const run = (n, contestant, seconds, more = {}) => ({
	n,
	contestant,
	items: n,
	executions: n === 1 ? 5 : 1,
	wallMs: seconds * 1000,
	paid: n,
	clips: n,
	requestsPerClip: 9,
	lagMs: 4800,
	worstLagMs: 8000,
	lagShare: 0.04,
	aboveIdleMb: 70,
	cpuSeconds: 2,
	statuses: ['success'],
	errors: [],
	...more,
});

const trials = () => {
	const made = [
		run(1, 'hailuo', 125),
		run(1, 'builtIn', 127),
		run(1, 'recipe', 145),
		run(10, 'recipe', 181),
		run(10, 'hailuo', 135),
		run(10, 'builtIn', 1275),
		run(50, 'hailuo', 140),
		run(50, 'recipe', 182),
	];
	return inOrder([...made, computeTrial({ n: 50, contestant: 'builtIn' }, made)]);
};
const measured = { date: '2026-01-01', loads: [0.1, 0.25], build: 'abc' };
const compare = () => ({ taskSeconds: 120, spread: 0.1, videoMb: 5, trials: trials(), measured });

describe('the plan', () => {
	const plans = plansOf(options);

	it('gives everybody the same times, and another the first turn each time', () => {
		for (const n of options.counts) {
			const same = plans.filter((plan) => plan.n === n);
			expect(same.map(({ contestant }) => contestant).sort()).toEqual(
				contestants.map(({ id }) => id).sort(),
			);
			for (const plan of same) expect(plan.times).toEqual(same[0].times);
		}
		const first = options.counts.map((n) => plans.find((plan) => plan.n === n).contestant);
		expect(new Set(first).size).toBe(3);
	});

	it('makes one clip several times over: a single time would be luck', () => {
		for (const plan of plans.filter(({ n }) => n === 1))
			expect(plan).toMatchObject({ executions: 100, accounts: 20, items: 1 });
	});

	it('gives each account of the single clips the same times', () => {
		const { times, accounts } = plans.find(({ n }) => n === 1);
		const timesOf = (account) => times.filter((_, index) => index % accounts === account);
		for (const account of [0, 7, 19]) expect(timesOf(account)).toEqual(taskTimes(5, 120, 0.1));
	});

	it('tells what would take very long from the rest', () => {
		const long = plans.filter((one) => one.long).map(({ n, contestant }) => [n, contestant]);
		expect(long).toEqual([[50, 'builtIn']]);
	});
});

describe('lag by clip time', () => {
	const times = {
		spread: 0.1,
		rows: [
			{
				seconds: 15,
				n: 1,
				contestant: 'builtIn',
				round: 0,
				trial: { lagMs: 7600, worstLagMs: 14000, lagShare: 0.5, looksPerClip: 2 },
			},
			{
				seconds: 15,
				n: 1,
				contestant: 'hailuo',
				round: 0,
				trial: { lagMs: 1500, worstLagMs: 2600, lagShare: 0.1, looksPerClip: 2.6 },
			},
			{
				seconds: 15,
				n: 1,
				contestant: 'hailuo',
				round: 1,
				trial: { lagMs: 1700, worstLagMs: 2600, lagShare: 0.11, looksPerClip: 3 },
			},
			{ seconds: 15, n: 10, contestant: 'hailuo', round: 0, trial: { failed: 'it hung' } },
		],
	};

	it('is measured with the same times here and there, ours twice in one n8n', () => {
		const plans = timePlansOf([15, 60], 0.1);
		expect(
			plans.map(({ seconds, n, contestant, rounds }) => [seconds, n, contestant, rounds]),
		).toEqual(
			[15, 60].flatMap((seconds) => [
				[seconds, 1, 'builtIn', 1],
				[seconds, 1, 'hailuo', 2],
				[seconds, 10, 'hailuo', 2],
			]),
		);
		expect(plans[0].times).toEqual(plans[1].times);
		expect(plans[2].times).toHaveLength(200);
	});

	it('lets no execution learn from another', () => {
		for (const { executions, accounts } of timePlansOf([15], 0.1))
			expect(accounts).toBe(executions);
	});

	it('has a row for each run, stands on the page and in the README', () => {
		expect(timeTableRows(times)[2]).toEqual([
			'15 s',
			'Hailuo Video (this package), next time',
			'1',
			'1.7 s (11 %)',
			'2.6 s',
			'3.0',
		]);
		expect(timeTableRows(times)[3]).toContain('failed: it hung');
		expect(markdownReport({ times })).toContain('## Lag by clip time');
		expect(consoleReport({ times })).toContain('Looks per clip');
		const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
		expect(withBench(readme, { compare: compare(), times })).toContain(
			'| Seen late, a clip of 15 s | 1.5 s, known 1.7 s | 7.6 s | – |',
		);
	});

	it('has marks: the second time less lag is wanted', () => {
		expect(targetsOf({ times }).map(({ wanted, met }) => [wanted, met])).toEqual([
			['at most 1.9 s and 30 looks', true],
			['at most 1.6 s and 10 looks', false],
		]);
	});
});

describe('what is computed', () => {
	it('takes as long per clip as the largest smaller run, and claims nothing else', () => {
		const made = [run(2, 'builtIn', 300), run(10, 'builtIn', 1275), run(10, 'hailuo', 135)];
		expect(computeTrial({ n: 50, contestant: 'builtIn' }, made)).toEqual({
			n: 50,
			contestant: 'builtIn',
			computed: true,
			from: 10,
			wallMs: 6_375_000,
			requestsPerClip: 9,
			lagMs: 4800,
			lagShare: 0.04,
		});
	});

	it('needs a run that ended well', () => {
		const made = [{ n: 10, contestant: 'builtIn', failed: 'stuck' }];
		expect(computeTrial({ n: 50, contestant: 'builtIn' }, made)).toBeUndefined();
	});
});

describe('a comparison without its longest run', () => {
	const made = [run(10, 'builtIn', 1275), run(10, 'hailuo', 135), run(50, 'hailuo', 140)];
	const compared = { ...options, counts: [10, 50], trials: made };
	const row = (result, n, contestant) =>
		result.trials.find((one) => one.n === n && one.contestant === contestant);

	it('is completed by computing, and says what was not run', () => {
		const result = completed(compared);
		expect(row(result, 50, 'builtIn')).toMatchObject({ computed: true, wallMs: 6_375_000 });
		expect(row(result, 10, 'recipe')).toMatchObject({ failed: 'not run' });
		expect(result.trials).toHaveLength(6);
	});

	it('takes the run that was made apart, when its conditions were the same', () => {
		const long = { ...options, trials: [run(50, 'builtIn', 6400)] };
		const wanted = { wallMs: 6_400_000, apart: true, paid: 50 };
		expect(row(completed(compared, long), 50, 'builtIn')).toMatchObject(wanted);
		for (const other of [{ taskSeconds: 60 }, { spread: 0 }, { videoMb: 1 }])
			expect(row(completed(compared, { ...long, ...other }), 50, 'builtIn').computed).toBe(true);
		const failed = { ...long, trials: [{ n: 50, contestant: 'builtIn', failed: 'it hung' }] };
		expect(row(completed(compared, failed), 50, 'builtIn').computed).toBe(true);
	});
});

describe('the middle of several runs', () => {
	it('is the one with the median memory, and a failure only where all failed', () => {
		const of = (aboveIdleMb) => ({ aboveIdleMb });
		expect(middleOf([of(90), of(40), of(50)])).toEqual(of(50));
		expect(middleOf([of(90), { failed: 'x' }, of(50)])).toEqual(of(50));
		expect(middleOf([{ failed: 'x' }])).toEqual({ failed: 'x' });
	});
});

describe('the workflows', () => {
	it.each(contestants.map((one) => [one.id, one]))('%s: every link leads somewhere', (_, one) => {
		const workflow = workflowOf(one, {
			items: 3,
			gatewayUrl: 'http://127.0.0.1:1/minimax',
			credentialId: '1',
			...(one.id !== 'recipe' && { pictureUrl: 'http://127.0.0.1:2/frame.png' }),
		});
		const names = workflow.nodes.map(({ name }) => name);
		expect(names).toContain(one.delivers);
		for (const [from, { main }] of Object.entries(workflow.connections))
			expect(names).toEqual(expect.arrayContaining([from, ...main.flat().map(({ node }) => node)]));
		expect(workflow.pinData.Start).toHaveLength(3);
	});

	it('ask for the same video', () => {
		const words = contestants.map((one) =>
			JSON.stringify(workflowOf(one, { items: 1, gatewayUrl: 'http://x', credentialId: '1' })),
		);
		for (const text of words)
			for (const part of ['MiniMax-Hailuo-02', '768P']) expect(text).toContain(part);
	});
});

describe('the report', () => {
	it('puts ours first and gives ratios', () => {
		const rows = compareRows(compare());
		expect(rows.map((row) => row[0])).toEqual(['1', '1', '1', '10', '10', '10', '50', '50', '50']);
		expect(rows[4].slice(0, 4)).toEqual([
			'10',
			'n8n’s built-in MiniMax node',
			'21.3 min',
			'9.44 ×',
		]);
		expect(rows[7][2]).toBe('106 min (computed from 10 clips)');
		// what was not run has paid for nothing
		expect(rows[7].slice(-2)).toEqual(['–', '–']);
	});

	it('puts a short table into the README, between its marks only', () => {
		const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
		const memory = {
			rows: [
				{ contestant: 'hailuo', items: 3, videoMb: 200, trial: { aboveIdleMb: 22.4 } },
				{ contestant: 'builtIn', items: 3, videoMb: 200, trial: { aboveIdleMb: 498 } },
			],
		};
		const made = withBench(readme, { compare: compare(), memory });
		expect(made).toContain('| 10 clips | 135 s | 21.3 min (9.44 ×) | 181 s (1.34 ×) |');
		expect(made).toContain('| Memory for 3 videos of 200 MB | 22 MB | 498 MB | – |');
		const around = (text) => [text.split('<!-- bench:')[0], text.split('<!-- end of bench')[1]];
		expect(around(made)).toEqual(around(readme));
		expect(withBench(readme, {})).toBe(readme);
		expect(() => withBench('# Other', { compare: compare() })).toThrow('marks');
	});

	it('says what failed', () => {
		const failed = { n: 10, contestant: 'recipe', failed: 'it hung' };
		expect(compareRows({ trials: [failed] })[0][2]).toBe('failed: it hung');
		expect(barPlot({ ...compare(), trials: [failed] })).toContain('>failed<');
	});

	it('makes a page and lines from whatever was measured', () => {
		const all = {
			compare: compare(),
			machine: { cpus: 2, memoryGb: 24, system: 'Linux x64', n8n: '2.41.1', node: '24.1.0' },
		};
		const page = markdownReport(all);
		for (const part of ['## Wall time', '## Conditions', '## Not measured', '± 10 %'])
			expect(page).toContain(part);
		expect(page).not.toContain('undefined');
		expect(consoleReport(all)).toContain('Against ours');
		expect(markdownReport({})).toContain('## Not measured');
	});
});

describe('the marks', () => {
	const met = (results) => Object.fromEntries(targetsOf(results).map((one) => [one.what, one.met]));

	it('are met or not by the figures', () => {
		expect(met({ compare: compare() })).toMatchObject({
			'50 clips without a rate limit': true,
			'10 clips against the built-in node': true,
			'one clip against the built-in node': true,
		});
		const slow = compare();
		slow.trials = inOrder([run(1, 'hailuo', 125), run(50, 'hailuo', 160)]);
		expect(met({ compare: slow })['50 clips without a rate limit']).toBe(false);
	});

	it('count every refusal that a user sees, and every task that was paid twice', () => {
		const limiter = (trial) => ({
			limiter: { items: 50, perMinute: 20, floorMs: 210_000, trial: run(50, 'hailuo', 215, trial) },
		});
		expect(Object.values(met(limiter({})))).toEqual([true, true, true]);
		expect(met(limiter({ errors: ['too many'] }))['… refusals that reached a user']).toBe(false);
		expect(met(limiter({ paid: 51 }))['… tasks paid']).toBe(false);
	});

	it('say nothing of parts that were not run', () => {
		expect(targetsOf({})).toEqual([]);
	});
});

describe('the plot', () => {
	const plot = barPlot(compare());

	it('has a bar for each run, the computed one hatched', () => {
		expect(plot.match(/<rect x="250"/g)).toHaveLength(9);
		expect(plot.match(/fill="url\(#computed\)"/g)).toHaveLength(1);
	});

	it('stays inside its picture and is well-formed', () => {
		const widths = [...plot.matchAll(/<rect x="250" [^>]*width="([\d.]+)"/g)].map((m) => +m[1]);
		for (const width of widths) expect(250 + width).toBeLessThanOrEqual(860 - 220 + 1);
		expect(plot.match(/<text/g)).toHaveLength(plot.match(/<\/text>/g).length);
	});
});
