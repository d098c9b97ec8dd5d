/** What the contract tests share: documented samples, orders as users make them, calls as they leave the node. */
import type {
	IExecuteFunctions,
	IHttpRequestOptions,
	INodeProperties,
	JsonObject,
} from 'n8n-workflow';

import { HailuoGptGeApi } from '../../credentials/HailuoGptGeApi.credentials';
import { HailuoMiniMaxApi } from '../../credentials/HailuoMiniMaxApi.credentials';
import { HailuoPixazoApi } from '../../credentials/HailuoPixazoApi.credentials';
import { HailuoSeaArtApi } from '../../credentials/HailuoSeaArtApi.credentials';
import { HailuoToApisApi } from '../../credentials/HailuoToApisApi.credentials';
import { HailuoWaveSpeedApi } from '../../credentials/HailuoWaveSpeedApi.credentials';
import { directCamera } from '../../nodes/HailuoVideo/order/camera';
import {
	checkChoice,
	checkModelName,
	checkOption,
	checkPrompt,
} from '../../nodes/HailuoVideo/order/checkOrder';
import { GatewayFailed, type ErrorCategory, type ProviderFault } from '../../nodes/shared/errors';
import { checkImageUrl } from '../../nodes/HailuoVideo/order/images/url';
import { parseJson } from '../../nodes/shared/json';
import {
	OTHER_MODEL,
	imageRolesOf,
	type AspectRatio,
	type Mode,
	type PromptExpansion,
	type ProviderId,
} from '../../nodes/shared/catalog/gateways';
import { providers } from '../../nodes/shared/providers';
import type { HttpCall, Reply } from '../../nodes/shared/providers/contract';
import { mergeFields } from '../../nodes/HailuoVideo/submit/submit';
import type { Reference, TaskState, TaskStatus, VideoOrder } from '../../nodes/shared/task';
import { openClient } from '../../nodes/shared/transport/client';
import { systemClock } from '../../nodes/shared/async/clock';
import collected from './samples.json';
import collectedH3 from './samples-h3.json';

export interface Sample {
	id: string;
	kind: 'request' | 'response' | 'error' | 'callback';
	operation: string;
	method?: HttpCall['method'];
	path?: string;
	body?: JsonObject;
	http_status?: number;
	headers?: Record<string, string>;
}

export interface Endpoint {
	method: HttpCall['method'];
	path: string;
	query?: Record<string, string>;
	body?: JsonObject;
}

/** The id that stands in documented paths in place of `{id}`. */
export const TASK_ID = 'task-1';

/** What the samples say of one gateway. */
export interface Documented {
	provider: ProviderId;
	base_urls: string[];
	auth: { header: string; value: string };
	endpoints: Record<string, Endpoint | string | null>;
	status_map: Record<string, TaskStatus>;
	model_paths?: string[];
	slugs?: Record<string, string>;
	samples: Sample[];
}

export const documented = collected.providers as unknown as Documented[];
/** The same of Hailuo 3, of prices and of balances. */
export const documentedH3 = collectedH3.providers as unknown as Array<
	Pick<Documented, 'provider' | 'samples'> & Partial<Documented>
>;

export function documentedOf(provider: ProviderId): Documented {
	const found = documented.find((block) => block.provider === provider);
	if (!found) throw new Error(`no samples of ${provider}`);
	return found;
}

export function sampleOf(id: string): Sample {
	const found = documented.flatMap(({ samples }) => samples).find((sample) => sample.id === id);
	if (!found) throw new Error(`no sample ${id}`);
	return found;
}

/** An answer as the transport hands it on: the body has gone through its text. */
export function replyOf(
	body: unknown,
	status = 200,
	headers: Record<string, string> = {},
	text = JSON.stringify(body),
): Reply {
	const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
	return {
		status,
		headers: Object.fromEntries(lowered) as Record<string, string>,
		text,
		json: parseJson(text),
	};
}

export function replyOfSample(id: string): Reply {
	const { body, http_status, headers } = sampleOf(id);
	return replyOf(body, http_status, headers);
}

/** What a user fills into the form. */
export interface Filled {
	mode: Mode;
	model: string;
	/** With `model` 'other'. */
	modelName?: string;
	prompt?: string;
	resolution?: string;
	duration?: number;
	firstFrame?: string;
	lastFrame?: string;
	subject?: string;
	references?: Reference[];
	aspectRatio?: AspectRatio;
	seed?: number;
	promptExpansion?: PromptExpansion;
	promptOptimizer?: boolean;
	fastPretreatment?: boolean;
	watermark?: boolean;
}

/** The order of a filled form, through all the checks that stand between a form and a request. */
export function orderOf(provider: ProviderId, filled: Filled): VideoOrder {
	const { modelName, prompt = '', resolution = '', duration, ...rest } = filled;
	const choice = checkChoice({ provider, resolution, duration, ...rest });
	const directed = directCamera(prompt, [], providers[provider].camera);
	checkPrompt(directed.prompt, choice);
	for (const option of ['promptOptimizer', 'fastPretreatment', 'watermark'] as const)
		if (filled[option]) checkOption(option, choice);
	const roles = imageRolesOf[filled.mode];
	for (const role of roles) checkImageUrl(filled[role] ?? '', role);
	for (const role of ['firstFrame', 'lastFrame', 'subject'] as const)
		if (filled[role] !== undefined && !roles.includes(role))
			throw new Error(`${filled.mode} has no ${role}`);
	const typedModel = choice.model === OTHER_MODEL;
	return {
		...rest,
		...choice,
		model: typedModel ? checkModelName(modelName, providers[provider].modelNameIs) : choice.model,
		typedModel,
		prompt: directed.prompt,
	};
}

export const credentials = {
	minimax: new HailuoMiniMaxApi(),
	seaart: new HailuoSeaArtApi(),
	gptge: new HailuoGptGeApi(),
	wavespeed: new HailuoWaveSpeedApi(),
	toapis: new HailuoToApisApi(),
	pixazo: new HailuoPixazoApi(),
};

export function defaultBaseUrl(provider: ProviderId): string {
	const fields: INodeProperties[] = credentials[provider].properties;
	return String(fields.find(({ name }) => name === 'baseUrl')?.default);
}

/** A call as it leaves the node: through the transport and the credential, at the default Base URL. */
export async function sent(
	provider: ProviderId,
	call: HttpCall,
	apiKey: string,
): Promise<IHttpRequestOptions> {
	const credential = credentials[provider];
	const data = { apiKey, baseUrl: defaultBaseUrl(provider) };
	const requests: IHttpRequestOptions[] = [];
	const send = async (type: string, request: IHttpRequestOptions) => {
		expect(type).toBe(credential.name);
		requests.push(await credential.authenticate(data, request));
		return { statusCode: 200, headers: {}, body: '{}' };
	};
	const context = {
		getCredentials: async (type: string) => {
			expect(type).toBe(credential.name);
			return data;
		},
		getExecutionCancelSignal: () => undefined,
		getNode: () => ({}),
		helpers: { httpRequestWithAuthentication: send },
	} as unknown as IExecuteFunctions;
	const gateway = await openClient(context, providers[provider], { clock: systemClock });
	await gateway.call(call);
	expect(requests).toHaveLength(1);
	return requests[0];
}

/** The complaint that a piece of work throws; fails when it throws nothing or something else. */
export function failureOf(work: () => unknown): ProviderFault {
	let thrown: unknown;
	try {
		work();
	} catch (error) {
		thrown = error;
	}
	expect(thrown).toBeInstanceOf(GatewayFailed);
	return (thrown as GatewayFailed).fault;
}

/** A complaint with the marks that follow from its category. */
export function faultOf(
	category: ErrorCategory,
	code: string,
	message: string,
	more: Partial<ProviderFault> = {},
): ProviderFault {
	const retryable = category === 'rateLimit' || category === 'transient';
	return { category, code, message, retryable, noTask: category === 'rateLimit', ...more };
}

/** A documented request, and what a user does to have it sent. */
export type Asked = { fill: Filled; extraFields?: JsonObject } | { call: HttpCall };

export interface Expected {
	/** Documented request -> the form that makes it, or the call. */
	requests: Record<string, Asked>;
	/** Documented answer to a submit -> the task's id. */
	taskIds: Record<string, string>;
	/** Documented answer to a status call -> the whole state. */
	states: Record<string, TaskState>;
	/** Documented answer to a link call -> the address; undefined: not ready. */
	links?: Record<string, string | undefined>;
	/** Documented answer to a cancel -> the whole state; undefined: the answer does not tell. */
	cancels?: Record<string, TaskState | undefined>;
	/** Documented answer to an upload -> the picture's address. */
	uploads?: Record<string, string>;
	/** Documented error -> the whole complaint; undefined: no complaint for this node. */
	faults: Record<string, ProviderFault | undefined>;
	/** Documented answers that the node does not read: they must only not be taken for errors. */
	unread?: string[];
	/** Callbacks: read by the trigger, and tested with it (test/trigger). */
	callbacks?: string[];
}

/** One test per documented sample of a gateway, and one that none is left out. */
export function testSamples(id: ProviderId, expected: Expected): void {
	const provider = providers[id];
	const { requests, taskIds, states, faults } = expected;
	const { links = {}, cancels = {}, uploads = {}, unread = [], callbacks = [] } = expected;

	for (const [name, asked] of Object.entries(requests))
		test(`${name} is sent as documented`, () => {
			const { method, path, body } = sampleOf(name);
			const call =
				'call' in asked
					? asked.call
					: withExtraFields(provider.submit(orderOf(id, asked.fill)).call, asked.extraFields);
			expect({ method: call.method, path: call.path, body: call.body }).toStrictEqual({
				method,
				path: path?.replace(/\{\w+\}/, TASK_ID),
				body,
			});
			expect(call.query).toBeUndefined();
			expect(call.file).toBeUndefined();
		});

	for (const [name, taskId] of Object.entries(taskIds))
		test(`${name}: the task id is read`, () => {
			const reply = replyOfSample(name);
			expect(provider.fault(reply)).toBeUndefined();
			expect(provider.readSubmit(reply)).toBe(taskId);
		});

	for (const [name, state] of Object.entries(states))
		test(`${name}: the state is read`, () => {
			const reply = replyOfSample(name);
			expect(provider.fault(reply)).toBeUndefined();
			expect(provider.readStatus(reply)).toStrictEqual(state);
		});

	for (const [name, url] of Object.entries(links))
		test(`${name}: the link is read`, () => {
			const reply = replyOfSample(name);
			expect(provider.fault(reply)).toBeUndefined();
			expect(provider.link?.read(reply)).toStrictEqual(url && { url });
		});

	for (const [name, state] of Object.entries(cancels))
		test(`${name}: the answer to a cancel is read`, () => {
			const reply = replyOfSample(name);
			expect(provider.fault(reply)).toBeUndefined();
			expect(provider.cancel).toBeDefined();
			expect(provider.cancel?.read(reply)).toStrictEqual(state);
		});

	for (const [name, url] of Object.entries(uploads))
		test(`${name}: the address of the upload is read`, () => {
			const reply = replyOfSample(name);
			expect(provider.fault(reply)).toBeUndefined();
			expect(provider.upload?.read(reply)).toBe(url);
		});

	for (const [name, fault] of Object.entries(faults))
		test(`${name} is ${fault ? `a complaint: ${fault.category}` : 'no complaint'}`, () => {
			expect(provider.fault(replyOfSample(name))).toStrictEqual(fault);
		});

	for (const name of unread)
		test(`${name} is no error`, () => {
			expect(provider.fault(replyOfSample(name))).toBeUndefined();
		});

	test('every documented sample is tested above, callbacks are left for the trigger', () => {
		const { samples } = documentedOf(id);
		const idsOf = (...kinds: Array<Sample['kind']>) =>
			samples.filter(({ kind }) => kinds.includes(kind)).map((sample) => sample.id);
		const tables = [taskIds, states, links, cancels, uploads];
		const answered = [...tables.flatMap(Object.keys), ...unread];
		expect(Object.keys(requests).sort()).toEqual(idsOf('request').sort());
		expect(answered.sort()).toEqual(idsOf('response').sort());
		expect(Object.keys(faults).sort()).toEqual(idsOf('error').sort());
		expect([...callbacks].sort()).toEqual(idsOf('callback').sort());
	});
}

/** The call with 'Extra Fields (JSON)' merged in, as the node does it. */
export function withExtraFields(call: HttpCall, extraFields: JsonObject = {}): HttpCall {
	return { ...call, body: mergeFields(call.body ?? {}, extraFields) };
}

/** A documented endpoint with its placeholders filled, as a call. */
export function endpointOf(provider: ProviderId, name: string, values: Record<string, string>) {
	const endpoint = documentedOf(provider).endpoints[name];
	if (endpoint === null || typeof endpoint !== 'object')
		throw new Error(`${provider} has no ${name}`);
	const fill = (text: string) =>
		text.replace(/[{<]([^}>]+)[}>]/g, (whole, key: string) => values[key] ?? whole);
	const { method, path, query, body } = JSON.parse(
		JSON.stringify(endpoint),
		(_key, value: unknown) => (typeof value === 'string' ? fill(value) : value),
	) as Endpoint;
	return { method, path, ...(query && { query }), ...(body && { body }) };
}
