/**
 * Replies that no documentation shows: the documented ones, broken in every way a stranger can think of, read
 * by their own gateway and by the five others. Nothing but GatewayFailed may come out, and nothing may stick.
 *
 * A failure names the case. To see it again, or to throw other dice, and more of them:
 *   npx jest test/fuzz --globals '{"FUZZ":{"seed":7,"first":123,"replies":1}}'
 */
import { GatewayFailed, type ErrorCategory, type ProviderFault } from '../../nodes/shared/errors';
import { parseJson } from '../../nodes/shared/json';
import { providerIds, type ProviderId } from '../../nodes/shared/catalog/gateways';
import { providers } from '../../nodes/shared/providers';
import type { Provider, Reply } from '../../nodes/shared/providers/contract';
import type { TaskError, TaskState, TaskStatus } from '../../nodes/shared/task';
import { documented, documentedH3 } from '../contract/support';
import { random, type Dice } from '../helpers/random';

declare const FUZZ: { seed?: number; first?: number; replies?: number } | undefined;

/** Each reply is six cases: one per gateway. */
const { seed = 20260117, first = 0, replies = 17_000 } = typeof FUZZ === 'undefined' ? {} : FUZZ;

const categories: Record<ErrorCategory, true> = {
	auth: true,
	balance: true,
	spendLimit: true,
	rateLimit: true,
	invalidParameters: true,
	contentPolicy: true,
	notFound: true,
	expired: true,
	transient: true,
	timeout: true,
	unknownOutcome: true,
	protocol: true,
	unsupported: true,
};
const statuses: Record<TaskStatus, true> = {
	queued: true,
	processing: true,
	succeeded: true,
	failed: true,
	canceled: true,
};

/** JSON text that a value cannot hold: long numbers, broken numbers, keys that reach prototypes. */
class Raw {
	constructor(readonly text: string) {}
}

const sources = [...documented, ...documentedH3];
const bodies = sources.flatMap(({ provider, samples }) =>
	samples
		.filter(({ kind }) => kind !== 'request')
		.map(({ body, http_status = 200, headers = {} }) => ({ provider, body, http_status, headers })),
);

const HTML = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body></body></html>';

/** Words that mean something to a reader somewhere. */
const words = [
	...new Set(
		sources.flatMap(({ status_map = {}, samples }) => [
			...Object.keys(status_map),
			...samples.flatMap(({ body }) => [...keysIn(body), ...textsIn(body)]),
		]),
	),
	...split(
		'FAILED CANCELED CONTENT_BLOCKED INFERENCE_TIMEOUT ALREADY_COMPLETED insufficient_quota',
		'0 200 1000 1002 1004 1008 1026 2013 2061 1200 5004 40201',
	),
];
const keys = [
	...new Set(sources.flatMap(({ samples }) => samples.flatMap(({ body }) => keysIn(body)))),
	...split('constructor prototype toString valueOf hasOwnProperty then toJSON length'),
];

function split(...lines: string[]): string[] {
	return lines.join(' ').split(' ');
}

function keysIn(value: unknown): string[] {
	if (typeof value !== 'object' || value === null) return [];
	const inside = Object.values(value).flatMap(keysIn);
	return Array.isArray(value) ? inside : [...Object.keys(value), ...inside];
}

function textsIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(textsIn);
}

const protos = ['"__proto__"', '"\\u005f_proto__"', '"__pro\\u0074o__"'];
const numbers = split(
	'0 -0 -1 0.1 1e16 1e308 1e999 -1e999 2147483648 9007199254740993 1768438627164801234',
	'-1768438627164801234 99999999999999999999999999999999 1234567890123456.5',
	'253402300800 8640000000001 -8640000000001 1768380222000',
);
const oddTexts = [
	'',
	' ',
	'\n',
	'\0',
	'\ufeff',
	'\ud800',
	'1 Jan',
	'[object Object]',
	HTML,
	'{"__proto__":{"polluted":1},"status":"Success","file_id":9007199254740993}',
	...split(
		'😀 NaN null undefined true -1 1e999 [] {"status":"Success"} {"a": ../.. %00 100% -5%',
		'__proto__ constructor toString hasOwnProperty javascript:alert(1) file:///x //x http:// data:,x',
		'2026-01-01T00:00:00Z 2026-13-45 +275760-09-13T00:00:01Z 0000',
	),
];

/** A value that does not belong there. */
function odd(dice: Dice): unknown {
	switch (dice.below(14)) {
		case 0:
			return null;
		case 1:
			return dice.oneIn(2);
		case 2:
			return [];
		case 3:
			return {};
		case 4:
		case 5:
			return new Raw(dice.pick(numbers));
		case 6:
		case 7:
			return dice.pick(oddTexts);
		case 8:
		case 9:
			return dice.pick(words);
		case 10:
			return new Raw(`{${dice.pick(protos)}:{"polluted":true,"status":"Success"}}`);
		case 11:
			return { constructor: { prototype: { polluted: true } }, toString: null, valueOf: 1 };
		case 12:
			return structuredClone(dice.pick(bodies).body);
		default:
			return dice.oneIn(40)
				? huge(dice)
				: [dice.pick(words), { [dice.pick(keys)]: dice.pick(words) }];
	}
}

function huge(dice: Dice): unknown {
	const size = 10 ** (2 + dice.below(4));
	switch (dice.below(5)) {
		case 0:
			return dice.pick(['a', '7', '\n', ' ', '😀', '\\', '%']).repeat(size);
		case 1:
			return new Raw('7'.repeat(size));
		case 2:
			return new Raw('['.repeat(size) + ']'.repeat(size));
		case 3:
			return new Raw(`${'{"data":'.repeat(size)}1${'}'.repeat(size)}`);
		default:
			return Array.from({ length: Math.min(size, 2000) }, () => dice.pick(words));
	}
}

type Box = Record<string, unknown> | unknown[];

const isBox = (value: unknown): value is Box =>
	typeof value === 'object' && value !== null && !(value instanceof Raw);

/** All objects and lists in a value, itself first. */
function boxesIn(value: unknown, found: Box[] = []): Box[] {
	if (!isBox(value) || found.length > 50) return found;
	found.push(value);
	for (const inner of Object.values(value)) boxesIn(inner, found);
	return found;
}

/** Breaks a body in one place; gives back what the body has become. */
function mutate(dice: Dice, body: unknown): unknown {
	const boxes = boxesIn(body);
	if (boxes.length === 0 || dice.oneIn(25)) return odd(dice);
	if (dice.oneIn(25)) return dice.oneIn(2) ? [body] : { [dice.pick(keys)]: body };
	const box = dice.pick(boxes);
	if (Array.isArray(box)) {
		if (dice.oneIn(3)) box.length = 0;
		else box.splice(dice.below(box.length + 1), dice.below(2), odd(dice));
		return body;
	}
	const own = Object.keys(box);
	const key = own.length > 0 ? dice.pick(own) : dice.pick(keys);
	switch (dice.below(8)) {
		case 0:
			delete box[key];
			break;
		case 1:
			put(box, dice.pick(keys), odd(dice));
			break;
		case 2:
			put(box, dice.pick(keys), box[key]);
			break;
		case 3:
			put(box, dice.pick(keys), dice.pick(words));
			break;
		case 4:
			box[key] = [box[key]];
			break;
		default:
			box[key] = odd(dice);
	}
	return body;
}

/** Sets an own key, whatever its name. */
function put(box: Record<string, unknown>, key: string, value: unknown): void {
	Object.defineProperty(box, key, { value, enumerable: true, configurable: true, writable: true });
}

/** JSON text of a body, now and then with a key twice, or with one that reaches for the prototype. */
function write(dice: Dice, value: unknown): string {
	if (value instanceof Raw) return value.text;
	if (Array.isArray(value)) return `[${value.map((item) => write(dice, item)).join()}]`;
	if (!isBox(value)) return JSON.stringify(value) ?? 'null';
	const entries = Object.entries(value).map(
		([key, inner]) => `${JSON.stringify(key)}:${write(dice, inner)}`,
	);
	if (dice.oneIn(15) && entries.length > 0) entries.push(dice.pick(entries));
	if (dice.oneIn(15))
		entries.push(`${dice.pick(protos)}:{"polluted":true,"status":"Success","task_id":"1"}`);
	return `{${entries.join()}}`;
}

/** Breaks the text itself. */
function garble(dice: Dice, text: string): string {
	const at = dice.below(text.length + 1);
	switch (dice.below(9)) {
		case 0:
			return text.slice(0, at);
		case 1:
			return text.slice(at);
		case 2:
			return (
				text.slice(0, at) + dice.pick(['"', '\\', ',', '}', ']', '\0', '7', '-']) + text.slice(at)
			);
		case 3:
			return text + text;
		case 4:
			return HTML;
		case 5:
			return dice.pick([
				'',
				' ',
				'null',
				'[]',
				'{}',
				'""',
				'"ok"',
				'0',
				'true',
				'NaN',
				'Bad Gateway',
			]);
		case 6:
			return `\ufeff${text}`;
		case 7:
			return text.replace(
				/\d+/,
				dice.pick(['NaN', 'Infinity', '1768438627164801234', '0x10', '-']),
			);
		default:
			return text.replace(/"/g, "'");
	}
}

const httpStatuses = [
	0, 100, 199, 200, 200, 200, 201, 202, 204, 206, 299, 300, 301, 304, 307, 400, 401, 402, 403, 404,
	405, 408, 409, 410, 413, 418, 422, 425, 429, 451, 500, 501, 502, 503, 504, 520, 529, 599, 999,
];
const oddHeaders = [
	'',
	' 5 ',
	'9'.repeat(400),
	'Wed, 14 Jan 2026 08:43:42 GMT',
	'Thu, 01 Jan 1970 00:00:00 GMT',
	...split('0 1 3 -1 1e9 1e999 NaN soon 0x10 1,2 ١ Infinity 2026-01-14'),
];

function headersOf(dice: Dice): Record<string, string> {
	const headers: Record<string, string> = {};
	if (dice.oneIn(2)) headers['retry-after'] = dice.pick(oddHeaders);
	if (dice.oneIn(3)) headers.date = dice.pick(oddHeaders);
	if (dice.oneIn(9)) headers['content-type'] = dice.pick(['text/html', 'application/json', '']);
	return headers;
}

interface Case {
	home: ProviderId;
	reply: Reply;
}

/** One broken reply; the same index gives the same one. */
function caseOf(index: number): Case {
	const dice = random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
	const home = providerIds[index % providerIds.length];
	const sample = dice.pick(bodies.filter(({ provider }) => provider === home));
	let body: unknown = structuredClone(sample.body);
	for (let left = dice.below(5); left > 0; left--) body = mutate(dice, body);
	const written = write(dice, body);
	const text = dice.oneIn(8) ? garble(dice, written) : written;
	const known = dice.oneIn(2);
	const reply: Reply = {
		status: known ? sample.http_status : dice.pick(httpStatuses),
		headers: known && dice.oneIn(2) ? {} : headersOf(dice),
		text,
		json: parseJson(text),
	};
	return { home, reply };
}

/** Ends a case; checked by hand, for `expect` is too slow a million times over. */
function wrong(what: string): never {
	throw new RangeError(what);
}

/** Statuses and categories that came out, to know that the dice reach them. */
const seen = new Set<string>();

const isText = (value: unknown) => typeof value === 'string' && value.length > 0;
const isPositive = (value: unknown) => Number.isFinite(value) && (value as number) > 0;
const isTime = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value));

function checkReason({ category, code, message, retryable }: TaskError | ProviderFault): void {
	if (!Object.hasOwn(categories, category)) wrong(`no category of the vocabulary: ${category}`);
	if (!isText(code)) wrong('a code that is no text');
	if (!isText(message)) wrong('a message that is no text');
	if (message.length > 300) wrong('a message of more than 300 characters');
	if (typeof retryable !== 'boolean') wrong('retryable is no boolean');
}

function checkFault(fault: ProviderFault | undefined): void {
	if (fault === undefined) return;
	checkReason(fault);
	seen.add(fault.category);
	const { category, noTask, retryAfterMs = 0 } = fault;
	if (!(retryAfterMs >= 0 && retryAfterMs <= 3_600_000)) wrong(`retryAfterMs is ${retryAfterMs}`);
	if (noTask && !provesNoTask(fault)) wrong(`noTask with ${category}`);
}

/** What may be taken for proof: too many requests, a relay without a channel, a proxy's page that refuses. */
function provesNoTask({ category, code, message }: ProviderFault): boolean {
	if (category === 'rateLimit') return true;
	if (category === 'protocol') return /^4\d\d$/.test(code);
	const noChannel = /channel|model_not_found|渠道|通道/i.test(`${code} ${message}`);
	return noChannel && (category === 'transient' || category === 'unsupported');
}

function checkTaskId(id: string): void {
	if (!isText(id) || id.trim() !== id) wrong(`a task id ${JSON.stringify(id)}`);
}

/** The facts that a state may hold beside its status and error. */
const facts: Record<string, (value: unknown) => boolean> = {
	providerStatus: isText,
	otherKind: isText,
	progress: isPositive,
	queuePosition: isPositive,
	fileId: isText,
	videoUrl: isText,
	videoUrlExpiresAt: isTime,
	width: isPositive,
	height: isPositive,
	submittedAt: isTime,
	finishedAt: isTime,
};

function checkState({ status, error, ...rest }: TaskState): void {
	if (!Object.hasOwn(statuses, status)) wrong(`no status of the vocabulary: ${status}`);
	if ((status === 'failed') !== (error !== undefined))
		wrong(`${status} ${error ? 'with' : 'without'} an error`);
	if (error) checkReason(error);
	seen.add(status);
	for (const [name, value] of Object.entries(rest))
		if (!Object.hasOwn(facts, name) || !facts[name](value))
			wrong(`${name} is ${JSON.stringify(value)}`);
}

/** All that reads a reply of a gateway, and what has to hold for what comes out. */
function readersOf(provider: Provider): Array<[name: string, read: (reply: Reply) => void]> {
	const { balance = [], link, cancel, price, upload } = provider;
	const readers: Array<[string, (reply: Reply) => void]> = [
		['fault', (reply) => checkFault(provider.fault(reply))],
		['readSubmit', (reply) => checkTaskId(provider.readSubmit(reply))],
		['readStatus', (reply) => checkState(provider.readStatus(reply))],
	];
	if (link)
		readers.push([
			'link.read',
			(reply) => {
				const found = link.read(reply);
				if (found && typeof found.url !== 'string') wrong('a link that is no text');
			},
		]);
	if (cancel)
		readers.push([
			'cancel.read',
			(reply) => {
				const state = cancel.read(reply);
				if (state) checkState(state);
			},
		]);
	if (price)
		readers.push([
			'price.read',
			(reply) => {
				const { amount, currency } = price.read(reply);
				if (!(Number.isFinite(amount) && amount >= 0)) wrong(`a price of ${amount}`);
				if (!isText(currency)) wrong('a currency that is no text');
			},
		]);
	for (const { calls, read } of balance)
		readers.push([
			'balance.read',
			(reply) => {
				const { amount, unlimited, currency, unit } = read(
					calls(0).map(() => reply),
					'https://example.com',
				);
				if (unlimited === (amount !== undefined)) wrong('unlimited with an amount, or neither');
				if (amount !== undefined && !Number.isFinite(amount)) wrong(`a balance of ${amount}`);
				if (!unlimited && !isText(currency) && !isText(unit)) wrong('a balance of nothing');
			},
		]);
	if (upload)
		readers.push([
			'upload.read',
			(reply) => {
				if (!isText(upload.read(reply))) wrong('an address that is no text');
			},
		]);
	return readers;
}

const allReaders = providerIds.flatMap((id) =>
	readersOf(providers[id]).map(([name, read]) => ({ name: `${id}.${name}`, read })),
);

const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const untouched = prototypes.map((one) => Reflect.ownKeys(one).length);

function checkPrototypes(): void {
	if ('polluted' in {}) wrong('a prototype is polluted');
	if (prototypes.some((one, i) => Reflect.ownKeys(one).length !== untouched[i]))
		wrong('a prototype has changed');
}

/** Keeps readers from changing the reply they are given: that throws a TypeError. */
function freeze(value: unknown, depth = 0): void {
	if (typeof value !== 'object' || value === null || depth > 5) return;
	Object.freeze(value);
	for (const inner of Object.values(value)) freeze(inner, depth + 1);
}

/** Lets all gateways read one reply; throws what went wrong. */
function run(reply: Reply): void {
	freeze(reply.json);
	for (const { name, read } of allReaders) {
		try {
			read(reply);
		} catch (error) {
			if (!(error instanceof GatewayFailed)) wrong(`${name}: ${String(error)}`);
			checkFault((error as GatewayFailed).fault);
		}
	}
	checkPrototypes();
}

function story(index: number, { home, reply }: Case): string {
	const text = reply.text.length > 2000 ? `${reply.text.slice(0, 2000)}…` : reply.text;
	const again = JSON.stringify({ FUZZ: { seed, first: index, replies: 1 } });
	return [
		`seed ${seed}, reply ${index}, made from one of ${home}: HTTP ${reply.status}`,
		JSON.stringify(reply.headers),
		text,
		`again: npx jest test/fuzz --globals '${again}'`,
	].join('\n');
}

// a stack for each of a million refusals takes a third of the time
const { stackTraceLimit } = Error;
beforeAll(() => {
	Error.stackTraceLimit = 0;
});
afterAll(() => {
	Error.stackTraceLimit = stackTraceLimit;
});

test(`${replies} broken replies at six gateways (seed ${seed}, from ${first})`, () => {
	const count = { json: 0, noJson: 0 };
	for (let index = first; index < first + replies; index++) {
		const one = caseOf(index);
		count[one.reply.json === undefined ? 'noJson' : 'json']++;
		try {
			run(one.reply);
		} catch (error) {
			wrong(`${String(error)}\n${story(index, one)}`);
		}
	}
	// dice that only make rubbish would prove nothing
	if (replies < 10_000) return;
	expect(count.json).toBeGreaterThan(3 * count.noJson);
	const unsaid = ['spendLimit', 'timeout', 'unknownOutcome'];
	const sayable = Object.keys({ ...statuses, ...categories }).filter(
		(one) => !unsaid.includes(one),
	);
	expect([...seen].sort()).toEqual(sayable.sort());
}, 600_000);
