'use strict';
/*
 * docs/errors.md, made from the code: the categories and special cases with their advice, and every message that the
 * nodes can give, found in the sources. What a message is filled with stands as "…".
 */
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const ts = require('typescript');

const HEAD = `# Errors: what a message means, and what to do

Made by \`npm run readme\` from the code; a test keeps it in step. Search this page for the words of your message: what stands as … is filled in.

Every error has a **category** (\`error.category\` in the row under *Continue On Fail*). \`retryable\` says whether the same order may succeed later. From the moment a gateway has given a task ID, every error and row carries it: nothing that was paid is lost, see [usage](usage.md).
`;

/** Functions that throw or return a refusal: their last two arguments are fault and advice. */
const REFUSALS = ['InputRefused', 'refuse', 'refused', 'refusal'];

function sourcesIn(folder) {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
		entry.isDirectory()
			? sourcesIn(join(folder, entry.name))
			: entry.name.endsWith('.ts')
				? [join(folder, entry.name)]
				: [],
	);
}

/** The text of an expression, every unknown part as "…"; undefined when nothing of it is text. */
function textsOf(node, constants) {
	if (ts.isStringLiteralLike(node)) return [node.text];
	if (ts.isParenthesizedExpression(node)) return textsOf(node.expression, constants);
	if (ts.isTemplateExpression(node))
		return [
			node.templateSpans.reduce((text, { expression, literal }) => {
				const inner = ts.isIdentifier(expression) && constants.get(expression.text);
				return `${text}${inner || '…'}${literal.text}`;
			}, node.head.text),
		];
	if (ts.isConditionalExpression(node))
		return [...textsOf(node.whenTrue, constants), ...textsOf(node.whenFalse, constants)];
	if (ts.isBinaryExpression(node)) {
		const [left] = textsOf(node.left, constants);
		const [right] = textsOf(node.right, constants);
		return left === undefined && right === undefined ? [] : [`${left ?? '…'}${right ?? '…'}`];
	}
	if (ts.isIdentifier(node) && constants.has(node.text)) return [constants.get(node.text)];
	return [];
}

function propertiesOf(node) {
	return new Map(
		node.properties
			.filter(ts.isPropertyAssignment)
			.map(({ name, initializer }) => [name.getText(), initializer]),
	);
}

/**
 * The messages in the sources.
 * @param {string} root of the repository
 * @returns {{refusals: Array<{message: string, advice: string}>, faults: Array<{message: string, code: string, categories: string[]}>}}
 */
function messagesIn(root) {
	const refusals = [];
	const faults = [];
	for (const file of sourcesIn(join(root, 'nodes'))) {
		const source = ts.createSourceFile(
			file,
			readFileSync(file, 'utf8'),
			ts.ScriptTarget.ES2022,
			true,
		);
		const constants = new Map();
		const visitConstants = (node) => {
			if (ts.isVariableDeclaration(node) && node.initializer && ts.isIdentifier(node.name)) {
				const [text] =
					ts.isStringLiteralLike(node.initializer) || ts.isTemplateExpression(node.initializer)
						? textsOf(node.initializer, constants)
						: [];
				if (text !== undefined) constants.set(node.name.text, text);
			}
			ts.forEachChild(node, visitConstants);
		};
		visitConstants(source);
		const visit = (node) => {
			if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
				const name = node.expression.getText().split('.').pop();
				const given = node.arguments ?? [];
				if (REFUSALS.includes(name) && given.length >= 2) {
					const at = name === 'InputRefused' ? 1 : given.length - 2;
					const messages = given[at] ? textsOf(given[at], constants) : [];
					const advice = given[at + 1] ? textsOf(given[at + 1], constants) : [];
					for (const message of messages) refusals.push({ message, advice: advice.join(' / ') });
				}
				if (name === 'badLink' && given.length === 1)
					for (const message of textsOf(given[0], constants))
						faults.push({ message, code: 'badLink', categories: ['protocol'] });
				if (name === 'unexpectedReply' && given.length === 1)
					for (const what of textsOf(given[0], constants))
						faults.push({
							message: `The reply is not of the documented shape (${what})`,
							code: 'unexpectedReply',
							categories: ['protocol'],
						});
			}
			if (ts.isObjectLiteralExpression(node)) {
				const properties = propertiesOf(node);
				if (properties.has('category') && properties.has('message') && properties.has('code')) {
					const categories = textsOf(properties.get('category'), constants);
					const noTask = properties.get('noTask')?.kind === ts.SyntaxKind.TrueKeyword;
					const [code = ''] = textsOf(properties.get('code'), constants);
					for (const message of textsOf(properties.get('message'), constants))
						if (categories.length > 0) faults.push({ message, code, categories, noTask });
				}
			}
			ts.forEachChild(node, visit);
		};
		visit(source);
	}
	return { refusals: unique(refusals), faults: unique(faults) };
}

/** In the order of their words, each once. */
function unique(rows) {
	const byMessage = new Map(rows.map((row) => [JSON.stringify(row), row]));
	return [...byMessage.values()].sort((a, b) => a.message.localeCompare(b.message, 'en'));
}

const cell = (text) =>
	text
		.replace(/\|/g, '\\|')
		.replace(/\s+/g, ' ')
		.replace(/[<>]/g, (sign) => `\\${sign}`);
const table = (head, rows) =>
	[head, head.map(() => '---'), ...rows]
		.map((row) => `| ${row.map(cell).join(' | ')} |`)
		.join('\n');

/**
 * The page.
 * @param {string} root of the repository
 * @param {Pick<typeof import('../../nodes/HailuoVideo/batch/advice'), 'categoryAdvice' | 'specialAdvice'>} advice
 */
function errorsPage(root, { categoryAdvice, specialAdvice }) {
	const { refusals, faults } = messagesIn(root);
	const gateway = 'the gateway';
	const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
	const say = ({ advise }) => capital(advise(gateway));
	/** @param {{ code: string, categories: any[], noTask?: boolean }} fault `categories`: at least one */
	const adviceOf = ({ code, categories: [category], noTask = false }) => {
		/** @type {import('../../nodes/HailuoVideo/batch/advice').FaultFacts} */
		const facts = { gateway, task: { provider: 'minimax', taskId: '1' }, httpStatus: undefined };
		const special = specialAdvice.find(({ applies }) =>
			applies({ category, code, noTask, message: '', retryable: false }, facts),
		);
		return say(special ?? categoryAdvice[category]);
	};
	return [
		HEAD,
		'## By category\n',
		table(
			['category', 'when', 'what to do'],
			Object.entries(categoryAdvice).map(([name, advice]) => [
				`\`${name}\``,
				advice.when,
				say(advice),
			]),
		),
		"\nThe message itself holds the gateway's own words, shortened to 300 characters.\n",
		'## Cases with words of their own\n',
		table(
			['when', 'what to do'],
			specialAdvice.map((advice) => [advice.when, say(advice)]),
		),
		'\n## Messages of this package about gateways, links and files\n',
		table(
			['message', 'category', 'what to do'],
			faults.map((fault) => [
				fault.message,
				fault.categories.map((one) => `\`${one}\``).join(', '),
				adviceOf(fault),
			]),
		),
		'\n## Refused before anything is paid\n',
		"The name of the field stands in front, e.g. 'First Frame'. Category `invalidParameters`, or `spendLimit`.\n",
		table(
			['message', 'what to do'],
			refusals.map(({ message, advice }) => [
				message,
				advice || 'Change the field that the message names.',
			]),
		),
		'',
	].join('\n');
}

module.exports = { errorsPage, messagesIn };
