#!/usr/bin/env node
/*
 * `npm run e2e`: the node in the real editor, in a headless Chromium, gateway by gateway. The form has to say what
 * the table says, forget what a new choice does not offer, and end in a video. Without a Chromium it is skipped.
 */
import { createRequire } from 'node:module';
import { readArgs } from '../../tools/lib/args.mjs';
import {
	choices,
	choose,
	closeEditor,
	closeNode,
	executeWorkflow,
	findChromium,
	HOW_TO_GET_CHROMIUM,
	openEditor,
	openNode,
	shown,
	testId,
} from '../../tools/lib/browser.mjs';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { N8N_LINES } from '../../tools/lib/install.mjs';
import { createProgress, formatSeconds } from '../../tools/lib/progress.mjs';
import { runCommand } from '../../tools/lib/stop-signal.mjs';

const HELP = `npm run e2e -- [options]

  --n8n <line>  ${N8N_LINES.join(' or ')} (${N8N_LINES[0]})
  --no-install  use what is installed, fail where something is missing
  --help
`;

const SPEC = {
	n8n: { type: 'text', default: N8N_LINES[0], values: N8N_LINES },
	'no-install': { type: 'switch' },
	help: { type: 'switch' },
};

const MODES = {
	imageToVideo: 'Image to Video',
	textToVideo: 'Text to Video',
	firstLastFrame: 'First and Last Frame',
	subjectReference: 'Subject Reference',
};
const PICTURES = ['firstFrame', 'lastFrame', 'subject'];
const OTHER = 'Other (Enter Its Name)';
const CUSTOM_CALL = 'Custom API Call';

const progress = createProgress();
let checks = 0;
const wrong = [];

function check(what, found, wanted) {
	checks++;
	const [is, should] = [found, wanted].map((value) => JSON.stringify(value) ?? 'nothing');
	if (is !== should) wrong.push(`${what}: ${is}, not ${should}`);
}

const sorted = (list) => [...list].sort();

async function main() {
	const args = readArgs(process.argv.slice(2), SPEC, HELP);
	if (args.help) {
		progress.line(HELP);
		return 0;
	}
	if (!findChromium()) {
		progress.line(`Skipped: ${HOW_TO_GET_CHROMIUM}`);
		return 0;
	}
	const began = Date.now();
	const editor = await openEditor(progress, {
		line: args.n8n,
		install: !args['no-install'],
		port: 5978,
	});
	const { page } = editor;
	// Only now: the build may have made it anew.
	const table = createRequire(import.meta.url)('../../dist/nodes/shared/catalog/gateways.js');

	await progress.step('Node creator', async () => await checkSearch(page));
	await progress.step('Credential tests', async () => await checkCredentials(editor));
	const nodes = GATEWAYS.length + 2;
	await progress.step('Run of the demo workflow', async () => await executeWorkflow(page, nodes));
	for (const gateway of GATEWAYS) {
		await progress.step(gateway.name, async (step) => {
			const before = checks;
			await openNode(page, gateway.node);
			await checkResult(page, gateway);
			await checkForm(page, gateway, table);
			await closeNode(page);
			step.done(`${checks - before} checks`);
		});
	}
	for (const line of wrong) progress.line(`  ${line}`);
	const took = formatSeconds(Date.now() - began);
	progress.line(`${checks - wrong.length} passed, ${wrong.length} failed (${took})`);
	return wrong.length === 0 ? 0 : 1;
}

/** A user who has installed the package finds the node by what it is about. */
async function checkSearch(page) {
	await page.click(testId('node-creator-plus-button'));
	for (const words of ['hailuo', 'seaart', 'pixazo', 'image to video']) {
		await page.fill(testId('node-creator-search-bar'), words);
		const found = page.locator(testId('node-creator-item-name')).getByText('Hailuo Video');
		await found
			.first()
			.waitFor({ timeout: 3000 })
			.catch(() => {});
		check(`search for "${words}"`, (await found.count()) > 0, true);
	}
	await page.fill(testId('node-creator-search-bar'), '');
	await page.keyboard.press('Escape');
	await page.waitForSelector(testId('node-creator-search-bar'), { state: 'detached' });
}

/** n8n's own test on saving. One after the other: two at once disturb each other. */
async function checkCredentials({ rest, simulator, credentialIds }) {
	for (const { id, name, credentialType: type } of GATEWAYS) {
		for (const [apiKey, wanted] of Object.entries({ 'simulator-key': 'OK', 'bad-key': 'Error' })) {
			const data = { apiKey, baseUrl: simulator.baseUrl(id) };
			const credentials = { id: credentialIds[id], name, type, data };
			const { status } = await rest.call('POST', '/credentials/test', { credentials });
			check(`${name}: credential test with ${apiKey}`, status, wanted);
		}
	}
}

async function checkResult(page, { name }) {
	const output = page.locator(testId('output-panel'));
	await output.locator(testId('radio-button-binary')).click();
	const binary = await output.locator(testId('ndv-binary-data_0')).innerText();
	check(`${name}: the item has a video`, binary.includes('video/mp4'), true);
}

async function checkForm(page, { id, name, credentialName }, table) {
	const { modesOf, modelsOf, resolutionsOf, durationsOf, imageRolesOf } = table;
	const { cancel, otherModel } = table.table[id];
	check(`${name}: provider`, await shown(page, 'provider'), name);
	const credentials = page.locator(`${testId('node-credentials-select')} input`);
	const chosen = await credentials.evaluateAll((inputs) => inputs.map(({ value }) => value));
	check(`${name}: credentials`, chosen, [credentialName]);
	check(
		`${name}: operations`,
		(await choices(page, 'operation')).filter((operation) => operation !== CUSTOM_CALL),
		[...(cancel ? ['Cancel'] : []), 'Create', 'Download', 'Get Status', 'Wait'],
	);
	const sold = Object.keys(MODES).filter((mode) => modesOf(id).includes(mode));
	check(
		`${name}: modes`,
		sorted(await choices(page, 'mode')),
		sorted(sold.map((mode) => MODES[mode])),
	);
	const prompt = await shown(page, 'prompt');

	for (const mode of sold) {
		const here = `${name}, ${MODES[mode]}`;
		await choose(page, 'mode', MODES[mode]);
		const models = modelsOf(id, mode);
		check(`${here}: models`, await choices(page, 'model'), [
			...models,
			...(otherModel ? [OTHER] : []),
		]);
		check(`${here}: model is sold`, models.includes(await shown(page, 'model')), true);
		check(`${here}: prompt is kept`, await shown(page, 'prompt'), prompt);
		for (const role of PICTURES) {
			const there = (await shown(page, `${role}Source`)) !== undefined;
			check(`${here}: ${role}`, there, imageRolesOf[mode].includes(role));
		}
		// The first model that has both: 10 seconds have to go when 1080P comes.
		const model = models.find((each) => durationsOf(id, mode, each, '768P').includes(10));
		if (!model) continue;
		await choose(page, 'model', model);
		check(
			`${here}: resolutions`,
			await choices(page, 'resolution'),
			resolutionsOf(id, mode, model),
		);
		await choose(page, 'resolution', '768P');
		await choose(page, 'duration', '10 Seconds');
		await choose(page, 'resolution', '1080P');
		check(`${here}: 1080P resets the duration`, await shown(page, 'duration'), '6 Seconds');
	}
	if (!otherModel) return;
	await choose(page, 'model', OTHER);
	check(`${name}: name of a typed model`, await shown(page, 'modelName'), '');
}

await runCommand(main, {
	onInterrupt: () => {
		progress.close();
		progress.line('\nInterrupted.');
		return 130;
	},
	cleanUp: closeEditor,
});
