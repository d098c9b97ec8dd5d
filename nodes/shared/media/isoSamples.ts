/** Where the samples of a track lie, by its sample tables. Pure. */
import { u16be, u32be, u64be } from './bytes';
import { entriesOf, rowsOf, type Rows } from './isoTables';
import { isReadableEntry } from './sampleEntries';

/** Where the samples of a track lie, by its tables. */
export interface Samples {
	count: number;
	/** Offset behind the last byte of any of them. */
	end: number;
	/** In units of the track's timescale. */
	duration: number;
}

/** A track: what handles it, and the boxes of its sample table by type. */
interface SampleTables {
	handler: string;
	tables: ReadonlyMap<string, Uint8Array>;
}

/** Follows the sample tables (ISO/IEC 14496-12, 8.6 and 8.7) of video and sound to the last byte that they name. */
export function samplesOf({ handler, tables }: SampleTables): Samples | 'damaged' {
	const none: Samples = { count: 0, end: 0, duration: 0 };
	if (handler !== 'vide' && handler !== 'soun') return none;
	const descriptions = entriesOf(tables.get('stsd') ?? new Uint8Array());
	if (!descriptions?.length || !descriptions.every(isReadableEntry)) return 'damaged';
	const sizes = sizesOf(tables);
	const times = rowsOf(tables.get('stts'), 4, 8);
	const runs = rowsOf(tables.get('stsc'), 4, 12);
	const wide = tables.has('co64');
	const others = [rowsOf(tables.get('ctts'), 4, 8), rowsOf(tables.get('stss'), 4, 4)];
	if (others.filter(Boolean).length < ['ctts', 'stss'].filter((name) => tables.has(name)).length)
		return 'damaged';
	const offsets = rowsOf(tables.get(wide ? 'co64' : 'stco'), 4, wide ? 8 : 4);
	if (!sizes || !times || !runs || !offsets || !areRuns(runs, offsets.count)) return 'damaged';
	if (sizes.count === 0) return none;

	let duration = 0;
	for (let row = 0; row < times.count; row++)
		duration += u32be(times.bytes, times.at(row)) * u32be(times.bytes, times.at(row) + 4);

	let sample = 0;
	let end = 0;
	let run = -1;
	for (let chunk = 0; chunk < offsets.count && sample < sizes.count; chunk++) {
		while (run + 1 < runs.count && u32be(runs.bytes, runs.at(run + 1)) <= chunk + 1) run++;
		if (run < 0) return 'damaged';
		const last = Math.min(sizes.count, sample + u32be(runs.bytes, runs.at(run) + 4));
		const at = offsets.at(chunk);
		let offset = wide ? u64be(offsets.bytes, at) : u32be(offsets.bytes, at);
		for (; sample < last; sample++) offset += sizes.of(sample);
		end = Math.max(end, offset);
	}
	return sample < sizes.count ? 'damaged' : { count: sizes.count, end, duration };
}

/** Rows of `stsc`: each begins at a later chunk of all, with samples (the last may have none) and a description. */
function areRuns({ bytes, count, at }: Rows, chunks: number): boolean {
	let before = 0;
	for (let row = 0; row < count; row++) {
		const place = at(row);
		const first = u32be(bytes, place);
		const isEmpty = u32be(bytes, place + 4) === 0 && (row === 0 || row < count - 1);
		if (first <= before || isEmpty || u32be(bytes, place + 8) === 0) return false;
		before = first;
	}
	return before <= chunks;
}

interface Sizes {
	count: number;
	of(sample: number): number;
}

function sizesOf(tables: ReadonlyMap<string, Uint8Array>): Sizes | undefined {
	const table = tables.get('stsz');
	if (!table) return compactSizesOf(tables.get('stz2'));
	if (table.length < 12) return undefined;
	const each = u32be(table, 4);
	const count = u32be(table, 8);
	if (each > 0) return count > 1e8 ? undefined : { count, of: () => each };
	if (table.length < 12 + count * 4) return undefined;
	return { count, of: (sample) => u32be(table, 12 + sample * 4) };
}

/** `stz2`: sizes of 4, 8 or 16 bits. */
function compactSizesOf(table: Uint8Array | undefined): Sizes | undefined {
	if (!table || table.length < 12) return undefined;
	const bits = table[7];
	const count = u32be(table, 8);
	if (![4, 8, 16].includes(bits) || table.length < 12 + Math.ceil((count * bits) / 8))
		return undefined;
	return {
		count,
		of: (sample) =>
			bits === 16
				? u16be(table, 12 + sample * 2)
				: bits === 8
					? table[12 + sample]
					: (table[12 + (sample >> 1)] >> (sample % 2 ? 0 : 4)) & 15,
	};
}
