import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runProgram } from './processes.mjs';

/**
 * The environment for npm inside a folder of its own. What the outer `npm run` left behind would point
 * the inner npm at the wrong package.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function cleanEnv(env = process.env) {
	const dropped =
		/^(npm_(package_|lifecycle_|command$|execpath$|node_execpath$|config_(local_prefix|prefix)$)|NODE_ENV$|INIT_CWD$)/;
	return Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.test(name)));
}

/**
 * Runs npm. Taken is the npm that runs us, or the one beside the running Node: as a script, so that no
 * shell is needed on any system.
 * @param {string} title
 * @param {string[]} args
 * @param {{ cwd: string, log: string, env?: NodeJS.ProcessEnv, binFirst?: string, append?: boolean }} options
 *   `binFirst`: a folder to put first in PATH
 */
export async function npm(title, args, { cwd, log, env = {}, binFirst, append }) {
	const script = npmScript();
	const full = { ...cleanEnv(), ...env };
	if (binFirst) {
		const key = Object.keys(full).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
		full[key] = [binFirst, full[key]].filter(Boolean).join(delimiter);
	}
	const [command, first] = script ? [process.execPath, [script]] : ['npm', []];
	await runProgram(title, command, [...first, ...args], { cwd, log, env: full, append });
}

/** The npm of this Node as a script; undefined when there is none. */
export function npmScript() {
	const own = process.env.npm_execpath;
	if (own && /npm-cli\.c?js$/.test(own) && existsSync(own)) return own;
	const bin = dirname(process.execPath);
	return [
		join(bin, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
		join(bin, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
	].find((file) => existsSync(file));
}
