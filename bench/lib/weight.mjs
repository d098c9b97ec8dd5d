/** What the package weighs: its file, the loading of its nodes, and what a node adds to each item. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../tools/lib/paths.mjs';
import { startSimulatorProcess } from './simulator-process.mjs';
import { largest, median } from './statistics.mjs';
import { runProgramForOutput } from './child.mjs';

const LOADS = 10;
const script = (name) => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** What n8n provides to a package, found wherever the package lies. */
const env = { ...process.env, NODE_PATH: join(root, 'node_modules') };

/**
 * @param {string} tarball
 * @param {string} folder the same, unpacked
 */
export async function weigh(tarball, folder) {
	return {
		tarballBytes: statSync(tarball).size,
		nodeVersion: process.versions.node,
		loads: LOADS,
		nodes: nodeFiles(folder).map((file) => loadTime(join(folder, file))),
		overhead: await overhead(folder),
	};
}

function nodeFiles(folder) {
	return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).n8n.nodes;
}

/** Each time in a new process: a second load of the same module costs nothing. */
function loadTime(file) {
	const name = basename(file, '.node.js');
	const times = Array.from({ length: LOADS }, () => {
		const child = spawnSync(process.execPath, [script('weight-child.cjs'), file, name], {
			cwd: root,
			env,
			encoding: 'utf8',
		});
		if (child.status !== 0) throw new Error(`${name} could not be loaded: ${child.stderr}`);
		return Number(child.stdout);
	});
	return { name, medianMs: median(times), worstMs: largest(times) };
}

async function overhead(folder) {
	const simulator = await startSimulatorProcess({ taskMs: 0 });
	try {
		const args = [script('overhead-child.cjs'), folder, `${simulator.url}/minimax`];
		const output = await runProgramForOutput(process.execPath, args, env);
		return JSON.parse(output);
	} finally {
		await simulator.close();
	}
}
