/**
 * Parks an execution in n8n's database, so that the node is run again later. The only file that leans on the inside of
 * n8n: no public call runs a node again when a wait is over (n8n skips the node and hands its input on). Proven on
 * 1.123 and 2.41; whether it can be done is tested each time, and where it cannot the node waits in place.
 *
 * How: behind the entry of n8n's stack that is being run a second one is put, for the same node and with its input, and
 * the first is left without input. When the wait is over, n8n skips the first and runs the second. A retry "with the
 * currently saved workflow" makes n8n skip the second one, too, and hand its first input on: so that one holds rows that
 * say what happened, and the true input stands behind it until the node is run.
 */
import type {
	IExecuteData,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	IRunData,
	ITaskMetadata,
} from 'n8n-workflow';

import { isObject, objectOf } from '../../shared/json';

/** What n8n keeps of an execution; only as much of it as is used here. */
interface ExecutionInside {
	waitTill?: Date;
	executionData: { nodeExecutionStack: IExecuteData[] };
	resultData: { runData: IRunData };
	parentExecution?: { shouldResume?: boolean };
}

/** Our own mark on an entry of the stack. */
interface Resumed extends ITaskMetadata {
	hailuoRunIndex?: number;
}

/** What a node returns that has parked its execution: n8n keeps it as the output while it waits. */
export const PARKED_OUTPUT: INodeExecutionData[][] = [[]];

/** How a trigger answers whoever called it, where it waits for the result. */
const ANSWERS_AT_THE_END = ['lastNode', 'streaming'];

/**
 * Why this execution cannot be parked, as the end of a sentence; undefined when it can.
 * @param isTool the node runs as a tool of an AI agent
 */
export function obstacleToParking(context: IExecuteFunctions, isTool: boolean): string | undefined {
	if (isTool) return 'an AI agent waits for the answer of its tool';
	const inside = insideOf(context);
	if (!inside || !ownEntry(context)) return 'this version of n8n is built differently inside';
	if (context.getWorkflowSettings().executionOrder !== 'v1')
		return "the workflow runs in n8n's old execution order (Settings, Execution Order)";
	if (!context.getExecutionId() || !context.getWorkflow().id)
		return 'n8n does not save this execution';
	const mode = context.getMode();
	if (mode === 'cli') return 'n8n was started for this one execution only';
	if (mode === 'evaluation') return 'an evaluation needs the result at once';
	const parent = obstacleInParent(context, inside);
	if (parent !== undefined) return parent;
	const trigger = waitingTrigger(context, inside);
	if (trigger !== undefined) return `the trigger '${trigger}' answers its caller with the result`;
	return undefined;
}

/**
 * Parks the execution.
 * @param until epoch milliseconds; n8n is on time for waits from 65 seconds on
 * @param skipped the rows that come out where n8n skips the node instead of running it again
 * @returns whether n8n took it: the node has to return PARKED_OUTPUT then. If not, nothing has changed
 */
export async function park(
	context: IExecuteFunctions,
	until: number,
	runIndex: number,
	skipped: INodeExecutionData[],
): Promise<boolean> {
	const inside = insideOf(context);
	const entry = ownEntry(context);
	if (!inside || !entry) return false;
	const { nodeExecutionStack: stack } = inside.executionData;
	const { node, data } = entry;
	const metadata: Resumed = { ...entry.metadata, hailuoRunIndex: runIndex };
	stack.unshift({ ...entry, data: { ...data, main: [skipped, data.main[0]] }, metadata });
	// n8n disables the node object of the first entry, and other entries may hold the same one
	entry.node = { ...node };
	entry.data = { main: [null] };
	const till = new Date(until);
	await context.putExecutionToWait(till);
	if (inside.waitTill?.getTime() === till.getTime()) return true;
	stack.shift();
	entry.node = node;
	entry.data = data;
	return false;
}

/**
 * Puts the input of a parked run back into its place. Call it before anything is read.
 * @returns the run index that the run had, as n8n may count it as another one; undefined when it was not parked
 */
export function resume(context: IExecuteFunctions): number | undefined {
	const entry = ownEntry(context);
	const { hailuoRunIndex } = (entry?.metadata ?? {}) as Resumed;
	if (!entry || typeof hailuoRunIndex !== 'number') return undefined;
	const { main } = entry.data;
	if (main.length === 2) {
		// with Execute Once the node has a copy of the lists; both are changed in place, because n8n has handed them out
		const [own, kept] = [context.getInputData(0), context.getInputData(1)];
		const replace = (list: INodeExecutionData[], by: readonly INodeExecutionData[]) => {
			list.length = 0;
			for (const item of by) list.push(item);
		};
		replace(own, kept);
		const [first, items] = [main[0] ?? [], main[1] ?? []];
		if (first !== own) replace(first, items);
		main.pop();
		for (const item of own)
			if (isObject(item.pairedItem)) delete (item.pairedItem as { input?: number }).input;
	}
	return hailuoRunIndex;
}

function insideOf(context: IExecuteFunctions): ExecutionInside | undefined {
	const { runExecutionData: inside } = context as unknown as Record<string, unknown>;
	if (!isObject(inside) || !isObject(inside.executionData) || !isObject(inside.resultData))
		return undefined;
	const known =
		Array.isArray(inside.executionData.nodeExecutionStack) &&
		isObject(inside.resultData.runData) &&
		typeof context.putExecutionToWait === 'function';
	return known ? (inside as unknown as ExecutionInside) : undefined;
}

/** The entry of the stack that is being run: n8n's own object, not a copy. */
function ownEntry(context: IExecuteFunctions): IExecuteData | undefined {
	if (typeof context.getExecuteData !== 'function') return undefined;
	const entry: unknown = context.getExecuteData();
	const isCopy = entry !== (context.getExecuteData() as unknown);
	const known =
		!isCopy &&
		isObject(entry) &&
		isObject(entry.node) &&
		(entry.node as Partial<INode>).name === context.getNode().name &&
		isObject(entry.data) &&
		Array.isArray(entry.data.main);
	return known ? (entry as unknown as IExecuteData) : undefined;
}

/** Why a workflow that waits for this one would go on with the wrong data; undefined when it would not. */
function obstacleInParent(context: IExecuteFunctions, inside: ExecutionInside): string | undefined {
	if (inside.parentExecution === undefined || inside.parentExecution.shouldResume === false)
		return undefined;
	// n8n 1.x goes on in the parent with the parent's own items; later lines know isToolExecution
	if (!('isToolExecution' in context))
		return 'n8n 1.x loses the rows of a sub-workflow that was parked';
	// called item by item, the parent goes on with the rows of one call; several items come only with a single call
	const trigger = startedBy(context, inside).find(({ type }) =>
		type.endsWith('.executeWorkflowTrigger'),
	);
	const [first] = inside.resultData.runData[trigger?.name ?? ''] ?? [];
	const called = first?.data?.main?.[0]?.length ?? 0;
	return called > 1
		? undefined
		: 'n8n loses rows where a workflow calls this one item by item, and with a single item that cannot be told';
}

function startedBy(context: IExecuteFunctions, { resultData }: ExecutionInside) {
	return context
		.getParentNodes(context.getNode().name, { includeNodeParameters: true })
		.filter(({ name }) => Object.hasOwn(resultData.runData, name));
}

/** The trigger that started this execution, if its caller gets the result as the answer. */
function waitingTrigger(context: IExecuteFunctions, inside: ExecutionInside): string | undefined {
	return startedBy(context, inside).find(({ type, parameters = {} }) => {
		const { responseMode, options } = parameters;
		const byOption = objectOf(options).responseMode;
		// a chat answers with the last node's result unless it is told otherwise
		const mode = byOption ?? responseMode ?? (type.endsWith('.chatTrigger') ? 'lastNode' : '');
		return ANSWERS_AT_THE_END.includes(String(mode));
	})?.name;
}
