#!/usr/bin/env node
/*
 * `npm run e2e:newcomer`: the README's "Your first video in two minutes", step by step in the real editor, with a
 * clock: what is pressed and typed, and how long n8n takes to answer. The package comes from n8n's own settings page;
 * the gateway is the simulated one, which takes a moment of typing more than a real one: its address.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	closeEditor,
	executeWorkflow,
	openPage,
	steady,
	testId,
} from '../../tools/lib/browser.mjs';
import { packageName } from '../../tools/lib/package.mjs';
import { root } from '../../tools/lib/paths.mjs';
import { table } from '../../tools/lib/table.mjs';
import { openShop, withoutRegistry } from './lib/shop.mjs';
import { runSuite } from './lib/suite.mjs';

const WORKFLOW = join(root, 'workflows', 'image-to-video.json');
const VIDEO_NODE = 'Make the video';
const INPUT_NODE = 'Your image and prompt';
const CLIP_SECONDS = 2;
const PROMPT = 'The cat turns its head and blinks';

const CLOSE = `${testId('ndv-close-button')}, ${testId('back-to-canvas')}`;
const named = (page, name) => page.getByText(name, { exact: true }).locator('visible=true');
const button = (page, name) => page.getByRole('button', { name });

await runSuite({
	name: 'newcomer',
	about:
		'Walks from n8n without the package to the first video, as the README says it, with a clock.',
	async run({ openN8n, openSimulator, prepared, report, atEnd, pictureDir }) {
		atEnd(closeEditor);
		const simulator = await openSimulator({ taskMs: CLIP_SECONDS * 1000 });
		const n8n = await openN8n({ withPackage: false, env: withoutRegistry });
		const shop = openShop(n8n, prepared);
		shop.offer(shop.next);
		const page = await report.case('n8n without the package, in the browser', async () => {
			await n8n.start();
			const opened = await openPage(n8n.rest);
			await opened.goto(`${n8n.url}/home/workflows`);
			await opened.waitForSelector(testId('universal-add'));
			return opened;
		});
		const walker = createWalker(page);
		const picture = async (title, name) => {
			if (!pictureDir) return;
			const file = `${prepared.line}-newcomer-${name}.png`;
			await page.screenshot({ path: join(pictureDir, file), animations: 'disabled' });
			report.picture(title, file);
		};
		/** One step of the README: a case, and a row of the table. */
		const step = async (name, work) =>
			await report.case(name, async ({ done }) => {
				const row = await walker.step(name, work).catch(async (error) => {
					await picture(`${name}: failed`, 'failed');
					throw error;
				});
				done(`${row.presses} pressed, ${row.typed} typed`);
			});

		// n8n 1 asks the registry itself which version is the newest, and nothing here may ask the registry
		const name = prepared.line.startsWith('1.') ? `${packageName()}@${shop.next}` : packageName();
		await step('1. Install', async () => await install(walker, name));
		await picture('Installed', 'installed');
		await step('3. Import the workflow', async () => await importWorkflow(walker));
		await picture('Imported', 'imported');
		await step('4. Credential', async () => await connect(walker, simulator.baseUrl('minimax')));
		await picture('Connected', 'connected');
		const upToKey = walker.rows.length;
		await step('5. Image and prompt', async () => {
			await describeVideo(walker, `${simulator.url}/images/first.png`);
		});
		await step('5. Execute', async () => {
			await walker.execute();
			report.check('clips paid', simulator.paid(), 1);
			const [submit] = simulator.requests.filter(({ kind }) => kind === 'submit');
			report.check('prompt at the gateway', submit?.body?.prompt, PROMPT);
		});
		await picture('The first video', 'video');
		report.note(walker.summary(upToKey));
	},
});

/** Presses and types as a person would, and counts. */
function createWalker(page) {
	const rows = [];
	let row;
	return {
		page,
		rows,
		async step(name, work) {
			row = { name, presses: 0, typed: 0, ms: 0 };
			rows.push(row);
			const began = Date.now();
			await work();
			row.ms = Date.now() - began;
			return row;
		},
		/** Goes to a page of n8n, which two presses in its menus do as well. */
		async visit(path) {
			row.presses += 2;
			await page.goto(new URL(path, page.url()).href);
		},
		async press(locator) {
			row.presses++;
			await locator.first().click();
		},
		async openNode(name) {
			row.presses++;
			await page.dblclick(`${testId('canvas-node')}:has-text("${name}")`);
			await steady(page, CLOSE);
		},
		async type(locator, text) {
			row.typed++;
			await locator.first().fill(text);
		},
		/** Until the clip has come out of the node, and out of the one behind it. */
		async execute() {
			row.presses++;
			await executeWorkflow(page, 5);
		},
		/** @param {number} upToKey how many steps lead to the key */
		summary(upToKey) {
			const sum = (some) => ({
				presses: some.reduce((all, { presses }) => all + presses, 0),
				typed: some.reduce((all, { typed }) => all + typed, 0),
				ms: some.reduce((all, { ms }) => all + ms, 0),
			});
			const line = ({ name, presses, typed, ms }) => [
				name,
				String(presses),
				String(typed),
				`${(ms / 1000).toFixed(1)} s`,
			];
			return table(
				['Step of the README', 'Pressed', 'Typed', 'n8n and browser took'],
				[
					...rows.map(line),
					line({ name: 'Up to the key', ...sum(rows.slice(0, upToKey)) }),
					line({ name: 'Up to the video', ...sum(rows) }),
				],
			);
		},
	};
}

/** Settings → Community nodes → Install: the name, the tick, Install. */
async function install({ page, visit, press, type }, name) {
	await visit('/settings/community-nodes');
	await press(button(page, 'Install a community node'));
	await type(page.getByPlaceholder(/n8n-nodes-/), name);
	await press(page.locator('label:visible').filter({ hasText: 'I understand the risks' }));
	await press(page.getByRole('button', { name: 'Install', exact: true }));
	await page.waitForSelector('text=Package installed', { timeout: 60_000 });
}

/** New workflow → ⋯ → Import from file. */
async function importWorkflow({ page, visit, press }) {
	await visit('/home/workflows');
	await press(page.locator(testId('universal-add')));
	await press(
		page
			.locator('[role=menuitem]:visible, li:visible')
			.filter({ hasText: /^\s*(New w|W)orkflow\s*$/ }),
	);
	await press(page.locator(testId('workflow-menu')));
	const nested = named(page, 'Import');
	if (await nested.count()) await press(nested);
	const [chooser] = await Promise.all([
		page.waitForEvent('filechooser'),
		press(page.getByText(/^(From file|Import from file.*)$/i).locator('visible=true')),
	]);
	await chooser.setFiles(WORKFLOW);
	const { nodes } = JSON.parse(readFileSync(WORKFLOW, 'utf8'));
	const steps = nodes.filter((one) => !one.type.endsWith('.stickyNote')).length;
	await page.waitForFunction(
		([selector, count]) => document.querySelectorAll(selector).length >= count,
		[testId('canvas-node'), steps],
	);
	await steady(page, testId('canvas-node'));
}

/** Opens the node, makes its credential, pastes the key; saving tests it. */
async function connect({ page, press, type, openNode }, baseUrl) {
	await openNode(VIDEO_NODE);
	const direct = page.getByText('Connect to Hailuo via MiniMax');
	if (await direct.count()) await press(direct);
	else {
		await press(page.locator(`${testId('node-credentials-select')} input`));
		await press(page.getByText(/Create new credential/).locator('visible=true'));
	}
	const dialog = page.locator(testId('editCredential-modal'));
	await type(dialog.locator('input[type=password]'), 'simulator-key');
	await type(dialog.getByPlaceholder(/api\.minimax\.io/), baseUrl);
	await press(dialog.getByRole('button', { name: 'Save' }));
	// n8n 2 closes the dialog of a key that passed the test by itself
	const passed = page.getByText('Connection tested successfully').locator('visible=true');
	await Promise.race([passed.first().waitFor(), dialog.waitFor({ state: 'hidden' })]);
	if (await dialog.isVisible())
		await press(dialog.locator('.el-dialog__headerbtn, [aria-label="Close this dialog"]'));
	await dialog.waitFor({ state: 'hidden' });
	await press(page.locator(CLOSE));
}

async function describeVideo({ page, press, type, openNode }, imageUrl) {
	await openNode(INPUT_NODE);
	const value = (nth) =>
		page
			.locator(testId('assignment'))
			.nth(nth)
			.locator(testId('assignment-value'))
			.locator('input, textarea');
	await type(value(0), imageUrl);
	await type(value(1), PROMPT);
	await press(page.locator(CLOSE));
}
