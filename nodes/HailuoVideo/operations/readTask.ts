/** The task that all operations but Create start from. */
import { checkEndpoint, checkTaskId } from '../order/checkOrder';
import { readTaskParameters, type OperationName, type TaskParameters } from '../order/parameters';
import type { TaskRef } from '../../shared/task';
import type { Item } from '../item';

export interface ExistingTask {
	task: TaskRef;
	parameters: TaskParameters;
}

/**
 * Reads and checks Task ID, Endpoint and all else, and keeps the task for a row that may go wrong.
 * @throws InputRefused
 */
export function readTask(item: Item, operation: OperationName): ExistingTask {
	const { batch, itemIndex, progress, provider } = item;
	const parameters = readTaskParameters(batch.context, itemIndex, operation);
	const taskId = checkTaskId(parameters.taskId);
	const endpoint = checkEndpoint(parameters.endpoint, provider, item.client.provider.endpoints);
	const task = { provider, taskId, ...(endpoint !== undefined && { endpoint }) };
	progress.task = task;
	return { task, parameters };
}
