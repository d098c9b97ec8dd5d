#!/usr/bin/env node
/*
 * `npm run e2e:files`: good videos, cut and damaged in thousands of ways, judged as a download judges them, and those
 * that would be delivered held against ffprobe. None may be one that it cannot read. Needs a build.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArgs, UsageProblem } from '../../tools/lib/args.mjs';
import { ensureDebianPackages } from '../../tools/lib/debian.mjs';
import { root } from '../../tools/lib/paths.mjs';
import { createProgress } from '../../tools/lib/progress.mjs';
import { runCommand } from '../../tools/lib/stop-signal.mjs';

const HELP = `npm run e2e:files -- [options]

  --files <n>     damaged files (10000)
  --seed <n>      the same seed damages the same bytes (20261125)
  --no-install    fail where ffmpeg is missing
  --help
`;

/** @type {import('../../tools/lib/args.mjs').OptionSpecs} */
const SPEC = {
	files: { type: 'text', default: '10000' },
	seed: { type: 'text', default: '20261125' },
	'no-install': { type: 'switch' },
	help: { type: 'switch' },
};

const progress = createProgress();
const require = createRequire(import.meta.url);
const { VideoFile } = require(join(root, 'dist/nodes/shared/media/videoFile.js'));
const { seeded } = require('../helpers/random.js');

async function main() {
	const args = readArgs(process.argv.slice(2), SPEC, HELP);
	if (args.help) {
		progress.line(HELP);
		return 0;
	}
	await ensureDebianPackages(progress, {
		title: 'ffprobe',
		packages: ['ffmpeg'],
		isThere: () => spawnSync('ffprobe', ['-version']).status === 0,
		install: !args['no-install'],
	});
	const folder = mkdtempSync(join(tmpdir(), 'hailuo-files-'));
	try {
		return await judgeAll(args, folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function judgeAll(args, folder) {
	const [files, seed] = [Number(args.files), Number(args.seed)];
	if (!(files > 0) || !Number.isInteger(seed)) throw new UsageProblem(HELP);
	const fixtures = join(root, 'test/helpers/fixtures/videos');
	const sources = readdirSync(fixtures).map((name) => [name, readFileSync(join(fixtures, name))]);
	sources.push(['clip.mp4', readFileSync(join(root, 'test/simulator/clip.mp4'))]);
	const counts = {};
	const unreadable = [];
	let next = 0;
	const worker = async (number) => {
		while (next < files) {
			const index = next++;
			const [name, source] = sources[index % sources.length];
			// of its own: which worker comes first must not change what is damaged
			const random = seeded(Math.imul(seed, 0x9e3779b1) + index);
			const { bytes, how } = damage(source, random);
			const { kind } = judge(bytes, random);
			counts[kind] = (counts[kind] ?? 0) + 1;
			if (kind !== 'whole') continue;
			const file = join(folder, `${number}.bin`);
			writeFileSync(file, bytes);
			if (!(await isReadable(file))) unreadable.push(`${index}: ${name}, ${how}`);
		}
	};
	await Promise.all(Array.from({ length: availableParallelism() }, (_, index) => worker(index)));
	progress.line(`${files} files (seed ${seed}): ${JSON.stringify(counts)}`);
	for (const one of unreadable) progress.line(`ffprobe cannot read ${one}`);
	progress.line(`${unreadable.length} would be delivered though ffprobe cannot read them`);
	return unreadable.length === 0 ? 0 : 1;
}

function judge(bytes, random) {
	const file = new VideoFile();
	for (let at = 0; at < bytes.length; ) {
		const size = 1 + Math.floor(random() * 2000);
		file.push(bytes.subarray(at, at + size));
		at += size;
	}
	return file.end();
}

/** Cut, with a hole, overwritten, or with some bytes changed. */
function damage(source, random) {
	const below = (limit) => Math.floor(random() * limit);
	const bytes = Buffer.from(source);
	const at = below(bytes.length);
	const length = 1 + below(Math.min(400, bytes.length - at));
	switch (below(5)) {
		case 0:
		case 1:
			return { bytes: bytes.subarray(0, at), how: `cut at ${at}` };
		case 2:
			return {
				bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
				how: `without ${length} bytes at ${at}`,
			};
		case 3:
			bytes.fill(below(2) * 255, at, at + length);
			return { bytes, how: `${length} bytes overwritten at ${at}` };
		default: {
			const places = Array.from({ length: 1 + below(4) }, () => below(bytes.length));
			for (const place of places) bytes[place] = below(256);
			return { bytes, how: `bytes changed at ${places.join(', ')}` };
		}
	}
}

async function isReadable(file) {
	const entries = 'stream=codec_name,width,height';
	const args = [
		'-v',
		'error',
		'-select_streams',
		'v:0',
		'-show_entries',
		entries,
		'-of',
		'csv=p=0',
		file,
	];
	const child = spawn('ffprobe', args, { stdio: ['ignore', 'pipe', 'ignore'] });
	let said = '';
	child.stdout.on('data', (chunk) => (said += chunk));
	const code = await new Promise((resolve) => child.once('close', resolve));
	return code === 0 && /^\w+,[1-9]\d*,[1-9]\d*/.test(said);
}

await runCommand(main, {
	onInterrupt: () => {
		progress.line('\nInterrupted.');
		return 130;
	},
	cleanUp: async () => progress.close(),
});
