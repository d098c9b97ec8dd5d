/** A stand-in chat model on loopback, in the words of OpenAI's chat completions: it asks for one tool call, then repeats what the tool said. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createRequire } from 'node:module';

const { listen } = createRequire(import.meta.url)('../../helpers/listen');

/**
 * @param {(tool: { name: string, parameters: any }) => object} argumentsFor what the model calls the tool with
 * @returns {Promise<{ url: string, requests: any[], close: () => Promise<void> }>} `url`: the credential's Base URL;
 *   `requests`: the bodies that were asked
 */
export async function startChatModel(argumentsFor) {
	const requests = [];
	const server = createServer((request, response) => {
		let text = '';
		request.setEncoding('utf8');
		request.on('data', (part) => (text += part));
		request.on('end', () => answer(request, response, text));
	});

	function answer(request, response, text) {
		if (request.method === 'GET')
			return send(response, { object: 'list', data: [{ id: 'stand-in' }] });
		if (!request.url.endsWith('/chat/completions')) {
			response.writeHead(404).end();
			return;
		}
		const body = JSON.parse(text);
		requests.push(body);
		const last = body.messages.at(-1);
		const tool = body.tools?.[0]?.function;
		const message =
			last.role === 'tool' || !tool
				? { role: 'assistant', content: `The tool said: ${contentOf(last)}` }
				: {
						role: 'assistant',
						content: null,
						tool_calls: [
							{
								index: 0,
								id: `call_${requests.length}`,
								type: 'function',
								function: { name: tool.name, arguments: JSON.stringify(argumentsFor(tool)) },
							},
						],
					};
		const finish = message.tool_calls ? 'tool_calls' : 'stop';
		const about = { id: `chat_${requests.length}`, created: 1, model: body.model };
		const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
		if (!body.stream) {
			const choices = [{ index: 0, message, finish_reason: finish }];
			return send(response, { ...about, object: 'chat.completion', choices, usage });
		}
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		for (const [delta, finish_reason] of [
			[message, null],
			[{}, finish],
		]) {
			const choices = [{ index: 0, delta, finish_reason }];
			const chunk = { ...about, object: 'chat.completion.chunk', choices };
			response.write(`data: ${JSON.stringify(chunk)}\n\n`);
		}
		response.end('data: [DONE]\n\n');
	}

	const port = await listen(server);
	return {
		url: `http://127.0.0.1:${port}/v1`,
		requests,
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

function send(response, body) {
	response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function contentOf({ content }) {
	return typeof content === 'string'
		? content
		: (content ?? []).map(({ text }) => text ?? '').join('');
}
