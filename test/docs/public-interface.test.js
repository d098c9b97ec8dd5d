'use strict';
/* Workflows are saved with the names and values of our forms: a change of them has to be meant. */
const path = require('node:path');

const { n8n } = require('../../package.json');
const { changes, interfaceOf, inWords } = require('../../tools/lib/interface.cjs');
const written = require('./public-interface.json');

const root = path.join(__dirname, '../..');
const opened = (files, ending) =>
	files.map((file) => {
		const source = file.replace(/^dist\//, '').replace(/\.js$/, '');
		return new (require(path.join(root, source))[path.basename(file, ending)])();
	});
const now = () =>
	JSON.parse(
		JSON.stringify(
			interfaceOf(opened(n8n.nodes, '.node.js'), opened(n8n.credentials, '.credentials.js')),
		),
	);

test('public names and values are what was written down', () => {
	expect(inWords(changes(written, now()))).toBe('');
});

test('it holds both nodes, all six credentials, and the names of the documentation', () => {
	expect(Object.keys(written.nodes)).toEqual(['hailuoVideo', 'hailuoVideoTrigger']);
	expect(Object.keys(written.credentials)).toHaveLength(6);
	const { parameters } = written.nodes.hailuoVideo;
	expect(parameters.provider.values).toEqual(
		['minimax', 'seaart', 'gptge', 'wavespeed', 'toapis', 'pixazo'].sort(),
	);
	expect(Object.keys(parameters)).toEqual(
		expect.arrayContaining(['taskId', 'waitOptions.timeout', 'options.deduplicationKey']),
	);
});

describe('a change is told with what to do', () => {
	const changed = (change) => {
		const other = structuredClone(written);
		change(other.nodes.hailuoVideo, other);
		return inWords(changes(written, other));
	};

	test.each([
		[
			'a parameter is renamed',
			(node) => {
				node.parameters.text = node.parameters.prompt;
				delete node.parameters.prompt;
			},
			'- nodes › hailuoVideo › parameters › prompt',
		],
		[
			'an option value is withdrawn',
			(node) => node.parameters.completion.values.shift(),
			'- nodes › hailuoVideo › parameters › completion › values',
		],
		[
			'a default is another',
			(node) => {
				node.parameters.completion.defaults = ['return'];
			},
			'- nodes › hailuoVideo › parameters › completion › defaults › "wait"',
		],
		[
			'a credential type is renamed',
			(_node, all) => {
				delete all.credentials.hailuoPixazoApi;
			},
			'- credentials › hailuoPixazoApi › apiKey',
		],
		[
			'the trigger’s path is another',
			(_node, all) => {
				all.nodes.hailuoVideoTrigger.webhooks[0].path = 'hook';
			},
			'- nodes › hailuoVideoTrigger › webhooks',
		],
		[
			'a parameter is added',
			(node) => {
				node.parameters.loop = { types: ['boolean'], defaults: [false] };
			},
			'+ nodes › hailuoVideo › parameters › loop › types › "boolean"',
		],
	])('%s', (_what, change, line) => {
		const words = changed(change);
		expect(words).toContain(line);
		expect(words).toContain('new version');
		expect(words).toContain('npm run interface');
	});
});
