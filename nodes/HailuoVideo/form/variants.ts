/** Turns the table into conditional fields: one field per distinct option list, shown where that list holds. */
import type { INodeProperties } from 'n8n-workflow';

/** One combination of parameter values, e.g. `{ provider: 'seaart', mode: 'textToVideo' }`. */
export type Point = Readonly<Record<string, string>>;

type Rectangle = Record<string, string[]>;

/**
 * Covers points with rectangles, which is all that `displayOptions.show` can say: lists of values per parameter,
 * all of which have to match. Rectangles do not overlap, so never more than one field of a name is shown.
 */
export function cover(points: readonly Point[]): Rectangle[] {
	let rectangles: Rectangle[] = points.map((point) =>
		Object.fromEntries(Object.entries(point).map(([axis, value]) => [axis, [value]])),
	);
	for (const axis of Object.keys(points[0] ?? {}).reverse()) {
		const merged = new Map<string, Rectangle>();
		for (const rectangle of rectangles) {
			const key = JSON.stringify({ ...rectangle, [axis]: undefined });
			const twin = merged.get(key);
			if (twin) twin[axis] = [...twin[axis], ...rectangle[axis]];
			else merged.set(key, { ...rectangle });
		}
		rectangles = [...merged.values()];
	}
	return rectangles;
}

/**
 * Fields of one name, one per distinct content, each shown for its own combinations. The editor keeps the chosen
 * value when the next variant offers it too, and falls to that variant's default when it does not.
 * @param points every combination the field exists for
 * @param contentOf what distinguishes the variants
 * @param field the field for a content, without displayOptions
 * @param show conditions that all variants share
 */
export function variants<T>(
	points: readonly Point[],
	contentOf: (point: Point) => T,
	field: (content: T) => INodeProperties,
	show: Record<string, string[]>,
): INodeProperties[] {
	const groups = new Map<string, { content: T; points: Point[] }>();
	for (const point of points) {
		const content = contentOf(point);
		const key = JSON.stringify(content);
		const group = groups.get(key) ?? { content, points: [] };
		group.points.push(point);
		groups.set(key, group);
	}
	return [...groups.values()].flatMap((group) =>
		cover(group.points).map((rectangle) => ({
			...field(group.content),
			displayOptions: { show: { ...show, ...rectangle } },
		})),
	);
}
