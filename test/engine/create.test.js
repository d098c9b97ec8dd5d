'use strict';
/* Every operation on every gateway, in n8n's own engine over real HTTP. */
const {
	canCancel,
	imageRolesOf,
	modesOf,
	modelsOf,
	providerIds,
} = require('../../nodes/shared/catalog/gateways');
const { setUp, withPicture, quick } = require('./support');

let world;
beforeAll(async () => {
	world = await setUp();
});
afterAll(async () => await world.tearDown());
beforeEach(() => world.simulator.reset());

const base = (provider, mode = 'imageToVideo') => ({
	provider,
	operation: 'create',
	mode,
	prompt: 'A cat turns its head',
	...quick,
});

describe.each(providerIds)('%s', (provider) => {
	test('create and wait: a row of the one shape, and a playable file', async () => {
		const { items, error } = await world.run(base(provider));
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(items[0].json).toMatchObject({
			provider,
			status: 'succeeded',
			mode: 'imageToVideo',
			resolution: '768P',
			duration: 6,
		});
		expect(items[0].json).not.toHaveProperty('error');
		expect(typeof items[0].json.taskId).toBe('string');
		expect(items[0].json.videoUrl).toMatch(/^http:/);
		expect(items[0].json.raw).toBeUndefined();
		expect(items[0].pairedItem).toEqual({ item: 0 });
		const file = items[0].binary.data;
		expect(file).toMatchObject({ mimeType: 'video/mp4', fileExtension: 'mp4' });
		expect(Buffer.from(file.data, 'base64').subarray(4, 8).toString()).toBe('ftyp');
		expect(world.simulator.paid(provider)).toBe(1);
	});

	test.each(modesOf(provider))('mode %s with every model', async (mode) => {
		for (const model of modelsOf(provider, mode)) {
			const { items, error } = await world.run(
				{
					...base(provider, mode),
					model,
					lastFrameBinaryProperty: 'last',
					references: { reference: [{ kind: 'image', source: 'binary', binaryProperty: 'data' }] },
					completion: 'return',
				},
				{ input: [withPicture({}, 'data', 'last')] },
			);
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({ provider, mode, model, status: 'queued' });
		}
		const orders = world.simulator.tasks.map(({ order }) => JSON.stringify(order));
		expect(orders).toHaveLength(modelsOf(provider, mode).length);
		expect(imageRolesOf[mode].length > 0 || mode === 'referenceToVideo').toBe(
			orders.every((order) => /data:image\/png;base64|cdn|uploads|http/.test(order)),
		);
	});

	test('return, then get status, wait and download in other executions', async () => {
		const made = (await world.run({ ...base(provider), completion: 'return' })).items;
		expect(made[0].binary).toBeUndefined();
		const input = made.map(({ json }) => ({ json }));
		const later = async (operation, more = {}) =>
			await world.run(
				{
					provider,
					operation,
					taskId: '={{ $json.taskId }}',
					endpoint: '={{ $json.endpoint }}',
					...more,
				},
				{ input },
			);
		const status = await later('getStatus', { simplify: false });
		expect(status.error).toBeUndefined();
		expect(status.items[0].json).toMatchObject({ taskId: made[0].json.taskId });
		expect(status.items[0].json.raw).toBeDefined();
		expect(status.items[0].binary).toBeUndefined();

		const waited = await later('wait', quick);
		expect(waited.items[0].json).toMatchObject({ status: 'succeeded' });
		expect(waited.items[0].binary.data.mimeType).toBe('video/mp4');

		const file = await later('download', { binaryPropertyName: 'clip' });
		expect(file.items[0].binary.clip.mimeType).toBe('video/mp4');
		expect(world.simulator.paid()).toBe(1);
	});

	test('cancel', async () => {
		// MiniMax cancels only what waits in its queue
		world.simulator.outcome({ provider, times: 1, taskMs: 60_000, queueMs: 60_000 });
		const [mode] = modesOf(provider);
		const model = modelsOf(provider, mode).find((name) => canCancel(provider, name));
		const made = (
			await world.run({ ...base(provider, mode), ...(model && { model }), completion: 'return' })
		).items;
		const { items, error } = await world.run(
			{ provider, operation: 'cancel', taskId: '={{ $json.taskId }}' },
			{ input: made.map(({ json }) => ({ json })) },
		);
		if (canCancel(provider)) {
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({ taskId: made[0].json.taskId, status: 'canceled' });
		} else {
			expect(error.message).toMatch(/Cancel/);
		}
	});
});
