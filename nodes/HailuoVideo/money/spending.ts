/** What a run of the node has ordered for, kept with the execution: so no second run spends it anew. */
import { rounded, type EstimatedCost } from '../../shared/catalog/prices';
import { objectOf } from '../../shared/json';
import { spendLimitReached, unknownPrice, usdOf } from './spendLimit';

/** Money that an order may cost, until its outcome is known. */
export interface Reservation {
	/** It was ordered, or may have been. */
	commit(): void;
	/** Nothing was made of it. Without effect after `commit`. */
	release(): void;
}

export class Spending {
	/** USD for the whole run. */
	limit = Number.POSITIVE_INFINITY;
	private reserved = 0;

	/**
	 * @param store the node's context of the execution, which outlives a retry and a pause; changed in place
	 * @param runIndex which run of the node: loops run it several times, and the limit holds for each
	 */
	constructor(
		private readonly store: Record<string, unknown>,
		private readonly runIndex: number,
	) {}

	/** USD that this run has ordered for, before this try of it as well. */
	get spent(): number {
		const amount = objectOf(this.store.spent)[String(this.runIndex)];
		return typeof amount === 'number' && Number.isFinite(amount) && amount > 0 ? amount : 0;
	}

	/**
	 * Takes an order's price from what is left.
	 * @throws InputRefused (`spendLimit`) when it would pass the limit, or has no price in dollars where there is one: an
	 * order that seemed to exist already is not priced before it turns out that it does not
	 */
	reserve(cost: EstimatedCost | undefined): Reservation {
		if (usdOf(cost) === undefined && Number.isFinite(this.limit)) throw unknownPrice(cost);
		const usd = usdOf(cost) ?? 0;
		if (rounded(this.spent + this.reserved + usd) > this.limit)
			throw spendLimitReached(this.spent + this.reserved + usd, this.spent, this.limit, 1);
		this.reserved += usd;
		let isOpen = true;
		const close = (spent: number) => {
			if (!isOpen) return;
			isOpen = false;
			this.reserved -= usd;
			if (spent > 0)
				this.store.spent = {
					...objectOf(this.store.spent),
					[String(this.runIndex)]: rounded(this.spent + spent),
				};
		};
		return { commit: () => close(usd), release: () => close(0) };
	}
}
