#!/usr/bin/env node
/*
 * `npm run e2e:lifecycle`: the package the way n8n's own settings page installs it: 0.1.0 first, a workflow saved with
 * it, this build over it, a restart, the end, and back again. n8n's npm is a stand-in that takes the tarballs from
 * files; all that n8n does with them is its own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { packageName } from '../../tools/lib/package.mjs';
import { RestProblem } from '../../tools/lib/rest.mjs';
import { FIRST, openShop, withoutRegistry } from './lib/shop.mjs';
import { runSuite } from './lib/suite.mjs';
import {
	chain,
	hailuoNode,
	itemsOf,
	manualStart,
	saveCredential,
	START,
} from './lib/workflows.mjs';

const NODES = ['hailuoVideo', 'hailuoVideoTrigger'];
const CREATE = 'Create';
const LOOK = 'Get Status';
const GATEWAY = GATEWAYS.find(({ id }) => id === 'toapis');

/** @type {import('./lib/report.mjs').Report} */
let report;
const check = (what, found, wanted) => report.check(what, found, wanted);

await runSuite({
	name: 'lifecycle',
	about:
		'Installs 0.1.0 as n8n does, puts this build over it, restarts, uninstalls, installs again.',
	async run({ openN8n, openSimulator, prepared, report: own }) {
		report = own;
		const simulator = await openSimulator({ taskMs: 1000 });
		const n8n = await openN8n({ withPackage: false, env: withoutRegistry });
		const shop = openShop(n8n, prepared);
		/** @type {{ n8n: typeof n8n, simulator: typeof simulator, shop: typeof shop, credentials?: object, workflowId?: string, first?: object }} */
		const world = { n8n, simulator, shop };
		await report.case('n8n starts without the package', async () => {
			await n8n.start();
			check('node types', await knownNodes(n8n), []);
		});
		await report.case(`Install ${FIRST}`, async () => {
			shop.offer(FIRST);
			await install(world, 'POST', FIRST);
		});
		await report.case(`A workflow saved and run with ${FIRST}`, async () => {
			world.credentials = await saveCredential(n8n.rest, simulator, GATEWAY);
			world.workflowId = await n8n.rest.createWorkflow(workflowOf(world.credentials));
			world.first = await runSaved(world);
		});
		await report.case('Upgrade to this build', async (step) => {
			shop.offer(shop.next);
			await install(world, 'PATCH', shop.next);
			step.done(`${FIRST} to ${shop.next}`);
		});
		await report.case('The saved workflow after the upgrade', async () => {
			sameShape(world.first, await runSaved(world));
		});
		await report.case('The same after a restart', async () => {
			await n8n.stop();
			await n8n.start();
			check('node types', await knownNodes(n8n), NODES);
			sameShape(world.first, await runSaved(world));
		});
		await report.case('Uninstall', async () => {
			await n8n.rest.call('DELETE', `/community-packages?name=${packageName()}`);
			check('node types', await knownNodes(n8n), []);
			check('its folder', existsSync(installedFolder(n8n)), false);
			const { nodes } = await n8n.rest.call('GET', `/workflows/${world.workflowId}`);
			check('the workflow is still there', nodes.length, 3);
			check('installed packages', await n8n.rest.call('GET', '/community-packages'), []);
		});
		await report.case('Install this build again', async () => {
			await install(world, 'POST', shop.next);
			sameShape(world.first, await runSaved(world));
		});
	},
});

function installedFolder({ userFolder }) {
	return join(userFolder, '.n8n', 'nodes', 'node_modules', packageName());
}

/** POST installs, PATCH updates; checks what n8n says and what lies in its folder. */
async function install({ n8n }, method, version) {
	const body = { name: packageName(), version };
	const installed = await n8n.rest.call(method, '/community-packages', body);
	check('version', installed.installedVersion, version);
	check('nodes', installed.installedNodes.map(({ name }) => name).sort(), [
		'Hailuo Video',
		'Hailuo Video Trigger',
	]);
	check('node types', await knownNodes(n8n), NODES);
	const folder = installedFolder(n8n);
	const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	check('version on disk', found.version, version);
	check('no dependency of its own', existsSync(join(folder, 'node_modules')), false);
	check('nothing that only builds it', found.devDependencies, undefined);
}

async function knownNodes({ rest }) {
	const known = [];
	for (const name of NODES) {
		const nodeInfos = [{ name: `${packageName()}.${name}`, version: 1 }];
		try {
			const found = await rest.call('POST', '/node-types', { nodeInfos });
			if (found?.length > 0) known.push(name);
		} catch (error) {
			if (!(error instanceof RestProblem)) throw error;
		}
	}
	return known;
}

/** With as many of the parameters of 0.1.0 as go together. */
function workflowOf(credentials) {
	return chain('Saved with 0.1.0', [
		manualStart(),
		hailuoNode(
			CREATE,
			{
				provider: GATEWAY.id,
				operation: 'create',
				mode: 'imageToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt: 'a cat',
				firstFrameSource: 'url',
				firstFrameUrl: 'https://example.com/cat.png',
				resolution: '768P',
				duration: 10,
				completion: 'wait',
				downloadVideo: true,
				binaryPropertyName: 'clip',
				waitOptions: { timeout: 5, pollInterval: 1, onTimeout: 'error' },
				batching: { maxInFlight: 2, requestsPerMinute: 60 },
				downloadOptions: { maxSize: 10 },
				options: { promptOptimizer: false },
				simplify: false,
			},
			credentials,
		),
		hailuoNode(
			LOOK,
			{
				provider: GATEWAY.id,
				operation: 'getStatus',
				taskId: '={{ $json.taskId }}',
				downloadVideo: false,
			},
			credentials,
		),
	]);
}

/** Runs the saved workflow as it lies in n8n; gives the row and the file of its nodes. */
/** @param {{ n8n: any, simulator: any, workflowId?: string }} world */
async function runSaved({ n8n, simulator, workflowId }) {
	const paid = simulator.paid();
	const execution = await n8n.rest.run(workflowId, START, { timeoutMs: 60_000 });
	check('execution', [execution.status, execution.error?.message], ['success', undefined]);
	check('tasks paid', simulator.paid() - paid, 1);
	const [created] = itemsOf(execution, CREATE);
	const [seen] = itemsOf(execution, LOOK);
	check('file', created?.binary?.clip?.mimeType, 'video/mp4');
	check('status', [created?.json.status, seen?.json.status], ['succeeded', 'succeeded']);
	check('the same task', seen?.json.taskId, created?.json.taskId);
	return { created: created?.json, seen: seen?.json };
}

/** Every field that a row of 0.1.0 had is still there, and of the same type; `error` of a success was null. */
function sameShape(first, now) {
	for (const node of ['created', 'seen']) {
		const fields = Object.entries(first[node] ?? {}).filter(([, value]) => value !== null);
		for (const [name, value] of fields)
			check(`${node}: type of ${name}`, typeof now[node]?.[name], typeof value);
	}
}
