/** Values from expressions: as meant, or refused with the name that the user sees. */
import { InputRefused } from '../../../nodes/shared/errors';
import {
	choice,
	collection,
	describeValue,
	flag,
	jsonObject,
	list,
	number,
	readValue,
	text,
	word,
	type Reader,
} from '../../../nodes/shared/parameters';

const read = <T>(reader: Reader<T>, value: unknown) =>
	readValue(reader, value, 'The Label', 'absent' as const);
const strange = [{}, [], [1, 2], new Date(0), true, NaN, Infinity, -Infinity, 1e308, () => 1];

describe('an absent value takes the default, no other does', () => {
	const readers = [text(), number({ least: 0, most: 9 }), flag, choice(['a']), jsonObject];
	test.each([undefined, null, '', '  ', '\n', '\u200b', '\ufeff\u00a0', '\0'])('%p', (value) => {
		for (const reader of readers) expect(read(reader as Reader<unknown>, value)).toBe('absent');
	});
});

describe('number', () => {
	const seconds = number({
		least: 1,
		most: 600,
		whole: true,
		units: ['s', 'seconds'],
		orZero: true,
	});
	test.each([
		[10, 10],
		['10', 10],
		[' 10 ', 10],
		['10s', 10],
		['10 Seconds', 10],
		['0', 0],
		[0, 0],
		['6.0', 6],
	])('%p is %p', (value, meant) => expect(read(seconds, value)).toBe(meant));
	test.each([0.5, '0.5', -1, 601, 'ten', '10/min', '1e2', '0x10', '10 s s', ...strange])(
		'%p is refused',
		(value) => expect(() => read(seconds, value)).toThrow(InputRefused),
	);
});

describe('what nobody sees', () => {
	test.each([
		[number({ least: 0, most: 9 }), '\u200b6', 6],
		[flag, 'true\u200b', true],
		[choice(['imageToVideo']), '\u2060Image to\u00a0Video\ufeff', 'imageToVideo'],
		[word(), ' 768P\u200e', '768P'],
		[text(), 'a \u200d b', 'a \u200d b'],
	] as Array<[Reader<unknown>, string, unknown]>)(
		'%#: changes no word that has to be known, and stays in the user’s own',
		(reader, value, meant) => expect(read(reader, value)).toBe(meant),
	);
});

describe('an object that an expression has pressed into a text', () => {
	test.each([text(), word(), flag, choice(['a']), jsonObject])('%#: is refused', (reader) =>
		expect(() => read(reader as Reader<unknown>, 'A [object Object] cat')).toThrow(
			"'The Label' holds '[object Object]'",
		),
	);
});

describe('flag', () => {
	test.each([
		[true, true],
		['TRUE', true],
		[' false ', false],
		[false, false],
	])('%p is %p', (value, meant) => expect(read(flag, value)).toBe(meant));
	test.each(['yes', 0, 1, {}, [], [true], new Date(0), NaN])('%p is refused', (value) =>
		expect(() => read(flag, value)).toThrow(InputRefused),
	);
});

describe('choice', () => {
	const mode = choice(['imageToVideo', 'return'], { return: 'Return the Task at Once' });
	test.each([
		['imageToVideo', 'imageToVideo'],
		['Image to Video', 'imageToVideo'],
		['image-to-video', 'imageToVideo'],
		['Return', 'return'],
		['return the task at once', 'return'],
	])('%p is %p', (value, meant) => expect(read(mode, value)).toBe(meant));
	test.each(['explode', 'constructor', 5, ...strange])('%p is refused', (value) =>
		expect(() => read(mode, value)).toThrow(InputRefused),
	);
});

describe('text', () => {
	test.each([
		['a', 'a'],
		[5, '5'],
		[0.5, '0.5'],
		[-1, '-1'],
	])('%p is %p', (value, meant) => expect(read(text(), value)).toBe(meant));
	test.each([2 ** 60, {}, [], ['a'], new Date(0), true, NaN, Infinity])('%p is refused', (value) =>
		expect(() => read(text(), value)).toThrow(InputRefused),
	);
	test('longer than its bound', () => expect(() => read(text(3), 'abcd')).toThrow(/at most 3/));
});

describe('list, JSON object, collection', () => {
	const words = list(choice(['succeeded', 'failed']), 2);
	test.each([
		['failed, Succeeded', ['failed', 'succeeded']],
		['failed', ['failed']],
		[['failed'], ['failed']],
		[[], []],
	])('%p is %p', (value, meant) => expect(read(words, value)).toEqual(meant));
	test.each([['explode'], { a: 1 }, 5, ['failed', 'failed', 'failed']].map((v) => [v]))(
		'%p is refused',
		(value) => expect(() => read(words, value)).toThrow(InputRefused),
	);
	expect(read(jsonObject, '{"seed":7}')).toEqual({ seed: 7 });
	test.each(['{', '[1]', '5', [1], new Date(0), 7, true])('%p is no JSON object', (value) =>
		expect(() => read(jsonObject, value)).toThrow(InputRefused),
	);
	class Own {
		seed = 7;
	}
	test.each([
		[{ a: 1n }],
		[{ a: NaN }],
		[{ a: [Infinity] }],
		['{ "seed": 12345678901234567890 }'],
		[{ a: 2 ** 60 }],
		[{ a: () => 1 }],
		[{ a: new Map() }],
		[{ a: new Set([1]) }],
		[new Set([1])],
		[Buffer.from('ab')],
		[/x/],
		[Object(6)],
		[new Own()],
		[new Error('x')],
	])('%#: leaves as something else, and is refused', (value) =>
		expect(() => read(jsonObject, value)).toThrow(InputRefused),
	);
	test('an object that holds itself', () => {
		const circle: Record<string, unknown> = {};
		circle.me = circle;
		expect(() => read(jsonObject, circle)).toThrow(InputRefused);
	});
	test('a date in a JSON object is its text', () =>
		expect(read(jsonObject, { a: new Date(0) })).toEqual({ a: '1970-01-01T00:00:00.000Z' }));
	test.each(['abc', 5, [], true, new Set([1]), Buffer.from('ab')])('%p is no collection', (value) =>
		expect(() => read(collection, value)).toThrow(InputRefused),
	);
});

test('the message says which parameter, what came, and what would be right', () => {
	expect(() => read(number({ least: 1, most: 5, of: 'minutes' }), '15 min')).toThrow(
		"'The Label' is '15 min'; it has to be a number of minutes from 1 to 5",
	);
	expect(describeValue({ a: 1, b: 2 })).toBe("an object ('a, b')");
	expect(describeValue('x'.repeat(10_000)).length).toBeLessThan(70);
});
