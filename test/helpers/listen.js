'use strict';

/**
 * Opens a server on 127.0.0.1.
 * @param {import('node:net').Server} server of http or net
 * @param {number} [port] 0: any free one
 * @returns {Promise<number>} the port
 */
async function listen(server, port = 0) {
	await new Promise((done, failed) => {
		server.once('error', failed);
		server.listen(port, '127.0.0.1', () => {
			server.off('error', failed);
			done(undefined);
		});
	});
	return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

module.exports = { listen };
