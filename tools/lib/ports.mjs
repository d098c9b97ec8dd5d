import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';

/**
 * Whether nothing listens on the port. Asks twice: some systems let a second server bind to 127.0.0.1
 * beside one that holds the port on all addresses.
 * @param {number} port
 */
export async function isPortFree(port) {
	return !(await answers(port)) && (await canListen(port));
}

function answers(port) {
	return new Promise((done) => {
		const socket = connect({ host: HOST, port });
		const end = (result) => {
			socket.destroy();
			done(result);
		};
		socket.setTimeout(1000, () => end(true));
		socket.once('connect', () => end(true));
		socket.once('error', () => end(false));
	});
}

function canListen(port) {
	return new Promise((done) => {
		const server = createServer();
		server.once('error', () => done(false));
		server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => done(true)));
	});
}

/**
 * The preferred port or the next free one.
 * @param {number} preferred
 * @param {{ taken?: Iterable<number>, tries?: number, isFree?: (port: number) => Promise<boolean> }} [options]
 *   `taken`: ports already promised to another server of the same start
 */
export async function choosePort(preferred, options = {}) {
	const { tries = 100, isFree = isPortFree } = options;
	const taken = new Set(options.taken ?? []);
	const last = Math.min(preferred + tries - 1, 65535);
	for (let port = preferred; port <= last; port++) {
		if (!taken.has(port) && (await isFree(port))) return port;
	}
	throw new Error(`No free port between ${preferred} and ${last}.`);
}

/**
 * Any free port, chosen by the system: runs beside each other do not meet.
 * @param {number[]} [taken] ports already promised to another server of the same start
 * @returns {Promise<number>}
 */
export async function freePort(taken = []) {
	for (;;) {
		const port = await new Promise((done, failed) => {
			const server = createServer();
			server.once('error', failed);
			server.listen({ host: HOST, port: 0 }, () => {
				const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
				server.close(() => done(port));
			});
		});
		if (!taken.includes(port)) return port;
	}
}
