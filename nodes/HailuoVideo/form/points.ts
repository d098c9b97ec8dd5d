/** Every combination of the table, as points for the form's variants. */
import {
	modelsOf,
	modesOf,
	OTHER_MODEL,
	providerIds,
	resolutionsOf,
	table,
	type Mode,
	type ProviderId,
} from '../../shared/models';
import type { Point } from './variants';

export interface ModePoint extends Point {
	provider: ProviderId;
	mode: Mode;
}
export interface ModelPoint extends ModePoint {
	model: string;
}
export interface ResolutionPoint extends ModelPoint {
	resolution: string;
}

export const modePoints: ModePoint[] = providerIds.flatMap((provider) =>
	modesOf(provider).map((mode) => ({ provider, mode })),
);

/** `other` is not among them. */
export const modelPoints: ModelPoint[] = modePoints.flatMap((point) =>
	modelsOf(point.provider, point.mode).map((model) => ({ ...point, model })),
);

/** The combinations in which the user types the model. */
export const typedModelPoints: ModelPoint[] = modePoints
	.filter(({ provider }) => table[provider].otherModel)
	.map((point) => ({ ...point, model: OTHER_MODEL }));

export const resolutionPoints: ResolutionPoint[] = modelPoints.flatMap((point) =>
	resolutionsOf(point.provider, point.mode, point.model).map((resolution) => ({
		...point,
		resolution,
	})),
);
