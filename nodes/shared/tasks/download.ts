/** Streams a video from its link into n8n's binary store. No key goes along. */
import type { IBinaryData, IHttpRequestOptions } from 'n8n-workflow';

import { stopIf, type Clock } from '../async/clock';
import type { ConcurrencyLimit } from '../async/concurrency';
import { GatewayFailed } from '../errors';
import { VideoFile } from '../media/videoFile';
import type { VideoFacts, VideoVerdict } from '../media/verdict';
import { badLink, retryAfterOf, withoutEmpty } from '../providers/replies';
import { backoff, MAX_RATE_LIMIT_WAIT_MS } from '../async/retry';
import { settle } from '../async/settle';
import type { TaskState } from '../task';
import { checkBeforeRequest, checkConnection } from '../transport/egress';
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
	/** Without an extension: that follows the bytes. */
	baseName: string;
	/** Asks the gateway for a fresh address, for when the link is refused or has expired. */
	relink(): Promise<string>;
	/** Whether the video may lie on this host even if it is this machine or in a private network. */
	allowPrivate(hostname: string): boolean;
	/** A larger video is not fetched; 0 = no limit. */
	maxBytes: number;
	/** Downloads at the same moment; nobody holds a turn while waiting for the next try. */
	downloads: ConcurrencyLimit;
	clock: Clock;
	signal: AbortSignal | undefined;
}

export interface DownloadedVideo {
	binary: IBinaryData;
	/** What the file says of itself. */
	video: VideoFacts;
}

/** The file's own measures, for the row of its task. */
export function measuresOf({
	width,
	height,
	seconds,
}: VideoFacts): Pick<TaskState, 'width' | 'height' | 'videoSeconds'> {
	return withoutEmpty({ width, height, videoSeconds: seconds });
}

/**
 * Downloads a video as a stream: memory does not grow with its size. Its bytes decide what it is, and whether it is
 * whole; a file that is cut is fetched again, and an answer in its place asks for a fresh link first.
 * @throws GatewayFailed (`expired`, `transient`, `unsupported` or `protocol`), Stopped
 */
export async function downloadVideo(
	context: HttpContext,
	link: string,
	options: DownloadOptions,
): Promise<DownloadedVideo> {
	const { clock, signal } = options;
	let url = link;
	for (let attempt = 0; ; attempt++) {
		const from = url;
		const outcome = await settle(
			async () =>
				await options.downloads(async () => {
					// others may have been waited for
					stopIf(signal);
					return await fetchOnce(context, from, options);
				}),
		);
		if ('value' in outcome) return outcome.value;
		stopIf(signal);
		const failed =
			outcome.error instanceof GatewayFailed
				? outcome.error
				: new GatewayFailed(networkFault(outcome.error, 'the server of the video'));
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
): Promise<DownloadedVideo> {
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
		const { protocol, hostname } = new URL(address);
		if (protocol !== 'http:' && protocol !== 'https:')
			throw badLink('The video link is no http(s) URL');
		const isFree = options.allowPrivate(hostname);
		if (!isFree) await checkBeforeRequest(context, address);
		const request: IHttpRequestOptions = {
			url: address,
			// a video gains nothing by being packed, and its length then says nothing
			headers: { Accept: '*/*', 'Accept-Encoding': 'identity' },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: IDLE_MS,
			// unlike authenticated calls, this one does not get Stop's signal from n8n by itself
			abortSignal,
		};
		const answer = (await context.helpers.httpRequest(request)) as VideoAnswer;
		if (!isFree) checkConnection(answer.body, address);
		const { location } = answer.headers;
		if (answer.statusCode < 300 || answer.statusCode >= 400 || !location) return answer;
		if (isStream(answer.body)) answer.body.destroy();
		if (!URL.canParse(location, address)) break;
		address = new URL(location, address).href;
	}
	throw badLink('The video link is redirected without end');
}

async function store(
	context: HttpContext,
	{ statusCode, headers, body }: VideoAnswer,
	meter: Meter,
	{ baseName, maxBytes }: DownloadOptions,
): Promise<DownloadedVideo> {
	checkStatus(statusCode, headers);
	const promised = headers['content-encoding'] ? 0 : Number(headers['content-length'] ?? 0);
	if (maxBytes > 0 && promised > maxBytes) throw tooLarge(promised, maxBytes);

	const file = new VideoFile();
	const pieces = metered(body, meter, maxBytes, file);
	let verdict: VideoVerdict | undefined;
	const stored = await settle(async () => {
		const first = await beginning(pieces, file);
		if (!file.type) {
			verdict = file.end();
			return undefined;
		}
		const { mimeType, extension } = file.type;
		const whole = async function* () {
			yield* first;
			yield* pieces;
			verdict = file.end();
			// before n8n takes the end for the end of a good file
			if (verdict.kind !== 'whole') throw faultOf(verdict);
		};
		const content = await streamOf(whole(), body);
		return await context.helpers.prepareBinaryData(
			content as never,
			`${baseName}.${extension}`,
			mimeType,
		);
	});
	if (verdict && verdict.kind !== 'whole') throw faultOf(verdict);
	// a stream that breaks says so in many words: none of them is final
	if ('error' in stored)
		throw stored.error instanceof GatewayFailed ? stored.error : broken('the connection was cut');
	const binary = stored.value;
	if (!binary || verdict?.kind !== 'whole') throw broken('the connection was cut');
	if (verdict.endUnknown && meter.bytes < promised)
		throw broken(`${meter.bytes} of ${promised} bytes arrived`);
	if (binary.bytes !== undefined && binary.bytes !== meter.bytes)
		throw broken(`${binary.bytes} of ${meter.bytes} bytes were stored`);
	return { binary, video: verdict.video };
}

/** Reads as much as tells what the file is. */
async function beginning(
	pieces: AsyncGenerator<Uint8Array>,
	file: VideoFile,
): Promise<Uint8Array[]> {
	const read: Uint8Array[] = [];
	while (!file.type && !file.hopeless) {
		const next = await pieces.next();
		if (next.done) break;
		read.push(next.value);
	}
	return read;
}

/** Why a file is not delivered. */
function faultOf(verdict: Exclude<VideoVerdict, { kind: 'whole' }>): GatewayFailed {
	if (verdict.kind === 'cut') return broken(verdict.why);
	if (verdict.kind === 'empty') return broken('the file is empty');
	return new GatewayFailed({
		// an answer in place of the file is what expired links give
		category: verdict.kind === 'answer' ? 'expired' : 'protocol',
		code: 'notAVideo',
		message: `The video link leads to ${verdict.what}, not to a video in MP4, MOV, WebM or Matroska`,
		retryable: false,
	});
}

/** Passes a stream on and counts it. @throws GatewayFailed when it is longer than the user wants */
async function* metered(
	body: ByteStream,
	meter: Meter,
	maxBytes: number,
	file: VideoFile,
): AsyncGenerator<Uint8Array> {
	for await (const chunk of body) {
		meter.bytes += chunk.length;
		if (maxBytes > 0 && meter.bytes > maxBytes) throw tooLarge(meter.bytes, maxBytes);
		file.push(chunk);
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

function checkStatus(status: number, headers: Record<string, string>): void {
	const busy = status === 408 || status === 429 || status >= 500;
	// S3 says 400 of a link that has expired, others 403 or 404
	if (status >= 400 && !busy)
		throw new GatewayFailed(
			{
				category: 'expired',
				code: String(status),
				message: `The video link was refused (HTTP status ${status})`,
				retryable: false,
			},
			status,
		);
	if (busy) {
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
	if (status < 200 || status >= 300)
		throw badLink(`The video link was answered with HTTP status ${status}`);
}

function tooLarge(bytes: number, maxBytes: number): GatewayFailed {
	const megabytes = (count: number) => `${(count / 1_000_000).toFixed(1)} MB`;
	return new GatewayFailed({
		category: 'unsupported',
		code: 'tooLarge',
		message: `The video has ${megabytes(bytes)} or more; 'Max File Size (MB)' allows ${megabytes(maxBytes)}`,
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
