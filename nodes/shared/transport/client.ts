/** The only place that talks HTTP to a gateway. The key is added by the credential and never seen here. */
import type { IExecuteFunctions, IHttpRequestOptions, IWebhookFunctions } from 'n8n-workflow';

import { jsonBody, multipartBody, type Body } from './body';
import { Stopped, type Clock } from '../async/clock';
import { rateLimitOf } from '../async/retry';
import { checkedKey, cleanBaseUrl } from '../auth/schemes';
import { digestOf } from '../digest';
import { GatewayFailed, type ProviderFault } from '../errors';
import { isObject, parseJson } from '../json';
import type { HttpCall, Provider, Reply } from '../providers/contract';
import { isMarkup, shorten } from '../providers/replies';
import { accountLimitsOf, type AccountLimits } from './account';
import { redactor } from './redact';
import { isStream, readUpTo } from './stream';
import { settle } from '../async/settle';

/** A gateway with its key and address: what one item talks to. */
export interface ProviderClient {
	provider: Provider;
	/** Without a trailing slash. */
	baseUrl: string;
	/** Tells one account from another without giving its key away: gateway, address, credential and a digest of the key. */
	account: string;
	/** Credential and address without the key: stays the same when the key is renewed. */
	credential: string;
	/** What all tasks of the account share in this process. */
	limits: AccountLimits;
	/**
	 * Sends one call, once. Throws GatewayFailed when the gateway complains or does not answer (its fault says
	 * whether the call can have had an effect), Stopped when the execution ends.
	 */
	call(call: HttpCall): Promise<Reply>;
	/**
	 * The same for a call that changes nothing: shares a ceiling with all others of the account, and holds back with
	 * them when the gateway wants no more. A gateway that wants no request before `until` (epoch milliseconds) is not
	 * waited for.
	 */
	read(call: HttpCall, until?: number): Promise<Reply>;
	/**
	 * The same, but Stop does not cut it: for a submit, whose answer holds the id of what was paid, and for what is
	 * left to do after Stop. n8n aborts authenticated calls by itself.
	 */
	callThroughStop(call: HttpCall, timeoutMs?: number): Promise<Reply>;
}

/** An executing node, or a trigger that was called. */
export type HttpContext = IExecuteFunctions | IWebhookFunctions;

/** Stop's signal; a trigger has none. */
const stopOf = (context: HttpContext) =>
	'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;

/** What n8n's helper gives with `returnFullResponse`. */
interface HttpAnswer {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** A larger reply, unpacked, is none of a gateway: the largest documented ones have some kilobytes. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024;
/** What is kept of a reply that is too large, to tell what it is. */
const HEAD_BYTES = 2_000;

/** Milliseconds without an answer until a call is given up. */
const READ_TIMEOUT_MS = 60_000;
/** Submits carry images and are never repeated on a timeout, so they get longer. */
const WRITE_TIMEOUT_MS = 180_000;

export interface ClientOptions {
	/** The item whose expressions the credential's values are resolved with. */
	itemIndex?: number;
	clock: Clock;
	/** Ends waiting reads. */
	signal?: AbortSignal;
}

/**
 * The client of one item: its gateway with the credential's own values for that item, opened with its account.
 * @throws InputRefused when the credential has no key or an unusable Base URL
 */
export async function openClient(
	context: HttpContext,
	provider: Provider,
	{ itemIndex = 0, clock, signal }: ClientOptions,
): Promise<ProviderClient> {
	const values = await (context as IExecuteFunctions).getCredentials(
		provider.credential,
		itemIndex,
	);
	const baseUrl = cleanBaseUrl(values.baseUrl);
	const key = checkedKey(values.apiKey);

	const { id = '', name = '' } = context.getNode().credentials?.[provider.credential] ?? {};
	const credential = [provider.id, id, baseUrl].join(' ');
	const account = `${provider.id} ${digestOf([credential, key])}`;
	const limits = accountLimitsOf(account, clock);
	const hide = redactor(key);
	type Send = (request: IHttpRequestOptions) => Promise<unknown>;
	// n8n would resolve the credential anew for the first item: an expression in it holds per item
	const credentialsDecrypted = { id: id ?? '', name, type: provider.credential, data: values };
	const send: Send = async (request) =>
		await context.helpers.httpRequestWithAuthentication.call(
			context,
			provider.credential,
			request,
			{ credentialsDecrypted },
		);
	const sendUnbound: Send = async (request) =>
		await context.helpers.httpRequest(await provider.sign(values, request));

	const exchange = async (call: HttpCall, by: Send, timeout: number): Promise<Reply> => {
		const once = async (buffered: boolean) => {
			const prepared = await settle(async () => await bodyOf(call, buffered));
			if ('error' in prepared) throw new GatewayFailed(UNREADABLE_PICTURE);
			const body = prepared.value;
			const request = requestOf(baseUrl, call, body, timeout);
			const outcome = await settle(
				async () => await readAnswer((await by(request)) as HttpAnswer, timeout),
			);
			body?.close();
			if ('value' in outcome) return outcome;
			if (by === send && stopOf(context)?.aborted) throw new Stopped();
			if (body?.readFailed()) throw new GatewayFailed(UNREADABLE_PICTURE);
			const fault = networkFault(outcome.error);
			return { fault: body?.fullySent() === false ? { ...fault, noTask: true } : fault };
		};
		let outcome = await once(false);
		// who hangs up on a stream may have said why: that is heard when the rest is not written behind it
		if ('fault' in outcome && outcome.fault.noTask && HUNG_UP.includes(outcome.fault.code))
			outcome = await once(true);
		if ('fault' in outcome) throw new GatewayFailed(outcome.fault);
		const { tooLarge, ...answer } = outcome.value;
		const reply = replyOf(answer, hide);
		const fault =
			redirect(reply, baseUrl) ??
			unreachedBehindProxy(reply) ??
			refusalPage(reply) ??
			provider.fault(reply) ??
			unreadable(reply, tooLarge);
		if (fault) throw new GatewayFailed(fault, reply.status, reply);
		return reply;
	};

	return {
		provider,
		baseUrl,
		account,
		credential,
		limits,
		call: async (call) => await exchange(call, send, WRITE_TIMEOUT_MS),
		read: async (call, until) =>
			await limits.reads.run(
				async () => await limits.readLimit(async () => await exchange(call, send, READ_TIMEOUT_MS)),
				rateLimitOf,
				signal,
				0,
				until,
			),
		callThroughStop: async (call, timeoutMs = WRITE_TIMEOUT_MS) =>
			await exchange(call, sendUnbound, timeoutMs),
	};
}

async function bodyOf(
	{ body, inline, file }: HttpCall,
	buffered: boolean,
): Promise<Body | undefined> {
	if (file) return await multipartBody(file, buffered);
	return body && (await jsonBody(body, inline, buffered));
}

function requestOf(
	baseUrl: string,
	call: HttpCall,
	body: Body | undefined,
	timeout: number,
): IHttpRequestOptions {
	const query = call.query ? `?${new URLSearchParams(call.query).toString()}` : '';
	const request: IHttpRequestOptions = {
		method: call.method,
		url: `${baseUrl}${call.path}${query}`,
		headers: { Accept: 'application/json', ...call.headers },
		returnFullResponse: true,
		// every answer is judged in one place, the provider's fault()
		ignoreHttpStatusErrors: true,
		// a redirect could carry the key elsewhere or repeat a paid call
		disableFollowRedirect: true,
		// bytes, not parsed JSON: ids beyond 2^53 have to stay exact; read here, because n8n sets no limit to a reply
		encoding: 'stream',
		timeout,
	};
	if (body) {
		request.body = body.content as IHttpRequestOptions['body'];
		request.headers = { ...body.headers, ...request.headers };
	}
	return request;
}

/** An answer whose body was read, as far as it is taken. */
interface ReadAnswer {
	statusCode: number;
	headers: Record<string, unknown>;
	bytes: Buffer;
	/** There was more of it. */
	tooLarge: boolean;
}

/**
 * Reads the body of an answer, unpacked, up to {@link MAX_REPLY_BYTES}.
 * @param timeoutMs how long it may take
 * @throws what the stream throws
 */
async function readAnswer(
	{ statusCode, headers, body }: HttpAnswer,
	timeoutMs: number,
): Promise<ReadAnswer> {
	const whole = isStream(body) ? await readUpTo(body, MAX_REPLY_BYTES, timeoutMs) : bytesOf(body);
	const tooLarge = whole.length > MAX_REPLY_BYTES;
	return { statusCode, headers, bytes: tooLarge ? whole.subarray(0, HEAD_BYTES) : whole, tooLarge };
}

/** The body as bytes, where n8n has read it already. */
function bytesOf(body: unknown): Buffer {
	if (body instanceof ArrayBuffer) return Buffer.from(body);
	if (Buffer.isBuffer(body)) return body;
	return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? ''));
}

function replyOf(
	{ statusCode, headers, bytes }: Omit<ReadAnswer, 'tooLarge'>,
	hide: (text: string) => string,
): Reply {
	const text = hide(bytes.toString('utf8'));
	const named = Object.entries(headers ?? {}).map(
		([name, value]) => [name.toLowerCase(), String(value)] as const,
	);
	return {
		status: statusCode,
		headers: Object.fromEntries(named),
		text,
		// a byte order mark is no JSON
		json: parseJson(text.replace(/^\ufeff/, '')),
	};
}

/** An address that leads on: the key does not go along, and a paid call is not repeated. */
function redirect({ status, headers }: Reply, baseUrl: string): ProviderFault | undefined {
	const { location = '' } = headers;
	const leads = status >= 300 && status < 400 && location !== '';
	if (!leads || !URL.canParse(location, baseUrl)) return undefined;
	return {
		category: 'protocol',
		code: String(status),
		message: `The address in 'Base URL' leads on to ${new URL(location, baseUrl).origin} (HTTP status ${status}), which is not followed`,
		retryable: false,
		noTask: true,
	};
}

/**
 * Cloudflare's own statuses for an origin that it could not connect to: refused, without a route, no TLS, a wrong
 * certificate (developers.cloudflare.com, "Cloudflare 5xx errors"). Not 520, 522 and 524, which may come after the
 * request has arrived.
 */
export const UNREACHED_BEHIND_PROXY: readonly number[] = [521, 523, 525, 526];

/** The gateway's proxy answered, the gateway itself never heard of the request. */
function unreachedBehindProxy({ status }: Reply): ProviderFault | undefined {
	if (!UNREACHED_BEHIND_PROXY.includes(status)) return undefined;
	return {
		category: 'transient',
		code: String(status),
		message: `The gateway's proxy cannot reach the gateway (HTTP status ${status})`,
		retryable: true,
		noTask: true,
	};
}

/** Too slow, too big, too many: the status is the message, whoever sends it. */
const SAYS_ENOUGH = [408, 413, 429];

/**
 * A refusal in words that are not the gateway's own: a firewall or proxy before it. It says nothing of a task or a key,
 * and nothing was made of the request.
 */
function refusalPage(reply: Reply): ProviderFault | undefined {
	const { status, text } = reply;
	if (reply.json !== undefined || text.trim() === '') return undefined;
	const isPage = status >= 400 && status < 500 && isMarkup(text) && !SAYS_ENOUGH.includes(status);
	if (!isPage && ![401, 403, 404, 405, 407].includes(status)) return undefined;
	const said = isMarkup(text) ? '' : shorten(text, 120);
	const says = said === '' ? '' : `: ${said}`;
	return {
		category: 'protocol',
		code: String(status),
		message: `Something before the gateway refused the request (HTTP status ${status}, not JSON)${says}`,
		retryable: false,
		noTask: true,
	};
}

/** A good status with a body that is no JSON: a proxy's page, a login page, a cut-off answer. */
function unreadable(reply: Reply, tooLarge: boolean): ProviderFault | undefined {
	if (!tooLarge && (reply.json !== undefined || reply.text.trim() === '')) return undefined;
	const page = /^\s*<(!doctype|html)/i.test(reply.text);
	return {
		category: 'protocol',
		code: 'unreadableReply',
		message: page
			? 'The reply is a web page, not JSON'
			: tooLarge
				? `The reply is larger than ${MAX_REPLY_BYTES / 1024 / 1024} MB`
				: 'The reply is cut off or no JSON',
		retryable: false,
	};
}

/** A body that was not sent to its end: nothing can have been made of it. */
const UNREADABLE_PICTURE: ProviderFault = {
	category: 'transient',
	code: 'pictureUnreadable',
	message: 'An image could not be read from n8n’s store while it was sent',
	retryable: true,
	noTask: true,
};

/** The other side closed the connection. */
const HUNG_UP = ['EPIPE', 'ECONNRESET'];

/** Failed before the request left: nothing can have been made. */
const NOT_SENT =
	/^(ECONNREFUSED|ENOTFOUND|EAI_\w+|ENET(UNREACH|DOWN)|EHOST(UNREACH|DOWN)|UND_ERR_CONNECT_TIMEOUT|ERR_INVALID_(URL|CHAR))$/;
/** System calls that come before a request: making the connection, resolving its name (`queryA` and its kin). */
const BEFORE_SENDING = /^(connect|getaddrinfo|query[A-Z]\w*)$/;
/** The names of n8n 2's errors when its own protection of the network lets a request not out. */
const HELD_BACK = /^Ssrf\w*Error$/;

/** Codes of a certificate that was not accepted (OpenSSL's verification results, and Node's own). */
const CERTIFICATE =
	/CERT|^(ERR_TLS_(?!HANDSHAKE_TIMEOUT)|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|CRL_)/;
/** OpenSSL's reasons for a handshake that failed; those of a connection that broke later are others. */
const HANDSHAKE =
	/WRONG_VERSION|HANDSHAKE|PROTOCOL|HTTP_REQUEST|UNRECOGNIZED_NAME|CIPHER|UNKNOWN_CA|KEY_TOO_SMALL|RENEGOTIATION|PACKET_LENGTH/;
const BROKEN_LATER =
	/BAD_RECORD_MAC|BAD_DECRYPT|DECRYPTION_FAILED|UNEXPECTED_EOF|CLOSE_NOTIFY|RECORD_OVERFLOW|SHUTDOWN/;

/**
 * What a call without an answer means. n8n wraps the HTTP client's error in its own class, with the code
 * somewhere along the chain of causes; the client's error holds the key, so only the code is taken from it.
 * @param who did not answer, for the message
 */
export function networkFault(error: unknown, who = 'the gateway'): ProviderFault {
	const causes = causesOf(error);
	const code = causes.map(codeOf).find((found) => found !== undefined) ?? 'NO_ANSWER';
	const insecure = tlsNeverStood(code, causes);
	// a name that was not resolved, a connection that was never made
	const unconnected =
		NOT_SENT.test(code) || causes.some(({ syscall }) => BEFORE_SENDING.test(String(syscall)));
	const heldBack = causes.some(({ name }) => HELD_BACK.test(String(name)));
	const Who = who[0].toUpperCase() + who.slice(1);
	const timedOut = code === 'ETIMEDOUT' || code === 'ECONNABORTED';
	const what = heldBack
		? 'n8n’s protection of its network (SSRF) does not let requests out to this address: its administrator can allow it'
		: CERTIFICATE.test(code)
			? `The certificate of ${who} was not accepted`
			: insecure
				? `No secure connection to ${who} could be made: check scheme and port of its address`
				: unconnected
					? `${Who} could not be reached`
					: timedOut
						? `${Who} did not answer in time`
						: `The connection to ${who} broke`;
	return {
		category: 'transient',
		code,
		message: `${what} (${code})`,
		retryable: !heldBack && (!insecure || PASSING.includes(code)),
		noTask: unconnected || insecure || heldBack,
	};
}

/** Of a handshake that was not refused, but broken off. */
const PASSING = ['ECONNRESET', 'ERR_TLS_HANDSHAKE_TIMEOUT'];

/** Whether the secure connection was never made. A request follows the handshake, so none was sent. */
function tlsNeverStood(code: string, causes: Cause[]): boolean {
	if (CERTIFICATE.test(code) || code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return true;
	const reasons = [code, ...causes.map(({ message }) => String(message ?? ''))]
		.join(' ')
		.toUpperCase()
		.replace(/[ -]/g, '_');
	if (code === 'EPROTO') return !BROKEN_LATER.test(reasons);
	if (code.startsWith('ERR_SSL_')) return HANDSHAKE.test(code) && !BROKEN_LATER.test(code);
	// Node's words for a server that hangs up during the handshake
	return code === 'ECONNRESET' && reasons.includes('BEFORE_SECURE_TLS_CONNECTION');
}

type Cause = Partial<
	Record<'code' | 'cause' | 'errorResponse' | 'errors' | 'message' | 'name' | 'syscall', unknown>
>;

/** An error with what it was made from, to a depth of five. */
function causesOf(error: unknown, depth = 0): Cause[] {
	if (!isObject(error) || depth > 4) return [];
	const { cause, errorResponse, errors } = error as Cause;
	const inner = [cause, errorResponse, ...(Array.isArray(errors) ? errors.slice(0, 8) : [])];
	return [error, ...inner.flatMap((one) => causesOf(one, depth + 1))];
}

function codeOf({ code }: Cause): string | undefined {
	return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;
}
