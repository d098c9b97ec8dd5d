import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/** A password that n8n accepts (capital, digit, 8 to 64 characters), without letters that look alike. */
export function newPassword() {
	for (;;) {
		const password = Array.from({ length: 20 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
		if (/[A-Z]/.test(password) && /[a-z]/.test(password) && /[0-9]/.test(password)) return password;
	}
}

/** A login and key for one n8n. */
export function newLogin() {
	return {
		email: 'demo@example.com',
		password: newPassword(),
		encryptionKey: randomBytes(24).toString('base64url'),
	};
}

/**
 * The login of one n8n, made at the first start and kept in a file that only its owner can read.
 * @param {string} folder
 * @returns {{ email: string, password: string, encryptionKey: string }}
 */
export function keptLogin(folder) {
	const file = join(folder, 'login.json');
	const kept = readJson(file);
	if (kept?.email && kept.password && kept.encryptionKey) return kept;
	const login = newLogin();
	writePrivate(file, login);
	return login;
}

/**
 * What a start left for the next one.
 * @param {string} folder
 * @returns {{ simulatorUrl?: string, workflowId?: string, credentialIds?: Record<string, string> }}
 */
export function readState(folder) {
	return readJson(join(folder, 'state.json')) ?? {};
}

/** @param {string} folder @param {object} state */
export function writeState(folder, state) {
	writePrivate(join(folder, 'state.json'), state);
}

function writePrivate(file, content) {
	mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
	// The mode above counts only for a new file.
	chmodSync(file, 0o600);
}

function readJson(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return undefined;
	}
}
