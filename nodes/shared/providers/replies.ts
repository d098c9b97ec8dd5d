/** What all six dialects share in reading replies: tolerant of extra fields, strict about what is used. */
import type { z } from 'zod/v4';

import { GatewayFailed, type ErrorCategory, type ProviderFault } from '../errors';
import { objectOf } from '../json';
import type { TaskError, TaskStatus } from '../task';
import type { Reply } from './contract';

/** A non-empty text out of a string or a number; undefined for everything else. */
export function textOf(value: unknown): string | undefined {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	return text === '' ? undefined : text;
}

/** A positive finite number; gateways write 0 for "not known". */
export function positiveOf(value: unknown): number | undefined {
	const number = typeof value === 'string' ? Number.parseFloat(value) : value;
	return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined;
}

/** A finite number out of a number or a text that is one, negative ones too; undefined for everything else. */
export function numberOf(value: unknown): number | undefined {
	const number =
		typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** ISO time out of unix seconds (0: not yet) or an ISO text; undefined for everything else. */
export function timeOf(value: unknown): string | undefined {
	const time =
		typeof value === 'number' && value > 0
			? new Date(value * 1000)
			: typeof value === 'string'
				? new Date(value)
				: undefined;
	return time === undefined || Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** Parses a reply with a schema. Throws GatewayFailed (`protocol`) that names the first field at odds. */
export function parseReply<T>(schema: z.ZodType<T>, reply: Reply): T {
	const parsed = schema.safeParse(reply.json);
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	const where = issue.path.join('.') || 'the reply';
	throw unexpectedReply(`'${where}': ${issue.message}`);
}

/** The error for an answer that is not of the documented shape. */
export function unexpectedReply(what: string): GatewayFailed {
	return new GatewayFailed({
		category: 'protocol',
		code: 'unexpectedReply',
		message: `The reply is not of the documented shape (${what})`,
		retryable: false,
	});
}

/** The gateway's own status word in the words of all gateways; a word nobody knows means "not finished yet". */
export function statusOf(
	word: string | undefined,
	words: Readonly<Record<string, TaskStatus>>,
): TaskStatus {
	const known = word?.toLowerCase() ?? '';
	// new-api, too, goes on waiting at a word it does not know (providers.md 1.1)
	return Object.hasOwn(words, known) ? words[known] : 'processing';
}

/** HTTP status -> category, the same everywhere (providers.md 1.2). */
function categoryOfStatus(status: number): ErrorCategory {
	if (status === 401 || status === 403) return 'auth';
	if (status === 402) return 'balance';
	if (status === 404) return 'notFound';
	if (status === 410) return 'expired';
	if (status === 429) return 'rateLimit';
	if (status === 408 || status >= 500) return 'transient';
	if (status >= 400) return 'invalidParameters';
	return 'protocol';
}

/** Whether asking again later can help. */
export function isRetryable(category: ErrorCategory): boolean {
	return category === 'rateLimit' || category === 'transient' || category === 'timeout';
}

/** The complaint's text, wherever one of the six gateways puts it. */
export function messageOf(json: unknown): string | undefined {
	const body = objectOf(json);
	const error = objectOf(body.error);
	const texts = [
		error.message,
		body.error,
		objectOf(body.base_resp).status_msg,
		body.detail,
		objectOf(body.status).message,
		body.fail_reason,
		body.message,
	];
	return texts.map(textOf).find((text) => text !== undefined);
}

function codesOf(json: unknown): string[] {
	const body = objectOf(json);
	const error = objectOf(body.error);
	const codes = [
		objectOf(body.base_resp).status_code,
		error.code,
		error.type,
		objectOf(body.status).error_code,
		body.error_type,
		body.code,
		objectOf(body.data).code,
	];
	return codes.map(textOf).filter((code): code is string => code !== undefined && code !== '0');
}

/**
 * The complaint in a reply, for all dialects.
 * @param codes the gateway's own codes -> category, sourced in the provider file
 * @param failedInside whether a body that came with HTTP 2xx holds an error
 */
export function readFault(
	reply: Reply,
	codes: Readonly<Record<string, ErrorCategory>>,
	failedInside: (body: Record<string, unknown>) => boolean,
): ProviderFault | undefined {
	const fine = reply.status >= 200 && reply.status < 300;
	if (fine && !failedInside(objectOf(reply.json))) return undefined;
	const found = codesOf(reply.json);
	const known = found.find((code) => Object.hasOwn(codes, code));
	const httpLike = fine ? Number(found[0]) : reply.status;
	const category = known
		? codes[known]
		: fine && !(httpLike >= 400 && httpLike < 600)
			? 'protocol'
			: categoryOfStatus(httpLike);
	const fault: ProviderFault = {
		category,
		code: known ?? found[0] ?? String(reply.status),
		message: shorten(messageOf(reply.json) ?? '') || `HTTP status ${reply.status}`,
		retryable: isRetryable(category),
		noTask: category === 'rateLimit',
	};
	const retryAfterMs = retryAfterOf(reply);
	if (retryAfterMs !== undefined) fault.retryAfterMs = retryAfterMs;
	return fault;
}

/** The reason of a failed task. Without a known code it counts as passing: a new task may well succeed. */
export function taskError(
	code: string | undefined,
	message: string | undefined,
	codes: Readonly<Record<string, ErrorCategory>>,
): TaskError {
	const category = code !== undefined && Object.hasOwn(codes, code) ? codes[code] : 'transient';
	return {
		code: code ?? 'failed',
		category,
		message: shorten(message ?? '') || 'The gateway gave no reason',
		retryable: isRetryable(category),
	};
}

/** Milliseconds that `Retry-After` asks for (seconds or a date), against the reply's own Date; at most an hour. */
export function retryAfterOf(reply: Reply): number | undefined {
	const value = reply.headers['retry-after'];
	if (value === undefined) return undefined;
	const seconds = Number(value);
	const until = Date.parse(value) - Date.parse(reply.headers.date ?? '');
	const ms = Number.isFinite(seconds) ? seconds * 1000 : until;
	return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, 3_600_000) : undefined;
}

/** A gateway's words, fit for an error panel: one line, at most 300 characters. */
export function shorten(text: string): string {
	const line = text
		.slice(0, 2000)
		.replace(/\p{Cc}+/gu, ' ')
		.trim();
	return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** The fields of a request body that have a value; order as documented by the gateway. */
export function withoutEmpty<T extends object>(body: T): T {
	return Object.fromEntries(
		Object.entries(body).filter(([, value]) => value !== undefined && value !== ''),
	) as T;
}
