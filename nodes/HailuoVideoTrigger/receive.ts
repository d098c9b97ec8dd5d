/** A gateway's message, from the request to what may start a workflow. The answer never waits for the work behind it. */
import { createHash, timingSafeEqual } from 'node:crypto';

import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { systemClock, type Clock } from '../shared/async/clock';
import { retryRead } from '../shared/async/retry';
import { settle } from '../shared/async/settle';
import { failureOf } from '../shared/errors';
import { visible } from '../shared/parameters';
import { makesVideo } from '../shared/providers/callbacks';
import type { Provider } from '../shared/providers/contract';
import { saysWhy } from '../shared/providers/replies';
import { isFinal, taskRow, type TaskRef, type TaskState } from '../shared/task';
import { toTaskItem } from '../shared/tasks/output';
import { fetchStatus, type StatusReply } from '../shared/tasks/poll';
import { openClient, type ProviderClient } from '../shared/transport/client';
import { confirmStatus, limitsOf, type ConfirmQueue, type TriggerLimits } from './confirm';
import { claim, hasEnded, release } from './deduplicate';
import {
	readParameters,
	readProvider,
	readToken,
	type TriggerEvent,
	type TriggerParameters,
} from './parameters';

/** A larger message is no message of a gateway. */
const MAX_BYTES = 1_000_000;

/** What the node answers, and what may follow. */
export interface Received {
	status: number;
	body: IDataObject;
	/** Present when the message may start a workflow; gives nothing when it turns out that it must not. */
	work?: () => Promise<INodeExecutionData | undefined>;
}

const ACCEPTED: Received = { status: 200, body: { status: 'success' } };
const refused = (status: number, error: string): Received => ({ status, body: { error } });

/**
 * Judges a message by itself: token, size, signature, kind. Asks nobody.
 * @returns the answer to send at once, and the work that follows it
 * @throws InputRefused when a parameter of the trigger cannot be used
 */
export async function receive(
	context: IWebhookFunctions,
	clock: Clock = systemClock,
): Promise<Received> {
	const token = readToken(context);
	if (token === undefined) {
		context.logger.error(
			"Hailuo callback refused: 'Callback Token' is there but gives no text, so nobody can know it. Enter one, or remove the option.",
		);
		return refused(401, 'wrong or missing token');
	}
	const { token: sent } = context.getQueryData() as IDataObject;
	if (token !== '' && !isToken(token, sent)) return refused(401, 'wrong or missing token');

	const rawBody = await rawBodyOf(context);
	if (rawBody.length > MAX_BYTES) return refused(413, 'too large');

	const provider = readProvider(context);
	if (!provider?.callback) return refused(404, 'no such gateway');
	const { signed } = provider.callback;
	const event = provider.callback.read({
		headers: headersOf(context),
		rawBody,
		secret: signed ? await secretOf(context, provider) : '',
		now: clock.now(),
	});

	if (event.kind === 'challenge') return { status: 200, body: event.reply as IDataObject };
	if (event.kind === 'refused') {
		context.logger.warn(`Hailuo callback refused: ${event.reason}`);
		return refused(event.status, event.reason);
	}
	if (event.kind === 'ignored') return ACCEPTED;

	const limits = limitsOf(context);
	const queue = limits[signed ? 'signed' : 'unsigned'];
	const leave = queue.enter();
	if (!leave) {
		if (queue.isNewlyFull())
			context.logger.warn(
				"Hailuo callbacks are sent back: too many wait for confirmation. A 'Callback Token' keeps strangers out.",
			);
		return refused(503, 'busy, repeat later');
	}
	const { taskId, endpoint } = event;
	const task: TaskRef = { provider: provider.id, taskId, ...(endpoint && { endpoint }) };
	const judged = await settle(async () => {
		const parameters = readParameters(context);
		const isNew = isWorthwhile(event.state, parameters) && !hasEnded(context, task, clock.now());
		return isNew ? parameters : undefined;
	});
	if ('error' in judged || judged.value === undefined) leave();
	if ('error' in judged) throw judged.error;
	const parameters = judged.value;
	if (parameters === undefined) return ACCEPTED;
	const message: Message = {
		provider,
		task,
		claimed: event.state,
		parameters,
		queue,
		limits,
		leave,
	};
	return { ...ACCEPTED, work: async () => await handleEvent(context, message, clock) };
}

/** A message that is well formed, and what the user wants of such. */
interface Message {
	provider: Provider;
	task: TaskRef;
	/** What the message says of the task. */
	claimed: TaskState;
	parameters: TriggerParameters;
	queue: ConfirmQueue;
	limits: TriggerLimits;
	/** Gives back the place among the messages that wait for confirmation. */
	leave(): void;
}

/** The events of the form: what a status counts as. */
function eventOf(state: TaskState): TriggerEvent {
	if (state.status === 'succeeded') return 'succeeded';
	return isFinal(state.status) ? 'failed' : 'processing';
}

/**
 * What the gateway answers of a task; of a failure for which it gives no reason there, with the one of its message.
 * @param claimed what the message says, where it is certain that the gateway sent it
 */
function withReason(asked: TaskState, claimed: TaskState | undefined): TaskState {
	const isMissing = asked.status === 'failed' && !saysWhy(asked);
	return isMissing && claimed?.status === 'failed' && saysWhy(claimed)
		? { ...asked, error: claimed.error }
		: asked;
}

/** Without asking, the message's word counts; with it, only what can be worth asking for. */
function isWorthwhile(claimed: TaskState, { events, confirm }: TriggerParameters): boolean {
	if (!confirm) return events.includes(eventOf(claimed));
	return isFinal(claimed.status) || events.includes('processing');
}

/** Confirms the message, drops what was seen, and makes the item. Nothing when the workflow must not start. */
async function handleEvent(
	context: IWebhookFunctions,
	message: Message,
	clock: Clock,
): Promise<INodeExecutionData | undefined> {
	const { provider, task, claimed, queue, leave } = message;
	const { events, confirm } = message.parameters;
	try {
		const client = await openClient(context, provider, { clock });
		const asked = confirm
			? await confirmStatus(context, client, task, claimed, queue, clock)
			: undefined;
		if (confirm && !asked && !provider.callback?.signed) return undefined;
		const state = asked
			? withReason(asked.state, provider.callback?.signed ? claimed : undefined)
			: claimed;
		const event = eventOf(state);
		if (!events.includes(event) || !makesVideo(state)) return undefined;
		// a message about the way that arrives after the end says nothing new
		if (eventOf(claimed) === 'processing' && isFinal(state.status)) return undefined;

		if (!claim(context, task, event, clock.now())) return undefined;
		// what the gateway has confirmed must not take the place of what still waits
		if (asked) leave();
		const item = await itemOf(context, client, message, state, asked, clock);
		release(context, task, event, clock.now());
		return item;
	} finally {
		leave();
	}
}

/** The item: the row of Get Status, and the file when the user wants it; the row with its error where there is none. */
async function itemOf(
	context: IWebhookFunctions,
	client: ProviderClient,
	{ task, parameters, limits }: Message,
	state: TaskState,
	asked: StatusReply | undefined,
	clock: Clock,
): Promise<INodeExecutionData> {
	const { field, simplify } = parameters;
	const raw = simplify ? undefined : asked?.reply.json;
	let known = state;
	const refresh = async () =>
		(await retryRead(async () => await fetchStatus(client, task), clock, undefined)).state;
	const made = await settle(async () => {
		// without confirmation the link is asked for only when a file is wanted; a stranger's link is not followed
		const isComplete = asked === undefined && field === undefined;
		if (state.status !== 'succeeded' || isComplete) return { json: taskRow(task, state, {}, raw) };
		if (!asked && !client.provider.callback?.signed) known = await refresh();
		return await toTaskItem(context, client, task, {
			state: known,
			raw,
			file: field === undefined ? undefined : { field, maxBytes: 0 },
			downloads: limits.downloads,
			refresh,
			onState: (learned) => (known = learned),
			clock,
			signal: undefined,
		});
	});
	if ('value' in made) return made.value;
	const error = failureOf(made.error);
	context.logger.error(`Hailuo callback of task ${task.taskId}: ${error.message}`);
	return { json: taskRow(task, { ...known, error }, {}, raw) };
}

async function secretOf(context: IWebhookFunctions, provider: Provider): Promise<string> {
	const credential = await settle(async () => await context.getCredentials(provider.credential));
	return 'value' in credential ? visible(String(credential.value.webhookSecret ?? '')) : '';
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

/** Whether this is the token, or the token without the blanks around it that came along when it was copied. */
function isToken(token: string, sent: unknown): boolean {
	if (typeof sent !== 'string') return false;
	const matches = [token, token.trim()].map((one) => sameText(asInUrl(one), asInUrl(sent)));
	return matches.includes(true);
}

/** A token as it comes out of a URL: there a + that was not escaped has become a blank. */
const asInUrl = (token: string) => token.replaceAll(' ', '+');

/** Whether two texts are equal, in a time that does not depend on where they differ. */
function sameText(a: string, b: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}
