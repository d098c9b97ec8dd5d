/** What all six dialects share in reading replies: tolerant of extra fields, strict about what is used. */
import type { z } from 'zod/v4';

import { GatewayFailed, type ErrorCategory, type ProviderFault } from '../errors';
import { objectOf, parseJson } from '../json';
import { visible } from '../parameters';
import type { TaskError, TaskState, TaskStatus } from '../task';
import type { Reply } from './contract';
import { plainFault, plainStatus, type PlainFault } from './plainWords';

/** A non-empty text out of a string or a number; undefined for everything else. */
export function textOf(value: unknown): string | undefined {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	return text === '' ? undefined : text;
}

/** The word for what a task makes, where it is no video; undefined where it is one, or the gateway does not say. */
export function otherKindOf(type: unknown): string | undefined {
	const kind = textOf(type);
	return kind === undefined || /video/i.test(kind) ? undefined : kind;
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
	if (reply.text.trim() === '') throw unexpectedReply('it is empty', reply);
	const { path } = parsed.error.issues[0];
	const found = path.reduce<unknown>(
		(inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
		reply.json,
	);
	const fault = found === undefined || found === null ? 'is missing' : 'is of another kind';
	throw unexpectedReply(`${path.length > 0 ? `'${path.join('.')}'` : 'it'} ${fault}`, reply);
}

const UNEXPECTED = 'unexpectedReply';

/**
 * The error for an answer that is not of the documented shape.
 * @param what what is missing or of another kind
 * @param reply the answer: what it says in words is passed on
 */
export function unexpectedReply(what: string, reply: Reply): GatewayFailed {
	const said = shorten(complaintIn(reply.json).texts[0] ?? '', 120);
	const says = said === '' ? '' : `. It says: ${said}`;
	return new GatewayFailed({
		category: 'protocol',
		code: UNEXPECTED,
		message: `The reply is not of the documented shape (${what})${says}`,
		retryable: false,
	});
}

/** Names that relays put around what they pass on. */
const ENVELOPES = ['data', 'result', 'response', 'output', 'task'];
const MOST_ENVELOPES = 3;

/**
 * Reads a reply, or what its envelopes hold where it is not of the documented shape by itself: objects, lists of one,
 * and JSON in a text.
 * @throws what `read` throws for the reply as it came
 */
export function readThrough<T>(read: (reply: Reply) => T, reply: Reply): T {
	let inner = reply;
	let first: unknown;
	for (let depth = 0; depth <= MOST_ENVELOPES; depth++) {
		try {
			return read(inner);
		} catch (error) {
			first ??= error;
			const isOther = error instanceof GatewayFailed && error.fault.code === UNEXPECTED;
			const json = isOther ? contentOf(inner.json) : undefined;
			if (json === undefined) break;
			inner = { ...inner, json };
		}
	}
	throw first;
}

function contentOf(json: unknown): unknown {
	const outer = objectOf(json);
	const held = Array.isArray(json)
		? json.slice(0, 1)
		: hasError(outer.error)
			? []
			: ENVELOPES.map((name) => outer[name]);
	return held
		.map((one) => (typeof one === 'string' ? parseJson(one) : one))
		.find((one) => typeof one === 'object' && one !== null);
}

/** The error for an envelope of success with nothing in it: relays answer so when they know no such task. */
export function emptyEnvelope(): GatewayFailed {
	return new GatewayFailed({
		category: 'notFound',
		code: 'noData',
		message: 'The gateway has nothing about this task',
		retryable: false,
	});
}

/** The error for a link that n8n does not follow. */
export function badLink(message: string): GatewayFailed {
	return new GatewayFailed({ category: 'protocol', code: 'badLink', message, retryable: false });
}

/**
 * The gateway's own status word in the words of all gateways: by its own table, then by what is plain everywhere; a
 * word nobody knows means "not finished yet".
 */
export function statusOf(
	word: string | undefined,
	words: Readonly<Record<string, TaskStatus>>,
): TaskStatus {
	const known = word?.trim().toLowerCase() ?? '';
	if (Object.hasOwn(words, known)) return words[known];
	// new-api, too, goes on waiting at a word it does not know (providers.md 1.1)
	return plainStatus(word ?? '') ?? 'processing';
}

/** An ID of a task or a file; gateways write 0, null or nothing for one that is not there yet. */
export function idOf(value: unknown): string | undefined {
	const id = textOf(value);
	return id === undefined || /^(?:0+|-1|null|none|undefined|nil)$/i.test(id) ? undefined : id;
}

/** Whether a field `error` says something. */
export function hasError(value: unknown): boolean {
	return textOf(value) !== undefined || Object.keys(objectOf(value)).length > 0;
}

/** Names that a link to a video stands under, by what they say. */
const LINK_KEYS = [
	'video_url',
	'videoUrl',
	'download_url',
	'result_url',
	'output_url',
	'media_url',
	'file_url',
	'url',
	'video',
	'uri',
];

/**
 * The first text under a name of a link, in an object, a list of them or a bare text; undefined when there is none.
 * Gateways give `outputs` as texts, as objects, or as one of either.
 */
export function linkIn(value: unknown, depth = 0): string | undefined {
	if (typeof value === 'string') return isLink(value) ? bareLink(value) : undefined;
	if (typeof value !== 'object' || value === null || depth > 3) return undefined;
	if (Array.isArray(value)) {
		const found = value.slice(0, 10).flatMap((one) => linkIn(one, depth + 1) ?? []);
		// a cover may come first
		return found.find((link) => !STILL.test(link.split(/[?#]/)[0])) ?? found[0];
	}
	const fields = objectOf(value);
	for (const key of LINK_KEYS) {
		const found = linkIn(fields[key], depth + 1);
		if (found !== undefined) return found;
	}
	return undefined;
}

/** Endings of images. */
const STILL = /\.(?:png|jpe?g|webp|gif|avif)$/i;

/** What a finished task's link may stand under besides, from the outside in; never what was sent, or is asked next. */
const LINK_HOLDERS = [
	'file',
	'content',
	'output',
	'outputs',
	'videos',
	'video_urls',
	'result_urls',
	'result',
	'results',
	'task_result',
	'metadata',
	'data',
	'resp_data',
	'response',
	'task',
];

/**
 * The link to a finished video in a reply that has it in none of the places that its gateway documents; undefined when
 * there is none anywhere.
 */
export function linkAnywhereIn(json: unknown): string | undefined {
	const visit = (value: unknown, depth: number): string | undefined => {
		if (depth > MOST_DEPTH) return undefined;
		const inner = typeof value === 'string' && /^\s*[{[]/.test(value) ? parseJson(value) : value;
		const found = linkIn(inner);
		if (found !== undefined || typeof inner !== 'object' || inner === null) return found;
		const parts: unknown[] = Array.isArray(inner)
			? inner.slice(0, 10)
			: LINK_HOLDERS.map((name) => objectOf(inner)[name]);
		for (const part of parts) {
			const deeper = visit(part, depth + 1);
			if (deeper !== undefined) return deeper;
		}
		return undefined;
	};
	return visit(json, 0);
}

/** A link without what stands around it: blanks, quotes, and the `&amp;` of a link that went through HTML. */
function bareLink(text: string): string {
	return visible(text)
		.replace(/^(["'`<])(.*)["'`>]$/s, '$2')
		.replace(/&amp;/g, '&')
		.trim();
}

/** Whether a text can be a link: `https://…`, `//host/…`, `/path`, `host.tld/path`, `path/x.mp4`, or of another scheme. */
export function isLink(text: string): boolean {
	if (text.length > LONGEST_LINK) return false;
	const trimmed = bareLink(text);
	// a file may be named after its prompt
	if (/\s/.test(trimmed)) return /^https?:\/\/[^\s"<>]+(?: [^\s"<>]+)+$/i.test(trimmed);
	if (/^(?:[a-z][a-z\d+.-]*:\S|\/\/?[^/])/i.test(trimmed)) return true;
	const path = trimmed.split(/[?#]/)[0];
	return (
		/^[\w-]+(?:\.[\w-]+)+(?::\d+)?\/./.test(path) ||
		(/^[\w/.-]+$/.test(path) && /\.(?:mp4|mov|webm)$/i.test(path))
	);
}

/** A signed link has some hundred characters. */
const LONGEST_LINK = 8000;

/** HTTP status -> category, the same everywhere (providers.md 1.2). */
function categoryOfStatus(status: number): ErrorCategory {
	if (status === 401 || status === 403) return 'auth';
	if (status === 402) return 'balance';
	// to an address that is none of the gateway's, servers say either
	if (status === 404 || status === 405) return 'notFound';
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

/** Names that a reason stands under, the most telling first; objects and lists under them are looked into. */
const REASON_KEYS = [
	'error',
	'errors',
	'base_resp',
	'provider_error',
	'upstream_error',
	'error_message',
	'errorMessage',
	'error_msg',
	'errorMsg',
	'err_msg',
	'detail',
	'details',
	'status',
	'fail_reason',
	'failReason',
	'failure_reason',
	'failed_reason',
	'fail_msg',
	'status_msg',
	'reason',
	'message',
	'msg',
	'errmsg',
	'data',
	'task',
	'result',
	'output',
	'response',
	'resp_data',
];
/** Those of them that hold what was asked for where all is well. */
const PAYLOADS = ['status', 'data', 'task', 'result', 'output', 'response', 'resp_data'];
const CODE_KEYS = [
	'status_code',
	'statusCode',
	'code',
	'errcode',
	'type',
	'error_code',
	'errorCode',
	'error_type',
	'err_code',
];

/** Names under which validators list what is wrong by the fields of the request. */
const COMPLAINTS_BY_FIELD = ['error', 'errors', 'detail', 'details'];

/** Names beside a complaint that tell nothing of a task. */
const BESIDE = ['success', 'request_id', 'requestId', 'trace_id', 'timestamp', 'path', 'param'];

/** Texts that give no reason. */
const SAYS_NOTHING =
	/^(?:success|succeeded|ok|okay|error|errors?|fail|failed|failure|null|none|undefined|true|false|-?\d+|\{\}|\[\]|失败|错误|成功)[.!]?$/i;

/** For a task that failed without a word. */
const NO_REASON = 'The gateway gave no reason';

/** A reason has a few layers at most; a reply may be made to have many. */
const MOST_DEPTH = 6;
const MOST_FIELDS = 400;

export interface Complaint {
	/** In the order in which they were met. */
	codes: string[];
	texts: string[];
}

/** All codes and reasons in a reply, wherever gateways put them: nested, in lists, and as JSON inside a text. */
export function complaintIn(json: unknown): Complaint {
	const found: Complaint = { codes: [], texts: [] };
	let fields = 0;
	const visit = (value: unknown, key: string, depth: number): void => {
		if (depth > MOST_DEPTH || ++fields > MOST_FIELDS) return;
		if (Array.isArray(value)) {
			for (const one of value.slice(0, 10)) visit(one, key, depth + 1);
			return;
		}
		if (typeof value === 'string' || typeof value === 'number') {
			visitText(String(value).trim(), key, depth);
			return;
		}
		const object = objectOf(value);
		for (const name of CODE_KEYS) addCode(found, object[name]);
		const before = found.texts.length;
		for (const name of REASON_KEYS)
			if (Object.hasOwn(object, name)) visit(object[name], name, depth + 1);
		const place = placeOf(object);
		const said = found.texts[before];
		if (place !== undefined && said !== undefined && !said.includes(place))
			found.texts[before] = `${place}: ${said}`;
		// `errors: { duration: ["must be 6 or 10"] }`
		if (!COMPLAINTS_BY_FIELD.includes(key)) return;
		for (const [name, list] of Object.entries(object).slice(0, 10))
			if (Array.isArray(list) && typeof list[0] === 'string' && !REASON_KEYS.includes(name))
				found.texts.push(`${name}: ${list[0]}`);
	};
	const visitText = (text: string, key: string, depth: number): void => {
		// the status word of a task is no reason
		if (key === 'status' || text === '' || SAYS_NOTHING.test(text)) return;
		const inner = /^["{[]/.test(text) ? parseJson(text) : undefined;
		if (typeof inner === 'string' || (typeof inner === 'object' && inner !== null)) {
			visit(inner, key, depth + 1);
			return;
		}
		// answers that are passed on stand behind some words: `upstream: {"error":…}`
		const start = text.indexOf('{"');
		if (start > 0) visit(parseJson(text.slice(start)), key, depth + 1);
		// whole outputs and links are no reasons
		if (PAYLOADS.includes(key)) return;
		if (key === 'error' && /^[a-z]+(?:_[a-z]+)+$/i.test(text)) found.codes.push(text);
		found.texts.push(text);
	};
	visit(json, '', 0);
	// a code in a text: `input new_sensitive (1026)`, `status_code: 1026`
	for (const text of found.texts)
		for (const match of text
			.slice(0, 1000)
			.matchAll(
				/[(（[](\d{3,6})[)）\]]|\b(?:status_?code|error_?code|code|错误码)["'\s:=：]{1,4}(\d{3,6})\b/gi,
			))
			found.codes.push(match[1] ?? match[2]);
	return found;
}

/** The parameter that a complaint is about, where it stands beside its words: `loc: ["body", "duration"]`, `param`. */
function placeOf({ loc, field, param }: Record<string, unknown>): string | undefined {
	const path = Array.isArray(loc) ? loc.filter((part) => part !== 'body').join('.') : undefined;
	return textOf(path) ?? textOf(field) ?? textOf(param);
}

function addCode({ codes }: Complaint, value: unknown): void {
	const code = textOf(value);
	if (code !== undefined && !/^(?:0|200|errors?|fail(?:ed|ure)?|success|ok)$/i.test(code))
		codes.push(code);
}

/** The complaint's text, wherever one of the six gateways puts it. */
export function messageOf(json: unknown): string | undefined {
	return complaintIn(json).texts[0];
}

/**
 * Whether a body of any dialect is nothing but a complaint, in the form of some other one: gateways that stand before
 * the documented one have forms of their own.
 */
function isComplaint(body: Record<string, unknown>): boolean {
	const only = Object.entries(body).every(
		([name, value]) =>
			value === null ||
			BESIDE.includes(name) ||
			CODE_KEYS.includes(name) ||
			(REASON_KEYS.includes(name) && !PAYLOADS.includes(name)),
	);
	// the ID of a request is that of the task at SeaArt
	if (!only || (body.request_id !== undefined && body.success !== false)) return false;
	if (body.success === false) return true;
	const found = complaintIn(body);
	const code = Number(found.codes[0]);
	return (
		(code >= 400 && code < 600) || plainFault(found.codes, found.texts.join(' | ')) !== undefined
	);
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
	const body = objectOf(reply.json);
	if (fine && !failedInside(body) && !isComplaint(body)) return undefined;
	const found = complaintIn(reply.json ?? plainTextOf(reply));
	const { code, category: documented } = judgeComplaint(found, codes);
	// a code inside HTTP 200 may be the HTTP code that was meant
	const inner = Number(found.codes[0]);
	const httpLike = fine && inner >= 400 && inner < 600 ? inner : reply.status;
	const plain =
		documented === undefined || documented === 'transient' ? plainOf(found, httpLike) : undefined;
	const category = plain?.category ?? documented ?? categoryOfStatus(httpLike);
	const fault: ProviderFault = {
		category,
		code: code ?? found.codes[0] ?? String(reply.status),
		message: shorten(found.texts[0] ?? '') || `HTTP status ${reply.status}`,
		retryable: isRetryable(category),
		noTask: category === 'rateLimit' || plain?.noTask === true,
	};
	const retryAfterMs = retryAfterOf(reply);
	if (retryAfterMs !== undefined) fault.retryAfterMs = retryAfterMs;
	return fault;
}

/** Whether a text is a page, or another document of tags. */
export function isMarkup(text: string): boolean {
	return /^\s*</.test(text);
}

/** A refusal in plain text, as web servers and proxies write it; undefined for a page. */
function plainTextOf({ status, text }: Reply): string | undefined {
	return status >= 400 && !isMarkup(text) ? text : undefined;
}

/** The first code that the gateway's own table knows. */
function judgeComplaint(
	{ codes: found }: Complaint,
	codes: Readonly<Record<string, ErrorCategory>>,
): { code?: string; category?: ErrorCategory } {
	const known = found.filter((code) => Object.hasOwn(codes, code));
	// "unknown error" beside a code that says more
	const code = known.find((one) => codes[one] !== 'transient') ?? known[0];
	return code === undefined ? {} : { code, category: codes[code] };
}

/** What plain codes and words say of a call; less is believed of a server in trouble. */
function plainOf(found: Complaint, status: number): PlainFault | undefined {
	const plain = plainFault(found.codes, found.texts.join(' | '));
	if (plain === undefined) return undefined;
	// a wrong model, and not a model without a channel at the moment
	if (plain.noTask && plain.category === 'transient' && (status === 400 || status === 404))
		return { category: 'unsupported', noTask: true };
	// only proof lets an order be sent again, and "too many" of somebody behind a server in trouble is none
	if (plain.category === 'rateLimit' && status >= 500 && status !== 503) return undefined;
	// HTTP says what the words leave open
	if (plain.category === 'rateLimit' && [401, 402, 403].includes(status)) return undefined;
	if (plain.category === 'balance' && status === 429) return undefined;
	if (plain.category === 'invalidParameters' && status >= 500) return undefined;
	if (plain.category === 'invalidParameters' && [401, 402, 403, 404, 410, 429].includes(status))
		return undefined;
	if (plain.category === 'notFound' && status >= 500) return undefined;
	if (plain.category === 'unsupported' && (status >= 500 || status === 402 || status === 429))
		return undefined;
	return plain;
}

/**
 * The reason of a failed task. Without a known code and without plain words it counts as passing: a new task may well
 * succeed.
 */
export function taskError(
	code: string | undefined,
	message: string | undefined,
	codes: Readonly<Record<string, ErrorCategory>>,
): TaskError {
	const inner = complaintIn({ error: message });
	const found = {
		codes: [...(code === undefined ? [] : [code]), ...inner.codes],
		texts: inner.texts,
	};
	return taskErrorOf(found, codes, message);
}

/**
 * The same for a whole reply, wherever its reason stands.
 * @param around what the task came in: it counts where the task itself gives no reason
 */
export function taskErrorIn(
	json: unknown,
	codes: Readonly<Record<string, ErrorCategory>>,
	around?: unknown,
): TaskError {
	const error = taskErrorOf(complaintIn(json), codes, undefined);
	return error.message === NO_REASON && around !== undefined
		? taskErrorOf(complaintIn(around), codes, undefined)
		: error;
}

/** Whether a failed task, as far as is known, has said why. */
export function saysWhy({ error }: TaskState): boolean {
	return error !== undefined && error.message !== NO_REASON;
}

function taskErrorOf(
	found: Complaint,
	codes: Readonly<Record<string, ErrorCategory>>,
	message: string | undefined,
): TaskError {
	const { code, category: documented } = judgeComplaint(found, codes);
	const plain =
		documented === undefined || documented === 'transient'
			? plainFault(found.codes, found.texts.join(' | '))?.category
			: undefined;
	// of a task, and not of a call: it was taken, and "too many", a wrong key or an unknown task mean somebody behind the gateway
	const ofOthers = plain === 'rateLimit' || plain === 'notFound' || plain === 'auth';
	const category = (ofOthers ? undefined : plain) ?? documented ?? 'transient';
	return {
		code: code ?? found.codes[0] ?? 'failed',
		category,
		message: shorten(found.texts[0] ?? message ?? '') || NO_REASON,
		retryable: isRetryable(category),
	};
}

/** Milliseconds that `Retry-After` asks for (seconds or a date), against the reply's own Date; at most an hour. */
export function retryAfterOf(reply: Reply): number | undefined {
	const value = reply.headers['retry-after'];
	if (value === undefined) return undefined;
	// "60s", or a list of them, is none of the standard, and plain all the same
	const seconds = Number(/^\s*(\d+(?:\.\d+)?) *(?:s|seconds?)? *(?:,|$)/i.exec(value)?.[1]);
	const until = Date.parse(value) - Date.parse(reply.headers.date ?? '');
	const ms = Number.isFinite(seconds) ? seconds * 1000 : until;
	return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, 3_600_000) : undefined;
}

/** A gateway's words, fit for an error panel: one line, at most 300 characters, or as many as are given. */
export function shorten(text: string, most = 300): string {
	const line = text
		.slice(0, 2000)
		.replace(/\p{Cc}+/gu, ' ')
		.trim();
	return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** The fields of a request body that have a value; order as documented by the gateway. */
export function withoutEmpty<T extends object>(body: T): T {
	return Object.fromEntries(
		Object.entries(body).filter(([, value]) => value !== undefined && value !== ''),
	) as T;
}
