/** Fields whose values may be shown: what a gateway says of an error, and nothing about the account. */
const SPEAKING = new Set([
	'code',
	'detail',
	'error',
	'error_code',
	'error_type',
	'http_code',
	'message',
	'msg',
	'object',
	'status',
	'status_code',
	'status_msg',
	'statusCode',
	'success',
	'type',
]);
const MOST_SIGNS = 220;

/**
 * A function that takes out of a text what must not be seen: the keys, however they are escaped, and what looks like
 * another key, a link's signature or an address of a person.
 * @param {string[]} keys
 */
export function hider(keys) {
	const known = keys
		.filter((key) => key.length >= 6)
		.flatMap((key) => [key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)]);
	return (text) => {
		let shown = text;
		for (const key of known) shown = shown.split(key).join('***');
		return shown
			.replace(/\b(sk|whsec|eyJ)[-_]?[\w.-]{8,}/g, '***')
			.replace(/[\w.+-]+@[\w-]+\.[\w.]+/g, '***')
			.replace(/([?&](?:token|sig|signature|key|x-amz-[\w-]+)=)[^&\s"]+/gi, '$1***');
	};
}

/** JSON as its form: names and types; values only where they say what went wrong. */
function formOf(value, name = '') {
	if (Array.isArray(value)) return value.length === 0 ? [] : [formOf(value[0])];
	if (value !== null && typeof value === 'object')
		return Object.fromEntries(
			Object.entries(value)
				.slice(0, 20)
				.map(([key, part]) => [key, formOf(part, key)]),
		);
	return SPEAKING.has(name) || typeof value === 'boolean' ? value : `‹${typeof value}›`;
}

/**
 * What came back, fit to be shown to anybody.
 * @param {{ status: number, text: string, json: any }} reply
 * @param {(text: string) => string} hide
 */
export function describeReply({ status, text, json }, hide) {
	const said = json === undefined ? `${text.length} signs, no JSON` : JSON.stringify(formOf(json));
	const shown = hide(said);
	return `HTTP ${status} ${shown.length > MOST_SIGNS ? `${shown.slice(0, MOST_SIGNS)}…` : shown}`;
}
