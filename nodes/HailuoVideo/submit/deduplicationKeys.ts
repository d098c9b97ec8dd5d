/** One order per key of the user's, across executions of an active workflow. */
import { GatewayFailed } from '../../shared/errors';
import type { TaskRef } from '../../shared/task';
import { Ledger, rememberedUnknown, type LedgerEntry, type Ordered } from './ledger';

/** How long a deduplication key is remembered, and how many at most per node: the oldest go first. */
export const KEY_LIFETIME_MS = 7 * 24 * 3600 * 1000;
export const MOST_KEYS = 1000;

/** One key of one node and account. */
export interface KeyedOrder {
	/** The static data of this execution. */
	store: Record<string, unknown>;
	/** Workflow and node: keys of different nodes do not meet. */
	scope: string;
	/** The account, and the user's key. */
	key: string;
	fingerprint: string;
	/** Our own name for the order, by which some gateways find a task whose answer was lost. */
	reference: string;
	/** Submit although an earlier outcome is unknown. */
	resubmitUnknown: boolean;
}

export interface KeyedTask extends Ordered {
	/** The task was there already. */
	reused: boolean;
	/** It was made by an order that differs from this one. */
	differs: boolean;
}

interface Scope {
	/** By key, of running and recent orders of this process: executions at the same moment do not see each other's static data. */
	orders: Map<string, Promise<LedgerEntry | undefined>>;
	/** Those of them that are at work now. */
	running: Set<string>;
	/** What is settled of them, to be written wherever it is missing. */
	settled: Map<string, LedgerEntry>;
	/**
	 * Static data of executions that may still be running. n8n reads it at the start of an execution and writes it
	 * whole at the end, so each of them has to hold what the others have noted.
	 */
	stores: Set<WeakRef<Record<string, unknown>>>;
}
const scopes = new Map<string, Scope>();

function scopeOf(name: string, store: Record<string, unknown>): Scope {
	const scope = scopes.get(name) ?? {
		orders: new Map(),
		running: new Set(),
		settled: new Map(),
		stores: new Set(),
	};
	scopes.set(name, scope);
	const living = [...scope.stores].map((ref) => ref.deref());
	if (!living.includes(store)) scope.stores.add(new WeakRef(store));
	for (const ref of scope.stores) if (ref.deref() === undefined) scope.stores.delete(ref);
	return scope;
}

/** Writes one entry, or its absence, into the static data of all executions that may be running. */
function share(scope: Scope, key: string, entry: LedgerEntry | undefined, now: number): void {
	if (entry) scope.settled.set(key, entry);
	else scope.settled.delete(key);
	for (const oldest of scope.settled.keys()) {
		if (scope.settled.size <= MOST_KEYS) break;
		scope.settled.delete(oldest);
	}
	for (const ref of scope.stores) {
		const store = ref.deref();
		if (!store) continue;
		const ledger = new Ledger(store);
		if (entry) ledger.note(key, entry);
		else ledger.forget(key);
		const missing = [...scope.settled].filter(
			([other, { at }]) => (ledger.find(other)?.at ?? 0) < at,
		);
		if (missing.length > 0) ledger.noteAll(missing);
		ledger.prune(now, KEY_LIFETIME_MS, MOST_KEYS);
	}
}

/**
 * The task of a deduplication key: the one that exists, or the one that `make` makes. Guaranteed within one n8n
 * process, also for executions at the same moment; between processes (queue mode with several workers) only for
 * executions that start after the earlier one has ended, because n8n saves static data at the end.
 * @param usable whether a task that was made earlier may still give its video
 * @param find the task of an order whose answer was lost, by its reference, where the gateway can find it
 * @param make gets a function to call as soon as the outcome of the order is not known
 * @throws what `make` throws; GatewayFailed (`unknownOutcome`) for a key whose outcome is remembered as unknown
 */
export async function oncePerKey(
	order: KeyedOrder,
	now: () => number,
	usable: (ordered: Ordered) => Promise<boolean>,
	find: (reference: string) => Promise<TaskRef | undefined>,
	make: (onUnknown: (failed: GatewayFailed) => void) => Promise<Ordered>,
): Promise<KeyedTask> {
	const { key, fingerprint, reference } = order;
	const scope = scopeOf(order.scope, order.store);
	const running = scope.orders.get(key);
	const known = running ? await running : new Ledger(order.store).find(key);
	// another call may have begun while this one waited
	if (scope.orders.get(key) !== running && scope.orders.has(key))
		return await oncePerKey(order, now, usable, find, make);

	// from here to the entry in `orders` nothing is awaited: no second call can come between
	let finish: (entry: LedgerEntry | undefined) => void = () => {};
	scope.orders.set(key, new Promise((resolve) => (finish = resolve)));
	scope.running.add(key);
	let noted: LedgerEntry | undefined = known;
	const note = (entry: LedgerEntry | undefined) => {
		noted = entry;
		share(scope, key, entry, now());
	};
	try {
		const recent = known && now() - known.at < KEY_LIFETIME_MS ? known : undefined;
		const lost = recent && !recent.task && !order.resubmitUnknown ? recent : undefined;
		const task = lost?.reference === undefined ? recent?.task : await find(lost.reference);
		if (recent && task) {
			const found = { task, at: recent.at };
			if (lost) note({ ...found, fingerprint: lost.fingerprint });
			if (await usable(found))
				return { ...found, reused: true, differs: recent.fingerprint !== fingerprint };
		} else if (lost) {
			throw rememberedUnknown(lost);
		}
		noted = undefined;
		const made = await make((failed) =>
			note({ at: now(), fingerprint, reference, reason: failed.fault.message }),
		);
		note({ ...made, fingerprint });
		return { ...made, reused: false, differs: false };
	} finally {
		scope.running.delete(key);
		finish(noted);
		if (noted === undefined) scope.orders.delete(key);
		bound(scope.orders);
	}
}

/** Whether a key has a task already, as far as this execution has been told. */
export function isKeyKnown({ store, key }: KeyedOrder, now: number): boolean {
	const known = new Ledger(store).find(key);
	return known?.task !== undefined && now - known.at < KEY_LIFETIME_MS;
}

/**
 * Forgets a key whose task gave no video, so that a next run may make another. Without effect when that has happened:
 * several executions may wait for one task, and each notices its failure when it next asks.
 * @param taskId the task that gave none
 */
export function forgetKey(
	{ scope: name, store, key }: Pick<KeyedOrder, 'scope' | 'store' | 'key'>,
	taskId: string,
	now: number,
): void {
	const scope = scopeOf(name, store);
	const latest = scope.settled.get(key) ?? new Ledger(store).find(key);
	if (scope.running.has(key) || latest?.task?.taskId !== taskId) return;
	scope.orders.delete(key);
	share(scope, key, undefined, now);
}

/** A Map keeps its order: the first key is the oldest. */
function bound(orders: Map<string, unknown>): void {
	for (const key of orders.keys()) {
		if (orders.size <= 10 * MOST_KEYS) return;
		orders.delete(key);
	}
}

/** For tests: what another process would know. */
export function forgetProcess(): void {
	scopes.clear();
}
