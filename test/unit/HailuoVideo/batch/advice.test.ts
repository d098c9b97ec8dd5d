import { adviceFor } from '../../../../nodes/HailuoVideo/batch/advice';
import { failureHint, toNodeError } from '../../../../nodes/HailuoVideo/batch/nodeErrors';
import { GatewayFailed, InputRefused, type ProviderFault } from '../../../../nodes/shared/errors';

const task = { provider: 'gptge' as const, taskId: '1' };
const fault = (more: Partial<ProviderFault>): ProviderFault => ({
	category: 'transient',
	code: 'x',
	message: 'why',
	retryable: false,
	...more,
});

describe('advice names the thing to change', () => {
	test.each([
		[
			'an order answered 404',
			fault({ category: 'notFound', code: '404' }),
			false,
			404,
			/'Base URL'.*\/v1.*'Model Name'/,
		],
		['a task that is not known', fault({ category: 'notFound' }), true, 404, /'Task ID'/],
		['413', fault({ category: 'invalidParameters', code: '413' }), false, 413, /URL.*'Edit Image'/],
		[
			'Max File Size (MB)',
			fault({ category: 'unsupported', code: 'tooLarge' }),
			true,
			undefined,
			/'Max File Size \(MB\)'/,
		],
		[
			'cancel of a finished task',
			fault({ category: 'unsupported', code: 'alreadyFinished' }),
			true,
			undefined,
			/'Download'/,
		],
		[
			'stopped at the gateway',
			fault({ category: 'unsupported', code: 'stopped' }),
			true,
			undefined,
			/'Create' again/,
		],
		[
			'a model that is not sold',
			fault({ category: 'unsupported', code: '2061' }),
			false,
			200,
			/another model/,
		],
		[
			'no channel',
			fault({ noTask: true, retryable: true }),
			false,
			503,
			/another model.*another gateway/,
		],
		[
			'no connection',
			fault({ noTask: true, code: 'ENOTFOUND' }),
			false,
			undefined,
			/Nothing was made.*'Base URL'/,
		],
		[
			'a firewall',
			fault({ category: 'protocol', noTask: true, code: '403' }),
			true,
			403,
			/firewall/,
		],
		[
			'a page behind the link',
			fault({ category: 'expired', code: 'notAVideo' }),
			true,
			undefined,
			/'Get Status'.*browser/,
		],
		['a cut file', fault({ code: 'cutOff' }), true, undefined, /'Download'.*paid/],
		['no link', fault({ code: 'noLink' }), true, undefined, /'Download' or 'Wait'/],
	])('%s', (_what, one, hasTask, httpStatus, words) => {
		expect(
			adviceFor(one, { gateway: 'V-API', task: hasTask ? task : undefined, httpStatus }),
		).toMatch(words);
	});

	it('has the category’s words where a gateway’s code looks like one of ours', () => {
		const facts = { gateway: 'V-API', task: undefined, httpStatus: 402 };
		expect(adviceFor(fault({ category: 'balance', code: 'tooLarge' }), facts)).toMatch(/Top up/);
	});
});

it.each(['ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNREFUSED'])(
	'n8n does not replace a message with %s in it',
	(code) => {
		const failed = new GatewayFailed(
			fault({
				category: 'unknownOutcome',
				code,
				message: `The connection to the gateway broke (${code})`,
			}),
		);
		const node = {
			id: '1',
			name: 'Hailuo',
			type: 'x',
			typeVersion: 1,
			position: [0, 0] as [number, number],
			parameters: {},
		};
		const facts = { itemIndex: 0, provider: 'gptge' as const, progress: {} };
		const error = toNodeError(node, failed, facts as never);
		expect(error.message).toContain(`broke (${code})`);
		expect(error.description).toContain('a paid task may exist');
	},
);

describe('the hint under Continue On Fail', () => {
	it('counts and names the reasons, the most frequent first', () => {
		const errors = [
			new GatewayFailed(fault({})),
			new GatewayFailed(fault({ category: 'contentPolicy' })),
			new GatewayFailed(fault({})),
			new InputRefused('Prompt', 'is empty', ''),
		];
		expect(failureHint(errors, 7)).toEqual([
			'4 of 7 clips failed: 2 transient, 1 contentPolicy, 1 invalidParameters',
		]);
		expect(failureHint(errors.slice(0, 1), 1)).toEqual(['1 of 1 clip failed: 1 transient']);
		expect(failureHint([], 3)).toEqual([]);
	});
});
