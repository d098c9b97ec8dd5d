/** The operations, by their value in the form. */
import type { WaitingOperation } from '../batch/waiting';
import { cancel } from './cancel';
import { create } from './create';
import { download } from './download';
import { getBalance } from './getBalance';
import { getStatus } from './getStatus';
import { wait } from './wait';

const operations = { create, getStatus, wait, cancel, download, getBalance };

/** The operation of that name; undefined when there is none. */
export function operationOf(name: string): WaitingOperation<unknown> | undefined {
	return Object.hasOwn(operations, name)
		? (operations[name as keyof typeof operations] as WaitingOperation<unknown>)
		: undefined;
}
