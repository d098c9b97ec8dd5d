'use strict';
/* Videos and sounds for references: real files, or made from them. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const clip = readFileSync(join(__dirname, '../simulator/clip.mp4'));
const sweep = readFileSync(join(__dirname, '../helpers/fixtures/sounds/sweep.mp3'));

/** The sample clip with another length in its index, and a box of nothing behind its end up to that size. */
function mp4({ seconds, bytes = 0 }) {
	const video = Buffer.from(clip);
	const mvhd = video.indexOf('mvhd') + 4;
	const scale = video.readUInt32BE(mvhd + 12);
	video.writeUInt32BE(seconds * scale, mvhd + 16);
	const free = Buffer.alloc(Math.max(8, bytes - video.length));
	free.writeUInt32BE(free.length, 0);
	free.write('free', 4, 'latin1');
	return Buffer.concat([video, free]);
}

/** Silence. */
function wav({ seconds }) {
	const perSecond = 16_000;
	const head = Buffer.alloc(44);
	head.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
	head.writeUInt32LE(36 + seconds * perSecond, 4);
	head.writeUInt32LE(16, 16);
	head.writeUInt16LE(1, 20);
	head.writeUInt16LE(1, 22);
	head.writeUInt32LE(perSecond / 2, 24);
	head.writeUInt32LE(perSecond, 28);
	head.writeUInt16LE(2, 32);
	head.writeUInt16LE(16, 34);
	head.write('data', 36, 'latin1');
	head.writeUInt32LE(seconds * perSecond, 40);
	return Buffer.concat([head, Buffer.alloc(seconds * perSecond)]);
}

/** Three seconds. */
const mp3 = () => sweep;

module.exports = { mp3, mp4, wav };
