/**
 * A fresh n8n and a fresh simulator for each measured run: nobody inherits the memory, the warmth or the learnt times
 * of the run before.
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installIntoUserFolder, packageName } from '../../tools/lib/package.mjs';
import { runsDir } from '../../tools/lib/paths.mjs';
import { openN8n } from '../../tools/lib/private-n8n.mjs';
import { startSimulatorProcess } from './simulator-process.mjs';

/**
 * The folder, ports and login of the bench's own n8n.
 * @param {Awaited<ReturnType<typeof import('../../tools/lib/prepare.mjs').prepare>>} prepared
 * @param {number} [place] 0; another for an n8n that runs beside the first one
 */
export async function openBench(prepared, place = 0) {
	const folder = join(runsDir, `bench-tarball-${place}-${process.pid}`);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	// a build that somebody starts meanwhile must not change what is measured
	const tarball = join(folder, 'package.tgz');
	copyFileSync(prepared.tarball, tarball);
	return {
		tarball,
		/** Unpacks the package. @returns {string} where it lies */
		unpack() {
			installIntoUserFolder(tarball, folder);
			return join(folder, '.n8n', 'nodes', 'node_modules', packageName());
		},
		/** Starts both. A user folder of its own each time: the database and the files of earlier runs are gone. */
		async start(simulatorOptions) {
			const simulator = await startSimulatorProcess(simulatorOptions);
			const own = await openN8n({ name: `bench-${place}`, prepared: { ...prepared, tarball } });
			const stop = async () => {
				await Promise.all([own.close(), simulator.close()]);
			};
			try {
				const { server, rest } = await own.start();
				return { server, simulator, rest, stop };
			} catch (error) {
				await stop();
				throw error;
			}
		},
		close: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
	};
}
