/** MiniMax's own API, V1. Source: platform.minimax.io (providers.md 2); replies in provider-shapes.json `mm.*`. */
import { z } from 'zod/v4';

import { bearer } from '../auth/schemes';
import { objectOf } from '../json';
import type { Provider, Reply } from './contract';
import { inBody, readUnsigned } from './callbacks';
import { fault, images, orderBody, readFile, readState, readTaskId } from './minimaxFamily';
import { parseReply } from './replies';

const queried = z.looseObject({ status: z.string().min(1) });

const readStatus = (reply: Reply) => readState(objectOf(parseReply(queried, reply)));

export const minimax: Provider = {
	id: 'minimax',
	credential: 'hailuoMiniMaxApi',
	sign: bearer,
	camera: 'english',
	images,
	modelNameIs: 'the model name, e.g. MiniMax-Hailuo-02',
	submit: (order) => ({
		call: { method: 'POST', path: '/v1/video_generation', body: orderBody(order) },
	}),
	readSubmit: readTaskId,
	status: (task) => ({
		method: 'GET',
		path: '/v1/query/video_generation',
		query: { task_id: task.taskId },
	}),
	readStatus,
	link: {
		call: (_task, state) => ({
			method: 'GET',
			path: '/v1/files/retrieve',
			query: { file_id: state.fileId ?? '' },
		}),
		read: readFile,
	},
	callback: { signed: false, attach: inBody, read: (message) => readUnsigned(message, readStatus) },
	fault,
};
