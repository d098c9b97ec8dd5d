#!/usr/bin/env node
'use strict';

/** Runs the simulator until it is stopped: `node test/simulator/cli.js --help`. */

const { parseArgs } = require('node:util');
const { startSimulator } = require('.');

const HELP = `Usage: npm run simulator -- [options]

  --port <n>           port on 127.0.0.1 (default 8787, 0 for any free one)
  --task-seconds <n>   how long a video takes (default 10)
  --fast               a video takes half a second
  --video-mb <n>       size of the videos (default: the clip itself, a few kB)
  --rate <n>           submits per minute and key before a gateway says "rate limit"
  --toapis-webhook <url>   the callback URL of ToAPIs' console, as http://127.0.0.1:5678/webhook/…
  --callback-scale <n>     ToAPIs repeats a callback after 10 s, 30 s, 2 min, … times this (default 1)
  --challenge-after    MiniMax, gpt.ge and Pixazo try a callback address after they took the order, not before
  --bare               WaveSpeed answers without its envelope, in the words of its newer pages
  --quiet              no line per request
  --help               this text
`;

/** @satisfies {import('node:util').ParseArgsConfig['options']} */
const OPTIONS = {
	port: { type: 'string', default: '8787' },
	'task-seconds': { type: 'string', default: '10' },
	fast: { type: 'boolean', default: false },
	'video-mb': { type: 'string', default: '0' },
	rate: { type: 'string' },
	'toapis-webhook': { type: 'string' },
	'callback-scale': { type: 'string', default: '1' },
	'challenge-after': { type: 'boolean', default: false },
	bare: { type: 'boolean', default: false },
	quiet: { type: 'boolean', default: false },
	help: { type: 'boolean', default: false },
};

function readNumber(values, name, { above = 0 } = {}) {
	const number = Number(values[name]);
	if (values[name].trim() === '' || !Number.isFinite(number) || number < above) {
		throw new TypeError(`--${name} must be a number, ${above} or more`);
	}
	return number;
}

/** @returns {Parameters<typeof startSimulator>[0]} */
function readOptions(values) {
	return {
		port: readNumber(values, 'port'),
		taskMs: values.fast ? 500 : readNumber(values, 'task-seconds') * 1000,
		videoBytes: Math.round(readNumber(values, 'video-mb') * 1024 * 1024),
		rateLimit:
			values.rate === undefined
				? undefined
				: { perMinute: readNumber(values, 'rate', { above: 1 }) },
		webhookUrl: values['toapis-webhook'],
		callbackScale: readNumber(values, 'callback-scale'),
		bare: values.bare,
		challenge: values['challenge-after'] ? 'after' : 'before',
		log: values.quiet ? undefined : (line) => process.stdout.write(`${line}\n`),
	};
}

async function main() {
	const { values } = parseArgs({ options: OPTIONS });
	if (values.help) {
		process.stdout.write(HELP);
		return;
	}
	const sim = await startSimulator(readOptions(values));
	const width = Math.max(...sim.providers.map((id) => id.length));
	const lines = sim.providers.map((id) => `  ${id.padEnd(width)}  ${sim.baseUrl(id)}`);
	process.stdout.write(`Hailuo simulator, nothing is paid: ${sim.url}/_simulator

Paste one of these into the "Base URL" of a credential, with any API key:
${lines.join('\n')}

Words in a prompt change what happens: sim:fail sim:blocked sim:slow sim:expired sim:html sim:cut …, see the page above
A first frame to try: ${sim.url}/images/first.png
Webhook secrets, for the credentials: WaveSpeed ${sim.secret('wavespeed')} ToAPIs ${sim.secret('toapis')}
Stop with Ctrl+C.

`);
	for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => sim.close());
}

main().catch((error) => {
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
});
