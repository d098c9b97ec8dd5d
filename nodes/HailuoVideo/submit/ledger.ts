/**
 * What was ordered, and what became of it: entries in an object that n8n saves, the node's context of an execution or
 * a workflow's static data. Who may pick which entry up stands in orderIdentity.ts.
 */
import { z } from 'zod/v4';

import { providerIds } from '../../shared/catalog/gateways';
import { GatewayFailed } from '../../shared/errors';
import { objectOf } from '../../shared/json';
import type { TaskRef } from '../../shared/task';

const entry = z.object({
	/** Absent: the order was sent, and whether it became a task is not known. */
	task: z
		.object({
			provider: z.enum(providerIds as [(typeof providerIds)[number]]),
			taskId: z.string().min(1),
			endpoint: z.string().optional(),
		})
		.optional(),
	/** Epoch milliseconds of the submit. */
	at: z.number(),
	/** What was ordered. */
	fingerprint: z.string(),
	/** The node's parameters as they stand in the workflow, expressions unresolved. */
	nodeVersion: z.string().optional(),
	/** Gateway, credential and address that it was ordered with. */
	credential: z.string().optional(),
	/** Our own reference, by which some gateways find a task whose answer was lost. */
	reference: z.string().optional(),
	/** Why the outcome is not known, in the gateway's first words. */
	reason: z.string().optional(),
	/** The clip was handed on: a tool's next equal call is a new wish. */
	delivered: z.boolean().optional(),
	/** Another execution ordered it, under the same Deduplication Key. */
	shared: z.boolean().optional(),
	/** The task ended without a video for a reason that the same words would meet again. */
	failed: z.boolean().optional(),
});
export type LedgerEntry = Readonly<z.infer<typeof entry>>;

/** What was checked already, by the object that was found: a thousand orders would be checked again for each new one. */
const checked = new WeakMap<object, LedgerEntry | undefined>();

/** The entry that a stored value is; undefined when it cannot be believed. */
function believe(value: unknown): LedgerEntry | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	if (checked.has(value)) return checked.get(value);
	const { data } = entry.safeParse(value);
	checked.set(value, data);
	if (data) checked.set(data, data);
	return data;
}

export class Ledger {
	/** @param store changed in place; what is found in it is checked before it is believed */
	constructor(private readonly store: Record<string, unknown>) {}

	find(key: string): LedgerEntry | undefined {
		const entries = this.entries();
		return believe(Object.hasOwn(entries, key) ? entries[key] : undefined);
	}

	/** All entries that can be believed, by key. */
	all(): Array<[string, LedgerEntry]> {
		return Object.entries(this.entries()).flatMap(([key, value]) => {
			const found = believe(value);
			return found ? [[key, found] as [string, LedgerEntry]] : [];
		});
	}

	note(key: string, value: LedgerEntry): void {
		this.noteAll([[key, value]]);
	}

	noteAll(entries: Array<[string, LedgerEntry]>): void {
		const tasks = this.entries();
		// in place: a copy for each of a thousand orders would copy half a million; defined, because a key may be __proto__
		for (const [key, value] of entries)
			Object.defineProperty(tasks, key, {
				value,
				enumerable: true,
				writable: true,
				configurable: true,
			});
		// n8n notices changes of static data only on the properties it gave out
		this.store.tasks = tasks;
	}

	/**
	 * Forgets an order, so that another one may be placed under its key.
	 * @param counted remember that there was one: see `forgottenOf`
	 */
	forget(key: string, counted = false): void {
		const { [key]: forgotten, ...rest } = this.entries();
		if (forgotten === undefined) return;
		this.store.tasks = rest;
		if (!counted) return;
		this.store.forgotten = { ...objectOf(this.store.forgotten), [key]: this.forgottenOf(key) + 1 };
		this.store.failedBefore = { ...objectOf(this.store.failedBefore), [key]: forgotten };
	}

	/** The task of the last order under this key that was forgotten: nothing may come after it. */
	failedBeforeOf(key: string): TaskRef | undefined {
		const entries = objectOf(this.store.failedBefore);
		return believe(Object.hasOwn(entries, key) ? entries[key] : undefined)?.task;
	}

	/** How many orders under this key were forgotten: an order after them is another one. */
	forgottenOf(key: string): number {
		const count = objectOf(this.store.forgotten)[key];
		return typeof count === 'number' && Number.isSafeInteger(count) ? count : 0;
	}

	/**
	 * Drops what is too old, and the oldest of what is too much.
	 * @param lifetimeMs how long an entry counts
	 */
	prune(now: number, lifetimeMs: number, most: number): void {
		const kept = this.all()
			.filter(([, { at }]) => now - at < lifetimeMs)
			.sort(([, a], [, b]) => b.at - a.at)
			.slice(0, most);
		this.store.tasks = Object.fromEntries(kept);
	}

	private entries(): Record<string, unknown> {
		return objectOf(this.store.tasks);
	}
}

/** The order's outcome is not known; said again, with the first reason, for an order that is remembered so. */
export function rememberedUnknown({ at, reason }: LedgerEntry): GatewayFailed {
	const why = reason ? `: ${reason}` : ' without an answer';
	return new GatewayFailed({
		category: 'unknownOutcome',
		code: 'remembered',
		message: `This order was sent at ${new Date(at).toISOString()}${why}, and is not sent again`,
		retryable: false,
	});
}

/** An order and the task that it became. */
export interface Ordered {
	task: TaskRef;
	/** Epoch milliseconds of the submit. */
	at: number;
}
