'use strict';
/* docs/errors.md is in step with the code, and every line of it names something to change or to do. */
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const advice = require('../../nodes/HailuoVideo/batch/advice');
const { errorsPage, messagesIn } = require('../../tools/lib/errors.cjs');

const root = join(__dirname, '../..');
const file = join(root, 'docs/errors.md');
const { refusals, faults } = messagesIn(root);

/** Advice names a field or an operation in quotes, or tells plainly what to do. */
const NAMES_SOMETHING =
	/'[^']+'|https?:|\b(?:check|change|choose|set|give|put|make|run|raise|top up|open|look|take|use|save|convert|enter|wait|try|fetch|order|let|cut|lower|add|remove|only|can stop|has to|it has|write|develop|turn|unpack|shorten|scale|leave|pick|map|correct|hand|spread)\b/i;

it('the page is what `npm run readme` makes', () => {
	// prettier's own module cannot be loaded by jest
	const prettier = join(root, 'node_modules/prettier/bin/prettier.cjs');
	const page = execFileSync(process.execPath, [prettier, '--stdin-filepath', file], {
		cwd: root,
		encoding: 'utf8',
		input: errorsPage(root, advice),
	});
	expect(readFileSync(file, 'utf8')).toBe(page);
});

it.each(Object.entries(advice.categoryAdvice))(
	'category %s: when, and what to do',
	(_name, one) => {
		expect(one.when).toMatch(/\.$/);
		expect(one.advise('MiniMax')).toMatch(NAMES_SOMETHING);
	},
);

it.each(advice.specialAdvice.map((one) => [one.id, one]))(
	'%s: when, and what to do',
	(_id, one) => {
		expect(one.when).toMatch(/\.$/);
		expect(one.advise('MiniMax')).toMatch(NAMES_SOMETHING);
	},
);

it('finds the messages of the code, and what to do about each', () => {
	expect(faults.length).toBeGreaterThan(15);
	expect(refusals.length).toBeGreaterThan(40);
	const mute = refusals.filter(
		({ message, advice: said }) => !NAMES_SOMETHING.test(said) && !NAMES_SOMETHING.test(message),
	);
	expect(mute).toEqual([]);
	const categories = Object.keys(advice.categoryAdvice);
	for (const fault of faults) expect(categories).toEqual(expect.arrayContaining(fault.categories));
});
