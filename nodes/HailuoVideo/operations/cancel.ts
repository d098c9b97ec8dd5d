import { GatewayFailed, InputRefused } from '../../shared/errors';
import { canCancel, providerIds, table } from '../../shared/catalog/gateways';
import { isFinal, taskRow } from '../../shared/task';
import { refreshStatus } from '../batch/finish';
import type { Operation } from '../operation';
import { readTask, type ExistingTask } from './readTask';

/** Polls for the effect of a cancel this often, a second apart. */
const STATUS_CHECKS = 5;

/**
 * Stops a task where the gateway can. The status is read first: WaveSpeed's cancel deletes a finished video
 * (providers.md 4), MiniMax's the record of a finished task (providers.md 11.1), so a finished task is refused.
 */
export const cancel: Operation<ExistingTask> = {
	async validate(item) {
		if (!item.client.provider.cancel) {
			const able = providerIds.filter((id) => canCancel(id)).map((id) => table[id].name);
			throw new InputRefused(
				'Operation and Provider',
				`'Operation' Cancel is not offered by ${table[item.provider].name}`,
				`Only ${able.join(' and ')} can stop a task.`,
			);
		}
		return readTask(item, 'cancel');
	},
	async execute(item, { task: given, parameters }) {
		const { batch, client } = item;
		let seen = await refreshStatus(item, given);
		const { task } = seen;
		if (seen.state.status === 'succeeded' || seen.state.status === 'failed')
			throw new GatewayFailed({
				category: 'unsupported',
				code: 'alreadyFinished',
				message: `The task is finished (${seen.state.status}) and was left as it is`,
				retryable: false,
			});
		const { cancel: cancelling } = client.provider;
		if (cancelling && seen.state.status !== 'canceled') {
			const refusal = cancelling.refusal?.(task, seen.state);
			if (refusal !== undefined)
				throw new GatewayFailed({
					category: 'unsupported',
					code: 'notCancelable',
					message: refusal,
					retryable: false,
				});
			const reply = await client.call(cancelling.call(task));
			const state = cancelling.read(reply);
			if (state) seen = { task, state: { ...seen.state, ...state }, reply };
			for (let tries = 0; tries < STATUS_CHECKS && !isFinal(seen.state.status); tries++) {
				await batch.clock.sleep(1000, batch.signal);
				seen = await refreshStatus(item, task);
			}
		}
		const raw = parameters.output.simplify ? undefined : seen.reply.json;
		return { json: taskRow(task, seen.state, {}, raw) };
	},
};
