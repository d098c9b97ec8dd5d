/** Turns the table into conditional fields: one field per distinct option list, shown where that list holds. */
import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { defaultsAt, everyValue, type Combination } from './combinations';

/** Sorts by a text; not by locale, whose tables take milliseconds to load. */
export function inOrderOf<K extends string>(key: K) {
	return (a: Readonly<Record<K, string>>, b: Readonly<Record<K, string>>) =>
		a[key] < b[key] ? -1 : Number(a[key] > b[key]);
}

type Rectangle = Record<string, string[]>;

/**
 * Covers points with rectangles, which is all that `displayOptions.show` can say: lists of values per parameter,
 * all of which have to match. Rectangles do not overlap, so never more than one field of a name is shown.
 */
export function cover(points: readonly Combination[]): Rectangle[] {
	const axes = Object.keys(points[0] ?? {});
	let rectangles: Rectangle[] = points.map((point) => {
		const rectangle: Rectangle = {};
		for (const axis of axes) rectangle[axis] = [point[axis]];
		return rectangle;
	});
	for (const axis of [...axes].reverse()) {
		const others = axes.filter((other) => other !== axis);
		const merged = new Map<string, Rectangle>();
		for (const rectangle of rectangles) {
			// plain text, for this runs when n8n starts: no value holds a line break
			const key = others.map((other) => rectangle[other].join()).join('\n');
			const twin = merged.get(key);
			if (twin) twin[axis].push(...rectangle[axis]);
			else merged.set(key, rectangle);
		}
		rectangles = [...merged.values()];
	}
	return rectangles;
}

/**
 * Fields of one name, one per distinct content, each shown for its own combinations. The editor keeps the chosen
 * value when the next variant offers it too, and falls to that variant's default when it does not: but only where
 * it counts the variant as shown, and while it looks, parameters at their default are absent. See `conditions`.
 * @param points every combination the field exists for
 * @param contentOf what distinguishes the variants
 * @param field the field for a content, without displayOptions
 * @param shared conditions that all variants share
 */
export function conditionalFields<T>(
	points: readonly Combination[],
	contentOf: (point: Combination) => T,
	field: (content: T) => INodeProperties,
	shared: IDisplayOptions,
): INodeProperties[] {
	const groups = new Map<string, { content: T; defaults: Combination; points: Combination[] }>();
	for (const point of points) {
		const content = contentOf(point);
		const defaults = defaultsAt(point);
		const key = JSON.stringify([content, defaults]);
		const group = groups.get(key) ?? { content, defaults, points: [] };
		group.points.push(point);
		groups.set(key, group);
	}
	return [...groups.values()].flatMap((group) =>
		cover(group.points).map((rectangle) => ({
			...field(group.content),
			displayOptions: conditions(rectangle, group.defaults, shared),
		})),
	);
}

/** A list that holds the default is written as `hide` of all the others: so it holds for an absent value too. */
function conditions(
	rectangle: Rectangle,
	defaults: Combination,
	shared: IDisplayOptions,
): IDisplayOptions {
	const show = { ...shared.show };
	const hide = { ...shared.hide };
	for (const [axis, values] of Object.entries(rectangle)) {
		if (values.includes(defaults[axis]))
			hide[axis] = everyValue[axis].filter((value) => !values.includes(value));
		else show[axis] = values;
	}
	return { show, hide };
}
