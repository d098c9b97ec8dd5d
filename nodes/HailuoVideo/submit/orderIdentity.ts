/**
 * When two calls are the same order (ARCHITECTURE.md has the table). Pure, but for the set of orders that this process
 * is working on.
 */
import type { Ledger, LedgerEntry } from './ledger';

/** What tells one order of an execution from another. */
export interface OrderKey {
	runIndex: number;
	itemIndex: number;
	/** The node runs as a tool: n8n raises the run index with every try, and shares it between calls. */
	isTool: boolean;
	fingerprint: string;
	/** A digest of the node's own parameters, expressions unresolved. */
	nodeVersion: string;
	/** Gateway, credential and address. */
	credential: string;
}

export interface FoundOrder {
	/** Where the order is noted, or will be. */
	key: string;
	/** The order that exists; undefined: this one is new. */
	entry: LedgerEntry | undefined;
}

/**
 * The order that this call is, if it was placed before.
 *
 * In a workflow, run and item say which order it is, whatever an expression has made of its words since: n8n runs the
 * node again with the same ones. It is another order when the user has changed the node or its account in between, and
 * says other words. As a tool, the words say which order it is, as long as its clip was not handed on: a retry finds
 * it, and an equal wish afterwards is a new one.
 * @param active keys that this process is working on: a call beside another one is no retry of it
 */
export function findOrder(
	ledger: Ledger,
	order: OrderKey,
	active: ReadonlySet<string>,
): FoundOrder {
	return order.isTool ? findToolOrder(ledger, order, active) : findItemOrder(ledger, order);
}

function findItemOrder(ledger: Ledger, order: OrderKey): FoundOrder {
	const key = `${order.runIndex}:${order.itemIndex}`;
	const entry = ledger.find(key);
	if (entry === undefined) return { key, entry };
	const sameWords = entry.fingerprint === order.fingerprint;
	const sameNode = entry.nodeVersion === order.nodeVersion;
	const sameAccount = entry.credential === order.credential;
	const found = sameAccount && (sameWords || (sameNode && !entry.failed));
	return { key, entry: found ? entry : undefined };
}

function findToolOrder(ledger: Ledger, order: OrderKey, active: ReadonlySet<string>): FoundOrder {
	for (let call = 0; ; call++) {
		const key = `tool:${order.fingerprint}:${call}`;
		if (active.has(key)) continue;
		const entry = ledger.find(key);
		if (entry === undefined) return { key, entry };
		if (!entry.delivered && entry.credential === order.credential) return { key, entry };
	}
}
