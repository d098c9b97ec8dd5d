'use strict';
/*
 * Values from expressions, at every parameter of every operation: as meant, or refused by the name that the user sees
 * before any request. Nothing spins, and no clip is bought by accident.
 */
const { monitorEventLoopDelay } = require('node:perf_hooks');

const { HailuoVideo } = require('../../nodes/HailuoVideo/HailuoVideo.node');
const { ABSENT, VALUES } = require('../helpers/values');
const { quick, setUp, withPicture } = require('./support');

/** Longer than any of these runs takes, however busy the machine is. */
const BOUND_MS = 20_000;

const base = {
	resource: 'video',
	mode: 'imageToVideo',
	model: 'MiniMax-Hailuo-02',
	prompt: 'A cat turns its head',
	resolution: '768P',
	duration: 6,
	firstFrameSource: 'binary',
	firstFrameBinaryProperty: 'data',
	...quick,
};
const OPERATIONS = {
	create: { ...base, operation: 'create' },
	getStatus: { ...base, operation: 'getStatus' },
	wait: { ...base, operation: 'wait' },
	cancel: { ...base, operation: 'cancel' },
	download: { ...base, operation: 'download' },
	getBalance: { ...quick, resource: 'account', operation: 'getBalance' },
};
/** Where the value is one of the user's own words, each text is as meant. */
const ANY_TEXT = ['prompt', 'binaryPropertyName', 'deduplicationKey'];

const description = new HailuoVideo().description;
const labels = new Set();
const collect = (fields) => {
	for (const field of fields) {
		labels.add(field.displayName);
		if (Array.isArray(field.options)) collect(field.options.filter((o) => 'displayName' in o));
		for (const option of field.options ?? []) if (option.values) collect(option.values);
	}
};
collect(description.properties);

/** Every parameter of the form by its path, with its type: plain ones, and those of collections. */
/** @type {Map<string, string>} */
const paths = new Map();
for (const field of description.properties) {
	if (['provider', 'resource', 'operation'].includes(field.name)) continue;
	if (field.type === 'notice') continue;
	paths.set(field.name, field.type);
	if (field.type === 'collection')
		for (const option of field.options)
			if ('type' in option) paths.set(`${field.name}.${option.name}`, option.type);
}

const KINDS = VALUES.map(([kind]) => kind);
const shortText = ['text', '0', '-1', '0.5', '"true"'];
/** What plainly means something to a field; what is neither here nor absent has to be refused. */
const meantByType = {
	boolean: ['true', '"true"'],
	number: [],
	options: [],
	multiOptions: ['[]'],
	// n8n takes an expression in the place of a whole collection for an empty one
	collection: KINDS,
	fixedCollection: KINDS,
	json: ['{}'],
	string: shortText,
};
const meantByName = {
	'batching.maxInFlight': ['0'],
	'batching.requestsPerMinute': ['0'],
	'downloadOptions.maxSize': ['0', '0.5'],
	'waitOptions.timeout': ['0.5'],
	'waitOptions.pollInterval': ['0'],
	'options.seed': ['0', '-1'],
	'options.maxSpend': ['0.5'],
	'options.pricePerClip': ['0.5'],
	'options.callbackUrl': [],
	firstFrameUrl: [],
	lastFrameUrl: [],
	subjectUrl: [],
};
const isMeant = (path, kind) =>
	ABSENT.includes(kind) || (meantByName[path] ?? meantByType[paths.get(path)]).includes(kind);

const defaults = { resolution: '', duration: '' };
/** What else the form has to say, so that the field is shown. */
function shownBy(path) {
	const more = {};
	const role = /^(firstFrame|lastFrame|subject)(?=Url)/.exec(path)?.[0];
	if (role) more[`${role}Source`] = 'url';
	if (path === 'modelName') more.model = 'other';
	if (path === 'endpoint') more.provider = 'seaart';
	if (path === 'options.seed')
		return { ...defaults, provider: 'wavespeed', mode: 'textToVideo', model: 'MiniMax-H3-Open' };
	if (/watermark|fastPretreatment/.test(path)) more.provider = 'minimax';
	if (path === 'options.fastPretreatment') more.model = 'MiniMax-Hailuo-2.3';
	/** @type {Array<[RegExp, object]>} */
	const modes = [
		[/^lastFrame/, { mode: 'firstLastFrame' }],
		[/^subject/, { ...defaults, mode: 'subjectReference', model: 'S2V-01' }],
		[/^references/, { ...defaults, mode: 'referenceToVideo', model: 'MiniMax-H3' }],
		[/^aspectRatio/, { ...defaults, mode: 'textToVideo', model: 'MiniMax-H3' }],
		[/promptExpansion/, { ...defaults, mode: 'textToVideo', model: 'MiniMax-H3-Max' }],
	];
	const found = modes.find(([name]) => name.test(path));
	return found ? { ...more, ...found[1], provider: 'minimax' } : more;
}

let world;
let task;
beforeAll(async () => {
	world = await setUp({ taskMs: 20 });
	const { items } = await world.run({
		...OPERATIONS.create,
		provider: 'wavespeed',
		completion: 'return',
	});
	task = items[0].json;
});
afterAll(async () => await world.tearDown());

const withValue = (parameters, path, value) => {
	const [name, inner] = path.split('.');
	return inner
		? { ...parameters, [name]: { ...parameters[name], [inner]: value } }
		: { ...parameters, [name]: value };
};

/** The value as n8n hands it over: out of an expression, so that no editor has touched it. */
const expression = '={{ $json.value }}';

/** Which parameters each operation reads, when a file is wanted. */
const output = 'binaryPropertyName|downloadOptions|simplify';
const readBy = {
	create: /^(?!taskId|endpoint)/,
	getStatus: new RegExp(`^(taskId|endpoint|downloadVideo|${output})`),
	wait: new RegExp(`^(taskId|endpoint|completion|downloadVideo|waitOptions|${output})`),
	cancel: /^(taskId|endpoint|simplify)/,
	download: new RegExp(`^(taskId|endpoint|${output})`),
	getBalance: /^simplify/,
};
const pathsOf = (operation) => [...paths.keys()].filter((path) => readBy[operation].test(path));

/** Runs all values of one parameter; what holds for the whole run is read at its first item, so it runs alone. */
async function rowsOf(parameters, path) {
	const alone = path.startsWith('batching') || path === 'options.maxSpend';
	const items = VALUES.map(([, value]) => ({ ...withPicture(), json: { value } }));
	const groups = alone ? items.map((item) => [item]) : [items];
	const rows = [];
	for (const input of groups) {
		const running = world.run(withValue(parameters, path, expression), {
			input,
			onError: 'continueRegularOutput',
		});
		const late = new Promise((done) => setTimeout(done, BOUND_MS, 'late').unref());
		const result = await Promise.race([running, late]);
		expect([path, result === 'late' ? 'late' : 'ended']).toEqual([path, 'ended']);
		if (result.error) rows.push({ error: { message: result.error.message, code: 'refused' } });
		else rows.push(...result.items.map(({ json }) => json));
	}
	return rows;
}

const isNamed = ({ message }) => [...labels].some((label) => message.includes(`'${label}`));

describe.each(Object.keys(OPERATIONS))('%s', (operation) => {
	test.each(pathsOf(operation))('%s', async (path) => {
		const stall = monitorEventLoopDelay({ resolution: 10 });
		stall.enable();
		const seen = world.simulator.requests.length;
		// the gateway itself may know no such task or model
		const isAsked = operation !== 'create' || path === 'modelName';
		const parameters = {
			...OPERATIONS[operation],
			provider: 'wavespeed',
			taskId: task.taskId,
			downloadVideo: true,
			...shownBy(path),
		};
		const rows = await rowsOf(parameters, path);
		expect(rows).toHaveLength(VALUES.length);

		rows.forEach(({ error }, index) => {
			const [name, value] = VALUES[index];
			const where = `${path} = ${name}`;
			if (error?.code !== 'refused') expect([where, isMeant(path, name)]).toEqual([where, true]);
			if (!error) return;
			if (isAsked && error.code !== 'refused') return;
			expect([where, error.message, error.code, isNamed(error)]).toEqual([
				where,
				error.message,
				'refused',
				true,
			]);
			if (
				ABSENT.includes(name) &&
				!/^prompt|Property|Url|mode|model$|taskId|endpoint|aspectRatio|references|maxSpend/i.test(
					path,
				)
			)
				throw new Error(`${where} is absent, but was refused: ${error.message}`);
			const own = ANY_TEXT.includes(path.split('.').pop());
			if (own && typeof value === 'string' && value.length < 200)
				throw new Error(`${where} was refused: ${error.message}`);
		});

		// one request for each value that was taken as it was meant, none for those that were refused
		const submits = world.simulator.requests.slice(seen).filter(({ kind }) => kind === 'submit');
		const taken = rows.filter(({ error, dryRun }) => error?.code !== 'refused' && !dryRun);
		const shared = path === 'options.deduplicationKey' || isAsked;
		if (!shared) expect([path, submits.length]).toEqual([path, taken.length]);
		stall.disable();
		longest = Math.max(longest, stall.max / 1e6);
	});
});

let longest = 0;
afterAll(() => console.info(`longest stall of the event loop: ${longest.toFixed(0)} ms`));

describe('inputs that were taken for something else, or for nothing', () => {
	const url = { firstFrameSource: 'url' };
	/** The name that the user sees, where the value goes, and the values. */
	/** @type {Array<[label: string, path: string, values: unknown[], more?: object]>} */
	const inputs = [
		['Max Submits per Minute', 'batching.requestsPerMinute', [0.5, 2.5, '10/min', {}]],
		['Max Concurrent Videos', 'batching.maxInFlight', ['2 at once', 2.5, -1]],
		['Timeout', 'waitOptions.timeout', ['15 min', {}, 0, -5, NaN]],
		['Poll Interval', 'waitOptions.pollInterval', ['abc', 0.001, 0.999, NaN]],
		['On Timeout', 'waitOptions.onTimeout', ['explode', 0]],
		['Cancel on Stop', 'waitOptions.cancelOnStop', ['yes', 1]],
		['Max File Size (MB)', 'downloadOptions.maxSize', ['50 MB', -1]],
		['Duration', 'duration', ['ten', NaN, {}, 0, '10 days']],
		['Prompt', 'prompt', [{ output: 'A cat' }, ['A cat'], true]],
		['First Frame URL', 'firstFrameUrl', [['https://a.example', 'https://b.example']], url],
		['Deduplication Key', 'options.deduplicationKey', [{ $oid: '65f' }, ['a'], true]],
		['Prompt Optimizer', 'options.promptOptimizer', ['perhaps', 0, {}]],
		['Watermark', 'options.watermark', ['perhaps', 1]],
		['Download Video', 'downloadVideo', ['perhaps', 0]],
		['Completion', 'completion', ['explode', true, {}]],
		['Camera Notation', 'options.cameraNotation', ['Klingon', {}]],
	];
	const cases = inputs.flatMap(([label, path, values, more]) =>
		values.map((value) => /** @type {const} */ ([label, value, path, more])),
	);

	test.each(cases)("'%s' %p is refused before any request", async (label, value, path, more) => {
		world.simulator.reset();
		const parameters = { ...OPERATIONS.create, provider: 'minimax', ...more };
		// as many as a pace of 2.5 a minute has to hold back
		const input = Array.from({ length: 4 }, () => withPicture({ value }));
		const { error } = await world.run(withValue(parameters, path, expression), { input });
		expect(error?.message).toContain(`'${label}' `);
		expect(world.simulator.requests).toEqual([]);
	});

	const taken = async (more, provider = 'minimax') => {
		world.simulator.reset();
		const parameters = { ...OPERATIONS.create, provider, ...more };
		const { error, items } = await world.run(parameters);
		expect(error).toBeUndefined();
		return { ...items[0], order: world.simulator.tasks[0].order };
	};

	test('switches as text leave as switches', async () => {
		const options = { promptOptimizer: '={{ "false" }}', watermark: '={{ "true" }}' };
		const { order } = await taken({ options });
		expect(order).toMatchObject({ prompt_optimizer: false, aigc_watermark: true });
	});

	test("Download Video 'true' gives the file, 'false' none", async () => {
		expect((await taken({ downloadVideo: '={{ "true" }}' })).binary).toBeDefined();
		expect((await taken({ downloadVideo: '={{ "false" }}' })).binary).toBeUndefined();
	});

	test("Completion 'Return' waits for nothing", async () => {
		const { json } = await taken({ completion: '={{ "Return" }}' });
		expect(json.status).not.toBe('succeeded');
		expect(world.simulator.requests.map(({ kind }) => kind)).toEqual(['submit']);
	});

	test("On Timeout 'Return' gives the unfinished task", async () => {
		const prompt = 'A cat sim:slow sim:slow';
		const waitOptions = { timeout: 0.001, onTimeout: '={{ "RETURN" }}' };
		const { json } = await taken({ prompt, waitOptions });
		expect(['queued', 'processing']).toContain(json.status);
	});

	test("Camera Notation 'English' leaves whole", async () => {
		const cameraMovements = ['panLeft', 'zoomIn'];
		const options = { cameraMovements, cameraNotation: '={{ "English" }}' };
		const { order } = await taken({ options, completion: 'return' });
		expect(order.prompt).toBe(`${base.prompt} [Pan left, Zoom in]`);
	});
});

test.each([
	['a buffer', Buffer.from('a cat'), /an object of the kind (Buffer|Uint8Array)/],
	['a set', new Set(['a cat']), /an object of the kind Set/],
	['a date', new Date(0), /is a date;/],
	['a date of Luxon', '={{ $now }}', /an object of the kind DateTime/],
	['fields', { text: 'a cat' }, /an object \('text'\)/],
])("'Prompt' is %s: the message names it", async (_what, value, message) => {
	world.simulator.reset();
	const prompt = typeof value === 'string' ? value : expression;
	const parameters = { ...OPERATIONS.create, provider: 'minimax', prompt };
	const { error } = await world.run(parameters, { input: [withPicture({ value })] });
	expect(error.message).toMatch(message);
	expect(world.simulator.requests).toEqual([]);
});

describe('what plainly means something is taken for it', () => {
	test.each([
		['a number of any size', { duration: '={{ BigInt(10) }}' }, { duration: 10 }],
		[
			'an emoji that was cut in two, and NUL',
			{ prompt: '={{ "A cat 😺".slice(0, 7) + "\\u0000, [Pan left]" }}' },
			{ prompt: 'A cat , [Pan left]' },
		],
		['a whole emoji', { prompt: 'A cat 😺 é' }, { prompt: 'A cat 😺 é' }],
		[
			'JSON behind a byte order mark',
			{ options: { extraFields: '\ufeff{ "prompt_optimizer": false }' } },
			{ prompt_optimizer: false },
		],
	])('%s', async (_what, more, sent) => {
		world.simulator.reset();
		const { error } = await world.run({
			...OPERATIONS.create,
			provider: 'minimax',
			completion: 'return',
			...more,
		});
		expect(error).toBeUndefined();
		expect(world.simulator.requests[0].body).toMatchObject(sent);
	});

	test.each(['16：9', '16 × 9'])('aspect ratio %s', async (aspectRatio) => {
		world.simulator.reset();
		const { error } = await world.run({
			...OPERATIONS.create,
			...defaults,
			provider: 'minimax',
			mode: 'textToVideo',
			model: 'MiniMax-H3',
			completion: 'return',
			aspectRatio,
		});
		expect(error).toBeUndefined();
		expect(world.simulator.requests[0].body.ratio).toBe('16:9');
	});

	test.each([
		['duration "10"', { duration: '10' }, 10],
		['duration "10s"', { duration: '10s' }, 10],
	])('%s', async (_name, more, meant) => {
		world.simulator.reset();
		const { items, error } = await world.run({
			...OPERATIONS.create,
			provider: 'minimax',
			completion: 'return',
			...more,
		});
		expect(error).toBeUndefined();
		expect(items[0].json.duration).toBe(meant);
	});

	test('switches by their words; choices without regard to case', async () => {
		const { items, error } = await world.run({
			...OPERATIONS.create,
			provider: 'wavespeed',
			mode: 'Image to Video',
			model: 'minimax-hailuo-02',
			resolution: '768p',
			completion: 'WAIT',
			downloadVideo: 'true',
			simplify: 'False',
		});
		expect(error).toBeUndefined();
		expect(items[0].json.raw).toBeDefined();
		expect(items[0].binary.data.mimeType).toBe('video/mp4');
	});
});

test.each([
	['resource', 'x', "'Resource' 'x' does not exist"],
	['options', { callbackUrl: 'https:n8n.example.com/hook' }, "'Callback URL' is no URL"],
	['options', { callbackUrl: 'https://n8n.example.com/my hook' }, "'Callback URL' is no URL"],
	['prompt', '=A {{ $json }} cat', "'Prompt' holds '[object Object]'"],
	// a list that a blank beside its expression turns into text
	['firstFrameUrl', '={{ ["https://a.example/1", "https://a.example/2"] }} ', 'more than one URL'],
])('%s %s is refused before any request', async (name, value, message) => {
	world.simulator.reset();
	const { error } = await world.run({
		...OPERATIONS.create,
		provider: 'wavespeed',
		...(name === 'firstFrameUrl' && { firstFrameSource: 'url' }),
		[name]: value,
	});
	expect(error.message).toContain(message);
	expect(world.simulator.requests).toEqual([]);
});

describe('every parameter is read before the first paid request', () => {
	const late = [
		'waitOptions.timeout',
		'waitOptions.pollInterval',
		'downloadOptions.maxSize',
		'binaryPropertyName',
		'downloadVideo',
		'simplify',
	];
	const broken = ['={{ $json. }}', "={{ $('Nobody').item.json.x }}"];
	test.each(late.flatMap((path) => broken.map((value) => [path, value])))(
		'%s is %s: nothing is paid',
		async (path, value) => {
			world.simulator.reset();
			const parameters = withValue({ ...OPERATIONS.create, provider: 'minimax' }, path, value);
			const { error } = await world.run(parameters);
			expect(error).toBeDefined();
			expect(world.simulator.requests).toEqual([]);
		},
	);
});

test('a credential whose key is an expression: each item pays with its own', async () => {
	world.simulator.reset();
	const { credentials } = world;
	const plain = credentials.hailuoWaveSpeedApi;
	// the simulator refuses this one
	const wrong = { ...plain, apiKey: 'bad-key-0123456789' };
	credentials.hailuoWaveSpeedApi = (itemIndex) => (itemIndex === 1 ? wrong : plain);
	const { items } = await world.run(
		{ ...OPERATIONS.create, provider: 'wavespeed', completion: 'return' },
		{ input: [withPicture(), withPicture(), withPicture()], onError: 'continueRegularOutput' },
	);
	credentials.hailuoWaveSpeedApi = plain;
	expect(items.map(({ json }) => json.error?.category)).toEqual([undefined, 'auth', undefined]);
	expect(world.simulator.paid()).toBe(2);
});
