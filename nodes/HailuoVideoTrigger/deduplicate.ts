/** Messages that have started a workflow: gateways repeat them, in any order, for a day and longer. */
import type { IWebhookFunctions } from 'n8n-workflow';

import { objectOf } from '../shared/json';
import type { TaskRef } from '../shared/task';
import type { TriggerEvent } from './parameters';

/** How long a message is remembered, in milliseconds: ToAPIs repeats for 31 hours (providers.md 6). */
const LIFETIME_MS = 3 * 24 * 3600 * 1000;
/** How many are remembered per node; the oldest go first. */
const MAX_REMEMBERED = 2000;

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

/** What tells one trigger of this process from another. */
export function nodeKeyOf(context: IWebhookFunctions): string {
	return `${context.getWorkflow().id}\n${context.getNode().id}\n${context.getMode()}`;
}

function memoryOf(context: IWebhookFunctions): Memory {
	const key = nodeKeyOf(context);
	const memory = inProcess.get(key) ?? { started: new Map(), claimed: new Set(), learned: '' };
	inProcess.set(key, memory);
	learn(memory, savedOf(context).seen);
	return memory;
}

const savedOf = (context: IWebhookFunctions) => objectOf(context.getWorkflowStaticData('node'));
const idOf = (task: TaskRef, event: TriggerEvent) => `${task.provider} ${task.taskId} ${event}`;

/** Whether the end of the task has started the workflow before: no message about it says anything new. */
export function hasEnded(context: IWebhookFunctions, task: TaskRef, now: number): boolean {
	const { started } = memoryOf(context);
	const ends: TriggerEvent[] = ['succeeded', 'failed'];
	return ends.some((event) => isRecent(started.get(idOf(task, event)), now));
}

/** Takes an event for this request; false when it has started the workflow before, or is about to. */
export function claim(
	context: IWebhookFunctions,
	task: TaskRef,
	event: TriggerEvent,
	now: number,
): boolean {
	const memory = memoryOf(context);
	const id = idOf(task, event);
	if (memory.claimed.has(id) || isRecent(memory.started.get(id), now)) return false;
	memory.claimed.add(id);
	return true;
}

/**
 * Ends a claim and notes that the event starts the workflow. To be called last: n8n saves the static data as a whole
 * when webhook() has ended, so what other requests have noted since this one began has to be in it.
 */
export function release(
	context: IWebhookFunctions,
	task: TaskRef,
	event: TriggerEvent,
	now: number,
): void {
	const memory = memoryOf(context);
	const id = idOf(task, event);
	memory.claimed.delete(id);
	memory.started.delete(id);
	memory.started.set(id, now);
	// a Map keeps its order: the first ones are the oldest
	for (const [oldest, at] of memory.started) {
		if (memory.started.size <= MAX_REMEMBERED && isRecent(at, now)) break;
		memory.started.delete(oldest);
	}
	// one text: n8n watches every entry of an object, which takes milliseconds when there are thousands
	memory.learned = JSON.stringify([...memory.started]);
	savedOf(context).seen = memory.learned;
}

const isRecent = (at: number | undefined, now: number) =>
	at !== undefined && now - at < LIFETIME_MS;

/** Adds what other processes, or this one before a restart, have noted. */
function learn(memory: Memory, saved: unknown): void {
	if (typeof saved !== 'string' || saved === memory.learned) return;
	memory.learned = saved;
	const entries = [...entriesOf(saved), ...memory.started];
	memory.started = new Map(entries.sort(([, a], [, b]) => a - b));
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
