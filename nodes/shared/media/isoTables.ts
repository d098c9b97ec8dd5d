/** Boxes within a content, and tables of rows, as MP4 and MOV have them. Pure. */
import { latin1, u32be } from './bytes';

/** The boxes behind version, flags and their number; undefined when they are not as many. */
export function entriesOf(content: Uint8Array): ReturnType<typeof childrenOf> {
	const found = content.length < 8 ? undefined : childrenOf(content.subarray(8));
	return found?.length === u32be(content, 4) ? found : undefined;
}

/** The boxes that fill a content, with their types; undefined when one does not fit. Up to seven bytes may be left over. */
export function childrenOf(
	content: Uint8Array,
): Array<[type: string, content: Uint8Array]> | undefined {
	const found: Array<[type: string, content: Uint8Array]> = [];
	let at = 0;
	while (at + 8 <= content.length) {
		const size = u32be(content, at);
		if (size < 8 || at + size > content.length) return undefined;
		found.push([latin1(content, at + 4, at + 8), content.subarray(at + 8, at + size)]);
		at += size;
	}
	return found;
}

/** A table of rows: its bytes, how many rows it has, and where each begins. */
export type Rows = NonNullable<ReturnType<typeof rowsOf>>;

/**
 * A table of rows behind version, flags and a count; undefined when it is missing or too short.
 * @param head bytes before the count
 * @param row bytes of each row
 */
export function rowsOf(bytes: Uint8Array | undefined, head: number, row: number) {
	if (!bytes || bytes.length < head + 4) return undefined;
	const count = u32be(bytes, head);
	if (bytes.length < head + 4 + count * row) return undefined;
	return { bytes, count, at: (index: number) => head + 4 + index * row };
}
