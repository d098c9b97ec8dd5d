'use strict';
/* Every workflow to import is valid, says what it does, and asks our nodes only for what they have. */
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { NodeHelpers } = require('n8n-workflow');

const { HailuoVideo } = require('../../nodes/HailuoVideo/HailuoVideo.node');
const { HailuoVideoTrigger } = require('../../nodes/HailuoVideoTrigger/HailuoVideoTrigger.node');
const { GATEWAYS } = require('../../tools/lib/gateways.mjs');

const folder = path.join(__dirname, '../../workflows');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const source = (file) => readFileSync(path.join(folder, file), 'utf8');
const read = (file) => JSON.parse(source(file));

const ours = {
	'n8n-nodes-hailuo.hailuoVideo': new HailuoVideo().description,
	'n8n-nodes-hailuo.hailuoVideoTool': new HailuoVideo().description,
	'n8n-nodes-hailuo.hailuoVideoTrigger': new HailuoVideoTrigger().description,
};

/** Nodes of n8n that both lines (2.41 and 1.123) have, in a version that both have. */
const N8N_NODES = {
	'n8n-nodes-base.httpRequest': 4.2,
	'n8n-nodes-base.if': 2.2,
	'n8n-nodes-base.manualTrigger': 1,
	'n8n-nodes-base.noOp': 1,
	'n8n-nodes-base.scheduleTrigger': 1.2,
	'n8n-nodes-base.set': 3.4,
	'n8n-nodes-base.splitOut': 1,
	'n8n-nodes-base.stickyNote': 1,
	'n8n-nodes-base.stopAndError': 1,
	'@n8n/n8n-nodes-langchain.agent': 1.7,
	'@n8n/n8n-nodes-langchain.chatTrigger': 1.1,
	'@n8n/n8n-nodes-langchain.lmChatOpenAi': 1.2,
};

/** What n8n itself adds to the form of a node that is used as a tool. */
const TOOL_FIELDS = ['descriptionType', 'toolDescription'];

const isExpression = (value) => typeof value === 'string' && value.startsWith('=');

/** The fields that the editor shows for these values. */
const shown = (properties, values, node, description) =>
	properties.filter((property) =>
		NodeHelpers.displayParameter(values, property, node, description),
	);

/** What is wrong with one value of one of our parameters, or nothing. */
function wrongValue(name, value, fields) {
	const choices = fields.filter(({ type }) => type === 'options' || type === 'multiOptions');
	if (choices.length === 0 || isExpression(value)) return [];
	const allowed = choices.flatMap(({ options }) => options.map((option) => option.value));
	return [value]
		.flat()
		.filter((one) => !allowed.includes(one))
		.map((one) => `${name}: '${one}' is not offered (${allowed.join(', ')})`);
}

/** What is wrong with the parameters of one of our nodes. */
function wrongIn(node, description) {
	const values = NodeHelpers.getNodeParameters(
		description.properties,
		node.parameters,
		true,
		false,
		node,
		description,
	);
	const visible = shown(description.properties, values, node, description);
	return Object.entries(node.parameters).flatMap(([name, value]) => {
		if (node.type.endsWith('Tool') && TOOL_FIELDS.includes(name)) return [];
		const fields = visible.filter((property) => property.name === name);
		if (fields.length === 0) return [`${name} is not a field of this form`];
		const inside = fields
			.filter(({ type }) => type === 'collection')
			.flatMap(({ options }) => options);
		if (inside.length === 0) return wrongValue(name, value, fields);
		return Object.entries(value).flatMap(([key, part]) => {
			const parts = inside.filter((option) => option.name === key);
			return parts.length === 0
				? [`${name}.${key} is not a field of this form`]
				: wrongValue(`${name}.${key}`, part, parts);
		});
	});
}

test('there are workflows for every use that the README promises', () => {
	expect(files.length).toBeGreaterThanOrEqual(7);
	const index = readFileSync(path.join(folder, 'README.md'), 'utf8');
	for (const file of files) expect(index).toContain(`(${file})`);
});

describe.each(files)('%s', (file) => {
	const workflow = read(file);
	const { nodes, connections } = workflow;
	const names = nodes.map(({ name }) => name);
	const mine = nodes.filter(({ type }) => type in ours);

	test('is a workflow that n8n imports: names and IDs are unique, connections meet', () => {
		expect(workflow.name).toMatch(/^Hailuo/);
		expect(workflow.settings.executionOrder).toBe('v1');
		expect(new Set(names).size).toBe(names.length);
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
		for (const [from, kinds] of Object.entries(connections)) {
			expect(names).toContain(from);
			for (const target of Object.values(kinds).flat(2)) expect(names).toContain(target.node);
		}
	});

	test('uses nodes that both lines of n8n have', () => {
		for (const { name, type, typeVersion } of nodes) {
			const known = type in ours ? 1 : N8N_NODES[type];
			expect([name, type, typeVersion]).toEqual([name, type, known]);
		}
	});

	test('every node is reached, and each is a step after a trigger that can be pressed', () => {
		const reached = new Set(
			Object.values(connections).flatMap((kinds) =>
				Object.values(kinds)
					.flat(2)
					.map(({ node }) => node),
			),
		);
		const helpsAnother = (name) =>
			Object.keys(connections[name] ?? {}).some((kind) => kind !== 'main');
		const alone = nodes.filter(
			({ name, type }) =>
				!/trigger$/i.test(type) &&
				!type.endsWith('stickyNote') &&
				!reached.has(name) &&
				!helpsAnother(name),
		);
		expect(alone.map(({ name }) => name)).toEqual([]);
		expect(nodes.some(({ type }) => type === 'n8n-nodes-base.manualTrigger')).toBe(true);
	});

	test('asks our nodes only for fields and values that their form has', () => {
		expect(mine.length).toBeGreaterThan(0);
		expect(mine.map((node) => [node.name, wrongIn(node, ours[node.type])])).toEqual(
			mine.map(({ name }) => [name, []]),
		);
	});

	test('fills every required field of our nodes', () => {
		for (const node of mine) {
			const { properties } = ours[node.type];
			const values = NodeHelpers.getNodeParameters(
				properties,
				node.parameters,
				true,
				false,
				node,
				ours[node.type],
			);
			const issues = NodeHelpers.getNodeParametersIssues(
				properties,
				{ ...node, parameters: values },
				ours[node.type],
			);
			expect([node.name, issues]).toEqual([node.name, null]);
		}
	});

	test('names the credential of its gateway, and holds no key', () => {
		for (const { name, parameters, credentials } of mine) {
			const gateway = GATEWAYS.find(({ id }) => id === parameters.provider);
			expect([name, credentials]).toEqual([
				name,
				{ [gateway.credentialType]: { id: '', name: gateway.credentialName } },
			]);
		}
		expect(source(file)).not.toMatch(
			/\b(sk-|whsec_|Bearer |eyJ)[\w-]{6,}|"(apiKey|password|token|secret)"/i,
		);
		expect(workflow.pinData).toEqual({});
	});

	test('explains itself on the canvas', () => {
		const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		expect(notes.length).toBeGreaterThan(0);
		expect(notes.map(({ parameters }) => parameters.content).join(' ').length).toBeGreaterThan(300);
	});

	test('does something with what fails', () => {
		const creating = mine.filter(
			({ type, parameters }) => !/(Tool|Trigger)$/.test(type) && parameters.operation === 'create',
		);
		for (const node of creating) {
			if (node.onError === 'continueRegularOutput') continue;
			expect([node.name, node.onError]).toEqual([node.name, 'continueErrorOutput']);
			expect([node.name, connections[node.name].main[1]?.length ?? 0]).not.toEqual([node.name, 0]);
		}
	});

	test('fetches only from the simulator until the user puts in an address', () => {
		const addresses = source(file).match(/https?:\/\/[^\s"'`)\\]+/g) ?? [];
		for (const address of addresses) expect(address).toMatch(/^http:\/\/127\.0\.0\.1:8787\//);
	});
});
