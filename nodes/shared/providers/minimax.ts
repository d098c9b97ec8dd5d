/**
 * MiniMax's own API: version 1 here, version 2 (Hailuo 3) in minimaxV2.ts; which of the two is decided here, by the
 * model of an order, the endpoint of a task and the shape of a reply.
 * Source: platform.minimax.io (docs/providers.md 2 and 11.1); replies in test/contract `mm.*` and `mm2.*`.
 */
import { z } from 'zod/v4';

import { bearer } from '../auth/schemes';
import { isChinaHost } from '../catalog/regions';
import { objectOf } from '../json';
import type { CallbackEvent, CallbackMessage, Provider, Reply } from './contract';
import { bodyOf, eventOf, inBody, readUnsigned } from './callbacks';
import { h3Images, h3References, h3TypedName } from './hailuo3';
import {
	fault,
	fileCall,
	images,
	orderBody,
	readFile,
	readState,
	readTaskId,
} from './minimaxFamily';
import * as v2 from './minimaxV2';
import { numberOf, parseReply, textOf, unexpectedReply } from './replies';

const queried = z.looseObject({ status: z.string().min(1) });

const readStatus = (reply: Reply) =>
	v2.taskIn(reply.json) ? v2.readStatus(reply) : readState(objectOf(parseReply(queried, reply)));

/** Version 2 sends the task itself, version 1 its id and status. */
function readCallback(message: CallbackMessage): CallbackEvent {
	const body = bodyOf(message);
	const task = v2.taskIn(body);
	if (!task) return readUnsigned(message, readStatus);
	const event = eventOf(textOf(task.id) ?? '', body, readStatus);
	return event.kind === 'event' ? { ...event, endpoint: v2.ENDPOINT } : event;
}

const isV2 = (task: { endpoint?: string }) => task.endpoint === v2.ENDPOINT;

const remaining = z.looseObject({
	model_remains: z.array(
		z.looseObject({
			model_name: z.string(),
			current_interval_total_count: z.number(),
			current_interval_usage_count: z.number(),
		}),
	),
});

export const minimax: Provider = {
	id: 'minimax',
	credential: 'hailuoMiniMaxApi',
	sign: bearer,
	camera: 'english',
	images,
	imagesOf: (model) =>
		h3TypedName.test(model) ? { ...h3Images, formats: [...h3Images.formats, 'heic'] } : images,
	references: h3References('upload'),
	// a request of 64 MB, in which files are a third larger (docs/providers.md 11.1)
	inlineLimit: 44 * 1024 * 1024,
	modelNameIs: 'the model name, e.g. MiniMax-Hailuo-02',
	submit: (order) =>
		order.mode === 'referenceToVideo' || h3TypedName.test(order.model)
			? v2.submit(order)
			: { call: { method: 'POST', path: '/v1/video_generation', body: orderBody(order) } },
	readSubmit: readTaskId,
	endpoints: [v2.ENDPOINT],
	// version 1 first: its rows carry no endpoint, those of version 2 do
	candidates: (task) =>
		task.endpoint === undefined ? [task, { ...task, endpoint: v2.ENDPOINT }] : [task],
	status: (task) =>
		isV2(task)
			? v2.status(task)
			: { method: 'GET', path: '/v1/query/video_generation', query: { task_id: task.taskId } },
	readStatus,
	link: {
		call: fileCall('/v1/files/retrieve'),
		read: readFile,
	},
	cancel: {
		refusal: (task, state) =>
			isV2(task)
				? v2.cancelRefusal(state)
				: 'MiniMax can stop tasks of MiniMax-H3 only: its first API, which made this one, has no such call',
		call: v2.cancel,
		read: v2.readCancel,
	},
	upload: {
		call: (media) => ({
			method: 'POST',
			path: '/v1/files/upload',
			file: { field: 'file', media, fields: { purpose: 'video_generation_input' } },
		}),
		read: v2.readUpload,
	},
	balance: [
		{
			calls: () => [{ method: 'GET', path: '/account/query_balance' }],
			read([reply], baseUrl) {
				const amount = numberOf(objectOf(reply.json).available_amount);
				if (amount === undefined) throw unexpectedReply("no 'available_amount'", reply);
				return { amount, currency: isChinaHost(baseUrl) ? 'CNY' : 'USD', unlimited: false };
			},
		},
		{
			// for keys of a plan, which buy clips and not money
			calls: () => [{ method: 'GET', path: '/v1/token_plan/remains' }],
			read([reply]) {
				const plans = parseReply(remaining, reply).model_remains.filter(({ model_name }) =>
					/hailuo|video|h\d/i.test(model_name),
				);
				if (plans.length === 0) throw unexpectedReply("no video model in 'model_remains'", reply);
				const left = plans.map(
					(plan) => plan.current_interval_total_count - plan.current_interval_usage_count,
				);
				return {
					amount: left.reduce((sum, count) => sum + Math.max(0, count), 0),
					unit: `clips (${plans.map(({ model_name }) => model_name).join(', ')})`,
					unlimited: false,
				};
			},
		},
	],
	callback: { signed: false, attach: inBody, read: readCallback },
	fault: (reply) => (v2.isComplaint(reply.json) ? v2.fault(reply) : fault(reply)),
};
