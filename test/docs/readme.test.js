'use strict';
/* What README and docs say is what the repository has. */
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');

const { HailuoVideo } = require('../../nodes/HailuoVideo/HailuoVideo.node');
const { HailuoVideoTrigger } = require('../../nodes/HailuoVideoTrigger/HailuoVideoTrigger.node');
const gateways = require('../../nodes/shared/catalog/gateways');
const { scripts } = require('../../package.json');
const prices = require('../../nodes/shared/catalog/prices');
const { withMatrix } = require('../../tools/lib/matrix.cjs');
const { withPrices } = require('../../tools/lib/prices.cjs');

const root = path.join(__dirname, '../..');
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const pagesIn = (folder) =>
	readdirSync(path.join(root, folder))
		.filter((name) => name.endsWith('.md'))
		.map((name) => path.join(folder, name));

/** All pages that people read. */
const pages = [
	...pagesIn('.'),
	...pagesIn('docs'),
	...pagesIn('docs/gateways'),
	'workflows/README.md',
	'test/simulator/README.md',
];

/** Without the blanks and dashes that the formatter puts into tables. */
const bare = (text) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

/** Links of a page to files of the repository: [link, file, anchor]. */
const linksOf = (page) =>
	[...read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]*)\)/g)].map(([, link]) => {
		const [file, anchor] = link.split('#');
		return [link, file === '' ? page : path.join(path.dirname(page), file), anchor];
	});

/** The anchors that GitHub makes of a page's headings. */
const anchorsOf = (page) =>
	[...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replace(/ /g, '-'),
	);

test('the matrix is the table’s (mend with: npm run build && npm run readme)', () => {
	const models = read('docs/models.md');
	expect(bare(models)).toBe(bare(withMatrix(models, gateways)));
});

test('the price list is the table’s (mend with: npm run build && npm run readme)', () => {
	const page = read('docs/prices.md');
	expect(bare(page)).toBe(bare(withPrices(page, prices, gateways)));
	const sold = gateways.providerIds.filter((id) =>
		prices.priceRows.some(({ provider }) => provider === id),
	);
	expect(sold.length).toBeGreaterThan(1);
	for (const id of sold) {
		const own = read(`docs/gateways/${id}.md`);
		expect(bare(own)).toBe(bare(withPrices(own, prices, gateways, id)));
	}
});

test('the README stays short: a first video in two minutes, the rest in docs/', () => {
	expect(read('README.md').split('\n').length).toBeLessThan(200);
});

test('every gateway has its page, with its host', () => {
	for (const id of gateways.providerIds) {
		const page = read(`docs/gateways/${id}.md`);
		expect(page).toMatch(/^## Key$/m);
		expect(page).toMatch(/^## Inferred or doubtful$/m);
		expect(page).toMatch(/20\d\d-\d\d-\d\d/);
		expect(page).toMatch(/Base URL.*`https:\/\//s);
	}
});

test.each(pages)('every npm script that %s names exists', (page) => {
	const named = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
	for (const name of named) expect([page, name, name in scripts]).toEqual([page, name, true]);
});

test.each(pages)('every file and heading that %s links exists', (page) => {
	for (const [link, file, anchor] of linksOf(page)) {
		expect([link, existsSync(path.join(root, file))]).toEqual([link, true]);
		if (anchor) expect([link, anchorsOf(file).includes(anchor)]).toEqual([link, true]);
	}
});

test('the links of the nodes and credentials lead to headings of the README', () => {
	const sources = ['nodes', 'credentials'].flatMap((folder) =>
		readdirSync(path.join(root, folder), { recursive: true })
			.map((name) => path.join(folder, String(name)))
			.filter((file) => /\.(ts|json)$/.test(file)),
	);
	const anchors = sources.flatMap((file) =>
		[...read(file).matchAll(/n8n-nodes-hailuo\/n8n-nodes-hailuo#([\w-]+)/g)].map(
			([, anchor]) => anchor,
		),
	);
	expect(anchors.length).toBeGreaterThan(2);
	for (const anchor of anchors) expect(['readme', ...anchorsOf('README.md')]).toContain(anchor);
});

/** Every label of the forms: fields, options of collections, choices. */
const labelsOf = (properties) =>
	properties.flatMap(({ displayName, name, options = [], values = [] }) => [
		displayName ?? name,
		...labelsOf(options),
		...labelsOf(values),
	]);
const labels = [new HailuoVideo(), new HailuoVideoTrigger()].flatMap(({ description }) =>
	labelsOf(description.properties),
);

test.each(pages)('every field that %s names by its way through the form exists', (page) => {
	// **Options → Max Spend**, **Account → Get Balance**, _Completion_ **Pause the Execution**
	const ways = [...read(page).matchAll(/\*\*([A-Z][\w ]+) → ([^*→]+)\*\*/g)]
		.filter(([, first]) => labels.includes(first))
		.flatMap(([, first, second]) => [first, second]);
	const completions = [...read(page).matchAll(/_Completion_ \*\*([^*]+)\*\*/g)].map(
		([, name]) => name,
	);
	for (const label of [...ways, ...completions])
		expect([page, label, labels.includes(label)]).toEqual([page, label, true]);
});
