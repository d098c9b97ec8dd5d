'use strict';
/*
 * The rows of the fault matrix: what goes wrong, and what has to come of it on each gateway.
 *
 *   name      as the table shows it
 *   kind      the request that it happens to; absent: it happens to the task itself
 *   fault     the simulator's `do`, or a function of the gateway's id
 *   outcome   what becomes of the task (the simulator's `outcome`)
 *   stays     the fault never passes; n8n's Retry On Fail then runs the node three times
 *   expected  `delivered` or an error category: one for all, or by column with `others`
 *   tries     of Retry On Fail, where 3 would take too long
 *   within    minutes after which the node has given up, all tries together
 *   minutes   'Timeout' of the node, where waiting would never end
 *   laterMinutes  'Timeout' of the later Wait
 *   lost      the task gives no video: nothing to fetch later
 */
const withLink = ['minimax', 'gptge', 'seaart'];
const withUpload = ['toapis'];
/** Seconds; far more than the node would wait by itself. */
const RETRY_AFTER = 20;

/** The gateways that make such a request at all; undefined = all. */
const onlyFor = (kind) => ({ result: withLink, upload: withUpload })[kind];
const where = { submit: 'submit', status: 'status', result: 'link call', upload: 'upload' };
const place = (kind) => where[kind] ?? 'download';

/**
 * @typedef {object} Row as described above
 * @property {string} name
 * @property {string} [kind]
 * @property {any} [fault]
 * @property {object} [outcome]
 * @property {boolean} [stays]
 * @property {string | Record<string, string>} expected
 * @property {string[]} [only] the gateways that it can happen to
 * @property {number} [tries]
 * @property {number} [within]
 * @property {number} [minutes]
 * @property {number} [laterMinutes]
 * @property {boolean} [lost]
 */

/** @returns {Row} */
const row = (name, kind, fault, expected, more = {}) => ({
	name: `${name}, ${place(kind)}`,
	kind,
	fault,
	expected,
	only: onlyFor(kind),
	...more,
});

const tooMany = { status: 429, headers: { 'retry-after': String(RETRY_AFTER) } };
/** @type {Array<[string, object]>} */
const passing = [
	// ToAPIs says Retry-After: 3 all the same, as it documents
	['429', { status: 429 }],
	['429 + Retry-After', tooMany],
	['503', { status: 503 }],
	['reset', { reset: true }],
	['hang', { hang: true }],
];
/** @type {Array<[string, object]>} */
const garbled = [
	['HTML page', { html: true }],
	['cut off', { cutOff: true }],
	['other shape', { shape: true }],
];
const reads = ['status', 'result', 'upload', 'video'];

/** Sent, but no id came back. ToAPIs finds the task by our reference where there is one. */
const unanswered = (made) =>
	made ? { toapis: 'delivered', others: 'unknownOutcome' } : 'unknownOutcome';
/** MiniMax and its kin have one code for wrong parameters and unknown tasks. */
const noTask = {
	minimax: 'invalidParameters',
	gptge: 'invalidParameters',
	pixazo: 'invalidParameters',
	others: 'notFound',
};

const once = [
	...passing.map(([name, fault]) =>
		row(name, 'submit', fault, name.startsWith('429') ? 'delivered' : unanswered(false)),
	),
	...reads.flatMap((kind) => passing.map(([name, fault]) => row(name, kind, fault, 'delivered'))),
	row('500', 'submit', { status: 500 }, unanswered(false)),
	...Object.entries({
		500: { status: 500 },
		503: { status: 503 },
		reset: { reset: true },
		hang: { hang: true },
		...Object.fromEntries(garbled),
	}).map(([name, fault]) =>
		row(`${name}, but made`, 'submit', { ...fault, made: true }, unanswered(true)),
	),
	...garbled.map(([name, fault]) => row(name, 'submit', fault, unanswered(false))),
	...['status', 'result'].flatMap((kind) =>
		garbled.map(([name, fault]) => row(name, kind, fault, 'delivered')),
	),
	row('cut off', 'video', { cutOff: true }, 'delivered'),
	...[
		['auth', 'auth'],
		['balance', 'balance'],
		['rateLimit', 'delivered'],
		['invalidParameters', 'invalidParameters'],
		['contentPolicy', 'contentPolicy'],
		['transient', unanswered(false)],
		['notFound', noTask],
	].map(([business, expected]) => row(`says ${business}`, 'submit', { business }, expected)),
	...[
		['auth', 'auth'],
		['balance', 'balance'],
		['rateLimit', 'delivered'],
		['contentPolicy', 'contentPolicy'],
		['transient', 'delivered'],
		// a replica that lags behind: the task is seconds old
		['invalidParameters', 'delivered'],
		['notFound', 'delivered'],
	].map(([business, expected]) => row(`says ${business}`, 'status', { business }, expected)),
	...['submit', 'status', 'result', 'video'].map((kind) =>
		row('slow body', kind, { slowMs: 300 }, 'delivered'),
	),
	row('19-digit ID as a number', 'submit', numberedId, 'delivered', { outcome: longId() }),
];

/** @type {Row[]} */
const tasks = [
	{ name: '19-digit ID as text', outcome: longId(), expected: 'delivered' },
	{ name: 'unknown status word', outcome: { word: 'PONDERING' }, expected: 'delivered' },
	{ name: 'link expired', outcome: { expireOnce: true }, expected: 'delivered' },
	{
		name: 'task failed',
		outcome: { status: 'failed', category: 'generic' },
		expected: 'transient',
		lost: true,
	},
	{
		name: 'task failed: content',
		outcome: { status: 'failed', category: 'content' },
		expected: 'contentPolicy',
		lost: true,
	},
	{
		name: 'task canceled',
		outcome: { status: 'canceled' },
		// no status word for it: a canceled task looks like a failed one
		expected: {
			minimax: 'transient',
			gptge: 'transient',
			pixazo: 'transient',
			others: 'unsupported',
		},
		lost: true,
	},
	{ name: 'task takes too long', outcome: { taskMs: 1500 }, expected: 'timeout', minutes: 0.5 },
];

/** "Too many requests" is waited out for a quarter of an hour: once, and once more when n8n runs the node again. */
const patience = { tries: 2, within: 45 };
/** Longer than anybody should be kept waiting without a word. */
const LONG = 20;
const forLong = { status: 429, headers: { 'retry-after': String(LONG * 60) } };
const impatience = { tries: 2, within: LONG, minutes: 2, laterMinutes: LONG * 1.5 };

const staying = [
	row('429 + Retry-After', 'submit', tooMany, 'rateLimit', patience),
	row(`429 for ${LONG} minutes`, 'submit', forLong, 'rateLimit', impatience),
	row(`429 for ${LONG} minutes`, 'status', forLong, 'timeout', impatience),
	// the second run asks for the status first, and hears no more than that
	row(`429 for ${LONG} minutes`, 'result', forLong, 'timeout', impatience),
	row(`429 for ${LONG} minutes`, 'video', forLong, 'transient', impatience),
	...[
		['503', { status: 503 }, unanswered(false)],
		['reset', { reset: true }, unanswered(false)],
		['hang', { hang: true }, unanswered(false)],
		['500, but made', { status: 500, made: true }, unanswered(true)],
		['reset, but made', { reset: true, made: true }, unanswered(true)],
		['hang, but made', { hang: true, made: true }, unanswered(true)],
		['HTML page, but made', { html: true, made: true }, unanswered(true)],
	].map(([name, fault, expected]) => row(name, 'submit', fault, expected)),
	...['status', 'result', 'upload', 'video'].flatMap((kind) =>
		passing
			.filter(([name]) => name !== '429')
			.map(([name, fault]) => row(name, kind, fault, endOf(kind, name), { minutes: 2 })),
	),
	...garbled.map(([name, fault]) => row(name, 'status', fault, 'protocol')),
	// a finished task whose answer holds no link may have one a moment later
	...garbled.map(([name, fault]) =>
		row(name, 'result', fault, name === 'other shape' ? 'transient' : 'protocol'),
	),
	row('403', 'video', { expired: true }, 'expired'),
	row('web page', 'video', { html: true }, 'expired'),
	row('empty', 'video', { empty: true }, 'transient'),
	// the bytes decide, not what the file server calls them
	row('video called a web page', 'video', { contentType: 'text/html' }, 'delivered'),
].map((one) => ({ ...one, stays: true }));

/** A status that is never told ends by the node's own timeout; the others have a number of tries. */
function endOf(kind, name) {
	if (kind === 'status') return 'timeout';
	return name.startsWith('429') && kind !== 'video' ? 'rateLimit' : 'transient';
}

function longId() {
	return { id: '7234567890123456789' };
}

/** The submit answer of each gateway, its id an integer that no JavaScript number holds. */
function numberedId(provider) {
	const { id } = longId();
	const ok = '"base_resp":{"status_code":0,"status_msg":"success"}';
	const bodies = {
		seaart: `{"request_id":${id},"queue_position":0}`,
		wavespeed: `{"code":200,"message":"success","data":{"id":${id},"status":"created"}}`,
		toapis: `{"id":${id},"object":"generation.task","status":"queued"}`,
	};
	return { status: 200, body: bodies[provider] ?? `{"task_id":${id},${ok}}`, made: true };
}

module.exports = { rows: [...once, ...tasks, ...staying], RETRY_AFTER };
