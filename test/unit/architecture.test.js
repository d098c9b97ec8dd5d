'use strict';
/* The house keeps its order: no circle of imports, arrows that run one way, one reader of parameters. */
const { readdirSync, readFileSync, existsSync } = require('node:fs');
const { dirname, join, normalize, relative } = require('node:path');

const root = join(__dirname, '..', '..');
const nodes = join(root, 'nodes');

const filesBelow = (folder, pattern = /\.ts$/) =>
	readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
		entry.isDirectory()
			? filesBelow(join(folder, entry.name), pattern)
			: pattern.test(entry.name)
				? [join(folder, entry.name)]
				: [],
	);

const files = [...filesBelow(nodes), ...filesBelow(join(root, 'credentials'))];
const nameOf = (file) => relative(root, file);
const textOf = (file) => readFileSync(file, 'utf8');

/** The files of the repository that a file imports, types included. */
function importsOf(file) {
	const found = textOf(file).matchAll(/(?:from|import\()\s*'(\.[^']*)'/g);
	return [...found].map(([, spec]) => {
		const target = normalize(join(dirname(file), spec));
		return [`${target}.ts`, join(target, 'index.ts'), target].find((path) => existsSync(path));
	});
}

const graph = new Map(files.map((file) => [nameOf(file), importsOf(file).map(nameOf)]));

/**
 * Rooms from the bottom up: a file may import from its own line and from those above it in this list, never from those
 * below. ARCHITECTURE.md draws it.
 */
const ROOMS = [
	[
		'nodes/shared/errors.ts',
		'nodes/shared/json.ts',
		'nodes/shared/digest.ts',
		'nodes/shared/reply.ts',
	],
	[
		'nodes/shared/task.ts',
		'nodes/shared/catalog/',
		'nodes/shared/parameters.ts',
		'nodes/shared/async/',
		'nodes/shared/media/',
		// pure, and what an account learns by
		'nodes/shared/tasks/pollSchedule.ts',
	],
	['nodes/shared/auth/'],
	['nodes/shared/providers/'],
	['nodes/shared/transport/'],
	['nodes/shared/tasks/'],
	['nodes/HailuoVideo/money/'],
	['nodes/HailuoVideo/item.ts', 'nodes/HailuoVideo/operation.ts'],
	['nodes/HailuoVideo/order/', 'nodes/HailuoVideoTrigger/parameters.ts'],
	['nodes/HailuoVideo/submit/'],
	['nodes/HailuoVideo/batch/'],
	['nodes/HailuoVideo/operations/'],
	['nodes/HailuoVideo/form/'],
	['nodes/HailuoVideo/HailuoVideo.node.ts', 'nodes/HailuoVideoTrigger/'],
];
const rankOf = (name) => ROOMS.findIndex((rooms) => rooms.some((room) => name.startsWith(room)));

/** What points the wrong way in a graph of imports. */
function wrongArrows(imports) {
	const wrong = [];
	for (const [from, targets] of imports) {
		if (from.startsWith('credentials/')) continue;
		for (const to of targets) {
			if (rankOf(to) > rankOf(from)) wrong.push(`${from} -> ${to}`);
			const [, room] = from.split('/');
			const [, other] = to.split('/');
			if (other !== 'shared' && other !== room) wrong.push(`${from} -> ${to}`);
		}
	}
	return wrong;
}

/** A circle of imports, as a list of files; undefined when there is none. */
function circleIn(imports) {
	const done = new Set();
	const visit = (name, path) => {
		if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
		if (done.has(name)) return undefined;
		for (const next of imports.get(name) ?? []) {
			const circle = visit(next, [...path, name]);
			if (circle) return circle;
		}
		done.add(name);
		return undefined;
	};
	for (const name of imports.keys()) {
		const circle = visit(name, []);
		if (circle) return circle;
	}
	return undefined;
}

test('every file stands in a room, and every room holds files', () => {
	const names = [...graph.keys()].filter((name) => name.startsWith('nodes/'));
	expect(names.filter((name) => rankOf(name) < 0)).toEqual([]);
	for (const room of ROOMS.flat())
		expect([room, names.some((name) => name.startsWith(room))]).toEqual([room, true]);
});

test('no import points at nothing', () => {
	expect([...graph].filter(([, targets]) => targets.includes(undefined))).toEqual([]);
});

test('no circle of imports', () => {
	expect(circleIn(graph)).toBeUndefined();
});

test('arrows run one way', () => {
	expect(wrongArrows(graph)).toEqual([]);
});

test('a circle and a wrong arrow are found', () => {
	const bad = new Map(graph);
	bad.set('nodes/shared/errors.ts', ['nodes/shared/tasks/poll.ts']);
	expect(wrongArrows(bad)).toEqual(['nodes/shared/errors.ts -> nodes/shared/tasks/poll.ts']);
	expect(circleIn(bad)).toContain('nodes/shared/errors.ts');
});

test('parameters are read in one file of each node', () => {
	const readers = files.filter((file) => /getNodeParameter\(/.test(textOf(file))).map(nameOf);
	expect(readers.sort()).toEqual([
		'nodes/HailuoVideo/order/parameters.ts',
		'nodes/HailuoVideoTrigger/parameters.ts',
	]);
});

test('files that a comment names exist', () => {
	const missing = files.flatMap((file) => {
		const comments = textOf(file).match(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g) ?? [];
		const named = comments.join('\n').match(/[\w./-]+\.(?:ts|js|mjs|md|json)\b/g) ?? [];
		return named
			.filter((name) => {
				const beside = [root, join(root, 'docs'), dirname(file), nodes, join(nodes, 'shared')];
				const found = beside.some((folder) => existsSync(join(folder, name)));
				return !found && !files.some((other) => other.endsWith(`/${name}`));
			})
			.map((name) => `${nameOf(file)}: ${name}`);
	});
	expect(missing).toEqual([]);
});

test('the picture in ARCHITECTURE.md shows the rooms that there are', () => {
	const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
	const shown = [...page.matchAll(/`(nodes\/[\w./-]+)`/g)].map(([, name]) => name);
	for (const name of shown) expect([name, existsSync(join(root, name))]).toEqual([name, true]);
	const folders = ROOMS.flat().filter((room) => room.endsWith('/') && room.split('/').length > 3);
	for (const room of folders) expect(page).toContain(room.split('/').at(-2));
});

test('unit tests stand where the code stands that they test', () => {
	const tests = filesBelow(__dirname, /\.test\.[jt]s$/).filter((file) => file !== __filename);
	const astray = tests.filter((file) => {
		const room = join(nodes, dirname(relative(__dirname, file)));
		const code = [...textOf(file).matchAll(/'(\.[^']*\/nodes\/[^']*)'/g)];
		return !code.some(([, spec]) => {
			const target = join(dirname(file), spec);
			return target === room || dirname(target) === room;
		});
	});
	expect(astray.map(nameOf)).toEqual([]);
});
