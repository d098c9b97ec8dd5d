'use strict';

/**
 * Finds the gateways and their routes. A gateway is one file in `gateways/` that exports:
 *
 *   id, name          as in the package and as users know it
 *   auth              { header, pattern }: the header that carries the key; group 1 is the key
 *   makeId()          a task id as this gateway writes them
 *   aliases(task)     optional: more names under which a task is found
 *   linkMs            optional: how long a video link lives
 *   submit            [{ path, query?, read(request, world) }]: `read` checks the request and gives
 *                     { model, mode, prompt, resolution, duration }; it throws `Invalid` or `Refused`
 *   submitted(task, request, world)   the reply to a good submit
 *   routes            [{ kind, method, path, handle(request, world), … }]: everything else; `task` names the
 *                     task that is asked for, `query`, `json`, `multipart`, `emptyBody` say what may be sent
 *   refuse            its own words, by category: auth, balance, contentPolicy, invalidParameters,
 *                     notFound, rateLimit, transient
 *   says              optional: more answers that were really seen, by name, for the fault `says`
 *   failure(status, message)   its reply for a plain HTTP status
 *   noSuchEndpoint(request)    its 404
 *   callback          optional, where the gateway calls back: `field` and `target(request, options)` give the
 *                     address, `challenge` says that it has to answer one; `processing(task, world)` and
 *                     `final(task, world)` make `{ event, body, id? }`, `test(options)` the console's trial;
 *                     `secrets(options)` and `sign({ message, seconds, raw, secrets })` give the signature's
 *                     headers, `headers` the others; `repeatAfterMs` are the waits before more attempts;
 *                     `unreachable()` is its reply to an address that fails; `canceled(task, world)` its message
 *                     about a cancelled task
 *   maxBodyBytes      optional: how large a request may be (40 MB)
 *
 * A second dialect of a gateway is a file that exports `dialectOf`, the id of that gateway, `dialect`, a name of
 * its own, `submit` and `routes`, and whatever of the above it words differently. Its tasks are its own.
 */

const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, '..', 'gateways');

/** `/a/:id/b` as a regular expression with named groups. */
function compile(pattern) {
	const source = pattern.replace(/[.]/g, '\\.').replace(/:(\w+)/g, '(?<$1>[^/]+)');
	return new RegExp(`^${source}$`);
}

function withRoutes(gateway, dialects) {
	const voices = [gateway, ...dialects.map((dialect) => ({ ...gateway, ...dialect }))];
	const submit = { kind: 'submit', method: 'POST', json: true };
	const speak = (voice, routes) =>
		routes.map((route) => ({ ...route, voice, regex: compile(route.path) }));
	const routes = [
		// Exact paths first: WaveSpeed's and gpt.ge's patterns are wide.
		...voices.flatMap((voice) => speak(voice, voice.routes)),
		...voices.flatMap((voice) =>
			speak(
				voice,
				voice.submit.map((route) => ({ ...route, ...submit })),
			),
		),
	];
	return { ...gateway, routes };
}

/** @returns {Map<string, object>} every gateway by its id */
function loadGateways() {
	const names = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.js'));
	const files = names.map((name) => require(path.join(FOLDER, name)));
	const dialectsOf = ({ id }) => files.filter(({ dialectOf }) => dialectOf === id);
	const all = files
		.filter(({ dialectOf }) => dialectOf === undefined)
		.map((gateway) => withRoutes(gateway, dialectsOf(gateway)));
	return new Map(all.map((gateway) => [gateway.id, gateway]));
}

/** Path parameters in plain text; one that cannot be decoded stays as it is and is never found. */
function decode(groups) {
	return Object.fromEntries(
		Object.entries(groups).map(([name, value]) => {
			try {
				return [name, decodeURIComponent(value)];
			} catch {
				return [name, value];
			}
		}),
	);
}

/** The route for a method and a path below the gateway's base URL; its `voice` is the dialect that answers. */
function matchRoute(gateway, method, pathname) {
	for (const route of gateway.routes) {
		const match = route.method === method && route.regex.exec(pathname);
		if (match) return { route, params: decode(match.groups ?? {}) };
	}
	return undefined;
}

module.exports = { loadGateways, matchRoute };
