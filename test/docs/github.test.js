'use strict';
/* What GitHub runs and shows is what the repository has. */
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');

const manifest = require('../../package.json');

const root = path.join(__dirname, '../..');
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const under = (folder) =>
	readdirSync(path.join(root, folder), { recursive: true })
		.map((name) => path.join(folder, String(name)))
		.filter((file) => /\.(yml|md)$/.test(file) || file.endsWith('CODEOWNERS'));
const files = [...under('.github'), 'SECURITY.md'];

test('CI runs the tests on Node 20, 22 and 24, and real n8n of both lines', () => {
	const ci = read('.github/workflows/ci.yml');
	expect(ci).toMatch(/node: \[20, 22, 24\]/);
	const lines = readdirSync(path.join(root, 'tools/n8n')).sort();
	const [, listed] = /n8n: \[(.+)\]/.exec(ci) ?? [];
	expect(
		(listed ?? '')
			.split(', ')
			.map((word) => word.replace(/'/g, ''))
			.sort(),
	).toEqual(lines);
});

test('the publish workflow proves where the package comes from, and keeps no token', () => {
	const publish = read('.github/workflows/publish.yml');
	expect(publish).toContain('id-token: write');
	expect(publish).toContain('npm run release');
	expect(publish).not.toContain('secrets.');
});

test('every npm script that a file of GitHub names exists', () => {
	const named = files.flatMap((file) =>
		[...read(file).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name),
	);
	expect(named.length).toBeGreaterThan(3);
	for (const name of named) expect(Object.keys(manifest.scripts)).toContain(name);
});

test('every file of the repository that they link exists', () => {
	const blob = /n8n-nodes-hailuo\/blob\/main\/([^)\s#]+)/g;
	const links = [
		...files.flatMap((file) => [...read(file).matchAll(blob)].map(([, link]) => link)),
		...[...read('SECURITY.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link),
	];
	expect(links.length).toBeGreaterThan(2);
	for (const link of links) expect([link, existsSync(path.join(root, link))]).toEqual([link, true]);
});

test('addresses are those of package.json, and no other', () => {
	const { email } = manifest.author;
	for (const file of files) {
		const text = read(file);
		for (const [found] of text.matchAll(/[\w.+-]+@[\w-]+\.[\w.]+\w/g))
			expect([file, found]).toEqual([file, email]);
	}
	expect(read('.github/CODEOWNERS')).toContain(email);
});

test('both node versions of the tools are one', () => {
	expect(read('.nvmrc').trim()).toMatch(/^\d+$/);
	expect(existsSync(path.join(root, `tools/node${read('.nvmrc').trim()}`))).toBe(true);
});
