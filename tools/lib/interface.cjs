'use strict';
/* What workflows are saved with: the public names and values of nodes and credentials, and how they changed. */

const sorted = (values) =>
	[...new Set(values.map((value) => JSON.stringify(value)))].sort().map((text) => JSON.parse(text));

/** Parameters by their path (`options.seed`), variants of one name together. */
function parametersOf(properties, prefix = '') {
	const found = {};
	const add = (name, property) => {
		const known = (found[name] ??= { types: [], defaults: [], values: [] });
		known.types.push(property.type);
		known.defaults.push(property.default ?? null);
		if (['options', 'multiOptions'].includes(property.type))
			known.values.push(...(property.options ?? []).map(({ value }) => value));
	};
	for (const property of properties.filter(({ type }) => !['notice', 'callout'].includes(type))) {
		const name = `${prefix}${property.name}`;
		add(name, property);
		const groups =
			property.type === 'collection'
				? [[name, property.options]]
				: property.type === 'fixedCollection'
					? property.options.map((group) => [`${name}.${group.name}`, group.values])
					: [];
		for (const [path, inner] of groups)
			for (const [key, part] of Object.entries(parametersOf(inner, `${path}.`))) {
				const known = (found[key] ??= { types: [], defaults: [], values: [] });
				for (const field of ['types', 'defaults', 'values'])
					known[field].push(...(part[field] ?? []));
			}
	}
	return Object.fromEntries(
		Object.keys(found)
			.sort()
			.map((name) => {
				const { types, defaults, values } = found[name];
				return [
					name,
					{
						types: sorted(types),
						defaults: sorted(defaults),
						...(values.length > 0 && { values: sorted(values) }),
					},
				];
			}),
	);
}

/**
 * The public interface as plain JSON.
 * @param {Array<{ description: any }>} nodes
 * @param {Array<{ name: string, properties: any[] }>} credentials
 */
function interfaceOf(nodes, credentials) {
	const byName = (entries) => Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b)));
	return {
		nodes: byName(
			nodes.map(({ description }) => [
				description.name,
				{
					versions: [description.version].flat(),
					credentials: sorted((description.credentials ?? []).map(({ name }) => name)),
					outputs: description.outputs,
					webhooks: (description.webhooks ?? []).map(({ httpMethod, name, path }) => ({
						httpMethod,
						name,
						path,
					})),
					parameters: parametersOf(description.properties),
				},
			]),
		),
		credentials: byName(
			credentials.map(({ name, properties }) => [name, parametersOf(properties)]),
		),
	};
}

/** The leaves of an interface, by their path; lists are leaves by their members. */
function leavesOf(value, path = []) {
	if (Array.isArray(value))
		return value.flatMap((one) =>
			one !== null && typeof one === 'object'
				? leavesOf(one, [...path, JSON.stringify(one)])
				: [[...path, JSON.stringify(one)].join(' › ')],
		);
	if (value !== null && typeof value === 'object')
		return Object.entries(value).flatMap(([name, part]) => leavesOf(part, [...path, name]));
	return [[...path, JSON.stringify(value)].join(' › ')];
}

/**
 * What has changed since the interface was written down.
 * @returns {{ gone: string[], added: string[] }}
 */
function changes(before, now) {
	const [old, fresh] = [before, now].map((one) => new Set(leavesOf(one)));
	return {
		gone: [...old].filter((leaf) => !fresh.has(leaf)),
		added: [...fresh].filter((leaf) => !old.has(leaf)),
	};
}

const HOW = `Workflows are saved with these names (CONTRIBUTING.md, "Public names and versions"):
  gone or changed  saved workflows break or change their meaning: keep the old name or value. Where that cannot be,
                   give the node a new version, and let the old one keep its form.
  added            write it into CHANGELOG.md (a minor version), then: npm run build && npm run interface`;

/** The changes in words, empty when there are none. */
function inWords({ gone, added }) {
	if (gone.length + added.length === 0) return '';
	return [...gone.map((leaf) => `- ${leaf}`), ...added.map((leaf) => `+ ${leaf}`), '', HOW].join(
		'\n',
	);
}

module.exports = { changes, interfaceOf, inWords };
