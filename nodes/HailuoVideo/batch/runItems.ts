/** Runs all items of an operation together: looked at first, then submitted and watched side by side. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { checkProvider } from '../order/checkOrder';
import { Stopped, systemClock, type Clock } from '../../shared/async/clock';
import type { ProviderId } from '../../shared/catalog/gateways';
import { providers } from '../../shared/providers';
import { accountLimitsOf, type AccountLimits } from '../../shared/transport/account';
import { concurrencyLimit, type ConcurrencyLimit } from '../../shared/async/concurrency';
import { refusedFor } from '../../shared/async/retry';
import { settle, type Settled } from '../../shared/async/settle';
import { isFinal, type TaskRef } from '../../shared/task';
import { openClient, type ProviderClient } from '../../shared/transport/client';
import { addHints, describeFailure, failureRow, toNodeError, type ItemFacts } from './nodeErrors';

/** What the items of one run share. */
export interface Batch {
	context: IExecuteFunctions;
	clock: Clock;
	/** Fires on Stop, and when a failed item ends the run. */
	signal: AbortSignal;
	/** Looks at parameters and pictures, before anything is paid. */
	looks: ConcurrencyLimit;
	/** Submits, with their pictures in memory. */
	submits: ConcurrencyLimit;
	/** Submits with big pictures: each of them is in memory several times over while it is sent. */
	bigSubmits: ConcurrencyLimit;
	/** By provider: n8n decrypts anew each time it is asked. */
	gateways: Map<string, Promise<ProviderClient>>;
	downloads: ConcurrencyLimit;
	/** Items between submit and delivery: the user's cap. */
	inFlight: ConcurrencyLimit;
	/** Submits per minute: the user's limit; 0 = none. */
	perMinute: number;
	hints: string[];
	/** Which run of the node in this execution: loops run it several times. */
	runIndex: number;
}

/** One item on its way. */
export interface Item extends ItemFacts {
	run: Batch;
	gateway: ProviderClient;
	/** What it shares with all other tasks of its credential. */
	lane: AccountLimits;
	provider: ProviderId;
	/** Whether the user wants the unfinished task canceled when the execution is stopped. */
	cancelOnStop?: boolean;
}

/** What an operation does for one item: look at everything first, at no cost; then do it. */
export interface Job {
	(): Promise<INodeExecutionData>;
}
export type Prepare = (item: Item) => Promise<Job>;

const LOOKS_AT_ONCE = 8;
/** After so many looks each n8n gets a turn: a thousand items must not hold up its other executions. */
const LOOKS_PER_TURN = 10;
const SUBMITS_AT_ONCE = 10;
const BIG_SUBMITS_AT_ONCE = 2;
const DOWNLOADS_AT_ONCE = 4;

/**
 * Executes an operation for all input items.
 *
 * Every item is looked at before the first paid request: without Continue On Fail a value that cannot be sent
 * stops the run while nothing has been paid. Results leave in input order.
 * @throws NodeApiError or NodeOperationError of the first item that went wrong, unless Continue On Fail is on
 */
export async function runItems(
	context: IExecuteFunctions,
	prepare: Prepare,
	clock: Clock = systemClock,
): Promise<INodeExecutionData[]> {
	const ending = new AbortController();
	const stop = context.getExecutionCancelSignal();
	const onStop = () => ending.abort();
	if (stop?.aborted) onStop();
	stop?.addEventListener('abort', onStop, { once: true });

	const run = openRun(context, clock, ending.signal);
	const patient = context.continueOnFail();
	const facts: ItemFacts[] = context.getInputData().map((_item, itemIndex) => ({ itemIndex }));
	try {
		const jobs = await Promise.all(
			facts.map(
				async (item) =>
					await settle(
						async () => await run.looks(async () => await ready(item as Item, run, prepare)),
					),
			),
		);
		const refused = jobs.findIndex((job) => 'error' in job);
		if (refused >= 0 && !patient) throw failureOf(context, jobs, facts, refused);

		const results = await Promise.all(
			jobs.map(async (job) => {
				if ('error' in job) return job;
				const result = await settle(async () => await run.inFlight(job.value));
				// what the others would still pay for would be thrown away with the run
				if ('error' in result && !patient) ending.abort();
				return result;
			}),
		);
		// items that only stopped because another one went wrong are not the reason
		const broken = results.findIndex((r) => 'error' in r && !(r.error instanceof Stopped));
		const stopped = results.findIndex((r) => 'error' in r);
		if (stop?.aborted) await cancelUnfinished(facts as Item[]);
		if ((broken >= 0 && !patient) || (stopped >= 0 && stop?.aborted))
			throw failureOf(context, results, facts, broken >= 0 ? broken : stopped);

		addHints(context, run.hints);
		return results.map((result, item) =>
			'error' in result
				? failedItem(context, result.error, facts[item])
				: { ...result.value, pairedItem: { item } },
		);
	} finally {
		stop?.removeEventListener('abort', onStop);
	}
}

function openRun(context: IExecuteFunctions, clock: Clock, signal: AbortSignal): Batch {
	const batching = context.getNodeParameter('batching', 0, {}) as IDataObject;
	const most = Math.floor(Number(batching.maxInFlight ?? 0));
	return {
		context,
		clock,
		signal,
		looks: concurrencyLimit(LOOKS_AT_ONCE),
		submits: concurrencyLimit(SUBMITS_AT_ONCE),
		bigSubmits: concurrencyLimit(BIG_SUBMITS_AT_ONCE),
		gateways: new Map(),
		downloads: concurrencyLimit(DOWNLOADS_AT_ONCE),
		inFlight: concurrencyLimit(most >= 1 ? most : Number.POSITIVE_INFINITY),
		perMinute: Math.max(0, Number(batching.requestsPerMinute ?? 0)),
		hints: [],
		runIndex: Number(context.evaluateExpression('{{ $runIndex }}', 0) ?? 0),
	};
}

/** Fills in the item's gateway and lets the operation look at its parameters. */
async function ready(item: Item, run: Batch, prepare: Prepare): Promise<Job> {
	item.run = run;
	if (item.itemIndex % LOOKS_PER_TURN === LOOKS_PER_TURN - 1) await run.clock.sleep(1);
	item.provider = checkProvider(run.context.getNodeParameter('provider', item.itemIndex));
	const provider = providers[item.provider];
	const opening =
		run.gateways.get(provider.id) ?? openClient(run.context, provider, item.itemIndex);
	run.gateways.set(provider.id, opening);
	const gateway = await opening;
	item.lane = accountLimitsOf(accountOf(run.context, gateway), run.clock);
	item.gateway = { ...gateway, read: sharing(item.lane, gateway, run.signal) };
	return await prepare(item);
}

/**
 * Cancels at the gateway what a stopped execution leaves behind, where the user wants it and the gateway can. The
 * status is asked first: a cancel must not touch a finished video.
 */
async function cancelUnfinished(items: Item[]): Promise<void> {
	const wanted = items.filter(({ cancelOnStop, task }) => cancelOnStop && task !== undefined);
	await Promise.all(
		wanted.map(async ({ gateway, run, task }) => {
			const { provider } = gateway;
			const outcome = await settle(async () => {
				const { status } = provider.readStatus(
					await gateway.callThroughStop(provider.status(task!)),
				);
				if (!provider.cancel || isFinal(status)) return status;
				await gateway.callThroughStop(provider.cancel.call(task!));
				return 'cancel requested';
			});
			run.context.logger.info('Hailuo task at stop', {
				...task,
				outcome: 'value' in outcome ? outcome.value : describeFailure(outcome.error).message,
			});
		}),
	);
}

/** Reads keep the ceiling of their lane, and hold back together when the gateway wants no more. */
function sharing(
	{ readLimit, reads }: AccountLimits,
	gateway: ProviderClient,
	signal: AbortSignal,
): ProviderClient['read'] {
	return async (call, until) =>
		await reads.run(
			async () => await readLimit(async () => await gateway.read(call)),
			refusedFor,
			signal,
			0,
			until,
		);
}

/** What tells one account from another: the credential and the address. */
export function accountOf(
	context: IExecuteFunctions,
	{ provider, baseUrl }: ProviderClient,
): string {
	const credential = context.getNode().credentials?.[provider.credential];
	return [provider.id, credential?.id ?? '', baseUrl].join(' ');
}

/** The item of a failed row; on the error output where the node has one. */
function failedItem(
	context: IExecuteFunctions,
	error: unknown,
	facts: ItemFacts,
): INodeExecutionData {
	const item: INodeExecutionData = {
		json: failureRow(error, facts),
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
	const made = facts.map(({ task }) => task).filter((task): task is TaskRef => task !== undefined);
	const error = 'error' in result ? result.error : undefined;
	return toNodeError(context.getNode(), error, facts[index], made);
}
