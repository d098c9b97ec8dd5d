'use strict';

const { createProgress } = require('../../tools/lib/progress.mjs');
const { freePort, isPortFree } = require('../../tools/lib/ports.mjs');
const { createReport, CaseBroken } = require('../e2e/lib/report.mjs');
const { page } = require('../e2e/lib/page.mjs');
const { chain } = require('../e2e/lib/workflows.mjs');

function quietReport() {
	const said = [];
	/** @type {any} a stream, of which only this is used */
	const out = { write: (text) => said.push(text) };
	return { report: createReport(createProgress({ out, terminal: false })), said };
}

describe('the report of a suite', () => {
	it('notes a check that fails in the case that runs, and goes on', async () => {
		const { report } = quietReport();
		await report.case('first', async () => {
			report.check('sum', 1 + 1, 2);
			report.check('list', [1], [2]);
		});
		await report.case('second', async () => report.check('nothing', undefined, undefined));
		expect(report.cases).toMatchObject([
			{ name: 'first', checks: 2, failures: ['list: [1], not [2]'] },
			{ name: 'second', checks: 1, failures: [] },
		]);
		expect(report.failed().map(({ name }) => name)).toEqual(['first']);
	});

	it('ends the suite at an error, which is a failure with its words and the end of the log', async () => {
		const { report } = quietReport();
		const error = Object.assign(new Error('n8n ended by itself'), { tail: 'out of memory' });
		const broken = report.case('start', async () => {
			throw error;
		});
		await expect(broken).rejects.toThrow(CaseBroken);
		expect(report.cases[0].failures).toEqual(['n8n ended by itself\nout of memory']);
	});
});

describe("the gate's page", () => {
	const suite = (cases) => ({
		suite: 'form',
		line: '2.41',
		ms: 1000,
		cases,
		notes: [],
		pictures: [],
	});

	it('names every case, says what failed, and lets no text become markup', () => {
		const html = page({
			reports: [
				suite([
					{ name: 'Form of <b>', checks: 3, failures: [], ms: 10 },
					{ name: 'Run', checks: 1, failures: ['"a" & <script>'], ms: 10 },
				]),
			],
			summary: '1 passed, 1 failed',
			ms: 2000,
			installedMs: 1000,
		});
		expect(html).toContain('Form of &lt;b&gt;');
		expect(html).toContain('&quot;a&quot; &amp; &lt;script&gt;');
		expect(html).toContain('1 of 2 failed');
		expect(html).not.toContain('<script>');
	});
});

describe('workflows in a row', () => {
	it('joins each node to the next', () => {
		const { nodes, connections } = chain('w', [{ name: 'A' }, { name: 'B' }, { name: 'C' }]);
		expect(nodes.map(({ name }) => name)).toEqual(['A', 'B', 'C']);
		expect(Object.entries(connections).map(([from, { main }]) => [from, main[0][0].node])).toEqual([
			['A', 'B'],
			['B', 'C'],
		]);
	});
});

describe('free ports', () => {
	it('are free, and none that is promised already', async () => {
		const first = await freePort();
		const second = await freePort([first]);
		expect(second).not.toBe(first);
		expect(await isPortFree(second)).toBe(true);
	});
});
