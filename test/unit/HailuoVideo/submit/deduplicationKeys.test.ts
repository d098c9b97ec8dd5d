/** One order per key, whoever notices first that its task has failed. */
import {
	forgetKey,
	forgetProcess,
	isKeyKnown,
	oncePerKey,
} from '../../../../nodes/HailuoVideo/submit/deduplicationKeys';
import type { Ordered } from '../../../../nodes/HailuoVideo/submit/ledger';

const NOW = 1_000_000;
const taskOf = (taskId: string): Ordered => ({ task: { provider: 'gptge', taskId }, at: NOW });

let store: Record<string, unknown>;
let made: string[];
beforeEach(() => {
	forgetProcess();
	store = {};
	made = [];
});

const keyed = () => ({
	scope: 'workflow\nnode',
	store,
	key: 'account k',
	fingerprint: 'f',
	reference: 'r',
	resubmitUnknown: false,
});
const order = async (taskId: string, usable = true, until: Promise<unknown> = Promise.resolve()) =>
	await oncePerKey(
		keyed(),
		() => NOW,
		async () => usable,
		async () => undefined,
		async () => {
			made.push(taskId);
			await until;
			return taskOf(taskId);
		},
	);
const failed = (taskId: string) => forgetKey(keyed(), taskId, NOW);

it('is freed by the task that failed', async () => {
	await order('1');
	failed('1');
	expect(isKeyKnown(keyed(), NOW)).toBe(false);
	await order('2');
	expect(made).toEqual(['1', '2']);
});

it('is not freed by an earlier task of it, whose failure another execution notices late', async () => {
	await order('1');
	failed('1');
	await order('2');
	failed('1');
	expect((await order('3')).task.taskId).toBe('2');
	expect(made).toEqual(['1', '2']);
});

it('nor while the next order is on its way', async () => {
	await order('1');
	let arrive = () => {};
	const running = order('2', false, new Promise<void>((resolve) => (arrive = resolve)));
	while (made.length < 2) await Promise.resolve();
	failed('1');
	const other = order('3');
	arrive();
	expect((await running).task.taskId).toBe('2');
	expect((await other).task.taskId).toBe('2');
	expect(made).toEqual(['1', '2']);
});
