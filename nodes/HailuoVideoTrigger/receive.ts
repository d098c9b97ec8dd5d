/** A gateway's message, from the request to what may start a workflow. The answer never waits for the work behind it. */
import { createHash, timingSafeEqual } from 'node:crypto';

import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { systemClock, type Clock } from '../shared/async/clock';
import { toTaskItem } from '../shared/tasks/output';
import { GatewayFailed } from '../shared/errors';
import { concurrencyLimit } from '../shared/async/concurrency';
import type { ProviderId } from '../shared/catalog/gateways';
import { providers } from '../shared/providers';
import type { Provider } from '../shared/providers/contract';
import { retryRead } from '../shared/async/retry';
import { settle } from '../shared/async/settle';
import { isFinal, taskRow, type TaskRef, type TaskState } from '../shared/task';
import { openClient, type ProviderClient } from '../shared/transport/client';
import { fetchStatus, type StatusReply } from '../shared/tasks/poll';
import { claim, release } from './deduplicate';

/** A larger message is no message of a gateway. */
const MOST_BYTES = 1_000_000;
/** Messages that are being confirmed in this process; more are sent back to be repeated later. */
const MOST_PENDING = 200;
const CONFIRMS_AT_ONCE = 10;
/** How often a gateway in trouble is asked: about a minute and a half. Nobody waits, and an unsigned message is not repeated. */
const CONFIRM_TRIES = 8;
/** How often a task that is not final yet is looked at again: a replica may lag behind the message. */
const EARLY_LOOKS = 4;
const EARLY_WAIT_MS = 3_000;

const confirms = concurrencyLimit(CONFIRMS_AT_ONCE);
let pending = 0;

/** What the node answers, and what may follow. */
export interface Received {
	status: number;
	body: IDataObject;
	/** Present when the message may start a workflow; gives nothing when it turns out that it must not. */
	work?: () => Promise<INodeExecutionData | undefined>;
}

const accepted: IDataObject = { status: 'success' };

/**
 * Judges a message by itself: token, size, signature, kind. Asks nobody; never throws.
 * @returns the answer to send at once, and the work that follows it
 */
export async function receive(
	context: IWebhookFunctions,
	clock: Clock = systemClock,
): Promise<Received> {
	const parameter = (name: string, fallback: unknown) =>
		context.getNodeParameter(name, fallback) as unknown;
	const options = parameter('options', {}) as IDataObject;
	const token = String(options.callbackToken ?? '');
	if (token !== '' && !sameText(token, String((context.getQueryData() as IDataObject).token ?? '')))
		return { status: 401, body: { error: 'wrong or missing token' } };

	const rawBody = await rawBodyOf(context);
	if (rawBody.length > MOST_BYTES) return { status: 413, body: { error: 'too large' } };

	const provider = providers[parameter('provider', '') as ProviderId] as Provider | undefined;
	if (!provider?.callback) return { status: 404, body: { error: 'no such gateway' } };
	const secret = provider.callback.signed ? await secretOf(context, provider) : '';
	const event = provider.callback.read({
		headers: headersOf(context),
		rawBody,
		secret,
		now: clock.now(),
	});

	if (event.kind === 'challenge') return { status: 200, body: event.reply as IDataObject };
	if (event.kind === 'refused') {
		context.logger.warn(`Hailuo callback refused: ${event.reason}`);
		return { status: event.status, body: { error: event.reason } };
	}
	if (event.kind === 'ignored') return { status: 200, body: accepted };

	const events = parameter('events', []) as string[];
	const confirm = parameter('confirmWithProvider', true) !== false;
	// without asking, the message's word counts; with it, only what can be worth asking for
	const worthwhile = confirm
		? isFinal(event.state.status) || events.includes('processing')
		: events.includes(kindOf(event.state));
	if (!worthwhile) return { status: 200, body: accepted };
	if (pending >= MOST_PENDING) return { status: 503, body: { error: 'busy, repeat later' } };

	// here, not when the work begins: nothing may come between looking and counting
	pending++;
	const task: TaskRef = { provider: provider.id, taskId: event.taskId };
	return {
		status: 200,
		body: accepted,
		work: async () => {
			try {
				return await confirms(
					async () =>
						await handleEvent(context, provider, task, event.state, { events, confirm }, clock),
				);
			} finally {
				pending--;
			}
		},
	};
}

/** The events of the form: what a status counts as. */
function kindOf(state: TaskState): string {
	if (state.status === 'succeeded') return 'succeeded';
	return isFinal(state.status) ? 'failed' : 'processing';
}

/** Confirms the message, drops what was seen, and makes the item. Nothing when the workflow must not start. */
async function handleEvent(
	context: IWebhookFunctions,
	provider: Provider,
	task: TaskRef,
	claimed: TaskState,
	{ events, confirm }: { events: string[]; confirm: boolean },
	clock: Clock,
): Promise<INodeExecutionData | undefined> {
	const gateway = await openClient(context, provider, { clock });
	const asked = confirm ? await confirmStatus(context, gateway, task, claimed, clock) : undefined;
	if (confirm && !asked && !provider.callback?.signed) return undefined;
	const state = asked?.state ?? claimed;
	if (!events.includes(kindOf(state))) return undefined;
	// a message about the way that arrives after the end says nothing new
	if (kindOf(claimed) === 'processing' && isFinal(state.status)) return undefined;

	const id = `${task.provider} ${task.taskId} ${kindOf(state)}`;
	if (!claim(context, id, clock.now())) return undefined;
	const made = await settle(async () => await itemOf(context, gateway, task, state, asked, clock));
	// when no item could be made, a repetition of the message may do better
	release(context, id, 'value' in made, clock.now());
	if ('value' in made) return made.value;
	context.logger.error(`Hailuo callback of task ${task.taskId}: ${wordsOf(made.error)}`);
	return undefined;
}

/** What the gateway itself says of the task; undefined when it knows none, or says nothing. */
async function confirmStatus(
	context: IWebhookFunctions,
	gateway: ProviderClient,
	task: TaskRef,
	claimed: TaskState,
	clock: Clock,
): Promise<StatusReply | undefined> {
	for (let tries = 1; ; tries++) {
		const seen = await settle(
			async () =>
				await retryRead(
					async () => await fetchStatus(gateway, task),
					clock,
					undefined,
					CONFIRM_TRIES,
				),
		);
		if ('error' in seen) {
			context.logger.warn(
				`Hailuo callback of task ${task.taskId} not confirmed: ${wordsOf(seen.error)}`,
			);
			return undefined;
		}
		const early = isFinal(claimed.status) && !isFinal(seen.value.state.status);
		if (!early || tries >= EARLY_LOOKS) return seen.value;
		await clock.sleep(EARLY_WAIT_MS);
	}
}

/** The item: the row of Get Status, and the file when the user wants it. */
async function itemOf(
	context: IWebhookFunctions,
	gateway: ProviderClient,
	task: TaskRef,
	state: TaskState,
	asked: StatusReply | undefined,
	clock: Clock,
): Promise<INodeExecutionData> {
	const wantsFile = context.getNodeParameter('downloadVideo', false) === true;
	const raw = context.getNodeParameter('simplify', true) === false ? asked?.reply.json : undefined;
	// without confirmation the link is asked for only when a file is wanted; a stranger's link is not followed
	const asksForLink = asked !== undefined || wantsFile;
	if (state.status !== 'succeeded' || !asksForLink) return { json: taskRow(task, state, {}, raw) };
	const believed = asked !== undefined || gateway.provider.callback?.signed === true;
	const refresh = async () =>
		(await retryRead(async () => await fetchStatus(gateway, task), clock, undefined)).state;
	const field = String(context.getNodeParameter('binaryPropertyName', 'data') || 'data');
	return await toTaskItem(context, gateway, task, {
		state: believed ? state : await refresh(),
		raw,
		file: wantsFile ? { field, maxBytes: 0 } : undefined,
		downloads: async (work) => await work(),
		refresh,
		clock,
		signal: undefined,
	});
}

async function secretOf(context: IWebhookFunctions, provider: Provider): Promise<string> {
	const credential = await settle(async () => await context.getCredentials(provider.credential));
	return 'value' in credential ? String(credential.value.webhookSecret ?? '').trim() : '';
}

/** The body as it came. n8n reads it lazily for some content types. */
async function rawBodyOf(context: IWebhookFunctions): Promise<Buffer> {
	const request = context.getRequestObject() as unknown as {
		rawBody?: Buffer;
		readRawBody?: () => Promise<void>;
	};
	if (request.rawBody === undefined) await request.readRawBody?.();
	return request.rawBody ?? Buffer.alloc(0);
}

function headersOf(context: IWebhookFunctions): Record<string, string> {
	return Object.fromEntries(
		Object.entries(context.getHeaderData()).map(([name, value]) => [
			name.toLowerCase(),
			Array.isArray(value) ? value.join(',') : String(value ?? ''),
		]),
	);
}

/** Whether two texts are equal, in a time that does not depend on where they differ. */
function sameText(a: string, b: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}

function wordsOf(error: unknown): string {
	return error instanceof GatewayFailed || error instanceof Error ? error.message : String(error);
}
