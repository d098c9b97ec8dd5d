'use strict';
/* n8n's own forms of binary data: by name, by the object itself, inside the JSON ("combined"), and on failed rows. */
const { png, quick, setUp, withPicture, picture } = require('./support');

let world;
beforeAll(async () => (world = await setUp()));
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const order = (more = {}) => ({
	provider: 'wavespeed',
	operation: 'create',
	mode: 'imageToVideo',
	prompt: 'A cat turns its head',
	...quick,
	...more,
});
const combined = { executionOrder: 'v1', binaryMode: 'combined' };
const succeeded = async (parameters, extra) => {
	const { items, error } = await world.run(parameters, extra);
	expect(error).toBeUndefined();
	expect(items[0].json.status).toBe('succeeded');
	return items[0];
};

test.each([
	['the name', 'data'],
	['an expression that gives the name', '={{ "da" + "ta" }}'],
	['the binary object', '={{ $binary.data }}'],
	['the binary object of a node before', '={{ $("Start").item.binary.data }}'],
])('binary field by %s', async (_how, field) => {
	await succeeded(order({ firstFrameBinaryProperty: field }));
});

describe('binary mode "combined": files stand in the JSON, under _files', () => {
	const input = [{ json: { _files: { data: picture() } } }];
	test.each([
		['the name', 'data'],
		['the path', '_files.data'],
		['the object', '={{ $json._files.data }}'],
	])('by %s', async (_how, field) => {
		await succeeded(order({ firstFrameBinaryProperty: field }), { input, settings: combined });
	});

	test('a field that is not there is refused with the names that are', async () => {
		const { error } = await world.run(order({ firstFrameBinaryProperty: 'nothing' }), {
			input,
			settings: combined,
		});
		expect(error.message).toMatch(/no binary field 'nothing'/);
		expect(error.description).toMatch(/'data'/);
		expect(world.simulator.requests).toEqual([]);
	});

	test('a failed row keeps its files', async () => {
		world.simulator.fault({ kind: 'submit', times: 9, do: { business: 'balance' } });
		const { errors } = await world.run(order(), {
			input,
			settings: combined,
			onError: 'continueErrorOutput',
		});
		expect(errors[0].json._files.data.mimeType).toBe('image/png');
		expect(errors[0].json.error.category).toBe('balance');
	});
});

describe('each kind of image, and a reference', () => {
	const forms = {
		'the name': (name) => name,
		'the binary object': (name) => `={{ $binary.${name} }}`,
		'the object in the JSON': (name) => `={{ $json._files.${name} }}`,
	};
	const modes = {
		firstLastFrame: ([first, last]) => ({
			firstFrameBinaryProperty: first,
			lastFrameBinaryProperty: last,
		}),
		subjectReference: ([subject]) => ({ model: 'S2V-01', subjectBinaryProperty: subject }),
		referenceToVideo: (fields) => ({
			model: 'MiniMax-H3',
			references: {
				reference: fields.map((field) => ({
					kind: 'image',
					source: 'binary',
					binaryProperty: field,
				})),
			},
		}),
	};
	const cases = Object.keys(modes).flatMap((mode) => Object.keys(forms).map((how) => [mode, how]));

	test.each(cases)('%s: by %s', async (mode, how) => {
		const files = { one: picture(png(640, 480)), two: picture(png(800, 600)) };
		files.two.fileName = 'two.png';
		const inJson = how.includes('JSON');
		const input = [inJson ? { json: { _files: files } } : { json: {}, binary: files }];
		const fields = ['one', 'two'].map(forms[how]);
		const parameters = order({ provider: 'minimax', mode, ...modes[mode](fields) });
		await succeeded(parameters, { input, ...(inJson && { settings: combined }) });
		const sent = JSON.stringify(
			world.simulator.requests.find(({ kind }) => kind === 'submit').body,
		);
		expect(sent.match(/data:image/g)).toHaveLength(mode === 'subjectReference' ? 1 : 2);
	});
});

test.each([
	['a list', '={{ ["data"] }}'],
	['an object that is no file', '={{ { name: "data" } }}'],
	['true', '={{ true }}'],
])('binary field by %s is refused by its label', async (_what, field) => {
	const { error } = await world.run(order({ firstFrameBinaryProperty: field }));
	expect(error.message).toMatch(/'First Frame Binary Field'/);
	expect(world.simulator.requests).toEqual([]);
});

test('the rows of Continue On Fail keep the image, so that another node can try another gateway', async () => {
	world.simulator.fault({ kind: 'submit', times: 9, do: { business: 'balance' } });
	const { items } = await world.run(order(), {
		input: [withPicture({}, 'data', 'other')],
		onError: 'continueRegularOutput',
	});
	expect(Object.keys(items[0].binary)).toEqual(['data', 'other']);
	expect(items[0].json.taskId).toBeUndefined();
});
