/**
 * The one error vocabulary of the package (docs/usage.md). Plain values and classes, no n8n: the rim
 * (nodes/HailuoVideo/batch/nodeErrors.ts) turns them into NodeApiError / NodeOperationError.
 */

import type { Reply } from './reply';

/** What kind of trouble it is, the same words for all gateways. */
export const errorCategories = [
	'auth',
	'balance',
	'spendLimit',
	'rateLimit',
	'invalidParameters',
	'contentPolicy',
	'notFound',
	'expired',
	'transient',
	'timeout',
	'unknownOutcome',
	'protocol',
	'unsupported',
] as const;
export type ErrorCategory = (typeof errorCategories)[number];

/** A gateway's complaint, translated. `code` is the gateway's own word or number, always as text. */
export interface ProviderFault {
	category: ErrorCategory;
	code: string;
	message: string;
	/** Asking again later can help. Says nothing about submits: those are repeated only on `noTask`. */
	retryable: boolean;
	/** The answer proves that no task was made, so that a submit may be sent again without paying twice. */
	noTask?: boolean;
	/** How long the gateway asks to wait, in milliseconds. */
	retryAfterMs?: number;
}

/**
 * A value that must not be sent: found before any request, so nothing was paid.
 * `parameter` is the display name of the field (or of two fields, "Resolution and Duration").
 */
export class InputRefused extends Error {
	constructor(
		readonly parameter: string,
		message: string,
		readonly description: string,
		readonly category: ErrorCategory = 'invalidParameters',
	) {
		super(message);
		this.name = 'InputRefused';
	}
}

/** A gateway answered with a fault, or did not answer: carries the vocabulary's category and what to do next. */
export class GatewayFailed extends Error {
	constructor(
		readonly fault: ProviderFault,
		readonly httpStatus?: number,
		/** The answer that holds the fault, where there was one: it may name a task all the same. */
		readonly reply?: Reply,
	) {
		super(fault.message);
		this.name = 'GatewayFailed';
	}
}

/** What a row says of anything that was thrown, in the words of all gateways. */
export function failureOf(
	error: unknown,
): Pick<ProviderFault, 'code' | 'category' | 'message' | 'retryable'> {
	if (error instanceof GatewayFailed) {
		const { category, code, message, retryable } = error.fault;
		return { code, category, message, retryable };
	}
	const { message } = error instanceof Error ? error : new Error(String(error));
	return error instanceof InputRefused
		? { code: 'refused', category: error.category, message, retryable: false }
		: { code: 'unexpected', category: 'protocol', message, retryable: false };
}
