'use strict';
/* The page, the plot and the README's table of `npm run looks`, from figures that are given. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { page, plot, withLooks, worseInBoth } = require('../../tools/lib/looks-report.cjs');

const every15 = { lagS: 7.5, lagShare: 0.1, polls: 5 };
const cells = (ours) =>
	[12, 30, 60, 120, 300, 600].flatMap((seconds) =>
		['fixed', '± 10 %'].flatMap((distribution) =>
			[1, 10].flatMap((clips) =>
				[0, 10].map((known) => ({ seconds, distribution, clips, known, ours, every15 })),
			),
		),
	);
const good = { lagS: 1, lagShare: 0.02, polls: 6 };

test('worse is only what is later and asks more often, beyond chance', () => {
	expect(worseInBoth({ lagS: 9, polls: 6 }, every15)).toBe(true);
	expect(worseInBoth({ lagS: 9, polls: 4 }, every15)).toBe(false);
	expect(worseInBoth({ lagS: 7.6, polls: 6 }, every15)).toBe(false);
});

test('the page says which marks are met, and which are missed where', () => {
	expect(page(cells(good), [])).not.toContain('missed');
	const late = page(cells({ ...good, lagS: 30, polls: 46 }), []);
	expect(late).toContain('missed at 12 s: 2.0 %, 46.0 looks');
	expect(late).toContain('Worse than a fixed 15 seconds in both lag and looks: fixed, 12 s');
});

test('the README gets its table between its marks only', () => {
	const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
	const made = withLooks(readme, cells(good));
	expect(made).toContain('| 12 s | 1.0 s, 6.0 | 1.0 s, 6.0 | 1.0 s, 6.0 | 7.5 s, 5.0 |');
	const around = (text) => [text.split('<!-- looks:')[0], text.split('<!-- end of looks')[1]];
	expect(around(made)).toEqual(around(readme));
	expect(() => withLooks('# Other', cells(good))).toThrow('marks');
});

test('the plot leaves out what lies outside its axes', () => {
	const points = [
		{ seconds: 12, polls: 2, lagShare: 0.1 },
		{ seconds: 60, polls: 1e6, lagShare: 0.1 },
	];
	const svg = plot([{ name: 'ours', points }]);
	expect(svg.match(/<circle/g)).toHaveLength(1);
	expect(svg).not.toMatch(/NaN|Infinity/);
});
