/** What a sound file is, judged by its bytes in chunks of any size: WAV and MP3, their length and their end. Pure. */
import { Head, holds, u16le, u32be, u32le } from './bytes';
import { recognise, RECOGNISE_BYTES, type Recognised } from './recognise';

export type AudioFormat = 'wav' | 'mp3';

export interface AudioFacts {
	format: AudioFormat;
	mimeType: string;
	/** To the millisecond. */
	seconds: number;
}

export type AudioVerdict =
	| { kind: 'whole'; audio: AudioFacts }
	/** A part is missing, or it holds no sound. */
	| { kind: 'cut'; format: AudioFormat; why: string }
	| { kind: 'foreign'; found?: Recognised }
	| { kind: 'empty' };

interface FormatReader {
	push(chunk: Uint8Array): void;
	/** Seconds, or what is wrong. */
	end(): number | string;
}

const SIGNATURE_BYTES = 64;
const mimeTypes: Readonly<Record<AudioFormat, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' };

export class AudioFile {
	/** Bytes seen so far. */
	bytes = 0;
	format: AudioFormat | undefined;

	private readonly head = new Head(RECOGNISE_BYTES);
	private reader: FormatReader | undefined;
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

	/** Whether enough is in to name it, and it is neither WAV nor MP3. */
	get hopeless(): boolean {
		return this.decided && !this.reader && this.head.full;
	}

	/** The verdict when the file ends here. */
	end(): AudioVerdict {
		if (this.bytes === 0) return { kind: 'empty' };
		if (!this.decided) this.decide();
		const { reader, format } = this;
		if (!reader || !format) {
			const found = recognise(this.head.bytes);
			return { kind: 'foreign', ...(found && { found }) };
		}
		const seconds = reader.end();
		if (typeof seconds === 'string') return { kind: 'cut', format, why: seconds };
		const audio = {
			format,
			mimeType: mimeTypes[format],
			seconds: Math.round(seconds * 1000) / 1000,
		};
		return { kind: 'whole', audio };
	}

	private decide(): FormatReader | undefined {
		this.decided = true;
		const bytes = this.head.bytes.slice();
		const id = recognise(bytes)?.id;
		if (id !== 'wav' && id !== 'mp3') return undefined;
		this.format = id;
		this.reader = id === 'wav' ? new Wav() : new Mp3();
		this.reader.push(bytes);
		return this.reader;
	}
}

/** RIFF chunks: `fmt ` says how many bytes a second has, `data` how many bytes there are. */
class Wav implements FormatReader {
	private at = 0;
	/** Behind "RIFF", a size and "WAVE". */
	private skip = 12;
	private readonly head = new Uint8Array(8);
	private filled = 0;
	private fmt: Head | undefined;
	private inFmt = false;
	private data: { start: number; length: number } | undefined;

	push(chunk: Uint8Array): void {
		for (let at = 0; at < chunk.length; ) {
			if (this.skip > 0) {
				const part = chunk.subarray(at, at + Math.min(this.skip, chunk.length - at));
				if (this.inFmt) this.fmt?.push(part);
				this.skip -= part.length;
				this.at += part.length;
				at += part.length;
			} else this.readHead(chunk[at++]);
		}
	}

	private readHead(byte: number): void {
		this.head[this.filled++] = byte;
		this.at++;
		if (this.filled < 8) return;
		this.filled = 0;
		const length = u32le(this.head, 4);
		this.inFmt = holds(this.head, 0, 'fmt ');
		if (this.inFmt) this.fmt = new Head(16);
		if (holds(this.head, 0, 'data')) this.data ??= { start: this.at, length };
		// chunks begin at even places
		this.skip = length + (length % 2);
	}

	end(): number | string {
		const perSecond = this.fmt?.full ? u32le(this.fmt.bytes, 8) : 0;
		const channels = this.fmt?.full ? u16le(this.fmt.bytes, 2) : 0;
		if (perSecond === 0 || channels === 0 || !this.data) return 'its head is missing or damaged';
		const there = this.at - this.data.start;
		// a recorder that writes to a pipe leaves the length open
		const open = this.data.length === 0 || this.data.length >= 0xfffffff0;
		if (!open && there < this.data.length) return `${this.data.length - there} bytes are missing`;
		const seconds = (open ? there : this.data.length) / perSecond;
		return seconds > 0 ? seconds : 'it holds no sound';
	}
}

/** Kilobits a second by the four bits of a frame (ISO/IEC 11172-3, 2.4.2.3; 13818-3 for the lower rates), layer III. */
const BITRATES = {
	mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
	mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
};
const SAMPLE_RATES = [44100, 48000, 32000, 0];

/** Hops from frame to frame and adds up their samples, so that a changing bit rate does not matter. */
class Mp3 implements FormatReader {
	private skip = 0;
	private readonly head = new Uint8Array(10);
	private filled = 0;
	private seconds = 0;
	private frames = 0;

	push(chunk: Uint8Array): void {
		for (let at = 0; at < chunk.length; ) {
			if (this.skip > 0) {
				const length = Math.min(this.skip, chunk.length - at);
				this.skip -= length;
				at += length;
			} else this.readHead(chunk[at++]);
		}
	}

	private readHead(byte: number): void {
		this.head[this.filled++] = byte;
		const tag = this.frames === 0 && holds(this.head, 0, 'ID3') && this.filled >= 3;
		if (this.filled < (tag ? 10 : 4)) return;
		const length = tag ? this.tagLength() : this.frameLength();
		if (length > 0) {
			this.skip = length - this.filled;
			this.filled = 0;
			return;
		}
		// no frame here (a tag at the end, a damaged one): the next byte may begin one
		this.head.copyWithin(0, 1);
		this.filled--;
	}

	/** The ID3v2 tag, whose length has seven bits in a byte. */
	private tagLength(): number {
		const [, , , , , flags, a, b, c, d] = this.head;
		return (
			10 +
			(a & 127) * 2 ** 21 +
			(b & 127) * 2 ** 14 +
			(c & 127) * 128 +
			(d & 127) +
			(flags & 16 ? 10 : 0)
		);
	}

	/** Bytes of the frame whose head is there; 0 when it is none. */
	private frameLength(): number {
		const word = u32be(this.head, 0);
		const version = (word >>> 19) & 3;
		const layer = (word >>> 17) & 3;
		if (word >>> 21 !== 0x7ff || version === 1 || layer !== 1) return 0;
		const kilobits = BITRATES[version === 3 ? 'mpeg1' : 'mpeg2'][(word >>> 12) & 15];
		const rate = SAMPLE_RATES[(word >>> 10) & 3] / (version === 3 ? 1 : version === 2 ? 2 : 4);
		if (kilobits === 0 || rate === 0) return 0;
		const samples = version === 3 ? 1152 : 576;
		this.seconds += samples / rate;
		this.frames++;
		return Math.floor(((samples / 8) * (kilobits * 1000)) / rate) + ((word >>> 9) & 1);
	}

	end(): number | string {
		return this.frames > 1 ? this.seconds : 'it holds no sound';
	}
}
