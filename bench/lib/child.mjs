import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../../tools/lib/paths.mjs';

/**
 * Runs a program to its end without blocking this process.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} what it printed
 */
export async function runProgramForOutput(command, args, env) {
	const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
	const output = { stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr']) {
		child[name].setEncoding('utf8');
		child[name].on('data', (text) => (output[name] += text));
	}
	const [code] = await once(child, 'close');
	if (code !== 0) throw new Error(`${args[0]} ended with code ${code}: ${output.stderr}`);
	return output.stdout;
}
