'use strict';
/**
 * What an expression can give, whatever the field expects.
 * @type {Array<[name: string, value: unknown]>}
 */
const VALUES = [
	['undefined', undefined],
	['null', null],
	['empty text', ''],
	['blank text', ' '],
	['text', 'some text'],
	['0', 0],
	['-1', -1],
	['0.5', 0.5],
	['NaN', NaN],
	['Infinity', Infinity],
	['1e308', 1e308],
	['true', true],
	['"true"', 'true'],
	['[]', []],
	['[x]', ['x']],
	['{}', {}],
	['a date', new Date(0)],
	['10,000 characters', 'x'.repeat(10_000)],
];
const ABSENT = ['undefined', 'null', 'empty text', 'blank text'];

module.exports = { ABSENT, VALUES };
