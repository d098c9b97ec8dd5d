/**
 * Who runs side by side: three ways to make Hailuo clips with MiniMax in n8n. Each is a workflow as its documentation
 * or template has it, with the same model, the same prompt and the same gateway; whatever can stay at its default does.
 */

/** The trigger, pinned to the items. */
export const START = 'Start';
const PICTURE = 'Get an image';
const API_KEY = 'bench-key-0123456789';

const MODEL = 'MiniMax-Hailuo-02';
const RESOLUTION = '768P';
const DURATION = 6;
const CONTROL_SECONDS = 12;
const PROMPT = `={{ $('${START}').item.json.prompt }}`;

/**
 * @typedef {object} Setup
 * @property {string} gatewayUrl the simulated MiniMax
 * @property {string} credentialId
 * @property {string} [pictureUrl] set for image to video
 * @property {boolean} [download] false: links only
 * @property {boolean} [hurry] for the warm-up: looks every second, whatever the default is
 *
 * @typedef {object} Contestant
 * @property {string} id
 * @property {string} name
 * @property {string} how one line for the report
 * @property {number} lookSeconds how often it looks at a task; 0 = adaptive
 * @property {string} delivers the node that puts out the videos
 * @property {(gatewayUrl: string) => { name: string, type: string, data: object }} credential
 * @property {(setup: Setup) => { nodes: object[], links: string[][] }} build nodes and their connections
 */

/** @type {Contestant} */
const hailuo = {
	id: 'hailuo',
	name: 'Hailuo Video (this package)',
	how: 'one node, default settings',
	lookSeconds: 0,
	delivers: 'Hailuo Video',
	credential: (gatewayUrl) => ({
		name: 'Hailuo MiniMax',
		type: 'hailuoMiniMaxApi',
		data: { apiKey: API_KEY, baseUrl: gatewayUrl },
	}),
	build: ({ credentialId, pictureUrl, download = true, hurry }) => ({
		nodes: [
			node(
				'Hailuo Video',
				'n8n-nodes-hailuo.hailuoVideo',
				1,
				{
					provider: 'minimax',
					resource: 'video',
					operation: 'create',
					mode: pictureUrl ? 'imageToVideo' : 'textToVideo',
					model: MODEL,
					prompt: PROMPT,
					resolution: RESOLUTION,
					duration: DURATION,
					...(!download && { downloadVideo: false }),
					...(hurry && { waitOptions: { pollInterval: 1 } }),
				},
				{ hailuoMiniMaxApi: { id: credentialId, name: 'Hailuo MiniMax' } },
			),
		],
		links: [[lastBefore(pictureUrl), 'Hailuo Video']],
	}),
};

/** @type {Contestant} */
const builtIn = {
	id: 'builtIn',
	name: 'n8n’s built-in MiniMax node',
	how: 'one node, default settings: looks every 15 s, items one after another',
	lookSeconds: 15,
	delivers: 'MiniMax',
	credential: (gatewayUrl) => ({
		name: 'MiniMax',
		type: 'minimaxApi',
		data: { apiKey: API_KEY, region: 'international', url: `${gatewayUrl}/v1` },
	}),
	build: ({ credentialId, pictureUrl, download = true }) => ({
		nodes: [
			node(
				'MiniMax',
				'@n8n/n8n-nodes-langchain.minimax',
				1.2,
				{
					resource: 'video',
					operation: pictureUrl ? 'imageToVideo' : 'textToVideo',
					modelId: MODEL,
					prompt: PROMPT,
					...(pictureUrl && { imageInputType: 'binary', binaryPropertyName: 'data' }),
					duration: DURATION,
					resolution: RESOLUTION,
					...(!download && { downloadVideo: false }),
					options: {},
				},
				{ minimaxApi: { id: credentialId, name: 'MiniMax' } },
			),
		],
		links: [[lastBefore(pictureUrl), 'MiniMax']],
	}),
};

const ORDER = {
	model: MODEL,
	prompt: '{{PROMPT}}',
	duration: DURATION,
	resolution: RESOLUTION,
};

/** @type {Contestant} */
const recipe = {
	id: 'recipe',
	name: 'HTTP Request + Wait 60 s + If',
	how: 'the loop of n8n’s templates 5633 and 12684: order, wait 60 s, look, back to Wait until ready, get the link, download',
	lookSeconds: 60,
	delivers: 'Download',
	credential: () => ({ name: 'MiniMax key', type: 'httpBearerAuth', data: { token: API_KEY } }),
	build: ({ gatewayUrl, credentialId, hurry }) => {
		const request = (name, parameters, signed = true) =>
			node(
				name,
				'n8n-nodes-base.httpRequest',
				4.2,
				{
					...(signed && {
						authentication: 'genericCredentialType',
						genericAuthType: 'httpBearerAuth',
					}),
					options: {},
					...parameters,
				},
				signed ? { httpBearerAuth: { id: credentialId, name: 'MiniMax key' } } : undefined,
			);
		const query = (name, value) => ({
			sendQuery: true,
			queryParameters: { parameters: [{ name, value }] },
		});
		return {
			nodes: [
				request('Order', {
					method: 'POST',
					url: `${gatewayUrl}/v1/video_generation`,
					sendBody: true,
					specifyBody: 'json',
					jsonBody: `=${JSON.stringify(ORDER).replace('{{PROMPT}}', '{{ $json.prompt }}')}`,
				}),
				node('Wait', 'n8n-nodes-base.wait', 1.1, {
					resume: 'timeInterval',
					amount: hurry ? 1 : 60,
					unit: 'seconds',
				}),
				request('Look', {
					url: `${gatewayUrl}/v1/query/video_generation`,
					...query('task_id', '={{ $json.task_id }}'),
				}),
				node('If ready', 'n8n-nodes-base.if', 2.2, {
					conditions: {
						options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
						conditions: [
							{
								id: 'ready',
								leftValue: '={{ $json.status }}',
								rightValue: 'Success',
								operator: { type: 'string', operation: 'equals' },
							},
						],
						combinator: 'and',
					},
					options: {},
				}),
				request('Get link', {
					url: `${gatewayUrl}/v1/files/retrieve`,
					...query('file_id', '={{ $json.file_id }}'),
				}),
				request(
					'Download',
					{
						url: '={{ $json.file.download_url }}',
						options: { response: { response: { responseFormat: 'file' } } },
					},
					false,
				),
			],
			links: [
				[START, 'Order'],
				['Order', 'Wait'],
				['Wait', 'Look'],
				['Look', 'If ready'],
				['If ready', 'Get link', 'Wait'],
				['Get link', 'Download'],
			],
		};
	},
};

/**
 * No contestant: the same items through a Wait node of some seconds. What n8n needs for an execution as such is no
 * node's fault.
 * @type {Contestant}
 */
const control = {
	id: 'control',
	name: 'n8n alone (the items through a Wait node)',
	how: 'no gateway, no video: what any execution costs',
	lookSeconds: 0,
	delivers: 'Wait',
	credential: recipe.credential,
	build: ({ pictureUrl, hurry }) => ({
		nodes: [
			node('Wait', 'n8n-nodes-base.wait', 1.1, {
				resume: 'timeInterval',
				amount: hurry ? 1 : CONTROL_SECONDS,
				unit: 'seconds',
			}),
		],
		links: [[lastBefore(pictureUrl), 'Wait']],
	}),
};

/** @type {Contestant[]} */
export const contestants = [hailuo, builtIn, recipe];

/** @param {string} id */
export const contestantOf = (id) => [...contestants, control].find((one) => one.id === id);

/**
 * The whole workflow of a contestant.
 * @param {Contestant} contestant
 * @param {Setup & { items: number }} setup
 */
export function workflowOf(contestant, setup) {
	const { nodes, links } = contestant.build(setup);
	const picture = setup.pictureUrl ? [pictureNode(setup.pictureUrl)] : [];
	const all = [node(START, 'n8n-nodes-base.manualTrigger', 1, {}), ...picture, ...nodes];
	const everyLink = setup.pictureUrl ? [[START, PICTURE], ...links] : links;
	return {
		name: `Bench: ${contestant.name}`,
		active: false,
		nodes: all.map((one, index) => ({ ...one, id: `bench-${index}`, position: [index * 220, 0] })),
		connections: Object.fromEntries(
			everyLink.map(([from, ...outputs]) => [
				from,
				{ main: outputs.map((to) => [{ node: to, type: 'main', index: 0 }]) },
			]),
		),
		settings: { executionOrder: 'v1' },
		// pinned items cost nothing: no node has to make them
		pinData: { [START]: itemsOf(setup.items) },
		tags: [],
	};
}

function itemsOf(count) {
	return Array.from({ length: count }, (_, index) => ({
		json: { prompt: `Clip ${index + 1}: a sailing boat leaves the harbour at dawn` },
	}));
}

function pictureNode(url) {
	return node(PICTURE, 'n8n-nodes-base.httpRequest', 4.2, {
		url,
		options: { response: { response: { responseFormat: 'file' } } },
	});
}

/** What the contestant's first node follows. */
function lastBefore(pictureUrl) {
	return pictureUrl ? PICTURE : START;
}

function node(name, type, typeVersion, parameters, credentials) {
	return { name, type, typeVersion, parameters, ...(credentials && { credentials }) };
}
