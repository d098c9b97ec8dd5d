/** What a ledger believes, and what it costs to ask it often. */
import { ObservableObject, type IDataObject } from 'n8n-workflow';

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

it('notes several at once, and n8n sees each time that its static data changed', () => {
	const saved: IDataObject = { tasks: { a: order(1) as IDataObject } };
	const store = ObservableObject.create(saved);
	const ledger = new Ledger(store);
	ledger.noteAll([
		['b', order(2)],
		['c', order(3)],
	]);
	expect(saved.__dataChanged).toBe(true);
	// what was assigned is not watched by n8n: a second note has to be seen by other means
	saved.__dataChanged = false;
	ledger.note('d', order(4));
	expect(saved.__dataChanged).toBe(true);
	expect(ledger.all().map(([key]) => key)).toEqual(['a', 'b', 'c', 'd']);
	expect(Object.keys(JSON.parse(JSON.stringify(saved.tasks)))).toEqual(['a', 'b', 'c', 'd']);
});

it('starts a store that holds nothing, or nonsense', () => {
	for (const tasks of [undefined, null, 7, 'x']) {
		const store = ObservableObject.create({ tasks } as IDataObject);
		new Ledger(store).note('a', order(1));
		new Ledger(store).note('b', order(2));
		expect(new Ledger(store).all().map(([key]) => key)).toEqual(['a', 'b']);
	}
});

it('a key is a name and nothing more', () => {
	const store: Record<string, unknown> = {};
	const ledger = new Ledger(store);
	ledger.note('__proto__', order(1));
	expect(ledger.find('__proto__')).toEqual(order(1));
	expect(ledger.find('task')).toBeUndefined();
	expect(Object.getPrototypeOf(store.tasks)).toBe(Object.prototype);
});

it('keeps the newest of what is too much, and nothing that is too old', () => {
	const store = { tasks: { old: order(1), middle: order(50), newest: order(60), bad: 7 } };
	const ledger = new Ledger(store);
	ledger.prune(100, 60, 1);
	expect(ledger.all().map(([key]) => key)).toEqual(['newest']);
});
