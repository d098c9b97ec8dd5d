import { createRequire } from 'node:module';

const { png } = createRequire(import.meta.url)('../../../test/helpers/png');

/** Long enough for a slow gateway; a live check is no place for patience. */
const TIMEOUT_MS = 30_000;
/** A reply of a free call is small; more is not read. */
const MOST_BYTES = 1_000_000;

/** No gateway can know this key. */
export const WRONG_KEY = 'wrong-key-of-the-live-check';

/** A reply in the form of the providers' contract, so that their readers take it, too. */
const replyOf = async (response) => {
	const text = (await response.text()).slice(0, MOST_BYTES);
	let json;
	try {
		json = JSON.parse(text);
	} catch {
		json = undefined;
	}
	return {
		status: response.status,
		headers: Object.fromEntries(response.headers),
		text,
		json,
	};
};

/**
 * Sends one call of a fact, once. Redirects are not followed: they could carry the key elsewhere.
 * @param {{ baseUrl: string, keyHeader?: string, headers?: Record<string, string> }} gateway
 * @param {{ method: string, path: string, query?: Record<string, string>, headers?: Record<string, string>, json?: unknown, body?: unknown, file?: string }} call
 * @param {string} key
 * @returns {Promise<{ status: number, headers: Record<string, string>, text: string, json: any }>}
 * @throws {Error} with the network's code when there is no answer
 */
export async function send({ baseUrl, keyHeader, headers }, call, key) {
	const url = new URL(baseUrl + call.path);
	for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
	const json = call.json ?? call.body;
	let body;
	if (call.file) {
		body = new FormData();
		body.append(call.file, new Blob([testImage()], { type: 'image/png' }), 'livecheck.png');
	} else if (json !== undefined) {
		body = JSON.stringify(json);
	}
	const response = await fetch(url, {
		method: call.method,
		redirect: 'manual',
		signal: AbortSignal.timeout(TIMEOUT_MS),
		headers: {
			Accept: 'application/json',
			...headers,
			...(typeof body === 'string' && { 'Content-Type': 'application/json' }),
			...call.headers,
			...(keyHeader ? { [keyHeader]: key } : { Authorization: `Bearer ${key}` }),
		},
		body,
	});
	return await replyOf(response);
}

/** A gradient that every gateway takes as a first frame: PNG, 512 x 384. */
export function testImage() {
	return png(512, 384, {
		paint: (x, y, at, rgb) => rgb.set([x >> 1, (y * 2) & 255, 160], at),
	});
}
