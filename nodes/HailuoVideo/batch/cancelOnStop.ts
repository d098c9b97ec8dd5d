/** Cancels at the gateway what a stopped execution leaves behind. */
import { settle } from '../../shared/async/settle';
import { failureOf } from '../../shared/errors';
import { isFinal } from '../../shared/task';
import type { ItemFacts, Batch } from '../item';

/**
 * Cancels unfinished tasks where the user wants it and the gateway can. The status is asked first: a cancel must not
 * touch a finished video.
 * @param items all items of the run; those without a task are passed over
 */
export async function cancelUnfinished(items: readonly ItemFacts[], batch: Batch): Promise<void> {
	await Promise.all(
		items.map(async ({ client, progress }) => {
			const { task, cancelOnStop } = progress;
			if (!cancelOnStop || !task || !client) return;
			const { provider } = client;
			const outcome = await settle(async () => {
				const state = provider.readStatus(await client.callThroughStop(provider.status(task)));
				if (!provider.cancel || isFinal(state.status)) return state.status;
				const refusal = provider.cancel.refusal?.(task, state);
				if (refusal !== undefined) return refusal;
				await client.callThroughStop(provider.cancel.call(task));
				return 'cancel requested';
			});
			batch.context.logger.info('Hailuo task at stop', {
				...task,
				outcome: 'value' in outcome ? outcome.value : failureOf(outcome.error).message,
			});
		}),
	);
}
