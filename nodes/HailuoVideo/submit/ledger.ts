/**
 * Never pay twice. Remembers which order became which task: within an execution (so that Retry On Fail, Continue On
 * Fail and "retry execution" pick the task up), and by a key of the user's across executions of an active workflow.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod/v4';

import { GatewayFailed } from '../../shared/errors';
import { providerIds } from '../../shared/catalog/gateways';
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
	/** Our own reference, by which some gateways find a task whose answer was lost. */
	reference: z.string().optional(),
});
export type LedgerEntry = z.infer<typeof entry>;

/** How long a deduplication key is remembered, and how many at most per node: the oldest go first. */
export const KEY_LIFETIME_MS = 7 * 24 * 3600 * 1000;
export const MOST_KEYS = 1000;

/** A digest of everything that makes an order: equal orders of one account have equal ones. */
export function fingerprintOf(parts: unknown): string {
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Entries in an object that n8n saves: the node's context of an execution, or a workflow's static data. */
export class Ledger {
	/** @param store changed in place; what is found in it is checked before it is believed */
	constructor(private readonly store: Record<string, unknown>) {}

	find(key: string): LedgerEntry | undefined {
		const found = entry.safeParse(this.entries()[key]);
		return found.success ? found.data : undefined;
	}

	note(key: string, value: LedgerEntry): void {
		// a new object each time: n8n notices changes of static data only on the properties it gave out
		this.store.tasks = { ...this.entries(), [key]: value };
	}

	forget(key: string): void {
		const { [key]: forgotten, ...rest } = this.entries();
		if (forgotten !== undefined) this.store.tasks = rest;
	}

	/** Drops what is too old, and the oldest of what is too much. */
	prune(now: number): void {
		const kept = Object.entries(this.entries())
			.map(([key, value]) => ({ key, value, at: entry.safeParse(value).data?.at ?? 0 }))
			.filter(({ at }) => now - at < KEY_LIFETIME_MS)
			.sort((a, b) => b.at - a.at)
			.slice(0, MOST_KEYS);
		this.store.tasks = Object.fromEntries(kept.map(({ key, value }) => [key, value]));
	}

	private entries(): Record<string, unknown> {
		const { tasks } = this.store;
		return typeof tasks === 'object' && tasks !== null ? (tasks as Record<string, unknown>) : {};
	}
}

/**
 * Keys of running and recent orders of this n8n process: executions that run at the same moment do not see each
 * other's static data.
 */
const inProcess = new Map<string, Promise<LedgerEntry>>();

export interface KeyedTask {
	task: TaskRef;
	/** Epoch milliseconds of the submit. */
	at: number;
	/** The task was there already. */
	reused: boolean;
	/** It was made by an order that differs from this one. */
	differs: boolean;
}

/** The order's outcome is not known; said again for an order that is remembered so. */
export function rememberedUnknown(at: number): GatewayFailed {
	return new GatewayFailed({
		category: 'unknownOutcome',
		code: 'remembered',
		message: `This order was sent at ${new Date(at).toISOString()} without an answer, and is not sent again`,
		retryable: false,
	});
}

/**
 * The task of a deduplication key: the one that exists, or the one that `make` makes. Guaranteed within one n8n
 * process, also for executions at the same moment; between processes (queue mode with several workers) only for
 * executions that start after the earlier one has ended, because n8n saves static data at the end.
 * @param scope workflow and node: keys of different nodes do not meet
 * @param again submit although an earlier outcome is unknown
 * @throws what `make` throws; GatewayFailed (`unknownOutcome`) for a key whose outcome is remembered as unknown
 */
export async function oncePerKey(
	saved: Ledger,
	scope: string,
	key: string,
	fingerprint: string,
	again: boolean,
	now: () => number,
	make: () => Promise<{ task: TaskRef; at: number }>,
): Promise<KeyedTask> {
	const id = `${scope}\n${key}`;
	const usable = (known: LedgerEntry | undefined): KeyedTask | undefined => {
		if (!known || now() - known.at >= KEY_LIFETIME_MS) return undefined;
		if (known.task)
			return {
				task: known.task,
				at: known.at,
				reused: true,
				differs: known.fingerprint !== fingerprint,
			};
		if (again) return undefined;
		throw rememberedUnknown(known.at);
	};

	const running = inProcess.get(id);
	const found = usable(running ? await running : saved.find(key));
	if (found) return found;
	// another item may have begun while this one waited
	if (inProcess.get(id) !== running && inProcess.has(id))
		return await oncePerKey(saved, scope, key, fingerprint, again, now, make);

	const made = make().then((value) => ({ ...value, fingerprint }));
	const outcome = made.catch((error: unknown): LedgerEntry => {
		const unknown = error instanceof GatewayFailed && error.fault.category === 'unknownOutcome';
		// at 0: known to nobody, so the next one makes it
		return { at: unknown ? now() : 0, fingerprint };
	});
	inProcess.set(id, outcome);
	const noted = await outcome;
	if (noted.at > 0) {
		saved.note(key, noted);
		saved.prune(now());
		boundInProcess();
	} else inProcess.delete(id);
	const { task, at } = await made;
	return { task, at, reused: false, differs: false };
}

/** Forgets a key whose task gave no video, so that a next run may make another. */
export function forgetKey(saved: Ledger, scope: string, key: string): void {
	saved.forget(key);
	inProcess.delete(`${scope}\n${key}`);
}

/** A Map keeps its order: the first key is the oldest. */
function boundInProcess(): void {
	for (const id of inProcess.keys()) {
		if (inProcess.size <= 10 * MOST_KEYS) return;
		inProcess.delete(id);
	}
}

/** For tests: what another process would know. */
export function forgetProcess(): void {
	inProcess.clear();
}
