/** What the bytes of a video file say. */
export type VideoFormat = 'mp4' | 'mov' | 'webm' | 'mkv';

/** What a file says of itself. */
export interface VideoFacts {
	format: VideoFormat;
	mimeType: string;
	/** Without the point. */
	extension: string;
	/** In pixels, as it is shown. */
	width?: number;
	height?: number;
	/** To the millisecond. */
	seconds?: number;
}

export type VideoVerdict =
	| {
			kind: 'whole';
			video: VideoFacts;
			/** The format does not say where the file ends. */
			endUnknown?: boolean;
	  }
	/** A video of which a part is missing or damaged: fetching it again can help. */
	| { kind: 'cut'; format?: VideoFormat; why: string }
	/** An answer of a server in place of the file, as expired links give: a fresh link can help. */
	| { kind: 'answer'; what: string }
	/** Another kind of file. */
	| { kind: 'foreign'; what: string }
	| { kind: 'empty' };
