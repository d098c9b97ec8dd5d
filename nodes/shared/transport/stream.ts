/** Streams without node:stream, which a node may not import. */

/** A readable stream of Node's, as far as it is used here. */
export interface ByteStream extends AsyncIterable<Buffer> {
	once(event: 'error', listener: () => void): unknown;
	destroy(error?: Error): unknown;
}

interface StreamClass {
	from?: (pieces: AsyncIterable<Uint8Array>) => ByteStream;
}

/**
 * A stream of the pieces, made by the class of a stream that n8n gave us; all of them in one buffer where there is
 * none.
 * @throws what the pieces throw, when they have to be buffered
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

/**
 * The bytes of a stream, read to its end or until there are more than wanted: then it is let go, whatever follows.
 * @param timeoutMs how long it may take
 * @throws what the stream throws; an error with the code ETIMEDOUT when it takes longer
 */
export async function readUpTo(
	stream: ByteStream,
	maxBytes: number,
	timeoutMs: number,
): Promise<Buffer> {
	const pieces: Buffer[] = [];
	let size = 0;
	const late = AbortSignal.timeout(timeoutMs);
	const giveUp = () =>
		stream.destroy(
			Object.assign(new Error('The reply did not end in time'), { code: 'ETIMEDOUT' }),
		);
	late.addEventListener('abort', giveUp, { once: true });
	try {
		for await (const piece of stream) {
			pieces.push(piece);
			size += piece.length;
			// leaving the loop destroys the stream
			if (size > maxBytes) break;
		}
	} finally {
		late.removeEventListener('abort', giveUp);
	}
	return Buffer.concat(pieces);
}
