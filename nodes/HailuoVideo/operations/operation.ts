/** What an operation is. */
import type { INodeExecutionData, INodePropertyOptions } from 'n8n-workflow';

import type { Item } from '../item';

export interface Operation<T> {
	/** How the form offers it. */
	option: INodePropertyOptions;
	/**
	 * Reads and checks all parameters of an item, at no cost: it runs for all items before the first is executed.
	 * @throws InputRefused
	 */
	validate(item: Item): Promise<T>;
	/** Does it for one item. @throws GatewayFailed, Stopped */
	execute(item: Item, validated: T): Promise<INodeExecutionData>;
}
