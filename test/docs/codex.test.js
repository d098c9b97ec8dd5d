'use strict';
/* What n8n's node creator knows of the nodes: how they are found, and where their documentation is. */
const { readFileSync } = require('node:fs');
const path = require('node:path');

const { SEARCHES } = require('../helpers/searches');
const { name: packageName, homepage, n8n } = require('../../package.json');

const root = path.join(__dirname, '../..');

/** The categories that n8n's node creator has. */
const CATEGORIES = [
	'AI',
	'Analytics',
	'Communication',
	'Data & Storage',
	'Development',
	'Finance & Accounting',
	'Marketing & Content',
	'Miscellaneous',
	'Productivity',
	'Sales',
	'Utility',
];

/** What people type; each was also typed into a real editor by the form suite. */
const PHRASES = {
	hailuoVideo: SEARCHES,
	hailuoVideoTrigger: ['hailuo', 'callback', 'webhook', 'video ready'],
};

describe.each(n8n.nodes)('%s', (file) => {
	const source = path.join(root, file.replace(/^dist\//, ''));
	const codex = JSON.parse(readFileSync(source.replace(/\.js$/, '.json'), 'utf8'));
	const { name } = new (require(source.replace(/\.js$/, '.ts'))[path.basename(file, '.node.js')])()
		.description;

	test('has its codex, under its own name', () => {
		expect(codex).toMatchObject({
			node: `${packageName}.${name}`,
			nodeVersion: expect.stringMatching(/^\d+\.\d+$/),
			codexVersion: '1.0',
		});
	});

	test('stands where the node creator looks: among the AI root nodes, and in one more category', () => {
		expect(CATEGORIES).toEqual(expect.arrayContaining(codex.categories));
		expect(codex.categories).toContain('AI');
		expect(codex.categories.length).toBeGreaterThan(1);
		// without both, the search of the editor drops a node of the category AI
		expect(codex.subcategories).toEqual({ AI: ['Miscellaneous', 'Root Nodes'] });
	});

	test('is found by what people type', () => {
		const words = codex.alias.map((alias) => alias.toLowerCase());
		expect(words).toEqual(expect.arrayContaining(PHRASES[name].map((one) => one.toLowerCase())));
		expect(new Set(words).size).toBe(words.length);
	});

	test('leads to documentation of this package', () => {
		const { primaryDocumentation, credentialDocumentation } = codex.resources;
		const links = [...primaryDocumentation, ...credentialDocumentation].map(({ url }) => url);
		const page = homepage.replace(/#.*/, '');
		expect(links).toHaveLength(2);
		for (const link of links) expect(link.replace(/#.*/, '')).toBe(page);
	});
});
