#!/usr/bin/env node
/*
 * The npm that n8n finds in the life cycle run: it knows the package from files, and everything else it leaves to the
 * real npm, offline. STAND_IN_PACKAGE names the package, STAND_IN_VERSIONS a JSON file { "latest": "…", "<version>":
 * "<tarball>" }, STAND_IN_NPM the real one.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const { STAND_IN_PACKAGE, STAND_IN_VERSIONS, STAND_IN_NPM } = process.env;
const args = process.argv.slice(2);
const [command, wanted = ''] = args;
appendFileSync(`${STAND_IN_VERSIONS}.log`, `${args.join(' ')}\n`);

if (wanted.startsWith(`${STAND_IN_PACKAGE}@`) && ['view', 'pack'].includes(command)) {
	const versions = JSON.parse(readFileSync(STAND_IN_VERSIONS, 'utf8'));
	const asked = wanted.slice(STAND_IN_PACKAGE.length + 1);
	const version = asked === 'latest' ? versions.latest : asked;
	if (!versions[version]) {
		console.error('npm error code E404\nnpm error 404 Not Found');
		process.exit(1);
	}
	if (command === 'view') console.log(JSON.stringify(version));
	if (command === 'pack') {
		const name = basename(versions[version]);
		copyFileSync(versions[version], join(process.cwd(), name));
		console.log(name);
	}
} else if (command === 'outdated') {
	// the registry would have to say
	console.log('{}');
} else {
	const run = spawnSync(STAND_IN_NPM, [...args, '--offline'], { stdio: 'inherit' });
	process.exit(run.status ?? 1);
}
