/** The operations, by their value in the form. */
import type { WaitingOperation } from '../batch/waiting';
import { cancel } from './cancel';
import { create } from './create';
import { download } from './download';
import { getBalance } from './getBalance';
import { getStatus } from './getStatus';
import { wait } from './wait';

/** Those of the resource Video, in the order of the form. */
export const operations = { create, getStatus, wait, cancel, download };

const all = { ...operations, getBalance };

/** The operation of that name; undefined when there is none. */
export function operationOf(name: string): WaitingOperation<unknown> | undefined {
	return Object.hasOwn(all, name)
		? (all[name as keyof typeof all] as WaitingOperation<unknown>)
		: undefined;
}
