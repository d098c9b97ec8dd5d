/**
 * Where n8n's settings page gets the package from: a stand-in for npm that takes the tarballs from files. All that n8n
 * does with them is its own.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmScript } from '../../../tools/lib/npm.mjs';
import { packageName } from '../../../tools/lib/package.mjs';
import { unpackTarball } from '../../../tools/lib/tar.mjs';

/** The version that is there besides this build. */
export const FIRST = '0.1.0';

/** Settings for n8n: nothing may ask the real registry. */
export const withoutRegistry = {
	HTTPS_PROXY: 'http://127.0.0.1:9',
	https_proxy: 'http://127.0.0.1:9',
};

const here = (...parts) => fileURLToPath(new URL(join(...parts), import.meta.url));

/**
 * Puts the stand-in for npm first in n8n's PATH. `next` is this build's version, above 0.1.0 in any case.
 * @param {{ folder: string, env: Record<string, string> }} n8n not started yet
 * @param {{ tarball: string, node: { binary: string } }} prepared what `prepare` gives
 */
export function openShop(n8n, { tarball, node }) {
	const folder = join(n8n.folder, 'npm');
	const bin = join(folder, 'bin');
	mkdirSync(bin, { recursive: true });
	const built = join(folder, 'built', 'package');
	unpackTarball(readFileSync(tarball), built);
	const packageJson = join(built, 'package.json');
	const description = JSON.parse(readFileSync(packageJson, 'utf8'));
	const next = description.version === FIRST ? `${FIRST.slice(0, -1)}1` : description.version;
	writeFileSync(packageJson, JSON.stringify({ ...description, version: next }, null, '\t'));
	const packed = join(folder, `${packageName()}-${next}.tgz`);
	const tar = spawnSync('tar', ['-czf', packed, '-C', dirname(built), 'package']);
	if (tar.status !== 0) throw new Error(`tar: ${tar.stderr}`);
	const versions = join(folder, 'versions.json');
	const wrapper = (name, ...command) => {
		const file = join(bin, name);
		const words = command.map((word) => `'${word}'`).join(' ');
		writeFileSync(file, `#!/bin/sh\nexec ${words} "$@"\n`);
		chmodSync(file, 0o755);
		return file;
	};
	const real = wrapper('real-npm', process.execPath, npmScript());
	wrapper('npm', node.binary, here('npmStandIn.mjs'));
	Object.assign(n8n.env, {
		PATH: [bin, n8n.env.PATH].join(delimiter),
		STAND_IN_PACKAGE: packageName(),
		STAND_IN_VERSIONS: versions,
		STAND_IN_NPM: real,
	});
	return {
		next,
		/** What is the latest version now. */
		offer: (latest) =>
			writeFileSync(
				versions,
				JSON.stringify({
					latest,
					[FIRST]: here('..', 'fixtures', `${packageName()}-${FIRST}.tgz`),
					[next]: packed,
				}),
			),
	};
}
