/**
 * What a file is that was promised as a video, judged by its bytes while they stream by in chunks of any size. Pure;
 * keeps a few kilobytes of the beginning, and of an MP4 its index.
 *
 * A name or a Content-Type counts for nothing: gateways and their file servers send videos as `text/plain`, and login
 * pages as `video/mp4`.
 */
import { Head } from './bytes';
import { IsoVideo } from './isoVideo';
import { Matroska } from './matroska';
import { recognise, RECOGNISE_BYTES } from './recognise';
import type { VideoVerdict } from './verdict';

/** Bytes that tell the format: those of an `ftyp` box, and an EBML head up to its DocType. */
const SIGNATURE_BYTES = 64;

export class VideoFile {
	/** Bytes seen so far. */
	bytes = 0;

	private readonly head = new Head(RECOGNISE_BYTES);
	private reader: IsoVideo | Matroska | undefined;
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
		this.decided = true;
		this.reader = readerOf(this.head.bytes);
		this.reader?.push(this.head.bytes.slice());
		this.reader?.push(chunk.subarray(this.head.bytes.length - known));
	}

	/**
	 * The media type and extension by the first bytes, as soon as they tell; undefined before. What is no video has
	 * none of them.
	 */
	get type(): { mimeType: string; extension: string } | undefined {
		if (!this.reader) return undefined;
		return types[recognise(this.head.bytes.subarray(0, SIGNATURE_BYTES))?.id ?? ''] ?? types.mp4;
	}

	/** Whether enough is in to name it, and it is no video: the rest is not worth fetching. */
	get hopeless(): boolean {
		return this.decided && !this.reader && this.head.full;
	}

	/** The verdict when the file ends here. */
	end(): VideoVerdict {
		if (this.bytes === 0) return { kind: 'empty' };
		if (this.reader) return this.reader.end();
		const found = recognise(this.head.bytes);
		if (found?.kind === 'answer' || found?.kind === 'playlist')
			return { kind: 'answer', what: found.what };
		// The beginning of a video that is cut at once has no mark yet.
		if (found?.kind === 'video' || this.bytes < 12)
			return this.decided && found?.kind === 'video'
				? { kind: 'foreign', what: found.what }
				: { kind: 'cut', why: `it has ${this.bytes} bytes` };
		return { kind: 'foreign', what: found?.what ?? 'a file of an unknown kind' };
	}
}

const types: Readonly<Record<string, { mimeType: string; extension: string }>> = {
	mp4: { mimeType: 'video/mp4', extension: 'mp4' },
	mov: { mimeType: 'video/quicktime', extension: 'mov' },
	webm: { mimeType: 'video/webm', extension: 'webm' },
	mkv: { mimeType: 'video/x-matroska', extension: 'mkv' },
};

function readerOf(head: Uint8Array): IsoVideo | Matroska | undefined {
	const id = recognise(head)?.id ?? '';
	if (id === 'mp4' || id === 'mov') return new IsoVideo();
	return id === 'webm' || id === 'mkv' ? new Matroska() : undefined;
}
