import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]+$/, '');

/** Everything that the tools install or write. Ignored by git; HAILUO_DEV_DIR puts it elsewhere. */
export const devDir = process.env.HAILUO_DEV_DIR
	? resolve(process.env.HAILUO_DEV_DIR)
	: join(root, '.n8n-dev');

/** User folders of n8n: below a node_modules, because linters pass over those, and n8n keeps its own scripts there. */
export const runsDir = join(devDir, 'node_modules');

/** The packed package: of this checkout alone, because several checkouts may share one devDir. */
export const packageDir = join(
	devDir,
	`package-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`,
);

/** Where `npm run demo` puts the videos. */
export const demoVideosDir = join(root, 'demo-videos');

/** The log files of installs, builds and n8n. */
export const logDir = join(devDir, 'logs');

/**
 * Loads a module of the build, which has to be there.
 * @param {string} file below dist/nodes
 */
export const requireBuilt = (file) =>
	createRequire(import.meta.url)(join(root, 'dist', 'nodes', file));

/**
 * A file of the repository, or undefined when it is not there.
 * @param {...string} parts
 */
export function repoFile(...parts) {
	const file = join(root, ...parts);
	return existsSync(file) ? file : undefined;
}
