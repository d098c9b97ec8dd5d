'use strict';

const { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const { hashOf, isStamped, lockMatches, writeStamp } = require('../../tools/lib/stamp.mjs');

let base;
beforeEach(() => {
	base = mkdtempSync(join(tmpdir(), 'hailuo-stamp-'));
	mkdirSync(join(base, 'nodes', 'a'), { recursive: true });
	writeFileSync(join(base, 'nodes', 'a', 'x.ts'), 'one');
	writeFileSync(join(base, 'package.json'), '{}');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('hashOf', () => {
	const paths = ['nodes', 'package.json', 'index.js'];

	it('is the same for the same content', () => {
		expect(hashOf(base, paths)).toBe(hashOf(base, paths));
		expect(hashOf(base, paths)).toMatch(/^[0-9a-f]{64}$/);
	});

	it.each([
		['a changed file', () => writeFileSync(join(base, 'nodes', 'a', 'x.ts'), 'two')],
		['a new file', () => writeFileSync(join(base, 'nodes', 'y.ts'), '')],
		['a file that was missing', () => writeFileSync(join(base, 'index.js'), '')],
		['a removed file', () => rmSync(join(base, 'package.json'))],
	])('changes with %s', (_, change) => {
		const before = hashOf(base, paths);
		change();
		expect(hashOf(base, paths)).not.toBe(before);
	});

	it('does not depend on where the checkout lies', () => {
		const other = mkdtempSync(join(tmpdir(), 'hailuo-stamp-'));
		mkdirSync(join(other, 'nodes', 'a'), { recursive: true });
		writeFileSync(join(other, 'nodes', 'a', 'x.ts'), 'one');
		writeFileSync(join(other, 'package.json'), '{}');
		expect(hashOf(other, paths)).toBe(hashOf(base, paths));
		rmSync(other, { recursive: true });
	});

	it('depends on the words beside the files', () => {
		expect(hashOf(base, paths, ['linux', 'x64'])).not.toBe(hashOf(base, paths, ['linux', 'arm64']));
		expect(hashOf(base, paths, ['ab', 'c'])).not.toBe(hashOf(base, paths, ['a', 'bc']));
	});
});

describe('a stamp', () => {
	it('counts only for the hash it was written with', () => {
		const file = join(base, 'deep', '.stamp');
		expect(isStamped(file, 'abc')).toBe(false);
		writeStamp(file, 'abc');
		expect(isStamped(file, 'abc')).toBe(true);
		expect(isStamped(file, 'abcd')).toBe(false);
	});

	it('leaves no half-written file beside it', () => {
		writeStamp(join(base, 'deep', '.stamp'), 'abc');
		writeStamp(join(base, 'deep', '.stamp'), 'def');
		expect(readdirSync(join(base, 'deep'))).toEqual(['.stamp']);
	});

	it('does not count when it is empty', () => {
		writeFileSync(join(base, '.stamp'), '');
		expect(isStamped(join(base, '.stamp'), 'abc')).toBe(false);
	});
});

describe('lockMatches', () => {
	const wanted = {
		packages: {
			'': { version: '0.1.0' },
			'tools/stub': { version: '1.0.0' },
			'node_modules/a': { version: '1.0.0' },
			'node_modules/a/node_modules/b': { version: '2.0.0' },
			'node_modules/other-platform': { version: '3.0.0', optional: true },
			'node_modules/stub': { link: true },
		},
	};
	const installed = () => ({
		packages: {
			'node_modules/a': { version: '1.0.0' },
			'node_modules/a/node_modules/b': { version: '2.0.0' },
			'node_modules/stub': { link: true },
		},
	});

	it('accepts the tree that the lock asks for', () => {
		expect(lockMatches(wanted, installed())).toBe(true);
	});

	it('refuses no tree, as an interrupted install leaves it', () => {
		expect(lockMatches(wanted, undefined)).toBe(false);
		expect(lockMatches(wanted, {})).toBe(false);
	});

	it('refuses a missing package', () => {
		const tree = installed();
		delete tree.packages['node_modules/a/node_modules/b'];
		expect(lockMatches(wanted, tree)).toBe(false);
	});

	it('refuses another version, of an optional package too', () => {
		const tree = installed();
		tree.packages['node_modules/a'].version = '1.0.1';
		expect(lockMatches(wanted, tree)).toBe(false);
		const optional = installed();
		optional.packages['node_modules/other-platform'] = { version: '3.0.1' };
		expect(lockMatches(wanted, optional)).toBe(false);
	});
});
