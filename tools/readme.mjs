/* `npm run readme`: writes the generated matrix of docs/models.md. Needs a build. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { root } from './lib/paths.mjs';

const require = createRequire(import.meta.url);
const { withMatrix } = require('./lib/matrix.cjs');
const prettier = require('prettier');

const file = join(root, 'docs', 'models.md');
const made = withMatrix(
	readFileSync(file, 'utf8'),
	require('../dist/nodes/shared/catalog/gateways.js'),
);
const options = await prettier.resolveConfig(file);
writeFileSync(file, await prettier.format(made, { ...options, parser: 'markdown' }));
