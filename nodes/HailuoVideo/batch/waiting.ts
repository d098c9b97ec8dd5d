/** What it takes to wait for a video, in one process or with the execution parked. Types only. */
import type { INodeExecutionData } from 'n8n-workflow';

import type { TaskRef } from '../../shared/task';
import type { Item } from '../item';
import type { Operation } from '../operation';
import type { Completion, OutputParameters, WaitParameters } from '../order/parameters';
import type { NotedOrder } from '../submit/submitOnce';

/** An operation that may wait for videos. */
export interface WaitingOperation<T> extends Operation<T> {
	/** `execute` in two steps, between which the execution may be parked; absent where nothing is waited for. */
	steps?: WaitingSteps<T>;
}

export interface WaitingSteps<T> {
	completionOf(validated: T): Completion;
	/**
	 * Everything up to the point from which on the item waits for its video.
	 * @returns that video, or the row of an item that waits for none
	 * @throws GatewayFailed, Stopped
	 */
	begin(item: Item, validated: T): Promise<AwaitedVideo | { row: INodeExecutionData }>;
}

/** A video that an item waits for: plain data, so that it outlives the process with a parked execution. */
export interface AwaitedVideo {
	task: TaskRef;
	/** Epoch milliseconds at which the task was made, or first heard of. */
	since: number;
	/** Made by this run, so that its time says how long such clips take. */
	fresh: boolean;
	wait: WaitParameters;
	output: OutputParameters;
	/** Where its order is noted; absent for a task that was given. */
	noted?: NotedOrder;
}
