/** What all gateways that sell Hailuo 3 (MiniMax-H3) have in common. Source: docs/providers.md 11.1. */
import type { SentImageRules } from './contract';

/** Names of Hailuo 3 and what comes after it, listed or typed: MiniMax-H3, MiniMax-H3-Max; never MiniMax-Hailuo-02. */
export const h3TypedName = /^MiniMax-H\d/i;

/** Up to 30 MB, each side 256 to 5760 px, ratio between 2:5 and 5:2; MiniMax's own, taken for all (11.1). */
export const h3Images: SentImageRules = {
	formats: ['jpeg', 'png', 'webp'],
	maxBytes: 30 * 1024 * 1024,
	maxBytesInclusive: true,
	minSide: 256,
	maxSide: 5760,
	ratio: [2 / 5, 5 / 2],
	transport: 'inline',
};
