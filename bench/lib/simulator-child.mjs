/**
 * The simulator in a process of its own: what it costs must not count as n8n's. Talks over IPC and ends with its
 * parent.
 */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { heavyPng } from './picture.mjs';

const require = createRequire(import.meta.url);
const { listen } = require('../../test/helpers/listen');
const { startSimulator } = require('../../test/simulator');

const { pictureBytes, ...options } = JSON.parse(process.argv[2] ?? '{}');
const simulator = await startSimulator(options);
const pictureUrl = pictureBytes ? await servePicture(heavyPng(pictureBytes)) : undefined;

const deeds = {
	reset: () => simulator.reset(),
	/** The next clips take these times, one after the other. */
	taskTimes: ({ provider, times }) => {
		for (const taskMs of times) simulator.outcome({ provider, taskMs });
	},
	record: () => ({
		requests: simulator.requests.map(({ kind, taskId, at, status }) => ({
			kind,
			taskId,
			at,
			status,
		})),
		tasks: simulator.tasks.map(({ id, submittedAt, readyAt }) => ({ id, submittedAt, readyAt })),
	}),
};

process.on('message', ({ id, deed, argument }) => {
	process.send({ id, value: deeds[deed](argument) ?? null });
});
process.on('disconnect', () => process.exit(0));
process.send({ id: 0, value: { url: simulator.url, pictureUrl } });

/** Somebody else's server, where the workflow gets its pictures from. */
async function servePicture(bytes) {
	const server = createServer((_, response) => {
		response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length });
		response.end(bytes);
	});
	return `http://127.0.0.1:${await listen(server)}/frame.png`;
}
