/** The task of an item: the one that exists, or a new one. The only place that spends money. */
import type { IDataObject } from 'n8n-workflow';

import { stopIf } from '../../shared/async/clock';
import { forgetKey, Ledger, oncePerKey, rememberedUnknown, type LedgerEntry } from './ledger';
import { GatewayFailed } from '../../shared/errors';
import type { MediaFile } from '../../shared/providers/contract';
import { MAX_RATE_LIMIT_WAIT_MS } from '../../shared/async/retry';
import { settle } from '../../shared/async/settle';
import { findByReference, submit, type Submitted } from './submit';
import type { TaskRef, VideoOrder } from '../../shared/task';
import { describeTask } from '../batch/nodeErrors';
import type { ReadOrder } from '../order/readOrder';
import type { Item } from '../batch/runItems';

/** From this weight in memory on pictures are sent two orders at a time. */
const BIG_BYTES = 2_000_000;

export interface SubmitOutcome {
	task: TaskRef;
	/** Epoch milliseconds of the submit. */
	at: number;
	/** False when the task was there already. */
	fresh: boolean;
	/** The answer to the submit, when there was one in this run. */
	reply?: Submitted['reply'];
	/** Call when the task gave no video and another try may: the next run then makes a new one. */
	forget(): void;
}

/**
 * Finds or makes the item's task. Found: by the execution's own ledger (the node is run again by Retry On Fail,
 * Continue On Fail or "retry execution"), or by the user's Deduplication Key.
 * @throws GatewayFailed; an outcome that is not known is remembered, and the order not sent again unless the user
 * says so
 */
export async function submitOnce(item: Item, read: ReadOrder): Promise<SubmitOutcome> {
	const { itemIndex, run } = item;
	const { context, clock } = run;
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	const again = options.resubmitUnknown === true;
	const inExecution = new Ledger(context.getContext('node') as IDataObject);
	const key = `${run.runIndex}:${itemIndex}:${read.fingerprint}`;
	const reference = `n8n-${context.getExecutionId()}-${run.runIndex}-${itemIndex}-${read.fingerprint.slice(0, 8)}`;

	let reply: Submitted['reply'] | undefined;
	const make = async () => {
		const { task, reply: answer } = await send(item, read, reference);
		reply = answer;
		const at = clock.now();
		const { provider, taskId, endpoint } = task;
		// in the words, too: n8n's console shows no more than them
		context.logger.info(`Hailuo task made: ${describeTask(task)}`, {
			provider,
			taskId,
			endpoint,
			itemIndex,
		});
		return { task, at };
	};
	const note = (entry: Omit<LedgerEntry, 'fingerprint' | 'reference'>) =>
		inExecution.note(key, { ...entry, fingerprint: read.fingerprint, reference });

	const known = inExecution.find(key);
	const dedup = deduplication(item, String(options.deduplicationKey ?? '').trim());
	const forget = () => {
		inExecution.forget(key);
		if (dedup) forgetKey(dedup.saved, dedup.scope, dedup.key);
	};

	if (known?.task) return { task: known.task, at: known.at, fresh: false, forget };
	if (known && !again) {
		const found = known.reference
			? await findByReference(item.gateway, known.reference, clock, run.signal)
			: undefined;
		if (!found) throw rememberedUnknown(known.at);
		note({ task: found.task, at: known.at });
		return { task: found.task, at: known.at, fresh: false, reply: found.reply, forget };
	}

	const outcome = await settle(async () =>
		dedup
			? await oncePerKey(
					dedup.saved,
					dedup.scope,
					dedup.key,
					read.fingerprint,
					again,
					clock.now,
					make,
				)
			: { ...(await make()), reused: false, differs: false },
	);
	if ('error' in outcome) {
		const { error } = outcome;
		if (error instanceof GatewayFailed && error.fault.category === 'unknownOutcome')
			note({ at: clock.now() });
		throw error;
	}
	const { task, at, reused, differs } = outcome.value;
	note({ task, at });
	if (differs)
		run.hints.push(
			`The Deduplication Key '${dedup?.name}' belongs to an order with other parameters: its task ${task.taskId} was taken`,
		);
	return { task, at, fresh: !reused, reply, forget };
}

async function send(item: Item, read: ReadOrder, reference: string): Promise<Submitted> {
	const { gateway, lane, run } = item;
	const turn = read.pictureBytes > BIG_BYTES ? run.bigSubmits : run.submits;
	return await turn(async () => {
		// before a picture is uploaded for nothing
		stopIf(run.signal);
		const filled: VideoOrder = { ...read.order };
		const inline: Record<string, MediaFile> = {};
		for (const picture of read.pictures) {
			const loaded = await picture.load(gateway, run.clock, run.signal);
			filled[picture.role] = loaded.link;
			if (loaded.inline) inline[loaded.link] = loaded.inline;
		}
		return await submit(gateway, filled, {
			inline,
			extraFields: read.extraFields,
			callbackUrl: read.callbackUrl,
			reference,
			pace: lane.submits,
			perMinute: run.perMinute,
			deadline: run.clock.now() + MAX_RATE_LIMIT_WAIT_MS,
			clock: run.clock,
			signal: run.signal,
		});
	});
}

/** Where keys are kept; only for active workflows, because n8n saves their static data and no other's. */
function deduplication(item: Item, key: string) {
	const { context } = item.run;
	if (key === '') return undefined;
	if (context.getMode() === 'manual') {
		item.run.hints.push(
			"'Deduplication Key' has an effect only when the active workflow runs by itself, not in a manual execution",
		);
		return undefined;
	}
	const store = context.getWorkflowStaticData('node');
	const scope = `${context.getWorkflow().id}\n${context.getNode().id}`;
	// a gateway knows no task of another one
	return { saved: new Ledger(store), scope, key: `${item.provider} ${key}`, name: key };
}
