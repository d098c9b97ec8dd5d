/** Which orders of a run fit into 'Max Spend'. Pure: prices in, refusals out. */
import { priceText, rounded, type EstimatedCost } from '../../shared/catalog/prices';
import { InputRefused } from '../../shared/errors';

/** The display name of the field. */
const LABEL = 'Max Spend (USD)';

/** An order of a run that has been checked and priced, and is not sent yet. */
export interface PricedItem {
	itemIndex: number;
	/** Undefined: not known. */
	cost: EstimatedCost | undefined;
	/** The task exists already: nothing is paid for it any more. */
	isPaid: boolean;
	/** USD, where the user set it for this item. */
	maxSpend: number | undefined;
}

export interface SpendPlan {
	/** USD for the run; Infinity where no item has a limit. */
	limit: number;
	/** USD for all orders together, those that are refused included. */
	total: number;
	/** Why an item is not ordered, by its index. */
	refusals: ReadonlyMap<number, InputRefused>;
}

/**
 * Goes through the orders in the order of their items. From the first that would pass the limit on none is made: what
 * is cheaper does not overtake. An order whose price is not known in dollars is refused by itself.
 * @param spent USD that this run of the node has ordered for before: n8n ran it again, or it was parked
 * @returns an empty plan where no item has a limit; with several limits the least holds for the run
 */
export function planSpending(items: readonly PricedItem[], spent: number): SpendPlan {
	const limits = items.map(({ maxSpend }) => maxSpend).filter((one) => one !== undefined);
	const orders = items.filter(({ isPaid }) => !isPaid);
	const total = rounded(spent + orders.reduce((sum, { cost }) => sum + (usdOf(cost) ?? 0), 0));
	const refusals = new Map<number, InputRefused>();
	const limit = Math.min(...limits);
	if (limits.length === 0) return { limit, total, refusals };

	let committed = spent;
	let isFull = false;
	for (const { itemIndex, cost } of orders) {
		const usd = usdOf(cost);
		if (usd === undefined) {
			refusals.set(itemIndex, unknownPrice(cost));
			continue;
		}
		isFull ||= rounded(committed + usd) > limit;
		if (isFull) refusals.set(itemIndex, spendLimitReached(total, spent, limit, orders.length));
		else committed += usd;
	}
	return { limit, total, refusals };
}

/** What an order costs in dollars; undefined: not known. */
export const usdOf = (cost: EstimatedCost | undefined) =>
	cost?.currency === 'USD' ? cost.amount : undefined;

/**
 * @param total USD of all orders of the run
 * @param spent USD of it that was ordered before
 * @param orders how many are new
 */
export function spendLimitReached(
	total: number,
	spent: number,
	limit: number,
	orders: number,
): InputRefused {
	const before = spent > 0 ? ` (${priceText(spent, 'USD')} of it was ordered before)` : '';
	const what =
		orders === 1 ? 'The video of this run costs' : `The ${orders} videos of this run cost`;
	return new InputRefused(
		LABEL,
		`${what} about ${priceText(total, 'USD')}${before}, more than '${LABEL}' ${priceText(limit, 'USD')}`,
		`Raise '${LABEL}', or send fewer items. With 'On Error' set to continue, as many are ordered as fit.`,
		'spendLimit',
	);
}

/** @param cost where it is known, in another currency */
export function unknownPrice(cost: EstimatedCost | undefined): InputRefused {
	const why = cost
		? `is charged in ${cost.currency}`
		: "is not known: the gateway publishes none, the model is not in its list, or 'Extra Fields (JSON)' replace a part of the order";
	return new InputRefused(
		LABEL,
		`'${LABEL}' cannot be kept: the price of this video ${why}`,
		"Enter what it costs you in dollars in 'Price per Clip (USD)'.",
		'spendLimit',
	);
}
