import { GATEWAYS, PICTURE_NODE } from './gateways.mjs';
import { RestProblem } from './rest.mjs';
import { SIMULATOR_PORT } from './simulator.mjs';
import {
	fitExample,
	fitWorkflow,
	moveAddresses,
	moveUrl,
	readDemoWorkflow,
	readExamples,
} from './workflow.mjs';

const API_KEY = 'simulator-key';
const WORKFLOW_ID = 'hailuoSixGateway';

/**
 * Puts the simulator's credentials and the demo workflow into n8n. What the user changed stays: only
 * addresses of an earlier simulator are moved to this one, and only what is gone is made again.
 * @param {import('./rest.mjs').N8nRest} rest logged in
 * @param {{ simulator: { url: string, baseUrl: (gateway: string) => string }, state: { simulatorUrl?: string, workflowId?: string, credentialIds?: Record<string, string> }, pollSeconds?: number }} options
 * @returns {Promise<{ simulatorUrl: string, workflowId: string, credentialIds: Record<string, string> }>} the new state
 */
export async function setUpDemo(rest, { simulator, state, pollSeconds }) {
	/** @type {Record<string, string>} */
	const credentialIds = {};
	for (const gateway of GATEWAYS) {
		const known = state.credentialIds?.[gateway.id];
		credentialIds[gateway.id] =
			(known && (await moveCredential(rest, known, gateway, simulator, state.simulatorUrl))) ??
			(await createCredential(rest, gateway, simulator));
	}
	const workflowId =
		(state.workflowId &&
			(await moveWorkflow(rest, state.workflowId, simulator.url, state.simulatorUrl))) ??
		(await createWorkflow(rest, { simulatorUrl: simulator.url, credentialIds, pollSeconds }));
	return { simulatorUrl: simulator.url, workflowId, credentialIds };
}

/**
 * Puts the other workflows beside the demo, as `setUpDemo` does: what the user changed stays.
 * @param {import('./rest.mjs').N8nRest} rest logged in
 * @param {{ simulatorUrl: string, credentialIds: Record<string, string>, earlier: { simulatorUrl?: string, examples?: Record<string, string> } }} options
 *   `earlier`: the state of the last start
 * @returns {Promise<Record<string, string>>} their ids, by file
 */
export async function setUpExamples(rest, { simulatorUrl, credentialIds, earlier }) {
	/** @type {Record<string, string>} */
	const ids = {};
	for (const { file, workflow } of readExamples()) {
		const known = earlier.examples?.[file];
		ids[file] =
			(known && (await moveExample(rest, known, earlier.simulatorUrl, simulatorUrl))) ??
			(await rest.createWorkflow(
				fitExample(workflow, { from: WRITTEN_FOR, simulatorUrl, credentialIds }),
			));
	}
	return ids;
}

/** The simulator whose address stands in the files. */
const WRITTEN_FOR = `http://127.0.0.1:${SIMULATOR_PORT}`;

async function moveExample(rest, id, from, to) {
	const found = await rest.find(`/workflows/${id}`);
	if (!found || found.isArchived) return undefined;
	const nodes = moveAddresses(found.nodes, from, to);
	if (JSON.stringify(nodes) !== JSON.stringify(found.nodes)) {
		const { name, connections, settings, versionId } = found;
		await rest.call('PATCH', `/workflows/${id}`, { name, nodes, connections, settings, versionId });
	}
	return id;
}

async function createCredential(rest, gateway, simulator) {
	return (await rest.createCredential(credentialOf(gateway, simulator.baseUrl(gateway.id)))).id;
}

async function moveCredential(rest, id, gateway, simulator, from) {
	const found = await rest.find(`/credentials/${id}?includeData=true`);
	if (!found || found.type !== gateway.credentialType) return undefined;
	const wanted = simulator.baseUrl(gateway.id);
	const moved = moveUrl(found.data?.baseUrl, from, simulator.url);
	if (moved === wanted && found.data.baseUrl !== wanted) {
		await rest.call('PATCH', `/credentials/${id}`, {
			...credentialOf(gateway, wanted),
			name: found.name,
		});
	}
	return id;
}

function credentialOf(gateway, baseUrl) {
	return {
		name: gateway.credentialName,
		type: gateway.credentialType,
		data: { apiKey: API_KEY, baseUrl },
	};
}

async function createWorkflow(rest, options) {
	const { name, nodes, connections, settings } = fitWorkflow(readDemoWorkflow(), options);
	const workflow = { name, nodes, connections, settings };
	try {
		return await rest.createWorkflow({ id: WORKFLOW_ID, ...workflow });
	} catch (error) {
		// The id is taken by an archived copy: let n8n choose one.
		if (!(error instanceof RestProblem)) throw error;
		return await rest.createWorkflow(workflow);
	}
}

async function moveWorkflow(rest, id, simulatorUrl, from) {
	const found = await rest.find(`/workflows/${id}`);
	if (!found || found.isArchived) return undefined;
	const picture = found.nodes.find((node) => node.name === PICTURE_NODE);
	const url = moveUrl(picture?.parameters.url, from, simulatorUrl);
	if (picture && url !== picture.parameters.url) {
		picture.parameters.url = url;
		const { name, nodes, connections, settings, versionId } = found;
		await rest.call('PATCH', `/workflows/${id}`, { name, nodes, connections, settings, versionId });
	}
	return id;
}
