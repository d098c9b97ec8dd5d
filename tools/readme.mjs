/* `npm run readme`: writes docs/errors.md and the generated tables of docs/models.md, docs/prices.md and docs/gateways/. Needs a build. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { requireBuilt, root } from './lib/paths.mjs';

const require = createRequire(import.meta.url);
const { withMatrix } = require('./lib/matrix.cjs');
const { withPrices } = require('./lib/prices.cjs');
const { errorsPage } = require('./lib/errors.cjs');
const prettier = require('prettier');

const catalog = requireBuilt('shared/catalog/gateways.js');
const prices = requireBuilt('shared/catalog/prices.js');

await rewrite('errors.md', () => errorsPage(root, requireBuilt('HailuoVideo/batch/advice.js')));
await rewrite('models.md', (page) => withMatrix(page, catalog));
await rewrite('prices.md', (page) => withPrices(page, prices, catalog));
for (const id of catalog.providerIds.filter((one) =>
	prices.priceRows.some((row) => row.provider === one),
))
	await rewrite(`gateways/${id}.md`, (page) => withPrices(page, prices, catalog, id));

async function rewrite(name, make) {
	const file = join(root, 'docs', name);
	const options = await prettier.resolveConfig(file);
	const made = make(existsSync(file) ? readFileSync(file, 'utf8') : '');
	writeFileSync(file, await prettier.format(made, { ...options, parser: 'markdown' }));
}
