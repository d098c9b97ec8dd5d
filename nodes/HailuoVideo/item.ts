/** What the items of one run share, and what one item carries on its way. Types only. */
import type { IExecuteFunctions } from 'n8n-workflow';

import type { Clock } from '../shared/async/clock';
import type { ConcurrencyLimit } from '../shared/async/concurrency';
import type { ProviderId } from '../shared/catalog/gateways';
import type { OrderFacts, TaskRef, TaskState } from '../shared/task';
import type { ProviderClient } from '../shared/transport/client';
import type { BilledOrder } from './money/bill';
import type { Spending } from './money/spending';

/** One run of the node: what its items share. */
export interface Batch {
	context: IExecuteFunctions;
	clock: Clock;
	/** Fires on Stop, and when a failed item ends the run. */
	signal: AbortSignal;
	/** Checks of parameters and images, before anything is paid. */
	checks: ConcurrencyLimit;
	/** Submits, with their images in memory. */
	submits: ConcurrencyLimit;
	/** Submits with big images: each of them is in memory several times over while it is sent. */
	bigSubmits: ConcurrencyLimit;
	downloads: ConcurrencyLimit;
	/** Items between submit and delivery: the user's cap. */
	inFlight: ConcurrencyLimit;
	/** The same as a number; Infinity = none. */
	maxInFlight: number;
	/** The user's limit of submits per minute; 0 = none. */
	requestsPerMinute: number;
	/** Milliseconds an order is held back at most before it is put off; undefined: it cannot be put off. */
	orderPatienceMs?: number;
	/** What this run may order for, and has. */
	spending: Spending;
	/** What this execution has ordered, as far as this run of the node goes. */
	bill: BilledOrder[];
	/**
	 * Whether the first orders of this run were known to their gateway before it placed them; absent where n8n runs no
	 * job twice.
	 */
	knownBefore?: Array<Promise<boolean>>;
	/** Said to the user once, beside the output. */
	hints: string[];
	/** Which run of the node in this execution: loops run it several times. A run that was parked keeps its own. */
	runIndex: number;
	/** The node runs as a tool of an AI agent: each call is a run of its own, and so is each retry of it. */
	isTool: boolean;
	/** Called when the run has ended, however it ended. */
	onEnd: Array<() => void>;
}

/** What becomes of an item on its way: enough to find its task again when something goes wrong. */
export interface Progress {
	order?: OrderFacts;
	task?: TaskRef;
	state?: TaskState;
	/** The order was sent, and whether it became a task is not known. */
	outcomeUnknown?: boolean;
	/** The user wants the unfinished task canceled when the execution is stopped. */
	cancelOnStop?: boolean;
}

/** One item on its way. Everything but `progress` is settled when it is made. */
export interface Item {
	readonly itemIndex: number;
	readonly batch: Batch;
	readonly provider: ProviderId;
	readonly client: ProviderClient;
	readonly progress: Progress;
}

/** What is known of an item that may have gone wrong before it was whole. */
export interface ItemFacts {
	readonly itemIndex: number;
	provider?: ProviderId;
	client?: ProviderClient;
	readonly progress: Progress;
}
