/**
 * A fresh n8n and a fresh simulator for each measured run: nobody inherits the memory, the warmth or the learnt times
 * of the run before.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { n8nEnv, needPackage, startN8n } from '../../tools/lib/n8n-process.mjs';
import { installIntoUserFolder, packageName } from '../../tools/lib/package.mjs';
import { logDir, runsDir } from '../../tools/lib/paths.mjs';
import { choosePort } from '../../tools/lib/ports.mjs';
import { isAlive } from '../../tools/lib/processes.mjs';
import { newLogin } from '../../tools/lib/profile.mjs';
import { N8nRest } from '../../tools/lib/rest.mjs';
import { startSimulatorProcess } from './simulator-process.mjs';

/**
 * The folder, ports and login of the bench's own n8n.
 * @param {{ n8n: object, node: object, tarball: string }} prepared
 * @param {number} [place] 0; another for an n8n that runs beside the first one
 */
export async function openBench({ n8n, node, tarball }, place = 0) {
	removeOldFolders();
	const folder = join(runsDir, `bench-${process.pid}-${place}`);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	// a build that somebody starts meanwhile must not change what is measured
	const packed = join(folder, 'package.tgz');
	copyFileSync(tarball, packed);
	const login = newLogin();
	// several benches may run at once, each between two runs without a server on its port
	const port = await choosePort(6000 + (process.pid % 40) * 20 + place * 10);
	const brokerPort = await choosePort(port + 1000);
	const log = join(logDir, `n8n-bench-${place}.log`);
	let count = 0;

	return {
		tarball: packed,
		/** Unpacks the package. @returns {string} where it lies */
		unpack() {
			installIntoUserFolder(packed, folder);
			return join(folder, '.n8n', 'nodes', 'node_modules', packageName());
		},
		/** Starts both. A user folder of its own each time: the database and the files of earlier runs are gone. */
		async start(simulatorOptions) {
			const userFolder = join(folder, String(++count));
			mkdirSync(userFolder, { recursive: true, mode: 0o700 });
			installIntoUserFolder(packed, userFolder);
			const simulator = await startSimulatorProcess(simulatorOptions);
			const env = n8nEnv({ userFolder, port, brokerPort, encryptionKey: login.encryptionKey });
			let server;
			const stop = async () => {
				await Promise.all([server?.stop(), simulator.close()]);
				rmSync(userFolder, { recursive: true, force: true, maxRetries: 5 });
			};
			try {
				server = await startN8n({ n8n, node, env, log });
				const rest = new N8nRest(server.url);
				await rest.signIn(login);
				await needPackage(rest, log);
				return { server, simulator, rest, stop };
			} catch (error) {
				await stop();
				throw error;
			}
		},
		close: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
	};
}

/** Folders of benches that were killed before they could tidy up. */
function removeOldFolders() {
	mkdirSync(runsDir, { recursive: true });
	for (const name of readdirSync(runsDir)) {
		const pid = /^bench-(\d+)-\d+$/.exec(name)?.[1];
		if (pid && !isAlive(Number(pid), 'bench.mjs'))
			rmSync(join(runsDir, name), { recursive: true, force: true, maxRetries: 5 });
	}
}
