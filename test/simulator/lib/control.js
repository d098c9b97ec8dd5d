'use strict';

/** `/_simulator`: a page for people, and the JavaScript API over HTTP. */

const { isPlainObject } = require('./check');
const { WORDS } = require('./words');

const html = (text) =>
	String(text).replace(
		/[&<>"]/g,
		(sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign],
	);

function countBy(entries, name) {
	const counts = {};
	for (const entry of entries) counts[entry[name]] = (counts[entry[name]] ?? 0) + 1;
	return counts;
}

function state(sim) {
	return {
		url: sim.url,
		paid: sim.paid(),
		requests: { total: sim.requests.length, ...countBy(sim.requests, 'kind') },
		callbacks: sim.callbacks.length,
		tasks: sim.tasks.map((task) => ({ ...task, phase: sim.phase(task) })),
	};
}

function page(sim, gateways) {
	const rows = gateways.map(
		({ id, name }) =>
			`<tr><td>${html(name)}</td><td><code>${html(sim.baseUrl(id))}</code></td><td>${sim.paid(id)}</td></tr>`,
	);
	const last = sim.tasks
		.slice(-20)
		.reverse()
		.map((task) => {
			const cells = [task.provider, task.id, task.model, task.resolution, sim.phase(task)];
			return `<tr>${cells.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`;
		});
	const counts = Object.entries(countBy(sim.requests, 'kind'))
		.map(([kind, count]) => `${html(kind)} ${count}`)
		.join(', ');
	const secrets = gateways
		.filter(({ id }) => sim.secret(id))
		.map(({ id, name }) => `${html(name)} <code>${html(sim.secret(id))}</code>`)
		.join(', ');
	const words = Object.entries(WORDS).map(
		([word, { says }]) => `<tr><td><code>sim:${word}</code></td><td>${html(says)}</td></tr>`,
	);
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Hailuo simulator</title>
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;border:1px solid #ccc;text-align:left}</style></head>
<body><h1>Hailuo simulator</h1>
<p>The gateways of the Hailuo Video node on this machine. Nothing is paid and nothing leaves it.
Paste a base URL into a credential; any API key works, except one that starts with
<code>bad</code> or <code>wrong</code>.</p>
<table><tr><th>Gateway</th><th>Base URL</th><th>Tasks</th></tr>${rows.join('')}</table>
<p>A picture to try: <code>${html(sim.url)}/images/first.png</code></p>
<p>Requests: ${counts || 'none yet'}</p>
<p>Callbacks: ${sim.callbacks.length}, see <a href="/_simulator/callbacks">the list</a>.
Webhook secrets, for the credentials: ${secrets}</p>
<h2>Words in a prompt</h2>
<table><tr><th>Write</th><th>and this happens to that one video</th></tr>${words.join('')}</table>
<h2>Last tasks</h2>
<table><tr><th>Gateway</th><th>Task</th><th>Model</th><th>Resolution</th><th>State</th></tr>${last.join('')}</table>
</body></html>`;
}

const json = (status, body) => ({ status, body });

/**
 * Answers a request below `/_simulator`.
 *
 * @param {object} sim
 * @param {object[]} gateways
 * @param {{method: string, path: string, headers: object, body: unknown, malformed: boolean}} request
 */
async function control(sim, gateways, { method, path, headers, body, malformed }) {
	if (method === 'GET' && path === '/') {
		return {
			status: 200,
			headers: { 'content-type': 'text/html; charset=utf-8' },
			body: page(sim, gateways),
		};
	}
	if (method === 'GET' && path === '/state') return json(200, state(sim));
	if (method === 'GET' && path === '/callbacks') return json(200, { callbacks: sim.callbacks });
	const deeds = {
		'/faults': (body) => void sim.fault(body),
		'/outcomes': (body) => void sim.outcome(body),
		'/money': (body) => void sim.money(body),
		'/callbacks': ({ taskId, ...wishes }) => sim.callBack(taskId, wishes),
		'/endpoint-test': () => sim.testEndpoint(),
		'/reset': () => sim.reset(),
	};
	if (method !== 'POST' || !Object.hasOwn(deeds, path)) return json(404, { error: 'Not found' });
	// A JSON body cannot be posted by a foreign web page without this server's consent.
	if (malformed || !/^application\/json\b/i.test(headers['content-type'] ?? '')) {
		return json(400, { error: 'Send JSON with Content-Type: application/json' });
	}
	if (body !== undefined && !isPlainObject(body)) return json(400, { error: 'Send a JSON object' });
	try {
		const result = await deeds[path](body ?? {});
		return json(200, { ok: true, ...(result && { callbacks: [result].flat() }) });
	} catch (error) {
		return json(400, { error: error.message });
	}
}

module.exports = { control };
