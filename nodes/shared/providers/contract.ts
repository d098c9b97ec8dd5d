/**
 * What a gateway is to the rest of the package. Pure: an order or a task in, an HTTP call out; a reply in, a
 * task out. No I/O and no clock, so that every dialect can be tested byte by byte.
 */
import type { JsonObject } from 'n8n-workflow';

import type { Authenticate } from '../auth/schemes';
import type { ProviderFault } from '../errors';
import type { ImageRules } from '../../HailuoVideo/order/images/inspect';
import type { ProviderId } from '../catalog/gateways';
import type { TaskRef, TaskState, VideoOrder } from '../task';
import type { CallbackEvent, CallbackMessage } from './callbacks';

/** A picture on its way to a gateway. */
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
	/** Pictures of the body, by the words that stand for them in it. */
	inline?: Record<string, MediaFile>;
	/** Sent as multipart form data under this field name, instead of `body`. */
	file?: { field: string; picture: MediaFile; fields?: Record<string, string> };
}

/** An answer, untrusted. `json` is undefined when the body is no JSON. */
export interface Reply {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	text: string;
	json: unknown;
}

export interface VideoLink {
	url: string;
	/** ISO time, where the gateway says it. */
	expiresAt?: string;
}

/** How a picture travels and what the gateway takes. */
export interface SentImageRules extends ImageRules {
	/** `inline`: as a data URL in the body. `upload`: to the gateway's own store first. */
	transport: 'inline' | 'upload';
}

export interface Submission {
	call: HttpCall;
	/** The model slug the task is asked for with, where the gateway needs it. */
	endpoint?: string;
}

export interface Provider {
	id: ProviderId;
	/** The credential type (design.md, section 2). */
	credential: string;
	/** Adds the key to a request, as the credential does. */
	sign: Authenticate;
	/** The notation of camera directives that the gateway documents. */
	camera: 'chinese' | 'english';
	images: SentImageRules;
	/** What a typed model name is here, for messages and the form's hint. */
	modelNameIs: string;
	/** The request that makes a paid task. */
	submit(order: VideoOrder): Submission;
	/** The task id out of the answer to `submit`. Throws GatewayFailed (`protocol`) when there is none. */
	readSubmit(reply: Reply): string;
	status(task: TaskRef): HttpCall;
	/** Throws GatewayFailed (`protocol`) when the answer is of another shape. */
	readStatus(reply: Reply): TaskState;
	/** Where a finished task needs one more call for the video's address. */
	link?: {
		call(task: TaskRef, state: TaskState): HttpCall;
		/** undefined: not ready yet, ask again. */
		read(reply: Reply): VideoLink | undefined;
	};
	cancel?: {
		call(task: TaskRef): HttpCall;
		/** undefined: the answer does not tell, ask for the status. */
		read(reply: Reply): TaskState | undefined;
	};
	upload?: {
		call(picture: MediaFile): HttpCall;
		/** The public link of the uploaded picture. */
		read(reply: Reply): string;
	};
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
	/** The gateway's complaint, by HTTP status or inside HTTP 200; undefined when the call went well. */
	fault(reply: Reply): ProviderFault | undefined;
}
