'use strict';
/* The lookup by our reference: neither Stop nor the end of the run cuts it, so it has a limit of its own. */
const { findByReference } = require('../../../../nodes/HailuoVideo/submit/submit');
const { GatewayFailed } = require('../../../../nodes/shared/errors');
const { providers } = require('../../../../nodes/shared/providers');
const { fakeClock } = require('../../../helpers/fake-clock');

/** @type {import('../../../../nodes/shared/errors').ProviderFault} */
const lateFault = { category: 'transient', code: 'ETIMEDOUT', message: 'late', retryable: true };

/** A gateway whose every answer takes as long as the caller waits for it, and then does not come. */
function silentGateway(provider, clock) {
	const waits = [];
	const callThroughStop = async (_call, limitMs) => {
		waits.push(limitMs);
		await clock.sleep(limitMs);
		throw new GatewayFailed(lateFault);
	};
	/** @type {any} as much of a client as a lookup needs */
	const client = { provider, callThroughStop };
	return { client, waits };
}

test('gives up a gateway that does not answer within 30 seconds and the last answer’s time', async () => {
	for (const lookups of [3, 100]) {
		const { clock, passUntil } = fakeClock();
		const { client, waits } = silentGateway(providers.toapis, clock);
		const found = await passUntil(findByReference(client, 'our-reference', clock, lookups));
		expect(found).toBeUndefined();
		expect(waits.length).toBeGreaterThan(1);
		expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
		expect(clock.now()).toBeLessThanOrEqual(40_000);
	}
});

test('asks nobody where a gateway knows no reference', async () => {
	const { clock } = fakeClock();
	const { client, waits } = silentGateway(providers.minimax, clock);
	expect(await findByReference(client, 'our-reference', clock)).toBeUndefined();
	expect(waits).toEqual([]);
});
