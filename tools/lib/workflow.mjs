import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAYS, PICTURE_NODE } from './gateways.mjs';
import { root } from './paths.mjs';

/** The demo workflow as it lies in the repository, ready to be imported by hand too. */
export function readDemoWorkflow() {
	return JSON.parse(readFileSync(join(root, 'workflows', DEMO), 'utf8'));
}

const DEMO = 'demo-six-gateways.json';

/** The other workflows to import, by their file. @returns {Array<{ file: string, workflow: any }>} */
export function readExamples() {
	const folder = join(root, 'workflows');
	return readdirSync(folder)
		.filter((file) => file.endsWith('.json') && file !== DEMO)
		.map((file) => ({ file, workflow: JSON.parse(readFileSync(join(folder, file), 'utf8')) }));
}

/**
 * An example for one n8n: addresses of the simulator that it was written for made those of the running one, the
 * gateways' credentials by their ids. Credentials of others (a chat model) are the user's to choose.
 * @param {any} workflow
 * @param {{ from: string, simulatorUrl: string, credentialIds: Record<string, string> }} options
 */
export function fitExample(workflow, { from, simulatorUrl, credentialIds }) {
	const fitted = moveAddresses(workflow, from, simulatorUrl);
	for (const node of fitted.nodes) {
		const known = GATEWAYS.find(({ credentialType }) => node.credentials?.[credentialType]);
		if (known)
			node.credentials = {
				[known.credentialType]: { id: credentialIds[known.id], name: known.credentialName },
			};
		else delete node.credentials;
	}
	return fitted;
}

/** A copy in which every address of one simulator, also within a text, is one of another. */
export function moveAddresses(value, from, to) {
	const text = JSON.stringify(value);
	return JSON.parse(from && from !== to ? text.split(`${from}/`).join(`${to}/`) : text);
}

/**
 * The demo workflow for one n8n: the picture from the running simulator, the credentials by their ids.
 * @param {any} workflow
 * @param {{ simulatorUrl: string, credentialIds: Record<string, string>, pollSeconds?: number }} options
 *   the ids are by gateway; `pollSeconds` replaces the waiting that is right for real videos
 */
export function fitWorkflow(workflow, { simulatorUrl, credentialIds, pollSeconds }) {
	const fitted = structuredClone(workflow);
	for (const node of fitted.nodes) {
		if (node.name === PICTURE_NODE) {
			node.parameters.url = moveUrl(
				node.parameters.url,
				new URL(node.parameters.url).origin,
				simulatorUrl,
			);
		}
		const gateway = GATEWAYS.find(({ credentialType }) => node.credentials?.[credentialType]);
		if (gateway && pollSeconds !== undefined) {
			node.parameters.waitOptions = { ...node.parameters.waitOptions, pollInterval: pollSeconds };
		}
		if (gateway) {
			node.credentials[gateway.credentialType] = {
				id: credentialIds[gateway.id],
				name: gateway.credentialName,
			};
		}
	}
	return fitted;
}

/**
 * An address of one simulator made an address of another; any other address stays as it is, because the
 * user wrote it.
 * @param {unknown} url
 * @param {string | undefined} from
 * @param {string} to
 */
export function moveUrl(url, from, to) {
	if (typeof url !== 'string' || !from) return url;
	if (url !== from && !url.startsWith(`${from}/`)) return url;
	return to + url.slice(from.length);
}
