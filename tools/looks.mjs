/*
 * `npm run looks`: simulates when clips are looked at, from 10 s to 15 min, and writes docs/looks.md,
 * docs/looks.svg and a short table of the README. Needs a build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { requireBuilt, root } from './lib/paths.mjs';

const require = createRequire(import.meta.url);
const { inWords, page, plot, withLooks } = require('./lib/looks-report.cjs');
const { cell, DISTRIBUTIONS } = require('./lib/poll-simulation.cjs');
/** @type {typeof import('../nodes/shared/transport/clipTimes.js')} */
const { ClipKind } = requireBuilt('shared/transport/clipTimes.js');
const prettier = require('prettier');

const TIMES = [10, 12, 15, 20, 30, 60, 90, 120, 180, 300, 600, 900];
const BATCHES = [1, 3, 10, 50];
const LEARNT_FROM = 10;
const PRESUMED_MS = 120_000;
const SAMPLES = 600;
const newKind = (random) => new ClipKind(PRESUMED_MS, random);
/** What is known costs more to simulate, and varies less. */
const runsOf = (clips, known) => Math.max(12, Math.ceil((known ? SAMPLES : 4 * SAMPLES) / clips));

const cells = [];
for (const [distribution, draw] of Object.entries(DISTRIBUTIONS))
	for (const seconds of TIMES) {
		const fixed = { newKind, seconds, distribution: draw, clips: 1, runs: 6000 };
		const every15 = cell({ ...fixed, interval: 15 });
		const every5 = cell({ ...fixed, interval: 5 });
		for (const clips of BATCHES)
			for (const known of [0, LEARNT_FROM]) {
				const options = { newKind, seconds, distribution: draw, clips, runs: runsOf(clips, known) };
				const ours = cell({ ...options, learntFrom: known });
				cells.push({ distribution, seconds, clips, known, ours, every15, every5 });
			}
	}

const spread = cells.filter(({ distribution }) => distribution === '± 10 %');
const fixedRows = [
	['every 15 s', ...spreadOf('every15').map(inWords)],
	['every 5 s', ...spreadOf('every5').map(inWords)],
];
function spreadOf(way) {
	return TIMES.map((time) => spread.find(({ seconds }) => seconds === time)[way]);
}

const series = (name, clips, known) => ({
	name,
	points: spread
		.filter((one) => one.clips === clips && one.known === known && one.seconds >= 12)
		.filter(({ seconds }) => seconds <= 600)
		.map(({ seconds, ours }) => ({ seconds, ...ours })),
});
const fixedSeries = (name, way) => ({
	name,
	points: spread
		.filter(
			({ clips, known, seconds }) => clips === 1 && known === 0 && seconds >= 12 && seconds <= 600,
		)
		.map((one) => ({ seconds: one.seconds, ...one[way] })),
});
// a spread of 10 % that is known exactly, looked at k times at equal distances: (k + 1) / 2 looks, a lag of 10 % / k
const limit = Array.from({ length: 20 }, (_, index) => ({
	polls: (index + 2) / 2,
	lagShare: 0.1 / (index + 1),
}));

const svg = plot([
	series('one clip, next time', 1, LEARNT_FROM),
	series('ten clips, first time', 10, 0),
	series('one clip, first time', 1, 0),
	fixedSeries('every 15 s', 'every15'),
	fixedSeries('every 5 s', 'every5'),
	{ name: 'limit: spread known', points: limit, dashed: true },
]);
/** Formatted as the repository formats its pages. */
async function writePage(file, text) {
	const options = await prettier.resolveConfig(file);
	writeFileSync(file, await prettier.format(text, { ...options, parser: 'markdown' }));
}
await writePage(join(root, 'docs', 'looks.md'), page(cells, fixedRows));
const readme = join(root, 'README.md');
await writePage(readme, withLooks(readFileSync(readme, 'utf8'), cells));
writeFileSync(join(root, 'docs', 'looks.svg'), svg);
