/** Numbers and text out of bytes. Every reader trusts its caller that the bytes are there. */

export function u16be(bytes: Uint8Array, at: number): number {
	return bytes[at] * 0x100 + bytes[at + 1];
}

export function u32be(bytes: Uint8Array, at: number): number {
	return u16be(bytes, at) * 0x10000 + u16be(bytes, at + 2);
}

/** Exact up to 2^53; larger values come out rounded, and are larger than any file. */
export function u64be(bytes: Uint8Array, at: number): number {
	return u32be(bytes, at) * 0x100000000 + u32be(bytes, at + 4);
}

export function u16le(bytes: Uint8Array, at: number): number {
	return bytes[at] + bytes[at + 1] * 0x100;
}

export function u24le(bytes: Uint8Array, at: number): number {
	return u16le(bytes, at) + bytes[at + 2] * 0x10000;
}

export function u32le(bytes: Uint8Array, at: number): number {
	return u16le(bytes, at) + u16le(bytes, at + 2) * 0x10000;
}

/** The bytes as Latin-1 text: one character for each byte. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
		.subarray(from, to)
		.toString('latin1');
}

/** Whether the bytes at `at` are those of this Latin-1 text. */
export function holds(bytes: Uint8Array, at: number, text: string): boolean {
	if (bytes.length < at + text.length) return false;
	for (let index = 0; index < text.length; index++) {
		if (bytes[at + index] !== text.charCodeAt(index)) return false;
	}
	return true;
}

/** Keeps the first bytes of a stream, however it is cut into chunks. */
export class Head {
	private readonly kept: Uint8Array;
	private length = 0;

	/** @param most how many bytes are kept */
	constructor(most: number) {
		this.kept = new Uint8Array(most);
	}

	push(chunk: Uint8Array): void {
		if (this.length === this.kept.length) return;
		const part = chunk.subarray(0, this.kept.length - this.length);
		this.kept.set(part, this.length);
		this.length += part.length;
	}

	get full(): boolean {
		return this.length === this.kept.length;
	}

	get bytes(): Uint8Array {
		return this.kept.subarray(0, this.length);
	}
}
