/*
 * Random kills: executions of 20 clips at n8n's mercy, SIGKILL while they order, wait (or lie parked), wake or
 * download. Every task that the gateway was paid for has to be known afterwards, to n8n's database or to its log, and
 * every known one is delivered, once.
 */
import { readFileSync } from 'node:fs';
import { GATEWAYS } from '../../../tools/lib/gateways.mjs';
import { hasEnded, RestProblem } from '../../../tools/lib/rest.mjs';
import { table } from '../../../tools/lib/table.mjs';
import {
	chain,
	hailuoNode,
	itemsNode,
	itemsOf,
	manualStart,
	pause,
	sorted,
	START,
	until,
} from './workflows.mjs';

const CLIPS = 20;
const GATEWAY = GATEWAYS.find(({ id }) => id === 'seaart');
const CREATE = 'Create';
const AFTER = 'After it';
/** Long enough that an execution is really parked: n8n wakes nothing within 70 s of its saving on time. */
const PARKED_TASK_MS = 100_000;
const WAITED_TASK_MS = 5000;

/** What a gateway answered so shortly before the kill may not have been heard any more. */
const UNHEARD_MS = 500;

/** What a run goes through, kill by kill; the last kill of a run may be its end. */
const RUNS = {
	wait: [['ordering'], ['waiting'], ['downloading']],
	pause: [
		['ordering'],
		['parked', 'parked', 'waking'],
		['parked', 'parked', 'downloading'],
		['parked', 'waking'],
	],
};

/** Numbers from 0 to 1, the same ones for the same seed. */
function randomFrom(seed) {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}

/**
 * @param {any} world of kill.mjs, with n8n running
 * @param {{ kills: number, completion: 'wait' | 'pause', seed: number }} options
 */
export async function randomKills(world, { kills, completion, seed }) {
	const { report, simulator } = world;
	const random = randomFrom(seed);
	const rows = [];
	// A video takes a moment to come, so that a kill can fall between two of them.
	simulator.fault({ provider: GATEWAY.id, kind: 'video', times: 1e6, do: { slowMs: 300 } });
	for (let run = 0; rows.length < kills; run++) {
		const moments = RUNS[completion][run % RUNS[completion].length];
		const plan = moments.slice(0, kills - rows.length);
		const title = `Run ${run + 1} of ${CLIPS} clips (${completion}), killed while ${plan.join(', ')}`;
		await report.case(title, async () => {
			rows.push(
				...(await killedRun(world, { completion, plan, random, name: `random ${run + 1}` })),
			);
		});
	}
	const columns = {
		'Killed while': ({ moment }) => moment,
		'Paid by then': ({ made }) => made,
		'After the restart': ({ status }) => status,
		'IDs in database': ({ saved }) => saved,
		'Only in log': ({ onlyInLog }) => onlyInLog,
		Unheard: ({ unheard }) => unheard,
		'In the end': ({ ended }) => ended,
		'By n8n itself': ({ byItself }) => byItself,
		'By retry': ({ byRetry }) => byRetry,
		'By ID': ({ byId }) => byId,
		'Paid in all': ({ paid }) => paid,
	};
	report.note(
		[
			`Random kills, seed ${seed}:`,
			table(
				Object.keys(columns),
				rows.map((row) => Object.values(columns).map((cell) => cell(row))),
			),
			table(
				['Killed while', 'Kills', 'IDs in database', 'Only in log', 'Unheard', 'After the restart'],
				[...new Set(rows.map(({ moment }) => moment))].map((moment) =>
					summary(rows.filter((row) => row.moment === moment)),
				),
			),
		].join('\n\n'),
	);
}

/** The kills of one moment in a line. */
function summary(rows) {
	const sum = (field) => rows.reduce((total, row) => total + row[field], 0);
	const [saved, onlyInLog, unheard] = ['saved', 'onlyInLog', 'unheard'].map(sum);
	const counts = {};
	for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1;
	const after = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
	const known = `${saved} of ${saved + onlyInLog + unheard}`;
	return [rows[0].moment, rows.length, known, onlyInLog, unheard, after.join(', ')];
}

async function killedRun(world, { completion, plan, random, name }) {
	const { rest, simulator, report } = world;
	const taskMs = completion === 'pause' ? PARKED_TASK_MS : WAITED_TASK_MS;
	simulator.outcome({ provider: GATEWAY.id, taskMs, times: CLIPS });
	const workflowId = await rest.createWorkflow(workflowOf(name, completion, world.credentials));
	await rest.start(workflowId, START);
	const tasks = () => simulator.tasks.filter(({ prompt }) => prompt?.startsWith(`${name} item `));
	const rows = [];
	for (const moment of plan) {
		const row = { moment };
		rows.push(row);
		await reach(world, { moment, random, tasks, workflowId });
		const killedAt = Date.now();
		const made = tasks();
		row.made = made.length;
		await world.n8n.kill();
		await world.n8n.start();
		world.rest = world.n8n.rest;
		const execution = await settled(world, workflowId);
		row.status = execution.status;
		const { isSaved, isKnown } = knowledgeOf(world, execution);
		// Orders that were on their way when n8n died are among them.
		const paid = tasks();
		row.saved = paid.filter(isSaved).length;
		row.onlyInLog = paid.filter((task) => isKnown(task) && !isSaved(task)).length;
		row.unheard = paid.filter((task) => !isKnown(task)).length;
		const lost = made.filter((task) => !isKnown(task) && task.submittedAt < killedAt - UNHEARD_MS);
		report.check(`${moment}: tasks that neither database nor log know`, lost, []);
		if (hasEnded(execution)) break;
	}
	await finish(world, { workflowId, tasks, row: rows.at(-1) });
	return rows;
}

/** What n8n knows of tasks: by an execution in its database, or by its logs too. */
function knowledgeOf(world, execution) {
	const log = [world.logFile, ...world.n8n.logs].map((file) => readFileSync(file, 'utf8')).join();
	const isSaved = ({ id }) => execution.text.includes(id);
	return { isSaved, isKnown: (task) => isSaved(task) || log.includes(task.id) };
}

/** Start -> 20 items -> Create -> a node that shows what went on. */
function workflowOf(name, completion, credentials) {
	const parameters = {
		provider: GATEWAY.id,
		operation: 'create',
		mode: 'textToVideo',
		model: 'MiniMax-Hailuo-02',
		prompt: '={{ $json.prompt }}',
		completion,
		downloadVideo: true,
	};
	return chain(name, [
		manualStart(),
		itemsNode('Items', CLIPS, `prompt: '${name} item ' + i + '.'`),
		hailuoNode(CREATE, parameters, credentials),
		{ name: AFTER, type: 'n8n-nodes-base.noOp', parameters: {} },
	]);
}

/** Waits for the moment at which n8n is to be killed. */
async function reach({ simulator, rest }, { moment, random, tasks, workflowId }) {
	const quick = { everyMs: 5, timeoutMs: 200_000 };
	const seen = (kind) => {
		const ids = new Set(tasks().map(({ id }) => id));
		return simulator.requests.filter((one) => one.kind === kind && ids.has(one.taskId)).length;
	};
	if (moment === 'ordering') {
		const some = 1 + Math.floor(random() * (CLIPS - 2));
		await until('orders', () => tasks().length >= some, quick);
		return;
	}
	await until('all orders', () => tasks().length >= CLIPS, quick);
	if (moment === 'waiting') return await pause(random() * WAITED_TASK_MS * 0.8);
	if (moment === 'downloading') {
		const some = 1 + Math.floor(random() * (CLIPS - 2));
		await until('downloads', () => seen('video') >= some, quick);
		return;
	}
	const parked = async () => (await rest.executions(workflowId))[0]?.status === 'waiting';
	await until('the execution is parked', parked, { timeoutMs: 60_000 });
	if (moment === 'parked') return await pause(random() * 3000);
	const before = seen('status');
	await until('the execution wakes', () => seen('status') > before, quick);
	await pause(random() * 400);
}

/** The newest execution, when n8n has made up its mind about it: parked, ended, or found dead. */
async function settled({ rest }, workflowId) {
	return await until('n8n notices what was killed', async () => {
		const [newest] = await rest.executions(workflowId);
		const execution = newest && (await rest.execution(newest.id));
		return execution && (execution.status === 'waiting' || hasEnded(execution)) && execution;
	});
}

/** Brings every clip home that n8n knows of: by itself, then by its own retry, then by the ID. */
async function finish(world, { workflowId, tasks, row }) {
	const { rest, report } = world;
	const delivered = [];
	const [newest] = await rest.executions(workflowId);
	const execution = await rest.ended(newest.id, { timeoutMs: 300_000 });
	const take = (found) => {
		const ids = itemsOf(found, AFTER)
			.filter(({ binary, json }) => binary?.data && json.status === 'succeeded')
			.map(({ json }) => json.taskId);
		delivered.push(...ids);
		return ids.length;
	};
	row.ended = execution.status;
	row.byItself = take(execution);
	row.byRetry = 0;
	// Only what the database knows can be gone on with; anything else would be ordered anew.
	const saved = tasks().filter(({ id }) => execution.text.includes(id)).length;
	if (row.byItself === 0 && saved === tasks().length && saved === CLIPS) {
		try {
			await rest.call('POST', `/executions/${execution.id}/retry`, { loadWorkflow: false });
		} catch (error) {
			if (!(error instanceof RestProblem)) throw error;
		}
		const [again] = await rest.executions(workflowId);
		if (again.id !== execution.id)
			row.byRetry = take(await rest.ended(again.id, { timeoutMs: 300_000 }));
	}
	if (saved === CLIPS)
		report.check(
			'clips of the database that came without their IDs',
			row.byItself + row.byRetry,
			CLIPS,
		);
	const known = tasks().filter(knowledgeOf(world, execution).isKnown);
	const missing = known.filter(({ id }) => !delivered.includes(id));
	if (missing.length > 0) delivered.push(...(await byIds(world, missing)));
	row.byId = missing.length;
	row.paid = tasks().length;
	report.check(
		'every clip that n8n knows of is delivered once',
		sorted(delivered),
		sorted(known.map(({ id }) => id)),
	);
	const prompts = tasks().map(({ prompt }) => prompt);
	report.check('tasks paid per order', new Set(prompts).size, prompts.length);
}

/** What the operation Wait brings, in one execution. */
async function byIds({ rest, credentials }, tasks) {
	const list = JSON.stringify(tasks.map(({ id, model }) => ({ taskId: id, endpoint: model })));
	const workflowId = await rest.createWorkflow(
		chain('By ID', [
			manualStart(),
			{
				...itemsNode('Items', 0),
				parameters: { jsCode: `return ${list}.map((json) => ({ json }));` },
			},
			hailuoNode(
				AFTER,
				{
					provider: GATEWAY.id,
					operation: 'wait',
					taskId: '={{ $json.taskId }}',
					endpoint: '={{ $json.endpoint }}',
					downloadVideo: true,
				},
				credentials,
			),
		]),
	);
	const execution = await rest.run(workflowId, START, { timeoutMs: 300_000 });
	return itemsOf(execution, AFTER)
		.filter(({ binary }) => binary?.data)
		.map(({ json }) => json.taskId);
}
