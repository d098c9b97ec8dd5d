/** How long clips take is kept in the node's static data: a restart of n8n does not forget it (active workflows). */
import { typicalSecondsOf } from '../../shared/catalog/gateways';
import { objectOf, parseJson } from '../../shared/json';
import type { ClipKind } from '../../shared/transport/clipTimes';
import type { ClipTime } from '../../shared/tasks/pollSchedule';
import type { Batch, Item } from '../item';

/** Kinds that are kept per node; the one learnt longest ago goes first. */
const MOST_KINDS = 16;
/** Clips that are kept per kind, the newest. */
const MOST_CLIPS = 8;

/** One kind as it is kept: name, epoch milliseconds of its newest clip, and its clips' times in tenths of a second. */
type SavedKind = [name: string, learnedAt: number, clips: Array<[notYet: number, ready: number]>];

const kindsInUse = new WeakMap<Batch, Map<string, ClipKind>>();

/**
 * The kind of an item's clip, with what this process and earlier ones have learnt of it. What the run adds is written
 * to the static data at its end.
 */
export function clipKindOf({ batch, client, progress, provider }: Item): ClipKind {
	const { model, resolution, duration } = progress.order ?? {};
	// without the key: a new key of the same account changes nothing about the clips
	const name = JSON.stringify([client.credential, model, resolution, duration]);
	const presumedMs = typicalSecondsOf(provider, model, resolution, duration) * 1000;
	const kind = client.limits.clipTimes.of(name, presumedMs, batch.clock.random());
	const inUse = kindsInUse.get(batch) ?? new Map<string, ClipKind>();
	if (!kindsInUse.has(batch)) {
		kindsInUse.set(batch, inUse);
		batch.onEnd.push(() => save(storeOf(batch), inUse));
	}
	if (!inUse.has(name)) {
		inUse.set(name, kind);
		const saved = savedKinds(storeOf(batch).clipTimes).find(([known]) => known === name);
		if (saved) kind.adopt(saved[2].map(clipOf), saved[1]);
	}
	return kind;
}

const storeOf = ({ context }: Batch): Record<string, unknown> =>
	objectOf(context.getWorkflowStaticData('node'));
const clipOf = ([notYet, ready]: [number, number]): ClipTime => ({
	notYet: notYet * 100,
	ready: ready * 100,
});

/** What other executions have saved meanwhile stays, unless this process knows newer clips. */
function save(store: Record<string, unknown>, inUse: ReadonlyMap<string, ClipKind>): void {
	const saved = savedKinds(store.clipTimes);
	const kept = new Map(saved.map((one) => [one[0], one]));
	for (const [name, { learnedAt, seen }] of inUse) {
		if (learnedAt <= (kept.get(name)?.[1] ?? 0)) continue;
		const clips = seen
			.slice(-MOST_CLIPS)
			.map(({ notYet, ready }): [number, number] => [
				Math.round(notYet / 100),
				Math.ceil(ready / 100),
			]);
		kept.set(name, [name, learnedAt, clips]);
	}
	const newest = [...kept.values()].sort((a, b) => b[1] - a[1]).slice(0, MOST_KINDS);
	// one text: n8n watches every entry of an object
	const text = JSON.stringify(newest);
	if (newest.length > 0 && text !== store.clipTimes) store.clipTimes = text;
}

/** Reads what is saved; anything of another shape counts as nothing. */
function savedKinds(saved: unknown): SavedKind[] {
	const value = typeof saved === 'string' ? parseJson(saved) : undefined;
	return Array.isArray(value) ? value.filter(isSavedKind) : [];
}

function isSavedKind(value: unknown): value is SavedKind {
	if (!Array.isArray(value)) return false;
	const [name, learnedAt, clips] = value as unknown[];
	const isClip = (clip: unknown) =>
		Array.isArray(clip) && clip.length === 2 && clip.every((part) => Number.isFinite(part));
	return (
		typeof name === 'string' &&
		Number.isFinite(learnedAt) &&
		Array.isArray(clips) &&
		clips.every(isClip)
	);
}
