/** JSON of strangers: ids beyond 2^53 stay exact, and no key can reach a prototype. */

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * Parses JSON. Integers of 16 and more digits become strings (MiniMax's file ids pass 2^53, providers.md 2), and
 * `__proto__` keys are dropped. Returns undefined when the text is no JSON.
 */
export function parseJson(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text, keepOwnKeys(text));
		return /\d{16}/.test(text) ? JSON.parse(quoteLongIntegers(text), keepOwnKeys(text)) : value;
	} catch {
		return undefined;
	}
}

/** Valid JSON with its long integers as strings. A scanner, because a regex overflows its stack on big images. */
function quoteLongIntegers(text: string): string {
	let quoted = '';
	let copied = 0;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === QUOTE) at = endOfString(text, at);
		if (!isNumeric(code)) continue;
		const start = at;
		while (isNumeric(text.charCodeAt(at + 1))) at++;
		const token = text.slice(start, at + 1);
		if (!LONG_INTEGER.test(token)) continue;
		quoted += `${text.slice(copied, start)}"${token}"`;
		copied = at + 1;
	}
	return quoted + text.slice(copied);
}

/** The place of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
	let at = start + 1;
	while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
	return at;
}

/** Digits, signs, the point, and the e of an exponent; outside strings also the e of `true`, which is no number. */
function isNumeric(code: number): boolean {
	return (
		(code >= 48 && code <= 57) ||
		code === 43 ||
		code === 45 ||
		code === 46 ||
		code === 69 ||
		code === 101
	);
}

function keepOwnKeys(text: string) {
	if (!text.includes('__proto__') && !text.includes('\\u')) return undefined;
	return (key: string, value: unknown) => (key === '__proto__' ? undefined : value);
}

/** Whether a value is an object with keys: no list, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON object, or an empty one when the value is anything else. */
export function objectOf(value: unknown): Record<string, unknown> {
	return isObject(value) ? value : {};
}
