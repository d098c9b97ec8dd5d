/** The task that all operations but Create start from. */
import { checkEndpoint, checkTaskId } from '../order/checkOrder';
import type { TaskRef } from '../../shared/task';
import type { Item } from '../batch/runItems';

/**
 * Reads and checks Task ID and Endpoint, and keeps them for a row that may go wrong.
 * @throws InputRefused
 */
export function readTask(item: Item): TaskRef {
	const { itemIndex, provider, run } = item;
	const taskId = checkTaskId(run.context.getNodeParameter('taskId', itemIndex, ''));
	const endpoint = checkEndpoint(run.context.getNodeParameter('endpoint', itemIndex, ''), provider);
	item.task = { provider, taskId, ...(endpoint !== undefined && { endpoint }) };
	return item.task;
}
