/** Messages that have started a workflow: gateways repeat them, in any order, for a day and longer. */
import type { IWebhookFunctions } from 'n8n-workflow';

/** How long a message is remembered, in milliseconds: ToAPIs repeats for 31 hours (providers.md 6). */
const LIFETIME_MS = 3 * 24 * 3600 * 1000;
/** How many are remembered per node; the oldest go first. */
const MOST = 2000;

/**
 * This process's memory, by node: requests at the same moment do not see each other's static data, and a test run has
 * none. Static data carries it over a restart (n8n saves it only for active workflows).
 */
const inProcess = new Map<string, Map<string, number>>();

function memoryOf(context: IWebhookFunctions): Map<string, number> {
	const scope = `${context.getWorkflow().id}\n${context.getNode().id}\n${context.getMode()}`;
	const memory = inProcess.get(scope) ?? new Map<string, number>();
	inProcess.set(scope, memory);
	return memory;
}

/** Whether the message has been seen; notes it when it has not. */
export function alreadySeen(context: IWebhookFunctions, id: string, now: number): boolean {
	const memory = memoryOf(context);
	const store = context.getWorkflowStaticData('node');
	const saved = entriesOf(store.seen);
	const at = memory.get(id) ?? saved[id];
	if (at !== undefined && now - at < LIFETIME_MS) return true;

	memory.set(id, now);
	const recent = Object.entries({ ...saved, ...Object.fromEntries(memory) })
		.filter(([, time]) => now - time < LIFETIME_MS)
		.sort(([, a], [, b]) => b - a)
		.slice(0, MOST);
	store.seen = Object.fromEntries(recent);
	for (const oldest of memory.keys()) {
		if (memory.size <= MOST) break;
		memory.delete(oldest);
	}
	return false;
}

/** Forgets a message whose work failed, so that a repetition may start the workflow. */
export function forget(context: IWebhookFunctions, id: string): void {
	memoryOf(context).delete(id);
	const store = context.getWorkflowStaticData('node');
	const { [id]: forgotten, ...rest } = entriesOf(store.seen);
	if (forgotten !== undefined) store.seen = rest;
}

/** For tests: what another process, or this one after a restart, would know. */
export function forgetProcess(): void {
	inProcess.clear();
}

function entriesOf(value: unknown): Record<string, number> {
	if (typeof value !== 'object' || value === null) return {};
	return Object.fromEntries(
		Object.entries(value).filter(
			(entry): entry is [string, number] => typeof entry[1] === 'number',
		),
	);
}
