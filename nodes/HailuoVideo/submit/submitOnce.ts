/** The task of an item: the one that exists, or a new one. The only place that spends money. */
import type { IDataObject, JsonObject } from 'n8n-workflow';

import { stopIf } from '../../shared/async/clock';
import { held } from '../../shared/async/rateLimiter';
import {
	isUnknownTask,
	MAX_RATE_LIMIT_WAIT_MS,
	MAX_UNKNOWN_REPLIES,
	retryRead,
} from '../../shared/async/retry';
import { settle } from '../../shared/async/settle';
import { GatewayFailed } from '../../shared/errors';
import { objectOf } from '../../shared/json';
import type { MediaFile, Reply } from '../../shared/providers/contract';
import { fetchStatus } from '../../shared/tasks/poll';
import { describeTask, type Reference, type TaskRef, type VideoOrder } from '../../shared/task';
import { digestOf } from '../../shared/digest';
import type { Batch, Item } from '../item';
import { loadMedia, type InspectedMedia } from '../order/mediaSource';
import type { ReadOrder } from '../order/readOrder';
import { forgetKey, isKeyKnown, oncePerKey, type KeyedOrder } from './deduplicationKeys';
import { Ledger, rememberedUnknown, type LedgerEntry, type Ordered } from './ledger';
import { findOrder } from './orderIdentity';
import { findByReference, lookUp, submit, type Submitted } from './submit';

/** From this weight in memory on images are sent two orders at a time. */
const BIG_BYTES = 2_000_000;

export interface SubmitOutcome extends Ordered {
	/** False when the task was there already. */
	fresh: boolean;
	/** False when another execution ordered it. */
	own: boolean;
	/** The answer to the submit, when there was one in this run. */
	reply?: Reply;
	/** Where the order is noted. */
	noted: NotedOrder;
}

/** Where an order is noted: plain data, so that it outlives the process with a parked execution. */
export interface NotedOrder {
	/** Its key in the execution's ledger. */
	key: string;
	/** The user's Deduplication Key, where it has an effect. */
	deduplicationKey?: string;
}

/** Keys of tool calls that this process is working on. */
const activeCalls = new Map<string, Set<string>>();

/**
 * Finds or makes the item's task. Found: by the execution's own ledger (n8n runs the node again for Retry On Fail,
 * Continue On Fail or "retry execution"), or by the user's Deduplication Key.
 * @throws GatewayFailed; an outcome that is not known is noted at once, and the order not sent again unless the user
 * says so
 */
export async function submitOnce(item: Item, read: ReadOrder): Promise<SubmitOutcome> {
	const { itemIndex, batch, client, progress } = item;
	const { context, clock } = batch;
	const { resubmitUnknown } = read.options;
	const active = activeCallsOf(item);
	const { ledger, fingerprint, nodeVersion, key, known, reference } = identify(item, read, active);
	if (batch.isTool) {
		active.add(key);
		batch.onEnd.push(() => active.delete(key));
	}
	const note = (entry: Omit<LedgerEntry, 'fingerprint' | 'reference'>) =>
		ledger.note(key, {
			...entry,
			fingerprint,
			nodeVersion,
			reference,
			credential: client.credential,
		});
	const keyed = keyedOrder(item, read, fingerprint, reference);
	const noted: NotedOrder = {
		key,
		...(keyed && { deduplicationKey: read.options.deduplicationKey }),
	};
	const outcome = (ordered: Ordered, more: { fresh: boolean; own: boolean; reply?: Reply }) => ({
		task: ordered.task,
		at: ordered.at,
		noted,
		...more,
	});

	if (known?.task) {
		if (known.fingerprint !== fingerprint)
			batch.hints.push(
				`Item ${itemIndex}: the order of the first try was taken up; its task ${known.task.taskId} was made with other words or parameters than those of this try`,
			);
		return outcome({ task: known.task, at: known.at }, { fresh: false, own: !known.shared });
	}
	if (known && !resubmitUnknown) {
		progress.outcomeUnknown = true;
		const found = await findByReference(client, reference, clock);
		if (!found) throw rememberedUnknown(known);
		progress.outcomeUnknown = false;
		note({ task: found.task, at: known.at });
		return outcome(
			{ task: found.task, at: known.at },
			{ fresh: false, own: true, reply: found.reply },
		);
	}

	let reply: Reply | undefined;
	let isNew = true;
	const make = async (onUnknown: (failed: GatewayFailed) => void): Promise<Ordered> => {
		const earlier = await ofEarlierRun(item, reference);
		if (earlier) {
			isNew = false;
			reply = earlier.reply;
			return { task: earlier.task, at: clock.now() };
		}
		const reserved = batch.spending.reserve(progress.order?.estimatedCost);
		const sent = await settle(
			async () =>
				await send(item, read, reference, (failed) => {
					reserved.commit();
					progress.outcomeUnknown = true;
					note({ at: clock.now(), reason: failed.fault.message });
					onUnknown(failed);
				}),
		);
		if ('error' in sent) {
			reserved.release();
			throw sent.error;
		}
		const made = sent.value;
		reserved.commit();
		progress.outcomeUnknown = false;
		reply = made.reply;
		const { provider, taskId, endpoint } = made.task;
		// in the words, too: n8n's console shows no more than them
		context.logger.info(`Hailuo task made: ${describeTask(made.task)}`, {
			provider,
			taskId,
			endpoint,
			itemIndex,
		});
		return { task: made.task, at: clock.now() };
	};

	if (!keyed) {
		const made = await make(() => {});
		note(made);
		return outcome(made, { fresh: isNew, own: true, reply });
	}
	const usable = async (ordered: Ordered) => await mayGiveVideo(item, ordered);
	const find = async (lost: string) => (await findByReference(client, lost, clock))?.task;
	const { task, at, reused, differs } = await oncePerKey(keyed, clock.now, usable, find, make);
	note({ task, at, ...(reused && { shared: true }) });
	if (differs)
		batch.hints.push(
			`The Deduplication Key '${read.options.deduplicationKey}' belongs to an order with other parameters: its task ${task.taskId} was taken`,
		);
	return outcome({ task, at }, { fresh: isNew && !reused, own: !reused, reply });
}

/** So many orders of a run ask whether they exist; the others only where one of these does. */
const PROBES = 3;

/**
 * The task of an order that an earlier run of the same job has placed: n8n 1.x runs the job of a dead worker again from
 * what was saved at its start, without our notes.
 */
async function ofEarlierRun(
	{ batch, client }: Item,
	reference: string,
): Promise<Submitted | undefined> {
	const { knownBefore } = batch;
	if (!knownBefore || !client.provider.withReference) return undefined;
	if (knownBefore.length >= PROBES && !(await Promise.all(knownBefore)).includes(true))
		return undefined;
	const asked = lookUp(client, reference);
	if (knownBefore.length < PROBES) knownBefore.push(asked.then((found) => found !== undefined));
	return await asked;
}

/** Notes that an order's item has its row: a tool's next equal call is a new order then. */
export function orderDelivered({ batch }: Item, { key }: NotedOrder): void {
	const ledger = ledgerOf(batch);
	const entry = batch.isTool ? ledger.find(key) : undefined;
	if (entry) ledger.note(key, { ...entry, delivered: true });
}

/**
 * Notes that an order's task ended without a video.
 * @param mayPass whether the same order may do better
 */
export function orderFailed(
	item: Item,
	{ key, deduplicationKey }: NotedOrder,
	mayPass: boolean,
): void {
	const { batch } = item;
	const ledger = ledgerOf(batch);
	const entry = ledger.find(key);
	if (mayPass) ledger.forget(key, true);
	else if (entry) ledger.note(key, { ...entry, failed: true });
	const { task } = item.progress;
	if (deduplicationKey !== undefined && task)
		forgetKey(keyScope(item, deduplicationKey), task.taskId, batch.clock.now());
}

const ledgerOf = ({ context }: Batch) => new Ledger(context.getContext('node') as IDataObject);

/** Which order of the execution an item is, and what is noted of it. */
function identify(item: Item, read: ReadOrder, active: ReadonlySet<string>) {
	const { itemIndex, batch, client } = item;
	const { context } = batch;
	const node = context.getNode();
	const ledger = ledgerOf(batch);
	const fingerprint = digestOf([client.credential, read.fingerprint]);
	const nodeVersion = digestOf([node.parameters, node.credentials]).slice(0, 16);
	const { key, entry: known } = findOrder(
		ledger,
		{
			runIndex: batch.runIndex,
			itemIndex,
			isTool: batch.isTool,
			fingerprint,
			nodeVersion,
			credential: client.credential,
		},
		active,
	);
	const reference = known?.reference ?? referenceOf(item, key, ledger);
	return { ledger, fingerprint, nodeVersion, key, known, reference };
}

/**
 * What is known of an item's order before it is submitted. Notes nothing.
 * @returns whether nothing would be paid for it any more, our own name for it, the task of an earlier try that failed,
 * and the Deduplication Key that it shares with other orders
 */
export function previewOrder(
	item: Item,
	read: ReadOrder,
): {
	isPaid: boolean;
	reference: string;
	failedBefore: TaskRef | undefined;
	sharedKey: string | undefined;
} {
	const { ledger, key, fingerprint, known, reference } = identify(item, read, activeCallsOf(item));
	const keyed = keyedOrder(item, read, fingerprint, reference);
	const isPaid = known
		? known.task !== undefined || !read.options.resubmitUnknown
		: keyed !== undefined && isKeyKnown(keyed, item.batch.clock.now());
	return { isPaid, reference, failedBefore: ledger.failedBeforeOf(key), sharedKey: keyed?.key };
}

async function send(
	item: Item,
	read: ReadOrder,
	reference: string,
	onUnknown: (failed: GatewayFailed) => void,
) {
	const { client, batch } = item;
	const limit = read.mediaBytes > BIG_BYTES ? batch.bigSubmits : batch.submits;
	return await limit(async () => {
		// before a file is uploaded for nothing
		stopIf(batch.signal);
		const { orderPatienceMs = MAX_RATE_LIMIT_WAIT_MS } = batch;
		const bounded = batch.orderPatienceMs !== undefined;
		const { submits } = client.limits;
		const hold = submits.holdMs(batch.requestsPerMinute);
		if (bounded && hold > orderPatienceMs) throw held(hold, hold > submits.holdMs());
		const filled: VideoOrder = { ...read.order };
		const inline: Record<string, MediaFile> = {};
		let room = client.provider.inlineLimit ?? Number.POSITIVE_INFINITY;
		const load = async (media: InspectedMedia) => {
			const loaded = await loadMedia(media, client, room, batch.clock, batch.signal);
			if (loaded.inline) inline[loaded.link] = loaded.inline;
			room -= loaded.inline?.size ?? 0;
			return loaded.link;
		};
		for (const image of read.images) filled[image.role] = await load(image);
		const references: Reference[] = [];
		for (const reference of read.references)
			references.push({ kind: reference.kind, link: await load(reference) });
		if (references.length > 0) filled.references = references;
		return await submit(client, filled, {
			inline,
			extraFields: read.options.extraFields as JsonObject,
			callbackUrl: read.options.callbackUrl,
			reference,
			perMinute: batch.requestsPerMinute,
			deadline: batch.clock.now() + orderPatienceMs,
			bounded,
			onUnknown,
			clock: batch.clock,
			signal: batch.signal,
		});
	});
}

/** From this age on, in milliseconds, a task that its gateway does not know is gone, and not merely late to be known. */
const KNOWN_BY_THEN_MS = 10 * 60_000;

/**
 * Whether an earlier task may still give its video. A gateway that does not answer is no reason to pay again; one that
 * has forgotten the task is.
 */
async function mayGiveVideo({ client, batch }: Item, { task, at }: Ordered): Promise<boolean> {
	const asked = await settle(
		async () =>
			await retryRead(
				async (until) => await fetchStatus(client, task, until),
				batch.clock,
				batch.signal,
				{ unknownTries: MAX_UNKNOWN_REPLIES },
			),
	);
	if ('error' in asked)
		return !isUnknownTask(asked.error) || batch.clock.now() - at < KNOWN_BY_THEN_MS;
	const { status } = asked.value.state;
	return status !== 'failed' && status !== 'canceled';
}

/**
 * Our own name for an order: the same when n8n runs a job again, another one for each n8n, workflow, node, execution,
 * run, item, and order after a failed one.
 */
function referenceOf({ batch }: Item, key: string, ledger: Ledger): string {
	const { context } = batch;
	const instance = context.getInstanceId?.() ?? '';
	const attempt = ledger.forgottenOf(key);
	return `n8n-${digestOf([instance, context.getWorkflow().id, context.getNode().id, context.getExecutionId(), key, attempt]).slice(0, 24)}`;
}

function activeCallsOf({ batch }: Item): Set<string> {
	const { context } = batch;
	if (!batch.isTool) return new Set();
	const scope = `${context.getExecutionId()}\n${context.getNode().id}`;
	const active = activeCalls.get(scope) ?? new Set<string>();
	activeCalls.set(scope, active);
	batch.onEnd.push(() => {
		if (active.size === 0) activeCalls.delete(scope);
	});
	return active;
}

/** Where keys are kept; only for active workflows, because n8n saves their static data and no other's. */
function keyedOrder(
	item: Item,
	read: ReadOrder,
	fingerprint: string,
	reference: string,
): KeyedOrder | undefined {
	const { context } = item.batch;
	const key = read.options.deduplicationKey ?? '';
	if (key === '') return undefined;
	if (context.getMode() === 'manual') {
		item.batch.hints.push(
			"'Deduplication Key' has an effect only when the active workflow runs by itself, not in a manual execution",
		);
		return undefined;
	}
	return {
		...keyScope(item, key),
		fingerprint,
		reference,
		resubmitUnknown: read.options.resubmitUnknown,
	};
}

function keyScope({ batch, client }: Item, key: string) {
	const { context } = batch;
	return {
		store: objectOf(context.getWorkflowStaticData('node')),
		scope: `${context.getWorkflow().id}\n${context.getNode().id}`,
		// an account knows no task of another one
		key: `${client.account} ${key}`,
	};
}
