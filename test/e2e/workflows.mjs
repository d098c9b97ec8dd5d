#!/usr/bin/env node
/*
 * `npm run e2e:workflows`: every workflow of workflows/ imported into a real n8n and run against the simulated
 * gateways: the way that goes well, and the branches for what goes wrong.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { packageName } from '../../tools/lib/package.mjs';
import { root } from '../../tools/lib/paths.mjs';
import { hasEnded } from '../../tools/lib/rest.mjs';
import { SIMULATOR_PORT } from '../../tools/lib/simulator.mjs';
import { startChatModel } from './lib/chatModel.mjs';
import { runSuite } from './lib/suite.mjs';
import { itemsOf, saveCredential, until } from './lib/workflows.mjs';

const IN_FILES = `http://127.0.0.1:${SIMULATOR_PORT}`;
const MANUAL = 'n8n-nodes-base.manualTrigger';
/** A parked execution sleeps as long as real clips take. */
const LONGEST_RUN_MS = 420_000;
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';

/**
 * What is tried with a file beyond its plain run: `reaches` are nodes with the number of their items, `paid` the
 * tasks by gateway, `before` what is done to the gateways, `change` what is done to the workflow.
 */
const CASES = {
	'image-to-video.json': [
		{ name: 'a video', reaches: { 'The video': 1 }, paid: { minimax: 1 } },
		{
			name: 'the clip fails',
			before: ({ simulator }) =>
				simulator.outcome({ provider: 'minimax', status: 'failed', category: 'content' }),
			reaches: { 'What went wrong': 1 },
			paid: { minimax: 1 },
		},
	],
	'fallback-gateway.json': [
		{ name: 'the first gateway can', reaches: { 'The video': 1 }, paid: { wavespeed: 1 } },
		{
			name: 'the first gateway is out of money',
			before: ({ simulator }) =>
				simulator.fault({ provider: 'wavespeed', kind: 'submit', do: { business: 'balance' } }),
			reaches: { 'Second gateway': 1, 'The video': 1 },
			paid: { minimax: 1 },
		},
		{
			name: 'the first gateway is down',
			change: (workflow, { down }) => {
				workflow.nodes.find(({ name }) => name === 'First gateway').credentials = down;
			},
			reaches: { 'Second gateway': 1, 'The video': 1 },
			paid: { minimax: 1 },
		},
		{
			name: 'the content is refused: nobody else is asked',
			before: ({ simulator }) =>
				simulator.fault({
					provider: 'wavespeed',
					kind: 'submit',
					do: { business: 'contentPolicy' },
				}),
			reaches: { 'A person has to look': 1 },
			paid: {},
		},
	],
	'storyboard.json': [
		{ name: 'three shots', reaches: { 'Shots in order': 3 }, paid: { minimax: 3 } },
		{
			name: 'one shot fails',
			before: ({ simulator }) =>
				simulator.outcome({ provider: 'minimax', status: 'failed', category: 'content' }),
			reaches: { 'Shots in order': 2, 'Shots to make again': 1 },
			paid: { minimax: 3 },
		},
	],
	'pick-up-what-timed-out.json': [
		{ name: 'in time', reaches: { 'The video': 1 }, paid: { minimax: 1 } },
		{
			name: 'not in time',
			before: ({ simulator }) => simulator.outcome({ provider: 'minimax', taskMs: 6000 }),
			change: (workflow) => {
				const node = workflow.nodes.find(({ name }) => name === 'Make the video');
				node.parameters.waitOptions = { pollInterval: 1, timeout: 0.03 };
			},
			reaches: { 'Wait for it': 1, 'The video': 1 },
			paid: { minimax: 1 },
		},
	],
	'content-pipeline.json': [
		{
			name: 'three rows',
			reaches: { Done: 3, 'Write back to your table': 3 },
			paid: { wavespeed: 3 },
		},
		{
			name: 'more than may be spent: nothing is ordered',
			change: (workflow) => setting(workflow, 'maxSpend', 0.01),
			reaches: { 'Not done': 3 },
			paid: {},
		},
		{
			name: 'too little money: it stops',
			change: (workflow) => setting(workflow, 'minimumBalance', 1e9),
			status: 'error',
			reaches: { 'Ask for the balance': 1 },
			paid: {},
		},
	],
	'night-run.json': [
		{
			name: 'two rows, parked meanwhile',
			reaches: { 'Order and pause': 2, 'The video': 2 },
			paid: { minimax: 2 },
		},
	],
	'create-and-trigger.json': [
		{
			name: 'ordered, and started again by the callback',
			active: true,
			reaches: { Ordered: 1 },
			thenReaches: { 'When the video is ready': 1, 'The video': 1 },
			paid: { minimax: 1 },
		},
	],
	'ai-agent.json': [
		{ name: 'an agent makes a clip', reaches: { Answer: 1 }, paid: { minimax: 1 } },
	],
};

/** Changes a value of the node "Settings". */
function setting(workflow, name, value) {
	const { assignments } = workflow.nodes.find((node) => node.name === 'Settings').parameters;
	assignments.assignments.find((each) => each.name === name).value = value;
}

await runSuite({
	name: 'workflows',
	about: 'Imports and runs every workflow of workflows/.',
	async run({ openN8n, openSimulator, atEnd, report }) {
		const simulator = await openSimulator({ taskMs: 1500 });
		const model = await startChatModel(({ parameters }) =>
			Object.fromEntries(Object.keys(parameters?.properties ?? {}).map((name) => [name, 'a boat'])),
		);
		atEnd(model.close);
		const n8n = await openN8n({ env: { N8N_COMMUNITY_PACKAGES_ALLOW_TOOL_USAGE: 'true' } });
		const world = { n8n, simulator, model, report };
		await report.case('n8n starts', async () => await n8n.start());
		await report.case('Credentials', async () => await saveCredentials(world));
		const files = readdirSync(join(root, 'workflows')).filter((name) => name.endsWith('.json'));
		for (const file of files) {
			for (const one of CASES[file] ?? [{ name: 'runs' }])
				await report.case(`${file}: ${one.name}`, async () => await runCase(world, file, one));
		}
		await report.case('Every file that has cases is there', async () => {
			for (const file of Object.keys(CASES)) report.check(file, files.includes(file), true);
		});
	},
});

async function saveCredentials(world) {
	const { n8n, simulator, model } = world;
	world.credentials = {};
	for (const gateway of GATEWAYS)
		Object.assign(world.credentials, await saveCredential(n8n.rest, simulator, gateway));
	const waveSpeed = GATEWAYS.find(({ id }) => id === 'wavespeed');
	world.down = await saveCredential(n8n.rest, simulator, waveSpeed, { baseUrl: NOBODY });
	world.credentials.openAiApi = await n8n.rest.createCredential({
		name: 'Stand-in model',
		type: 'openAiApi',
		data: { apiKey: 'stand-in', url: model.url, header: false },
	});
}

/** The workflow of a file, with this n8n's credentials and the simulator's address, and quick looks. */
function fitted({ simulator, credentials }, file) {
	const text = readFileSync(join(root, 'workflows', file), 'utf8');
	const workflow = JSON.parse(text.replaceAll(IN_FILES, simulator.url));
	for (const node of workflow.nodes) {
		for (const type of Object.keys(node.credentials ?? {})) {
			if (!credentials[type]) throw new Error(`${file} wants a credential ${type}.`);
			node.credentials[type] = credentials[type];
		}
		if (node.type.startsWith(`${packageName()}.hailuoVideo`) && node.parameters.operation)
			node.parameters.waitOptions = { ...node.parameters.waitOptions, pollInterval: 1 };
	}
	return workflow;
}

async function runCase(world, file, one) {
	const { before, change, active, status = 'success', reaches, thenReaches, paid } = one;
	const { n8n, simulator, report } = world;
	const { rest } = n8n;
	simulator.reset();
	const workflow = fitted(world, file);
	change?.(workflow, world);
	const id = await rest.createWorkflow(workflow);
	if (active) await rest.activate(id);
	before?.(world);
	const start = workflow.nodes.find(({ type }) => type === MANUAL);
	if (!start) throw new Error(`${file} cannot be started by hand.`);
	const execution = await rest.run(id, start.name, { timeoutMs: LONGEST_RUN_MS });
	report.check('execution', execution.status, status);
	if (execution.status !== status) report.check('its error', execution.error?.message, undefined);
	compare(report, execution, reaches);
	if (!reaches) {
		// A file without cases of its own: whatever it makes has to succeed.
		const makes = ({ type, parameters }) =>
			type === `${packageName()}.hailuoVideo` && parameters.resource !== 'account';
		for (const { name } of workflow.nodes.filter(makes))
			for (const { json } of itemsOf(execution, name))
				report.check(`${name}: status`, json.status, 'succeeded');
	}
	if (thenReaches) {
		const second = await until('the second execution', async () => {
			const list = await rest.executions(id);
			const other = list.find((found) => found.id !== execution.id);
			return other && hasEnded(other) && (await rest.execution(other.id));
		});
		report.check('second execution', second.status, 'success');
		compare(report, second, thenReaches);
		await rest.call('POST', `/workflows/${id}/deactivate`, {});
	}
	if (!paid) return;
	const counts = {};
	for (const { provider } of simulator.tasks) counts[provider] = (counts[provider] ?? 0) + 1;
	report.check('tasks paid', counts, paid);
}

/** The nodes that have to be reached, and the sum of their items over all outputs. */
function compare(report, execution, reaches = {}) {
	for (const [name, count] of Object.entries(reaches)) {
		const outputs = execution.nodes[name]?.at(-1)?.data?.main ?? [];
		report.check(`items of "${name}"`, outputs.flatMap((items) => items ?? []).length, count);
	}
}
