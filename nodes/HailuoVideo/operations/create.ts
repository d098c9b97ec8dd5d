import type { INodeExecutionData } from 'n8n-workflow';

import { settle } from '../../shared/async/settle';
import type { AwaitedVideo, WaitingOperation } from '../batch/waiting';
import type { Item } from '../item';
import { billInWords, recordBill } from '../money/bill';
import { planSpending } from '../money/spendLimit';
import { readOrder, type ReadOrder } from '../order/readOrder';
import { listPrice, quotePrice, type Quotes } from '../submit/quote';
import { orderDelivered, previewOrder, submitOnce } from '../submit/submitOnce';
import { dryRun } from './dryRun';
import { noteFailure, toOutputItem, waitForVideo } from '../batch/finish';

/** Makes a video: checks the whole order first, submits it once, then returns the task or waits for the file. */
export const create: WaitingOperation<ReadOrder> = {
	async validate(item) {
		const read = await readOrder(item);
		const { model, mode, resolution, duration } = read.order;
		const estimatedCost = listPrice(item, read);
		item.progress.order = { model, mode, resolution, duration, estimatedCost };
		return read;
	},
	async judgeRun(valid, batch) {
		const hasLimit = valid.some(({ validated }) => validated.options.maxSpend !== undefined);
		const quotes: Quotes = new Map();
		const priced = await Promise.all(
			valid.map(async ({ item, validated: read }) => {
				const { maxSpend, dryRun: isDry } = read.options;
				const order = item.progress.order ?? {};
				if (hasLimit || isDry) order.estimatedCost = await quotePrice(item, read, quotes);
				const { isPaid, failedBefore, sharedKey } = previewOrder(item, read);
				return {
					item,
					itemIndex: item.itemIndex,
					cost: order.estimatedCost,
					isPaid: isDry || isPaid,
					failedBefore,
					sharedKey,
					maxSpend,
				};
			}),
		);
		// items with one key get one clip
		const keys = new Set<string>();
		for (const one of priced) {
			if (one.sharedKey === undefined) continue;
			one.isPaid ||= keys.has(one.sharedKey);
			keys.add(one.sharedKey);
		}
		const { limit, refusals } = planSpending(priced, batch.spending.spent);
		batch.spending.limit = limit;
		// no money is left for another try: the row still has the task of the one that failed
		for (const { item, failedBefore } of priced)
			if (failedBefore && refusals.has(item.itemIndex))
				Object.assign(item.progress, { task: failedBefore, state: { status: 'failed' } });
		return refusals;
	},
	conclude({ bill, context, hints }) {
		recordBill(context, bill);
		const sum = billInWords(bill);
		if (sum !== undefined) hints.push(sum);
	},
	async execute(item, read) {
		const begun = await begin(item, read);
		if ('row' in begun) return begun.row;
		const result = await settle(async () => await waitForVideo(item, begun));
		if ('error' in result) {
			noteFailure(item, begun);
			throw result.error;
		}
		if (begun.noted) orderDelivered(item, begun.noted);
		return result.value;
	},
	steps: { completionOf: ({ completion }) => completion, begin },
};

async function begin(
	item: Item,
	read: ReadOrder,
): Promise<AwaitedVideo | { row: INodeExecutionData }> {
	const { batch, progress } = item;
	const { wait, output } = read;
	if (read.options.dryRun) return { row: dryRun(item, read, previewOrder(item, read).reference) };
	const { task, at, fresh, own, reply, noted } = await submitOnce(item, read);
	progress.task = task;
	if (own) batch.bill.push({ task, cost: progress.order?.estimatedCost });
	progress.state = { status: 'queued', submittedAt: new Date(at).toISOString() };
	// another execution may be waiting for a task that it ordered
	progress.cancelOnStop = own && wait.cancelOnStop;
	if (read.completion !== 'return') return { task, since: at, fresh, wait, output, noted };
	const row = await toOutputItem(item, task, output, reply);
	orderDelivered(item, noted);
	return { row };
}
