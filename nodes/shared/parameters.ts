/**
 * Typed readers for parameter values. n8n enforces neither the type nor the list of a field once an expression fills
 * it, so a value can be anything: what plainly means something is taken for it, everything else is refused with the
 * name that the user sees. Only an absent value (undefined, null, blank text) takes a default.
 */
import { z } from 'zod/v4';

import { InputRefused } from './errors';
import { isObject } from './json';

/** How to read one parameter: the schema gives undefined for an absent value, and `wanted` says what would be right. */
export interface Reader<T> {
	schema: z.ZodType<T>;
	/** Completes "it has to be …". */
	wanted: string;
}

/** Signs that nobody sees and copying brings along: zero width, soft hyphens, marks of direction, NUL. */
const INVISIBLE = '\\0\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff';
const invisibleSigns = new RegExp(`[${INVISIBLE}]`, 'g');
const nothingToSee = new RegExp(`^[\\s${INVISIBLE}]*$`);

/** Text without what nobody sees, for a word that has to be one that is known: never for the user's own words. */
export function visible(written: string): string {
	return written.replace(invisibleSigns, '').trim();
}

/** Whether a value is what an expression or an untouched field gives for nothing. */
export function isAbsent(value: unknown): boolean {
	return (
		value === undefined || value === null || (typeof value === 'string' && nothingToSee.test(value))
	);
}

/** A reader out of a function that gives undefined for a value that it does not understand. */
function reader<T>(wanted: string, understand: (value: unknown) => T | undefined): Reader<T> {
	return {
		wanted,
		schema: z.unknown().transform((value, context) => {
			const read = understand(value);
			if (read !== undefined) return read;
			context.addIssue({ code: 'custom', message: wanted });
			return z.NEVER;
		}),
	};
}

/** Text as it was written; a finite number is written out. */
export function text(longest = 100_000): Reader<string> {
	return reader(textOfAtMost(longest), (value) => textIn(value, longest));
}

const textOfAtMost = (longest: number) => `text of at most ${longest} characters`;

function textIn(value: unknown, longest: number): string | undefined {
	const written = typeof value === 'number' && Number.isFinite(value) ? exactText(value) : value;
	return typeof written === 'string' && written.length <= longest ? written : undefined;
}

/** A name, a word, an address: text without blanks around it and without what nobody sees. */
export function word(longest = 200): Reader<string> {
	return reader(textOfAtMost(longest), (value) => {
		const written = textIn(value, longest);
		return written && visible(written);
	});
}

/** An integer beyond 2^53 has lost digits before it came here: it is no name of anything. */
function exactText(value: number): string | undefined {
	return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value);
}

export interface NumberBounds {
	least: number;
	most: number;
	/** Whole numbers only. */
	whole?: boolean;
	/** 0 is allowed below `least`: it stands for "no limit" or "automatic". */
	orZero?: boolean;
	/** Unit words that may follow the number in text, for instance `s`, `seconds`. */
	units?: readonly string[];
	/** What is counted, for the message: "minutes". */
	of?: string;
}

/** A finite number within bounds, or its plain decimal text ("10", "2.5", with an allowed unit "10s"). */
export function number({
	least,
	most,
	whole = false,
	orZero = false,
	units = [],
	of = '',
}: NumberBounds): Reader<number> {
	const kind = whole ? 'a whole number' : 'a number';
	const wanted = `${kind}${of && ` of ${of}`} from ${least} to ${most}${orZero ? ', or 0' : ''}`;
	return reader(wanted, (value) => {
		const read = typeof value === 'string' ? numberIn(value, units) : value;
		if (typeof read !== 'number' || !Number.isFinite(read)) return undefined;
		if (whole && !Number.isInteger(read)) return undefined;
		const within = (read >= least && read <= most) || (orZero && read === 0);
		return within ? read + 0 : undefined;
	});
}

function numberIn(written: string, units: readonly string[]): number | undefined {
	const parts = /^([+-]?\d{1,15}(?:\.\d{1,15})?)\s*([a-z]*)$/i.exec(visible(written));
	if (!parts) return undefined;
	const unit = parts[2].toLowerCase();
	return unit === '' || units.includes(unit) ? Number(parts[1]) : undefined;
}

/** true, false, or these words. */
export const flag: Reader<boolean> = reader('true or false', (value) => {
	const said = typeof value === 'string' ? visible(value).toLowerCase() : value;
	return said === true || said === 'true'
		? true
		: said === false || said === 'false'
			? false
			: undefined;
});

/** "Image to Video", "image-to-video" and "imageToVideo" are one choice. */
function choiceKey(written: string): string {
	return visible(written)
		.toLowerCase()
		.replace(/[\s_-]+/g, '');
}

/**
 * One of the given values, without regard to case, spaces and hyphens.
 * @param values what workflows are saved with
 * @param names what the form shows for a value, where that differs
 */
export function choice<T extends string>(
	values: readonly T[],
	names: Readonly<Record<string, string>> = {},
): Reader<T> {
	const byKey = new Map<string, T>();
	for (const one of values)
		for (const key of [choiceKey(one), choiceKey(names[one] ?? one)])
			if (!byKey.has(key)) byKey.set(key, one);
	return reader(`one of ${values.join(', ')}`, (value) =>
		typeof value === 'string' ? byKey.get(choiceKey(value)) : undefined,
	);
}

/** A list of entries, one entry by itself, or text with commas between the entries. */
export function list<T>(entry: Reader<T>, most = 100): Reader<T[]> {
	return reader(`a list of up to ${most} entries, each ${entry.wanted}`, (value) => {
		const entries: unknown[] =
			typeof value === 'string'
				? value.split(/[,，、]/).filter((part) => part.trim() !== '')
				: Array.isArray(value)
					? value
					: [value];
		if (entries.length > most) return undefined;
		const read = entries.map((one) => entry.schema.safeParse(one));
		return read.every((one) => one.success) ? read.map((one) => one.data as T) : undefined;
	});
}

/** A plain JSON object, or its text: what leaves as JSON is what was given. */
export const jsonObject: Reader<Record<string, unknown>> = reader(
	'a JSON object, such as { "seed": 7 }, with numbers that JSON can hold exactly',
	(value) => {
		try {
			// trimmed of a byte order mark, too
			const given: unknown = typeof value === 'string' ? JSON.parse(value.trim()) : value;
			return isPlainObject(given) ? asJson(given) : undefined;
		} catch {
			return undefined;
		}
	},
);

/**
 * What JSON makes of an object.
 * @throws for what it cannot write, or only as something else: a number that is none or has lost digits, a function
 */
function asJson(given: object): Record<string, unknown> {
	const written = JSON.stringify(given, (_key, value: unknown) => {
		const isNumber = typeof value === 'number';
		if (isNumber && (!Number.isFinite(value) || exactText(value) === undefined))
			throw new RangeError('no exact number');
		if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('no value');
		if (isObject(value) && !isPlainObject(value)) throw new TypeError('no plain object');
		return value;
	});
	return JSON.parse(written) as Record<string, unknown>;
}

/** A group of optional fields ("Add option"): what an expression in its place gives may be anything. */
export const collection: Reader<Record<string, unknown>> = reader('a group of options', (value) =>
	isPlainObject(value) ? value : undefined,
);

/** Of whatever realm: an object by itself, and no date, set, buffer or instance of a class. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (!isObject(value) || Object.prototype.toString.call(value) !== '[object Object]') return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What JavaScript makes of an object that is pressed into a text, as `A {{ $json.output }} cat` does. */
export const PRESSED_OBJECT = '[object Object]';

/**
 * Reads one value.
 * @param label the parameter's display name
 * @returns the typed value, or `otherwise` for an absent one
 * @throws InputRefused that names the parameter, what came, and what would be right
 */
export function readValue<T, D>(
	read: Reader<T>,
	value: unknown,
	label: string,
	otherwise: D,
): T | D {
	if (isAbsent(value)) return otherwise;
	if (typeof value === 'string' && value.includes(PRESSED_OBJECT))
		throw new InputRefused(
			label,
			`'${label}' holds '${PRESSED_OBJECT}': an expression in it gives an object, where text is meant`,
			'Name the field of the object that is meant, for example {{ $json.output.text }}.',
		);
	const result = read.schema.safeParse(typeof value === 'bigint' ? String(value) : value);
	if (result.success) return result.data;
	throw new InputRefused(
		label,
		`'${label}' is ${describeValue(value)}; it has to be ${read.wanted}`,
		`If '${label}' is an expression, look at what it gives for this item.`,
	);
}

/** A value in a few words, for a message: never more than 60 of its characters. */
export function describeValue(value: unknown): string {
	if (typeof value === 'string') return quote(value);
	if (Array.isArray(value)) return `a list of ${value.length}`;
	if (typeof value === 'object' && value !== null) {
		const kind = Object.prototype.toString.call(value);
		if (kind === '[object Date]') return 'a date';
		// the fields of a buffer may be millions, those of a set are none
		if (!isPlainObject(value)) return `an object of the kind ${classOf(value) ?? kind}`;
		const fields = Object.keys(value).slice(0, 3);
		return fields.length > 0 ? `an object (${quote(fields.join(', '))})` : 'an empty object';
	}
	return String(value);
}

function classOf(value: object): string | undefined {
	const prototype = Object.getPrototypeOf(value) as Partial<object> | null;
	return prototype?.constructor?.name;
}

/** Text in single quotes, shortened to 60 characters. */
export function quote(written: string): string {
	const line = written.replace(/\s+/g, ' ');
	return `'${line.length > 60 ? `${line.slice(0, 59)}…` : line}'`;
}
