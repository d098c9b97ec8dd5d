/** Request bodies with images in them: read, encoded and sent piece by piece, so that no image is ever in memory. */
import { randomUUID } from 'node:crypto';

import type { JsonObject } from 'n8n-workflow';

import type { HttpCall, MediaFile } from '../providers/contract';
import { isStream, streamOf } from './stream';

/** What n8n's HTTP helper takes as a body: text, a stream, or bytes where no stream can be made. */
export interface Body {
	content: unknown;
	headers: Record<string, string>;
	/** Lets go of the files. Call when the request has ended, however. */
	close(): void;
	/** Whether an image could not be read to its end, so that the request never was whole. */
	readFailed(): boolean;
	/** Whether all of it may have been sent. False: whoever got the rest can have made nothing of it. */
	fullySent(): boolean;
}

interface Encoded {
	media: MediaFile;
	base64: boolean;
}
type Part = string | Encoded;

/**
 * A word that stands for an inline image in a JSON body until the body is sent.
 * @returns one that occurs nowhere else
 */
export function placeholder(): string {
	return `media:${randomUUID()}`;
}

/**
 * The JSON text of a body, with its images as data URLs (RFC 2397) in the places of their placeholders.
 * @param buffered in one buffer, not as a stream
 * @throws what reading an image throws
 */
export async function jsonBody(
	body: JsonObject,
	inline: Record<string, MediaFile> = {},
	buffered = false,
): Promise<Body> {
	let parts: Part[] = [JSON.stringify(body, (_key, value: unknown) => wholeSigns(value))];
	for (const [word, media] of Object.entries(inline))
		parts = parts.flatMap((part) =>
			typeof part === 'string'
				? between(part.split(word), [`data:${media.mimeType};base64,`, { media, base64: true }])
				: [part],
		);
	return await assemble(parts, 'application/json', buffered);
}

/**
 * Text without NUL and halves of signs (an emoji that was cut in two): they mean nothing, and a gateway that cannot
 * store them breaks off with an order in its hands.
 */
function wholeSigns(value: unknown): unknown {
	return typeof value === 'string' ? value.replace(/[\0\p{Cs}]/gu, '') : value;
}

/**
 * Multipart form data with one file (RFC 7578); written out, because n8n drops a FormData that it finds empty.
 * @param buffered in one buffer, not as a stream
 * @throws what reading the image throws
 */
export async function multipartBody(
	{ field, media, fields = {} }: NonNullable<HttpCall['file']>,
	buffered = false,
): Promise<Body> {
	const boundary = `----${randomUUID()}`;
	const quoted = (text: string) => text.replace(/["\r\n]/g, '_');
	const head = [
		...Object.entries(fields).map(
			([name, value]) =>
				`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
		),
		`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(field)}"; filename="${quoted(media.fileName)}"\r\n`,
		`Content-Type: ${media.mimeType}\r\n\r\n`,
	].join('');
	const parts = [head, { media, base64: false }, `\r\n--${boundary}--\r\n`];
	return await assemble(parts, `multipart/form-data; boundary=${boundary}`, buffered);
}

function between(pieces: string[], joint: Part[]): Part[] {
	return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [...joint, piece]));
}

async function assemble(parts: Part[], contentType: string, buffered: boolean): Promise<Body> {
	let unreadable = false;
	let complete = false;
	const sources = new Map<Part, Awaited<ReturnType<MediaFile['open']>>>();
	for (const part of parts)
		if (typeof part !== 'string') sources.set(part, await part.media.open());

	async function* pieces(): AsyncGenerator<Uint8Array> {
		for (const part of parts) {
			// the last one is always text: what follows the last image
			complete = part === parts[parts.length - 1];
			if (typeof part === 'string') {
				yield Buffer.from(part);
				continue;
			}
			let seen = 0;
			const counted = async function* () {
				for await (const chunk of sources.get(part)!) {
					seen += chunk.length;
					yield chunk;
				}
			};
			yield* part.base64 ? base64(counted()) : counted();
			unreadable ||= seen !== part.media.size;
			if (unreadable) throw new Error('The file has changed since it was checked');
		}
	}

	const length = parts.reduce((sum, part) => sum + sizeOf(part), 0);
	const streams = [...sources.values()].filter(isStream);
	for (const stream of streams) stream.once('error', () => (unreadable = true));
	const content =
		sources.size === 0
			? parts.join('')
			: await streamOf(pieces(), buffered ? undefined : streams[0]);
	return {
		content,
		headers: {
			'Content-Type': contentType,
			// a stream has no length of its own, and not every gateway takes a body in chunks
			...(isStream(content) && { 'Content-Length': String(length) }),
		},
		close() {
			for (const stream of streams) stream.destroy();
			if (isStream(content)) content.destroy();
		},
		readFailed: () => unreadable,
		fullySent: () => complete || !isStream(content),
	};
}

function sizeOf(part: Part): number {
	if (typeof part === 'string') return Buffer.byteLength(part);
	const { size } = part.media;
	return part.base64 ? Math.ceil(size / 3) * 4 : size;
}

/** Each chunk by itself, but for the bytes that do not fill a group of three. */
async function* base64(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	const encoded = (bytes: Buffer) => Buffer.from(bytes.toString('base64'), 'latin1');
	let rest = Buffer.alloc(0);
	for await (const chunk of chunks) {
		const bytes = Buffer.concat([rest, chunk]);
		const whole = bytes.length - (bytes.length % 3);
		yield encoded(bytes.subarray(0, whole));
		rest = bytes.subarray(whole);
	}
	yield encoded(rest);
}
