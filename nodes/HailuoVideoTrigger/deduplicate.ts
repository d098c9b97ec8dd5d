/** Messages that have started a workflow: gateways repeat them, in any order, for a day and longer. */
import type { IWebhookFunctions } from 'n8n-workflow';

/** How long a message is remembered, in milliseconds: ToAPIs repeats for 31 hours (providers.md 6). */
const LIFETIME_MS = 3 * 24 * 3600 * 1000;
/** How many are remembered per node; the oldest go first. */
const MOST = 2000;

interface Memory {
	/** Messages that have started the workflow, and when. */
	started: Map<string, number>;
	/** Messages that are being worked on. */
	claimed: Set<string>;
	/** The static data that `started` holds already. */
	learned: string;
}

/**
 * This process's memory, by node: requests at the same moment do not see each other's static data, and a test run has
 * none. Static data carries it over a restart (n8n saves it only for active workflows).
 */
const inProcess = new Map<string, Memory>();

function memoryOf(context: IWebhookFunctions): Memory {
	const scope = `${context.getWorkflow().id}\n${context.getNode().id}\n${context.getMode()}`;
	const memory = inProcess.get(scope) ?? { started: new Map(), claimed: new Set(), learned: '' };
	inProcess.set(scope, memory);
	return memory;
}

/** Takes a message for this request; false when it has started the workflow before, or is about to. */
export function claim(context: IWebhookFunctions, id: string, now: number): boolean {
	const memory = memoryOf(context);
	learn(memory, context.getWorkflowStaticData('node').seen);
	const at = memory.started.get(id);
	if (memory.claimed.has(id) || (at !== undefined && now - at < LIFETIME_MS)) return false;
	memory.claimed.add(id);
	return true;
}

/**
 * Ends a claim. To be called last: n8n saves the static data as a whole when webhook() has ended, so what other
 * requests have noted since this one began has to be in it.
 * @param started false: a repetition of the message may start the workflow
 */
export function release(
	context: IWebhookFunctions,
	id: string,
	started: boolean,
	now: number,
): void {
	const memory = memoryOf(context);
	memory.claimed.delete(id);
	if (!started) return;
	memory.started.set(id, now);
	const recent = [...memory.started]
		.filter(([, at]) => now - at < LIFETIME_MS)
		.sort(([, a], [, b]) => b - a)
		.slice(0, MOST);
	memory.started = new Map(recent);
	// one text: n8n watches every entry of an object, which takes milliseconds when there are thousands
	memory.learned = JSON.stringify(recent);
	context.getWorkflowStaticData('node').seen = memory.learned;
}

/** Adds what other processes, or this one before a restart, have noted. */
function learn(memory: Memory, saved: unknown): void {
	if (typeof saved !== 'string' || saved === memory.learned) return;
	memory.learned = saved;
	for (const [id, at] of entriesOf(saved)) if (!memory.started.has(id)) memory.started.set(id, at);
}

/** For tests: what another process, or this one after a restart, would know. */
export function forgetProcess(): void {
	inProcess.clear();
}

function entriesOf(saved: string): Array<[string, number]> {
	try {
		const value: unknown = JSON.parse(saved);
		return Array.isArray(value)
			? value.filter(
					(entry): entry is [string, number] =>
						Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number',
				)
			: [];
	} catch {
		return [];
	}
}
