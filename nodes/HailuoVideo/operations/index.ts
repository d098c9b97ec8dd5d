/** The operations, by their value in the form. */
import type { Prepare } from '../batch/runItems';
import * as cancel from './cancel';
import * as create from './create';
import * as download from './download';
import * as getStatus from './getStatus';
import * as wait from './wait';

export const operations = { create, getStatus, wait, cancel, download };

/** The operation of that name; undefined when there is none. */
export function operationOf(name: string): Prepare | undefined {
	return Object.hasOwn(operations, name)
		? operations[name as keyof typeof operations].prepare
		: undefined;
}
