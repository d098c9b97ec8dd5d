/** Makes the paid task, once. */
import type { JsonObject } from 'n8n-workflow';

import type { Clock } from '../../shared/async/clock';
import { backoff, rateLimitOf } from '../../shared/async/retry';
import { settle } from '../../shared/async/settle';
import { GatewayFailed } from '../../shared/errors';
import { isObject } from '../../shared/json';
import type { MediaFile, Provider, Reply } from '../../shared/providers/contract';
import { readThrough, shorten, unexpectedReply } from '../../shared/providers/replies';
import { isTaskId, type TaskRef, type VideoOrder } from '../../shared/task';
import type { ProviderClient } from '../../shared/transport/client';

/** How often a gateway that cannot be reached at all is tried. */
const UNREACHED_TRIES = 4;
/** How often a task is looked for by our reference, some seconds apart: a replica may lag. */
const LOOKUPS = 3;
/** A lookup outlives Stop and the end of the run, so it has a limit of its own. */
const LOOKUP_LIMIT_MS = 30_000;
const LOOKUP_CALL_MS = 10_000;

export interface SubmitOptions {
	/** Images, by the words that stand for them in the order. */
	inline?: Record<string, MediaFile>;
	/** Merged into the body, last. */
	extraFields: JsonObject;
	/** Where the gateway is to call back. */
	callbackUrl?: string;
	/** Our own name for the order, sent where the gateway can find a task by it. */
	reference: string;
	/** The user's limit; 0 = none. */
	perMinute: number;
	/** Epoch milliseconds until which "too many requests" is waited out. */
	deadline: number;
	/** The user's limit is not waited for beyond the deadline either: the order can be put off. */
	bounded?: boolean;
	/** Called as soon as the outcome is not known, before anything else is tried. */
	onUnknown(failed: GatewayFailed): void;
	clock: Clock;
	signal: AbortSignal | undefined;
}

export interface Submitted {
	task: TaskRef;
	reply: Reply;
}

/**
 * Sends an order. It is sent again only after proof that no task was made: "too many requests", or a connection
 * that never stood. After anything else without an id the task is looked for by our reference where the gateway
 * knows it; otherwise the outcome is unknown, and it says so.
 * @throws GatewayFailed; its category is `unknownOutcome` when a task may exist all the same. Stopped.
 */
export async function submit(
	client: ProviderClient,
	order: VideoOrder,
	options: SubmitOptions,
): Promise<Submitted> {
	const { clock, signal, deadline } = options;
	const { provider, limits } = client;
	const { call, endpoint } = submission(client, order, options);
	const send = async () => {
		const outcome = await settle(async () => await client.callThroughStop(call));
		if ('value' in outcome) return outcome.value;
		const reply = replyWithTask(provider, outcome.error);
		if (reply) return reply;
		throw outcome.error;
	};
	for (let attempt = 0; ; attempt++) {
		const outcome = await settle(async () => {
			const reply = await limits.submits.run(
				send,
				rateLimitOf,
				signal,
				options.perMinute,
				deadline,
				options.bounded,
			);
			const task: TaskRef = { provider: provider.id, taskId: readTaskId(provider, reply) };
			return { task: endpoint === undefined ? task : { ...task, endpoint }, reply };
		});
		if ('value' in outcome) return outcome.value;
		if (!(outcome.error instanceof GatewayFailed)) throw outcome.error;
		const { fault } = outcome.error;
		const wait = backoff(attempt, clock.random(), fault.retryAfterMs);
		const tooMany = fault.category === 'rateLimit';
		const again = fault.noTask && fault.retryable && (tooMany || attempt + 1 < UNREACHED_TRIES);
		if (again && clock.now() + wait <= deadline) {
			// the rate limiter holds "too many" back by itself, together with all others
			if (!tooMany) await clock.sleep(wait, signal);
			continue;
		}
		const failed = outcomeOf(outcome.error);
		if (failed.fault.category !== 'unknownOutcome') throw failed;
		options.onUnknown(failed);
		const found = await findByReference(client, options.reference, clock);
		if (found) return found;
		throw failed;
	}
}

/** The request of an order as it leaves: with callback address, reference and the user's extra fields. */
export function submission(
	{ provider }: ProviderClient,
	order: VideoOrder,
	{
		callbackUrl,
		inline,
		reference,
		extraFields,
	}: Pick<SubmitOptions, 'callbackUrl' | 'inline' | 'reference' | 'extraFields'>,
) {
	const { call, endpoint } = provider.submit(order);
	const calling = callbackUrl ? (provider.callback?.attach(call, callbackUrl) ?? call) : call;
	const referred = provider.withReference?.(calling, reference) ?? calling;
	const body = mergeFields(referred.body ?? {}, extraFields);
	return { call: { ...referred, body, inline }, endpoint };
}

/**
 * The task of an order whose answer was lost, by our own reference; undefined where the gateway does not know it.
 * Not finding it proves nothing. Neither Stop nor the end of the run cuts it: it is what saves a paid clip then.
 */
export async function findByReference(
	client: ProviderClient,
	reference: string,
	clock: Clock,
	lookups = LOOKUPS,
): Promise<Submitted | undefined> {
	const { provider } = client;
	if (!provider.withReference) return undefined;
	const end = clock.now() + LOOKUP_LIMIT_MS;
	for (let tries = 0; tries < lookups; tries++) {
		const wait = backoff(tries, clock.random());
		if (clock.now() + wait > end) return undefined;
		await clock.sleep(wait);
		const found = await lookUp(client, reference);
		if (found) return found;
	}
	return undefined;
}

/** Asks once for the task of a reference; undefined when the gateway does not know it, or does not answer. */
export async function lookUp(
	client: ProviderClient,
	reference: string,
): Promise<Submitted | undefined> {
	const { provider } = client;
	const outcome = await settle(async () => {
		const call = provider.status({ provider: provider.id, taskId: reference });
		const reply = await client.callThroughStop(call, LOOKUP_CALL_MS);
		return { task: { provider: provider.id, taskId: readTaskId(provider, reply) }, reply };
	});
	if ('value' in outcome) return outcome.value;
	if (!(outcome.error instanceof GatewayFailed)) throw outcome.error;
	return undefined;
}

/**
 * The answer of a complaint that names a task: it was made, whatever else went wrong. Not where the gateway plainly
 * refuses the order.
 */
function replyWithTask(provider: Provider, error: unknown): Reply | undefined {
	if (!(error instanceof GatewayFailed) || !error.reply) return undefined;
	if (!['transient', 'protocol', 'rateLimit'].includes(error.fault.category)) return undefined;
	try {
		readTaskId(provider, error.reply);
		return error.reply;
	} catch {
		return undefined;
	}
}

/**
 * The task ID of an answer: one that the other operations take.
 * @throws GatewayFailed (`protocol`)
 */
function readTaskId(provider: Provider, reply: Reply): string {
	const id = readThrough((inner) => provider.readSubmit(inner), reply);
	if (isTaskId(id)) return id;
	throw unexpectedReply(`the task ID '${shorten(id)}' is none`, reply);
}

/** No answer, a server's trouble or an answer without an id: whether a task exists is not known. */
function outcomeOf(error: GatewayFailed): GatewayFailed {
	const { fault, httpStatus } = error;
	const redirected = httpStatus !== undefined && httpStatus >= 300 && httpStatus < 400;
	const open = fault.category === 'transient' || (fault.category === 'protocol' && !redirected);
	if (fault.noTask || !open) return error;
	return new GatewayFailed({ ...fault, category: 'unknownOutcome', retryable: false }, httpStatus);
}

/** Objects merge, everything else is replaced; neither argument is changed. */
export function mergeFields(body: JsonObject, extra: JsonObject): JsonObject {
	const merged: JsonObject = { ...body };
	for (const [key, value] of Object.entries(extra)) {
		const old = merged[key];
		merged[key] =
			isObject(old) && isObject(value)
				? mergeFields(old as JsonObject, value as JsonObject)
				: value;
	}
	return merged;
}
