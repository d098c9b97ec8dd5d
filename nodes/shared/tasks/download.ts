/** Streams a video from its link into n8n's binary store. No key goes along. */
import type { IBinaryData, IHttpRequestOptions } from 'n8n-workflow';

import { isPrivateHost } from '../transport/privateHost';
import { stopIf, type Clock } from '../async/clock';
import { GatewayFailed } from '../errors';
import { retryAfterOf, unexpectedReply } from '../providers/replies';
import { backoff, MAX_RATE_LIMIT_WAIT_MS } from '../async/retry';
import { settle } from '../async/settle';
import { isStream, streamOf, type ByteStream } from '../transport/stream';
import { networkFault, type HttpContext } from '../transport/client';

const TRIES = 5;
/** Milliseconds without a byte until the connection counts as dead. */
const IDLE_MS = 60_000;

const GUARD_MS = 500;
/**
 * V8 frees the buffers of a stream when it collects young objects, and it collects those when they fill their space.
 * Buffers lie outside of it: up to 100 MB of read ones wait for a full collection, which comes several times a second.
 * So many short-lived strings of a chunk's size make V8 collect the young early. Measured in n8n 2.41 with 1 GB of
 * videos: at most 14 MB of buffers, and half the processor time.
 */
const YOUNG_STRINGS = 3;
const MOST_REDIRECTS = 5;

interface VideoAnswer {
	statusCode: number;
	headers: Record<string, string>;
	body: ByteStream;
}

/** Bytes that were read so far. */
interface Meter {
	bytes: number;
}

export interface DownloadOptions {
	fileName: string;
	/** Asks the gateway for a fresh address, for when the link is refused or has expired. */
	relink(): Promise<string>;
	/** Whether the video may lie on this machine or in a private network. */
	allowPrivate: boolean;
	/** A larger video is not fetched; 0 = no limit. */
	maxBytes: number;
	clock: Clock;
	signal: AbortSignal | undefined;
}

/**
 * Downloads a video as a stream: memory does not grow with its size.
 * @throws GatewayFailed (`expired`, `transient`, `unsupported` or `protocol`), Stopped
 */
export async function downloadVideo(
	context: HttpContext,
	link: string,
	options: DownloadOptions,
): Promise<IBinaryData> {
	const { clock, signal } = options;
	let url = link;
	for (let attempt = 0; ; attempt++) {
		stopIf(signal);
		const outcome = await settle(async () => await fetchOnce(context, url, options));
		if ('value' in outcome) return outcome.value;
		stopIf(signal);
		const failed =
			outcome.error instanceof GatewayFailed
				? outcome.error
				: new GatewayFailed(networkFault(outcome.error));
		const { fault } = failed;
		const expired = fault.category === 'expired';
		const wait = backoff(attempt, clock.random(), fault.retryAfterMs);
		const again = (fault.retryable || expired) && attempt + 1 < TRIES;
		if (!again || wait > MAX_RATE_LIMIT_WAIT_MS) throw failed;
		await clock.sleep(wait, signal);
		if (expired) url = await options.relink();
	}
}

async function fetchOnce(
	context: HttpContext,
	url: string,
	options: DownloadOptions,
): Promise<IBinaryData> {
	const ending = new AbortController();
	const onStop = () => ending.abort();
	options.signal?.addEventListener('abort', onStop, { once: true });
	const stored = await settle(async () => {
		const answer = await open(context, url, options, ending.signal);
		const meter: Meter = { bytes: 0 };
		const work = store(context, answer, meter, options);
		return await Promise.race([work, guard(meter, work, options)]);
	});
	options.signal?.removeEventListener('abort', onStop);
	if ('value' in stored) return stored.value;
	// ends the request, whatever it is doing
	ending.abort();
	throw stored.error;
}

/** Follows redirects itself, so that each address is looked at. */
async function open(
	context: HttpContext,
	url: string,
	options: DownloadOptions,
	abortSignal: AbortSignal,
): Promise<VideoAnswer> {
	let address = url;
	for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
		checkAddress(address, options.allowPrivate);
		const request: IHttpRequestOptions = {
			url: address,
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: IDLE_MS,
			// unlike authenticated calls, this one does not get Stop's signal from n8n by itself
			abortSignal,
		};
		const answer = (await context.helpers.httpRequest(request)) as VideoAnswer;
		const { location } = answer.headers;
		if (answer.statusCode < 300 || answer.statusCode >= 400 || !location) return answer;
		if (isStream(answer.body)) answer.body.destroy();
		if (!URL.canParse(location, address)) break;
		address = new URL(location, address).href;
	}
	throw unexpectedReply('the video link is redirected without end');
}

function checkAddress(address: string, allowPrivate: boolean): void {
	const { protocol, hostname } = new URL(address);
	if (protocol !== 'http:' && protocol !== 'https:')
		throw unexpectedReply('the video link is no http(s) URL');
	if (!allowPrivate && isPrivateHost(hostname))
		throw unexpectedReply(`the video link leads into a private network, to ${hostname}`);
}

async function store(
	context: HttpContext,
	{ statusCode, headers, body }: VideoAnswer,
	meter: Meter,
	{ fileName, maxBytes }: DownloadOptions,
): Promise<IBinaryData> {
	check(statusCode, headers);
	const promised = Number(headers['content-length'] ?? 0);
	if (maxBytes > 0 && promised > maxBytes) throw tooLarge(promised, maxBytes);
	const type = mediaType(headers) === 'video/webm' ? 'video/webm' : 'video/mp4';
	const stored = await settle(async () => {
		const content = await streamOf(metered(body, meter, maxBytes), body);
		return await context.helpers.prepareBinaryData(content as never, fileName, type);
	});
	// a stream that breaks says so in many words: none of them is final
	if ('error' in stored)
		throw stored.error instanceof GatewayFailed ? stored.error : broken('the connection was cut');
	const { bytes } = stored.value;
	if (bytes === 0) throw unexpectedReply('the video file is empty');
	if (bytes !== undefined && promised > 0 && bytes !== promised)
		throw broken(`${bytes} of ${promised} bytes arrived`);
	return stored.value;
}

/** Passes a stream on and counts it. @throws GatewayFailed when it is longer than the user wants */
async function* metered(
	body: ByteStream,
	meter: Meter,
	maxBytes: number,
): AsyncGenerator<Uint8Array> {
	for await (const chunk of body) {
		meter.bytes += chunk.length;
		if (maxBytes > 0 && meter.bytes > maxBytes) throw tooLarge(meter.bytes, maxBytes);
		for (let made = 0; made < YOUNG_STRINGS; made++) chunk.toString('latin1');
		yield chunk;
	}
}

/** Never resolves while `work` runs well; throws when no byte arrives for long. */
async function guard(
	meter: Meter,
	work: Promise<unknown>,
	{ clock }: DownloadOptions,
): Promise<never> {
	let running = true;
	const ended = () => (running = false);
	work.then(ended, ended);
	let read = 0;
	let heard = clock.now();
	while (running) {
		await clock.sleep(GUARD_MS);
		if (meter.bytes !== read) heard = clock.now();
		read = meter.bytes;
		if (clock.now() - heard >= IDLE_MS) throw broken('no byte arrived for a minute');
	}
	return await new Promise<never>(() => {});
}

function check(status: number, headers: Record<string, string>): void {
	if ([401, 403, 404, 410].includes(status))
		throw new GatewayFailed(
			{
				category: 'expired',
				code: String(status),
				message: `The video link was refused (HTTP status ${status})`,
				retryable: false,
			},
			status,
		);
	if (status === 408 || status === 429 || status >= 500) {
		const retryAfterMs = retryAfterOf({ status, headers, text: '', json: undefined });
		throw new GatewayFailed(
			{
				category: 'transient',
				code: String(status),
				message: `The video could not be fetched (HTTP status ${status})`,
				retryable: true,
				...(retryAfterMs !== undefined && { retryAfterMs }),
			},
			status,
		);
	}
	if (status < 200 || status >= 300) throw unexpectedReply(`HTTP status ${status} for the video`);
	const type = mediaType(headers);
	if (!/^(video\/|(application|binary)\/octet-stream$|application\/mp4$|$)/.test(type))
		throw unexpectedReply(`the video link leads to '${type}', not to a video`);
	if (headers['content-length'] === '0') throw unexpectedReply('the video file is empty');
}

function mediaType(headers: Record<string, string>): string {
	return (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
}

function tooLarge(bytes: number, maxBytes: number): GatewayFailed {
	const megabytes = (count: number) => `${(count / 1_000_000).toFixed(1)} MB`;
	return new GatewayFailed({
		category: 'unsupported',
		code: 'tooLarge',
		message: `The video has ${megabytes(bytes)} or more; 'Largest File' allows ${megabytes(maxBytes)}`,
		retryable: false,
	});
}

function broken(how: string): GatewayFailed {
	return new GatewayFailed({
		category: 'transient',
		code: 'cutOff',
		message: `The download broke off (${how})`,
		retryable: true,
	});
}
