#!/usr/bin/env node
/* `npm run screenshots`: the two pictures of the README, from a real browser on a real n8n. */
import { mkdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readArgs } from './lib/args.mjs';
import {
	closeEditor,
	executeWorkflow,
	openEditor,
	openNode,
	steady,
	testId,
} from './lib/browser.mjs';
import { GATEWAYS } from './lib/gateways.mjs';
import { N8N_LINES } from './lib/install.mjs';
import { root } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { createProgress } from './lib/progress.mjs';
import { runCommand } from './lib/stop-signal.mjs';

const HELP = `npm run screenshots -- [options]

Writes docs/form.png and docs/result.png: n8n with this package and six simulated gateways, in Chromium.

  --no-install  use what is installed, fail where something is missing
  --help
`;

/** @type {import('./lib/args.mjs').OptionSpecs} */
const SPEC = { 'no-install': { type: 'switch' }, help: { type: 'switch' } };
const MOST_KILOBYTES = 300;
const MARGIN = 16;
const SHOWN = GATEWAYS.find(({ id }) => id === 'seaart');

const progress = createProgress();

async function main() {
	const args = readArgs(process.argv.slice(2), SPEC, HELP);
	if (args.help) {
		progress.line(HELP);
		return 0;
	}
	const { page } = await openEditor(progress, {
		prepared: await prepare(progress, { line: N8N_LINES[0], install: !args['no-install'] }),
		viewport: { width: 1500, height: 1140 },
		scale: 1.5,
	});
	mkdirSync(join(root, 'docs'), { recursive: true });
	await progress.step('Run of the demo workflow', async () => {
		await executeWorkflow(page, GATEWAYS.length + 2);
		await openNode(page, SHOWN.node);
	});
	await progress.step('docs/form.png', async (step) => step.done(await shootForm(page)));
	await progress.step('docs/result.png', async (step) => step.done(await shootResult(page)));
	return 0;
}

/** The panel from its tabs down to what the video will be. */
async function shootForm(page) {
	const button = await page.locator(testId('node-execute-button')).boundingBox();
	const panel = await page.locator(testId('node-parameters')).boundingBox();
	const last = await page.locator(testId('parameter-input-duration')).boundingBox();
	return await shoot(page, 'form.png', {
		x: panel.x,
		y: button.y - MARGIN / 2,
		width: panel.width,
		height: last.y + last.height + MARGIN * 1.5 - button.y,
	});
}

/** From the picture to the video: both opened, the form between them. */
async function shootResult(page) {
	for (const panel of ['ndv-input-panel', 'output-panel']) {
		await page.locator(testId(panel)).locator(testId('radio-button-binary')).click();
		await page.locator(testId(panel)).locator(testId('ndv-view-binary-data')).click();
	}
	const video = page.locator(`${testId('output-panel')} video`);
	await video.waitFor();
	// Always the same frame: the last. n8n's files cannot be sought in.
	await video.evaluate(async (player) => {
		player.muted = true;
		if (!player.ended) await player.play();
	});
	await page.waitForFunction((player) => player.ended, await video.elementHandle());
	await page.setViewportSize({ width: 1500, height: 700 });
	await steady(page, `${testId('output-panel')} video`);
	const { x, y, width, height } = await page.locator(testId('ndv')).boundingBox();
	return await shoot(page, 'result.png', { x, y, width, height });
}

async function shoot(page, name, clip) {
	const path = join(root, 'docs', name);
	// No hover marks, no messages that fade, no neighbours that look over the edge.
	await page.mouse.move(1, 1);
	await page.addStyleTag({
		content: `.el-notification, ${testId('floating-nodes')} { display: none !important }`,
	});
	await page.waitForTimeout(400);
	await page.screenshot({ path, clip, animations: 'disabled', caret: 'hide', scale: 'device' });
	const kilobytes = Math.round(statSync(path).size / 1000);
	if (kilobytes > MOST_KILOBYTES) {
		throw new RangeError(
			`${relative(root, path)} has ${kilobytes} kB, more than ${MOST_KILOBYTES}.`,
		);
	}
	return `${kilobytes} kB`;
}

await runCommand(main, {
	onInterrupt: () => {
		progress.close();
		progress.line('\nInterrupted.');
		return 130;
	},
	cleanUp: closeEditor,
});
