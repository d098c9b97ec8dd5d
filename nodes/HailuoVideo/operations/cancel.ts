import type { INodePropertyOptions } from 'n8n-workflow';

import { GatewayFailed, InputRefused } from '../../shared/errors';
import { providerIds, table } from '../../shared/catalog/gateways';
import { isFinal, taskRow } from '../../shared/task';
import { refreshStatus } from './finish';
import type { Prepare } from '../batch/runItems';
import { readTask } from './readTask';

export const option: INodePropertyOptions = {
	name: 'Cancel',
	value: 'cancel',
	action: 'Cancel video task',
	description: 'Stop a task that is not finished; a finished video is never touched',
};

/** Looks for the effect of a cancel this often, a second apart. */
const LOOKS = 5;

/**
 * Stops a task where the gateway can. The status is read first: WaveSpeed's cancel deletes a finished video
 * (providers.md 4), so a finished task is refused.
 */
export const prepare: Prepare = async (item) => {
	const { gateway, provider, run } = item;
	const { cancel } = gateway.provider;
	if (!cancel)
		throw new InputRefused(
			'Operation and Provider',
			`'Operation' Cancel is not offered by ${table[provider].name}`,
			`Only ${providerIds
				.filter((id) => table[id].cancel)
				.map((id) => table[id].name)
				.join(' and ')} can stop a task.`,
		);
	const task = readTask(item);

	return async () => {
		let seen = await refreshStatus(item);
		if (seen.state.status === 'succeeded' || seen.state.status === 'failed')
			throw new GatewayFailed({
				category: 'unsupported',
				code: 'alreadyFinished',
				message: `The task is finished (${seen.state.status}) and was left as it is`,
				retryable: false,
			});
		if (seen.state.status !== 'canceled') {
			const reply = await gateway.call(cancel.call(task));
			const state = cancel.read(reply);
			if (state) seen = { state: { ...seen.state, ...state }, reply };
			for (let tries = 0; tries < LOOKS && !isFinal(seen.state.status); tries++) {
				await run.clock.sleep(1000, run.signal);
				seen = await refreshStatus(item);
			}
		}
		const raw =
			run.context.getNodeParameter('simplify', item.itemIndex, true) === false
				? seen.reply.json
				: undefined;
		return { json: taskRow(task, seen.state, {}, raw) };
	};
};
