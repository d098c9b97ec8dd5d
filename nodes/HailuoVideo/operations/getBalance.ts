import type { IDataObject } from 'n8n-workflow';

import { retryRead } from '../../shared/async/retry';
import { settle } from '../../shared/async/settle';
import { providerIds, table } from '../../shared/catalog/gateways';
import { GatewayFailed, InputRefused } from '../../shared/errors';
import type { Balance, BalanceWay, Reply } from '../../shared/providers/contract';
import type { Item } from '../item';
import { readSimplify } from '../order/parameters';
import type { Operation } from '../operation';

interface Asked {
	balance: Balance;
	replies: Reply[];
}

/** Tells what is left on the account: for an If before a night run. Free of charge. */
export const getBalance: Operation<{ simplify: boolean }> = {
	async validate({ batch, client, itemIndex, provider }) {
		if (!client.provider.balance) {
			const able = providerIds.filter((id) => table[id].balance).map((id) => table[id].name);
			throw new InputRefused(
				'Operation and Provider',
				`'Operation' Get Balance is not offered by ${table[provider].name}`,
				`Only ${able.join(', ')} tell it to an API key. Look into the console of ${table[provider].name}.`,
			);
		}
		return { simplify: readSimplify(batch.context, itemIndex) };
	},
	async execute(item, { simplify }) {
		const { balance, replies } = await askInTurn(item, item.client.provider.balance ?? []);
		const json: IDataObject = {
			provider: item.provider,
			balance: Object.fromEntries(
				Object.entries(balance).filter(([, value]) => value !== undefined),
			) as IDataObject,
		};
		if (!simplify) json.raw = replies.map((reply) => reply.json as IDataObject);
		return { json };
	},
};

/** Each way until one is answered. What the first one complained about stays the reason. */
async function askInTurn(item: Item, ways: readonly BalanceWay[]): Promise<Asked> {
	let reason: unknown;
	for (const way of ways) {
		const asked = await settle(async () => await ask(item, way));
		if ('value' in asked) return asked.value;
		reason ??= asked.error;
		if (!isRefusal(asked.error)) throw asked.error;
	}
	throw reason;
}

async function ask({ batch, client }: Item, way: BalanceWay): Promise<Asked> {
	const { clock, signal } = batch;
	const replies: Reply[] = [];
	for (const call of way.calls(clock.now()))
		replies.push(
			await retryRead(async (until) => await client.read(call, until), clock, signal, { tries: 3 }),
		);
	return { balance: way.read(replies, client.baseUrl), replies };
}

/** The gateway answered, and another kind of account may get another answer. */
function isRefusal(error: unknown): boolean {
	if (!(error instanceof GatewayFailed)) return false;
	return !['transient', 'timeout', 'rateLimit'].includes(error.fault.category);
}
