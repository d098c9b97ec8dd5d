/** The only place that reads parameters of this node: typed, once per message. */
import type { IWebhookFunctions } from 'n8n-workflow';

import { isObject } from '../shared/json';
import {
	choice,
	flag,
	isAbsent,
	list,
	PRESSED_OBJECT,
	readValue,
	text,
} from '../shared/parameters';
import { providers } from '../shared/providers';
import type { Provider } from '../shared/providers/contract';

const triggerEvents = ['succeeded', 'failed', 'processing'] as const;
/** The events of the form. */
export type TriggerEvent = (typeof triggerEvents)[number];

export interface TriggerParameters {
	/** What starts the workflow. */
	events: TriggerEvent[];
	/** Whether the gateway is asked before the workflow starts. */
	confirm: boolean;
	/** The output field of the video file; undefined: the file is not wanted. */
	field: string | undefined;
	simplify: boolean;
}

/**
 * The secret that a message has to carry in its URL.
 * @returns '' when the user wants none; undefined when the option is there but gives no text: such a trigger has to
 * refuse everybody, because an expression that gives nothing must not open it
 */
export function readToken(context: IWebhookFunctions): string | undefined {
	const written: unknown = context.getNode().parameters.options;
	try {
		const options = context.getNodeParameter('options', {}) as unknown;
		if (!isObject(options)) return undefined;
		const wanted = 'callbackToken' in options || (isObject(written) && 'callbackToken' in written);
		if (!wanted) return '';
		const token = options.callbackToken;
		return typeof token === 'string' && saysSomething(token) ? token : undefined;
	} catch {
		return undefined;
	}
}

/** Not what JavaScript makes of nothing or of an object in a text: everybody could guess that. */
function saysSomething(token: string): boolean {
	const nothings = ['undefined', 'null', 'NaN'];
	return !isAbsent(token) && !nothings.includes(token.trim()) && !token.includes(PRESSED_OBJECT);
}

/** The gateway that is to call; undefined when there is none of that name. */
export function readProvider(context: IWebhookFunctions): Provider | undefined {
	const id: unknown = context.getNodeParameter('provider', null);
	return typeof id === 'string' && Object.hasOwn(providers, id)
		? providers[id as keyof typeof providers]
		: undefined;
}

/** Made once: a schema costs more to make than to use. */
const eventNames = list(choice(triggerEvents));
const fieldName = text(200);

/** @throws InputRefused when an expression gives what a parameter cannot be */
export function readParameters(context: IWebhookFunctions): TriggerParameters {
	// n8n throws for a field that is not shown unless a default is given; null counts as absent
	const parameter = (name: string): unknown => context.getNodeParameter(name, null);
	const wantsFile = readValue(flag, parameter('downloadVideo'), 'Download Video', false);
	return {
		events: readValue(eventNames, parameter('events'), 'Events', ['succeeded', 'failed']),
		confirm: readValue(flag, parameter('confirmWithProvider'), 'Confirm With Provider', true),
		field: wantsFile
			? readValue(fieldName, parameter('binaryPropertyName'), 'Put Video in Field', 'data')
			: undefined,
		simplify: readValue(flag, parameter('simplify'), 'Simplify', true),
	};
}
