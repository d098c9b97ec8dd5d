/* `npm run interface`: writes the public names and values of nodes and credentials down, and says what has changed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

import { root } from './lib/paths.mjs';

const require = createRequire(import.meta.url);
const { changes, interfaceOf, inWords } = require('./lib/interface.cjs');
const prettier = require('prettier');

const { n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const opened = (files, ending) =>
	files.map((file) => new (require(join(root, file))[basename(file, ending)])());
const now = interfaceOf(opened(n8n.nodes, '.node.js'), opened(n8n.credentials, '.credentials.js'));

const file = join(root, 'test/docs/public-interface.json');
const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const options = await prettier.resolveConfig(file);
writeFileSync(file, await prettier.format(JSON.stringify(now), { ...options, parser: 'json' }));
console.log(inWords(changes(before, now)) || 'Nothing has changed.');
