'use strict';
/*
 * In a fresh clone nothing is installed yet: what a script loads before it has installed must lie in the repository.
 * Packages are imported where they are used.
 */
const { readFileSync } = require('node:fs');
const { builtinModules } = require('node:module');
const path = require('node:path');

const { scripts } = require('../../package.json');

const root = path.join(__dirname, '../..');
const isBuiltIn = (name) => name.startsWith('node:') || builtinModules.includes(name);

/** What a module loads at once: static imports, and `require` at the start of a line or of a declaration. */
function loadedAtOnce(file) {
	const source = readFileSync(file, 'utf8');
	const imported = /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]/gm;
	const required = /^(?:const\s[^=]*=\s|\.\.\.)?require\(['"]([^'"]+)['"]\)/gm;
	return [imported, ...(file.endsWith('.mjs') ? [] : [required])].flatMap((pattern) =>
		[...source.matchAll(pattern)].map(([, name]) => name),
	);
}

/** Each package that a script loads before it runs, as `file: package`. */
function packagesOf(start) {
	const found = [];
	const seen = new Set();
	const visit = (file) => {
		if (seen.has(file) || file.endsWith('.json')) return;
		seen.add(file);
		for (const name of loadedAtOnce(file)) {
			if (name.startsWith('.')) visit(require.resolve(path.resolve(path.dirname(file), name)));
			else if (!isBuiltIn(name)) found.push(`${path.relative(root, file)}: ${name}`);
		}
	};
	visit(path.join(root, start));
	return found;
}

/** Those that install what they need. */
const STARTING = ['start', 'demo', 'test', 'simulator', 'screenshots', 'bench', /^e2e/];
const starting = Object.entries(scripts)
	.filter(([name]) =>
		STARTING.some((one) => (typeof one === 'string' ? one === name : one.test(name))),
	)
	.map(([name, command]) => [name, /^node (\S+)$/.exec(command)?.[1]]);

test('there are such scripts', () => {
	expect(starting.length).toBeGreaterThan(10);
	expect(starting.map(([, file]) => file)).not.toContain(undefined);
});

test.each(starting)('npm run %s needs nothing that is not there yet', (_name, file) => {
	expect(packagesOf(file)).toEqual([]);
});

test('the walk finds packages', () => {
	expect(packagesOf('eslint.config.mjs').length).toBeGreaterThan(0);
});
