/** Plain values: an order, the task it becomes, and the one shape that leaves the node. */
import type { IDataObject, JsonObject } from 'n8n-workflow';

import type { EstimatedCost } from './catalog/prices';
import type { ErrorCategory } from './errors';
import type {
	AspectRatio,
	Mode,
	PromptExpansion,
	ProviderId,
	ReferenceKind,
} from './catalog/gateways';

export type TaskStatus = 'queued' | 'processing' | 'succeeded' | 'failed' | 'canceled';

/** An image ready to be sent: a public link, or the word that its bytes replace when the body is written. */
export type MediaLink = string;

/** An image, video or audio that the clip takes persons, things, movement or sound from. */
export interface Reference {
	kind: ReferenceKind;
	link: MediaLink;
}

/** Everything a gateway needs to know to make one video. Checked: nothing in it is known to be impossible. */
export interface VideoOrder {
	provider: ProviderId;
	mode: Mode;
	/** MiniMax's own model name, or the gateway's own word where `typedModel` is true. */
	model: string;
	typedModel: boolean;
	/** With the camera directives already in the gateway's notation. */
	prompt: string;
	/** Empty only for a typed model: then the gateway decides. */
	resolution: string;
	/** Seconds; 0 only for a typed model: then the gateway decides. */
	duration: number;
	firstFrame?: MediaLink;
	lastFrame?: MediaLink;
	subject?: MediaLink;
	/** In the order in which a prompt counts them. */
	references?: Reference[];
	aspectRatio?: AspectRatio;
	/** -1: random. */
	seed?: number;
	promptExpansion?: PromptExpansion;
	promptOptimizer?: boolean;
	fastPretreatment?: boolean;
	watermark?: boolean;
}

/** What finds a task again. Ids are strings: some pass 2^53. */
export interface TaskRef {
	provider: ProviderId;
	taskId: string;
	/** What the task was made with, where asking for it depends on that: a model slug (SeaArt), `v2` (MiniMax). */
	endpoint?: string;
}

export interface TaskError {
	code: string;
	category: ErrorCategory;
	message: string;
	retryable: boolean;
}

/** What a gateway says of a task, in the words of all gateways. Unknown facts are absent. */
export interface TaskState {
	status: TaskStatus;
	/** The gateway's own word; absent until it has been asked. */
	providerStatus?: string;
	progress?: number;
	/** What the task makes, where the gateway says that it is no video. */
	otherKind?: string;
	/** Place in the gateway's queue, 1 being the next; absent where it tells none. */
	queuePosition?: number;
	/** What the link call needs, where the video's address takes one more call (MiniMax, V-API). */
	fileId?: string;
	videoUrl?: string;
	videoUrlExpiresAt?: string;
	/** Pixels; of a downloaded file its own. */
	width?: number;
	height?: number;
	/** Seconds of a downloaded file, by its own account. */
	videoSeconds?: number;
	submittedAt?: string;
	finishedAt?: string;
	error?: TaskError;
}

/** The longest task ID that is taken, in characters. */
const MAX_TASK_ID = 512;

/**
 * Whether a text can be the ID of a task: the characters of a URL path (RFC 3986) without escapes, as gateways' IDs and
 * base64 have them. No part of it may be of dots alone: a proxy that unescapes a path would take it for a step up.
 */
export function isTaskId(text: string): boolean {
	return (
		text.length <= MAX_TASK_ID &&
		/^[\w.~:@!$&'()*+,;=|/-]+$/.test(text) &&
		!text.split('/').some((part) => /^\.+$/.test(part))
	);
}

/** The facts of an order that a task row repeats. */
export interface OrderFacts {
	model?: string;
	mode?: Mode;
	resolution?: string;
	duration?: number;
	/** By the gateway's price list, or as it answered. */
	estimatedCost?: EstimatedCost;
}

/** All that it takes to fetch a task, in a few words. */
export function describeTask({ provider, taskId, endpoint }: TaskRef): string {
	return `${taskId} (${provider}${endpoint ? `, endpoint ${endpoint}` : ''})`;
}

/** Whether nothing more will happen to the task. */
export function isFinal(status: TaskStatus): boolean {
	return status === 'succeeded' || status === 'failed' || status === 'canceled';
}

/**
 * The output row: one shape for all gateways (README, "Operations"). Unknown facts are left out. Only a row of failure
 * has a field `error`: n8n 1.123 takes any for a reason to run the node again.
 * @param raw the gateway's last reply; given only when Simplify is off
 */
export function taskRow(
	ref: TaskRef,
	state: Partial<TaskState>,
	facts: OrderFacts = {},
	raw?: unknown,
): IDataObject {
	const row: IDataObject = {
		provider: ref.provider,
		taskId: ref.taskId,
		endpoint: ref.endpoint,
		status: state.status,
		providerStatus: state.providerStatus,
		progress: state.progress,
		model: facts.model,
		mode: facts.mode,
		resolution: facts.resolution || undefined,
		duration: facts.duration || undefined,
		videoUrl: state.videoUrl,
		videoUrlExpiresAt: state.videoUrlExpiresAt,
		width: state.width,
		height: state.height,
		videoSeconds: state.videoSeconds,
		submittedAt: state.submittedAt,
		finishedAt: state.finishedAt,
		estimatedCost: facts.estimatedCost as unknown as JsonObject,
		error: state.error as unknown as JsonObject,
	};
	if (raw !== undefined) row.raw = raw as IDataObject;
	return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
