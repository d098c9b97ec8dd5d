'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const {
	judgeAudio,
	judgeVideo,
} = require('../../../../../nodes/HailuoVideo/order/references/inspect');
const { InputRefused } = require('../../../../../nodes/shared/errors');
const { AudioFile } = require('../../../../../nodes/shared/media/audioFile');
const { VideoFile } = require('../../../../../nodes/shared/media/videoFile');
const { png } = require('../../../../helpers/images');
const { random } = require('../../../../helpers/random');

const fixture = (path) => readFileSync(join(__dirname, '../../../../helpers/fixtures', path));
// Made with ffmpeg: three seconds, variable bit rate, 22,050 samples a second, an ID3 tag in front.
const mp3 = fixture('sounds/sweep.mp3');
const clip = readFileSync(join(__dirname, '../../../../simulator/clip.mp4'));

const MB = 1024 * 1024;
/** @type {import('../../../../../nodes/shared/providers/contract').AudioRules} */
const audioRules = { formats: ['wav', 'mp3'], maxBytes: 15 * MB, minSeconds: 2, maxSeconds: 15 };
/** @type {import('../../../../../nodes/shared/providers/contract').VideoRules} */
const videoRules = {
	formats: ['mp4', 'mov'],
	maxBytes: 50 * MB,
	minSeconds: 2,
	maxSeconds: 15,
	minSide: 256,
	maxSide: 5760,
	ratio: [0.4, 2.5],
};

/** @param claimed the length in its `data` chunk */
function wav(seconds, { perSecond = 16_000, claimed = seconds * perSecond } = {}) {
	const head = Buffer.alloc(44);
	head.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
	head.writeUInt32LE(16, 16);
	head.writeUInt16LE(1, 20);
	head.writeUInt16LE(1, 22);
	head.writeUInt32LE(perSecond / 2, 24);
	head.writeUInt32LE(perSecond, 28);
	head.write('data', 36, 'latin1');
	head.writeUInt32LE(claimed, 40);
	return Buffer.concat([head, Buffer.alloc(seconds * perSecond, 1)]);
}

function verdictOf(File, bytes, cut = bytes.length) {
	const file = new File();
	for (let at = 0; at < bytes.length; at += cut) file.push(bytes.subarray(at, at + cut));
	return file.end();
}

const audio = (bytes, cut) =>
	judgeAudio(verdictOf(AudioFile, bytes, cut), bytes.length, audioRules, 'Reference 1');
const video = (bytes, rules = videoRules, size = bytes.length) =>
	judgeVideo(verdictOf(VideoFile, bytes), size, rules, 'Reference 1');

function messageOf(work) {
	try {
		work();
	} catch (error) {
		expect(error).toBeInstanceOf(InputRefused);
		expect(error.description).not.toBe('');
		return error.message;
	}
	return undefined;
}

describe('a reference sound', () => {
	test.each([1, 2, 7, 64, 1000, undefined])('is read in chunks of %s bytes', (cut) => {
		expect(audio(wav(3), cut)).toEqual({ format: 'wav', mimeType: 'audio/wav', seconds: 3 });
		const read = audio(mp3, cut);
		expect(read).toMatchObject({ format: 'mp3', mimeType: 'audio/mpeg' });
		// the encoder adds a frame in front, and fills the last one
		expect(Math.abs(read.seconds - 3)).toBeLessThan(0.1);
	});

	it('may leave its length open, or have a tail', () => {
		expect(audio(wav(3, { claimed: 0xffffffff })).seconds).toBe(3);
		expect(audio(wav(3, { claimed: 0 })).seconds).toBe(3);
		expect(
			audio(Buffer.concat([wav(3), Buffer.from('LIST\x04\0\0\0abcd', 'latin1')])).seconds,
		).toBe(3);
		const tagged = Buffer.concat([mp3, Buffer.from('TAG'.padEnd(128, '\0'))]);
		expect(audio(tagged).seconds).toBe(audio(mp3).seconds);
	});

	test.each([
		[
			'cut in the middle',
			wav(3).subarray(0, 30_000),
			'cut off or damaged: 18044 bytes are missing',
		],
		['without its head', wav(3).subarray(0, 30), 'its head is missing or damaged'],
		[
			'an MP3 tag without sound',
			Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\x0a', 'latin1'), Buffer.alloc(90)]),
			'it holds no sound',
		],
		['empty', Buffer.alloc(0), 'is an empty file'],
		['too short', wav(1), 'has 1 seconds; it has to have 2 to 15'],
		['too long', wav(16), 'has 16 seconds; it has to have 2 to 15'],
		['too heavy', wav(10, { perSecond: 1_600_000 }), 'it has to be 15 MB or less'],
		['a video', clip, 'is an MP4 video; only WAV and MP3 can be used here'],
		['a page', Buffer.from('<!doctype html><title>Sign in</title>'), 'is a web page (HTML)'],
		['nothing that is known', Buffer.from([1, 2, 3, 200]), 'is not a sound file of a known format'],
	])('is refused when it is %s', (_, bytes, message) => {
		expect(messageOf(() => audio(bytes))).toContain(message);
	});
});

describe('a reference video', () => {
	it('is taken with its measures', () => {
		expect(video(clip)).toMatchObject({ format: 'mp4', width: 640, height: 360, seconds: 2.5 });
	});

	test.each([
		[
			'too small',
			fixture('videos/plain.mp4'),
			{ minSeconds: 0 },
			'is 96 x 64 pixels; the short side has to be 256',
		],
		['too short', fixture('videos/plain.mp4'), {}, 'has 1 seconds; it has to have 2 to 15'],
		[
			'of another format',
			fixture('videos/film.webm'),
			{},
			'is a WebM file; only MP4 and MOV can be used here',
		],
		['cut', clip.subarray(0, 9000), {}, 'cut off or damaged'],
		['an image', png(640, 480), {}, 'is a PNG file; only MP4 and MOV'],
		['an answer', Buffer.from('{"error":"expired"}'), {}, 'is JSON text'],
		['empty', Buffer.alloc(0), {}, 'is an empty file'],
	])('is refused when it is %s', (_, bytes, rules, message) => {
		expect(messageOf(() => video(bytes, { ...videoRules, ...rules }))).toContain(message);
	});

	it('may have exactly 50 MB, and 15 seconds with the frame that rounds them up', () => {
		expect(video(clip, videoRules, 50 * MB)).toBeDefined();
		expect(messageOf(() => video(clip, videoRules, 50 * MB + 1))).toContain(
			'it has to be 50 MB or less',
		);
		expect(video(clip, { ...videoRules, maxSeconds: 2.46 })).toBeDefined();
		expect(messageOf(() => video(clip, { ...videoRules, maxSeconds: 2.4 }))).toContain(
			'has 2.5 seconds',
		);
	});
});

it('damaged sounds give a verdict, the same for any chunks (3,000 seeded cases)', () => {
	const dice = random(11);
	const sources = [wav(1, { perSecond: 4000 }), mp3];
	for (let round = 0; round < 3_000; round++) {
		let bytes = Buffer.from(dice.pick(sources));
		for (let change = dice.below(6); change > 0; change--)
			bytes[dice.below(dice.oneIn(2) ? 60 : bytes.length)] = dice.below(256);
		if (dice.oneIn(2)) bytes = bytes.subarray(0, dice.below(bytes.length + 1));
		const verdict = verdictOf(AudioFile, bytes);
		expect(verdictOf(AudioFile, bytes, 1 + dice.below(500))).toEqual(verdict);
		if (verdict.kind === 'whole' && !(verdict.audio.seconds >= 0)) throw new Error(`${round}`);
	}
});
