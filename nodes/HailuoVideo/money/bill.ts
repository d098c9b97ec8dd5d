/** What a run has ordered: for the hint beside the output, and for people who search executions. */
import type { IExecuteFunctions } from 'n8n-workflow';

import { priceText, rounded, type EstimatedCost } from '../../shared/catalog/prices';
import type { TaskRef } from '../../shared/task';

/** A clip that this execution ordered, in this try of the node or in an earlier one. */
export interface BilledOrder {
	task: TaskRef;
	/** Undefined: not known. */
	cost: EstimatedCost | undefined;
}

/** "12 clips, about $3.36"; undefined where nothing was ordered, or no price is known. */
export function billInWords(orders: readonly BilledOrder[]): string | undefined {
	const priced = orders.filter(({ cost }) => cost !== undefined);
	if (priced.length === 0) return undefined;
	const clips = `${orders.length} ${orders.length === 1 ? 'clip' : 'clips'}`;
	const sums = [...sumsOf(orders)].map(([currency, amount]) => priceText(amount, currency));
	const unknown = orders.length - priced.length;
	const rest = unknown > 0 ? `, and ${unknown} of unknown price` : '';
	return `${clips}, about ${sums.join(' and ')}${rest}`;
}

function sumsOf(orders: readonly BilledOrder[]): Map<string, number> {
	const sums = new Map<string, number>();
	for (const { cost } of orders)
		if (cost) sums.set(cost.currency, rounded((sums.get(cost.currency) ?? 0) + cost.amount));
	return sums;
}

/** n8n complains in its log about longer values. */
const LONGEST_VALUE = 255;

interface CustomData {
	get(key: string): string;
	set(key: string, value: string): void;
}

/**
 * Writes task IDs, gateways and cost into the execution's custom data, beside what other nodes have written there.
 * Never throws: a convenience must not cost a clip.
 */
export function recordBill(context: IExecuteFunctions, orders: readonly BilledOrder[]): void {
	if (orders.length === 0) return;
	try {
		const data = customDataOf(context);
		if (!data) return;
		const add = (key: string, values: readonly string[]) =>
			data.set(key, joined([...wordsOf(data.get(key)), ...values]));
		add(
			'hailuoTaskIds',
			orders.map(({ task }) => task.taskId),
		);
		add(
			'hailuoProvider',
			orders.map(({ task }) => task.provider),
		);
		const cost = [...sumsOf(orders)].map(([currency, amount]) => `${amount} ${currency}`);
		if (cost.length > 0) data.set('hailuoCost', cost.join(', ').slice(0, LONGEST_VALUE));
	} catch {
		context.logger.debug('Hailuo: the custom data of the execution could not be written');
	}
}

/** n8n 2.x offers it to nodes; 1.123 only to expressions. */
function customDataOf(context: IExecuteFunctions): CustomData | undefined {
	const own = (context as { customData?: CustomData }).customData;
	if (own) return own;
	const { $execution } = context.getWorkflowDataProxy(0) as {
		$execution?: { customData?: CustomData };
	};
	return $execution?.customData;
}

function wordsOf(value: unknown): string[] {
	return typeof value === 'string' ? value.split(', ').filter((word) => word !== '') : [];
}

/** Each once, as many as fit. */
function joined(words: readonly string[]): string {
	let text = '';
	for (const word of new Set(words)) {
		const longer = text === '' ? word : `${text}, ${word}`;
		if (longer.length > LONGEST_VALUE) break;
		text = longer;
	}
	return text;
}
