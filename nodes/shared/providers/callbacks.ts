/** What gateways post to us: parsed and checked without I/O. Everything here may come from a stranger. */
import { createHmac, timingSafeEqual } from 'node:crypto';

import { isObject, objectOf, parseJson } from '../json';
import { isTaskId, type TaskState } from '../task';
import type { CallbackEvent, CallbackMessage, HttpCall, Reply } from './contract';
import { textOf } from './replies';

/** Milliseconds a signed message may be old, or ahead of our clock (WaveSpeed and ToAPIs: 5 minutes). */
const REPLAY_WINDOW_MS = 300_000;

export const refused = (status: 400 | 401, reason: string): CallbackEvent => ({
	kind: 'refused',
	status,
	reason,
});

/** The body as a JSON object; undefined when it is none. */
export function bodyOf(message: CallbackMessage): Record<string, unknown> | undefined {
	const value = parseJson(message.rawBody.toString('utf8'));
	return isObject(value) ? value : undefined;
}

/** A body in the dress of a reply, for the reader of status answers. */
export const asReply = (json: unknown): Reply => ({ status: 200, headers: {}, text: '', json });

/**
 * What is wrong with a signature of the form HMAC-SHA256, hex, over `{id}.{unix seconds}.{raw body}`; undefined when
 * it is right. Compared in constant time; upper and lower case hex are the same bytes.
 * @param header names of the three headers
 * @param signaturesOf the hex texts in the signature header, of which one has to match
 */
export function signatureFault(
	{ headers, rawBody, secret, now }: CallbackMessage,
	header: { id: string; timestamp: string; signature: string },
	key: string,
	signaturesOf: (text: string) => string[],
): string | undefined {
	if (secret === '' || key === '') return 'the credential has no webhook secret';
	const id = headers[header.id];
	const timestamp = headers[header.timestamp];
	const signature = headers[header.signature];
	if (!id || !timestamp || !signature) return 'a signature header is missing';
	const age = now - Number(timestamp) * 1000;
	if (!/^\d{1,12}$/.test(timestamp) || Math.abs(age) > REPLAY_WINDOW_MS)
		return 'the message is too old, or from the future';
	const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(rawBody).digest();
	const matches = signaturesOf(signature)
		.slice(0, 8)
		.filter((hex) => /^[0-9a-f]{64}$/i.test(hex))
		.some((hex) => timingSafeEqual(Buffer.from(hex, 'hex'), wanted));
	return matches ? undefined : 'the signature is wrong';
}

/** The address as the body field `callback_url`. */
export const inBody = (call: HttpCall, url: string): HttpCall => ({
	...call,
	body: { ...call.body, callback_url: url },
});

/** The longest challenge that is sent back. */
const LONGEST_CHALLENGE = 500;

/**
 * MiniMax and its look-alikes: a challenge to be echoed, then unsigned messages in the shape of the status answer.
 * @param readStatus the gateway's reader of status answers
 */
export function readUnsigned(
	message: CallbackMessage,
	readStatus: (reply: Reply) => TaskState,
): CallbackEvent {
	const body = bodyOf(message);
	if (!body) return refused(400, 'the body is no JSON object');
	const taskId = textOf(body.task_id) ?? textOf(objectOf(body.data).task_id);
	if (taskId === undefined) {
		const { challenge } = body;
		const echoed = typeof challenge === 'string' || typeof challenge === 'number';
		if (echoed && String(challenge).length <= LONGEST_CHALLENGE)
			return { kind: 'challenge', reply: { challenge } };
		return refused(400, 'neither a challenge nor a task');
	}
	return eventOf(taskId, body, readStatus);
}

/** The event in a body that the gateway's reader of status answers understands. */
export function eventOf(
	taskId: string,
	json: unknown,
	readStatus: (reply: Reply) => TaskState,
): CallbackEvent {
	if (!isTaskId(taskId)) return refused(400, 'the task ID cannot be one');
	try {
		const state = readStatus(asReply(json));
		return makesVideo(state)
			? { kind: 'event', taskId, state }
			: { kind: 'ignored', reason: 'a task that makes no video' };
	} catch {
		return { kind: 'ignored', reason: 'no status that is known' };
	}
}

/** Endings of files that are no video: an account's other tasks may be told to the same address. */
const OTHER_MEDIA =
	/\.(png|jpe?g|webp|avif|bmp|tiff?|svg|mp3|wav|flac|m4a|aac|ogg|opus|glb|gltf|obj|txt|md|json|pdf|zip)$/i;

/** Whether a task is about a video, as far as the gateway tells by its kind or by the file it made. */
export function makesVideo({ otherKind, videoUrl }: TaskState): boolean {
	if (otherKind !== undefined) return false;
	return !(videoUrl && URL.canParse(videoUrl) && OTHER_MEDIA.test(new URL(videoUrl).pathname));
}
