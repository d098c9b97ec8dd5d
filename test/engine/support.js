'use strict';
/* The Hailuo node in n8n's engine, against the simulator: what all engine tests start from. */
const { engineVersion, makeEngine } = require('./engine-harness');
const { HailuoVideo } = require('../../nodes/HailuoVideo/HailuoVideo.node');
const { providers } = require('../../nodes/shared/providers');
const { png } = require('../helpers/png');
const { startSimulator } = require('../simulator');
const credentialClasses = require('../credentials');
const { systemClock } = require('../../nodes/shared/async/clock');

/** The clock's own sleep, before anybody hurries it. */
const { sleep: realSleep } = systemClock;
/** From here on the node's own waits pass this much faster (back-off, pace); the simulator's time does not. */
function hurry(factor) {
	systemClock.sleep = async (ms, signal) => await realSleep(ms / factor, signal);
}

hurry(20);

/**
 * From here on time passes only where the node waits: its sleeps are short, and count in full.
 * @returns {{ aheadMs: number }} how far the node's clock is ahead; more may be added
 */
function passTime(factor = 4000) {
	const time = { aheadMs: 0 };
	systemClock.now = () => Date.now() + time.aheadMs;
	systemClock.sleep = async (ms, signal) => {
		const end = systemClock.now() + ms;
		await realSleep(ms / factor, signal);
		time.aheadMs = Math.max(time.aheadMs, end - Date.now());
	};
	return time;
}

class Start {
	description = {
		displayName: 'Start',
		name: 'start',
		group: ['trigger'],
		version: 1,
		description: '',
		defaults: { name: 'Start' },
		inputs: [],
		outputs: ['main'],
		properties: [],
	};
	/** @this {import('n8n-workflow').IExecuteFunctions} */
	async execute() {
		return [this.getInputData()];
	}
}

/** A trigger that can answer whoever called it. */
class Answering extends Start {
	constructor() {
		super();
		const field = { displayName: 'x', type: 'string', default: '' };
		this.description = {
			...this.description,
			properties: [
				{ ...field, name: 'responseMode', default: 'onReceived' },
				{ ...field, name: 'options', type: 'json', default: {} },
			],
		};
	}
}

/** The same without a field for it beside its options. */
class Chat extends Answering {
	constructor() {
		super();
		this.description.properties = this.description.properties.slice(1);
	}
}

/** Hands its items to its first output three times, and then to the second: a loop. */
class Rounds {
	description = {
		displayName: 'Rounds',
		name: 'rounds',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Rounds' },
		inputs: ['main'],
		outputs: ['main', 'main'],
		properties: [],
	};
	/** @this {import('n8n-workflow').IExecuteFunctions} */
	async execute() {
		const round = Number(this.evaluateExpression('{{ $runIndex }}', 0));
		const items = this.getInputData();
		return round < 3 ? [items, []] : [[], items];
	}
}

const FRAME = png(640, 480);

const picture = (bytes = FRAME, fileName = 'frame.png') => ({
	data: bytes.toString('base64'),
	mimeType: 'image/png',
	fileName,
});

/** An item with a picture in the given binary fields. */
const withPicture = (json = {}, ...fields) => ({
	json,
	binary: Object.fromEntries((fields.length ? fields : ['data']).map((f) => [f, picture()])),
});

/**
 * Simulator and engine. `run(parameters, extra)` runs Start -> Hailuo Video; the answer has `items`, `errors`
 * (second output), `error`, `status`, `hints`.
 */
async function setUp(simulatorOptions = {}) {
	const simulator = await startSimulator({ taskMs: 60, ...simulatorOptions });
	const credentials = {};
	for (const { id, credential } of Object.values(providers))
		credentials[credential] = { apiKey: 'test-key-0123456789', baseUrl: simulator.baseUrl(id) };
	const engine = makeEngine({
		nodes: {
			start: new Start(),
			'n8n-nodes-base.webhook': new Answering(),
			'@n8n/n8n-nodes-langchain.chatTrigger': new Chat(),
			'n8n-nodes-base.executeWorkflowTrigger': new Start(),
			rounds: new Rounds(),
			hailuoVideo: new HailuoVideo(),
			// the name that n8n gives to a node that an agent uses as a tool
			hailuoVideoTool: new HailuoVideo(),
		},
		credentialTypes: Object.fromEntries(
			Object.values(credentialClasses).map((Type) => [new Type().name, new Type()]),
		),
		credentials,
	});

	const nodeOf = (parameters, extra = {}) => ({
		id: '2',
		name: 'Hailuo',
		type: 'hailuoVideo',
		typeVersion: 1,
		position: [0, 0],
		parameters: { resource: 'video', ...parameters },
		credentials: Object.fromEntries(
			Object.keys(credentials).map((name) => [name, { id: '1', name }]),
		),
		...extra,
	});
	/**
	 * @typedef {object} RunOptions fields of the node beside these, and
	 * @property {any[]} [input]
	 * @property {import('n8n-workflow').WorkflowExecuteMode} [mode]
	 * @property {object} [staticData]
	 * @property {object} [contextData]
	 * @property {string} [executionId]
	 * @property {object} [settings] of the workflow
	 * @property {any} [parked]
	 */
	/**
	 * @param {object} parameters
	 * @param {RunOptions & Record<string, any>} [options]
	 */
	const start = (
		parameters,
		{
			input = [withPicture()],
			mode,
			staticData,
			contextData,
			executionId,
			settings,
			parked,
			...extra
		} = {},
	) =>
		engine.run({
			mode,
			staticData,
			contextData,
			executionId,
			settings,
			parked,
			nodeList: [
				{ id: '1', name: 'Start', type: 'start', typeVersion: 1, position: [0, 0], parameters: {} },
				nodeOf(parameters, extra),
			],
			connections: {
				Start: { main: [[{ node: extra.name ?? 'Hailuo', type: 'main', index: 0 }]] },
			},
			input,
		});

	const run = async (parameters, extra) => {
		const result = await start(parameters, extra).promise;
		const runs = result.data.resultData.runData[extra?.name ?? 'Hailuo'] ?? [];
		const task = runs[runs.length - 1];
		return {
			status: result.status,
			error: result.data.resultData.error,
			items: task?.data?.main?.[0] ?? [],
			errors: task?.data?.main?.[1] ?? [],
			hints: task?.hints ?? [],
		};
	};

	return {
		simulator,
		engine,
		credentials,
		nodeOf,
		start,
		run,
		async tearDown() {
			await simulator.close();
			engine.cleanup();
		},
	};
}

/** Polls as often as the form allows; with `hurry(20)` that is every 50 ms. */
const quick = { waitOptions: { pollInterval: 1 } };

module.exports = {
	engineVersion,
	realSleep,
	Start,
	hurry,
	passTime,
	setUp,
	png,
	picture,
	withPicture,
	quick,
};
