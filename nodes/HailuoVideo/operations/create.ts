import { settle } from '../../shared/async/settle';
import type { TaskState } from '../../shared/task';
import { billInWords, recordBill } from '../money/bill';
import { readOrder, type ReadOrder } from '../order/readOrder';
import { listPrice, quotePrice, type Quotes } from '../submit/quote';
import { planSpending } from '../money/spendLimit';
import { previewOrder, submitOnce } from '../submit/submitOnce';
import { dryRun } from './dryRun';
import { toOutputItem, waitForVideo } from './finish';
import type { Operation } from '../operation';

/** Makes a video: checks the whole order first, submits it once, then returns the task or waits for the file. */
export const create: Operation<ReadOrder> = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create video',
		description: 'Make a video from an image or a prompt, and wait for it if you like',
	},
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
				return {
					itemIndex: item.itemIndex,
					cost: order.estimatedCost,
					isPaid: isDry || previewOrder(item, read).isPaid,
					maxSpend,
				};
			}),
		);
		const { limit, refusals } = planSpending(priced, batch.spending.spent);
		batch.spending.limit = limit;
		return refusals;
	},
	conclude({ bill, context, hints }) {
		recordBill(context, bill);
		const sum = billInWords(bill);
		if (sum !== undefined) hints.push(sum);
	},
	async execute(item, read) {
		const { batch, progress } = item;
		if (read.options.dryRun) return dryRun(item, read, previewOrder(item, read).reference);
		const ordered = await submitOnce(item, read);
		const { task, at, fresh, reply } = ordered;
		progress.task = task;
		if (ordered.own) batch.bill.push({ task, cost: progress.order?.estimatedCost });
		progress.state = { status: 'queued', submittedAt: new Date(at).toISOString() };
		// another execution may be waiting for a task that it ordered
		progress.cancelOnStop = ordered.own && read.wait.cancelOnStop;
		const result = await settle(async () =>
			read.completion === 'return'
				? await toOutputItem(item, task, read.output, reply)
				: await waitForVideo(item, task, { since: at, fresh }, read),
		);
		if ('value' in result) {
			ordered.delivered();
			return result.value;
		}
		const { state } = progress;
		if (state && endedWithoutVideo(state)) ordered.failed(mayDoBetter(state));
		throw result.error;
	},
};

function endedWithoutVideo({ status }: TaskState): boolean {
	return status === 'failed' || status === 'canceled';
}

/** A task that gave no video for a reason that passes: the same order may give one. */
function mayDoBetter({ status, error }: TaskState): boolean {
	return status === 'canceled' || error?.retryable === true;
}
