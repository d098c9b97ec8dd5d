/**
 * V-API (gpt.ge), a relay of MiniMax's API: submit and file paths copy MiniMax, the status path does not.
 * Source: seed 001 and gpt.ge's pages (providers.md 3); replies in test/contract/samples.json `va.*`.
 */
import { objectOf, parseJson } from '../json';
import { bearer } from '../auth/schemes';
import type { TaskState } from '../task';
import { inBody, readUnsigned } from './callbacks';
import type { Provider, Reply } from './contract';
import {
	codes,
	failedInside,
	fileCall,
	images,
	orderBody,
	readFile,
	readState,
} from './minimaxFamily';
import {
	emptyEnvelope,
	hasError,
	idOf,
	linkIn,
	numberOf,
	positiveOf,
	readFault,
	taskErrorIn,
	textOf,
	unexpectedReply,
	withoutEmpty,
} from './replies';

/** The page describes a flat answer and lists the fields of two envelopes: every layer that may hold the facts. */
function layersOf(json: unknown): Array<Record<string, unknown>> {
	const body = objectOf(json);
	const data = objectOf(body.data);
	return [body, data, jsonIn(data.resp_data), objectOf(data.data)];
}

function jsonIn(value: unknown): Record<string, unknown> {
	return objectOf(typeof value === 'string' ? parseJson(value) : value);
}

function urlOf(layer: Record<string, unknown>): string | undefined {
	return linkIn(layer.video_url) ?? linkIn(layer.file) ?? linkIn(layer);
}

/** The first layer's value wins. */
function first<T>(
	layers: Array<Record<string, unknown>>,
	read: (layer: Record<string, unknown>) => T | undefined,
): T | undefined {
	return layers.map(read).find((value) => value !== undefined);
}

/** A status word is text that is no number: one envelope has `status: 200` outside. */
function wordOf(layer: Record<string, unknown>): string | undefined {
	return typeof layer.status === 'string' && /\D/.test(layer.status)
		? textOf(layer.status)
		: undefined;
}

function readStatus(reply: Reply): TaskState {
	const layers = layersOf(reply.json);
	const word = first(layers, wordOf);
	if (word === undefined)
		throw objectOf(reply.json).data === null
			? emptyEnvelope()
			: unexpectedReply("no 'status' in any envelope", reply);
	const base = first(layers, (layer) => {
		const found = objectOf(layer.base_resp);
		return [undefined, '0'].includes(textOf(found.status_code)) ? undefined : found;
	});
	const state = readState({ status: word, base_resp: base });
	if (state.status === 'failed') state.error = taskErrorIn(reply.json, codes);
	// new-api keeps the link of a good clip where others have the reason of a bad one (providers.md 14, secondary)
	const inReason = (layer: Record<string, unknown>) =>
		state.status === 'succeeded' && /^\s*(?:https?:)?\/\//i.test(textOf(layer.fail_reason) ?? '')
			? linkIn(layer.fail_reason)
			: undefined;
	return withoutEmpty<TaskState>({
		...state,
		progress: first(layers, (layer) => positiveOf(layer.progress)),
		fileId: first(layers, (layer) => idOf(layer.file_id) ?? idOf(objectOf(layer.file).file_id)),
		videoUrl: first(layers, urlOf) ?? first(layers, inReason),
		width: first(layers, (layer) => positiveOf(layer.video_width)),
		height: first(layers, (layer) => positiveOf(layer.video_height)),
	});
}

/** Three shapes of errors inside HTTP 200 (providers.md 3, inferred): base_resp, `error`, new-api's TaskError. */
function failedInsideRelay(body: Record<string, unknown>): boolean {
	if (failedInside(body)) return true;
	if (first(layersOf(body), wordOf) !== undefined) return false;
	if (hasError(body.error)) return true;
	const code = textOf(body.code);
	return (
		code !== undefined && !['0', '200', 'success'].includes(code) && body.task_id === undefined
	);
}

/** 2020-01-01: from here on all use of a key is counted. */
const BEFORE_ALL_USE = Date.UTC(2020, 0, 1);
/** The limit that stands for none. */
const UNLIMITED_USD = 100_000_000;

export const gptge: Provider = {
	id: 'gptge',
	credential: 'hailuoGptGeApi',
	sign: bearer,
	camera: 'chinese',
	images,
	modelNameIs: 'the model name, e.g. MiniMax-Hailuo-02',
	submit: (order) => ({
		call: { method: 'POST', path: '/task/minimax/v1/video_generation', body: orderBody(order) },
	}),
	readSubmit(reply) {
		const id = first(layersOf(reply.json), (layer) => idOf(layer.task_id));
		if (id === undefined) throw unexpectedReply("no 'task_id'", reply);
		return id;
	},
	status: (task) => ({ method: 'GET', path: `/task/${encodeURIComponent(task.taskId)}` }),
	readStatus,
	link: {
		call: fileCall('/task/minimax/v1/files/retrieve'),
		read: readFile,
	},
	// MiniMax itself calls: the same challenge, the same messages (seed 001)
	callback: { signed: false, attach: inBody, read: (message) => readUnsigned(message, readStatus) },
	balance: [
		{
			calls: (now) => [
				{ method: 'GET', path: '/v1/dashboard/billing/subscription' },
				{
					method: 'GET',
					path: '/v1/dashboard/billing/usage',
					query: { start_date: String(BEFORE_ALL_USE), end_date: String(now) },
				},
			],
			// what was granted less what was used, in cents (docs/providers.md 13, inferred)
			read([granted, used]) {
				const limit = numberOf(objectOf(granted.json).hard_limit_usd);
				const usage = numberOf(objectOf(used.json).total_usage);
				if (limit === undefined) throw unexpectedReply("no 'hard_limit_usd'", granted);
				if (limit >= UNLIMITED_USD) return { unlimited: true };
				if (usage === undefined) throw unexpectedReply("no 'total_usage'", used);
				return { amount: limit - usage / 100, currency: 'USD', unlimited: false };
			},
		},
	],
	fault: (reply) => readFault(reply, codes, failedInsideRelay),
};
