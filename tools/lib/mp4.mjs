/**
 * Whether bytes are a video that a player can start: the box structure of ISO 14496-12, not only the
 * first bytes. Checked are the file type, the movie header, a video track with samples, and that the
 * samples lie inside a media data box.
 * @param {Buffer} bytes
 * @returns {{ playable: boolean, reason?: string, brand?: string, seconds?: number, width?: number, height?: number, samples?: number }}
 */
export function checkMp4(bytes) {
	try {
		return inspect(bytes);
	} catch (error) {
		return { playable: false, reason: error.message };
	}
}

function inspect(bytes) {
	const top = boxes(bytes, 0, bytes.length);
	if (top[0]?.type !== 'ftyp') return no('the file does not start with an ftyp box');
	const brand = bytes.toString('latin1', top[0].start, top[0].start + 4);
	const moov = top.find((box) => box.type === 'moov');
	if (!moov) return no('there is no moov box');
	const data = top.filter((box) => box.type === 'mdat' && box.end > box.start);
	if (data.length === 0) return no('there is no mdat box with content');

	const inMoov = boxes(bytes, moov.start, moov.end);
	const mvhd = inMoov.find((box) => box.type === 'mvhd');
	if (!mvhd) return no('there is no movie header');
	const seconds = durationOf(bytes, mvhd);
	if (!(seconds > 0)) return no('the movie has no duration');

	const track = inMoov.filter((box) => box.type === 'trak').find((box) => isVideo(bytes, box));
	if (!track) return no('there is no video track');
	const { width, height } = sizeOf(bytes, track);
	const table = find(bytes, track, ['mdia', 'minf', 'stbl']);
	const sizes = table && find(bytes, table, ['stsz']);
	const samples = sizes ? bytes.readUInt32BE(sizes.start + 8) : 0;
	if (samples === 0) return no('the video track has no samples');
	const offsets = chunkOffsets(bytes, table);
	if (offsets.length === 0) return no('the video track has no chunks');
	const outside = offsets.some((at) => !data.some((box) => at >= box.start && at < box.end));
	if (outside) return no('a chunk lies outside the media data');
	return { playable: true, brand, seconds, width, height, samples };
}

function no(reason) {
	return { playable: false, reason };
}

function boxes(bytes, start, end) {
	const found = [];
	for (let at = start; at < end; ) {
		if (at + 8 > end) throw new Error(`the box at byte ${at} is cut off`);
		let size = bytes.readUInt32BE(at);
		let header = 8;
		if (size === 1) {
			if (at + 16 > end) throw new Error(`the box at byte ${at} is cut off`);
			size = Number(bytes.readBigUInt64BE(at + 8));
			header = 16;
		} else if (size === 0) {
			size = end - at;
		}
		const type = bytes.toString('latin1', at + 4, at + 8);
		if (size < header || at + size > end)
			throw new Error(`the ${type} box at byte ${at} is cut off`);
		found.push({ type, start: at + header, end: at + size });
		at += size;
	}
	return found;
}

function find(bytes, box, path) {
	let inside = box;
	for (const type of path) {
		inside = boxes(bytes, inside.start, inside.end).find((child) => child.type === type);
		if (!inside) return undefined;
	}
	return inside;
}

function durationOf(bytes, mvhd) {
	const long = bytes[mvhd.start] === 1;
	const scale = bytes.readUInt32BE(mvhd.start + (long ? 20 : 12));
	const duration = long
		? Number(bytes.readBigUInt64BE(mvhd.start + 24))
		: bytes.readUInt32BE(mvhd.start + 16);
	return scale > 0 ? duration / scale : 0;
}

function isVideo(bytes, track) {
	const handler = find(bytes, track, ['mdia', 'hdlr']);
	return (
		handler !== undefined &&
		bytes.toString('latin1', handler.start + 8, handler.start + 12) === 'vide'
	);
}

function sizeOf(bytes, track) {
	const header = find(bytes, track, ['tkhd']);
	if (!header) return {};
	// Two 16.16 numbers at the end of the box, in both versions of it.
	return {
		width: bytes.readUInt32BE(header.end - 8) >>> 16,
		height: bytes.readUInt32BE(header.end - 4) >>> 16,
	};
}

function chunkOffsets(bytes, table) {
	const short = find(bytes, table, ['stco']);
	const long = find(bytes, table, ['co64']);
	const box = short ?? long;
	if (!box) return [];
	const count = bytes.readUInt32BE(box.start + 4);
	return Array.from({ length: count }, (_, i) =>
		short
			? bytes.readUInt32BE(box.start + 8 + 4 * i)
			: Number(bytes.readBigUInt64BE(box.start + 8 + 8 * i)),
	);
}
