/** Some gateways repeat the key that they refuse: it is taken out of their words before anybody sees them. */

/** From this length on a key is no word that a reply could hold by chance, as that of a simulator could. */
const SECRET_LENGTH = 12;

/**
 * A function that takes a key out of a text, however it is written there: plain, with JSON's escapes (`\/`,
 * `\u002f`, also those of JSON inside JSON) or with a URL's (`%2F`).
 */
export function redactor(key: string): (text: string) => string {
	if (key.length < SECRET_LENGTH) return (text) => text;
	const signs = [...key].map((sign) => {
		const hex = sign.charCodeAt(0).toString(16).padStart(4, '0');
		const plain = /\w/.test(sign) ? sign : `\\\\{0,4}\\${sign}`;
		return `(?:${plain}|\\\\{1,4}u${hex}|%${hex.slice(2)})`;
	});
	const written = new RegExp(signs.join(''), 'gi');
	return (text) => text.replace(written, '***');
}
