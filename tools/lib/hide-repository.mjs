/**
 * Loaded into n8n before itself. The tools' folder lies inside the repository, so Node would look for
 * missing modules in the repository's node_modules, one folder up: a package that lacks something in a
 * user's n8n would work here, and would get another copy of n8n-workflow. Nobody else has that folder.
 */
import Module from 'node:module';
import { join } from 'node:path';
import { root } from './paths.mjs';

const hidden = join(root, 'node_modules');
const original = Module._nodeModulePaths;
Module._nodeModulePaths = (from) => original.call(Module, from).filter((path) => path !== hidden);
