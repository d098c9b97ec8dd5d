import { ensureDependencies, ensureN8n, ensureNode, withInstallLock } from './install.mjs';
import { buildAndPack } from './package.mjs';
import { endLeftovers } from './processes.mjs';

/**
 * Everything that has to be there before n8n can start with the package in it.
 * @param {import('./progress.mjs').Progress} progress
 * @param {{ line: string, install: boolean }} options `install: false` builds and packs, but installs nothing
 */
export async function prepare(progress, { line, install }) {
	const left = await endLeftovers();
	if (left > 0)
		progress.line(`  Ended ${left} program(s) that an earlier, killed start left behind.`);
	return await withInstallLock(progress.line, async () => {
		if (install) await ensureDependencies(progress);
		const { tarball } = await buildAndPack(progress);
		const node = await ensureNode(progress, { install });
		const n8n = await ensureN8n(progress, { line, node, install });
		return { line, node, n8n, tarball };
	});
}
