/** Digests: they tell things apart without saying what they are. */
import { createHash } from 'node:crypto';

/**
 * A digest of values that JSON can write: equal values have equal ones.
 * @returns 32 hex digits
 */
export function digestOf(parts: unknown): string {
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
