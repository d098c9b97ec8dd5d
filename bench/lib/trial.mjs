/** One measured run of one contestant, from a fresh n8n to its figures. */
import { loadavg } from 'node:os';
import { contestantOf, workflowOf } from './contestants.mjs';
import { figuresOf } from './dialogue.mjs';
import { latenciesDuring, watchEventLoop } from './event-loop.mjs';
import { allEnded, resultOf, startExecution } from './executions.mjs';
import { cpuSecondsOf, memoryOf, watchMemory } from './process-figures.mjs';
import { largest, mean } from './statistics.mjs';

const MB = 1_000_000;
/**
 * n8n's memory falls by 250 MB or more in the half minute after its start, in steps. It is idle when it has kept still
 * for this long.
 */
const STILL_MS = 20_000;
const STILL_MB = 4;
const LONGEST_SETTLE_MS = 120_000;
const SAMPLE_MS = 250;

/**
 * @typedef {object} TrialPlan
 * @property {string} contestant
 * @property {number} executions how many are started together
 * @property {number} items in each
 * @property {number} [accounts] 1; the executions take turns in so many credentials, which teach each other nothing
 * @property {number[]} times milliseconds per clip
 * @property {number} videoMb 0 for the simulator's small clip
 * @property {boolean} [download]
 * @property {number} [pictureMb] image to video, with pictures of this size
 * @property {{ perMinute: number, burst?: number }} [rateLimit]
 * @property {boolean} [probe] also watches the event loop, which costs n8n five small requests a second
 * @property {number} [rounds] runs of the same workflow in the same n8n, one after the other
 *
 * @typedef {Awaited<ReturnType<typeof measure>>} Trial
 */

/**
 * @param {Awaited<ReturnType<typeof import('./instance.mjs').openBench>>} bench
 * @param {TrialPlan} plan
 * @returns {Promise<Trial[]>} one per round
 */
export async function runTrial(bench, plan) {
	const contestant = contestantOf(plan.contestant);
	const { rateLimit, pictureMb } = plan;
	const running = await bench.start({
		videoBytes: Math.round(plan.videoMb * MB),
		rateLimit,
		pictureBytes: pictureMb && Math.round(pictureMb * MB),
	});
	try {
		const { simulator } = running;
		await warmUp(running, contestant, plan);
		const workflowIds = [];
		for (let i = 0; i < (plan.accounts ?? 1); i++)
			workflowIds.push(await createWorkflow(running, contestant, plan));
		const trials = [];
		for (let round = 0; round < (plan.rounds ?? 1); round++) {
			await simulator.reset();
			await simulator.taskTimes('minimax', plan.times);
			trials.push(await measure(running, contestant, plan, workflowIds, round));
		}
		return trials;
	} finally {
		await running.stop();
	}
}

async function measure({ server, simulator, rest }, contestant, plan, workflowIds, round) {
	const { executions } = plan;
	const idleMb = await settledMemory(server.pid);
	const cpuBefore = cpuSecondsOf(server.pid);
	const loadBefore = loadavg()[0];
	const memory = watchMemory(server.pid);
	const eventLoop = plan.probe ? watchEventLoop(server.url) : undefined;

	const ids = [];
	for (let i = 0; i < executions; i++)
		ids.push(await startExecution(rest, workflowIds[i % workflowIds.length]));
	const ofEach = (executions / workflowIds.length) * (round + 1);
	for (const workflowId of workflowIds)
		await Promise.race([
			server.ended,
			allEnded(rest, workflowId, ofEach, timeoutOf(plan, contestant)),
		]);

	const peakMb = memory.end();
	const cpuSeconds = cpuSecondsOf(server.pid) - cpuBefore;
	const answers = await eventLoop?.end();
	const results = [];
	for (const id of ids) results.push(await resultOf(rest, id, contestant.delivers));
	const record = await simulator.record();
	return {
		contestant: contestant.id,
		items: plan.items,
		executions,
		wallMs: mean(results.map(({ wallMs }) => wallMs)),
		longestWallMs: largest(results.map(({ wallMs }) => wallMs)),
		clips: results.reduce((sum, { clips }) => sum + clips, 0),
		rows: results.reduce((sum, { items }) => sum + items, 0),
		statuses: [...new Set(results.map(({ status }) => status))],
		errors: results.flatMap(({ errors }) => errors),
		idleMb,
		peakMb,
		aboveIdleMb: peakMb === undefined || idleMb === undefined ? undefined : peakMb - idleMb,
		cpuSeconds: Number.isNaN(cpuSeconds) ? undefined : cpuSeconds,
		eventLoop: answers && latenciesDuring(answers, results[0]),
		load: loadBefore,
		...figuresOf(record),
	};
}

/**
 * One small clip first, so that nobody pays for loading code. With a credential and a workflow of its own: what the
 * node learns about task times belongs to the credential.
 */
async function warmUp(running, contestant, plan) {
	const { rest, simulator } = running;
	await simulator.taskTimes('minimax', [0]);
	const workflowId = await createWorkflow(
		running,
		contestant,
		{ ...plan, items: 1 },
		{ hurry: true },
	);
	const id = await startExecution(rest, workflowId);
	await Promise.race([running.server.ended, allEnded(rest, workflowId, 1, 120_000)]);
	const { status, errors, items } = await resultOf(rest, id, contestant.delivers);
	if (status !== 'success' || items !== 1)
		throw new Error(`${contestant.name}: the warm-up ended ${status}: ${errors.join('; ')}`);
}

async function createWorkflow({ rest, simulator }, contestant, plan, { hurry = false } = {}) {
	const gatewayUrl = `${simulator.url}/minimax`;
	const credential = await rest.call('POST', '/credentials', contestant.credential(gatewayUrl));
	const workflow = workflowOf(contestant, {
		items: plan.items,
		gatewayUrl,
		credentialId: credential.id,
		pictureUrl: plan.pictureMb ? simulator.pictureUrl : undefined,
		download: plan.download,
		hurry,
	});
	return (await rest.call('POST', '/workflows', workflow)).id;
}

/** Waits until n8n is idle. @returns {Promise<number | undefined>} the megabytes that it then holds */
async function settledMemory(pid) {
	const began = Date.now();
	let level = memoryOf(pid).rss;
	let since = began;
	for (;;) {
		await pause(SAMPLE_MS);
		const now = Date.now();
		const { rss } = memoryOf(pid);
		if (rss === undefined || level === undefined || Math.abs(rss - level) > STILL_MB)
			[level, since] = [rss, now];
		if (now - since >= STILL_MS || now - began >= LONGEST_SETTLE_MS) return rss;
	}
}

/** Generous: a run that takes longer is stuck. */
function timeoutOf({ times, rateLimit }, { lookSeconds }) {
	const inARow = times.reduce((sum, ms) => sum + ms + lookSeconds * 1000, 0);
	const limited = rateLimit ? (times.length / rateLimit.perMinute) * 60_000 : 0;
	return 300_000 + 2 * (inARow + limited);
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
