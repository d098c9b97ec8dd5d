/** From the node to its operation. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { settle } from '../../shared/async/settle';
import { toNodeError } from '../batch/nodeErrors';
import { runItems } from '../batch/runItems';
import { readOperation } from '../order/parameters';
import { operationOf } from './index';

/** Runs the node's operation for all items. @throws NodeOperationError, NodeApiError */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = await settle(async () => operationOf(readOperation(context)));
	if ('error' in operation || operation.value === undefined)
		throw toNodeError(context.getNode(), 'error' in operation ? operation.error : undefined, {
			itemIndex: 0,
			progress: {},
		});
	return await runItems(context, operation.value);
}
