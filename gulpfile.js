'use strict';
/*
 * What `n8n-node build` leaves open:
 *   build:icons  icons and codex files to dist, so that `tsc && gulp build:icons` builds without node-cli
 *   dist:tidy    deletes from dist whatever the package does not need (build info, copies of pictures of docs and tests)
 *   dist:check   every registered file exists and holds the class of its name, codex and icons are there, no import
 *                that n8n does not provide
 */
const { existsSync, readFileSync, readdirSync, rmdirSync, rmSync, statSync } = require('node:fs');
const path = require('node:path');
const { dest, parallel, src } = require('gulp');

const dist = path.join(__dirname, 'dist');
const manifest = require('./package.json');

/** Folders of dist that are part of the package. */
const SHIPPED = ['nodes', 'credentials', 'icons'];
const SHIPPED_FILES = /\.(js|json|svg)$/;
/** What n8n provides at run time (n8n's rule for community packages). */
const PROVIDED = ['n8n-workflow', 'zod', 'lodash', 'luxon', 'node:crypto'];

function icons() {
	return src('icons/*.svg').pipe(dest('dist/icons'));
}

function codex() {
	return src('nodes/**/*.node.json').pipe(dest('dist/nodes'));
}

function filesBelow(folder) {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const full = path.join(folder, entry.name);
		return entry.isDirectory() ? filesBelow(full) : [full];
	});
}

async function tidy() {
	for (const entry of readdirSync(dist))
		if (!SHIPPED.includes(entry)) rmSync(path.join(dist, entry), { recursive: true });
	for (const file of filesBelow(dist)) if (!SHIPPED_FILES.test(file)) rmSync(file);
	removeEmptyFolders(dist);
}

function removeEmptyFolders(folder) {
	for (const name of readdirSync(folder)) {
		const full = path.join(folder, name);
		if (statSync(full).isDirectory()) removeEmptyFolders(full);
	}
	if (folder !== dist && readdirSync(folder).length === 0) rmdirSync(folder);
}

async function check() {
	const wrong = [
		...manifest.n8n.nodes.flatMap((file) => wrongIn(file, '.node.js', (n) => n.description.icon)),
		...manifest.n8n.nodes
			.filter((file) => !existsSync(file.replace(/\.js$/, '.json')))
			.map((file) => `${file}: no codex beside it`),
		...manifest.n8n.credentials.flatMap((file) => wrongIn(file, '.credentials.js', (c) => c.icon)),
		...filesBelow(dist)
			.filter((file) => file.endsWith('.js'))
			.flatMap(foreignImports),
	];
	if (wrong.length > 0)
		throw new Error(`dist is not fit to be published:\n  ${wrong.join('\n  ')}`);
}

function wrongIn(file, ending, iconOf) {
	if (!existsSync(file)) return [`${file}: listed in package.json, but not built`];
	const name = path.basename(file, ending);
	const Exported = require(path.join(__dirname, file))[name];
	if (!Exported) return [`${file}: no class ${name}`];
	const icon = iconOf(new Exported());
	if (!icon?.light || !icon?.dark || icon.light === icon.dark)
		return [`${file}: needs a light and a dark icon`];
	return [icon.light, icon.dark]
		.map((link) => path.join(path.dirname(file), link.replace(/^file:/, '')))
		.filter((svg) => !existsSync(svg))
		.map((svg) => `${file}: no icon ${svg}`);
}

function foreignImports(file) {
	const imports = [...readFileSync(file, 'utf8').matchAll(/\brequire\(["']([^"']+)["']\)/g)];
	return imports
		.map(([, name]) => name)
		.filter((name) => !name.startsWith('.') && !PROVIDED.includes(name) && !name.startsWith('zod/'))
		.map((name) => `${path.relative(__dirname, file)}: '${name}' is not provided by n8n`);
}

exports['build:icons'] = parallel(icons, codex);
exports['dist:tidy'] = tidy;
exports['dist:check'] = check;
