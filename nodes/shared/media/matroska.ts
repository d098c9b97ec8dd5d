/** Judges a WebM or Matroska file while it streams by (RFC 8794 for its elements, RFC 9559 for their meaning). Pure. */
import { hasParameterArrays, hasParameterSets } from './parameterSets';
import type { VideoVerdict } from './verdict';

const EBML = 0x1a45dfa3;
const DOC_TYPE = 0x4282;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const TRACK_TYPE = 0x83;
const CODEC = 0x86;
const CODEC_PRIVATE = 0x63a2;
const VIDEO = 0xe0;
/**
 * What holds elements within a track: Video, Audio, Colour, MasteringMetadata, Projection, ContentEncodings and their
 * kin; and within the tables of places and tags: Seek, CuePoint, CueTrackPositions, Tag, Targets, SimpleTag.
 */
const MASTERS = new Set([
	VIDEO,
	0xe1,
	0x55b0,
	0x55d0,
	0x7670,
	0x6d80,
	0x6240,
	0x5034,
	0x5035,
	0x41e4,
	0x4dbb,
	0xbb,
	0xb7,
	0x7373,
	0x63c0,
	0x67c8,
]);
/** Video codecs of the Matroska codec registry (RFC 9559 names it). */
const VIDEO_CODECS =
	/^V_(?:MPEG4\/(?:ISO\/(?:AVC|ASP|SP|AP)|MS\/V3)|MPEGH\/ISO\/HEVC|MPEGI\/ISO\/VVC|AV1|VP[89]|MPEG[12]|THEORA|PRORES|MJPEG|FFV1|DIRAC|AVS[23]|MS\/VFW\/FOURCC|QUICKTIME|UNCOMPRESSED)\0*$/;
const PIXEL_WIDTH = 0xb0;
const PIXEL_HEIGHT = 0xba;
const CLUSTER = 0x1f43b675;
const SEEK_HEAD = 0x114d9b74;
const CUES = 0x1c53bb6b;
const TAGS = 0x1254c367;
/** Elements that stand in a segment, and those of a cluster of unknown size, which ends where the next one begins. */
const IN_SEGMENT = new Set([
	INFO,
	TRACKS,
	CLUSTER,
	SEEK_HEAD,
	CUES,
	TAGS,
	0x1941a469, // Attachments
	0x1043a770, // Chapters
	0xec, // Void
	0xbf, // CRC-32
	0xe7, // Timestamp
	0xa3, // SimpleBlock
	0xa0, // BlockGroup
	0xa7, // Position
	0xab, // PrevSize
	0x5854, // SilentTracks
	0xaf, // EncryptedBlock
]);

const LIMITS: Readonly<Record<number, number>> = { 0x42f7: 1, 0x42f2: 4, 0x42f3: 8, 0x4285: 4 };

/** An element that is read whole is small; a larger one is damaged. */
const MOST_KEPT_BYTES = 1024 * 1024;

/** A clip has a block for each frame; a crafted file could hold millions. */
const MOST_ELEMENTS = 200_000;

interface Place {
	id: number;
	/** Offset behind its last byte; Infinity where it is not said. */
	end: number;
}

export class Matroska {
	private at = 0;
	private fault: string | undefined;
	private readonly header = new Uint8Array(12);
	private headerLength = 0;
	private segment: Place | undefined;
	private current: Place | undefined;
	private content: Uint8Array | undefined;
	private filled = 0;
	private docType = 'matroska';
	private segments = 0;
	private elements = 0;
	private clusters = 0;
	private scale = 1_000_000;
	private duration = 0;
	private video: { width: number; height: number } | undefined;
	private tracks = false;

	push(chunk: Uint8Array): void {
		let from = 0;
		while (from < chunk.length && this.fault === undefined)
			from += this.current ? this.passContent(chunk, from) : this.passHeader(chunk, from);
	}

	/** The verdict when the file ends here. */
	end(): VideoVerdict {
		const format = this.docType === 'webm' ? 'webm' : 'mkv';
		const cut = (why: string): VideoVerdict => ({ kind: 'cut', format, why });
		if (this.fault !== undefined) return cut(this.fault);
		const open = this.current ?? this.segment;
		if (open && open.end !== Infinity && open.end > this.at)
			return cut(`${open.end - this.at} bytes are missing`);
		if (this.headerLength > 0 || (open && open !== this.segment))
			return cut('it ends within an element');
		if (this.segments === 0 || !this.tracks) return cut('its list of tracks is missing');
		if (!this.video) return { kind: 'foreign', what: 'a sound file (Matroska)' };
		if (this.clusters === 0) return cut('it holds no frame');
		const seconds = Math.round((this.duration * this.scale) / 1e6) / 1000;
		return {
			kind: 'whole',
			video: {
				format,
				mimeType: format === 'webm' ? 'video/webm' : 'video/x-matroska',
				extension: format,
				...this.video,
				...(seconds > 0 && seconds < 1e6 && { seconds }),
			},
			// Without a size (a live recording) a cut between two elements cannot be seen.
			...(this.segment?.end === Infinity && { endUnknown: true }),
		};
	}

	private passContent(chunk: Uint8Array, from: number): number {
		const place = this.current!;
		const length = Math.min(place.end - this.at, chunk.length - from);
		if (this.content) {
			this.content.set(chunk.subarray(from, from + length), this.filled);
			this.filled += length;
		}
		this.at += length;
		if (this.at === place.end) this.leave(place);
		return length;
	}

	private leave({ id }: Place): void {
		const { content } = this;
		this.current = undefined;
		this.content = undefined;
		if (content) this.read(id, content);
		if (this.segment?.end === this.at) this.segment = undefined;
	}

	private passHeader(chunk: Uint8Array, from: number): number {
		this.header[this.headerLength++] = chunk[from];
		this.at++;
		const idLength = lengthOf(this.header[0], 4);
		const sizeLength =
			idLength && this.headerLength > idLength ? lengthOf(this.header[idLength], 8) : 1;
		if (idLength === 0 || sizeLength === 0)
			this.fault = `there is no element at byte ${this.at - 1}`;
		else if (this.headerLength === idLength + sizeLength && this.headerLength > idLength)
			this.begin(idLength, sizeLength);
		return 1;
	}

	private begin(idLength: number, sizeLength: number): void {
		this.headerLength = 0;
		if (++this.elements > MOST_ELEMENTS) {
			this.fault = 'it has too many elements';
			return;
		}
		const id = unsigned(this.header, 0, idLength);
		const size = sizeAt(this.header, idLength, sizeLength);
		const parentEnd = this.segment?.end ?? Infinity;
		const end = size === undefined ? Infinity : this.at + size;
		const place: Place = { id, end };
		if (end > parentEnd && end !== Infinity) {
			this.fault = 'the size of an element cannot be';
			return;
		}
		if (this.segment ? id === SEGMENT && this.segment.end === Infinity : id === SEGMENT) {
			this.segments++;
			this.segment = size === 0 ? undefined : place;
			return;
		}
		if (this.segment && !IN_SEGMENT.has(id)) {
			this.fault = `there is no element at byte ${this.at - idLength - sizeLength}`;
			return;
		}
		if (id === CLUSTER) this.clusters++;
		// A cluster without a size is not entered: its elements follow in the same list.
		if (id === CLUSTER && size === undefined) return;
		if (size === undefined) this.fault = 'the size of an element is missing';
		else this.pass(place, size);
	}

	private pass(place: Place, size: number): void {
		const needed = [EBML, INFO, TRACKS].includes(place.id);
		if (needed && size > MOST_KEPT_BYTES) {
			this.fault = 'the size of an element cannot be';
			return;
		}
		const kept = needed || (size <= MOST_KEPT_BYTES && [SEEK_HEAD, CUES, TAGS].includes(place.id));
		this.current = place;
		if (kept) this.content = new Uint8Array(size);
		this.filled = 0;
		if (size === 0) this.leave(place);
	}

	private read(id: number, content: Uint8Array): void {
		for (const element of this.within(content)) {
			// Version to read with, longest ID, longest size: a program of today knows 1 or 2, 4 and 8 (RFC 8794, 11.2).
			const most = id === EBML ? LIMITS[element.id] : undefined;
			if (most !== undefined && !(unsigned(element.content, 0, element.content.length) <= most))
				this.fault ??= 'its head is damaged';
			if (id === EBML && element.id === DOC_TYPE)
				this.docType = Buffer.from(element.content).toString('latin1').replace(/\0+$/, '');
			if (id === INFO && element.id === TIMESTAMP_SCALE)
				this.scale = unsigned(element.content, 0, element.content.length);
			if (id === INFO && element.id === DURATION) this.duration = float(element.content);
			if (id === TRACKS && element.id === TRACK_ENTRY) this.readTrack(element.content);
		}
		if (id === TRACKS) this.tracks = true;
	}

	private within(content: Uint8Array): Element[] {
		const found = elementsOf(content);
		if (!found) this.fault ??= 'an element is damaged';
		return found ?? [];
	}

	private readTrack(content: Uint8Array): void {
		const parts = new Map(this.within(content).map((part) => [part.id, part.content]));
		const type = parts.get(TRACK_TYPE);
		const video = parts.get(VIDEO);
		const codec = Buffer.from(parts.get(CODEC) ?? []).toString('latin1');
		const track = parts.get(TRACK_NUMBER);
		if (!type || unsigned(type, 0, type.length) !== 1 || !video) return;
		const start = parts.get(CODEC_PRIVATE) ?? new Uint8Array();
		// the boxes avcC and hvcC of an MP4, as they are
		const described =
			(!codec.startsWith('V_MPEG4/ISO/AVC') || hasParameterSets(start)) &&
			(!codec.startsWith('V_MPEGH/ISO/HEVC') || hasParameterArrays(start));
		if (!VIDEO_CODECS.test(codec) || !described || !track?.some((byte) => byte !== 0)) {
			this.fault ??= 'an element is damaged';
			return;
		}
		const sizes = new Map(this.within(video).map((part) => [part.id, part.content]));
		const number = (id: number) => {
			const bytes = sizes.get(id);
			return bytes ? unsigned(bytes, 0, bytes.length) : 0;
		};
		const [width, height] = [number(PIXEL_WIDTH), number(PIXEL_HEIGHT)];
		if (width > 0 && height > 0) this.video ??= { width, height };
	}
}

/** Bytes of a number by the leading zeros of its first byte; 0 when that is none. */
function lengthOf(first: number, most: number): number {
	const length = Math.clz32(first) - 23;
	return length <= most ? length : 0;
}

/** Numbers of up to 8 bytes; beyond 2^53 rounded. */
function unsigned(bytes: Uint8Array, from: number, length: number): number {
	let value = 0;
	for (let index = from; index < from + length && index < bytes.length; index++)
		value = value * 256 + bytes[index];
	return value;
}

/** An element's size; undefined where all of its bits are set, which means "not known". */
function sizeAt(bytes: Uint8Array, at: number, length: number): number | undefined {
	const first = bytes[at] & (0xff >> length);
	const rest = bytes.subarray(at + 1, at + length);
	if (first === 0xff >> length && rest.every((byte) => byte === 0xff)) return undefined;
	return first * 256 ** (length - 1) + unsigned(rest, 0, rest.length);
}

function float(bytes: Uint8Array): number {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const value =
		bytes.length === 8 ? view.getFloat64(0) : bytes.length === 4 ? view.getFloat32(0) : 0;
	return Number.isFinite(value) && value > 0 ? value : 0;
}

interface Element {
	id: number;
	content: Uint8Array;
}

/** The elements that fill a content; undefined when one does not fit. */
function elementsOf(content: Uint8Array, depth = 4): Element[] | undefined {
	const found: Element[] = [];
	let at = 0;
	while (at < content.length) {
		const idLength = lengthOf(content[at], 4);
		const sizeLength = at + idLength < content.length ? lengthOf(content[at + idLength], 8) : 0;
		if (idLength === 0 || sizeLength === 0 || at + idLength + sizeLength > content.length)
			return undefined;
		const size = sizeAt(content, at + idLength, sizeLength);
		const start = at + idLength + sizeLength;
		if (size === undefined || start + size > content.length) return undefined;
		const id = unsigned(content, at, idLength);
		const inner = content.subarray(start, start + size);
		if (depth > 0 && MASTERS.has(id) && !elementsOf(inner, depth - 1)) return undefined;
		found.push({ id, content: inner });
		at = start + size;
	}
	return found;
}
