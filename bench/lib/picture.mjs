/** A picture of any weight. Pure. */
import { createRequire } from 'node:module';

const { png } = createRequire(import.meta.url)('../../test/helpers/png');

/**
 * A PNG of 640 x 480 pixels that weighs about `bytes`.
 * @param {number} bytes
 * @returns {Buffer}
 */
export const heavyPng = (bytes) => png(640, 480, { padding: bytes });
