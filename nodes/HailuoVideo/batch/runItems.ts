/** Runs all items of an operation together: checked first, then submitted and watched side by side. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { Stopped, systemClock, type Clock } from '../../shared/async/clock';
import { concurrencyLimit } from '../../shared/async/concurrency';
import { settle, type Settled } from '../../shared/async/settle';
import { GatewayFailed, type ProviderFault } from '../../shared/errors';
import { providers } from '../../shared/providers';
import { openClient } from '../../shared/transport/client';
import type { Batch, Item, ItemFacts } from '../item';
import type { Operation } from '../operation';
import { readBatchParameters, readProvider } from '../order/parameters';
import { recordBill } from '../money/bill';
import { Spending } from '../money/spending';
import { cancelUnfinished } from './cancelOnStop';
import { addHints, failureHint, failureRow, isTool, toNodeError } from './nodeErrors';
import { obstacleToParking, park, PARKED_OUTPUT, resume } from './park';
import {
	mayReorder,
	noteFailedTry,
	readParkedRun,
	writeParkedRun,
	type ParkedItem,
	type ParkedRun,
} from './parkedRun';
import { ORDER_PATIENCE_MS, runPaused, type PausedItem } from './runPaused';
import type { WaitingOperation, WaitingSteps } from './waiting';

const CHECKS_AT_ONCE = 8;
/** After so many checks each n8n gets a turn: a thousand items must not hold up its other executions. */
const CHECKS_PER_TURN = 10;
const SUBMITS_AT_ONCE = 10;
const BIG_SUBMITS_AT_ONCE = 2;
const DOWNLOADS_AT_ONCE = 4;

/**
 * Executes an operation for all input items.
 *
 * Every item is checked before the first paid request: without Continue On Fail a value that cannot be sent
 * stops the run while nothing has been paid. Results leave in input order.
 * @returns what the node hands to n8n: a row for each item, or nothing when the execution was parked
 * @throws NodeApiError or NodeOperationError of the first item that went wrong, unless Continue On Fail is on
 */
export async function runItems<T>(
	context: IExecuteFunctions,
	operation: WaitingOperation<T>,
	clock: Clock = systemClock,
): Promise<INodeExecutionData[][]> {
	const ending = new AbortController();
	const stop = context.getExecutionCancelSignal();
	const onStop = () => ending.abort();
	if (stop?.aborted) onStop();
	stop?.addEventListener('abort', onStop, { once: true });

	const parkedRunIndex = resume(context);
	const facts: ItemFacts[] = context
		.getInputData()
		.map((_item, itemIndex) => ({ itemIndex, progress: {} }));
	const continueOnFail = context.continueOnFail();
	const opened = await settle(async () => openBatch(context, clock, ending.signal, parkedRunIndex));
	try {
		const { steps } = operation;
		const runIndex = 'value' in opened ? opened.value.runIndex : parkedRunIndex;
		const parked = steps && runIndex !== undefined ? readParkedRun(context, runIndex) : undefined;
		// what was paid before is named, whatever goes wrong now
		for (const { itemIndex, progress } of facts)
			Object.assign(progress, parked?.items[String(itemIndex)]?.progress);
		if ('error' in opened) throw toNodeError(context.getNode(), opened.error, facts[0], facts);
		const batch = opened.value;
		batch.hints.push(...(parked?.hints ?? []));
		batch.bill.push(...(parked?.bill ?? []));
		const checked = await Promise.all(
			facts.map(
				async (item) =>
					await settle(
						async () =>
							await batch.checks(async () => {
								const known = parked?.items[String(item.itemIndex)];
								return known
									? await resumeItem(item, batch, known)
									: await checkItem(item, batch, operation);
							}),
					),
			),
		);
		const refuse = () => {
			const refused = checked.findIndex((result) => 'error' in result);
			if (refused >= 0 && !continueOnFail) throw failureOf(context, checked, facts, refused);
		};
		refuse();
		const valid = checked.flatMap((result) =>
			'value' in result && 'validated' in result.value ? [result.value] : [],
		);
		const judged = await settle(async () => await operation.judgeRun?.(valid, batch));
		if ('error' in judged) throw toNodeError(context.getNode(), judged.error, facts[0], facts);
		for (const [index, error] of judged.value ?? []) checked[index] = { error };
		refuse();

		const pauses = steps && (parked !== undefined || wantsPause(valid, steps));
		const obstacle = pauses ? obstacleToParking(context, batch.isTool) : undefined;
		if (obstacle !== undefined) batch.hints.push(stayedBecause(obstacle));
		const isPaused = pauses && (parked !== undefined || obstacle === undefined);
		const end = () => {
			// what the others would still pay for would be thrown away with the run
			if (!continueOnFail) ending.abort();
		};
		if (isPaused) batch.orderPatienceMs = ORDER_PATIENCE_MS;
		const results = isPaused
			? await runPaused(batch, steps, pausedItems(checked, facts), {
					continueOnFail,
					mayReorder: mayReorder(context, batch.runIndex),
					end,
					parked,
					park: async (until, state) =>
						obstacle === undefined && (await parkRun(batch, facts, until, state)),
				})
			: await executeAll(batch, operation, checked, end);
		if (!results) {
			recordBill(context, batch.bill);
			addHints(context, batch.hints);
			return PARKED_OUTPUT.map((items) => [...items]);
		}
		if (isPaused) {
			writeParkedRun(context, batch.runIndex, undefined);
			if (results.some((result) => 'error' in result)) noteFailedTry(context, batch.runIndex);
		}
		// items that only stopped because another one went wrong are not the reason
		const failed = results.findIndex((r) => 'error' in r && !(r.error instanceof Stopped));
		const stopped = results.findIndex((r) => 'error' in r);
		if (stop?.aborted) await cancelUnfinished(facts, batch);
		operation.conclude?.(batch);
		if ((failed >= 0 && !continueOnFail) || (stopped >= 0 && stop?.aborted))
			throw failureOf(context, results, facts, failed >= 0 ? failed : stopped);

		const errors = results.flatMap((result) => ('error' in result ? [result.error] : []));
		addHints(context, [...failureHint(errors, results.length), ...batch.hints]);
		const rows = results.map((result, item) =>
			'error' in result
				? failedItem(context, result.error, facts[item])
				: { ...result.value, pairedItem: { item } },
		);
		return [rows];
	} finally {
		stop?.removeEventListener('abort', onStop);
		if ('value' in opened) for (const end of opened.value.onEnd) end();
	}
}

/** An item whose run goes on: checked, or parked by an earlier run of the node. */
type Ready<T> = { item: Item; validated: T } | { item: Item; parked: ParkedItem };

/** Executes all items that passed, side by side. @param onError called at the first sight of each failure */
async function executeAll<T>(
	batch: Batch,
	operation: Operation<T>,
	checked: ReadonlyArray<Settled<Ready<T>>>,
	onError: () => void,
): Promise<Array<Settled<INodeExecutionData>>> {
	return await Promise.all(
		checked.map(async (result) => {
			if ('error' in result) return result;
			if ('parked' in result.value) return { error: new Stopped() };
			const { item, validated } = result.value;
			const done = await settle(
				async () => await batch.inFlight(async () => await operation.execute(item, validated)),
			);
			if ('error' in done) onError();
			return done;
		}),
	);
}

function wantsPause<T>(valid: ReadonlyArray<{ validated: T }>, steps: WaitingSteps<T>): boolean {
	return valid.some(({ validated }) => steps.completionOf(validated) === 'pause');
}

function pausedItems<T>(
	checked: ReadonlyArray<Settled<Ready<T>>>,
	facts: readonly ItemFacts[],
): Array<PausedItem<T>> {
	return checked.map((result, index) => ({
		facts: facts[index],
		...('error' in result ? { result } : result.value),
	}));
}

/** @returns whether the execution is parked; if not, the node has to stay */
async function parkRun(
	batch: Batch,
	facts: readonly ItemFacts[],
	until: number,
	state: ParkedRun,
): Promise<boolean> {
	const { context, runIndex, hints } = batch;
	const skipped = facts.map((item) => ({
		json: failureRow(new GatewayFailed(SKIPPED), item),
		pairedItem: { item: item.itemIndex },
	}));
	const isParked = await park(context, until, runIndex, skipped);
	if (isParked) writeParkedRun(context, runIndex, state);
	else hints.push(stayedBecause('n8n did not take it'));
	return isParked;
}

/** What a row says where n8n has skipped the node. */
const SKIPPED: ProviderFault = {
	category: 'timeout',
	code: 'skipped',
	message:
		"n8n has skipped the node, because the parked execution was retried with the currently saved workflow. Fetch the video with the operation 'Wait' and the Task ID",
	retryable: true,
};

const stayedBecause = (why: string) =>
	`'Completion' Pause: the execution could not be parked, because ${why}. The node stayed and waited instead`;

/** @throws InputRefused for a parameter that holds for the whole run */
function openBatch(
	context: IExecuteFunctions,
	clock: Clock,
	signal: AbortSignal,
	parkedRunIndex: number | undefined,
): Batch {
	const { maxInFlight, requestsPerMinute } = readBatchParameters(context);
	const runIndex = parkedRunIndex ?? Number(context.evaluateExpression('{{ $runIndex }}', 0) ?? 0);
	return {
		context,
		clock,
		signal,
		checks: concurrencyLimit(CHECKS_AT_ONCE),
		submits: concurrencyLimit(SUBMITS_AT_ONCE),
		bigSubmits: concurrencyLimit(BIG_SUBMITS_AT_ONCE),
		downloads: concurrencyLimit(DOWNLOADS_AT_ONCE),
		inFlight: concurrencyLimit(maxInFlight),
		maxInFlight,
		requestsPerMinute,
		spending: new Spending(context.getContext('node') as IDataObject, runIndex),
		bill: [],
		hints: [],
		runIndex,
		isTool: isToolCall(context),
		// queue mode of n8n 1.x runs the job of a dead worker again; later lines, which know isToolExecution, end it
		...(!('isToolExecution' in context) && { knownBefore: [] }),
		onEnd: [],
	};
}

/** n8n 1.123 does not say it: there the type that n8n makes of a node for agents ends in "Tool". */
function isToolCall(context: IExecuteFunctions): boolean {
	return context.isToolExecution?.() ?? isTool(context.getNode());
}

/** Opens one item with its client, and lets the operation check its parameters. */
async function checkItem<T>(facts: ItemFacts, batch: Batch, operation: Operation<T>) {
	const { itemIndex, progress } = facts;
	const { clock, context, signal } = batch;
	if (itemIndex % CHECKS_PER_TURN === CHECKS_PER_TURN - 1) await clock.sleep(1);
	const provider = readProvider(context, itemIndex);
	facts.provider = provider;
	const client = await openClient(context, providers[provider], { itemIndex, clock, signal });
	facts.client = client;
	const item: Item = { itemIndex, batch, provider, client, progress };
	return { item, validated: await operation.validate(item) };
}

/**
 * Opens an item that was parked: what it was ordered with is known, so its parameters and files are not read again.
 * @throws what opening its client throws: the credential may be gone
 */
async function resumeItem(facts: ItemFacts, batch: Batch, parked: ParkedItem) {
	const { itemIndex } = facts;
	const { clock, context, signal } = batch;
	const provider =
		parked.awaited?.task.provider ?? parked.provider ?? readProvider(context, itemIndex);
	facts.provider = provider;
	const client = await openClient(context, providers[provider], { itemIndex, clock, signal });
	facts.client = client;
	const item: Item = { itemIndex, batch, provider, client, progress: facts.progress };
	return { item, parked };
}

/** The item of a failed row, on the error output where the node has one; with its files, for another node to try. */
function failedItem(
	context: IExecuteFunctions,
	error: unknown,
	facts: ItemFacts,
): INodeExecutionData {
	const { json, binary } = context.getInputData()[facts.itemIndex] ?? {};
	const row = failureRow(error, facts);
	const item: INodeExecutionData = {
		// where the workflow keeps files in the JSON (n8n 2.x, binary mode "combined")
		json: json?._files === undefined ? row : { ...row, _files: json._files as IDataObject },
		...(binary && { binary: { ...binary } }),
		pairedItem: { item: facts.itemIndex },
	};
	if (context.getNode().onError === 'continueErrorOutput')
		// n8n routes an item that has `error`, then replaces the json of every item that still shows one by the bare
		// message: hidden from copies, it routes and the task ID survives
		Object.defineProperty(item, 'error', { value: toNodeError(context.getNode(), error, facts) });
	return item;
}

function failureOf(
	context: IExecuteFunctions,
	results: Array<Settled<unknown>>,
	facts: ItemFacts[],
	index: number,
) {
	const result = results[index];
	const error = 'error' in result ? result.error : undefined;
	return toNodeError(context.getNode(), error, facts[index], facts);
}
