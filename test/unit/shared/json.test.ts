/** The reader of strangers' JSON (nodes/shared/json.ts). */
import { parseJson } from '../../../nodes/shared/json';
import { random } from '../../helpers/random';

const MB = 1024 * 1024;

describe('long integers stay exact, as text', () => {
	test.each([
		['1234567890123456', '1234567890123456'],
		['9007199254740993', '9007199254740993'],
		['1768438627164801234', '1768438627164801234'],
		['-1768438627164801234', '-1768438627164801234'],
		['123456789012345678901234567890123456789', '123456789012345678901234567890123456789'],
	])('%s alone', (text, id) => {
		expect(parseJson(text)).toBe(id);
		expect(parseJson(` ${text}\n`)).toBe(id);
	});

	test('wherever they stand', () => {
		const text =
			'{"a":1768438627164801231,"b":[1768438627164801232 ,{"c" : 1768438627164801233}],"d":7}';
		expect(parseJson(text)).toStrictEqual({
			a: '1768438627164801231',
			b: ['1768438627164801232', { c: '1768438627164801233' }],
			d: 7,
		});
	});

	test('integers of up to 15 digits are numbers', () => {
		expect(parseJson('[106916112212032,999999999999999,-999999999999999,0]')).toStrictEqual([
			106916112212032, 999999999999999, -999999999999999, 0,
		]);
	});
});

test.each([
	['0.1234567890123456789', 0.12345678901234568],
	['1234567890123456789.5', 1.2345678901234568e18],
	['1234567890123456789e2', 1.2345678901234568e20],
	['1234567890123456789E+2', 1.2345678901234568e20],
	['1.2345678901234567e-1234567890123456789', 0],
	['1e1234567890123456789', Infinity],
	['-0', -0],
])('%s is no integer and stays a number', (text, number) => {
	expect(parseJson(text)).toBe(number);
	expect(parseJson(`{"id":1768438627164801234,"x":${text}}`)).toStrictEqual({
		id: '1768438627164801234',
		x: number,
	});
});

test.each([
	['1768438627164801234'],
	['id 1768438627164801234, and -1768438627164801235'],
	['"1768438627164801234"'],
	['\\"1768438627164801234'],
	['\\\\'],
	['\u2028 1768438627164801234 \u2029 😀'],
	['{"id":1768438627164801234}'],
])('digits inside the text %j stay', (text) => {
	const json = `{${JSON.stringify(text)}:[${JSON.stringify(text)},1768438627164801234]}`;
	expect(parseJson(json)).toStrictEqual({ [text]: [text, '1768438627164801234'] });
});

test('escaped digits stay', () => {
	expect(parseJson('["\\u0031768438627164801234",1768438627164801234]')).toStrictEqual([
		'1768438627164801234',
		'1768438627164801234',
	]);
});

describe('no key reaches a prototype', () => {
	test.each([
		['{"__proto__":{"polluted":true},"a":1}'],
		['{"\\u005f_proto__":{"polluted":true},"a":1}'],
		['{"\\u005F\\u005f\\u0070roto__":{"polluted":true},"a":1}'],
		['{"a":1,"__proto__":{"polluted":1768438627164801234}}'],
		['{"__proto__":null,"__proto__":[],"a":1}'],
	])('%s', (text) => {
		const value = parseJson(text);
		expect(value).toStrictEqual({ a: 1 });
		expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
		expect(Object.keys(value as object)).toEqual(['a']);
		expect({ ...(value as object) }).not.toHaveProperty('polluted');
		expect({}).not.toHaveProperty('polluted');
	});

	test('at any depth', () => {
		const text = '[{"a":{"__proto__":{"polluted":true},"b":[{"__proto__":1,"c":2}]}}]';
		expect(JSON.stringify(parseJson(text))).toBe('[{"a":{"b":[{"c":2}]}}]');
	});

	test('other names of Object.prototype are plain keys', () => {
		const text = '{"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":2}';
		const value = parseJson(text);
		expect(Object.keys(value as object)).toEqual(['constructor', 'toString', 'hasOwnProperty']);
		expect({}).not.toHaveProperty('polluted');
	});

	test('the word in a value stays', () => {
		expect(parseJson('{"a":"__proto__","b":["\\u005f_proto__"]}')).toStrictEqual({
			a: '__proto__',
			b: ['__proto__'],
		});
	});
});

test.each([
	[''],
	[' '],
	['undefined'],
	['NaN'],
	['-Infinity'],
	["{'a':1}"],
	['{"a":1,}'],
	['{"a":1'],
	['{"a":"1768438627164801234'],
	['01768438627164801234'],
	['1768438627164801234 1'],
	['<!doctype html><html><body>502 Bad Gateway</body></html>'],
	['{"a":"\n"}'],
	['data: {"a":1}'],
])('%j is no JSON', (text) => {
	expect(parseJson(text)).toBeUndefined();
});

test.each([
	['null', null],
	['true', true],
	['""', ''],
	['[]', []],
	['{}', {}],
	['"\\u0000"', '\0'],
])('%s is JSON', (text, value) => {
	expect(parseJson(text)).toStrictEqual(value);
});

describe('2 MB of hostile text are read in linear time', () => {
	const id = '1768438627164801234';
	const times = (unit: string) => unit.repeat(Math.ceil((2 * MB) / unit.length));
	const list = (unit: string) => `[${times(`${unit},`)}${id}]`;

	test.each([
		['digits', times('7')],
		['digits and no end', `[${times('7')}`],
		['digits in a text', `["${times('7')}",${id}]`],
		['almost long integers', list('123456789012345')],
		['long integers', list(id)],
		['fractions', list('0.1234567890123456')],
		['minus signs', times('-')],
		['exponents', list('1e1')],
		['digits with dots', times('1.')],
		['quotes', times('"')],
		['empty texts', list('""')],
		['backslashes', `["${times('\\\\')}",${id}]`],
		['backslashes and no end', `["${times('\\\\')}`],
		['escaped quotes', `["${times('\\"')}",${id}]`],
		['escaped quotes and no end', `{"a":${id},"${times('\\"')}`],
		['escapes of letters', `["${times('\\u0041')}",${id}]`],
		['one long text', `["${times('a')}",${id}]`],
		['a long text that never ends', `["${id}","${times('a')}`],
		['lists in lists', `${'['.repeat(MB)}${id}${']'.repeat(MB)}`],
		['objects in objects', `${times('{"a":')}${id}`],
		['objects in objects, with __proto__', `${times('{"__proto__":')}${id}`],
		['keys of one name', `{${times('"__proto__":1,')}"a":${id}}`],
		['blanks', `${times(' ')}${id}`],
		[
			'many keys',
			`{${Array.from({ length: 150_000 }, (_, i) => `"k${i}":${i}`).join()},"a":${id}}`,
		],
	])('%s', (_name, text) => {
		// all take less than a second; anything quadratic takes minutes
		expect(() => parseJson(text)).not.toThrow();
	});

	test('lists in lists beside a __proto__ key are no JSON to us, not a crash', () => {
		const text = `{"__proto__":1,"a":${'['.repeat(MB)}${']'.repeat(MB)}}`;
		expect(() => parseJson(text)).not.toThrow();
	});
});

test('a picture of 20 MB repeated in the reply does not hide an id', () => {
	const picture = 'A'.repeat(28 * MB);
	const value = parseJson(`{"image":"${picture}","id":1768438627164801234}`);
	expect((value as { id: string }).id).toBe('1768438627164801234');
});

/** A random value as text, and what is to come out. */
function document(dice: ReturnType<typeof random>, depth = 0): [text: string, value: unknown] {
	const blank = dice.pick(['', '', '', ' ', '\n\t']);
	const around = (text: string) => `${blank}${text}${blank}`;
	const digits = (length: number) =>
		String(1 + dice.below(9)) + Array.from({ length: length - 1 }, () => dice.below(10)).join('');
	const texts = [
		'',
		'a',
		'"',
		'\\',
		'1768438627164801234',
		'__proto__',
		'\\u0031',
		'1',
		',:[]{}',
		'😀',
	];
	switch (dice.below(depth > 4 ? 6 : 8)) {
		case 0: {
			const long = dice.pick(['', '-']) + digits(16 + dice.below(10));
			return [around(long), long];
		}
		case 1: {
			const short = dice.pick(['', '-']) + digits(1 + dice.below(15));
			return [around(short), Number(short)];
		}
		case 2: {
			const number = `${digits(1 + dice.below(20))}.${digits(1 + dice.below(20))}`;
			return [around(number), Number(number)];
		}
		case 3: {
			const number = `${digits(1 + dice.below(20))}${dice.pick(['e', 'E', 'e+', 'e-'])}${dice.below(30)}`;
			return [around(number), Number(number)];
		}
		case 4: {
			const text = Array.from({ length: dice.below(4) }, () => dice.pick(texts)).join('');
			return [around(JSON.stringify(text)), text];
		}
		case 5: {
			const word = dice.pick([null, true, false]);
			return [around(String(word)), word];
		}
		case 6: {
			const items = Array.from({ length: dice.below(5) }, () => document(dice, depth + 1));
			return [around(`[${items.map(([text]) => text).join()}]`), items.map(([, value]) => value)];
		}
		default: {
			const entries = Array.from({ length: dice.below(5) }, (_, i) => {
				const [text, value] = document(dice, depth + 1);
				return {
					key: dice.pick(['__proto__', `k${i}`, `"${i}`, `1768438627164801234${i}`]),
					text,
					value,
				};
			});
			const kept = entries.filter(({ key }) => key !== '__proto__');
			return [
				around(`{${entries.map(({ key, text }) => `${JSON.stringify(key)}:${text}`).join()}}`),
				Object.fromEntries(kept.map(({ key, value }) => [key, value])),
			];
		}
	}
}

test('5000 random documents come out as they were made', () => {
	for (let seed = 0; seed < 5000; seed++) {
		const [text, value] = document(random(seed));
		const read = parseJson(text);
		expect({ seed, text, value: read }).toStrictEqual({ seed, text, value });
	}
});
