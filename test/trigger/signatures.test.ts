/**
 * What is believed of a callback: real HMACs over raw bytes, in every way that they can be wrong. The keys are made
 * up here, except in the documented test vectors.
 */
import * as crypto from 'node:crypto';

import { providers } from '../../nodes/shared/providers';
import type { CallbackEvent } from '../../nodes/shared/providers/contract';
import collected from '../contract/samples.json';

interface CallbackSample {
	id: string;
	kind: string;
	headers?: Record<string, string>;
	raw_body?: string;
	secret_for_test?: string;
	body: Record<string, unknown>;
	expected_response?: Record<string, unknown>;
}

const samples = (collected.providers as unknown as Array<{ samples: CallbackSample[] }>).flatMap(
	(one) => one.samples,
);
const sampleOf = (id: string) => samples.find((one) => one.id === id)!;

type ProviderId = 'minimax' | 'gptge' | 'wavespeed' | 'toapis' | 'pixazo';

const lowerCase = (headers: Record<string, string>) =>
	Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Reads a message as the trigger does. */
function read(
	provider: ProviderId,
	headers: Record<string, string>,
	rawBody: Buffer | string,
	secret: string,
	now: number,
): CallbackEvent {
	return providers[provider].callback!.read({
		headers,
		rawBody: Buffer.isBuffer(rawBody) ? rawBody : Buffer.from(rawBody),
		secret,
		now,
	});
}

const AT = 1_800_000_000;
const NOW = AT * 1000;

/** How the two gateways sign, written down once more and apart from the code under test. */
const signers = {
	wavespeed: {
		secret: `whsec_${'ab12'.repeat(8)}`,
		keyOf: (secret: string) => secret.slice('whsec_'.length),
		names: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
		format: (hex: string) => `v3,${hex}`,
		join: ' ',
		schemes: ['v1,', 'v2,', 'V3,', 'v3=', 'v3;', 'v3, ', 'sha256=', 'v33,', ''],
		vector: 'ws.webhook.completed',
		taskId: '45b392b22c3b449fa935bd4dc',
		body: (prompt: string) =>
			`{"id":"pred_1","model":"m","input":{"prompt":${prompt}},"outputs":["https://example.com/v.mp4"],"status":"completed","error":""}`,
	},
	toapis: {
		secret: 'cd34'.repeat(8),
		keyOf: (secret: string) => secret,
		names: ['x-toapis-webhook-id', 'x-toapis-webhook-timestamp', 'x-toapis-webhook-signature'],
		format: (hex: string) => `v1=${hex}`,
		join: ',',
		schemes: ['v0=', 'v2=', 'V1=', 'v1,', 'v1', 'v1= ', 'sha256=', 'v11=', ''],
		vector: 'ta.webhook.completed',
		taskId: 'vid_01K8SGYNNNVBQTXNR4MM964S7K',
		body: (prompt: string) =>
			`{"id":"evt_1","type":"generation.completed","created_at":1,"data":{"task_id":"pred_1","note":${prompt},"status":"completed","result":{"type":"video","data":[{"url":"https://example.com/v.mp4"}]}}}`,
	},
} as const;

describe.each(['wavespeed', 'toapis'] as const)('%s', (provider) => {
	const signer = signers[provider];
	const { secret, names, format, join } = signer;
	const key = signer.keyOf(secret);
	const body = signer.body('"a cat"');
	const hmac = (raw: Buffer | string, { by = key, id = 'evt_1', at = String(AT) } = {}) =>
		crypto.createHmac('sha256', by).update(`${id}.${at}.`).update(raw).digest('hex');
	const headersOf = (signature: string, { id = 'evt_1', at = String(AT) } = {}) => ({
		[names[0]]: id,
		[names[1]]: at,
		[names[2]]: signature,
		'content-type': 'application/json',
	});
	const signed = (raw: Buffer | string, options = {}) =>
		headersOf(format(hmac(raw, options)), options);
	const readNow = (
		headers: Record<string, string>,
		raw: Buffer | string = body,
		by: string = secret,
		now = NOW,
	) => read(provider, headers, raw, by, now);

	const expectEvent = (event: CallbackEvent, taskId = 'pred_1') =>
		expect(event).toMatchObject({
			kind: 'event',
			taskId,
			state: { status: 'succeeded', videoUrl: expect.stringContaining('https://') as string },
		});
	const expectRefused = (event: CallbackEvent, reason: RegExp) =>
		expect(event).toEqual({
			kind: 'refused',
			status: 401,
			reason: expect.stringMatching(reason) as string,
		});
	const WRONG = /signature is wrong/;
	const OLD = /too old/;

	describe('the documented test vector', () => {
		const { headers, raw_body, secret_for_test } = sampleOf(signer.vector);
		const given = lowerCase(headers!);
		const now = Number(given[names[1]]) * 1000;

		test('is believed', () => {
			expectEvent(read(provider, given, raw_body!, secret_for_test!, now), signer.taskId);
		});

		test('not with another secret, another byte, another time of reading', () => {
			expectRefused(read(provider, given, raw_body!, `${secret_for_test!}0`, now), WRONG);
			expectRefused(read(provider, given, `${raw_body!} `, secret_for_test!, now), WRONG);
			expectRefused(read(provider, given, raw_body!, secret_for_test!, Date.now()), OLD);
		});

		test('is what this file would have signed', () => {
			const at = given[names[1]];
			const hex = crypto
				.createHmac('sha256', signer.keyOf(secret_for_test!))
				.update(`${given[names[0]]}.${at}.${raw_body!}`)
				.digest('hex');
			expect(given[names[2]]).toBe(format(hex));
		});
	});

	test('a valid message', () => {
		expectEvent(readNow(signed(body)));
	});

	test.each([
		['another key', 'ef56'.repeat(8)],
		['the key in upper case', key.toUpperCase()],
		['the key with a blank', `${key} `],
		['an empty key', ''],
		['a longer key that starts the same', `${key}0`],
	])('signed with %s', (_name, by) => {
		expectRefused(readNow(signed(body, { by })), WRONG);
	});

	test('signed with the key as base64 or hex would mean it', () => {
		for (const encoding of ['base64', 'hex'] as const) {
			const digest = crypto
				.createHmac('sha256', Buffer.from(key, encoding))
				.update(`evt_1.${AT}.${body}`)
				.digest('hex');
			expectRefused(readNow(headersOf(format(digest))), WRONG);
		}
	});

	test.each([
		['one character', body.replace('cat', 'car')],
		['a blank at the end', `${body} `],
		['a line break at the end', `${body}\n`],
		['the same JSON with other blanks', JSON.stringify(JSON.parse(body), null, 1)],
		['an escaped letter', body.replace('cat', '\\u0063at')],
		['nothing', ''],
		['the body twice', body + body],
	])('another body than the signed one: %s', (_name, other) => {
		expect(other).not.toBe(body);
		expectRefused(readNow(signed(body), other), WRONG);
	});

	test('another ID or time than the signed one', () => {
		const right = format(hmac(body));
		expectRefused(readNow(headersOf(right, { id: 'evt_2' })), WRONG);
		expectRefused(readNow(headersOf(right, { at: String(AT + 1) })), WRONG);
		// the dots between the parts do not make two different messages one
		const shifted = { id: `evt_1.${AT}`, at: String(AT) };
		expectRefused(readNow(headersOf(right, shifted)), WRONG);
	});

	test.each([
		['now', 0, true],
		['five minutes old', -300, true],
		['a second more', -301, false],
		['a day old', -86_400, false],
		['five minutes ahead', 300, true],
		['a second more ahead', 301, false],
		['a year ahead', 31_536_000, false],
	])('a message that is %s', (_name, shift, good) => {
		const event = readNow(signed(body, { at: String(AT + shift) }));
		if (good) expectEvent(event);
		else expectRefused(event, OLD);
	});

	test.each([
		`${NOW}`,
		`${AT}.0`,
		` ${AT}`,
		`${AT} `,
		`+${AT}`,
		`-${AT}`,
		'1.8e9',
		`0x${AT.toString(16)}`,
		'NaN',
		'Infinity',
		'now',
		new Date(NOW).toISOString(),
		`${'9'.repeat(400)}`,
	])('a time that is no whole number of seconds: %s', (at) => {
		expectRefused(readNow(signed(body, { at })), OLD);
	});

	test('a header is missing or empty', () => {
		for (const name of names) {
			const all = Object.entries(signed(body));
			const rest = Object.fromEntries(all.filter(([one]) => one !== name));
			expectRefused(readNow(rest), /header is missing/);
			expectRefused(readNow({ ...rest, [name]: '' }), /header is missing/);
		}
		expectRefused(readNow({}), /header is missing/);
	});

	test('without a secret nothing is believed, not even what an empty key has signed', () => {
		const empty = signed(body, { by: '' });
		for (const none of provider === 'wavespeed' ? ['', 'whsec_'] : ['']) {
			expectRefused(readNow(signed(body), body, none), /no webhook secret/);
			expectRefused(readNow(empty, body, none), /no webhook secret/);
		}
	});

	test('the fault does not tell what would be right', () => {
		const event = readNow(headersOf(format('0'.repeat(64))));
		expect(JSON.stringify(event)).not.toContain(hmac(body));
		expect(JSON.stringify(event)).not.toContain(key);
	});

	test('two signatures, of the new key and the old one, in either order', () => {
		const both = [format(hmac(body)), format(hmac(body, { by: 'the other key' }))];
		for (const order of [both, both.slice().reverse()])
			expectEvent(readNow(headersOf(order.join(join))));
		for (const by of ['the other key', 'a third'])
			expectRefused(readNow(headersOf(format(hmac(body, { by })))), WRONG);
	});

	test('two signatures that are both wrong', () => {
		const none = [format('0'.repeat(64)), format(hmac(`${body} `))];
		expectRefused(readNow(headersOf(none.join(join))), WRONG);
	});

	test('a right one behind nonsense, but not behind a flood of it', () => {
		const right = format(hmac(body));
		expectEvent(readNow(headersOf(['nonsense', right].join(join))));
		const flood = Array<string>(50_000).fill(format('0'.repeat(64)));
		expectRefused(readNow(headersOf([...flood, right].join(join))), WRONG);
	});

	test.each(signer.schemes)('another scheme: "%s"', (scheme) => {
		expectRefused(readNow(headersOf(scheme + hmac(body))), WRONG);
	});

	test('the digest of Standard Webhooks, in base64, is another scheme', () => {
		const base64 = Buffer.from(hmac(body), 'hex').toString('base64');
		expectRefused(readNow(headersOf(`v1,${base64}`)), WRONG);
		expectRefused(readNow(headersOf(format(base64))), WRONG);
	});

	test('upper case digits are the same digest', () => {
		expectEvent(readNow(headersOf(format(hmac(body).toUpperCase()))));
	});

	test.each([
		['cut off', (hex: string) => hex.slice(0, 63)],
		['cut to its half', (hex: string) => hex.slice(0, 32)],
		['too long', (hex: string) => `${hex}00`],
		['empty', () => ''],
		['with a letter that is no digit', (hex: string) => `g${hex.slice(1)}`],
		[
			'with another last digit',
			(hex: string) => hex.slice(0, 63) + (hex.endsWith('0') ? '1' : '0'),
		],
		['with another first digit', (hex: string) => (hex.startsWith('0') ? '1' : '0') + hex.slice(1)],
		['in brackets', (hex: string) => `(${hex})`],
	])('a digest that is %s', (_name, change) => {
		expectRefused(readNow(headersOf(format(change(hmac(body))))), WRONG);
	});

	test('digests are compared in constant time', () => {
		const compare = jest.spyOn(jest.requireActual<typeof crypto>('node:crypto'), 'timingSafeEqual');
		readNow(signed(body));
		readNow(headersOf(format('0'.repeat(64))));
		expect(compare).toHaveBeenCalledTimes(2);
		compare.mockRestore();
	});

	describe('raw bytes', () => {
		const bytes = (...parts: Array<string | number[]>) =>
			Buffer.concat(parts.map((part) => Buffer.from(part as string)));
		const [before, after] = signer.body('"*"').split('*');
		test.each<[string, Buffer]>([
			['other alphabets', bytes(before, '猫が走る, Кошка, قطة', after)],
			['signs beyond 16 bits', bytes(before, '🐈‍⬛𝒞𝔞𝔱', after)],
			['a lone half of such a sign', bytes(before, [0xed, 0xa0, 0xbd], after)],
			['bytes that are no UTF-8', bytes(before, [0xff, 0xfe, 0xc3, 0x28], after)],
			['escapes', bytes(before, '\\u732b\\ud83d\\udc08\\n\\"\\\\\\/', after)],
			['another spelling of the same letter', bytes(before, 'e\u0301 \u00e9', after)],
			['an escaped zero byte', bytes(before, '\\u0000', after)],
			['blanks and line breaks', bytes(' \t\r\n', before, after, '\r\n\r\n ')],
			['a long text', bytes(before, 'x'.repeat(500_000), after)],
			['long numbers', bytes(before, '", "n": 12345678901234567890, "m": "', after)],
			['a second, different field of the same name', bytes(before, '", "z": 1, "z": "', after)],
		])('%s', (_name, raw) => {
			expectEvent(readNow(signed(raw), raw));
			const changed = Buffer.from(raw);
			changed[raw.length >> 1] ^= 1;
			expectRefused(readNow(signed(raw), changed), WRONG);
		});

		test('two texts that read the same are two messages', () => {
			// both bytes become U+FFFD when they are decoded
			const [one, other] = [[0xff], [0xfe]].map((byte) => bytes(before, byte, after));
			expect(one.toString()).toBe(other.toString());
			expectRefused(readNow(signed(one), other), WRONG);
		});
	});

	test.each(['null', '[]', '7', '"text"', '{', '', 'undefined', '\u0000'])(
		'a signed body that is no JSON object: %s',
		(raw) => {
			expect(readNow(signed(raw), raw)).toMatchObject({ kind: 'refused', status: 400 });
		},
	);
});

test('WaveSpeed: only the mark at the front of the secret is taken off', () => {
	const body = signers.wavespeed.body('"x"');
	const by = (key: string) => ({
		'webhook-id': 'a',
		'webhook-timestamp': String(AT),
		'webhook-signature': `v3,${crypto.createHmac('sha256', key).update(`a.${AT}.${body}`).digest('hex')}`,
	});
	expect(read('wavespeed', by('x_whsec_y'), body, 'whsec_x_whsec_y', NOW).kind).toBe('event');
	expect(read('wavespeed', by('plain'), body, 'plain', NOW).kind).toBe('event');
	expect(read('wavespeed', by('whsec_x'), body, 'whsec_x', NOW).kind).toBe('refused');
});

describe('every documented callback is read', () => {
	const signatureOf = (provider: 'wavespeed' | 'toapis', raw: string) => {
		const { secret, keyOf, names, format } = signers[provider];
		const digest = crypto
			.createHmac('sha256', keyOf(secret))
			.update(`evt.${AT}.${raw}`)
			.digest('hex');
		return { [names[0]]: 'evt', [names[1]]: String(AT), [names[2]]: format(digest) };
	};
	const readSample = (provider: ProviderId, id: string) => {
		const raw = JSON.stringify(sampleOf(id).body);
		if (provider !== 'wavespeed' && provider !== 'toapis') return read(provider, {}, raw, '', NOW);
		return read(provider, signatureOf(provider, raw), raw, signers[provider].secret, NOW);
	};
	const family = ['minimax', 'gptge', 'pixazo'] as const;
	const taskId = '115334141465231360';

	test.each(family)('%s: the challenge', (provider) => {
		const { expected_response: reply } = sampleOf('mm.callback.challenge.req');
		expect(readSample(provider, 'mm.callback.challenge.req')).toEqual({ kind: 'challenge', reply });
	});

	test.each(family)('%s: the way of a task', (provider) => {
		expect(readSample(provider, 'mm.callback.processing')).toMatchObject({
			kind: 'event',
			taskId,
			state: { status: 'processing', providerStatus: 'processing' },
		});
		expect(readSample(provider, 'mm.callback.success')).toMatchObject({
			kind: 'event',
			taskId,
			state: { status: 'succeeded' },
		});
		expect(readSample(provider, 'mm.callback.failed')).toMatchObject({
			kind: 'event',
			taskId,
			state: { status: 'failed', error: { category: 'contentPolicy', code: '1026' } },
		});
	});

	test('WaveSpeed and ToAPIs', () => {
		expect(readSample('wavespeed', 'ws.webhook.completed')).toMatchObject({
			kind: 'event',
			taskId: signers.wavespeed.taskId,
			state: { status: 'succeeded', videoUrl: 'https://example.com/v.mp4' },
		});
		expect(readSample('wavespeed', 'ws.webhook.failed')).toMatchObject({
			kind: 'event',
			state: { status: 'failed', error: { message: 'Content moderation failed' } },
		});
		expect(readSample('toapis', 'ta.webhook.completed')).toMatchObject({
			kind: 'event',
			taskId: signers.toapis.taskId,
			state: {
				status: 'succeeded',
				progress: 100,
				videoUrl: 'https://files.toapis.com/x.mp4',
				submittedAt: '2026-01-14T08:43:44.000Z',
				finishedAt: '2026-01-14T08:48:34.000Z',
			},
		});
		expect(readSample('toapis', 'ta.webhook.failed')).toMatchObject({
			kind: 'event',
			state: { status: 'failed', error: { code: 'generation_failed' } },
		});
		expect(readSample('toapis', 'ta.webhook.test')).toMatchObject({ kind: 'ignored' });
	});

	test('none is left out', () => {
		const read = [
			'mm.callback.challenge.req',
			'mm.callback.processing',
			'mm.callback.success',
			'mm.callback.failed',
			'ws.webhook.completed',
			'ws.webhook.failed',
			'ta.webhook.completed',
			'ta.webhook.failed',
			'ta.webhook.test',
		];
		expect(samples.filter(({ kind }) => kind === 'callback').map(({ id }) => id)).toEqual(read);
	});
});
