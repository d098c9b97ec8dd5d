#!/usr/bin/env node
/* `npm run e2e:demo`: the command `npm run demo`, as somebody runs it who has just found this project. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { logDir, root } from '../../tools/lib/paths.mjs';
import { startProcess } from '../../tools/lib/processes.mjs';
import { runSuite } from './lib/suite.mjs';

await runSuite({
	name: 'demo',
	about: 'Runs npm run demo and reads its table.',
	async run({ line, report }) {
		const log = join(logDir, `n8n-e2e-demo-${line}-${process.pid}-1.log`);
		const text = await report.case('npm run demo', async () => {
			const command = ['tools/demo.mjs', '--no-install', '--n8n', line];
			const { code } = await startProcess(process.execPath, command, {
				cwd: root,
				log,
				graceMs: 20_000,
			}).exited;
			const said = readFileSync(log, 'utf8');
			report.check('exit code', code, 0);
			if (code !== 0) report.check('what it said', said.slice(-1500), 'six playable videos');
			return said;
		});
		for (const { name } of GATEWAYS) {
			await report.case(`A playable video of ${name}`, async () => {
				const row = text.split('\n').find((each) => each.startsWith(name)) ?? '';
				report.check('its row', /succeeded .* yes /.test(row) || row, true);
			});
		}
	},
});
