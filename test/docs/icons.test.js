'use strict';
/* Icons lie where nodes and credentials look for them, and are what n8n can show. */
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');

const { n8n } = require('../../package.json');

const root = path.join(__dirname, '../..');
const sourceOf = (file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
const open = (file, ending) =>
	new (require(path.join(root, sourceOf(file)))[path.basename(file, ending)])();
const entries = [
	...n8n.nodes.map((file) => [sourceOf(file), open(file, '.node.js').description.icon]),
	...n8n.credentials.map((file) => [sourceOf(file), open(file, '.credentials.js').icon]),
];

test.each(entries)('%s: the icon is there, light and dark', (file, icon) => {
	const files = [icon.light, icon.dark].map((link) =>
		path.join(root, path.dirname(file), link.replace(/^file:/, '')),
	);
	for (const svg of files) expect([svg, existsSync(svg)]).toEqual([svg, true]);
	expect(new Set(files).size).toBe(2);
});

describe.each(readdirSync(path.join(root, 'icons')))('%s', (name) => {
	const svg = readFileSync(path.join(root, 'icons', name), 'utf8');

	test('is square, small, and draws nothing from elsewhere', () => {
		const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
		expect(width).toBeDefined();
		expect(width).toBe(height);
		expect(svg.length).toBeLessThan(2048);
		expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
			/https?:|<script|<image|href|<text|<style/,
		);
	});

	test('is no red box with a white triangle', () => {
		const fills = [...svg.matchAll(/fill="(#[0-9a-f]+)"/g)].map(([, fill]) => fill);
		expect(fills.length).toBeGreaterThan(1);
		expect(svg).not.toMatch(/<rect/);
		// the body of the shell is teal: more green and blue than red
		const [red, green, blue] = fills[0]
			.match(/[0-9a-f]{2}/g)
			.map((part) => Number.parseInt(part, 16));
		expect(Math.min(green, blue)).toBeGreaterThan(red);
	});
});
