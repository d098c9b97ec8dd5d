/**
 * What a gateway is to the rest of the package. Pure: an order or a task in, an HTTP call out; a reply in, a
 * task out. No I/O and no clock, so that every dialect can be tested byte by byte.
 */
import type { JsonObject } from 'n8n-workflow';

import type { Authenticate } from '../auth/schemes';
import type { ProviderFault } from '../errors';
import type { Reply } from '../reply';
import type { ProviderId } from '../catalog/gateways';
import type { AudioFormat } from '../media/audioFile';
import type { VideoFormat } from '../media/verdict';
import type { TaskRef, TaskState, VideoOrder } from '../task';

export type { Reply };

/** An image on its way to a gateway. */
export interface MediaFile {
	/** Bytes. */
	size: number;
	mimeType: string;
	fileName: string;
	/** Its bytes from the start, each time anew: from n8n's store piece by piece, or in one where they are in memory. */
	open(): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>;
}

/** One HTTP call, relative to the credential's Base URL; the key is added by the credential. */
export interface HttpCall {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	path: string;
	query?: Record<string, string>;
	headers?: Record<string, string>;
	/** Sent as JSON. */
	body?: JsonObject;
	/** Images of the body, by the words that stand for them in it. */
	inline?: Record<string, MediaFile>;
	/** Sent as multipart form data under this field name, instead of `body`. */
	file?: { field: string; media: MediaFile; fields?: Record<string, string> };
}

export interface VideoLink {
	url: string;
	/** ISO time, where the gateway says it. */
	expiresAt?: string;
}

/** The formats whose size can be read here; `heic` stands for HEIF images as well. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'heic';

/** What a gateway accepts as an image. The figures are those of providers.md 1.5. */
export interface ImageRules {
	formats: ImageFormat[];
	/**
	 * A file of this size is refused, a byte less is taken: the gateways write "under 20 MB"
	 * (providers.md 1.5; 20 * 1024 * 1024 here, since none of them says which megabyte it means).
	 */
	maxBytes: number;
	/** A file of exactly `maxBytes` is taken, too. */
	maxBytesInclusive?: boolean;
	/** In pixels, exclusive: the gateways write "over 300 px". */
	minShortSide?: number;
	/** In pixels, inclusive: bounds of either side. */
	minSide?: number;
	maxSide?: number;
	/** Least and greatest width:height, such as `[2 / 5, 5 / 2]`. */
	ratio: [number, number];
	/** The bounds of `ratio` are refused too ("strictly between", WaveSpeed, providers.md S.2). */
	ratioExclusive?: boolean;
}

/** What a gateway demands of the sides of an image or a video. */
export type SideRules = Pick<
	ImageRules,
	'minShortSide' | 'minSide' | 'maxSide' | 'ratio' | 'ratioExclusive'
>;

/** What a gateway demands of everything that lasts. */
export interface LengthRules {
	/** Bytes; a file of exactly so many is taken. */
	maxBytes: number;
	/** Seconds, both inclusive. */
	minSeconds: number;
	maxSeconds: number;
}

/** What a gateway accepts as a reference video. */
export interface VideoRules extends LengthRules, SideRules {
	formats: VideoFormat[];
}

/** What a gateway accepts as a reference sound. */
export interface AudioRules extends LengthRules {
	formats: AudioFormat[];
}

/** References beside images. */
export interface ReferenceRules {
	video: VideoRules & { transport: SentImageRules['transport'] | 'url' };
	audio: AudioRules & { transport: SentImageRules['transport'] | 'url' };
}

/** How an image travels and what the gateway takes. */
export interface SentImageRules extends ImageRules {
	/** `inline`: as a data URL in the body. `upload`: to the gateway's own store first. */
	transport: 'inline' | 'upload';
}

/** What the gateway takes as an image for a model. */
export function imageRulesOf(provider: Provider, model: string): SentImageRules {
	return provider.imagesOf?.(model) ?? provider.images;
}

/** A request to our callback address. */
export interface CallbackMessage {
	/** Names in lower case. */
	headers: Readonly<Record<string, string>>;
	/** As it came: signatures are over these bytes. */
	rawBody: Buffer;
	/** The secret of the credential; empty when the user gave none. */
	secret: string;
	/** Epoch milliseconds. */
	now: number;
}

export type CallbackEvent =
	/** To be sent back at once. */
	| { kind: 'challenge'; reply: JsonObject }
	/** What the message claims of a task. */
	| { kind: 'event'; taskId: string; endpoint?: string; state: TaskState }
	/** Well formed, but nothing to start a workflow for. */
	| { kind: 'ignored'; reason: string }
	/** Not to be believed; `status` is the HTTP status to answer. */
	| { kind: 'refused'; status: 400 | 401; reason: string };

export interface Submission {
	call: HttpCall;
	/** What the task has to be asked for with, where that depends on the order: see TaskRef. */
	endpoint?: string;
}

/** What the gateway itself says that an order costs. */
export interface QuotedPrice {
	amount: number;
	currency: string;
}

/** What is left on an account. */
export interface Balance {
	/** Absent where `unlimited` is true. */
	amount?: number;
	/** ISO 4217, where it is money. */
	currency?: string;
	/** What is counted, where it is no money or the gateway does not say which. */
	unit?: string;
	unlimited: boolean;
}

/** One way to ask for the balance. */
export interface BalanceWay {
	/** All of them are needed. `now` in epoch milliseconds. */
	calls(now: number): HttpCall[];
	/**
	 * @param replies one for each call
	 * @param baseUrl the address of the account: its region decides the currency at MiniMax
	 * @throws GatewayFailed (`protocol`) when the answers are of another shape
	 */
	read(replies: Reply[], baseUrl: string): Balance;
}

export interface Provider {
	id: ProviderId;
	/** The credential type (docs/usage.md). */
	credential: string;
	/** Adds the key to a request, as the credential does. */
	sign: Authenticate;
	/** The notation of camera directives that the gateway documents. */
	camera: 'chinese' | 'english';
	images: SentImageRules;
	/** Where a model has image rules of its own; `images` where it has none. */
	imagesOf?(model: string): SentImageRules;
	/**
	 * What a reference video or sound has to be, and how its bytes travel; `url`: not at all, a public link is needed.
	 * Images have the rules of all images.
	 */
	references?: ReferenceRules;
	/** Bytes of files that may travel inside one request together; what is more is uploaded. Absent: no limit is known. */
	inlineLimit?: number;
	/** What a typed model name is here, for messages and the form's hint. */
	modelNameIs: string;
	/** The request that makes a paid task. */
	submit(order: VideoOrder): Submission;
	/** The task id out of the answer to `submit`. Throws GatewayFailed (`protocol`) when there is none. */
	readSubmit(reply: Reply): string;
	/** The values that `endpoint` of a task can have, where that is a fixed list. */
	endpoints?: readonly string[];
	/**
	 * The tasks that may be meant by one whose row does not say which API made it, in the order in which they are
	 * asked for; absent where there is no doubt.
	 */
	candidates?(task: TaskRef): TaskRef[];
	status(task: TaskRef): HttpCall;
	/** Throws GatewayFailed (`protocol`) when the answer is of another shape. */
	readStatus(reply: Reply): TaskState;
	/** Where a finished task needs one more call for the video's address. */
	link?: {
		/** undefined: what the call needs is not known yet, ask for the status again. */
		call(task: TaskRef, state: TaskState): HttpCall | undefined;
		/** undefined: not ready yet, ask again. */
		read(reply: Reply): VideoLink | undefined;
	};
	cancel?: {
		/** Why the task cannot be stopped in this state, as a sentence; undefined: it can, as far as is known. */
		refusal?(task: TaskRef, state: TaskState): string | undefined;
		call(task: TaskRef): HttpCall;
		/**
		 * undefined: the answer does not tell, ask for the status.
		 * @throws GatewayFailed when the task was finished, and more than a cancel happened
		 */
		read(reply: Reply): TaskState | undefined;
	};
	upload?: {
		call(file: MediaFile): HttpCall;
		/** The link of the uploaded file, as an order takes it. */
		read(reply: Reply): string;
	};
	/** Asks what an order would cost; free of charge. */
	price?: {
		call(submit: HttpCall): HttpCall;
		/** @throws GatewayFailed (`protocol`) when there is no usable price in the answer */
		read(reply: Reply): QuotedPrice;
	};
	/** Ways to ask for the balance, free of charge: when one is refused, the next is tried. */
	balance?: readonly BalanceWay[];
	/** How the gateway tells us that a task has changed; absent where it cannot. */
	callback?: {
		/** Its messages carry a signature, made with the webhook secret of the credential. */
		signed: boolean;
		/** Puts our address on an order. */
		attach(call: HttpCall, url: string): HttpCall;
		/** Never throws. */
		read(message: CallbackMessage): CallbackEvent;
	};
	/** Puts a reference of ours on an order, where the gateway can find a task by it: `status` takes it as an id. */
	withReference?(call: HttpCall, reference: string): HttpCall;
	/** A call that costs nothing and is refused with a bad key, for credentials without a free endpoint. */
	probe?: HttpCall;
	/** Whether the answer to `probe` is the gateway's own word about a task that it does not know. */
	probed?(reply: Reply): boolean;
	/** The gateway's complaint, by HTTP status or inside HTTP 200; undefined when the call went well. */
	fault(reply: Reply): ProviderFault | undefined;
}
