/** From a field of the form to a file that a gateway takes. Inspected before paying, loaded when it is sent. */
import { createHash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import type { Clock } from '../../shared/async/clock';
import { retryRead } from '../../shared/async/retry';
import { settle } from '../../shared/async/settle';
import { InputRefused } from '../../shared/errors';
import { AudioFile } from '../../shared/media/audioFile';
import { VideoFile } from '../../shared/media/videoFile';
import { describeValue } from '../../shared/parameters';
import type {
	AudioRules,
	ImageRules,
	MediaFile,
	SentImageRules,
	VideoRules,
} from '../../shared/providers/contract';
import type { MediaLink } from '../../shared/task';
import { placeholder } from '../../shared/transport/body';
import type { ProviderClient } from '../../shared/transport/client';
import { binaryFieldsOf, findBinary } from './binaryField';
import { ImageFile } from './images/header';
import { faultOfBytes, judgeImage } from './images/inspect';
import { checkImageUrl, parseDataUrl } from './images/url';
import type { BinaryField, MediaOrigin } from './parameters';
import { judgeAudio, judgeVideo } from './references/inspect';

/** What a file has to be, and how its bytes travel; `url`: they cannot, a public link is needed. */
export type MediaDemands = { transport: SentImageRules['transport'] | 'url' } & (
	| { kind: 'image'; rules: ImageRules }
	| { kind: 'video'; rules: VideoRules }
	| { kind: 'audio'; rules: AudioRules }
);

export interface MediaSource {
	/**
	 * Inspects the file, at no cost.
	 * @throws InputRefused when the gateway would refuse it
	 */
	inspect(): Promise<InspectedMedia>;
}

export interface InspectedMedia {
	/** What tells it from another file. */
	digest: string;
	/** What it weighs in memory when it is sent; 0 when it comes from n8n's store piece by piece. */
	bytes: number;
	/** Of a video or audio, where its bytes were seen. */
	seconds?: number;
	/** The file; absent for a public link, which the gateway fetches by itself. */
	file?: MediaFile;
	/** The link, where it is a public one. */
	url?: string;
	/** How it travels, unless the request gets too heavy. */
	transport: SentImageRules['transport'];
}

export interface LoadedMedia {
	link: MediaLink;
	inline?: MediaFile;
}

/** Bytes read from n8n's store at a time. */
const CHUNK_BYTES = 65_536;

/**
 * A file of one item, from its binary field or a URL.
 * @throws InputRefused when the item has no such file, or the URL is none
 */
export function mediaSource(
	context: IExecuteFunctions,
	itemIndex: number,
	origin: MediaOrigin,
	demands: MediaDemands,
): MediaSource {
	return origin.source === 'url'
		? fromUrl(origin.label, origin.url, demands)
		: fromBinary(context, origin.label, origin.field, itemIndex, demands);
}

function fromBinary(
	context: IExecuteFunctions,
	label: string,
	field: BinaryField,
	itemIndex: number,
	demands: MediaDemands,
): MediaSource {
	if (demands.transport === 'url')
		throw new InputRefused(
			`${label} Source`,
			`'${label}' is a file, but this gateway takes ${demands.kind} references only by URL`,
			'Upload it to a public place first, and give its URL.',
		);
	const item = context.getInputData()[itemIndex];
	const binary = findBinary(item, field);
	if (binary === undefined) {
		const fields = binaryFieldsOf(item);
		throw new InputRefused(
			`${label} Binary Field`,
			`The item has no binary field ${describeValue(field)}, which '${label} Binary Field' names`,
			fields.length > 0
				? `It has ${fields.map((name) => `'${name}'`).join(', ')}: enter one of them in '${label} Binary Field'.`
				: `The item carries no file. Put a node that gives ${demands.kind === 'video' ? 'a' : 'an'} ${demands.kind} before this one, or set '${label} Source' to URL.`,
		);
	}
	const { bytes = 0, data, id } = binary;
	return {
		async inspect() {
			const open = async () =>
				id ? await context.helpers.getBinaryStream(id, CHUNK_BYTES) : [Buffer.from(data, 'base64')];
			const known = { stored: Boolean(id), bytes: Number(bytes) || 0 };
			return await inspect(label, open, demands, known);
		},
	};
}

function fromUrl(label: string, url: string, demands: MediaDemands): MediaSource {
	const kind = checkImageUrl(url, `${label} URL`);
	// a link that the gateway fetches by itself: nobody uploads it
	if (kind === 'http')
		return { inspect: async () => ({ digest: url, bytes: 0, url, transport: 'inline' }) };
	if (demands.kind !== 'image')
		throw new InputRefused(
			`${label} URL`,
			`'${label} URL' is a data URL, which only images can be`,
			"Give a public URL, or put the file on the item and set the source to 'Binary File'.",
		);
	const open = async () => {
		const parsed = parseDataUrl(url);
		if (parsed) return [parsed.bytes];
		throw new InputRefused(
			`${label} URL`,
			`'${label} URL' is a data URL that cannot be read`,
			'It has to look like data:image/jpeg;base64,… with the whole image behind the comma.',
		);
	};
	return { inspect: async () => await inspect(label, open, demands, { stored: false, bytes: 0 }) };
}

/** Reads the bytes of a file one by one, and judges it at the end. */
interface Judge {
	push(chunk: Uint8Array): void;
	/** Whether the rest need not be read: it is refused already. */
	isRefused(size: number): boolean;
	/** @throws InputRefused */
	end(size: number): { mimeType: string; extension: string; seconds?: number };
}

function judgeOf(demands: MediaDemands, label: string): Judge {
	if (demands.kind === 'image') {
		const file = new ImageFile();
		return {
			push: (chunk) => file.push(chunk),
			isRefused: (size) =>
				file.format ? faultOfBytes(size, demands.rules) !== undefined : file.hopeless,
			end(size) {
				const { format, mimeType } = judgeImage(file.end(), size, demands.rules, label);
				return { mimeType, extension: format === 'jpeg' ? 'jpg' : format };
			},
		};
	}
	const { maxBytes } = demands.rules;
	if (demands.kind === 'video') {
		const file = new VideoFile();
		return {
			push: (chunk) => file.push(chunk),
			isRefused: (size) => size > maxBytes,
			end: (size) => judgeVideo(file.end(), size, demands.rules, label),
		};
	}
	const file = new AudioFile();
	return {
		push: (chunk) => file.push(chunk),
		isRefused: (size) => size > maxBytes,
		end(size) {
			const { format, mimeType, seconds } = judgeAudio(file.end(), size, demands.rules, label);
			return { mimeType, seconds, extension: format };
		},
	};
}

/**
 * Reads a file once, keeping no more of it than what tells its format and measures. What is too big or of another
 * format is not read to its end.
 * @param known whether it lies in n8n's store, and the bytes it has by its own account (0: it does not say)
 */
async function inspect(
	label: string,
	open: MediaFile['open'],
	demands: MediaDemands,
	known: { stored: boolean; bytes: number },
): Promise<InspectedMedia> {
	const hash = createHash('sha256');
	const judge = judgeOf(demands, label);
	let seen = 0;
	const size = () => Math.max(seen, known.bytes);
	const read = await settle(async () => {
		for await (const chunk of await open()) {
			seen += chunk.length;
			judge.push(chunk);
			if (judge.isRefused(size())) break;
			hash.update(chunk);
		}
	});
	if ('error' in read) {
		if (read.error instanceof InputRefused) throw read.error;
		throw new InputRefused(
			label,
			`'${label}' could not be read from n8n's store of files`,
			'The file may have been deleted with its execution. Run the step that makes it again.',
		);
	}
	const { mimeType, extension, seconds } = judge.end(size());
	const fileName = `${label.toLowerCase().replace(/ /g, '-')}.${extension}`;
	return {
		digest: hash.digest('hex'),
		bytes: known.stored ? 0 : seen,
		...(seconds !== undefined && { seconds }),
		file: { size: seen, mimeType, fileName, open },
		transport: demands.transport === 'url' ? 'inline' : demands.transport,
	};
}

/**
 * The file as the gateway takes it: a public link, the link of an upload, or a word in its place, with the file that
 * has to be put there.
 * @param room bytes that may still travel inside the request; what is heavier is uploaded where the gateway can
 */
export async function loadMedia(
	{ file, transport, url }: InspectedMedia,
	client: ProviderClient,
	room: number,
	clock: Clock,
	signal: AbortSignal,
): Promise<LoadedMedia> {
	if (!file) return { link: url ?? '' };
	const { upload } = client.provider;
	const inline = transport === 'inline' && file.size <= room;
	if (inline || !upload) return { link: placeholder(), inline: file };
	const call = upload.call(file);
	// costs nothing, so it may be repeated
	const send = async () => upload.read(await client.call(call));
	return { link: await retryRead(send, clock, signal) };
}
