'use strict';
/* What tasks of one account share: kept while the account is in use, however many others come and go. */
const { systemClock } = require('../../../../nodes/shared/async/clock');
const { accountLimitsOf } = require('../../../../nodes/shared/transport/account');

test('an account in use keeps its limits beside thousands that are used once', () => {
	const limits = accountLimitsOf('busy', systemClock);
	const once = accountLimitsOf('once', systemClock);
	for (let n = 0; n < 3_000; n++) {
		accountLimitsOf(`other ${n}`, systemClock);
		expect(accountLimitsOf('busy', systemClock)).toBe(limits);
	}
	expect(accountLimitsOf('once', systemClock)).not.toBe(once);
});
