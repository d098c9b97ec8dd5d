'use strict';

/** Balances and prices, all asked for nothing: made up, until a test says what they are. */

const { OK } = require('./baseResp');
const check = require('./check');
const { priceOf } = require('./waveSpeedPrices');

const { Invalid, isPlainObject, required, text } = check;

/** In the gateway's own unit. */
const USUAL = { balance: 10.5, used: 2.3, unlimited: false, credits: false };
const PROVIDERS = ['minimax', 'wavespeed', 'toapis', 'gptge'];
const isAmount = (value) => typeof value === 'number' && Number.isFinite(value);
const isFlag = (value) => typeof value === 'boolean';
/** `price` and `discounted` are sent as they are: nonsense, too. */
const WISHES = {
	balance: isAmount,
	used: isAmount,
	unlimited: isFlag,
	credits: isFlag,
	currency: (value) => typeof value === 'string',
	price: () => true,
	discounted: () => true,
};

class Money {
	constructor() {
		this.reset();
	}

	reset() {
		this.wishes = new Map();
	}

	/**
	 * Says what a gateway will answer about money from now on.
	 *
	 * @param {{provider: string}} wish and any of `WISHES`
	 * @throws {TypeError} a misspelt wish would prove nothing
	 */
	expect({ provider, ...wishes }) {
		if (!PROVIDERS.includes(provider)) {
			throw new TypeError(`Money needs a provider of: ${PROVIDERS.join(', ')}`);
		}
		for (const [name, value] of Object.entries(wishes)) {
			if (!Object.hasOwn(WISHES, name)) throw new TypeError(`Unknown money field: ${name}`);
			if (!WISHES[name](value)) throw new TypeError(`Money ${name} cannot be ${value}`);
		}
		this.wishes.set(provider, { ...this.wishes.get(provider), ...wishes });
	}

	of(provider) {
		return { ...USUAL, ...this.wishes.get(provider) };
	}
}

const ok = (body) => ({ status: 200, body });
const account = (path, handle, more = {}) => ({
	kind: 'account',
	method: 'GET',
	path,
	handle,
	...more,
});
const amount = (value) => value.toFixed(2);

/** MiniMax: what a pay-as-you-go key has left (amounts are text), and what a plan's key has left of its models. */
const minimax = [
	account('/account/query_balance', (_request, world) => {
		const { balance } = world.money();
		return ok({
			available_amount: amount(balance),
			cash_balance: amount(balance),
			voucher_balance: amount(0),
			credit_balance: amount(0),
			owed_amount: amount(0),
			balance_alert_switch: false,
			balance_alert_threshold: '0',
			base_resp: OK,
		});
	}),
	account('/v1/token_plan/remains', (_request, world) => {
		const day = 86_400_000;
		const start = Math.floor(world.now() / day) * day;
		return ok({
			model_remains: [
				{
					model_name: 'MiniMax-Hailuo-2.3',
					start_time: start,
					end_time: start + day,
					remains_time: start + day - world.now(),
					current_interval_total_count: 3,
					current_interval_usage_count: 1,
				},
			],
			base_resp: OK,
		});
	}),
];

const envelope = (data) => ok({ code: 200, message: 'success', data });

/** The price of a run: `inputs` is the body that would be sent; without it, the base price. */
function price({ body }, world) {
	check.checkFields(body, {
		model_id: required(text({ empty: false })),
		inputs: {
			check(value, name) {
				if (!isPlainObject(value)) throw new Invalid(name, 'must be a JSON object');
			},
		},
	});
	const { model_id, inputs = {} } = body;
	const found = priceOf(model_id, inputs);
	// Secondary: seen for an unknown path.
	if (!found) return { status: 400, body: { code: 400, message: 'Model not found.' } };
	const { price: asked = found.price, discounted = found.discounted, currency } = world.money();
	return envelope({
		model_id,
		price: asked,
		discounted_price: discounted,
		// Both may be absent; where the rate stands, it is ambiguous: percent off, or percent paid.
		...(found.rate !== undefined && { discount_rate: found.rate }),
		...((currency ?? found.currency) && { currency: currency ?? found.currency }),
	});
}

const wavespeed = [
	account('/api/v3/balance', (_request, world) => envelope({ balance: world.money().balance })),
	{ kind: 'price', method: 'POST', path: '/api/v3/model/price', json: true, handle: price },
];

/** ToAPIs: of the key, and of the account; its unit follows the console, credits are always 200 to the dollar. */
function remains(_request, world) {
	const { balance, used, unlimited, credits } = world.money();
	return ok({
		success: true,
		remain_balance: unlimited ? -1 : balance,
		used_balance: used,
		unlimited_quota: unlimited,
		...(credits && {
			remain_credits: unlimited ? -1 : Math.round(balance * 200),
			used_credits: Math.round(used * 200),
		}),
	});
}
const toapis = ['/v1/balance', '/v1/user/balance', '/user/balance'].map((path) =>
	account(path, remains),
);

/** V-API: the granted limit, which grows with each payment, and the use in cents. */
const UNLIMITED = 100_000_000;
const gptge = [
	account('/v1/dashboard/billing/subscription', (_request, world) => {
		const { balance, used, unlimited } = world.money();
		const limit = unlimited ? UNLIMITED : balance + used;
		return ok({
			object: 'billing_subscription',
			has_payment_method: true,
			soft_limit_usd: limit,
			hard_limit_usd: limit,
			system_hard_limit_usd: limit,
			access_until: 0,
		});
	}),
	account(
		'/v1/dashboard/billing/usage',
		(_request, world) => ok({ object: 'list', total_usage: world.money().used * 100 }),
		{ query: { start_date: false, end_date: false } },
	),
];

module.exports = { Money, routes: { minimax, wavespeed, toapis, gptge } };
