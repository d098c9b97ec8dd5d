/** What all gateways that sell Hailuo 3 (MiniMax-H3) have in common. Source: docs/providers.md 11.1. */
import type { ReferenceRules, SentImageRules } from './contract';

/** Names of Hailuo 3 and what comes after it, listed or typed: MiniMax-H3, MiniMax-H3-Max; never MiniMax-Hailuo-02. */
export const h3TypedName = /^MiniMax-H\d/i;

const MB = 1024 * 1024;
const sides: { minSide: number; maxSide: number; ratio: [number, number] } = {
	minSide: 256,
	maxSide: 5760,
	ratio: [2 / 5, 5 / 2],
};

/** MiniMax's own rules, taken for all gateways: the others publish none. */
export const h3Images: SentImageRules = {
	formats: ['jpeg', 'png', 'webp', 'heic'],
	maxBytes: 30 * MB,
	maxBytesInclusive: true,
	...sides,
	transport: 'inline',
};

/**
 * The same for references; together, videos may have 15 seconds, and audios, too.
 * @param transport how their bytes travel
 */
export function h3References(transport: ReferenceRules['video']['transport']): ReferenceRules {
	const length = { minSeconds: 2, maxSeconds: 15 };
	return {
		video: { formats: ['mp4', 'mov'], maxBytes: 50 * MB, ...length, ...sides, transport },
		audio: { formats: ['wav', 'mp3'], maxBytes: 15 * MB, ...length, transport },
	};
}
