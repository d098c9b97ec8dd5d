'use strict';
/*
 * What the node adds to each item, in n8n's engine: orders that return the task at once, against a node that sends the
 * same request with n8n's helper and does nothing else. Prints JSON, milliseconds per item.
 */
const { join } = require('node:path');
const root = join(__dirname, '..', '..');
const { makeEngine } = require(join(root, 'test', 'engine', 'engine-harness.js'));
const [, , folder, baseUrl] = process.argv;
const { HailuoVideo } = require(join(folder, 'dist/nodes/HailuoVideo/HailuoVideo.node.js'));
const { HailuoMiniMaxApi } = require(
	join(folder, 'dist/credentials/HailuoMiniMaxApi.credentials.js'),
);

const ITEMS = 200;
const ROUNDS = 7;
const TYPE = 'hailuoMiniMaxApi';

const description = (name, group, inputs, credentials = []) => ({
	displayName: name,
	name,
	group: [group],
	version: 1,
	description: '',
	defaults: { name },
	inputs,
	outputs: ['main'],
	credentials,
	properties: [],
});

class Start {
	description = description('start', 'trigger', []);
	/** @this {import('n8n-workflow').IExecuteFunctions} */
	async execute() {
		return [this.getInputData()];
	}
}

/** The same requests, ten at a time like ours, and nothing else. */
class Bare {
	description = description('bare', 'transform', ['main'], [{ name: TYPE, required: true }]);
	/** @this {import('n8n-workflow').IExecuteFunctions} */
	async execute() {
		const items = this.getInputData();
		const results = new Array(items.length);
		let next = 0;
		const worker = async () => {
			while (next < items.length) {
				const index = next++;
				const json = await this.helpers.httpRequestWithAuthentication.call(this, TYPE, {
					method: 'POST',
					url: `${baseUrl}/v1/video_generation`,
					body: {
						model: 'MiniMax-Hailuo-02',
						prompt: items[index].json.prompt,
						resolution: '768P',
						duration: 6,
					},
					json: true,
				});
				results[index] = { json, pairedItem: { item: index } };
			}
		};
		await Promise.all(Array.from({ length: 10 }, worker));
		return [results];
	}
}

const engine = makeEngine({
	nodes: { start: new Start(), bare: new Bare(), hailuoVideo: new HailuoVideo() },
	credentialTypes: { [TYPE]: new HailuoMiniMaxApi() },
	credentials: { [TYPE]: { apiKey: 'bench-key-0123456789', baseUrl } },
});

const node = (id, name, type, parameters = {}) => ({
	id,
	name,
	type,
	typeVersion: 1,
	position: [0, 0],
	parameters,
	credentials: { [TYPE]: { id: '1', name: TYPE } },
});

const hailuoParameters = {
	provider: 'minimax',
	resource: 'video',
	operation: 'create',
	mode: 'textToVideo',
	model: 'MiniMax-Hailuo-02',
	prompt: '={{ $json.prompt }}',
	resolution: '768P',
	duration: 6,
	completion: 'return',
};

async function timeOf(type, parameters, items) {
	const cpu = process.cpuUsage();
	const began = performance.now();
	const { data, status } = await engine.run({
		nodeList: [node('1', 'Start', 'start'), node('2', 'Node', type, parameters)],
		connections: { Start: { main: [[{ node: 'Node', type: 'main', index: 0 }]] } },
		input: Array.from({ length: items }, (_, i) => ({ json: { prompt: `Clip ${i + 1}` } })),
	}).promise;
	const wall = performance.now() - began;
	const made = data.resultData.runData.Node?.[0].data?.main[0].length;
	if (status !== 'success' || made !== items)
		throw new Error(`${type} ended ${status} with ${made} items`);
	const { user, system } = process.cpuUsage(cpu);
	return { wall: wall / items, cpu: (user + system) / 1000 / items };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function main() {
	await timeOf('bare', {}, 50);
	await timeOf('hailuoVideo', hailuoParameters, 50);
	const rounds = { bare: [], hailuoVideo: [] };
	for (let round = 0; round < ROUNDS; round++) {
		rounds.bare.push(await timeOf('bare', {}, ITEMS));
		rounds.hailuoVideo.push(await timeOf('hailuoVideo', hailuoParameters, ITEMS));
	}
	const of = (type, what) => median(rounds[type].map((one) => one[what]));
	process.stdout.write(
		JSON.stringify({
			items: ITEMS,
			rounds: ROUNDS,
			wallMs: of('hailuoVideo', 'wall'),
			bareWallMs: of('bare', 'wall'),
			cpuMs: of('hailuoVideo', 'cpu'),
			bareCpuMs: of('bare', 'cpu'),
		}),
	);
}

main()
	.catch((error) => {
		process.stderr.write(`${error.stack}\n`);
		process.exitCode = 1;
	})
	.finally(() => engine.cleanup());
