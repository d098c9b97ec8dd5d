/**
 * What an image is, judged by its bytes and never by its name, in chunks of any size: format, size in pixels, and
 * whether all of it is there. Pure; looks at each byte once and keeps a few kilobytes.
 *
 * Own code, because a published node may import at run time only what n8n provides, and neither
 * `image-size` nor `probe-image-size` is among it.
 */
import {
	Head,
	holds,
	latin1,
	u16be,
	u16le,
	u24le,
	u32be,
	u32le,
} from '../../../shared/media/bytes';
import { BoxWalker } from '../../../shared/media/isoBoxes';
import { recognise, RECOGNISE_BYTES, type Recognised } from '../../../shared/media/recognise';
import type { ImageFormat } from '../../../shared/providers/contract';

/** Sizes in pixels, as stored: an EXIF orientation that turns the image by 90 degrees is not followed. */
export interface ImageInfo {
	format: ImageFormat;
	mimeType: string;
	width: number;
	height: number;
}

export type ImageVerdict =
	| { kind: 'whole'; image: ImageInfo }
	/** All is there, but decoders of today do not read it. */
	| { kind: 'unusual'; what: string; image: ImageInfo }
	/** Its end is missing, or its header: then without `image`. */
	| { kind: 'cut'; format: ImageFormat; image?: ImageInfo }
	/** No image of a format that can be measured here; `found` is what it is, where that is known. */
	| { kind: 'foreign'; found?: Recognised }
	| { kind: 'empty' };

interface Size {
	width: number;
	height: number;
}

/** One format's reader. */
interface FormatReader {
	push(chunk: Uint8Array): void;
	readonly size: Size | undefined;
	/** Whether the end of the image has been seen; what follows it does not matter. */
	readonly ended: boolean;
	/** Why decoders refuse it. */
	readonly unusual?: string;
}

/** Bytes that tell the format. */
const SIGNATURE_BYTES = 64;

export class ImageFile {
	/** Bytes seen so far. */
	bytes = 0;
	/** Undefined until the first bytes are in, and for everything that is no image of a format that is read here. */
	format: ImageFormat | undefined;

	private readonly head = new Head(RECOGNISE_BYTES);
	private reader: FormatReader | undefined;
	private mimeType = '';
	private decided = false;

	push(chunk: Uint8Array): void {
		this.bytes += chunk.length;
		if (this.reader) {
			this.reader.push(chunk);
			return;
		}
		const known = this.head.bytes.length;
		this.head.push(chunk);
		if (this.decided || this.head.bytes.length < SIGNATURE_BYTES) return;
		this.decide()?.push(chunk.subarray(this.head.bytes.length - known));
	}

	/** Whether enough is in to name it, and it is no image of a format that is read here. */
	get hopeless(): boolean {
		return this.decided && !this.reader && this.head.full;
	}

	/** The verdict when the file ends here. */
	end(): ImageVerdict {
		if (this.bytes === 0) return { kind: 'empty' };
		if (!this.decided) this.decide();
		const { reader, format, mimeType } = this;
		if (!reader || !format) {
			const found = recognise(this.head.bytes);
			return { kind: 'foreign', ...(found && { found }) };
		}
		const { size } = reader;
		// A JPEG may leave its height to a DNL marker behind the pixels; common decoders refuse that too.
		if (!size || size.width < 1 || size.height < 1) return { kind: 'cut', format };
		const image: ImageInfo = { format, mimeType, ...size };
		if (reader.unusual !== undefined) return { kind: 'unusual', what: reader.unusual, image };
		return reader.ended ? { kind: 'whole', image } : { kind: 'cut', format, image };
	}

	private decide(): FormatReader | undefined {
		this.decided = true;
		const bytes = this.head.bytes.slice();
		const id = recognise(bytes)?.id ?? '';
		if (!Object.hasOwn(readers, id)) return undefined;
		this.format = id as ImageFormat;
		this.reader = readers[this.format]();
		this.mimeType = mimeTypes[this.format];
		// An ftyp box names HEIF in general, or HEVC as its kind.
		if (id === 'heic' && !/^he[iv]/.test(latin1(bytes, 8, 12))) this.mimeType = 'image/heif';
		this.reader.push(bytes);
		return this.reader;
	}
}

export const mimeTypes: Readonly<Record<ImageFormat, string>> = {
	jpeg: 'image/jpeg',
	png: 'image/png',
	webp: 'image/webp',
	gif: 'image/gif',
	heic: 'image/heic',
};

const readers: Readonly<Record<ImageFormat, () => FormatReader>> = {
	jpeg: () => new Jpeg(),
	png: () => new Png(),
	webp: () => new WebP(),
	gif: () => new Gif(),
	heic: () => new Heic(),
};

/** SOF0 to SOF15 of ITU-T T.81, table B.1; C4, C8 and CC in their midst mean other things. */
function isStartOfFrame(marker: number): boolean {
	return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** TEM, RST0 to RST7 and SOI: markers that no length follows. Zero is a stuffed byte, no marker. */
function standsAlone(marker: number): boolean {
	return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** SOF3, SOF7, SOF11 and SOF15 are the lossless processes (T.81, table B.1). */
function unusualFrame(marker: number, precision: number): string | undefined {
	if (marker % 4 === 3) return 'a lossless JPEG file, which few programs read';
	return precision === 8 ? undefined : `a JPEG file with ${precision} bits a color instead of 8`;
}

/**
 * Hops from segment to segment, so that a thumbnail inside an EXIF segment is never taken for the image. Behind the
 * first scan (SOS) only the end marker counts: a stuffed FF D9 cannot stand in compressed data (T.81, B.1.1.5).
 */
class Jpeg implements FormatReader {
	size: Size | undefined;
	ended = false;
	unusual: string | undefined;

	private state: 'marker' | 'code' | 'segment' | 'scan' | 'over' = 'code';
	private marker = 0;
	/** The first bytes of a segment: its length, and of a frame header precision and size. */
	private readonly segment = new Uint8Array(7);
	private filled = 0;
	/** Bytes of the segment that are passed over. */
	private skip = 0;
	private afterFF = false;

	push(chunk: Uint8Array): void {
		const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
		let at = 0;
		while (at < bytes.length && this.state !== 'over') at = this.step(bytes, at);
	}

	/** @returns the place to go on at */
	private step(bytes: Buffer, at: number): number {
		if (this.skip > 0) {
			const length = Math.min(this.skip, bytes.length - at);
			this.skip -= length;
			return at + length;
		}
		if (this.state === 'marker') {
			// Stray bytes between segments are skipped, as decoders do.
			const found = bytes[at] === 0xff ? at : bytes.indexOf(0xff, at);
			if (found < 0) return bytes.length;
			this.state = 'code';
			return found + 1;
		}
		if (this.state === 'code') this.readCode(bytes[at]);
		else if (this.state === 'segment') this.readSegment(bytes[at]);
		else return this.scan(bytes, at);
		return at + 1;
	}

	private readCode(code: number): void {
		if (code === 0xff) return; // a fill byte
		this.state = 'marker';
		if (standsAlone(code)) return;
		// The end before any pixels, or pixels before any frame header: no decoder reads such a file.
		if (code === 0xd9 || (code === 0xda && !this.size)) this.state = 'over';
		else {
			this.marker = code;
			this.filled = 0;
			this.state = code === 0xda ? 'scan' : 'segment';
		}
	}

	private readSegment(byte: number): void {
		this.segment[this.filled++] = byte;
		if (this.filled < 2) return;
		const length = u16be(this.segment, 0);
		const wanted = isStartOfFrame(this.marker) ? 7 : 2;
		if (length < (wanted === 7 ? 8 : 2)) this.state = 'over';
		else if (this.filled === wanted) {
			if (wanted === 7) this.readFrame();
			this.state = 'marker';
			this.skip = length - wanted;
		}
	}

	private readFrame(): void {
		if (this.size) return;
		this.size = { height: u16be(this.segment, 3), width: u16be(this.segment, 5) };
		this.unusual = unusualFrame(this.marker, this.segment[2]);
	}

	private scan(bytes: Buffer, at: number): number {
		if (this.afterFF && bytes[at] === 0xd9) return this.finish(bytes);
		this.afterFF = false;
		for (let found = bytes.indexOf(0xff, at); found >= 0; found = bytes.indexOf(0xff, found + 1)) {
			if (found === bytes.length - 1) this.afterFF = true;
			else if (bytes[found + 1] === 0xd9) return this.finish(bytes);
		}
		return bytes.length;
	}

	private finish(bytes: Buffer): number {
		this.ended = true;
		this.state = 'over';
		return bytes.length;
	}
}

/** Hops from chunk to chunk up to IEND. */
class Png implements FormatReader {
	size: Size | undefined;
	ended = false;

	/** Length and type of a chunk; of IHDR the size as well. */
	private readonly head = new Uint8Array(16);
	private filled = 0;
	/** The signature first. */
	private skip = 8;
	private last = false;
	private damaged = false;

	push(chunk: Uint8Array): void {
		for (let at = 0; at < chunk.length && !this.ended && !this.damaged; ) {
			if (this.skip > 0) {
				const length = Math.min(this.skip, chunk.length - at);
				this.skip -= length;
				at += length;
				this.ended = this.last && this.skip === 0;
			} else this.readHead(chunk[at++]);
		}
	}

	private readHead(byte: number): void {
		this.head[this.filled++] = byte;
		// The PNG specification, 11.2.2: IHDR comes first.
		const wanted = this.size ? 8 : 16;
		if (this.filled < wanted) return;
		if (!this.size) this.readSize();
		const length = u32be(this.head, 0);
		this.last = holds(this.head, 4, 'IEND');
		// A four-byte integer ends at 2^31 - 1. The check sum is behind the data.
		if (length >= 2 ** 31 || length < wanted - 8) this.damaged = true;
		this.skip = length + 4 - (wanted - 8);
		this.filled = 0;
	}

	private readSize(): void {
		const size = { width: u32be(this.head, 8), height: u32be(this.head, 12) };
		const fine = holds(this.head, 4, 'IHDR') && Math.max(size.width, size.height) < 2 ** 31;
		if (fine) this.size = size;
		else this.damaged = true;
	}
}

/** The RIFF length tells the end; the size is in one of the three layouts of the WebP container specification. */
class WebP implements FormatReader {
	size: Size | undefined;

	private readonly head = new Head(30);
	private bytes = 0;

	push(chunk: Uint8Array): void {
		this.bytes += chunk.length;
		this.head.push(chunk);
		this.size ??= webpSize(this.head.bytes);
	}

	get ended(): boolean {
		return this.bytes >= 8 + u32le(this.head.bytes, 4);
	}
}

function webpSize(bytes: Uint8Array): Size | undefined {
	if (holds(bytes, 12, 'VP8 ')) {
		if (bytes.length < 30 || !holds(bytes, 23, '\x9d\x01\x2a')) return undefined;
		return { width: u16le(bytes, 26) & 0x3fff, height: u16le(bytes, 28) & 0x3fff };
	}
	if (holds(bytes, 12, 'VP8L')) {
		if (bytes.length < 25 || bytes[20] !== 0x2f) return undefined;
		const packed = u24le(bytes, 21) + bytes[24] * 0x1000000;
		return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
	}
	if (holds(bytes, 12, 'VP8X')) {
		if (bytes.length < 30) return undefined;
		return { width: u24le(bytes, 24) + 1, height: u24le(bytes, 27) + 1 };
	}
	return undefined;
}

/** No gateway takes it; its end is not looked for. */
class Gif implements FormatReader {
	ended = true;

	private readonly head = new Head(10);

	push(chunk: Uint8Array): void {
		this.head.push(chunk);
	}

	get size(): Size | undefined {
		const { bytes } = this.head;
		return this.head.full ? { width: u16le(bytes, 6), height: u16le(bytes, 8) } : undefined;
	}
}

/** Boxes like an MP4's. The image is its largest size: those of its tiles and thumbnail stand beside it. */
class Heic implements FormatReader {
	size: Size | undefined;

	/** The pixels lie in it; a file that is cut before it has whole boxes, too. */
	private hasData = false;

	private readonly walker = new BoxWalker({
		plan: ({ path }) => {
			if (path === 'mdat' || path === 'meta/idat') this.hasData = true;
			if (path === 'meta') return 'enterFull';
			if (path === 'meta/iprp' || path === 'meta/iprp/ipco') return 'enter';
			return path === 'meta/iprp/ipco/ispe' ? 'keep' : 'skip';
		},
		kept: (_box, content) => {
			if (content.length < 12) return;
			const size = { width: u32be(content, 4), height: u32be(content, 8) };
			const area = ({ width, height }: Size) => width * height;
			if (!this.size || area(size) > area(this.size)) this.size = size;
		},
	});

	push(chunk: Uint8Array): void {
		this.walker.push(chunk);
	}

	get ended(): boolean {
		return this.hasData && this.walker.end() === undefined;
	}
}
