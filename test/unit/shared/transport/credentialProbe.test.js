'use strict';
/* The credential test of gateways without a free call: only their own words count. */
const { providers } = require('../../../../nodes/shared/providers');
const { probeTest } = require('../../../../nodes/shared/transport/credentialProbe');
const { startSimulator } = require('../../../simulator');

const key = 'test-key-0123456789';

/** n8n's older request helper, as far as the test uses it. */
async function request({ method, uri, headers, body }) {
	const answer = await fetch(uri, { method, headers, body, redirect: 'manual' });
	return { statusCode: answer.status, body: await answer.text() };
}

const outcome = async (provider, baseUrl, answer) =>
	await probeTest(providers[provider]).call(
		{ helpers: { request: answer ? async () => answer : request } },
		{ data: { apiKey: key, baseUrl } },
	);

describe.each(['seaart', 'pixazo'])('%s', (provider) => {
	let simulator;
	beforeAll(async () => {
		simulator = await startSimulator();
	});
	afterAll(async () => await simulator.close());

	it('is believed', async () => {
		expect(await outcome(provider, simulator.baseUrl(provider))).toMatchObject({ status: 'OK' });
	});

	it('refuses a wrong key', async () => {
		simulator.fault({ provider, kind: 'status', times: 1, do: { business: 'auth' } });
		expect(await outcome(provider, simulator.baseUrl(provider))).toMatchObject({ status: 'Error' });
	});

	test.each([
		['any JSON', 200, '{"hello":"world"}'],
		['a list', 200, '[]'],
		['a redirect', 302, '{}'],
		['a documented 404', 404, '{"error":"Endpoint not found"}'],
		['a 404 of another server', 404, '{"message":"Not Found","status":"404"}'],
		['a page', 200, '<!doctype html><title>Welcome</title>'],
	])('is not seen in %s', async (_what, statusCode, body) => {
		expect(await outcome(provider, 'https://example.com', { statusCode, body })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining("'Base URL'"),
		});
	});
});
