/** Streams a video from its link into n8n's binary store. No key goes along. */
import type { IBinaryData, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { stopIf, type Clock } from './clock';
import { GatewayFailed } from './errors';
import { retryAfterOf, unexpectedReply } from './providers/reading';
import { backoff } from './retry';
import { settle } from './settle';
import { networkFault } from './transport';

const TRIES = 5;
/** Milliseconds without a byte until the connection counts as dead. */
const IDLE_MS = 60_000;

/** What a stream from n8n's HTTP helper is, as far as it is used here. */
interface VideoStream {
	destroy?(): void;
}

/**
 * Downloads a video as a stream: memory does not grow with its size.
 * @param relink asks the gateway for a fresh address, for when the link is refused or has expired
 * @throws GatewayFailed (`expired`, `transient` or `protocol`), Stopped
 */
export async function downloadVideo(
	context: IExecuteFunctions,
	link: string,
	fileName: string,
	relink: () => Promise<string>,
	clock: Clock,
	signal: AbortSignal | undefined,
): Promise<IBinaryData> {
	let url = link;
	for (let attempt = 0; ; attempt++) {
		stopIf(signal);
		const outcome = await settle(async () => await fetchOnce(context, url, fileName, signal));
		if ('value' in outcome) return outcome.value;
		stopIf(signal);
		const failed =
			outcome.error instanceof GatewayFailed
				? outcome.error
				: new GatewayFailed(networkFault(outcome.error));
		const { fault } = failed;
		const expired = fault.category === 'expired';
		if (attempt + 1 >= TRIES || !(fault.retryable || expired)) throw failed;
		await clock.sleep(backoff(attempt, clock.random(), fault.retryAfterMs), signal);
		if (expired) url = await relink();
	}
}

async function fetchOnce(
	context: IExecuteFunctions,
	url: string,
	fileName: string,
	signal: AbortSignal | undefined,
): Promise<IBinaryData> {
	const request: IHttpRequestOptions = {
		url,
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		sendCredentialsOnCrossOriginRedirect: false,
		timeout: IDLE_MS,
	};
	// unlike authenticated calls, this one does not get Stop's signal from n8n by itself
	if (signal) request.abortSignal = signal;
	const answer = (await context.helpers.httpRequest(request)) as {
		statusCode: number;
		headers: Record<string, string>;
		body: VideoStream;
	};
	const stored = await settle(async () => {
		check(answer.statusCode, answer.headers);
		const type = mediaType(answer.headers) === 'video/webm' ? 'video/webm' : 'video/mp4';
		return await context.helpers.prepareBinaryData(answer.body as never, fileName, type);
	});
	if ('error' in stored) {
		answer.body.destroy?.();
		// a stream that breaks says so in many words: none of them is final
		throw stored.error instanceof GatewayFailed ? stored.error : broken('the connection was cut');
	}
	const binary = stored.value;
	const promised = Number(answer.headers['content-length']);
	if (binary.bytes === 0) throw unexpectedReply('the video file is empty');
	if (binary.bytes !== undefined && promised > 0 && binary.bytes !== promised)
		throw broken(`${binary.bytes} of ${promised} bytes arrived`);
	return binary;
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

function broken(how: string): GatewayFailed {
	return new GatewayFailed({
		category: 'transient',
		code: 'cutOff',
		message: `The download broke off (${how})`,
		retryable: true,
	});
}
