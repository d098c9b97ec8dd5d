/** How a request carries its key: a forgiving key, a checked Base URL, two schemes. */
import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { InputRefused } from '../errors';

/** The key as the gateway wants it: without the blanks and the `Bearer ` prefix that come along when pasting. */
export function cleanKey(key: unknown): string {
	return (typeof key === 'string' || typeof key === 'number' ? String(key) : '')
		.trim()
		.replace(/^bearer(\s+|$)/i, '')
		.trim();
}

/**
 * The Base URL without a trailing slash.
 * @throws InputRefused when it is no http(s) URL, or carries a query, a fragment or a user name
 */
export function cleanBaseUrl(baseUrl: unknown): string {
	const text = typeof baseUrl === 'string' ? baseUrl.trim() : '';
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
	return text.replace(/\/+$/, '');
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
