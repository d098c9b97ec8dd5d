/**
 * What a parked run of the node needs to go on: kept in the node's context, which n8n saves with the execution. No
 * secret is in it, and nothing of it is believed until it has been parsed.
 */
import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { z } from 'zod/v4';

import { modes, providerIds } from '../../shared/catalog/gateways';
import { errorCategories, GatewayFailed, InputRefused } from '../../shared/errors';
import { objectOf } from '../../shared/json';

const provider = z.enum(providerIds as [(typeof providerIds)[number]]);
const task = z.object({
	provider,
	taskId: z.string().min(1),
	endpoint: z.string().optional(),
});
const fault = z.object({
	category: z.enum(errorCategories),
	code: z.string(),
	message: z.string(),
	retryable: z.boolean(),
});
const cost = z.object({
	amount: z.number(),
	currency: z.string(),
	source: z.string(),
	asOf: z.string(),
});
const state = z.object({
	status: z.enum(['queued', 'processing', 'succeeded', 'failed', 'canceled']),
	providerStatus: z.string().optional(),
	progress: z.number().optional(),
	otherKind: z.string().optional(),
	queuePosition: z.number().optional(),
	fileId: z.string().optional(),
	videoUrl: z.string().optional(),
	videoUrlExpiresAt: z.string().optional(),
	width: z.number().optional(),
	height: z.number().optional(),
	videoSeconds: z.number().optional(),
	submittedAt: z.string().optional(),
	finishedAt: z.string().optional(),
	error: fault.optional(),
});
const storedError = z.union([
	z.object({ kind: z.literal('gateway'), fault, httpStatus: z.number().optional() }),
	z.object({
		kind: z.literal('input'),
		parameter: z.string(),
		message: z.string(),
		description: z.string(),
		category: z.enum(errorCategories),
	}),
	z.object({ kind: z.literal('other'), message: z.string(), description: z.string().optional() }),
]);
const awaited = z.object({
	task,
	since: z.number(),
	fresh: z.boolean(),
	wait: z.object({
		timeoutMs: z.number(),
		pollIntervalMs: z.number(),
		onTimeout: z.enum(['error', 'return']),
		cancelOnStop: z.boolean(),
	}),
	output: z.object({
		simplify: z.boolean(),
		file: z.object({ field: z.string(), maxBytes: z.number() }).optional(),
	}),
	noted: z.object({ key: z.string(), deduplicationKey: z.string().optional() }).optional(),
});
const parkedItem = z.object({
	progress: z.object({
		order: z
			.object({
				model: z.string().optional(),
				mode: z.enum(modes).optional(),
				resolution: z.string().optional(),
				duration: z.number().optional(),
				estimatedCost: cost.optional(),
			})
			.optional(),
		task: task.optional(),
		state: state.optional(),
		outcomeUnknown: z.boolean().optional(),
		cancelOnStop: z.boolean().optional(),
	}),
	/** Known only for an item that failed before it had a task. */
	provider: provider.optional(),
	/** What the item waits for; the rest is how that went. */
	awaited: awaited.optional(),
	/** Epoch milliseconds at which waiting ends. */
	deadline: z.number().optional(),
	/** Epoch milliseconds of the next poll. */
	dueAt: z.number().optional(),
	/** Milliseconds since the submit after which it was still running. */
	polledMs: z.number().optional(),
	/** Status calls in a row that failed. */
	failures: z.number().optional(),
	/** The row of an item that waits for nothing. */
	row: z.record(z.string(), z.unknown()).optional(),
	/** Why the item failed. */
	error: storedError.optional(),
});
const parkedRun = z.object({
	/** By item index; those that are not in it have not been ordered. */
	items: z.record(z.string(), parkedItem),
	hints: z.array(z.string()),
	/** What was ordered. */
	bill: z.array(
		z.object({ task, cost: cost.optional() }).transform((one) => ({ cost: undefined, ...one })),
	),
	/** Epoch milliseconds since when the gateway has taken no order of this run. */
	refusedSince: z.number().optional(),
});

export type ParkedItem = z.infer<typeof parkedItem>;
export type ParkedRun = z.infer<typeof parkedRun>;
export type StoredError = z.infer<typeof storedError>;

const storeOf = (context: IExecuteFunctions) => context.getContext('node') as IDataObject;

/** The parked state of a run; undefined when it was not parked. */
export function readParkedRun(context: IExecuteFunctions, runIndex: number): ParkedRun | undefined {
	const found = parkedRun.safeParse(objectOf(storeOf(context).parked)[String(runIndex)]);
	return found.success ? found.data : undefined;
}

/** @param run undefined: the run is over */
export function writeParkedRun(
	context: IExecuteFunctions,
	runIndex: number,
	run: ParkedRun | undefined,
): void {
	const store = storeOf(context);
	const runs = { ...objectOf(store.parked) };
	if (run) runs[String(runIndex)] = run;
	else delete runs[String(runIndex)];
	store.parked = runs as IDataObject;
}

/** Tries of Retry On Fail that n8n grants a node. */
const DEFAULT_TRIES = 3;
const MOST_TRIES = 5;

const tries = z.object({ executionId: z.string(), runs: z.record(z.string(), z.number()) });

function failedTries(context: IExecuteFunctions, runIndex: number): number {
	const found = tries.safeParse(storeOf(context).failedTries);
	if (!found.success || found.data.executionId !== context.getExecutionId()) return 0;
	return found.data.runs[String(runIndex)] ?? 0;
}

/**
 * Whether a failed task may be followed by another order: n8n begins to count the tries of Retry On Fail anew with
 * each wake-up, so they are counted here, too.
 */
export function mayReorder(context: IExecuteFunctions, runIndex: number): boolean {
	const { retryOnFail, maxTries } = context.getNode();
	if (!retryOnFail) return true;
	return failedTries(context, runIndex) + 1 < Math.min(maxTries ?? DEFAULT_TRIES, MOST_TRIES);
}

export function noteFailedTry(context: IExecuteFunctions, runIndex: number): void {
	const found = tries.safeParse(storeOf(context).failedTries);
	const executionId = context.getExecutionId();
	const runs = found.success && found.data.executionId === executionId ? found.data.runs : {};
	const count = failedTries(context, runIndex) + 1;
	storeOf(context).failedTries = { executionId, runs: { ...runs, [String(runIndex)]: count } };
}

/** An error as plain data: what it says is the same when it has been restored. */
export function storeError(error: unknown): StoredError {
	if (error instanceof GatewayFailed) {
		const { category, code, message, retryable } = error.fault;
		const { httpStatus } = error;
		return { kind: 'gateway', fault: { category, code, message, retryable }, httpStatus };
	}
	if (error instanceof InputRefused) {
		const { parameter, message, description, category } = error;
		return { kind: 'input', parameter, message, description, category };
	}
	const message = error instanceof Error ? error.message : String(error);
	const { description } = objectOf(error instanceof Error ? { ...error } : undefined);
	return {
		kind: 'other',
		message,
		description: typeof description === 'string' ? description : undefined,
	};
}

export function restoreError(
	context: IExecuteFunctions,
	itemIndex: number,
	stored: StoredError,
): Error {
	if (stored.kind === 'gateway') return new GatewayFailed(stored.fault, stored.httpStatus);
	if (stored.kind === 'input')
		return new InputRefused(stored.parameter, stored.message, stored.description, stored.category);
	const { message, description } = stored;
	return new NodeOperationError(context.getNode(), message, { itemIndex, description });
}
