/** How a request carries its key: a forgiving key, a checked Base URL, two schemes. */
import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { InputRefused } from '../errors';
import { visible } from '../parameters';

/** Quotes of prose and code, around a key or a whole header. */
const QUOTED = /^(["'`“”‘’])(.*)["'`“”‘’]$/s;

/**
 * The key as the gateway wants it: without the blanks, quotes, line breaks, unseen signs and the beginning of a header
 * (`Authorization: Bearer `) that come along when pasting. No gateway's key has any of them.
 */
export function cleanKey(key: unknown): string {
	const written = typeof key === 'string' || typeof key === 'number' ? String(key) : '';
	return visible(written)
		.replace(QUOTED, '$2')
		.replace(
			/^\s*(?:(?:authorization|ocp-apim-subscription-key)\s*:\s*)?(?:bearer(?::|\s|$))?/i,
			'',
		)
		.trim()
		.replace(QUOTED, '$2')
		.replace(/[\r\n\t]+/g, '')
		.trim();
}

/**
 * The key of a credential, as it travels in a header.
 * @throws InputRefused when it is empty, or holds what a header cannot: the HTTP client would drop that in silence
 */
export function checkedKey(key: unknown): string {
	const clean = cleanKey(key);
	const refused = (why: string) =>
		new InputRefused(
			'API Key',
			`'API Key' of the credential ${why}`,
			'Open the credential and paste the key that the gateway gave you.',
		);
	if (clean === '') throw refused('is empty');
	if (!/^[\x20-\x7e]+$/.test(clean))
		throw refused('holds a letter or sign that no key has: it was not copied exactly');
	return clean;
}

/**
 * The Base URL without a trailing slash.
 * @throws InputRefused when it is no http(s) URL, or carries a query, a fragment or a user name
 */
export function cleanBaseUrl(baseUrl: unknown): string {
	const text = typeof baseUrl === 'string' ? visible(baseUrl) : '';
	const refused = (why: string) =>
		new InputRefused(
			'Base URL',
			`'Base URL' of the credential ${why}`,
			'Enter the address of the gateway, e.g. the default that a new credential shows, or the address of the simulator.',
		);
	if (text === '') throw refused('is empty');
	if (!URL.canParse(text)) throw refused(`is no URL: ${text.slice(0, 80)}`);
	const url = new URL(text);
	if (url.protocol !== 'https:' && url.protocol !== 'http:')
		throw refused(`has to start with https:// (it starts with ${url.protocol})`);
	if (url.username !== '' || url.password !== '')
		throw refused('must not hold a user name or password');
	if (url.search !== '' || url.hash !== '') throw refused('must not hold a ? or a #');
	// as a URL is written: parsers take backslashes and blanks that HTTP clients refuse
	return url.href.replace(/\/+$/, '');
}

type Signed = Promise<IHttpRequestOptions>;

/** Adds the key to a request. */
export type Authenticate = (
	credentials: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
) => Signed;

/** Adds `Authorization: Bearer`. */
export async function bearer(
	credentials: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
): Signed {
	const headers = { ...request.headers, Authorization: `Bearer ${cleanKey(credentials.apiKey)}` };
	return { ...request, headers };
}

/** Adds `Ocp-Apim-Subscription-Key`. */
export async function subscriptionKey(
	credentials: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
): Signed {
	const headers = {
		...request.headers,
		'Ocp-Apim-Subscription-Key': cleanKey(credentials.apiKey),
	};
	return { ...request, headers };
}
