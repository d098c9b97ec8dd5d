'use strict';
/* What the README says is what the code does. */
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

const models = require('../../nodes/shared/catalog/gateways');
const { scripts } = require('../../package.json');
const { withMatrix } = require('../../tools/lib/matrix.cjs');

const root = path.join(__dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

/** Without the blanks and dashes that the formatter puts into tables. */
const bare = (text) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

test('the matrix is the table’s (mend with: npm run build && npm run readme)', () => {
	expect(bare(readme)).toBe(bare(withMatrix(readme, models)));
});

test.each(['README.md', 'CONTRIBUTING.md'])('every npm script that %s names exists', (file) => {
	const text = readFileSync(path.join(root, file), 'utf8');
	const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
	expect(named.length).toBeGreaterThan(0);
	for (const name of named) expect(Object.keys(scripts)).toContain(name);
});

test('every picture and file that the README links exists', () => {
	const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link);
	expect(links.length).toBeGreaterThan(2);
	for (const link of links) expect([link, existsSync(path.join(root, link))]).toEqual([link, true]);
});
