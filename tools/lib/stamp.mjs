import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/**
 * One hash over files, folders (recursive) and plain words. A missing path counts as missing, so that
 * its appearance changes the hash.
 * @param {string} base paths are hashed relative to it, so that a moved checkout keeps its stamps
 * @param {string[]} paths files or folders below base
 * @param {string[]} [words] whatever else the result depends on (platform, versions)
 */
export function hashOf(base, paths, words = []) {
	const hash = createHash('sha256');
	for (const word of words) hash.update(`word\0${word}\0`);
	for (const path of paths) addPath(hash, base, join(base, path));
	return hash.digest('hex');
}

function addPath(hash, base, path) {
	const name = relative(base, path).split(sep).join('/');
	const stats = statSync(path, { throwIfNoEntry: false });
	if (!stats) {
		hash.update(`missing\0${name}\0`);
	} else if (stats.isDirectory()) {
		for (const entry of readdirSync(path).sort()) addPath(hash, base, join(path, entry));
	} else {
		const content = readFileSync(path);
		hash.update(`file\0${name}\0${content.length}\0`).update(content);
	}
}

/**
 * Whether the work that a stamp stands for was finished with the same input.
 * @param {string} file
 * @param {string} hash
 */
export function isStamped(file, hash) {
	try {
		return readFileSync(file, 'utf8').trim() === hash;
	} catch {
		return false;
	}
}

/**
 * Writes the stamp, to be called only after the work succeeded. Written beside and renamed: a stamp is
 * either whole or absent, however the process ends.
 * @param {string} file
 * @param {string} hash
 */
export function writeStamp(file, hash) {
	mkdirSync(dirname(file), { recursive: true });
	const beside = `${file}.${process.pid}`;
	writeFileSync(beside, `${hash}\n`);
	renameSync(beside, file);
}

/**
 * Whether an installed tree is what a package-lock.json asks for. npm writes its hidden lock last, so an
 * interrupted install has none. Optional packages may be absent (other platforms).
 * @param {{ packages?: Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean }> }} wanted
 * @param {{ packages?: Record<string, { version?: string, link?: boolean }> } | undefined} installed
 */
export function lockMatches(wanted, installed) {
	if (!installed?.packages) return false;
	return Object.entries(wanted.packages ?? {}).every(([path, entry]) => {
		if (!path.startsWith('node_modules/')) return true;
		const there = installed.packages[path];
		if (!there) return Boolean(entry.optional || entry.devOptional || entry.peer);
		return Boolean(entry.link) || there.version === entry.version;
	});
}
