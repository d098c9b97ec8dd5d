/**
 * Walks the boxes of an ISO base media file (MP4, MOV, HEIC; ISO/IEC 14496-12, 4.2) while its bytes stream by. Pure,
 * and its memory is bounded: what nobody asked for is skipped.
 *
 * Own code, because a published node may import at run time only what n8n provides.
 */
import { latin1, u32be, u64be } from './bytes';

/** Bytes of boxes that are kept at a time; a film of hours has an index of some MB. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;
/**
 * A clip has some hundred, one that is cut into a fragment for each frame some thousand; reading the least box there is
 * takes a microsecond or more, and a crafted file could hold millions.
 */
const MOST_BOXES = 200_000;
/** No file of ours nests deeper; a crafted one could go on for ever. */
const MOST_DEPTH = 12;

export interface BoxPlace {
	/** Types from the top, such as `moov/trak/tkhd`. */
	path: string;
	type: string;
	/** Offset of its first byte in the file. */
	start: number;
	/** Offset behind its last byte; Infinity for a box that goes on to the end of the file. */
	end: number;
}

export interface BoxVisitor {
	/**
	 * What to do with a box: look at its children (`enter`; `enterFull` where four bytes of version and flags come
	 * first), keep its bytes (`keep`), or pass over it.
	 */
	plan(box: BoxPlace): 'enter' | 'enterFull' | 'keep' | 'skip';
	/** The content of a box that was to be kept, without its header. */
	kept?(box: BoxPlace, content: Uint8Array): void;
	/** A box that was to be kept is too large for it. */
	tooLarge?(box: BoxPlace): void;
	/** A box that was entered has ended. */
	left?(box: BoxPlace): void;
}

export class BoxWalker {
	/** Bytes seen so far. */
	at = 0;
	/** Why nothing more is understood; undefined while all is well. */
	fault: string | undefined;

	private readonly open: BoxPlace[] = [];
	private readonly header = new Uint8Array(16);
	private headerLength = 0;
	/** The box whose content goes by, and what is kept of it. */
	private current: BoxPlace | undefined;
	private content: Uint8Array | undefined;
	private filled = 0;
	private keptBytes = 0;
	private boxes = 0;
	/** Zeros behind the last box, as some writers leave them. */
	private padding = false;

	constructor(private readonly visitor: BoxVisitor) {}

	push(chunk: Uint8Array): void {
		let from = 0;
		while (from < chunk.length && this.fault === undefined) {
			from += this.padding
				? this.passPadding(chunk, from)
				: this.current
					? this.passContent(chunk, from)
					: this.passHeader(chunk, from);
		}
	}

	/** What is wrong when the file ends here; undefined when its last box ends here, too. */
	end(): string | undefined {
		if (this.fault !== undefined) return this.fault;
		const box = this.current ?? this.open[this.open.length - 1];
		if (box && box.end !== Infinity)
			return `its box '${box.type}' goes on for ${box.end - this.at} bytes more`;
		const rest = this.header.subarray(0, this.headerLength);
		return rest.some((byte) => byte !== 0) ? 'it ends within the head of a box' : undefined;
	}

	/** Whether fewer bytes than the head of a box are left over: zeros, where `end` is fine with them. */
	get hasRest(): boolean {
		return this.headerLength > 0;
	}

	private passPadding(chunk: Uint8Array, from: number): number {
		const index = chunk.findIndex((byte, place) => place >= from && byte !== 0);
		if (index >= 0) this.fault = `there is no box at byte ${this.at + index - from}`;
		this.at += chunk.length - from;
		return chunk.length - from;
	}

	private passContent(chunk: Uint8Array, from: number): number {
		const box = this.current!;
		const length = Math.min(box.end - this.at, chunk.length - from);
		if (this.content) {
			this.content.set(chunk.subarray(from, from + length), this.filled);
			this.filled += length;
		}
		this.at += length;
		if (this.at === box.end) this.endContent(box);
		return length;
	}

	private endContent(box: BoxPlace): void {
		const { content } = this;
		this.current = undefined;
		this.content = undefined;
		if (content) this.visitor.kept?.(box, content);
		if (this.open.length === 0) this.keptBytes = 0;
		this.leaveEnded();
	}

	private leaveEnded(): void {
		for (
			let box = this.open[this.open.length - 1];
			box?.end === this.at;
			box = this.open[this.open.length - 1]
		) {
			this.open.pop();
			if (this.open.length === 0) this.keptBytes = 0;
			this.visitor.left?.(box);
		}
	}

	private passHeader(chunk: Uint8Array, from: number): number {
		const parent = this.open[this.open.length - 1];
		// Fewer bytes than a head are no box: QuickTime ends some lists with a zero.
		if (parent && this.headerLength === 0 && parent.end - this.at < 8) {
			this.pass({ ...parent, type: 'rest', path: `${parent.path}/rest`, start: this.at });
			return 0;
		}
		const wanted = this.headerLength >= 8 && u32be(this.header, 0) === 1 ? 16 : 8;
		const length = Math.min(wanted - this.headerLength, chunk.length - from);
		this.header.set(chunk.subarray(from, from + length), this.headerLength);
		this.headerLength += length;
		this.at += length;
		if (this.headerLength < wanted) return length;
		const size = u32be(this.header, 0);
		if (size === 1 && wanted === 8) return length;
		this.headerLength = 0;
		this.begin(wanted, size === 1 ? u64be(this.header, 8) : size, parent);
		return length;
	}

	private begin(headerSize: number, size: number, parent: BoxPlace | undefined): void {
		const type = latin1(this.header, 4, 8);
		const start = this.at - headerSize;
		if (!parent && size === 0 && type === '\0\0\0\0') {
			this.padding = true;
			return;
		}
		if (++this.boxes > MOST_BOXES) {
			this.fault = 'it has too many boxes';
			return;
		}
		const end = size === 0 ? (parent?.end ?? Infinity) : start + size;
		if (end < this.at || end > (parent?.end ?? Infinity)) {
			this.fault = `the size of its box '${printable(type)}' at byte ${start} cannot be`;
			return;
		}
		const path = parent ? `${parent.path}/${type}` : type;
		const box: BoxPlace = { path, type: printable(type), start, end };
		const plan = this.visitor.plan(box);
		if (plan === 'enter' || plan === 'enterFull') this.enter(box, plan === 'enterFull');
		else this.pass(box, plan === 'keep');
	}

	private enter(box: BoxPlace, full: boolean): void {
		if (this.open.length >= MOST_DEPTH || (full && box.end - this.at < 4)) {
			this.fault = `its box '${box.type}' cannot be read`;
			return;
		}
		this.open.push(box);
		if (full) this.pass({ ...box, path: `${box.path}/version`, end: this.at + 4 });
		else this.leaveEnded();
	}

	private pass(box: BoxPlace, keep = false): void {
		this.current = box;
		const length = box.end - this.at;
		if (keep && this.keptBytes + length <= MOST_KEPT_BYTES) {
			this.content = new Uint8Array(length);
			this.filled = 0;
			this.keptBytes += length;
		} else if (keep) this.visitor.tooLarge?.(box);
		if (length === 0) this.endContent(box);
	}
}

function printable(type: string): string {
	return type.replace(/[^ -~]/g, '?');
}
