'use strict';
/* Bodies with pictures: byte by byte what JSON.stringify and a form would give, without a picture in memory. */
const { Readable } = require('node:stream');

const { jsonBody, multipartBody, placeholder } = require('../../../../nodes/shared/transport/body');

const random = (size) => Buffer.from(Array.from({ length: size }, (_, i) => (i * 89) % 256));

/** A picture in n8n's store: a stream in chunks of the given size. */
const stored = (bytes, chunkBytes, more = {}) => ({
	size: bytes.length,
	mimeType: 'image/png',
	fileName: 'first-frame.png',
	open: async () => Readable.from(chunksOf(bytes, chunkBytes)),
	...more,
});
const inMemory = (bytes) => stored(bytes, 1, { open: async () => [bytes] });

function* chunksOf(bytes, size) {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function contentOf({ content }) {
	if (typeof content === 'string') return Buffer.from(content);
	if (Buffer.isBuffer(content)) return content;
	const pieces = [];
	for await (const piece of content) pieces.push(piece);
	return Buffer.concat(pieces);
}

const dataUrl = (bytes) => `data:image/png;base64,${bytes.toString('base64')}`;

describe('a JSON body', () => {
	it('without pictures is its text', async () => {
		const body = await jsonBody({ prompt: 'ein Schiff – "jetzt"' });
		expect(body.content).toBe('{"prompt":"ein Schiff – \\"jetzt\\""}');
		expect(body.headers).toEqual({ 'Content-Type': 'application/json' });
		expect(body.readFailed()).toBe(false);
		body.close();
	});

	it.each([0, 1, 2, 3, 4, 5, 100, 65_536, 65_537, 200_000])(
		'holds a picture of %i bytes, however it is cut',
		async (size) => {
			const bytes = random(size);
			for (const chunkBytes of [1, 2, 3, 7, 65_536].filter((n) => size / n < 50_000)) {
				const word = placeholder();
				const fields = { prompt: 'ä "quoted"', first_frame_image: word, duration: 6 };
				const body = await jsonBody(fields, { [word]: stored(bytes, chunkBytes) });
				const wanted = JSON.stringify({ ...fields, first_frame_image: dataUrl(bytes) });
				const content = await contentOf(body);
				expect(content.toString()).toBe(wanted);
				expect(body.headers['Content-Length']).toBe(String(content.length));
				expect(body.readFailed()).toBe(false);
			}
		},
	);

	it('holds two pictures, also in lists, from the store and from memory', async () => {
		const [first, last] = [placeholder(), placeholder()];
		const [a, b] = [random(1000), random(2000)];
		const fields = { image: last, subject: [{ image: [first] }] };
		for (const make of [inMemory, (bytes) => stored(bytes, 64)]) {
			const body = await jsonBody(fields, { [first]: make(a), [last]: stored(b, 700) });
			expect(JSON.parse((await contentOf(body)).toString())).toEqual({
				image: dataUrl(b),
				subject: [{ image: [dataUrl(a)] }],
			});
		}
		const whole = await jsonBody({ image: first }, { [first]: inMemory(a) });
		expect(Buffer.isBuffer(whole.content)).toBe(true);
		expect(JSON.parse(String(whole.content))).toEqual({ image: dataUrl(a) });
	});

	it('tells from when on all of it may have been sent', async () => {
		const [word, bytes] = [placeholder(), random(100_000)];
		const body = await jsonBody({ image: word }, { [word]: stored(bytes, 1000) });
		const reader = body.content[Symbol.asyncIterator]();
		expect(body.fullySent()).toBe(false);
		const pieces = [];
		for (let piece = await reader.next(); !piece.done; piece = await reader.next()) {
			pieces.push(piece.value);
			// the stream reads ahead: it may be early, never late
			const sent = Buffer.concat(pieces);
			if (sent.length === Number(body.headers['Content-Length']))
				expect(body.fullySent()).toBe(true);
			if (sent.length < 100_000) expect(body.fullySent()).toBe(false);
		}
		expect(body.fullySent()).toBe(true);
	});

	it('comes in one buffer on demand', async () => {
		const [word, bytes] = [placeholder(), random(1000)];
		const body = await jsonBody({ image: word }, { [word]: stored(bytes, 100) }, true);
		expect(Buffer.isBuffer(body.content)).toBe(true);
		expect(JSON.parse(String(body.content))).toEqual({ image: dataUrl(bytes) });
		expect(body.fullySent()).toBe(true);
	});

	it('has words for pictures that occur nowhere else', () => {
		const words = Array.from({ length: 100 }, placeholder);
		expect(new Set(words).size).toBe(100);
		for (const word of words) expect(JSON.stringify(word)).toBe(`"${word}"`);
	});
});

describe('a form', () => {
	it('holds the file between its lines, and says how long it is', async () => {
		const bytes = random(100_000);
		const picture = stored(bytes, 65_536, { fileName: 'a"\r\nX: y.png' });
		const body = await multipartBody({
			field: 'file',
			media: picture,
			fields: { purpose: 'video' },
		});
		const boundary = /boundary=(.+)$/.exec(body.headers['Content-Type'])[1];
		const wanted = Buffer.concat([
			Buffer.from(
				`--${boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nvideo\r\n` +
					`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a___X: y.png"\r\n` +
					'Content-Type: image/png\r\n\r\n',
			),
			bytes,
			Buffer.from(`\r\n--${boundary}--\r\n`),
		]);
		const content = await contentOf(body);
		expect(content.equals(wanted)).toBe(true);
		expect(body.headers['Content-Length']).toBe(String(wanted.length));
	});
});

describe('a picture that goes wrong while it is sent', () => {
	const bodyWith = async (picture) => {
		const word = placeholder();
		return await jsonBody({ image: word }, { [word]: picture });
	};

	it.each([-1, 1])('breaks the body when it has %i bytes more than before', async (more) => {
		const body = await bodyWith(stored(random(1000), 300, { size: 1000 - more }));
		await expect(contentOf(body)).rejects.toThrow('has changed');
		expect(body.readFailed()).toBe(true);
	});

	it('breaks the body when its file cannot be read', async () => {
		const open = async () =>
			new Readable({
				read() {
					this.destroy(new Error('ENOENT'));
				},
			});
		const body = await bodyWith(stored(random(10), 10, { open }));
		await expect(contentOf(body)).rejects.toThrow('ENOENT');
		expect(body.readFailed()).toBe(true);
	});

	it('is let go of when the request ends early, and that is no fault of its', async () => {
		const source = Readable.from(chunksOf(random(1_000_000), 1000));
		const body = await bodyWith(stored(random(1_000_000), 1, { open: async () => source }));
		await body.content[Symbol.asyncIterator]().next();
		body.close();
		expect(source.destroyed).toBe(true);
		expect(body.content).toHaveProperty('destroyed', true);
		expect(body.readFailed()).toBe(false);
	});
});
