/** JSON of strangers: ids beyond 2^53 stay exact, and no key can reach a prototype. */

// a string, or a whole number literal: strings are matched so that digits inside them are left alone
const TOKENS = /"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * Parses JSON. Integers of 16 and more digits become strings (MiniMax's file ids pass 2^53, providers.md 2), and
 * `__proto__` keys are dropped. Returns undefined when the text is no JSON.
 */
export function parseJson(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text, keepOwnKeys(text));
		if (!/\d{16}/.test(text)) return value;
		// only now: on valid JSON the expression above runs in linear time
		const exact = text.replace(TOKENS, (token) =>
			LONG_INTEGER.test(token) ? `"${token}"` : token,
		);
		return JSON.parse(exact, keepOwnKeys(text));
	} catch {
		return undefined;
	}
}

function keepOwnKeys(text: string) {
	if (!text.includes('__proto__') && !text.includes('\\u')) return undefined;
	return (key: string, value: unknown) => (key === '__proto__' ? undefined : value);
}
