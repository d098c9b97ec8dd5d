/** The operations, by their value in the form. */
import { cancel } from './cancel';
import { create } from './create';
import { download } from './download';
import { getStatus } from './getStatus';
import type { Operation } from './operation';
import { wait } from './wait';

export const operations = { create, getStatus, wait, cancel, download };

/** The operation of that name; undefined when there is none. */
export function operationOf(name: string): Operation<unknown> | undefined {
	return Object.hasOwn(operations, name)
		? (operations[name as keyof typeof operations] as Operation<unknown>)
		: undefined;
}
