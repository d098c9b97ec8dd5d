/** Makes the paid task, once. */
import type { JsonObject } from 'n8n-workflow';

import type { Clock } from '../../shared/async/clock';
import { GatewayFailed } from '../../shared/errors';
import type { MediaFile, Reply } from '../../shared/providers/contract';
import type { RateLimiter } from '../../shared/async/rateLimiter';
import { backoff, refusedFor } from '../../shared/async/retry';
import { settle } from '../../shared/async/settle';
import type { TaskRef, VideoOrder } from '../../shared/task';
import type { ProviderClient } from '../../shared/transport/client';

/** How often a gateway that cannot be reached at all is tried. */
const UNREACHED_TRIES = 4;
/** How often a task is looked for by our reference, some seconds apart: a replica may lag. */
const LOOKUPS = 3;

export interface SubmitOptions {
	/** Pictures, by the words that stand for them in the order. */
	inline?: Record<string, MediaFile>;
	/** Merged into the body, last. */
	extraFields: JsonObject;
	/** Where the gateway is to call back. */
	callbackUrl?: string;
	/** Our own name for the order, sent where the gateway can find a task by it. */
	reference: string;
	pace: RateLimiter;
	/** The user's limit; 0 = none. */
	perMinute: number;
	/** Epoch milliseconds until which "too many requests" is waited out. */
	deadline: number;
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
	gateway: ProviderClient,
	order: VideoOrder,
	options: SubmitOptions,
): Promise<Submitted> {
	const { clock, signal, pace, deadline } = options;
	const { provider } = gateway;
	const { call, endpoint } = provider.submit(order);
	const { callbackUrl, inline, reference } = options;
	const calling = callbackUrl ? (provider.callback?.attach(call, callbackUrl) ?? call) : call;
	const referred = provider.withReference?.(calling, reference) ?? calling;
	const body = mergeFields(referred.body ?? {}, options.extraFields);
	for (let attempt = 0; ; attempt++) {
		const send = async () => await gateway.callThroughStop({ ...referred, body, inline });
		const outcome = await settle(async () => {
			const reply = await pace.run(send, refusedFor, signal, options.perMinute, deadline);
			const task: TaskRef = { provider: provider.id, taskId: provider.readSubmit(reply) };
			return { task: endpoint === undefined ? task : { ...task, endpoint }, reply };
		});
		if ('value' in outcome) return outcome.value;
		if (!(outcome.error instanceof GatewayFailed)) throw outcome.error;
		const { fault } = outcome.error;
		const wait = backoff(attempt, clock.random(), fault.retryAfterMs);
		const tooMany = fault.category === 'rateLimit';
		const again = fault.noTask && fault.retryable && (tooMany || attempt + 1 < UNREACHED_TRIES);
		if (again && clock.now() + wait <= deadline) {
			// the pace holds "too many" back by itself, together with all others
			if (!tooMany) await clock.sleep(wait, signal);
			continue;
		}
		const failed = outcomeOf(outcome.error);
		const found =
			failed.fault.category === 'unknownOutcome'
				? await findByReference(gateway, reference, clock, signal)
				: undefined;
		if (found) return found;
		throw failed;
	}
}

/**
 * The task of an order whose answer was lost, by our own reference; undefined where the gateway does not know it.
 * Not finding it proves nothing.
 * @throws Stopped
 */
export async function findByReference(
	gateway: ProviderClient,
	reference: string,
	clock: Clock,
	signal: AbortSignal | undefined,
): Promise<Submitted | undefined> {
	const { provider } = gateway;
	if (!provider.withReference) return undefined;
	for (let tries = 0; tries < LOOKUPS; tries++) {
		await clock.sleep(backoff(tries, clock.random()), signal);
		const outcome = await settle(async () => {
			const reply = await gateway.read(
				provider.status({ provider: provider.id, taskId: reference }),
			);
			return { task: { provider: provider.id, taskId: provider.readSubmit(reply) }, reply };
		});
		if ('value' in outcome) return outcome.value;
		if (!(outcome.error instanceof GatewayFailed)) throw outcome.error;
	}
	return undefined;
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
		merged[key] = isObject(old) && isObject(value) ? mergeFields(old, value) : value;
	}
	return merged;
}

function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
