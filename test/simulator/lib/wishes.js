'use strict';

/** What a test may ask of a task's callbacks; a misspelt wish would prove nothing, so it is refused. */

const isFlag = (value) => typeof value === 'boolean';

const WISHES = {
	delayMs: (value) => Number.isFinite(value) && value >= 0,
	duplicates: (value) => Number.isInteger(value) && value >= 0,
	early: isFlag,
	outOfOrder: isFlag,
	signature: (value) => ['wrong', 'missing', 'stale', 'future'].includes(value),
	silent: isFlag,
};

function checkCallbackWishes(wishes) {
	if (typeof wishes !== 'object' || wishes === null || Array.isArray(wishes)) {
		throw new TypeError('Outcome callback must be an object');
	}
	for (const [name, value] of Object.entries(wishes)) {
		if (!Object.hasOwn(WISHES, name)) throw new TypeError(`Unknown callback wish: ${name}`);
		if (!WISHES[name](value)) throw new TypeError(`Callback ${name} cannot be ${value}`);
	}
}

module.exports = { checkCallbackWishes };
