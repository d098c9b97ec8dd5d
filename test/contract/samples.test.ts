/** The collection of documented samples itself, and what holds for all gateways alike. */
import { providerIds, type ProviderId } from '../../nodes/shared/catalog/gateways';
import { providers } from '../../nodes/shared/providers';
import {
	credentials,
	defaultBaseUrl,
	documented,
	documentedOf,
	failureOf,
	replyOf,
	sent,
} from './support';
import collected from './samples.json';

const all = documented.flatMap(({ samples }) => samples);

test('the collection holds the six gateways and 107 samples, each with an id of its own', () => {
	expect(documented.map(({ provider }) => provider).sort()).toEqual([...providerIds].sort());
	expect(all).toHaveLength(107);
	expect(collected.sample_count).toBe(107);
	expect(new Set(all.map(({ id }) => id)).size).toBe(107);
});

test('of them, only the callbacks are read elsewhere: in test/trigger', () => {
	const count = (kind: string) => all.filter((sample) => sample.kind === kind).length;
	expect([count('request'), count('response'), count('error'), count('callback')]).toEqual([
		26, 41, 31, 9,
	]);
	expect(all.filter(({ kind }) => kind === 'callback').map(({ id }) => id)).toEqual([
		'mm.callback.challenge.req',
		'mm.callback.processing',
		'mm.callback.success',
		'mm.callback.failed',
		'ws.webhook.completed',
		'ws.webhook.failed',
		'ta.webhook.completed',
		'ta.webhook.failed',
		'ta.webhook.test',
	]);
});

describe.each(providerIds)('%s', (id: ProviderId) => {
	const provider = providers[id];
	const { auth, base_urls } = documentedOf(id);

	test('the credential has the documented address and sends the documented header', async () => {
		expect(provider.id).toBe(id);
		expect(provider.credential).toBe(credentials[id].name);
		expect(defaultBaseUrl(id)).toBe(base_urls[0]);
		const { headers } = await sent(id, { method: 'GET', path: '/' }, 'the-key');
		const value = auth.value.replace(/<[^>]*>|sk-\.\.\./, 'the-key');
		expect(headers).toStrictEqual({ Accept: 'application/json', [auth.header]: value });
	});

	test.each([['  the-key\n'], ['Bearer the-key'], ['bearer  the-key ']])(
		'a key pasted as %j works',
		async (pasted) => {
			const { headers } = await sent(id, { method: 'GET', path: '/' }, pasted);
			expect(headers).toMatchObject({
				[auth.header]: expect.stringMatching(/^(Bearer )?the-key$/),
			});
		},
	);

	test('an id with signs of its own cannot leave its place in an address', () => {
		const task = { provider: id, taskId: 'a/b?c=d#e', endpoint: 'f/g' };
		const calls = [provider.status(task), provider.cancel?.call(task)];
		for (const call of calls.filter((one) => one !== undefined))
			expect(call.path).not.toMatch(/a\/b|f\/g|[?#]/);
	});

	test.each([
		['no JSON', undefined],
		['null', null],
		['a text', 'ok'],
		['a list', []],
		['an empty object', {}],
		['an empty id', { task_id: '', id: '', request_id: '', data: { id: '', status: 'created' } }],
		[
			'a blank id',
			{ task_id: ' ', id: ' ', request_id: ' ', data: { id: ' ', status: 'created' } },
		],
	])('an answer to a submit that is %s has no task id', (_name, body) => {
		const reply = { ...replyOf({}), json: body };
		expect(failureOf(() => provider.readSubmit(reply)).category).toBe('protocol');
	});

	test.each([
		['no JSON', undefined],
		['null', null],
		['a text', 'ok'],
		['a list', []],
		['an empty object', {}],
	])('an answer to a status call that is %s has no state', (_name, body) => {
		const reply = { ...replyOf({}), json: body };
		expect(failureOf(() => provider.readStatus(reply)).category).toBe('protocol');
	});

	test.each([
		[400, 'invalidParameters', false],
		[401, 'auth', false],
		[402, 'balance', false],
		[403, 'auth', false],
		[404, 'notFound', false],
		[408, 'transient', true],
		[410, 'expired', false],
		[422, 'invalidParameters', false],
		[429, 'rateLimit', true],
		[500, 'transient', true],
		[502, 'transient', true],
		[503, 'transient', true],
		[504, 'transient', true],
		[302, 'protocol', false],
	] as const)('HTTP %i without a body is %s', (status, category, retryable) => {
		expect(provider.fault(replyOf(undefined, status, {}, ''))).toStrictEqual({
			category,
			code: String(status),
			message: `HTTP status ${status}`,
			retryable,
			noTask: category === 'rateLimit',
		});
	});

	test.each([
		['3', undefined, 3000],
		['0', undefined, 0],
		['99999999', undefined, 3_600_000],
		['Wed, 14 Jan 2026 08:43:52 GMT', 'Wed, 14 Jan 2026 08:43:42 GMT', 10_000],
		['Wed, 14 Jan 2026 08:43:52 GMT', undefined, undefined],
		['-1', undefined, undefined],
		['soon', 'never', undefined],
		['Infinity', undefined, undefined],
	])('Retry-After %s (Date %s) means %s ms', (retryAfter, date, ms) => {
		const headers = { 'Retry-After': retryAfter, ...(date && { Date: date }) };
		expect(provider.fault(replyOf({}, 429, headers))?.retryAfterMs).toBe(ms);
	});
});
