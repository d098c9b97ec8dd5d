/** From the vocabulary to n8n's own error classes: what happened, which parameter and item, what to do next. */
import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type JsonObject,
} from 'n8n-workflow';

import { Stopped } from '../../shared/async/clock';
import { failureOf, GatewayFailed, InputRefused } from '../../shared/errors';
import { table, type ProviderId } from '../../shared/catalog/gateways';
import { taskRow, describeTask, type TaskRef } from '../../shared/task';
import type { ItemFacts } from '../item';
import { adviceFor } from './advice';

type NodeFailure = NodeApiError | NodeOperationError;

/**
 * Builds n8n's error for one item. The message says what happened, the description what to do; `context.hailuo`
 * holds provider, task ID and endpoint.
 * @param others the other items of the run, whose tasks would be forgotten with it
 */
export function toNodeError(
	node: INode,
	error: unknown,
	facts: ItemFacts,
	others: readonly ItemFacts[] = [],
): NodeFailure {
	const failure = build(node, error, facts, others);
	// n8n stores the whole execution as canceled, without its error workflow, when the message holds that word
	failure.message = failure.message.replaceAll('canceled', 'cancelled');
	const { task } = facts.progress;
	if (task) failure.context.hailuo = { ...task };
	const made = tasksOf(others);
	if (made.length > 0) failure.context.hailuoTasks = made.map((other) => ({ ...other }));
	return failure;
}

function tasksOf(items: readonly ItemFacts[]): TaskRef[] {
	return items.flatMap(({ progress }) => progress.task ?? []);
}

function build(
	node: INode,
	error: unknown,
	facts: ItemFacts,
	others: readonly ItemFacts[],
): NodeFailure {
	const { itemIndex, progress } = facts;
	if (error instanceof NodeOperationError || error instanceof NodeApiError) return error;
	if (error instanceof InputRefused) {
		const description = sentences(
			error.description,
			`Item ${itemIndex}.`,
			whatWasOrdered(progress.task, facts, others),
		);
		return inOurWords(
			new NodeOperationError(node, error.message, { itemIndex, description }),
			error,
		);
	}
	const ordered = whatWasOrdered(progress.task, facts, others);
	if (error instanceof Stopped)
		return new NodeOperationError(node, error.message, { itemIndex, description: ordered });
	if (!(error instanceof GatewayFailed))
		return new NodeOperationError(node, error instanceof Error ? error : String(error), {
			itemIndex,
			description: ordered,
		});

	const { fault, httpStatus } = error;
	const gateway = gatewayName(facts);
	const message = `${gateway}: ${fault.message}`;
	const description = sentences(
		adviceFor(fault, { gateway, task: progress.task, httpStatus }),
		ordered,
	);
	// as a tool: n8n wraps any other error anew, and swaps its message then
	if (isTool(node))
		return inOurWords(new NodeOperationError(node, message, { itemIndex, description }), {
			message,
		});
	// a plain object, not the HTTP client's error: that one holds the key
	const response: JsonObject = { message, code: fault.code, category: fault.category };
	const failure = new NodeApiError(node, response, {
		message,
		description,
		itemIndex,
		...(httpStatus !== undefined && { httpCode: String(httpStatus) }),
	});
	return inOurWords(failure, { message });
}

/** n8n swaps a message that holds ECONNRESET and its kin, as a part of a word as well, for words of its own. */
function inOurWords<T extends NodeFailure>(failure: T, { message }: { message: string }): T {
	failure.message = message;
	return failure;
}

/** Whether a node was made of ours for AI agents: n8n ends its type in "Tool". */
export const isTool = ({ type }: INode) => type.endsWith('Tool');

function gatewayName({ provider }: ItemFacts): string {
	return provider ? table[provider].name : 'The gateway';
}

/** How to find what was paid for, or may have been. */
function whatWasOrdered(
	task: TaskRef | undefined,
	facts: ItemFacts,
	others: readonly ItemFacts[],
): string {
	const rest = others.filter(({ itemIndex }) => itemIndex !== facts.itemIndex);
	const made = tasksOf(rest).filter((other) => other.taskId !== task?.taskId);
	const unknown = rest.filter(({ progress }) => progress.outcomeUnknown && !progress.task);
	const own = task ? `Task ID: ${describeTask(task)}.` : '';
	return sentences(
		own,
		made.length > 0
			? `Tasks of other items that this run made, to be fetched with 'Wait': ${listed(made.map(describeTask))}.`
			: '',
		unknown.length > 0
			? `A paid task may exist, without an ID that came back, for: ${listed(
					unknown.map((item) => `item ${item.itemIndex} (${gatewayName(item)})`),
				)}. Look into the gateway's console.`
			: '',
	);
}

function listed(entries: string[]): string {
	const more = entries.length > 50 ? ` and ${entries.length - 50} more` : '';
	return `${entries.slice(0, 50).join(', ')}${more}`;
}

function sentences(...texts: string[]): string {
	return texts.filter((text) => text !== '').join(' ');
}

/** The row of a failed item under Continue On Fail: the same fields as any task, the ID included. */
export function failureRow(error: unknown, { progress, provider }: ItemFacts): IDataObject {
	const failure = failureOf(error);
	const { task, state, order } = progress;
	const ref = task ?? { provider: provider as ProviderId, taskId: '' };
	const row = taskRow(ref, { ...state, error: failure }, order);
	if (!task) delete row.taskId;
	return row;
}

/** Under Continue On Fail n8n shows only green: how many failed, and why. */
export function failureHint(errors: unknown[], total: number): string[] {
	if (errors.length === 0) return [];
	const counts = new Map<string, number>();
	for (const error of errors) {
		const { category } = failureOf(error);
		counts.set(category, (counts.get(category) ?? 0) + 1);
	}
	const reasons = [...counts]
		.sort(([, a], [, b]) => b - a)
		.map(([name, count]) => `${count} ${name}`);
	return [
		`${errors.length} of ${total} ${total === 1 ? 'clip' : 'clips'} failed: ${reasons.join(', ')}`,
	];
}

/** Tells a user once what happened on the way, beside the output. */
export function addHints(context: IExecuteFunctions, hints: string[]): void {
	for (const message of [...new Set(hints)].slice(0, 10))
		context.addExecutionHints({ message, type: 'info', location: 'outputPane' });
}
