/*
 * n8n's community package scanner, offline, on both legs that verification looks at: the sources and the packed
 * tarball. Also checks what the tarball holds and weighs. `npm run scan`; needs a build.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

import { npm } from './lib/npm.mjs';
import { root } from './lib/paths.mjs';
import { unpackTarball } from './lib/tar.mjs';

/** A guard against what slips in (videos, maps, a bundled library), not a budget: the code packs to some 125 kB. */
const MOST_KILOBYTES = 180;
const UNWANTED =
	/(^|\/)(test|tests|coverage|bench|docs|tools)\/|tsbuildinfo|\.test\.|\.map$|\.mp4$/;

/** Scans sources and tarball. Returns what is wrong, a line each; empty when all is well. */
async function scan() {
	const folder = mkdtempSync(join(tmpdir(), 'hailuo-scan-'));
	try {
		const log = join(folder, 'pack.log');
		await npm('npm pack', ['pack', '--ignore-scripts', '--pack-destination', folder], {
			cwd: root,
			log,
		});
		const tarball = join(
			folder,
			readdirSync(folder).find((name) => name.endsWith('.tgz')),
		);
		const unpacked = join(folder, 'package');
		unpackTarball(readFileSync(tarball), unpacked);
		const files = readdirSync(unpacked, { recursive: true }).map((name) =>
			name.replaceAll('\\', '/'),
		);
		const kilobytes = statSync(tarball).size / 1000;
		console.log(`  packed: ${kilobytes.toFixed(1)} kB, ${files.length} files and folders`);
		return [
			...findings('sources', await analyzePackage(root, SOURCE_FILE_PATTERNS)),
			...findings('tarball', await analyzePackage(unpacked, ['**/*.js', 'package.json'])),
			...files
				.filter((name) => UNWANTED.test(name))
				.map((name) => `tarball: unwanted file ${name}`),
			...(kilobytes > MOST_KILOBYTES ? [`tarball: more than ${MOST_KILOBYTES} kB`] : []),
		];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function findings(leg, result) {
	console.log(`  ${leg}: ${result.passed ? 'clean' : result.message}`);
	return result.passed ? [] : [`${leg}: ${result.message}\n${result.details ?? ''}`];
}

const wrong = await scan();
for (const line of wrong) console.error(line);
process.exitCode = wrong.length > 0 ? 1 : 0;
