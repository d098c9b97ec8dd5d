import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NeedsUser } from './install.mjs';
import { logDir } from './paths.mjs';
import { runProgram } from './processes.mjs';

const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs Debian packages when something is missing.
 * @param {import('./progress.mjs').Progress} progress
 * @param {object} options
 * @param {string} options.title
 * @param {string[]} options.packages
 * @param {() => boolean} options.isThere
 * @param {boolean} options.install false: refuses instead
 * @throws {NeedsUser} where it cannot; the message says what to install
 */
export async function ensureDebianPackages(progress, { title, packages, isThere, install }) {
	if (isThere()) return;
	const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
	if (!install || !existsSync('/usr/bin/apt-get'))
		throw new NeedsUser(`${title} is missing. Install it (Debian: ${command}) and start again.`);
	const isRoot = process.getuid?.() === 0;
	if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0)
		throw new NeedsUser(`${title} is missing, and only root may install it: ${command}`);
	await progress.step(`${title} (${packages.join(' ')})`, async () => {
		const log = join(logDir, `apt-${packages[0]}-${process.pid}-1.log`);
		const run = async (args, append) => {
			const [program, first] = isRoot ? ['apt-get', []] : ['sudo', ['-n', 'apt-get']];
			const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
			await runProgram(`apt-get ${args[0]}`, program, [...first, ...args], { log, append, env });
		};
		// Servers must not start by themselves: each run starts its own, on loopback.
		const guard = isRoot && !existsSync(POLICY);
		if (guard) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
		try {
			await run(['update'], false);
			await run(['install', '-y', '--no-install-recommends', ...packages], true);
		} finally {
			if (guard) rmSync(POLICY, { force: true });
		}
		if (!isThere()) throw new NeedsUser(`${title} is still missing after: ${command} (${log})`);
	});
}
