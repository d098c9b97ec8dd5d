import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { logDir, packageDir, root } from './paths.mjs';
import { hashOf, isStamped, writeStamp } from './stamp.mjs';
import { unpackTarball } from './tar.mjs';

const SOURCES = [
	'nodes',
	'credentials',
	'icons',
	'index.js',
	'gulpfile.js',
	'tsconfig.json',
	'package.json',
	'package-lock.json',
];
const SHIPPED = ['dist', 'index.js', 'package.json', 'README.md', 'LICENSE', 'LICENSE.md'];

/** The package's name; the types of its nodes start with it. */
export function packageName() {
	return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).name;
}

/**
 * Builds the package into dist, unless dist is the result of the same sources, and packs it as it would
 * be published, unless that was done.
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<{ tarball: string, hash: string }>}
 */
export async function buildAndPack(progress) {
	await progress.step('Build of the package', async (step) => {
		const stamp = join(packageDir, '.build-stamp');
		const inputs = () => hashOf(root, [...SOURCES, 'dist']);
		if (existsSync(join(root, 'dist')) && isStamped(stamp, inputs()))
			return step.done('up to date');
		rmSync(stamp, { force: true });
		await npm('npm run build', ['run', 'build', '--ignore-scripts'], {
			cwd: root,
			log: join(logDir, 'build.log'),
			// Keeps spinners out of the log.
			env: { CI: 'true' },
		});
		writeStamp(stamp, inputs());
		step.done('built');
	});
	return await progress.step('Package as npm would publish it', async (step) => {
		const stamp = join(packageDir, '.pack-stamp');
		const hash = hashOf(root, SHIPPED);
		let tarball = newestTarball();
		if (tarball && isStamped(stamp, hash)) {
			step.done('up to date');
		} else {
			rmSync(packageDir, { recursive: true, force: true, maxRetries: 3 });
			mkdirSync(packageDir, { recursive: true });
			await npm(
				'npm pack',
				['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', packageDir],
				{
					cwd: root,
					log: join(logDir, 'pack.log'),
				},
			);
			tarball = newestTarball();
			if (!tarball) throw new Error('npm pack wrote no tarball.');
			writeStamp(stamp, hash);
			// The folder was emptied, so the build's stamp is written again.
			writeStamp(join(packageDir, '.build-stamp'), hashOf(root, [...SOURCES, 'dist']));
			step.done(`${Math.round(statSync(tarball).size / 1024)} kB`);
		}
		return { tarball, hash };
	});
}

function newestTarball() {
	if (!existsSync(packageDir)) return undefined;
	const name = readdirSync(packageDir).find((entry) => entry.endsWith('.tgz'));
	return name && join(packageDir, name);
}

/**
 * Puts the packed package where n8n keeps installed community packages, as n8n does it: unpacked, without what only
 * builds or accompanies it. The node types get their real names, and no database entry is needed.
 * @param {string} tarball
 * @param {string} userFolder
 * @throws {Error} where the package has dependencies: n8n would run npm install for them
 */
export function installIntoUserFolder(tarball, userFolder) {
	const folder = join(userFolder, '.n8n', 'nodes', 'node_modules', packageName());
	const count = unpackTarball(readFileSync(tarball), folder);
	const file = join(folder, 'package.json');
	const content = JSON.parse(readFileSync(file, 'utf8'));
	if (Object.keys(content.dependencies ?? {}).length > 0)
		throw new Error('The package has dependencies; it must not have any.');
	for (const name of ['devDependencies', 'peerDependencies', 'optionalDependencies'])
		delete content[name];
	writeFileSync(file, JSON.stringify(content, null, 2));
	return count;
}
