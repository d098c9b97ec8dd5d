/* The form says what the table says: every provider x mode x model x resolution x duration is walked. */
import {
	NodeHelpers,
	type INode,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
} from 'n8n-workflow';

import { HailuoVideo } from '../../../../nodes/HailuoVideo/HailuoVideo.node';
import { operationOf } from '../../../../nodes/HailuoVideo/operations';
import { cover } from '../../../../nodes/HailuoVideo/form/conditionalFields';
import {
	aspectRatiosOf,
	canCancel,
	durationsOf,
	labelOf,
	modelsOf,
	modes,
	modesOf,
	offersOption,
	optionNames,
	OTHER_MODEL,
	providerIds,
	referenceKinds,
	resolutions,
	resolutionsOf,
	table,
} from '../../../../nodes/shared/catalog/gateways';
import { providers } from '../../../../nodes/shared/providers';

const { description } = new HailuoVideo();
const node: INode = {
	id: '1',
	name: 'Hailuo',
	type: 'hailuoVideo',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** The fields of one name that the editor shows for these values. */
function shown(name: string, values: Record<string, string | number | boolean>): INodeProperties[] {
	return description.properties.filter(
		(property) =>
			property.name === name && NodeHelpers.displayParameter(values, property, node, description),
	);
}

const valuesOf = (field: INodeProperties | undefined) =>
	((field?.options ?? []) as INodePropertyOptions[]).map(({ value }) => value);

const create = { resource: 'video', operation: 'create', completion: 'wait' };
const allModels = [
	...new Set(providerIds.flatMap((p) => modes.flatMap((mode) => modelsOf(p, mode)))),
];

describe.each(providerIds)('%s', (provider) => {
	const chosen = { ...create, provider };

	test('modes', () => {
		const fields = shown('mode', chosen);
		expect(fields).toHaveLength(1);
		expect(valuesOf(fields[0]).sort()).toEqual([...modesOf(provider)].sort());
		expect(fields[0].default).toBe('imageToVideo');
	});

	test('models, resolutions and durations of the whole table, and nothing else', () => {
		for (const mode of modes) {
			const models = shown('model', { ...chosen, mode });
			const sold = modelsOf(provider, mode);
			expect(models).toHaveLength(sold.length > 0 ? 1 : 0);
			if (sold.length > 0)
				expect(valuesOf(models[0])).toEqual([
					...sold,
					...(table[provider].otherModel ? [OTHER_MODEL] : []),
				]);

			for (const model of allModels) {
				const sizes = shown('resolution', { ...chosen, mode, model });
				const soldSizes = resolutionsOf(provider, mode, model);
				expect(sizes).toHaveLength(soldSizes.length > 0 ? 1 : 0);
				expect(valuesOf(sizes[0])).toEqual(soldSizes);
				if (sizes.length > 0) expect(soldSizes).toContain(sizes[0].default);

				const ratios = shown('aspectRatio', { ...chosen, mode, model });
				const soldRatios = aspectRatiosOf(provider, mode, model);
				expect(ratios).toHaveLength(soldRatios.length > 0 ? 1 : 0);
				expect(valuesOf(ratios[0])).toEqual(soldRatios);
				if (ratios.length > 0) expect(ratios[0].default).toBe('16:9');

				for (const resolution of resolutions) {
					const lengths = shown('duration', { ...chosen, mode, model, resolution });
					const soldLengths = durationsOf(provider, mode, model, resolution);
					expect(lengths).toHaveLength(soldLengths.length > 0 ? 1 : 0);
					expect(valuesOf(lengths[0])).toEqual(soldLengths);
					if (lengths.length > 0) expect(soldLengths).toContain(lengths[0].default);
				}
			}
		}
	});

	test('Hailuo 3 stands first where it is sold, and is not what a new node starts with', () => {
		for (const mode of modesOf(provider)) {
			const models = modelsOf(provider, mode);
			if (!models.includes('MiniMax-H3')) continue;
			const [field] = shown('model', { ...chosen, mode });
			expect(valuesOf(field)[0]).toBe('MiniMax-H3');
			const older = models.filter((model) => model.startsWith('MiniMax-Hailuo'));
			if (older.length > 0) expect(field.default).toBe('MiniMax-Hailuo-02');
			for (const option of field.options as INodePropertyOptions[])
				if (option.value !== OTHER_MODEL) expect(option.name).toBe(labelOf(String(option.value)));
		}
	});

	test('references: one list, with a file or a URL in each line, only where they are sold', () => {
		for (const mode of modesOf(provider)) {
			const lists = shown('references', { ...chosen, mode });
			expect(lists).toHaveLength(mode === 'referenceToVideo' ? 1 : 0);
			for (const list of lists) {
				const [group] = list.options as INodePropertyCollection[];
				expect(group.name).toBe('reference');
				for (const kind of referenceKinds)
					for (const source of ['binary', 'url']) {
						const entry = { kind, source };
						const fields = group.values.filter((field) =>
							NodeHelpers.displayParameter(entry, field, node, description, { ...chosen, mode }),
						);
						const byLinkAlone =
							kind !== 'image' && providers[provider].references?.[kind].transport === 'url';
						expect([entry, ...fields.map(({ name }) => name)]).toEqual([
							entry,
							'kind',
							...(byLinkAlone ? [] : ['source']),
							source === 'url' || byLinkAlone ? 'url' : 'binaryProperty',
						]);
					}
			}
		}
	});

	test('prompt: one field, whose example shows directives only where the model follows them', () => {
		for (const mode of modesOf(provider))
			for (const model of modelsOf(provider, mode)) {
				const [prompt, ...more] = shown('prompt', { ...chosen, mode, model });
				expect(more).toEqual([]);
				const directed = offersOption(provider, 'cameraMovements', mode, model);
				expect([model, /\[/.test(prompt.placeholder!)]).toEqual([model, directed]);
				const counted = /image 1/.test(prompt.hint!) && /image 1/.test(prompt.placeholder!);
				expect([mode, counted]).toEqual([mode, mode === 'referenceToVideo']);
			}
	});

	test('options: only fields that the gateway has', () => {
		for (const mode of modesOf(provider))
			for (const model of modelsOf(provider, mode)) {
				const [options, ...more] = shown('options', { ...chosen, mode, model });
				expect(more).toEqual([]);
				const names = (options.options as INodeProperties[]).map(({ name }) => name);
				for (const option of optionNames)
					expect([option, names.includes(option)]).toEqual([
						option,
						offersOption(provider, option, mode, model),
					]);
			}
	});

	test('a typed model: its name, a free duration, no list of resolutions', () => {
		for (const mode of modesOf(provider)) {
			const values = { ...chosen, mode, model: OTHER_MODEL };
			const offered = table[provider].otherModel;
			expect(shown('modelName', values)).toHaveLength(offered ? 1 : 0);
			expect(shown('duration', values).map(({ type }) => type)).toEqual(offered ? ['string'] : []);
			const free = offered && !table[provider].resolutionInModelName;
			expect(shown('resolution', values).map(({ type }) => type)).toEqual(free ? ['string'] : []);
		}
	});

	test('operations: cancel only where the gateway can', () => {
		const [operation, ...more] = shown('operation', { resource: 'video', provider });
		expect(more).toEqual([]);
		expect(valuesOf(operation).includes('cancel')).toBe(canCancel(provider));
	});

	test('account: offered, with Get Balance alone, where the gateway tells', () => {
		const [resource, ...more] = shown('resource', { provider });
		expect(more).toEqual([]);
		expect(valuesOf(resource).includes('account')).toBe(table[provider].balance);
		expect(table[provider].balance).toBe(providers[provider].balance !== undefined);
		const operations = shown('operation', { resource: 'account', provider });
		expect(operations.map(valuesOf)).toEqual([['getBalance']]);
	});

	test.each(['video', 'account'])('one credential for %s', (resource) => {
		const credentials = description.credentials!.filter((credential) =>
			NodeHelpers.displayParameter({ resource, provider }, credential, node, description),
		);
		expect(credentials.map(({ required }) => required)).toEqual([true]);
	});

	test('endpoint: wherever a task has to be asked for with it, or may have to be', () => {
		for (const operation of ['getStatus', 'wait', 'cancel', 'download']) {
			const fields = shown('endpoint', { resource: 'video', provider, operation });
			const needs = table[provider].needsEndpoint === true;
			const takes = needs || providers[provider].candidates !== undefined;
			expect(fields).toHaveLength(takes ? 1 : 0);
			if (takes) expect(fields[0].required === true).toBe(needs);
		}
	});

	test('completion: return for Create alone, wait and pause for both', () => {
		const offered = (operation: string) =>
			shown('completion', { resource: 'video', provider, operation }).map(valuesOf);
		expect(offered('create')).toEqual([['wait', 'pause', 'return']]);
		expect(offered('wait')).toEqual([['wait', 'pause']]);
	});
});

test('never two fields of one name at once, whatever is chosen', () => {
	const names = [...new Set(description.properties.map(({ name }) => name))];
	for (const provider of providerIds)
		for (const operation of ['create', 'getStatus', 'wait', 'cancel', 'download'])
			for (const mode of modesOf(provider))
				for (const model of [...modelsOf(provider, mode), OTHER_MODEL])
					for (const completion of ['wait', 'pause', 'return']) {
						const values = {
							resource: 'video',
							provider,
							operation,
							mode,
							model,
							completion,
							resolution: '768P',
							downloadVideo: true,
							firstFrameSource: 'binary',
							lastFrameSource: 'url',
						};
						for (const name of names) expect(shown(name, values).length).toBeLessThanOrEqual(1);
					}
});

test('each credential stays visible beside the provider: hidden by the others, not shown by its own', () => {
	for (const { displayOptions } of description.credentials!) {
		// before 'Resource', the parameter it depends on: right below 'Provider'
		expect(displayOptions?.show).toEqual({ resource: ['video', 'account'] });
		expect(displayOptions?.hide?.provider).toHaveLength(providerIds.length - 1);
	}
});

test('a choice shows the same field while what is at its default is absent: n8n resets stale values by that', () => {
	for (const provider of providerIds)
		for (const mode of modesOf(provider))
			for (const model of modelsOf(provider, mode))
				for (const resolution of resolutionsOf(provider, mode, model)) {
					const chosen = { ...create, provider, mode, model, resolution };
					const only = (name: string) => shown(name, chosen)[0];
					const defaults: Record<string, unknown> = {
						...create,
						provider: 'minimax',
						mode: only('mode').default,
						model: only('model').default,
						resolution: only('resolution').default,
					};
					const sparse = Object.fromEntries(
						Object.entries(chosen).filter(([name, value]) => defaults[name] !== value),
					);
					for (const name of ['mode', 'model', 'resolution', 'duration', 'prompt'])
						expect(shown(name, sparse)).toEqual([only(name)]);
					expect(shown('aspectRatio', sparse)).toEqual(shown('aspectRatio', chosen));
				}
});

test('rectangles cover exactly the points given', () => {
	const points = [
		{ a: '1', b: 'x' },
		{ a: '1', b: 'y' },
		{ a: '2', b: 'x' },
		{ a: '2', b: 'y' },
		{ a: '3', b: 'x' },
	];
	const rectangles = cover(points);
	expect(rectangles).toHaveLength(2);
	const covered = rectangles.flatMap(({ a, b }) => a.flatMap((x) => b.map((y) => x + y)));
	expect(covered.sort()).toEqual(['1x', '1y', '2x', '2y', '3x']);
});

test('every operation of the form exists, and no other', () => {
	const offered = ['video', 'account'].flatMap((resource) =>
		shown('operation', { resource, provider: 'wavespeed' }).flatMap(valuesOf),
	);
	for (const name of offered) expect([name, operationOf(String(name))]).not.toContain(undefined);
	expect([...offered].sort()).toEqual(
		['create', 'getStatus', 'wait', 'cancel', 'download', 'getBalance'].sort(),
	);
	expect(operationOf('constructor')).toBeUndefined();
});

test('a clip is waited for 30 minutes', () => {
	for (const operation of ['create', 'wait'])
		for (const provider of providerIds) {
			const [options] = shown('waitOptions', {
				resource: 'video',
				provider,
				operation,
				completion: 'wait',
			});
			const timeout = (options.options as INodeProperties[]).find(({ name }) => name === 'timeout');
			expect(timeout?.default).toBe(30);
		}
});
