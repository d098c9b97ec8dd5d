'use strict';

/** Talks to a server of the Model Context Protocol over its standard input and output, one JSON a line. */

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const readline = require('node:readline');

const PROTOCOL = '2025-03-26';

/**
 * Starts a server and shakes hands with it.
 *
 * @param {string[]} args of node
 * @param {{cwd: string, env: Record<string, string>}} options
 * @returns {Promise<{call: (tool: string, input: object) => Promise<string>, tools: string[], close: () => Promise<void>}>}
 *   `call` gives the text that the tool answers
 * @throws {Error} when the server ends before it has answered
 */
async function startMcpServer(args, { cwd, env }) {
	const child = spawn(process.execPath, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
	const waiting = new Map();
	let nextId = 1;
	let complaints = '';
	child.stderr.on('data', (data) => (complaints += data));
	child.once('exit', (code) => {
		for (const { reject } of waiting.values()) {
			reject(new Error(`The server ended with ${code}: ${complaints}`));
		}
	});
	readline.createInterface({ input: child.stdout }).on('line', (line) => {
		const { id, result, error } = JSON.parse(line);
		const { resolve, reject } = waiting.get(id) ?? {};
		waiting.delete(id);
		if (error) reject?.(new Error(error.message));
		else resolve?.(result);
	});

	const write = (message) =>
		child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
	const ask = (method, params) =>
		new Promise((resolve, reject) => {
			const id = nextId++;
			waiting.set(id, { resolve, reject });
			write({ id, method, params });
		});

	await ask('initialize', {
		protocolVersion: PROTOCOL,
		capabilities: {},
		clientInfo: { name: 'simulator-test', version: '1.0.0' },
	});
	write({ method: 'notifications/initialized' });
	const { tools } = await ask('tools/list', {});
	return {
		tools: tools.map(({ name }) => name),
		async call(name, input) {
			const { content } = await ask('tools/call', { name, arguments: input });
			return content.map(({ text }) => text).join('\n');
		},
		async close() {
			if (child.exitCode !== null) return;
			child.kill();
			await once(child, 'exit');
		},
	};
}

module.exports = { startMcpServer };
