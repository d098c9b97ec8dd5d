/** What an operation is. */
import type { INodeExecutionData } from 'n8n-workflow';

import type { Batch, Item } from './item';

export interface Operation<T> {
	/**
	 * Reads and checks all parameters of an item, at no cost: it runs for all items before the first is executed.
	 * @throws InputRefused
	 */
	validate(item: Item): Promise<T>;
	/**
	 * Judges the run as a whole, before the first item is executed; nothing that costs is sent.
	 * @param valid the items that passed `validate`, in their order
	 * @returns why an item is not executed, by its index
	 */
	judgeRun?(
		valid: ReadonlyArray<{ item: Item; validated: T }>,
		batch: Batch,
	): Promise<ReadonlyMap<number, Error>>;
	/** Called when all items are done, however they went. Never throws. */
	conclude?(batch: Batch): void;
	/** Does it for one item. @throws GatewayFailed, Stopped */
	execute(item: Item, validated: T): Promise<INodeExecutionData>;
}
