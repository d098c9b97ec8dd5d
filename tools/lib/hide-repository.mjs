/**
 * Loaded into n8n before itself. The tools' folder lies inside the repository, so Node would look for
 * missing modules in the repository's node_modules, one folder up: a package that lacks something in a
 * user's n8n would work here, and would get another copy of n8n-workflow. Nobody else has that folder.
 */
import Module from 'node:module';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { devDir, root } from './paths.mjs';

// The tools' folder may be a link into another checkout.
const hidden = [root, dirname(realpathSync(devDir))].map((folder) => join(folder, 'node_modules'));
/** @type {any} Node's own search path, which has no public name */
const loader = Module;
const original = loader._nodeModulePaths;
loader._nodeModulePaths = (from) =>
	original.call(loader, from).filter((path) => !hidden.includes(path));
