import { setTimeout as pause } from 'node:timers/promises';
import { describeReply, hider } from './hide.mjs';
import { send, testImage, WRONG_KEY } from './send.mjs';

/** A clip of six seconds is done by then, at peaks too. */
const DEADLINE_MS = 30 * 60_000;

/**
 * The price of the cheapest clip: asked for where the gateway tells it, else from the table.
 * @returns {Promise<{ amount: number, words: string }>}
 */
export async function priceOf(gateway, { key, baseUrl }) {
	const { price, ask, asked } = gateway.cheapest;
	const table = {
		amount: price.amount,
		words: `$${price.amount} (${price.asOf}, ${price.source})`,
	};
	if (!ask) return table;
	const reply = await send({ ...gateway, baseUrl }, ask, key).catch(() => undefined);
	const amount = asked(reply?.json);
	return Number.isFinite(amount) && amount > 0
		? { amount, words: `$${amount} (asked just now)` }
		: table;
}

/**
 * Buys one clip and follows it to its file, with the package's own code for this gateway.
 * @param {any} gateway one of FACTS
 * @param {any} provider of nodes/shared/providers
 * @param {{ key: string, baseUrl: string, pollMs?: number, progress?: (line: string) => void }} options
 * @returns {Promise<import('./check.mjs').Result[]>}
 */
export async function buyOne(gateway, provider, options) {
	const { key, baseUrl, pollMs = 10_000, progress = () => {} } = options;
	const hide = hider([key, WRONG_KEY]);
	const results = [];
	const tell = (fact, holds, note, reply) => {
		const came = reply ? describeReply(reply, hide) : '';
		results.push({
			fact,
			sure: 'paid',
			source: 'docs/providers.md',
			verdict: holds ? 'holds' : 'differs',
			note: hide(note),
			came,
		});
		progress(`${holds ? 'holds  ' : 'DIFFERS'}  ${fact}${note ? `: ${hide(note)}` : ''}`);
		return holds;
	};
	const ask = async (call) => await send({ ...gateway, baseUrl }, call, key);
	const order = {
		provider: provider.id,
		typedModel: false,
		firstFrame: `data:image/png;base64,${testImage().toString('base64')}`,
		...gateway.cheapest.order,
	};
	const { call, endpoint } = provider.submit(order);
	const submitted = await ask(call);
	const taskId = attempt(() => provider.readSubmit(submitted));
	if (provider.fault(submitted) || !taskId) {
		tell(
			'An order is answered with a task ID',
			false,
			provider.fault(submitted)?.message ?? 'none',
			submitted,
		);
		return results;
	}
	tell('An order is answered with a task ID', true, '', submitted);
	progress(`         task ${taskId}: if this run ends early, fetch it with Wait`);

	const task = { provider: provider.id, taskId, endpoint };
	const words = [];
	const began = Date.now();
	let state;
	let reply;
	for (;;) {
		reply = await ask(provider.status(task)).catch(() => undefined);
		const seen = reply && !provider.fault(reply) && attempt(() => provider.readStatus(reply));
		if (seen) state = seen;
		if (seen && !words.includes(seen.providerStatus)) words.push(seen.providerStatus);
		if (state && ['succeeded', 'failed', 'canceled'].includes(state.status)) break;
		if (Date.now() - began > DEADLINE_MS) break;
		await pause(pollMs);
	}
	tell(
		'Its status is understood to the end',
		state?.status === 'succeeded',
		`${words.join(' → ')}, ${Math.round((Date.now() - began) / 1000)} s${state?.error ? `: ${state.error.message}` : ''}`,
		reply,
	);
	if (state?.status !== 'succeeded') return results;

	let { videoUrl } = state;
	for (let tries = 0; !videoUrl && provider.link && tries < 5; tries++) {
		reply = await ask(provider.link.call(task, state));
		videoUrl = attempt(() => provider.link.read(reply))?.url;
		if (!videoUrl) await pause(pollMs);
	}
	if (!tell('Its link is found', Boolean(videoUrl), '', reply)) return results;

	const file = await fetch(videoUrl, { signal: AbortSignal.timeout(120_000) });
	const bytes = Buffer.from(await file.arrayBuffer());
	tell(
		'The file needs no key and is an MP4',
		file.ok && bytes.subarray(4, 8).toString('latin1') === 'ftyp',
		`HTTP ${file.status}, ${file.headers.get('content-type')}, ${bytes.length} bytes`,
	);
	return results;
}

function attempt(work) {
	try {
		return work();
	} catch {
		return undefined;
	}
}
