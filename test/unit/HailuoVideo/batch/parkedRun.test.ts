import type { IExecuteFunctions } from 'n8n-workflow';

import { failureRow } from '../../../../nodes/HailuoVideo/batch/nodeErrors';
import {
	mayReorder,
	noteFailedTry,
	readParkedRun,
	restoreError,
	storeError,
	writeParkedRun,
	type ParkedRun,
} from '../../../../nodes/HailuoVideo/batch/parkedRun';
import { GatewayFailed, InputRefused } from '../../../../nodes/shared/errors';

/** As much of a context as is used: what n8n saves, the node, the execution. */
function contextOf(node: object = {}, executionId = '1') {
	const store: Record<string, unknown> = {};
	const context = {
		store,
		getContext: () => store,
		getNode: () => ({ name: 'Hailuo', type: 'hailuoVideo', ...node }),
		getExecutionId: () => executionId,
	};
	return context as typeof context & IExecuteFunctions;
}

const run: ParkedRun = {
	items: {
		'0': {
			progress: { state: { status: 'processing', progress: 40 }, cancelOnStop: true },
			provider: 'seaart',
			awaited: {
				task: { provider: 'seaart', taskId: 'mmsu_1', endpoint: 'minimax_hailuo_02_i2v' },
				since: 1,
				fresh: true,
				wait: { timeoutMs: 2, pollIntervalMs: 0, onTimeout: 'error', cancelOnStop: true },
				output: { simplify: true, file: { field: 'data', maxBytes: 5 } },
				noted: { key: '0:0' },
			},
			deadline: 3,
			dueAt: 4,
		},
	},
	hints: ['said'],
	bill: [{ task: { provider: 'seaart', taskId: 'mmsu_1' }, cost: undefined }],
};

test('what is written is read, for its own run only, until it is over', () => {
	const context = contextOf();
	writeParkedRun(context, 0, run);
	writeParkedRun(context, 1, { ...run, hints: ['other'] });
	expect(readParkedRun(context, 0)).toEqual(run);
	expect(readParkedRun(context, 1)?.hints).toEqual(['other']);
	writeParkedRun(context, 0, undefined);
	expect(readParkedRun(context, 0)).toBeUndefined();
	expect(readParkedRun(context, 1)).toBeDefined();
});

test.each([
	['nothing', undefined],
	['a list', []],
	['a run without items', { 0: { hints: [] } }],
	['an unknown gateway', { 0: { ...run, items: { 0: { progress: {}, provider: 'acme' } } } }],
	['a time that is none', { 0: { ...run, items: { 0: { progress: {}, dueAt: 'soon' } } } }],
])('%s is not believed', (_what, parked) => {
	const context = contextOf();
	context.store.parked = parked;
	expect(readParkedRun(context, 0)).toBeUndefined();
});

test.each([
	[
		'a gateway’s',
		new GatewayFailed(
			{ category: 'contentPolicy', code: '1026', message: 'refused', retryable: false },
			422,
		),
	],
	['a refusal', new InputRefused('Prompt', 'too long', 'Shorten it.', 'spendLimit')],
	['any other', new Error('broken expression')],
])('%s error says the same when it has been restored', (_which, error) => {
	const stored = JSON.parse(JSON.stringify(storeError(error)));
	const restored = restoreError(contextOf(), 2, stored);
	const facts = { itemIndex: 2, progress: {}, provider: 'seaart' as const };
	expect(failureRow(restored, facts)).toEqual(failureRow(error, facts));
});

describe('tries of Retry On Fail, counted through wake-ups', () => {
	test('without it, or on the first tries, a failed task may be ordered again; on the last not', () => {
		expect(mayReorder(contextOf(), 0)).toBe(true);
		const context = contextOf({ retryOnFail: true, maxTries: 3 });
		const answers = [0, 1, 2].map(() => {
			const may = mayReorder(context, 0);
			noteFailedTry(context, 0);
			return may;
		});
		expect(answers).toEqual([true, true, false]);
		// another run of the node, and another execution, count by themselves
		expect(mayReorder(context, 1)).toBe(true);
		const retried = Object.assign(contextOf({ retryOnFail: true }, '2'), {
			getContext: () => context.store,
		});
		expect(mayReorder(retried, 0)).toBe(true);
	});
});
