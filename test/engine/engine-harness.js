'use strict';
/*
 * Runs nodes, triggers and credentials of this package in n8n's own engine, in plain jest, without a server.
 * Own code; uses only public exports of n8n-core, n8n-workflow and @n8n/di.
 */
require('reflect-metadata');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');

// Before n8n-core is loaded: its instance settings write <N8N_USER_FOLDER>/.n8n/config on first use.
const userFolder = mkdtempSync(join(tmpdir(), 'n8n-engine-'));
process.env.N8N_USER_FOLDER = userFolder;
process.env.N8N_ENCRYPTION_KEY = 'engine-harness-key';
process.env.N8N_DEFAULT_BINARY_DATA_MODE ??= 'filesystem'; // the default on 2.x, not on 1.x
process.env.N8N_LOG_LEVEL ??= 'silent';

const { parse, stringify } = require('flatted');
const { Container } = require('@n8n/di');
const core = require('n8n-core');
const {
	ICredentialsHelper,
	NodeHelpers,
	Workflow,
	createEmptyRunExecutionData,
	createRunExecutionData,
} = require('n8n-workflow');

// not among n8n-core's public exports, and the only way to what an agent's tool call really does
const { makeHandleToolInvocation } = require(
	join(
		dirname(require.resolve('n8n-core')),
		'execution-engine/node-execution-context/utils/get-input-connection-data',
	),
);

/** n8n-core's: 2.41.x, or 1.122.x, which is n8n 1.123. */
const { version: engineVersion } = require(
	join(dirname(require.resolve('n8n-core')), '..', 'package.json'),
);

const ORIGIN = 'http://localhost:5678';

/** Plain-text credentials and the `generic` authenticate block; stands in for the server's credential store. */
class PlainCredentials extends ICredentialsHelper {
	constructor(types, values) {
		super();
		this.types = types;
		this.values = values;
	}
	getParentTypes() {
		return [];
	}
	isCredentialUsableByNode() {
		return true;
	} // asked for by 2.x only
	getCredentialsProperties(type) {
		return this.types[type]?.properties ?? [];
	}
	/** A function stands for values by expression: it gets the index of the item that they are resolved for. */
	async getDecrypted(_data, _nodeCredentials, type, _mode, _executeData, _raw, resolving) {
		const values = this.values[type] ?? {};
		return { ...(typeof values === 'function' ? values(resolving?.itemIndex ?? 0) : values) };
	}
	async getCredentials() {
		return new core.Credentials({ id: null, name: '' }, '', '');
	}
	async preAuthentication() {
		return undefined;
	}
	async runPreAuthentication() {
		return undefined;
	}
	async updateCredentials() {}
	async updateCredentialsOauthTokenData() {}

	async authenticate(values, type, request, workflow, node) {
		const how = this.types[type]?.authenticate;
		if (how === undefined) return request;
		if (typeof how === 'function') return await how(values, request);
		const fill = (text) =>
			typeof text === 'string' && text.startsWith('=')
				? workflow.expression.getSimpleParameterValue(
						node,
						text,
						'internal',
						{ $credentials: values },
						undefined,
						'',
					)
				: text;
		const signed = { ...request };
		for (const [part, fields] of Object.entries(how.properties)) {
			const filled = Object.entries(fields).map(([name, value]) => [fill(name), fill(value)]);
			signed[part] = { ...(signed[part] ?? {}), ...Object.fromEntries(filled) };
		}
		return signed;
	}
}

const registry = (types) => ({
	getByName: (name) => types[name],
	getByNameAndVersion(name, version) {
		if (!types[name]) throw new Error(`Node type "${name}" was not given to makeEngine()`);
		return NodeHelpers.getVersionedNodeType(types[name], version);
	},
	getKnownTypes: () => ({}),
});

/** An express response, as much of one as webhook() can touch. */
function fakeResponse() {
	const res = { statusCode: 200, headers: {}, body: undefined, ended: false };
	const finish = (body) => {
		if (body !== undefined) res.body = body;
		res.ended = true;
		return res;
	};
	const head = (name, value) => {
		res.headers[name.toLowerCase()] = value;
		return res;
	};
	const code = (status) => {
		res.statusCode = status;
		return res;
	};
	return Object.assign(res, {
		status: code,
		writeHead: code,
		setHeader: head,
		header: head,
		send: finish,
		json: finish,
		end: finish,
	});
}

/** An express request; `body` may be an object or the raw JSON text (the text keeps signatures byte exact). */
function fakeRequest(body, headers = {}, query = {}) {
	const raw = typeof body === 'string' ? body : JSON.stringify(body);
	return {
		body: JSON.parse(raw),
		rawBody: Buffer.from(raw),
		headers,
		query,
		params: {},
		method: 'POST',
	};
}

function makeEngine({ nodes, credentialTypes = {}, credentials = {} }) {
	const nodeTypes = registry(nodes);

	/** @returns {any} only what these nodes use */
	const additionalData = (extra = {}) => ({
		credentialsHelper: new PlainCredentials(credentialTypes, credentials),
		executionId: '1',
		currentNodeExecutionIndex: 0,
		variables: {},
		restApiUrl: `${ORIGIN}/rest`,
		instanceBaseUrl: ORIGIN,
		webhookBaseUrl: `${ORIGIN}/webhook`,
		webhookTestBaseUrl: `${ORIGIN}/webhook-test`,
		webhookWaitingBaseUrl: `${ORIGIN}/webhook-waiting`, // has to be an absolute URL
		formBaseUrl: '',
		formTestBaseUrl: '',
		formWaitingBaseUrl: `${ORIGIN}/form-waiting`,
		mcpBaseUrl: '',
		mcpTestBaseUrl: '',
		executeWorkflow: async () => {
			throw new Error('sub-workflows are not part of the harness');
		},
		getRunExecutionData: async () => undefined,
		getRuntimeCredential: async () => undefined,
		startRunnerTask: async () => ({ ok: false, error: 'no task runner' }),
		logAiEvent() {},
		setExecutionStatus() {},
		sendDataToUI() {},
		...extra,
	});

	const workflowOf = (nodeList, connections = {}, extra = {}) =>
		new Workflow({
			id: 'wf1',
			name: 'wf',
			nodes: nodeList,
			connections,
			active: false,
			nodeTypes,
			settings: { executionOrder: 'v1' },
			...extra,
		});

	/** @returns {import('n8n-workflow').IWebhookData} */
	const webhookOf = (node, description, data) => ({
		httpMethod: 'POST',
		node: node.name,
		path: node.webhookId ?? 'x',
		webhookDescription: description,
		workflowId: 'wf1',
		workflowExecuteAdditionalData: data,
		userId: '',
	});

	return {
		additionalData,
		workflowOf,

		/** From here on binary data goes to files (ids `filesystem-v2:…`); before it is base64 in memory. */
		async initBinary() {
			await Container.get(core.BinaryDataService).init();
		},
		readBinary: async (binary) => await Container.get(core.BinaryDataService).getAsBuffer(binary),
		/**
		 * A file as a node before would have put it into n8n's store.
		 * @param {Buffer} bytes
		 * @param {{ mimeType: string, fileName: string }} facts
		 */
		storeBinary: async (bytes, facts) =>
			await Container.get(core.BinaryDataService).store(
				{ type: 'execution', workflowId: 'wf1', executionId: '1' },
				bytes,
				{ ...facts, data: '' },
			),

		/**
		 * Runs a workflow from its first node. `promise` gives the IRun, `after` what the server would have stored first.
		 * With `parked`, an IRun that waits, it goes on as when n8n's wait tracker wakes it: from what the database would
		 * hold of it.
		 * @param {object} options
		 * @param {any} [options.parked]
		 * @param {any} [options.parentExecution]
		 * @param {any[]} options.nodeList
		 * @param {object} options.connections
		 * @param {any[]} [options.input]
		 * @param {import('n8n-workflow').WorkflowExecuteMode} [options.mode]
		 * @param {string} [options.start] name of the first node
		 * @param {object} [options.staticData]
		 * @param {object} [options.contextData]
		 * @param {string} [options.executionId]
		 * @param {object} [options.settings] of the workflow
		 */
		run({
			parked,
			parentExecution,
			nodeList,
			connections,
			input = [{ json: {} }],
			mode = 'trigger',
			start = nodeList[0].name,
			staticData,
			contextData,
			executionId = '1',
			settings,
		}) {
			const workflow = workflowOf(nodeList, connections, {
				...(staticData && { staticData }),
				...(settings && { settings }),
			});
			const hooks = new core.ExecutionLifecycleHooks(mode, '1', {
				id: 'wf1',
				name: 'wf',
				nodes: nodeList,
				connections,
				active: false,
				activeVersionId: null,
				isArchived: false,
				createdAt: new Date(0),
				updatedAt: new Date(0),
			});
			const after = [];
			hooks.addHandler('workflowExecuteAfter', (run) => void after.push(run.status));
			const fresh = () => ({
				executionData: {
					...(contextData && { contextData }),
					nodeExecutionStack: [
						{ node: workflow.getNode(start), data: { main: [input] }, source: null },
					],
				},
			});
			const data = parked ? parse(stringify(parked.data)) : createRunExecutionData(fresh());
			if (parentExecution) data.parentExecution = parentExecution;
			const promise = new core.WorkflowExecute(
				additionalData({ hooks, executionId }),
				mode,
				data,
			).processRunExecutionData(workflow);
			return { promise, cancel: () => promise.cancel(), workflow, after };
		},

		/**
		 * A node as the tool of an AI agent, through n8n's own tool invocation. Each tool takes the run index at which it
		 * is made: tools that are made before any of them is called share one.
		 * @param {{ node: any, mode?: import('n8n-workflow').WorkflowExecuteMode, nodeList?: any[], staticData?: object }} options
		 * @returns a maker of tools; a tool is a function from the model's arguments to the text that the model gets
		 */
		tools({ node, mode = 'trigger', nodeList = [node], staticData }) {
			const workflow = workflowOf(nodeList, {}, staticData ? { staticData } : {});
			const type = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
			const runData = createRunExecutionData({ executionData: { nodeExecutionStack: [] } });
			const data = additionalData();
			const contextOf = (runIndex) =>
				new core.SupplyDataContext(
					workflow,
					node,
					data,
					mode,
					runData,
					runIndex,
					[{ json: {} }],
					{},
					'ai_tool',
					{ node, data: {}, source: null },
					[],
				);
			return {
				make: () => makeHandleToolInvocation(contextOf, node, type, runData),
				runs: () => runData.resultData.runData[node.name] ?? [],
			};
		},

		/**
		 * Calls webhook() of a trigger, or of a waiting node when `runExecutionData` is given.
		 * @param {object} options
		 * @param {any} options.node
		 * @param {any} options.req
		 * @param {object} options.webhookDescription
		 * @param {import('n8n-workflow').WorkflowExecuteMode} [options.mode]
		 * @param {object} [options.staticData]
		 * @param {any} [options.runExecutionData]
		 * @param {any[]} [options.nodeList]
		 * @param {object} [options.connections]
		 */
		async webhook({
			node,
			req,
			webhookDescription,
			mode = 'webhook',
			staticData,
			runExecutionData = null,
			nodeList = [node],
			connections = {},
		}) {
			const workflow = workflowOf(nodeList, connections, staticData ? { staticData } : {});
			const res = fakeResponse();
			const data = additionalData({ httpRequest: req, httpResponse: res });
			const context = new core.WebhookContext(
				workflow,
				node,
				data,
				mode,
				webhookOf(node, webhookDescription, data),
				[],
				runExecutionData,
			);
			const type = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
			return { result: await type.webhook.call(context), res, staticData: workflow.staticData };
		},

		/** Calls webhookMethods.<group>.checkExists, create or delete, as activating a workflow does. */
		async hook({ node, method, group = 'default', staticData, webhookDescription }) {
			const workflow = workflowOf([node], {}, staticData ? { staticData } : {});
			const data = additionalData();
			const context = new core.HookContext(
				workflow,
				node,
				data,
				'trigger',
				'activate',
				webhookOf(node, webhookDescription, data),
			);
			const type = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
			return {
				result: await type.webhookMethods[group][method].call(context),
				staticData: workflow.staticData,
				context,
			};
		},

		/** Runs the `test` block of a credential: one declarative request, then the block's rules. */
		async testCredential(type, values) {
			const { request, rules = [] } = credentialTypes[type].test;
			/** @type {import('n8n-workflow').INode} */
			const node = {
				id: 'probe',
				name: 'Probe',
				type: 'probe',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
				credentials: { [type]: { id: '1', name: type } },
			};
			/** @type {import('n8n-workflow').INodeType} */
			const probe = {
				description: {
					displayName: 'Probe',
					name: 'probe',
					group: ['input'],
					version: 1,
					description: '',
					defaults: {},
					inputs: ['main'],
					outputs: ['main'],
					credentials: [{ name: type, required: true }],
					properties: [
						{
							displayName: 'Probe',
							name: 'probe',
							type: 'string',
							default: '',
							routing: { request },
						},
					],
				},
			};
			const workflow = new Workflow({
				nodes: [node],
				connections: {},
				active: false,
				nodeTypes: registry({ probe }),
			});
			const data = additionalData({
				credentialsHelper: new PlainCredentials(credentialTypes, { [type]: values }),
			});
			const context = new core.ExecuteContext(
				workflow,
				node,
				data,
				'internal',
				createEmptyRunExecutionData(),
				0,
				[],
				{ main: [[{ json: {} }]] },
				{ node, data: {}, source: null },
				[],
			);
			let reply;
			try {
				reply = (
					await new core.RoutingNode(context, probe, {
						id: '1',
						name: type,
						type,
						data: values,
					}).runNode()
				)[0][0].json;
			} catch (error) {
				const httpStatus =
					error.cause?.response?.status ?? (error.httpCode ? Number(error.httpCode) : undefined);
				const rule = rules.find(
					(r) => r.type === 'responseCode' && r.properties.value === httpStatus,
				);
				return { status: 'Error', message: rule?.properties.message ?? error.message, httpStatus };
			}
			const valueAt = (key) => key.split('.').reduce((value, step) => value?.[step], reply);
			const rule = rules.find(
				(r) => r.type === 'responseSuccessBody' && valueAt(r.properties.key) === r.properties.value,
			);
			return rule ? { status: 'Error', message: rule.properties.message } : { status: 'OK' };
		},

		cleanup: () => rmSync(userFolder, { recursive: true, force: true }),
	};
}

/** Loads a BUILT package (its root folder) the way n8n does at start. */
async function loadPackage(root) {
	const loader = new core.PackageDirectoryLoader(root);
	await loader.loadAll();
	return loader;
}

module.exports = {
	makeEngine,
	loadPackage,
	fakeRequest,
	fakeResponse,
	core,
	engineVersion,
	Container,
	userFolder,
};
