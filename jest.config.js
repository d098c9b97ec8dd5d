module.exports = {
	testEnvironment: 'node',
	// a bound against hanging, not a measure: the machine may be busy
	testTimeout: 30_000,
	// jest leaves one core idle by default: half of a machine with two
	maxWorkers: '100%',
	testMatch: ['<rootDir>/test/**/*.test.{ts,js}'],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.n8n-dev/'],
	transform: {
		'^.+\\.(ts|mjs)$': [
			'@swc/jest',
			{ jsc: { target: 'es2022', parser: { syntax: 'typescript' } } },
		],
	},
};
