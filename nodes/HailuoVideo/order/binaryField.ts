/** Files of an item, in each of n8n's forms: by the name of a binary field, as a binary object, or inside the JSON. */
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';

import { isObject, objectOf } from '../../shared/json';
import type { BinaryField } from './parameters';

/** Where n8n 2.x puts files when the workflow's binary mode is "combined". */
const FILES_IN_JSON = '_files';

/**
 * The file that a field of the form means.
 * @param field a name, a path into the JSON such as `_files.data`, or the binary object itself
 * @returns undefined when the item has no such file
 */
export function findBinary(
	item: INodeExecutionData | undefined,
	field: BinaryField,
): IBinaryData | undefined {
	if (typeof field !== 'string') return isBinary(field) ? field : alike(item, field);
	const files = objectOf(item?.json[FILES_IN_JSON]);
	const found = [own(item?.binary, field), own(files, field), at(item?.json, field)];
	return found.find(isBinary);
}

/** The names of the files that an item carries. */
export function binaryFieldsOf(item: INodeExecutionData | undefined): string[] {
	return [...Object.keys(item?.binary ?? {}), ...Object.keys(objectOf(item?.json[FILES_IN_JSON]))];
}

/** `{{ $binary.data }}` gives all that n8n knows of a file but its bytes: the file of the item that it describes. */
function alike(
	item: INodeExecutionData | undefined,
	described: Record<string, unknown>,
): IBinaryData | undefined {
	const facts = Object.entries(described);
	if (typeof described.mimeType !== 'string') return undefined;
	const files = { ...objectOf(item?.json[FILES_IN_JSON]), ...item?.binary };
	const found = Object.values(files)
		.filter(isBinary)
		.filter((file) =>
			facts.every(([name, value]) => (file as unknown as Record<string, unknown>)[name] === value),
		);
	// two files that n8n describes alike: which one is meant cannot be told
	return new Set(found.map(({ id, data }) => id ?? data)).size === 1 ? found[0] : undefined;
}

function isBinary(value: unknown): value is IBinaryData {
	if (!isObject(value) || typeof value.mimeType !== 'string') return false;
	return typeof value.id === 'string' || typeof value.data === 'string';
}

function own(object: unknown, key: string): unknown {
	return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}

function at(object: unknown, path: string): unknown {
	return path.split('.').reduce(own, object);
}
