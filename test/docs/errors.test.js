'use strict';
/* docs/errors.md is in step with the code, and every line of it names something to change or to do. */
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const advice = require('../../nodes/HailuoVideo/batch/advice');
const { errorsPage, messagesIn } = require('../../tools/lib/errors.cjs');

const { n8n } = require('../../package.json');

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

/** Names in n8n's own screens, as they stand there. */
const NAMES_OF_N8N = [
	'Convert to File',
	'Crop',
	'Edit Image',
	'File',
	'Format',
	'HTTP Request',
	'Move Base64 String to File',
	'On Error',
	'Read/Write Files from Disk',
	'Resize',
	'Retry On Fail',
];

/** All that a user can read in the forms of our nodes and credentials. */
function labelsOfForms() {
	const labels = new Set();
	const collect = (part) => {
		if (Array.isArray(part)) part.forEach(collect);
		if (part === null || typeof part !== 'object') return;
		for (const key of ['displayName', 'placeholder', 'name']) {
			if (typeof part[key] === 'string') labels.add(part[key]);
		}
		Object.values(part).forEach(collect);
	};
	for (const entry of [...n8n.nodes, ...n8n.credentials]) {
		const source = entry.replace(/^dist\//, '').replace(/\.js$/, '.ts');
		for (const Made of Object.values(require(join(root, source)))) {
			const made = new Made();
			collect(made.description ?? { properties: made.properties, displayName: made.displayName });
		}
	}
	return labels;
}

it('each name in quotes is what the form says', () => {
	const labels = labelsOfForms();
	// a message puts the field's name in front of what is wrong: a group of fields has one name there
	const known = new Set([...labels, ...NAMES_OF_N8N, 'First Frame']);
	const named = [...readFileSync(file, 'utf8').matchAll(/'([A-Z][^'|\n]*)'/g)].map(
		// entries of a list are numbered
		([, name]) => name.replace(/ …$/, ''),
	);
	expect(named.length).toBeGreaterThan(50);
	expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
});
