import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Puts the content of an npm tarball into a folder, replacing it, without the leading `package/`. npm
 * writes plain files only, so this needs no tar program on the machine.
 * @param {Buffer} tarball
 * @param {string} folder
 * @returns {number} how many files it wrote
 */
export function unpackTarball(tarball, folder) {
	rmSync(folder, { recursive: true, force: true });
	const target = resolve(folder);
	let count = 0;
	for (const { name, content } of tarFiles(gunzipSync(tarball))) {
		const file = resolve(join(target, name.split('/').slice(1).join('/')));
		if (!file.startsWith(target + sep))
			throw new Error(`The tarball names a file outside: ${name}`);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, content);
		count++;
	}
	return count;
}

function* tarFiles(bytes) {
	let longName;
	for (let at = 0; at + 512 <= bytes.length; ) {
		const header = bytes.subarray(at, at + 512);
		if (header.every((byte) => byte === 0)) return;
		const size = parseInt(words(header, 124, 12).trim() || '0', 8);
		const content = bytes.subarray(at + 512, at + 512 + size);
		if (content.length < size) throw new Error('The tarball is cut off.');
		const type = words(header, 156, 1);
		if (type === 'x') {
			longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1];
		} else {
			if (type === '' || type === '0') {
				const prefix = words(header, 345, 155);
				const name = words(header, 0, 100);
				yield { name: longName ?? (prefix ? `${prefix}/${name}` : name), content };
			}
			longName = undefined;
		}
		at += 512 + Math.ceil(size / 512) * 512;
	}
}

function words(header, start, length) {
	const text = header.toString('utf8', start, start + length);
	const end = text.indexOf('\0');
	return end < 0 ? text : text.slice(0, end);
}
