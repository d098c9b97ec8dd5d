/** Streams without node:stream, which a node may not import. */

/** A readable stream of Node's, as far as it is used here. */
export interface ByteStream extends AsyncIterable<Buffer> {
	once(event: 'error', listener: () => void): unknown;
	destroy(): unknown;
}

interface StreamClass {
	from?: (pieces: AsyncIterable<Uint8Array>) => ByteStream;
}

/**
 * A stream of the pieces, made by the class of a stream that n8n gave us; all of them in one buffer where there is
 * none.
 * @throws what the pieces throw, when they have to be gathered
 */
export async function streamOf(
	pieces: AsyncIterable<Uint8Array>,
	model: ByteStream | undefined,
): Promise<ByteStream | Buffer> {
	const { from } = (model?.constructor ?? {}) as StreamClass;
	if (from) return from(pieces);
	const all: Uint8Array[] = [];
	for await (const piece of pieces) all.push(piece);
	return Buffer.concat(all);
}

export function isStream(value: unknown): value is ByteStream {
	return typeof (value as Partial<ByteStream> | undefined)?.destroy === 'function';
}
