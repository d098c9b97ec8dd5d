/** Small workflows for the runs in real n8n: a start, and nodes in a row behind it. */
import { randomUUID } from 'node:crypto';
import { packageName } from '../../../tools/lib/package.mjs';

export const START = 'Start';
export const API_KEY = 'simulator-key';

export const pause = async (ms) => await new Promise((done) => setTimeout(done, ms));

/**
 * Asks again and again until there is an answer.
 * @template T
 * @param {string} what for the message when the time is up
 * @param {() => Promise<T> | T} find anything truthy ends it
 * @param {{ timeoutMs?: number, everyMs?: number }} [options]
 * @returns {Promise<T>}
 */
export async function until(what, find, { timeoutMs = 60_000, everyMs = 200 } = {}) {
	for (const since = Date.now(); Date.now() - since < timeoutMs; await pause(everyMs)) {
		const found = await find();
		if (found) return found;
	}
	throw new Error(`${what}: not within ${timeoutMs / 1000} s.`);
}

/** The simulator's credential of a gateway, saved in n8n. @returns what a node's `credentials` holds */
export async function saveCredential(
	rest,
	simulator,
	{ id, credentialType, credentialName },
	more = {},
) {
	const data = { apiKey: API_KEY, baseUrl: simulator.baseUrl(id), ...more };
	const credential = { name: credentialName, type: credentialType, data };
	return { [credentialType]: await rest.createCredential(credential) };
}

/** One node of ours. */
export const hailuoNode = (name, parameters, credentials, more = {}) => ({
	name,
	type: `${packageName()}.hailuoVideo`,
	parameters: { resource: 'video', ...parameters },
	credentials,
	...more,
});

/** Starts by hand, over REST. */
export const manualStart = () => ({
	name: START,
	type: 'n8n-nodes-base.manualTrigger',
	parameters: {},
});

/** Starts an active workflow by a call. */
export const webhookStart = (path) => ({
	name: START,
	type: 'n8n-nodes-base.webhook',
	typeVersion: 2,
	webhookId: path,
	parameters: { path, httpMethod: 'POST', responseMode: 'onReceived', options: {} },
});

/** A node that makes so many items of what comes in; `fields` are JavaScript, `i` is the item's number. */
export const itemsNode = (name, count, fields = '') => ({
	name,
	type: 'n8n-nodes-base.code',
	typeVersion: 2,
	parameters: {
		jsCode: `return Array.from({ length: ${count} }, (_, i) => ({ json: { i, ${fields} } }));`,
	},
});

/**
 * A workflow of nodes in a row.
 * @param {string} name
 * @param {Array<object>} nodes the start first
 * @param {{ settings?: object, pinData?: object }} [options]
 */
export function chain(name, nodes, { settings = {}, pinData = {} } = {}) {
	const all = nodes.map((node, index) => ({
		id: randomUUID(),
		typeVersion: 1,
		position: [index * 220, 0],
		...node,
	}));
	const connections = Object.fromEntries(
		all
			.slice(0, -1)
			.map(({ name: from }, index) => [
				from,
				{ main: [[{ node: all[index + 1].name, type: 'main', index: 0 }]] },
			]),
	);
	return {
		name,
		nodes: all,
		connections,
		settings: { executionOrder: 'v1', ...settings },
		pinData,
	};
}

/** The items of a node's last run. */
export const itemsOf = (execution, node) => execution.nodes[node]?.at(-1)?.data?.main?.[0] ?? [];

export const sorted = (list) => [...list].sort();

export function median(numbers) {
	return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}
