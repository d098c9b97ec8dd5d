/** What a ledger believes, and what it costs to ask it often. */
import { Ledger, type LedgerEntry } from '../../../../nodes/HailuoVideo/submit/ledger';

const order = (at: number): LedgerEntry => ({
	task: { provider: 'minimax', taskId: String(at) },
	at,
	fingerprint: 'f',
});

it('checks an entry once, however often it is asked for', () => {
	let reads = 0;
	const counted = {
		get fingerprint() {
			reads++;
			return 'f';
		},
		at: 1,
	};
	const ledger = new Ledger({ tasks: { a: counted } });
	expect(ledger.find('a')).toEqual({ at: 1, fingerprint: 'f' });
	const once = reads;
	for (let asked = 0; asked < 100; asked++) {
		ledger.note(`b${asked}`, order(asked));
		ledger.prune(1000, 10_000, 500);
		expect(ledger.find('a')).toEqual({ at: 1, fingerprint: 'f' });
	}
	expect(reads).toBe(once);
});

it.each([undefined, null, 7, 'x', [], {}, { at: '1', fingerprint: 'f' }, { at: 1, task: {} }])(
	'does not believe %j, not when asked again either',
	(stored) => {
		const ledger = new Ledger({ tasks: { a: stored } });
		for (let asked = 0; asked < 2; asked++) expect(ledger.find('a')).toBeUndefined();
		expect(ledger.all()).toEqual([]);
	},
);

it('notes several at once, in a new object that n8n sees to be changed', () => {
	const before = { a: order(1) };
	const store: Record<string, unknown> = { tasks: before };
	const ledger = new Ledger(store);
	ledger.noteAll([
		['b', order(2)],
		['c', order(3)],
	]);
	expect(ledger.all().map(([key]) => key)).toEqual(['a', 'b', 'c']);
	expect(store.tasks).not.toBe(before);
	expect(Object.keys(before)).toEqual(['a']);
});

it('keeps the newest of what is too much, and nothing that is too old', () => {
	const store = { tasks: { old: order(1), middle: order(50), newest: order(60), bad: 7 } };
	const ledger = new Ledger(store);
	ledger.prune(100, 60, 1);
	expect(ledger.all().map(([key]) => key)).toEqual(['newest']);
});
