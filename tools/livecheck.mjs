#!/usr/bin/env node
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { readArgs, UsageProblem } from './lib/args.mjs';
import { checkFacts } from './lib/livecheck/check.mjs';
import { FACTS } from './lib/livecheck/facts/index.mjs';
import { report } from './lib/livecheck/report.mjs';
import { buyOne, priceOf } from './lib/livecheck/spend.mjs';
import { root } from './lib/paths.mjs';

const HELP = `npm run livecheck -- --provider <gateway> [options]

Holds what this package knows of a gateway against the real one, and prints a Markdown report without secrets.
THIS GOES TO THE INTERNET, with your key in HAILUO_API_KEY. Only free calls are made: a wrong key, tasks that do
not exist, balance, prices, models, and an upload where it is free.

  --provider <gateway>  ${Object.keys(FACTS).join(', ')}
  --base-url <url>      another host of the gateway (China), or the simulator
  --spend <dollars>     buy the cheapest clip, too, when it costs no more; its price is shown, and you confirm
  --out <file>          write the report there as well
  --help

Ends with code 0 when every fact holds, 1 when one differs or is open, 2 when it cannot run. Never runs in CI.
`;

/** @type {import('./lib/args.mjs').OptionSpecs} */
const SPEC = {
	provider: { type: 'text', values: Object.keys(FACTS) },
	'base-url': { type: 'text' },
	spend: { type: 'text' },
	out: { type: 'text' },
	help: { type: 'switch' },
};

const say = (line = '') => process.stderr.write(`${line}\n`);

async function main() {
	const args = readArgs(process.argv.slice(2), SPEC, HELP);
	if (args.help) return process.stdout.write(HELP) && 0;
	if (process.env.CI && process.env.CI !== 'false')
		throw new UsageProblem(
			'The live check talks to a real gateway with a real key: it never runs in CI.',
		);
	if (!args.provider) throw new UsageProblem(`--provider is missing.\n\n${HELP}`);
	const key = (process.env.HAILUO_API_KEY ?? '').trim().replace(/^bearer\s+/i, '');
	if (key === '') throw new UsageProblem('Put the key of the gateway into HAILUO_API_KEY.');
	const gateway = FACTS[args.provider];
	const baseUrl = readBaseUrl(args['base-url'] ?? gateway.baseUrl);
	const most = args.spend === undefined ? undefined : readSpend(args.spend, gateway);

	say(
		`Live check of ${gateway.name}: this goes to ${new URL(baseUrl).host}, with your key. Free calls only.`,
	);
	say();
	const results = await checkFacts(gateway, { key, baseUrl, progress: say });
	if (most !== undefined)
		results.push(...(await spend(gateway, args.provider, { key, baseUrl, most })));

	const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const date = new Date().toISOString().slice(0, 10);
	const text = report({ gateway, baseUrl, version, date, results });
	say();
	process.stdout.write(text);
	if (args.out) writeFileSync(args.out, text);
	return results.every(({ verdict }) => verdict === 'holds') ? 0 : 1;
}

function readBaseUrl(text) {
	const bare = text.replace(/\/+$/, '');
	const url = URL.canParse(bare) ? new URL(bare) : undefined;
	const loopback = url && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
	if (!url || url.search || url.username || !(url.protocol === 'https:' || loopback))
		throw new UsageProblem(
			`--base-url is an https address, or the simulator on this machine, not "${text}".`,
		);
	return bare;
}

function readSpend(text, gateway) {
	const dollars = text.trim() === '' ? NaN : Number(text);
	if (!(Number.isFinite(dollars) && dollars > 0))
		throw new UsageProblem(`--spend is a number of dollars, not "${text}".`);
	if (!gateway.cheapest)
		throw new UsageProblem(
			`${gateway.name} publishes no prices, so --spend cannot promise to stay below yours.`,
		);
	return dollars;
}

/** Shows the price, asks, and buys one clip only after "yes". */
async function spend(gateway, id, { key, baseUrl, most }) {
	const price = await priceOf(gateway, { key, baseUrl });
	say();
	say(`The cheapest clip: ${gateway.cheapest.what}, ${price.words}.`);
	if (price.amount > most) {
		say(`That is more than --spend ${most}: nothing is bought.`);
		return [];
	}
	const prompt = createInterface({ input: process.stdin, output: process.stderr });
	const answer = await Promise.race([
		prompt.question('Buy it now? Type yes: '),
		new Promise((done) => prompt.once('close', () => done(''))),
	]);
	prompt.close();
	if (answer.trim().toLowerCase() !== 'yes') {
		say('Nothing is bought.');
		return [];
	}
	const file = join(root, 'dist', 'nodes', 'shared', 'providers', 'index.js');
	if (!existsSync(file))
		throw new UsageProblem('Run "npm run build" first: the clip is followed by the built code.');
	const { providers } = createRequire(import.meta.url)(file);
	return await buyOne(gateway, providers[id], { key, baseUrl, progress: say });
}

try {
	process.exitCode = await main();
} catch (error) {
	// only what is ours to say: an error of the network may hold the request
	say(error instanceof UsageProblem ? error.message : `The live check broke off: ${error.name}`);
	process.exitCode = 2;
}
