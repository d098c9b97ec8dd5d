import { parseArgs } from 'node:util';

/** A command line that cannot be understood; the message says why. */
export class UsageProblem extends Error {
	exitCode = 2;
}

/**
 * @typedef {{ type: 'switch' | 'text' | 'port' | 'seconds', default?: unknown, values?: string[] }} OptionSpec
 * @typedef {Record<string, OptionSpec>} OptionSpecs the options of a command by their names
 */

/**
 * Reads the options of a command.
 * @param {string[]} argv
 * @param {OptionSpecs} spec
 * @param {string} help added to what is wrong
 * @returns {Record<string, any>}
 */
export function readArgs(argv, spec, help = '') {
	try {
		/** @type {import('node:util').ParseArgsConfig['options']} */
		const options = Object.fromEntries(
			Object.entries(spec).map(([name, { type }]) => [
				name,
				/** @type {const} */ ({ type: type === 'switch' ? 'boolean' : 'string' }),
			]),
		);
		const { values } = parseArgs({ args: argv, options });
		return Object.fromEntries(
			Object.entries(spec).map(([name, option]) => [
				name,
				values[name] === undefined
					? (option.default ?? (option.type === 'switch' ? false : undefined))
					: convert(name, option, values[name]),
			]),
		);
	} catch (error) {
		throw new UsageProblem([error.message, help].filter(Boolean).join('\n\n'));
	}
}

/**
 * @param {string} name
 * @param {OptionSpec} option
 * @param {any} value as `parseArgs` gives it
 */
function convert(name, { type, values }, value) {
	if (values && !values.includes(value)) {
		throw new UsageProblem(`--${name} is one of ${values.join(', ')}, not "${value}".`);
	}
	if (type !== 'port' && type !== 'seconds') return value;
	const number = value.trim() === '' ? NaN : Number(value);
	if (type === 'port' && !(Number.isInteger(number) && number >= 1 && number <= 65535)) {
		throw new UsageProblem(`--${name} is a number from 1 to 65535, not "${value}".`);
	}
	if (type === 'seconds' && !(Number.isFinite(number) && number >= 0)) {
		throw new UsageProblem(`--${name} is a number of seconds, not "${value}".`);
	}
	return number;
}
