#!/usr/bin/env node
/*
 * `npm run e2e:agent`: an AI Agent of a real n8n uses the node as its tool. The chat model is a stand-in on loopback
 * that asks for the tool once. The first download fails, n8n tries the tool again: one clip, paid once.
 */
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { packageName } from '../../tools/lib/package.mjs';
import { startChatModel } from './lib/chatModel.mjs';
import { runSuite } from './lib/suite.mjs';
import { chain, itemsOf, manualStart, saveCredential, START } from './lib/workflows.mjs';

const AGENT = 'Director';
const MODEL = 'Stand-in model';
const TOOL = 'Hailuo Video';
const GATEWAY = GATEWAYS.find(({ id }) => id === 'minimax');
/** A download is tried so often by the node itself, before it counts as failed. */
const DOWNLOAD_TRIES = 5;
const PROMPT = 'a lighthouse in the rain';

await runSuite({
	name: 'agent',
	about: 'An AI Agent with a stand-in chat model uses Hailuo Video as its tool.',
	async run({ openN8n, openSimulator, atEnd, report }) {
		const simulator = await openSimulator({ taskMs: 1500 });
		const model = await startChatModel((tool) => argumentsOf(tool));
		atEnd(model.close);
		const n8n = await openN8n({ env: { N8N_COMMUNITY_PACKAGES_ALLOW_TOOL_USAGE: 'true' } });
		const world = { n8n, simulator, model, report };
		await report.case('n8n starts', async () => await n8n.start());
		await report.case('Credentials', async () => {
			world.hailuo = await saveCredential(n8n.rest, simulator, GATEWAY);
			world.openAi = await n8n.rest.createCredential({
				name: 'Stand-in model',
				type: 'openAiApi',
				data: { apiKey: 'stand-in', url: model.url, header: false },
			});
		});
		await report.case('The agent makes a clip by the tool', async () => {
			await agentRun(world, { tries: 1, failures: 0 });
		});
		await report.case('Retry On Fail: the first download fails, one clip is paid', async () => {
			await agentRun(world, { tries: 3, failures: DOWNLOAD_TRIES });
		});
	},
});

/** What the model fills in: every field of the tool that is text gets the prompt. */
function argumentsOf({ parameters }) {
	const names = Object.keys(parameters?.properties ?? {});
	return Object.fromEntries(names.map((name) => [name, PROMPT]));
}

async function agentRun(world, { tries, failures }) {
	const { n8n, simulator, model, report } = world;
	simulator.reset();
	model.requests.length = 0;
	const fault =
		failures > 0 &&
		simulator.fault({ provider: GATEWAY.id, kind: 'video', times: failures, do: { status: 503 } });
	const workflowId = await n8n.rest.createWorkflow(agentWorkflow(world, tries));
	const execution = await n8n.rest.run(workflowId, START, { timeoutMs: 180_000 });
	report.check('execution', [execution.status, execution.error?.message], ['success', undefined]);
	report.check('tasks paid', simulator.paid(), 1);
	report.check('its prompt', simulator.tasks[0]?.prompt, PROMPT);
	if (fault) report.check('downloads that failed', fault.used, failures);
	const videos = simulator.requests.filter(({ kind }) => kind === 'video');
	report.check('the last download succeeded', videos.at(-1)?.status, 200);
	const said = model.requests.at(-1)?.messages.at(-1);
	const heard = typeof said?.content === 'string' ? said.content : JSON.stringify(said?.content);
	report.check('what the model heard last', said?.role, 'tool');
	report.check('it heard the task ID', heard?.includes(simulator.tasks[0]?.id), true);
	report.check('it heard of success', heard?.includes('succeeded'), true);
	const [answer] = itemsOf(execution, AGENT);
	report.check('the agent answered', answer?.json.output?.startsWith('The tool said:'), true);
}

function agentWorkflow({ hailuo, openAi }, tries) {
	const workflow = chain(`Agent, ${tries} tries`, [
		manualStart(),
		{
			name: AGENT,
			type: '@n8n/n8n-nodes-langchain.agent',
			typeVersion: 2,
			parameters: {
				promptType: 'define',
				text: 'Make a clip of a lighthouse in the rain.',
				options: { maxIterations: 4 },
			},
		},
	]);
	const beside = [
		{
			id: 'model',
			name: MODEL,
			type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
			typeVersion: 1.2,
			position: [120, 220],
			parameters: {
				model: { __rl: true, mode: 'id', value: 'stand-in' },
				options: {},
			},
			credentials: { openAiApi: openAi },
		},
		{
			id: 'tool',
			name: TOOL,
			type: `${packageName()}.hailuoVideoTool`,
			typeVersion: 1,
			position: [320, 220],
			parameters: {
				descriptionType: 'manual',
				toolDescription: 'Makes a short video of what the prompt says.',
				provider: GATEWAY.id,
				resource: 'video',
				operation: 'create',
				mode: 'textToVideo',
				model: 'MiniMax-Hailuo-02',
				prompt: "={{ $fromAI('prompt', 'what the video shows', 'string') }}",
				completion: 'wait',
				downloadVideo: true,
				waitOptions: { pollInterval: 1 },
			},
			credentials: hailuo,
			...(tries > 1 && { retryOnFail: true, maxTries: tries, waitBetweenTries: 500 }),
		},
	];
	return {
		...workflow,
		nodes: [...workflow.nodes, ...beside],
		connections: {
			...workflow.connections,
			[MODEL]: { ai_languageModel: [[{ node: AGENT, type: 'ai_languageModel', index: 0 }]] },
			[TOOL]: { ai_tool: [[{ node: AGENT, type: 'ai_tool', index: 0 }]] },
		},
	};
}
