/** Every combination of the table, as points for the form's variants. */
import {
	DEFAULT_DURATION,
	DEFAULT_RESOLUTION,
	modelsOf,
	modes,
	modesOf,
	OTHER_MODEL,
	preferred,
	providerIds,
	resolutions,
	resolutionsOf,
	table,
	type Mode,
	type ProviderId,
} from '../../shared/catalog/gateways';

/** One combination of parameter values, e.g. `{ provider: 'seaart', mode: 'textToVideo' }`. */
export type Combination = Readonly<Record<string, string>>;

export interface ModeCombination extends Combination {
	provider: ProviderId;
	mode: Mode;
}
export interface ModelCombination extends ModeCombination {
	model: string;
}
export interface ResolutionCombination extends ModelCombination {
	resolution: string;
}

export const modeCombinations: ModeCombination[] = providerIds.flatMap((provider) =>
	modesOf(provider).map((mode) => ({ provider, mode })),
);

/** `other` is not among them. */
export const modelCombinations: ModelCombination[] = modeCombinations.flatMap((point) =>
	modelsOf(point.provider, point.mode).map((model) => ({ ...point, model })),
);

/** The combinations in which the user types the model. */
export const typedModelCombinations: ModelCombination[] = modeCombinations
	.filter(({ provider }) => table[provider].otherModel)
	.map((point) => ({ ...point, model: OTHER_MODEL }));

export const resolutionCombinations: ResolutionCombination[] = modelCombinations.flatMap((point) =>
	resolutionsOf(point.provider, point.mode, point.model).map((resolution) => ({
		...point,
		resolution,
	})),
);

/** What the choices are while the user has made none, where they are sold. */
export const usual = {
	provider: 'minimax',
	mode: 'imageToVideo',
	model: 'MiniMax-Hailuo-02',
	resolution: DEFAULT_RESOLUTION,
	duration: DEFAULT_DURATION,
} as const;

/** Every value that a choice can have. */
export const everyValue: Readonly<Record<string, readonly string[]>> = {
	provider: providerIds,
	mode: modes,
	model: [...new Set(modelCombinations.map(({ model }) => model)), OTHER_MODEL],
	resolution: resolutions,
};

/** The default that each choice of a point has where the choices before it are the point's. */
export function defaultsAt(point: Combination): Combination {
	const { provider, mode, model } = point as ResolutionCombination;
	const defaults: Record<string, () => string> = {
		provider: () => usual.provider,
		mode: () => preferred<string>(modesOf(provider), usual.mode),
		model: () => preferred(modelsOf(provider, mode), usual.model),
		resolution: () => preferred<string>(resolutionsOf(provider, mode, model), usual.resolution),
	};
	return Object.fromEntries(Object.keys(point).map((axis) => [axis, defaults[axis]()]));
}
