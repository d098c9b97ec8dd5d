'use strict';
/* Every combination as expressions: what the table sells is sent, what it lacks is refused before a request. */
const {
	durationsOf,
	modelsOf,
	modes,
	providerIds,
	resolutions,
} = require('../../nodes/shared/catalog/gateways');
const { setUp, withPicture } = require('./support');

let world;
beforeAll(async () => {
	world = await setUp();
});
afterAll(async () => await world.tearDown());

const allModels = [
	...new Set(providerIds.flatMap((p) => modes.flatMap((mode) => modelsOf(p, mode)))),
];
/** What is sold with all its seconds that are tried, everything else once. */
const combinationsOf = (provider) =>
	modes.flatMap((mode) =>
		allModels.flatMap((model) =>
			resolutions.flatMap((resolution) =>
				(durationsOf(provider, mode, model, resolution).length > 0 ? [3, 5, 6, 10, 15] : [6]).map(
					(duration) => ({ mode, model, resolution, duration }),
				),
			),
		),
	);

test.each(providerIds)('%s', async (provider) => {
	world.simulator.reset();
	const combinations = combinationsOf(provider);
	const { items, error } = await world.run(
		{
			provider,
			operation: 'create',
			completion: 'return',
			prompt: 'A cat',
			mode: '={{ $json.mode }}',
			model: '={{ $json.model }}',
			resolution: '={{ $json.resolution }}',
			duration: '={{ $json.duration }}',
			lastFrameBinaryProperty: 'last',
			references: { reference: [{ kind: 'image', source: 'binary', binaryProperty: 'data' }] },
		},
		{
			input: combinations.map((combination) => withPicture(combination, 'data', 'last')),
			onError: 'continueRegularOutput',
		},
	);
	expect(error).toBeUndefined();
	expect(items).toHaveLength(combinations.length);
	let sold = 0;
	combinations.forEach(({ mode, model, resolution, duration }, i) => {
		const row = items[i].json;
		if (durationsOf(provider, mode, model, resolution).includes(duration)) {
			sold++;
			expect(row).toMatchObject({
				status: 'queued',
				mode,
				model,
				resolution,
				duration,
			});
			expect(row).not.toHaveProperty('error');
		} else {
			expect(row.error).toMatchObject({ category: 'invalidParameters', code: 'refused' });
			expect(row.error.message).toMatch(/^'(Mode|Model|Resolution|Duration)' .* (for|by|at) '?\w/);
			expect(row.taskId).toBeUndefined();
		}
	});
	expect(world.simulator.paid(provider)).toBe(sold);
	const submits = world.simulator.requests.filter(({ kind }) => kind === 'submit');
	expect(submits).toHaveLength(sold);
	expect(submits.every(({ status }) => status === 200)).toBe(true);
});
