import { pathToFileURL } from 'node:url';
import { NeedsUser } from './install.mjs';
import { repoFile } from './paths.mjs';
import { choosePort } from './ports.mjs';

/** The simulator's usual port; kept stable, because credentials and workflows name it. */
export const SIMULATOR_PORT = 8787;

/**
 * Starts the six simulated gateways.
 * @param {{ port?: number, taken?: number[], taskSeconds: number }} options `port`: the preferred one; 0 for any
 * @returns {Promise<{ url: string, port: number, baseUrl: (gateway: string) => string, close: () => Promise<void> }>}
 */
export async function startGateways({ port: preferred = SIMULATOR_PORT, taken = [], taskSeconds }) {
	const file = repoFile('test', 'simulator', 'index.js');
	if (!file) throw new NeedsUser('The simulator (test/simulator) is missing from this checkout.');
	const module = await import(pathToFileURL(file).href);
	const start = module.startSimulator ?? module.default.startSimulator;
	const wanted = preferred === 0 ? 0 : await choosePort(preferred, { taken });
	const simulator = await start({ port: wanted, host: '127.0.0.1', taskMs: taskSeconds * 1000 });
	return {
		url: simulator.url,
		port: Number(new URL(simulator.url).port),
		baseUrl: (gateway) => simulator.baseUrl?.(gateway) ?? `${simulator.url}/${gateway}`,
		close: async () => await simulator.close(),
	};
}
