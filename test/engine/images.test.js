'use strict';
/*
 * Images that are half or something else are refused before anything is sent, whatever their name and type say; good
 * ones arrive byte for byte. In memory, and out of n8n's store of files, from which they are streamed.
 */
const { quick, setUp } = require('./support');
const { BROKEN, GOOD } = require('../helpers/imageTable');

let world;
beforeAll(async () => {
	world = await setUp();
});
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const named = (list) => list.map((one) => [one.name, one]);
const facts = { mimeType: 'image/jpeg', fileName: 'photo.jpg' };
const inMemory = async (bytes) => ({ ...facts, data: bytes.toString('base64') });
const inFiles = async (bytes) => await world.engine.storeBinary(bytes, facts);

/** The same in memory and in n8n's folder of files: there is no way back from the second. */
/** @type {Array<[string, () => Promise<void>, (bytes: Buffer) => Promise<object>, RegExp | undefined]>} */
const modes = [
	['in memory', async () => {}, inMemory, undefined],
	['in files', async () => await world.engine.initBinary(), inFiles, /^filesystem-v2:/],
];

describe.each(modes)('%s', (_mode, begin, store, id) => {
	beforeAll(begin);

	const run = async (bytes, provider) => {
		const data = await store(bytes);
		if (id) expect(data.id).toMatch(id);
		else expect(data.id).toBeUndefined();
		return await world.run(
			{ provider, operation: 'create', mode: 'imageToVideo', prompt: 'A cat', ...quick },
			{ input: [{ json: {}, binary: { data } }] },
		);
	};

	test.each(named(BROKEN))('%s is refused', async (_name, { bytes, refused }) => {
		const { error } = await run(bytes, 'minimax');
		expect(error.message).toMatch(refused);
		expect(error.description.length).toBeGreaterThan(20);
		expect(world.simulator.requests).toEqual([]);
	});

	test.each(named(GOOD))('%s arrives', async (_name, { bytes, mimeType }) => {
		// as base64 in the order, where the simulator writes it down whole
		const minimax = await run(bytes, 'minimax');
		expect(minimax.error).toBeUndefined();
		expect(minimax.items[0].json.status).toBe('succeeded');
		const [{ body }] = world.simulator.requests.filter(({ kind }) => kind === 'submit');
		const url = `data:${mimeType};base64,${bytes.toString('base64')}`;
		expect(sameText(body.first_frame_image, url)).toBe(true);

		// and as an upload
		const toapis = await run(bytes, 'toapis');
		expect(toapis.error).toBeUndefined();
		const order = world.simulator.requests.filter(({ kind }) => kind === 'submit').at(-1);
		const uploaded = await fetch(order.body.image_urls[0]);
		expect(Buffer.from(await uploaded.arrayBuffer()).equals(bytes)).toBe(true);
		expect(uploaded.headers.get('content-type')).toBe(mimeType);
	});
});

/** Whether a request held this text: the simulator remembers of long ones how they begin, and their length. */
function sameText(recorded, text) {
	const [, start, length] = /^(.*)…\[(\d+) characters\]$/s.exec(recorded) ?? [];
	if (start === undefined) return recorded === text;
	return text.startsWith(start) && text.length === Number(length);
}
