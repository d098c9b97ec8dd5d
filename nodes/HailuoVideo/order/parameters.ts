/**
 * The only place that reads parameters of this node. All of an item's parameters are read here, once and typed,
 * before anything is paid: an expression that gives nonsense is refused while it costs nothing.
 */
import type { IExecuteFunctions } from 'n8n-workflow';

import {
	imageRolesOf,
	modes,
	providerIds,
	referenceKinds,
	type Mode,
	type ProviderId,
	type ReferenceKind,
} from '../../shared/catalog/gateways';
import { InputRefused } from '../../shared/errors';
import {
	choice,
	collection,
	describeValue,
	flag,
	isAbsent,
	jsonObject,
	list,
	number,
	readValue,
	text,
	visible,
	word,
	type Reader,
} from '../../shared/parameters';
import { imageLabels, type ImageRole } from './images/labels';

const operationNames = ['create', 'getStatus', 'wait', 'cancel', 'download', 'getBalance'] as const;
export type OperationName = (typeof operationNames)[number];

/** A binary field by its name, or the binary object that an expression like `{{ $binary.data }}` gives. */
export type BinaryField = string | Record<string, unknown>;

/** Where an image, or another file, comes from. */
export type MediaOrigin =
	| { source: 'binary'; field: BinaryField; label: string }
	| { source: 'url'; url: string; label: string };

export interface OutputParameters {
	simplify: boolean;
	/** Undefined: the file is not wanted. */
	file: { field: string; maxBytes: number } | undefined;
}

export type Completion = 'return' | 'wait' | 'pause';

export interface WaitParameters {
	timeoutMs: number;
	/** Milliseconds between two status calls; 0 = adaptive. */
	pollIntervalMs: number;
	onTimeout: 'error' | 'return';
	cancelOnStop: boolean;
}

/** The optional fields of an order; undefined where the user did not touch them. */
export interface OrderOptions {
	promptOptimizer?: boolean;
	fastPretreatment?: boolean;
	watermark?: boolean;
	cameraMovements: string[];
	cameraNotation: 'auto' | 'chinese' | 'english' | 'asWritten';
	seed?: number;
	promptExpansion?: string;
	callbackUrl?: string;
	deduplicationKey?: string;
	resubmitUnknown: boolean;
	/** USD for one run of the node; undefined = no cap. */
	maxSpend?: number;
	/** USD for one clip, for a price that the catalog does not know. */
	pricePerClip?: number;
	dryRun: boolean;
	extraFields: Record<string, unknown>;
}

export interface CreateParameters {
	mode: Mode;
	model: string;
	modelName: string;
	prompt: string;
	images: Array<{ role: ImageRole; origin: MediaOrigin }>;
	references: Array<{ kind: ReferenceKind; origin: MediaOrigin }>;
	aspectRatio: string | undefined;
	/** Empty: the default of model and mode. */
	resolution: string;
	/** Seconds; undefined: the default of model, mode and resolution. */
	duration: number | undefined;
	completion: Completion;
	options: OrderOptions;
	wait: WaitParameters;
	output: OutputParameters;
}

export interface TaskParameters {
	taskId: unknown;
	endpoint: string;
	completion: Completion;
	wait: WaitParameters;
	output: OutputParameters;
}

/** What holds for the whole run; read at the first item. */
export interface BatchParameters {
	/** How many videos may be between submit and delivery; Infinity = no cap. */
	maxInFlight: number;
	/** The user's limit of submits per minute; 0 = none. */
	requestsPerMinute: number;
}

const DEFAULT_TIMEOUT_MINUTES = 30;
const DEFAULT_MAX_FILE_MB = 500;
export const BYTES_PER_MB = 1_000_000;

const name = word();
const url = text(30_000_000);
/** The most characters of a link that is no data URL. */
const LONGEST_LINK = 10_000;
const countOrNone = number({ least: 0, most: 100_000, whole: true });
const price = number({ least: 0.0001, most: 1_000_000, of: 'US dollars' });
const money = number({ least: 0.01, most: 1_000_000, of: 'US dollars' });

/** Names of binary fields are keys of an object: none that means something to JavaScript itself. */
const fieldName = text(200);

const completions = {
	return: 'Return the Task at Once',
	wait: 'Wait for the Video',
	pause: 'Pause Until the Video Is Finished',
};
const modeNames = {
	imageToVideo: 'Image to Video',
	textToVideo: 'Text to Video',
	firstLastFrame: 'First and Last Frame',
	subjectReference: 'Subject Reference',
	referenceToVideo: 'Reference to Video',
};

/** Made once: a schema costs more to make than to use, and a run may have a thousand items. */
const readers = {
	mode: choice(modes, modeNames),
	completion: choice(['return', 'wait', 'pause'] as const, completions),
	completionOfWait: choice(['wait', 'pause'] as const, completions),
	modelName: word(500),
	prompt: text(1_000_000),
	duration: number({
		least: 0,
		most: 600,
		whole: true,
		of: 'seconds',
		units: ['s', 'sec', 'second', 'seconds'],
	}),
	source: choice(['binary', 'url'] as const, { binary: 'Binary File' }),
	referenceKind: choice(referenceKinds),
	cameraMovements: list(name, 15),
	cameraNotation: choice(['auto', 'chinese', 'english', 'asWritten'] as const, {
		auto: 'Automatic',
	}),
	seed: number({ least: -1, most: 4_294_967_295, whole: true }),
	callbackUrl: word(2_000),
	deduplicationKey: word(1_000),
	timeout: number({ least: 0.001, most: 10_080, of: 'minutes' }),
	pollInterval: number({ least: 1, most: 3_600, of: 'seconds', orZero: true }),
	onTimeout: choice(['error', 'return'] as const, {
		error: 'Stop With an Error',
		return: 'Return the Unfinished Task',
	}),
	maxFileSize: number({ least: 0, most: 1_000_000, of: 'megabytes' }),
};

/** Reads parameters of one item. */
class ItemReader {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly itemIndex: number,
	) {}

	/** @throws n8n's own error for an expression that cannot be resolved */
	value(name: string): unknown {
		// n8n throws for a field that is not there unless a default is given; null counts as absent
		return this.context.getNodeParameter(name, this.itemIndex, null);
	}

	read<T, D>(reader: Reader<T>, name: string, label: string, otherwise: D): T | D {
		return readValue(reader, this.value(name), label, otherwise);
	}

	/** The fields of a collection. */
	group(name: string, label: string): FieldReader {
		return new FieldReader(this.read(collection, name, label, {}));
	}
}

/** Reads fields of a collection that was read. */
class FieldReader {
	constructor(private readonly fields: Record<string, unknown>) {}

	read<T, D>(reader: Reader<T>, name: string, label: string, otherwise: D): T | D {
		return readValue(reader, this.fields[name], label, otherwise);
	}

	/**
	 * A field that protects, and must not vanish because an expression finds nothing.
	 * @returns undefined where the user did not add the field
	 * @throws InputRefused also for an absent value
	 */
	readIfAdded<T>(reader: Reader<T>, name: string, label: string): T | undefined {
		if (!Object.hasOwn(this.fields, name)) return undefined;
		const read = this.read(reader, name, label, undefined);
		if (read !== undefined) return read;
		throw new InputRefused(
			label,
			`'${label}' is empty; it has to be ${reader.wanted}`,
			`Enter a value, see what its expression gives for this item, or remove '${label}'.`,
		);
	}
}

/** @throws InputRefused for a gateway that does not exist */
export function readProvider(context: IExecuteFunctions, itemIndex: number): ProviderId {
	const value = context.getNodeParameter('provider', itemIndex, null);
	const id = typeof value === 'string' ? visible(value) : undefined;
	if (providerIds.includes(id as ProviderId)) return id as ProviderId;
	throw new InputRefused(
		'Provider',
		`'Provider' is ${isAbsent(value) ? 'empty' : describeValue(value)}, which is no gateway of this node`,
		`Choose one of ${providerIds.join(', ')}. It cannot be an expression: the credential belongs to it.`,
	);
}

/**
 * Which operation the node runs; the same for all items.
 * @throws InputRefused when it does not exist
 */
export function readOperation(context: IExecuteFunctions): OperationName {
	const value = context.getNodeParameter('operation', 0, null);
	const resource = context.getNodeParameter('resource', 0, null);
	const operations = new Map([
		['video', 'create'],
		['account', 'getBalance'],
	] as const);
	const otherwise = isAbsent(resource) ? 'create' : operations.get(resource as 'video');
	if (otherwise === undefined)
		throw new InputRefused(
			'Resource',
			`'Resource' ${describeValue(resource)} does not exist`,
			'Choose Video or Account. It cannot be an expression.',
		);
	if (isAbsent(value)) return otherwise;
	if (operationNames.includes(value as OperationName)) return value as OperationName;
	throw new InputRefused(
		'Operation',
		`'Operation' ${describeValue(value)} does not exist`,
		'Choose one of the operations in the list.',
	);
}

/** @throws InputRefused */
export function readBatchParameters(context: IExecuteFunctions): BatchParameters {
	const batching = new ItemReader(context, 0).group('batching', 'Batching');
	const maxInFlight = batching.read(countOrNone, 'maxInFlight', 'Max Concurrent Videos', 0);
	return {
		maxInFlight: maxInFlight === 0 ? Number.POSITIVE_INFINITY : maxInFlight,
		requestsPerMinute: batching.read(countOrNone, 'requestsPerMinute', 'Max Submits per Minute', 0),
	};
}

/**
 * Everything that Create needs of one item. What is not shown for the chosen mode is not read.
 * @throws InputRefused that names the parameter
 */
export function readCreateParameters(
	context: IExecuteFunctions,
	itemIndex: number,
): CreateParameters {
	const item = new ItemReader(context, itemIndex);
	const mode = item.read(readers.mode, 'mode', 'Mode', undefined);
	if (mode === undefined)
		throw new InputRefused('Mode', "'Mode' is empty", `Choose one of ${modes.join(', ')}.`);
	const completion = item.read(readers.completion, 'completion', 'Completion', 'wait' as const);
	return {
		mode,
		model: item.read(name, 'model', 'Model', ''),
		modelName: item.read(readers.modelName, 'modelName', 'Model Name', ''),
		prompt: item.read(readers.prompt, 'prompt', 'Prompt', ''),
		images: (imageRolesOf[mode] ?? []).map((role) => ({
			role,
			origin: readImageOrigin(item, role),
		})),
		references: mode === 'referenceToVideo' ? readReferences(item) : [],
		aspectRatio: item.read(name, 'aspectRatio', 'Aspect Ratio', undefined),
		resolution: item.read(name, 'resolution', 'Resolution', ''),
		duration: item.read(readers.duration, 'duration', 'Duration', undefined),
		completion,
		options: readOptions(item),
		wait: readWait(item),
		output: readOutput(item, completion !== 'return'),
	};
}

/**
 * Everything that the operations on an existing task need of one item.
 * @param fileByDefault whether the file is fetched where the form has no switch for it
 * @throws InputRefused that names the parameter
 */
export function readTaskParameters(
	context: IExecuteFunctions,
	itemIndex: number,
	operation: OperationName,
): TaskParameters {
	const item = new ItemReader(context, itemIndex);
	const waits = operation === 'wait';
	const fetches = waits || operation === 'getStatus' || operation === 'download';
	return {
		taskId: item.value('taskId'),
		endpoint: item.read(name, 'endpoint', 'Endpoint', ''),
		completion: waits
			? item.read(readers.completionOfWait, 'completion', 'Completion', 'wait' as const)
			: 'return',
		wait: waits ? readWait(item) : readWaitFields(new FieldReader({})),
		output: readOutput(item, fetches, operation === 'download', operation !== 'getStatus'),
	};
}

/** @throws InputRefused when it is neither true nor false */
export function readSimplify(context: IExecuteFunctions, itemIndex: number): boolean {
	return new ItemReader(context, itemIndex).read(flag, 'simplify', 'Simplify', true);
}

function readImageOrigin(item: ItemReader, role: ImageRole): MediaOrigin {
	const label = imageLabels[role];
	const source = item.read(readers.source, `${role}Source`, `${label} Source`, 'binary' as const);
	if (source === 'url')
		return { source, label, url: mediaUrl(item.read(url, `${role}Url`, `${label} URL`, '')) };
	const field = readBinaryField(item.value(`${role}BinaryProperty`), `${label} Binary Field`);
	return { source, label, field };
}

/** A data URL may have millions of characters, and is judged where it is read. */
function mediaUrl(written: string): string {
	return written.length > LONGEST_LINK ? written.trim() : visible(written);
}

function readBinaryField(value: unknown, label: string): BinaryField {
	// the object itself, as n8n's own assertBinaryData takes it
	if (typeof value === 'object' && value !== null && 'mimeType' in value)
		return value as Record<string, unknown>;
	return readValue(fieldName, value, label, 'data').trim();
}

function readReferences(item: ItemReader): CreateParameters['references'] {
	const group = item.read(collection, 'references', 'References', {});
	const entries = Object.values(group).flatMap((value) => (Array.isArray(value) ? value : [value]));
	return entries.map((entry, index) => {
		const label = `Reference ${index + 1}`;
		const values: Record<string, unknown> = readValue(collection, entry, label, {});
		const fields = new FieldReader(values);
		const kind = fields.read(readers.referenceKind, 'kind', `${label}: Kind`, 'image' as const);
		// no source: the form asks only for a link, where the gateway takes nothing else of this kind
		const otherwise = isAbsent(values.url) ? ('binary' as const) : ('url' as const);
		const source = fields.read(readers.source, 'source', `${label}: Source`, otherwise);
		const origin: MediaOrigin =
			source === 'url'
				? { source, label, url: mediaUrl(fields.read(url, 'url', `${label}: URL`, '')) }
				: {
						source,
						label,
						field: readBinaryField(values.binaryProperty, `${label}: Binary Field`),
					};
		return { kind, origin };
	});
}

function readOptions(item: ItemReader): OrderOptions {
	const options = item.group('options', 'Options');
	const optional = <T>(reader: Reader<T>, name: string, label: string) =>
		options.read(reader, name, label, undefined);
	return {
		promptOptimizer: optional(flag, 'promptOptimizer', 'Prompt Optimizer'),
		fastPretreatment: optional(flag, 'fastPretreatment', 'Fast Pretreatment'),
		watermark: optional(flag, 'watermark', 'Watermark'),
		cameraMovements: options.read(
			readers.cameraMovements,
			'cameraMovements',
			'Camera Movements',
			[],
		),
		cameraNotation: options.read(
			readers.cameraNotation,
			'cameraNotation',
			'Camera Notation',
			'auto' as const,
		),
		seed: optional(readers.seed, 'seed', 'Seed'),
		promptExpansion: optional(name, 'promptExpansion', 'Prompt Expansion'),
		callbackUrl: optional(readers.callbackUrl, 'callbackUrl', 'Callback URL'),
		deduplicationKey: optional(readers.deduplicationKey, 'deduplicationKey', 'Deduplication Key')
			// file names of a Mac write é as two signs, those of other systems as one
			?.normalize('NFC'),
		resubmitUnknown: options.read(flag, 'resubmitUnknown', 'Resend if Outcome Unknown', false),
		maxSpend: options.readIfAdded(money, 'maxSpend', 'Max Spend (USD)'),
		pricePerClip: optional(price, 'pricePerClip', 'Price per Clip (USD)'),
		dryRun: options.read(flag, 'dryRun', 'Dry Run', false),
		extraFields: options.read(jsonObject, 'extraFields', 'Extra Fields (JSON)', {}),
	};
}

function readWait(item: ItemReader): WaitParameters {
	return readWaitFields(item.group('waitOptions', 'Wait Options'));
}

function readWaitFields(options: FieldReader): WaitParameters {
	const minutes = options.read(readers.timeout, 'timeout', 'Timeout', DEFAULT_TIMEOUT_MINUTES);
	const seconds = options.read(readers.pollInterval, 'pollInterval', 'Poll Interval', 0);
	return {
		timeoutMs: minutes * 60_000,
		pollIntervalMs: seconds * 1000,
		onTimeout: options.read(readers.onTimeout, 'onTimeout', 'On Timeout', 'error' as const),
		cancelOnStop: options.read(flag, 'cancelOnStop', 'Cancel on Stop', false),
	};
}

/**
 * @param fetches whether the operation can write a file at all
 * @param always whether it always does
 * @param byDefault whether it does where the user left the switch alone
 */
function readOutput(
	item: ItemReader,
	fetches: boolean,
	always = false,
	byDefault = true,
): OutputParameters {
	const simplify = item.read(flag, 'simplify', 'Simplify', true);
	const wanted =
		fetches && (always || item.read(flag, 'downloadVideo', 'Download Video', byDefault));
	if (!wanted) return { simplify, file: undefined };
	const field = item.read(fieldName, 'binaryPropertyName', 'Put Video in Field', 'data').trim();
	if (field === '__proto__')
		throw new InputRefused(
			'Put Video in Field',
			"'Put Video in Field' is '__proto__', which cannot be the name of a field",
			'Choose another name, e.g. data.',
		);
	const megabytes = item
		.group('downloadOptions', 'Download Options')
		.read(readers.maxFileSize, 'maxSize', 'Max File Size (MB)', DEFAULT_MAX_FILE_MB);
	return { simplify, file: { field, maxBytes: megabytes * BYTES_PER_MB } };
}
