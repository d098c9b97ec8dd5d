#!/usr/bin/env node
/*
 * `npm run e2e:form`: the node in the real editor, in a headless Chromium, gateway by gateway. The form has to say
 * what the table says, forget what a new choice does not offer, and end in a video.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
	additions,
	choices,
	choose,
	closeEditor,
	collection,
	closeNode,
	executeWorkflow,
	openEditor,
	openNode,
	shown,
	testId,
} from '../../tools/lib/browser.mjs';
import { GATEWAYS } from '../../tools/lib/gateways.mjs';
import { SEARCHES } from '../helpers/searches.js';
import { runSuite } from './lib/suite.mjs';
import { sorted } from './lib/workflows.mjs';

const MODES = {
	imageToVideo: 'Image to Video',
	textToVideo: 'Text to Video',
	firstLastFrame: 'First and Last Frame',
	subjectReference: 'Subject Reference',
	referenceToVideo: 'Reference to Video',
};
const PICTURES = ['firstFrame', 'lastFrame', 'subject'];
/** The fields that "Add option" offers for an option of the table, and those that it offers everywhere. */
const OPTION_FIELDS = {
	promptOptimizer: ['Prompt Optimizer'],
	fastPretreatment: ['Fast Pretreatment'],
	watermark: ['Watermark'],
	cameraMovements: ['Camera Movements', 'Camera Notation'],
	seed: ['Seed'],
	promptExpansion: ['Prompt Expansion'],
	callbackUrl: ['Callback URL'],
};
const EVERYWHERE = [
	'Deduplication Key',
	'Dry Run',
	'Extra Fields (JSON)',
	'Max Spend (USD)',
	'Price per Clip (USD)',
	'Resend if Outcome Unknown',
];
const OTHER = 'Other (Enter Its Name)';
const CUSTOM_CALL = 'Custom API Call';

/** @type {import('./lib/report.mjs').Report} */
let report;
const check = (what, found, wanted) => report.check(what, found, wanted);

await runSuite({
	name: 'form',
	about: 'Opens the node of each gateway in the real editor and tries its fields.',
	async run({ prepared, progress, report: own, atEnd, pictureDir }) {
		report = own;
		atEnd(closeEditor);
		const editor = await report.case(
			'The editor opens',
			async () => await openEditor(progress, { prepared }),
		);
		const { page } = editor;
		const picture = async (title, name) => {
			if (!pictureDir) return;
			const file = `${prepared.line}-${name}.png`;
			await page.screenshot({ path: join(pictureDir, file), animations: 'disabled' });
			report.picture(title, file);
		};
		// Only now: the build may have made it anew.
		const table = createRequire(import.meta.url)('../../dist/nodes/shared/catalog/gateways.js');

		await report.case('Node creator', async () => await checkSearch(page));
		await report.case('Credential tests', async () => await checkCredentials(editor));
		await report.case('Run of the demo workflow', async () => {
			await executeWorkflow(page, GATEWAYS.length + 2);
			await picture('The demo workflow after its run', 'demo');
		});
		for (const gateway of GATEWAYS) {
			await report.case(`Form of ${gateway.name}`, async () => {
				await openNode(page, gateway.node);
				await picture(`Form and result of ${gateway.name}`, gateway.id);
				await checkResult(page, gateway);
				await checkForm(page, gateway, table);
				await closeNode(page);
			});
			if (!table.modesOf(gateway.id).includes('referenceToVideo')) continue;
			await report.case(`Hailuo 3 at ${gateway.name}`, async () => {
				await openNode(page, gateway.node);
				await checkHailuo3(page, gateway, table);
				await addReferences(page, gateway);
				await picture(`References at ${gateway.name}`, `${gateway.id}-references`);
				await choose(page, 'mode', MODES.textToVideo);
				check(`${gateway.name}: no list for text`, await collection(page, 'references').count(), 0);
				await closeNode(page);
			});
		}
	},
});

/** A user who has installed the package finds the node by what it is about. */
async function checkSearch(page) {
	await page.click(testId('node-creator-plus-button'));
	for (const words of [...SEARCHES, 'seaart', 'pixazo']) {
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
	const { modesOf, modelsOf, resolutionsOf, durationsOf, imageRolesOf, canCancel, labelOf } = table;
	const { otherModel } = table.table[id];
	check(`${name}: provider`, await shown(page, 'provider'), name);
	const credentials = page.locator(`${testId('node-credentials-select')} input`);
	const chosen = await credentials.evaluateAll((inputs) => inputs.map(({ value }) => value));
	check(`${name}: credentials`, chosen, [credentialName]);
	check(
		`${name}: operations`,
		(await choices(page, 'operation')).filter((operation) => operation !== CUSTOM_CALL),
		[...(canCancel(id) ? ['Cancel'] : []), 'Create', 'Download', 'Get Status', 'Wait'],
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
			...models.map(labelOf),
			...(otherModel ? [OTHER] : []),
		]);
		check(`${here}: model is sold`, models.map(labelOf).includes(await shown(page, 'model')), true);
		check(`${here}: prompt is kept`, await shown(page, 'prompt'), prompt);
		for (const role of PICTURES) {
			const there = (await shown(page, `${role}Source`)) !== undefined;
			check(`${here}: ${role}`, there, imageRolesOf[mode].includes(role));
		}
		// The first model that has both: 10 seconds have to go when 1080P comes.
		const sells = (model, resolution) => durationsOf(id, mode, model, resolution).includes(10);
		const model = models.find(
			(each) =>
				sells(each, '768P') &&
				resolutionsOf(id, mode, each).includes('1080P') &&
				!sells(each, '1080P'),
		);
		if (!model) continue;
		await choose(page, 'model', labelOf(model));
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

/** Every model of Hailuo 3 in every mode: all its lists, and nothing but what the table sells. */
async function checkHailuo3(page, { id, name }, table) {
	const { aspectRatiosOf, durationsOf, hailuo3, labelOf, modelsOf, modesOf } = table;
	const { offersOption, optionNames, resolutionsOf, imageRolesOf } = table;
	for (const mode of Object.keys(MODES).filter((one) => modesOf(id).includes(one))) {
		await choose(page, 'mode', MODES[mode]);
		for (const model of modelsOf(id, mode).filter((one) => hailuo3.includes(one))) {
			const here = `${labelOf(model)} at ${name}, ${MODES[mode]}`;
			await choose(page, 'model', labelOf(model));
			const ratios = aspectRatiosOf(id, mode, model);
			const hasRatio = (await shown(page, 'aspectRatio')) !== undefined;
			check(`${here}: aspect ratio`, hasRatio, ratios.length > 0);
			if (hasRatio) {
				const names = ratios.map((ratio) => (ratio === 'adaptive' ? 'Adaptive' : ratio));
				check(`${here}: aspect ratios`, await choices(page, 'aspectRatio'), names);
			}
			const sizes = resolutionsOf(id, mode, model);
			check(`${here}: resolutions`, await choices(page, 'resolution'), sizes);
			for (const size of sizes) {
				await choose(page, 'resolution', size);
				const lengths = durationsOf(id, mode, model, size).map((length) => `${length} Seconds`);
				check(`${here}, ${size}: durations`, await choices(page, 'duration'), lengths);
				check(`${here}, ${size}: duration`, lengths.includes(await shown(page, 'duration')), true);
			}
			const offered = optionNames.filter((option) => offersOption(id, option, mode, model));
			check(
				`${here}: options`,
				await additions(page, 'options'),
				sorted([...offered.flatMap((option) => OPTION_FIELDS[option]), ...EVERYWHERE]),
			);
			for (const role of PICTURES) {
				const there = (await shown(page, `${role}Source`)) !== undefined;
				check(`${here}: ${role}`, there, imageRolesOf[mode].includes(role));
			}
			const list = await collection(page, 'references').count();
			check(`${here}: references`, list, mode === 'referenceToVideo' ? 1 : 0);
		}
	}
}

/** A list of two images, a video and a sound, as a user makes it. */
async function addReferences(page, { id, name }) {
	const list = collection(page, 'references');
	const wanted = [
		['Image', 'Binary File'],
		['Image', 'URL'],
		['Video', 'URL'],
		['Audio', 'URL'],
	];
	// ToAPIs takes videos and sounds by link alone: there is nothing to choose
	const hasSource = (kind) => id !== 'toapis' || kind === 'Image';
	for (const [index, [kind, source]] of wanted.entries()) {
		await list.getByText('Add Reference', { exact: true }).click();
		await list.locator(testId('parameter-input-kind')).nth(index).waitFor();
		await choose(page, 'kind', kind, index);
		if (hasSource(kind)) await choose(page, 'source', source, index);
	}
	check(
		`${name}: kinds`,
		await shown(page, 'kind'),
		wanted.map(([kind]) => kind),
	);
	check(
		`${name}: sources`,
		await shown(page, 'source'),
		wanted.filter(([kind]) => hasSource(kind)).map(([, source]) => source),
	);
	check(`${name}: fields`, await shown(page, 'binaryProperty'), 'data');
	check(`${name}: links`, await shown(page, 'url'), ['', '', '']);
}
