'use strict';

const { once } = require('node:events');
const { createServer } = require('node:net');

const { choosePort, isPortFree } = require('../../tools/lib/ports.mjs');

const except =
	(...busy) =>
	async (port) =>
		!busy.includes(port);

describe('choosePort', () => {
	it('takes the preferred port when it is free', async () => {
		expect(await choosePort(5678, { isFree: except() })).toBe(5678);
	});

	it('takes the next free one', async () => {
		expect(await choosePort(5678, { isFree: except(5678, 5679) })).toBe(5680);
	});

	it('leaves out ports that are promised already', async () => {
		expect(await choosePort(5678, { taken: [5678, 5680], isFree: except(5679) })).toBe(5681);
	});

	it('says so when there is none', async () => {
		const none = async () => false;
		await expect(choosePort(5678, { tries: 3, isFree: none })).rejects.toThrow('5678 and 5680');
		await expect(choosePort(65534, { isFree: none })).rejects.toThrow('65534 and 65535');
	});
});

describe('isPortFree', () => {
	it.each(['127.0.0.1', '0.0.0.0'])('sees a server on %s', async (host) => {
		const server = createServer((socket) => socket.destroy()).listen(0, host);
		await once(server, 'listening');
		const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
		expect(await isPortFree(port)).toBe(false);
		server.close();
		await once(server, 'close');
		expect(await isPortFree(port)).toBe(true);
	});
});
