/*
 * `npm test`: everything that has to hold, in one command, in a fresh clone too: dependencies, format, lint, types,
 * build, n8n's scanner, then all jest tests. Ends with the plain line "N passed, N failed".
 * Arguments go to jest: `npm test -- test/unit`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { ensureDependencies } from './lib/install.mjs';
import { cleanEnv } from './lib/npm.mjs';
import { devDir, root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';

const resultFile = join(devDir, 'test-result.json');

/** Runs a program of node_modules; its output is shown only when it fails. */
function program(name, args) {
	const bin = join(root, 'node_modules', '.bin', name);
	const shell = process.platform === 'win32';
	const run = spawnSync(bin, args, {
		cwd: root,
		shell,
		encoding: 'utf8',
		env: { ...cleanEnv(), CI: 'true', FORCE_COLOR: '0' },
		maxBuffer: 64 * 1024 * 1024,
	});
	if (run.status !== 0)
		throw new Error(`${name} ${args.join(' ')}\n${run.stdout ?? ''}${run.stderr ?? ''}`);
	return run.stdout;
}

/** Runs jest with its own output, and counts. */
function jest(args) {
	mkdirSync(devDir, { recursive: true });
	rmSync(resultFile, { force: true });
	const bin = createRequire(join(root, 'package.json')).resolve('jest/bin/jest');
	const run = spawnSync(process.execPath, [bin, '--json', `--outputFile=${resultFile}`, ...args], {
		cwd: root,
		stdio: ['ignore', 'ignore', 'inherit'],
		env: cleanEnv(),
	});
	const result = JSON.parse(readFileSync(resultFile, 'utf8'));
	return {
		passed: result.numPassedTests,
		// a file that does not even load counts as one failed test
		failed: Math.max(
			result.numFailedTests + result.numRuntimeErrorTestSuites,
			run.status === 0 ? 0 : 1,
		),
	};
}

const progress = createProgress();
let counted = { passed: 0, failed: 1 };
try {
	await ensureDependencies(progress);
	/** @type {Array<[string, () => unknown]>} */
	const steps = [
		['Format', () => program('prettier', ['--check', '.'])],
		['Lint (strict)', () => program('n8n-node', ['lint'])],
		[
			'Types',
			() => {
				for (const folder of ['test', 'tools'])
					program('tsc', ['--noEmit', '-p', join(folder, 'tsconfig.json')]);
			},
		],
		['Build', () => (program('n8n-node', ['build']), program('gulp', ['dist:tidy', 'dist:check']))],
		[
			'Scanner, sources and tarball',
			() => {
				const run = spawnSync(process.execPath, ['tools/scan.mjs'], {
					cwd: root,
					encoding: 'utf8',
				});
				if (run.status !== 0) throw new Error(run.stdout + run.stderr);
			},
		],
	];
	for (const [title, work] of steps) await progress.step(title, work);
	counted = jest(process.argv.slice(2));
} catch (error) {
	console.error(error.message);
}
console.log(`${counted.passed} passed, ${counted.failed} failed`);
process.exitCode = counted.failed > 0 ? 1 : 0;
