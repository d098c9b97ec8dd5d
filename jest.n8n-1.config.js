/* The engine tests on the engine of n8n 1.123, as `npm start` or `npm run e2e` installed it. */
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const { modulePathIgnorePatterns, ...base } = require('./jest.config');

const modules = join(__dirname, '.n8n-dev', 'n8n-1.123', 'node_modules');
if (!existsSync(join(modules, 'n8n-core')))
	throw new Error('n8n 1.123 is not installed; run: npm run e2e -- --n8n 1.123');

module.exports = {
	...base,
	// timers of this engine outlive the tests
	forceExit: true,
	roots: ['<rootDir>/test/engine'],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	moduleNameMapper: {
		'^(n8n-core|n8n-workflow|@n8n/di|reflect-metadata)$': `${modules}/$1`,
		'^zod/v4$': `${modules}/zod/dist/cjs/v4/index.js`,
	},
};
