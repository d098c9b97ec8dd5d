#!/usr/bin/env node
/*
 * `npm run e2e:pause`: Completion Pause in a real n8n, in every way that a workflow can use it. All executions are
 * started at once and wait side by side; what comes out is compared with what Wait gives. n8n is killed while they are
 * parked.
 */
import { randomUUID } from 'node:crypto';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { runSuite } from './lib/suite.mjs';
import {
	chain,
	hailuoNode,
	itemsNode,
	itemsOf,
	manualStart,
	pause,
	saveCredential,
	START,
	until,
	webhookStart,
} from './lib/workflows.mjs';

const CREATE = 'Create';
const ITEMS = 'Items';
const AFTER = 'After it';
const LONG_MS = 600_000;
const STOPPED = ['stopped', 'stopped, and retried with the saved workflow'];
const GATEWAY = GATEWAYS.find(({ id }) => id === 'pixazo');
const after = { name: AFTER, type: 'n8n-nodes-base.noOp', parameters: {} };
/** How a workflow is called by another one. */
const calledStart = {
	name: START,
	type: 'n8n-nodes-base.executeWorkflowTrigger',
	typeVersion: 1.1,
	parameters: { inputSource: 'passthrough' },
};
const many = Array.from({ length: 20 }, (_, n) => n);

const order = (provider, more = {}) => ({
	provider,
	operation: 'create',
	mode: 'textToVideo',
	prompt: '={{ $json.prompt }}',
	completion: 'pause',
	...more,
});

/** A row without what differs from one order to the next. */
const comparable = ({ json, binary, pairedItem }) => {
	const row = { ...json };
	for (const field of ['taskId', 'videoUrl', 'videoUrlExpiresAt', 'submittedAt', 'finishedAt'])
		row[field] = typeof json[field];
	const files = Object.entries(binary ?? {}).map(
		([field, { mimeType, fileExtension, fileSize }]) => [field, mimeType, fileExtension, fileSize],
	);
	return { row, files, pairedItem };
};

await runSuite({
	name: 'pause',
	about: 'Completion Pause in a real n8n: parked, woken, delivered, compared with Wait.',
	spec: { 'task-seconds': { type: 'seconds', default: 60 } },
	help: '  --task-seconds <n>   how long a clip takes at the gateway (60)',
	async run(world) {
		const { openN8n, openSimulator, args, report, line } = world;
		const simulator = await openSimulator({ taskMs: args['task-seconds'] * 1000 });
		const slow = await openSimulator({
			taskMs: args['task-seconds'] * 1000,
			rateLimit: { perMinute: 20 },
		});
		const n8n = await openN8n();
		const { check } = report;
		const started = [];
		let credentials;
		let slowCredentials;

		await report.case('n8n starts', async () => {
			await n8n.start();
			credentials = {};
			for (const gateway of GATEWAYS)
				Object.assign(credentials, await saveCredential(n8n.rest, simulator, gateway));
			slowCredentials = await saveCredential(n8n.rest, slow, GATEWAY);
		});

		/** Starts a workflow; `verify` gets its execution when it has ended. */
		const begin = async (name, workflow, verify, { how = {}, parks = true, saved = '' } = {}) => {
			const workflowId = saved || (await n8n.rest.createWorkflow(workflow));
			const executionId = await startWith(n8n.rest, workflowId, how);
			started.push({ name, workflowId, executionId, verify, parks });
			return { workflowId, executionId };
		};
		const prompts = (list) => itemsNode(ITEMS, list.length, `prompt: ${JSON.stringify(list)}[i]`);
		const flow = (name, list, nodes, options) =>
			chain(name, [manualStart(), prompts(list), ...nodes], options);
		const create = (more = {}, extra = {}, name = CREATE) =>
			hailuoNode(name, order(GATEWAY.id, more), credentials, extra);
		const delivered = (execution, count, name = AFTER) => {
			check('status', [execution.status, execution.error?.message], ['success', undefined]);
			const items = itemsOf(execution, name);
			check(
				'rows',
				items.map(({ json }) => json.status),
				Array(count).fill('succeeded'),
			);
			check('files', items.filter(({ binary }) => binary?.data).length, count);
			check(
				'in order',
				items.map(({ pairedItem }) => [pairedItem].flat()[0].item),
				items.map((_, index) => index),
			);
			return items;
		};
		const hintsOf = (execution) =>
			(execution.nodes[CREATE]?.at(-1)?.hints ?? []).map(({ message }) => message).join();

		const rows = {};
		await report.case('Everything is started', async () => {
			for (const { id } of GATEWAYS)
				for (const count of [1, 20])
					for (const completion of ['pause', 'wait'])
						await begin(
							`${id}, ${count} items, ${completion}`,
							flow(
								`${id} ${count} ${completion}`,
								many.slice(0, count).map((n) => `clip ${n}`),
								[hailuoNode(CREATE, order(id, { completion }), credentials), after],
							),
							(execution) => {
								const items = delivered(execution, count);
								const other = rows[`${id} ${count}`];
								rows[`${id} ${count}`] = items.map(comparable);
								if (other) check('the same rows as the other way', items.map(comparable), other);
								if (completion === 'pause') check('runs', execution.nodes[CREATE].length, 1);
								check('the next node ran once', execution.nodes[AFTER].length, 1);
							},
							{ parks: completion === 'pause' },
						);

			await begin(
				'a manual run',
				flow('by hand', ['by hand 1', 'by hand 2'], [create(), after]),
				(execution) => delivered(execution, 2),
			);

			const activePath = randomUUID();
			const activeId = await n8n.rest.createWorkflow(
				chain('active', [webhookStart(activePath), create({ prompt: 'active' }), after]),
			);
			await n8n.rest.activate(activeId);
			await fetch(`${n8n.url}/webhook/${activePath}`, { method: 'POST' });
			const [{ id: activeRun }] = await until('the execution of the active workflow', async () => {
				const list = await n8n.rest.executions(activeId);
				return list.length > 0 && list;
			});
			started.push({
				name: 'an active workflow',
				executionId: activeRun,
				verify: (execution) => delivered(execution, 1),
				parks: true,
			});

			await begin(
				'a single step',
				flow('single step', ['single step'], [create(), after]),
				(execution) => {
					delivered(execution, 1, CREATE);
					check('the next node did not run', execution.nodes[AFTER], undefined);
				},
				{ how: { destination: CREATE } },
			);

			const stepwise = flow('step by step', ['step 1', 'step 2'], [create(), after]);
			const stepwiseId = await n8n.rest.createWorkflow(stepwise);
			const before = await startWith(n8n.rest, stepwiseId, { destination: ITEMS });
			const { nodes: runData } = await n8n.rest.ended(before, { timeoutMs: LONG_MS });
			await begin(
				'a single step with the data of the steps before it',
				stepwise,
				(execution) => {
					delivered(execution, 2, CREATE);
					check('the next node did not run', execution.nodes[AFTER], undefined);
					check('paid', tasksOf(simulator, 'step').length, 2);
				},
				{ how: { destination: CREATE, runData }, saved: stepwiseId },
			);

			await begin(
				'Continue On Fail',
				flow(
					'continue',
					['x'.repeat(3000), 'continue 2', 'continue 3 sim:blocked', 'continue 4'],
					[create({}, { onError: 'continueRegularOutput' }), after],
				),
				(execution) => {
					const items = itemsOf(execution, AFTER);
					check(
						'categories',
						items.map(({ json }) => json.error?.category ?? json.status),
						['invalidParameters', 'succeeded', 'contentPolicy', 'succeeded'],
					);
				},
			);

			await begin(
				'the error output',
				flow(
					'error output',
					['output 1', 'output 2 sim:blocked', 'output 3'],
					[create({}, { onError: 'continueErrorOutput' }), after],
				),
				(execution) => {
					const [good, bad] = execution.nodes[CREATE].at(-1).data.main;
					check(
						'good',
						good.map(({ json }) => json.status),
						['succeeded', 'succeeded'],
					);
					check(
						'bad',
						bad.map(({ json }) => json.error?.category),
						['contentPolicy'],
					);
				},
			);

			await begin(
				'without either a failure ends it',
				flow('error', ['error 1 sim:blocked', 'error 2'], [create(), after]),
				(execution) => {
					check('status', execution.status, 'error');
					const ids = tasksOf(simulator, 'error 2').map(({ id }) => id);
					check('names the other task', execution.text.includes(ids[0]), true);
				},
			);

			await begin(
				'Retry On Fail: the gateway is out of order each time',
				flow(
					'retry',
					['retry me sim:fail'],
					[create({}, { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 }), after],
				),
				(execution) => {
					check('status', execution.status, 'error');
					check('paid', tasksOf(simulator, 'retry me').length <= 2, true);
				},
			);

			slow.outcome({ times: 1, status: 'failed', category: 'generic' });
			await begin(
				'Retry On Fail: the second try is delivered',
				flow(
					'second try',
					['second try'],
					[
						hailuoNode(CREATE, order(GATEWAY.id), slowCredentials, {
							retryOnFail: true,
							maxTries: 2,
							waitBetweenTries: 10,
						}),
						after,
					],
				),
				(execution) => {
					const [item] = delivered(execution, 1);
					const tasks = tasksOf(slow, 'second try');
					check('paid', tasks.length, 2);
					check('the second task', item.json.taskId, tasks.at(-1).id);
				},
			);

			await begin(
				'a loop whose every round parks',
				loop(flow('loop', ['loop 1', 'loop 2'], [create({}, {}, CREATE)])),
				(execution) => {
					check('status', [execution.status, execution.error?.message], ['success', undefined]);
					check('rounds', execution.nodes[CREATE].length, 2);
					const ids = execution.nodes[CREATE].map((run) => run.data.main[0][0].json.taskId);
					check('tasks', new Set(ids).size, 2);
					check('paid', tasksOf(simulator, 'loop').length, 2);
				},
			);

			await begin(
				'two in a row',
				flow(
					'row',
					['row'],
					[create({}, {}, 'First'), create({ prompt: 'row second' }, {}, 'Second'), after],
				),
				(execution) => {
					delivered(execution, 1);
					check('paid', tasksOf(simulator, 'row').length, 2);
				},
			);

			await begin(
				'two branches',
				branches(flow('branches', ['branch'], [create({}, {}, 'A'), create({}, {}, 'B'), after])),
				(execution) => {
					check('status', execution.status, 'success');
					check('runs', [execution.nodes.A.length, execution.nodes.B.length], [1, 1]);
					check('the next node ran for each', execution.nodes[AFTER].length, 2);
					check('paid', tasksOf(simulator, 'branch').length, 2);
				},
			);

			for (const mode of ['once', 'each']) {
				const list = [`child ${mode} 1`, `child ${mode} 2`];
				const parks = mode === 'once' && line !== '1.123';
				const why = line === '1.123' ? 'n8n 1.x loses the rows' : 'item by item';
				const childId = await n8n.rest.createWorkflow(
					chain(`child ${mode}`, [calledStart, create(), { ...after, name: 'Child end' }]),
				);
				if (line !== '1.123') await n8n.rest.activate(childId);
				await begin(
					`a sub-workflow, called ${mode}: the parent gets its rows`,
					flow(`parent ${mode}`, list, [
						{
							name: 'Call',
							type: 'n8n-nodes-base.executeWorkflow',
							typeVersion: 1.2,
							parameters: {
								mode,
								workflowId: { __rl: true, mode: 'id', value: childId },
								workflowInputs: { mappingMode: 'defineBelow', value: {} },
								options: {},
							},
						},
						after,
					]),
					async (execution) => {
						check('status', [execution.status, execution.error?.message], ['success', undefined]);
						const items = itemsOf(execution, AFTER);
						check(
							'rows',
							items.map(({ json }) => json.status),
							['succeeded', 'succeeded'],
						);
						check('files', items.filter(({ binary }) => binary?.data).length, 2);
						check('paid', tasksOf(simulator, `child ${mode}`).length, 2);
						const calls = await n8n.rest.executions(childId);
						check('calls', calls.length, mode === 'once' ? 1 : 2);
						for (const { id } of calls) {
							const hint = hintsOf(await n8n.rest.execution(id));
							check('it says why the node stayed', hint.includes(why), !parks);
						}
					},
					{ parks },
				);
			}

			await begin(
				'Wait for tasks that exist',
				flow(
					'wait',
					['exists 1', 'exists 2'],
					[
						create({ completion: 'return' }, {}, 'Order'),
						hailuoNode(
							CREATE,
							{ provider: GATEWAY.id, operation: 'wait', completion: 'pause' },
							credentials,
						),
						after,
					],
				),
				(execution) => delivered(execution, 2),
			);
		});

		const path = randomUUID();
		const answering = await report.case('A webhook that answers with the result', async () => {
			const hook = webhookStart(path);
			hook.parameters.responseMode = 'lastNode';
			const id = await n8n.rest.createWorkflow(
				chain('webhook', [hook, create({ prompt: 'webhook' }), after]),
			);
			await n8n.rest.activate(id);
			const signal = AbortSignal.timeout(LONG_MS);
			return { answer: fetch(`${n8n.url}/webhook/${path}`, { method: 'POST', signal }), id };
		});
		await report.case('… gets it, and the node says that it stayed', async () => {
			const answer = await answering.answer;
			const body = await answer.json();
			check('answer', [answer.status, [body].flat()[0]?.status], [200, 'succeeded']);
			const [{ id }] = await n8n.rest.executions(answering.id);
			check('hint', hintsOf(await n8n.rest.execution(id)).includes('answers its caller'), true);
		});

		const isParked = async (executionId) =>
			await until(
				'waiting',
				async () => (await n8n.rest.execution(executionId)).status === 'waiting',
			);
		const statuses = async () =>
			await Promise.all(
				started.map(async ({ executionId }) => (await n8n.rest.execution(executionId)).status),
			);

		await report.case('Parked: waiting in the database, nothing runs for them', async () => {
			for (const { parks, executionId } of started) if (parks) await isParked(executionId);
		});

		const stopped = await report.case('Stop of a parked execution', async () => {
			// two more, to be stopped
			const own = [];
			for (const name of STOPPED) {
				const workflowId = await n8n.rest.createWorkflow(flow(name, [name], [create(), after]));
				own.push({ workflowId, executionId: await startWith(n8n.rest, workflowId, {}) });
			}
			for (const { executionId } of own) {
				await isParked(executionId);
				await n8n.rest.call('POST', `/executions/${executionId}/stop`);
				check('status', (await n8n.rest.execution(executionId)).status, 'canceled');
			}
			return own;
		});

		await report.case('Retry of what was stopped while it was parked', async () => {
			await pause(args['task-seconds'] * 1000);
			for (const [index, { executionId }] of stopped.entries()) {
				const body = index === 0 ? {} : { loadWorkflow: true };
				await n8n.rest.call('POST', `/executions/${executionId}/retry`, body).catch(() => {});
				const list = await n8n.rest.executions(stopped[index].workflowId);
				const retried = list.find(({ id }) => id !== executionId);
				check('retried', retried !== undefined, true);
				if (!retried) continue;
				const execution = await n8n.rest.ended(retried.id, { timeoutMs: LONG_MS });
				if (index === 0) delivered(execution, 1);
				else {
					const [row] = itemsOf(execution, CREATE);
					const [{ id }] = tasksOf(simulator, STOPPED[index]);
					check(
						'its row says what happened',
						[row.json.error?.code, row.json.taskId],
						['skipped', id],
					);
				}
				check('paid', tasksOf(simulator, STOPPED[index]).length, 1);
			}
		});

		await report.case('The workflow is edited, the node renamed, while it is parked', async () => {
			const { workflowId, executionId } = await begin(
				'… of an edited workflow',
				flow('edited', ['edited'], [create(), after]),
				(execution) => {
					delivered(execution, 1);
					check('paid', tasksOf(simulator, 'edited').length, 1);
				},
			);
			await isParked(executionId);
			const { nodes, connections, settings, versionId, name } = await n8n.rest.call(
				'GET',
				`/workflows/${workflowId}`,
			);
			const kept = nodes.filter((node) => node.name !== CREATE);
			await n8n.rest.call('PATCH', `/workflows/${workflowId}`, {
				name,
				nodes: kept,
				connections: { [START]: connections[START] },
				settings,
				versionId,
			});
		});

		await report.case('Killed by SIGKILL while all are parked, and started again', async () => {
			const fifty = Array.from({ length: 50 }, (_, n) => `slow ${n}`);
			const { executionId } = await begin(
				'a gateway that takes 20 orders a minute, 50 items, killed after the first orders',
				flow('slow', fifty, [hailuoNode(CREATE, order(GATEWAY.id), slowCredentials), after]),
				(execution) => {
					delivered(execution, 50);
					check('paid', tasksOf(slow, 'slow').length, 50);
				},
			);
			await isParked(executionId);
			report.note(
				`20 orders a minute, 50 items: ${tasksOf(slow, 'slow').length} are made when it is killed`,
			);
			const ids = [];
			for (const count of [1, 20]) {
				const list = many.slice(0, count).map((n) => `killed ${count} ${n}`);
				ids.push(
					await begin(
						`killed, ${count} items`,
						flow(`killed ${count}`, list, [create(), after]),
						(execution) => {
							delivered(execution, count);
							check('paid', tasksOf(simulator, `killed ${count}`).length, count);
						},
					),
				);
			}
			for (const [index, { executionId }] of ids.entries()) {
				await isParked(executionId);
				const tasks = tasksOf(simulator, `killed ${[1, 20][index]}`);
				const first = Math.min(...tasks.map(({ submittedAt }) => submittedAt));
				report.note(
					`${tasks.length} orders: in n8n's database ${((Date.now() - first) / 1000).toFixed(1)} s after the first of them`,
				);
			}
			await until('nobody waits in place', async () => !(await statuses()).includes('running'), {
				timeoutMs: LONG_MS,
				everyMs: 1000,
			});
			await n8n.kill();
			await n8n.start();
		});

		for (const { name, executionId, verify } of started)
			await report.case(name, async () => {
				const execution = await n8n.rest.ended(executionId, { timeoutMs: LONG_MS });
				await verify(execution);
			});

		await report.case('Nothing was paid twice', async () => {
			const counts = new Map();
			for (const { prompt, provider } of simulator.tasks) {
				const key = `${provider} ${prompt}`;
				counts.set(key, (counts.get(key) ?? 0) + 1);
			}
			// by each gateway: 1 and 20 items, each in two ways
			const twice = [...counts].filter(([key, count]) => {
				const [, n] = /clip (\d+)$/.exec(key) ?? [];
				const most = n === undefined ? (/retry me|branch$/.test(key) ? 2 : 1) : n === '0' ? 4 : 2;
				return count > most;
			});
			check('paid twice', twice, []);
		});
	},
});

/** The tasks of a prompt, or of those that begin with it. */
function tasksOf(simulator, words) {
	return simulator.tasks.filter(({ prompt }) => prompt === words || prompt.startsWith(`${words} `));
}

/**
 * Starts a workflow by hand.
 * @param {any} rest
 * @param {string} id
 * @param {{ destination?: string, runData?: object }} how `destination`: the step that is executed; `runData`: what the
 *   editor knows of an earlier run, so that the nodes before it are not run again
 */
async function startWith(rest, id, { destination, runData }) {
	const workflowData = await rest.call('GET', `/workflows/${id}`);
	const { executionId } = await rest.call('POST', `/workflows/${id}/run`, {
		workflowData,
		...(runData
			? { runData, dirtyNodeNames: [] }
			: { startNodes: [], triggerToStartFrom: { name: START } }),
		...(destination && { destinationNode: { nodeName: destination, mode: 'inclusive' } }),
	});
	return executionId;
}

/** Start, items, then a loop over them with the node in its round. */
function loop(workflow) {
	const rounds = {
		id: randomUUID(),
		name: 'Rounds',
		type: 'n8n-nodes-base.splitInBatches',
		typeVersion: 3,
		position: [300, 200],
		parameters: { batchSize: 1, options: {} },
	};
	const to = (node) => [{ node, type: 'main', index: 0 }];
	return {
		...workflow,
		nodes: [...workflow.nodes, rounds],
		connections: {
			[START]: { main: [to(ITEMS)] },
			[ITEMS]: { main: [to('Rounds')] },
			Rounds: { main: [[], to(CREATE)] },
			[CREATE]: { main: [to('Rounds')] },
		},
	};
}

/** Start, items, then A and B beside each other, both before the last node. */
function branches(workflow) {
	const to = (...nodes) => nodes.map((node) => ({ node, type: 'main', index: 0 }));
	return {
		...workflow,
		connections: {
			[START]: { main: [to(ITEMS)] },
			[ITEMS]: { main: [to('A', 'B')] },
			A: { main: [to(AFTER)] },
			B: { main: [to(AFTER)] },
		},
	};
}
