'use strict';

const { readArgs, UsageProblem } = require('../../tools/lib/args.mjs');
const { createProgress, formatSeconds } = require('../../tools/lib/progress.mjs');
const { table } = require('../../tools/lib/table.mjs');

describe('table', () => {
	it('lines up words to the left and numbers to the right', () => {
		const text = table(
			['Gateway', 'Bytes', 'File'],
			[
				['MiniMax', 13083, 'demo-videos/minimax.mp4'],
				['SeaArt', 7, undefined],
			],
		);
		expect(text.split('\n')).toEqual([
			'Gateway  Bytes  File',
			'-------  -----  -----------------------',
			'MiniMax  13083  demo-videos/minimax.mp4',
			'SeaArt       7  -',
		]);
	});

	it('keeps a row on one line', () => {
		expect(table(['Why'], [['two\nlines']]).split('\n')).toHaveLength(3);
	});

	it('shows its columns when there are no rows', () => {
		expect(table(['A', 'Bc'], [])).toBe('A  Bc\n-  --');
	});
});

describe('readArgs', () => {
	/** @type {import('../../tools/lib/args.mjs').OptionSpecs} */
	const spec = {
		port: { type: 'port', default: 5678 },
		'task-seconds': { type: 'seconds', default: 8 },
		n8n: { type: 'text', default: '2.41', values: ['2.41', '1.123'] },
		keep: { type: 'switch' },
	};

	it('fills in the defaults', () => {
		expect(readArgs([], spec)).toEqual({ port: 5678, 'task-seconds': 8, n8n: '2.41', keep: false });
	});

	it('reads both ways to write a value', () => {
		expect(readArgs(['--port', '80', '--task-seconds=0.5', '--n8n=1.123', '--keep'], spec)).toEqual(
			{
				port: 80,
				'task-seconds': 0.5,
				n8n: '1.123',
				keep: true,
			},
		);
	});

	it.each([
		[['--ports', '1'], /--ports/],
		[['extra'], /extra/],
		[['--port'], /port/],
		[['--port', '0'], /1 to 65535/],
		[['--port=http'], /1 to 65535/],
		[['--port='], /1 to 65535/],
		[['--task-seconds=-1'], /number of seconds/],
		[['--n8n', '2'], /2\.41, 1\.123/],
		[['--keep=yes'], /keep/],
	])('refuses %j and shows the help', (argv, message) => {
		const read = () => readArgs(argv, spec, 'THE HELP');
		expect(read).toThrow(UsageProblem);
		expect(read).toThrow(message);
		expect(read).toThrow('THE HELP');
	});
});

describe('progress', () => {
	const record = () => {
		const written = [];
		/** @type {any} a stream, of which only this is used */
		const out = { write: (text) => written.push(text) };
		return { written, out };
	};

	it('writes one line a step, and a sign of life in between', async () => {
		const { written, out } = record();
		const progress = createProgress({ out, terminal: false, heartbeatMs: 20 });
		const result = await progress.step('Install', async (step) => {
			step.detail(() => '3 packages');
			await new Promise((done) => setTimeout(done, 50));
			step.done('done');
			return 42;
		});
		expect(result).toBe(42);
		expect(written[0]).toMatch(/^ {4}\.\.\. Install: 0\.\d s, 3 packages\n$/);
		expect(written.at(-1)).toMatch(/^ {2}ok Install: done \(0\.\d s\)\n$/);
	});

	it('marks a step that failed and passes the reason on', async () => {
		const { written, out } = record();
		const progress = createProgress({ out, terminal: false });
		const work = progress.step('Build', () => Promise.reject(new Error('no')));
		await expect(work).rejects.toThrow('no');
		expect(written.join('')).toMatch(/FAILED Build \(/);
	});

	it('says nothing more once it was interrupted', async () => {
		const { written, out } = record();
		const progress = createProgress({ out, terminal: true });
		const work = progress.step('Build', () => new Promise((done) => setTimeout(done, 30)));
		progress.close();
		const before = written.length;
		await work;
		expect(written).toHaveLength(before);
	});

	it.each([
		[400, '0.4 s'],
		[61_000, '61 s'],
		[125_000, '2 min 05 s'],
		[179_700, '3 min 00 s'],
	])('writes %d ms as %s', (ms, text) => {
		expect(formatSeconds(ms)).toBe(text);
	});
});
