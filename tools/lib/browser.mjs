import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NeedsUser } from './install.mjs';
import { openN8n } from './private-n8n.mjs';
import { setUpDemo } from './setup.mjs';
import { startGateways } from './simulator.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FIXED_PLACES = [
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** @type {Array<() => Promise<void>>} */
const closings = [];

/** The browser of this machine, undefined when there is none. CHROMIUM names another one. */
export function findChromium(env = process.env) {
	if (env.CHROMIUM) return existsSync(env.CHROMIUM) ? env.CHROMIUM : undefined;
	const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
	return [
		...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
		...FIXED_PLACES,
	].find((file) => existsSync(file));
}

/** What to do when there is none. */
export const HOW_TO_GET_CHROMIUM =
	'Chromium is not installed (Debian: apt-get install chromium fonts-dejavu-core), or name one in CHROMIUM.';

/**
 * A fresh n8n with this package, the simulated gateways and the demo workflow, opened in a headless browser as
 * the logged-in owner.
 * @param {import('./progress.mjs').Progress} progress
 * @param {object} options
 * @param {Parameters<typeof openN8n>[0]['prepared']} options.prepared what `prepare` gives
 * @param {{ width: number, height: number }} [options.viewport]
 * @param {number} [options.scale] device pixels a pixel
 */
export async function openEditor(progress, { prepared, viewport, scale = 1 }) {
	needChromium();
	const simulator = await startGateways({ port: 0, taskSeconds: 0.5 });
	closings.push(async () => await simulator.close());
	const own = await openN8n({ name: 'browser', prepared, taken: [simulator.port] });
	closings.push(async () => await own.close());
	const { workflowId, credentialIds } = await progress.step(
		`n8n ${own.version} on port ${own.port}`,
		async () => {
			await own.start();
			return await setUpDemo(own.rest, { simulator, state: {}, pollSeconds: 1 });
		},
	);
	const { rest } = own;
	const page = await progress.step('Browser', async () => {
		const page = await openPage(rest, { viewport, scale });
		await openWorkflow(page, `${rest.url}/workflow/${workflowId}`);
		return page;
	});
	return { page, rest, simulator, credentialIds };
}

/**
 * A headless browser at an n8n, logged in as its owner; `closeEditor` ends it.
 * @param {import('./rest.mjs').N8nRest} rest signed in
 * @param {{ viewport?: { width: number, height: number }, scale?: number }} [options]
 */
export async function openPage(rest, options = {}) {
	const browser = await launch(needChromium());
	closings.push(async () => await browser.close().catch(() => {}));
	return await newPage(browser, rest, options);
}

/** Ends all that was opened here, however far it came: the browser first, then what it looks at. */
export async function closeEditor() {
	for (const closing of closings.splice(0).reverse()) await closing();
}

/** @returns {string} @throws NeedsUser */
function needChromium() {
	const executablePath = findChromium();
	if (!executablePath) throw new NeedsUser(HOW_TO_GET_CHROMIUM);
	return executablePath;
}

async function launch(executablePath) {
	// imported here: in a fresh clone the package is not there when this module is loaded
	const { chromium } = await import('playwright-core');
	return await chromium.launch({
		executablePath,
		// Our own signals end it.
		handleSIGINT: false,
		handleSIGTERM: false,
		handleSIGHUP: false,
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			// Nothing of the page may leave this machine.
			'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
		],
	});
}

/** A page that is logged in: n8n takes the cookie together with the browser's id in its storage. */
async function newPage(browser, rest, { viewport = { width: 1400, height: 1000 }, scale = 1 }) {
	const context = await browser.newContext({
		viewport,
		deviceScaleFactor: scale,
		colorScheme: 'light',
		reducedMotion: 'reduce',
		locale: 'en-US',
		timezoneId: 'UTC',
	});
	const [name, value] = rest.cookie.split(/=(.*)/s);
	await context.addCookies([{ name, value, url: rest.url, httpOnly: true }]);
	await context.addInitScript((id) => localStorage.setItem('n8n-browserId', id), rest.browserId);
	const page = await context.newPage();
	page.setDefaultTimeout(20_000);
	return page;
}

/** The test id of n8n's editor as a selector. */
export const testId = (id) => `[data-test-id="${id}"]`;

async function openWorkflow(page, url) {
	await page.goto(url);
	await page.waitForSelector(testId('canvas-node'), { timeout: 60_000 });
	const still = 'transition: none !important; animation: none !important;';
	await page.addStyleTag({ content: `*, *::before, *::after { ${still} }` });
	// The canvas moves its nodes into view first.
	await steady(page, testId('canvas-node'));
}

/** Waits until an element has stayed where it is. */
export async function steady(page, selector) {
	const place = async () => JSON.stringify(await page.locator(selector).first().boundingBox());
	for (let before = '', same = 0, tries = 0; same < 3 && tries < 50; tries++) {
		await page.waitForTimeout(100);
		const now = await place();
		same = now === before ? same + 1 : 0;
		before = now;
	}
}

/** Presses "Execute workflow" and waits until so many nodes have succeeded. */
export async function executeWorkflow(page, nodes) {
	await page.click(testId('execute-workflow-button'));
	await page.waitForFunction(
		([selector, count]) => document.querySelectorAll(selector).length >= count,
		[testId('canvas-node-status-success'), nodes],
		{ timeout: 60_000 },
	);
}

/** Opens the panel of a node of the canvas. */
export async function openNode(page, name) {
	await page.dblclick(`${testId('canvas-node')}:has-text("${name}")`);
	await page.waitForSelector(testId('parameter-input-provider'));
	await steady(page, testId('parameter-input-provider'));
}

export async function closeNode(page) {
	// n8n 2.x, n8n 1.x
	await page.locator(`${testId('ndv-close-button')}, ${testId('back-to-canvas')}`).click();
	await page.waitForSelector(testId('parameter-input-provider'), { state: 'detached' });
}

/** A collection of the panel, by its parameter. */
export const collection = (page, parameter) =>
	page.locator(`.multi-parameter:has(label[for="${parameter}"])`);

/** The names that "Add option" of a collection offers. */
export async function additions(page, parameter) {
	const input = collection(page, parameter).locator('input[placeholder="Add option"]');
	await input.click();
	await items(page).first().waitFor();
	const texts = await items(page).evaluateAll((found) =>
		found.map((item) => item.innerText.trim()),
	);
	await page.keyboard.press('Escape');
	await items(page).first().waitFor({ state: 'hidden' });
	return texts;
}

const field = (page, parameter) => page.locator(testId(`parameter-input-${parameter}`));
const items = (page) => page.locator('.el-select-dropdown__item:visible');

/** What a field of the panel shows; undefined when the field is not there, a list when it is doubled. */
export async function shown(page, parameter) {
	const values = await field(page, parameter)
		.locator('input, textarea')
		.evaluateAll((inputs) => inputs.map((input) => input.value));
	return values.length > 1 ? values : values[0];
}

/** The names in a dropdown. */
export async function choices(page, parameter) {
	await field(page, parameter).locator('input').click();
	await items(page).first().waitFor();
	const texts = await items(page).evaluateAll((found) =>
		found.map((item) => item.innerText.trim().split('\n')[0]),
	);
	await page.keyboard.press('Escape');
	await items(page).first().waitFor({ state: 'hidden' });
	return texts;
}

/**
 * Chooses from a dropdown, as the user does.
 * @param {number} [nth] which one, where the field is there several times
 */
export async function choose(page, parameter, name, nth = 0) {
	await field(page, parameter).nth(nth).locator('input').click();
	await items(page)
		.filter({ has: page.getByText(name, { exact: true }) })
		.first()
		.click();
	await items(page).first().waitFor({ state: 'hidden' });
	// The panel draws its other fields anew after a moment.
	await page.waitForTimeout(100);
}
