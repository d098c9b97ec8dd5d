/** Whether the configuration of a codec holds what its decoder begins with; the same in MP4 and Matroska. Pure. */
import { u16be } from './bytes';

/** H.265 (ISO/IEC 14496-15, 8.3.3): arrays of parameter sets behind 22 bytes of head, each of them in full. */
export function hasParameterArrays(box: Uint8Array): boolean {
	if (box[0] !== 1 || box.length < 23 || box[22] === 0) return false;
	let at = 23;
	for (let array = 0; array < box[22]; array++) {
		if (at + 3 > box.length) return false;
		const type = box[at] & 63;
		const count = u16be(box, at + 1);
		at += 3;
		for (let index = 0; index < count; index++) {
			const length = at + 4 <= box.length ? u16be(box, at) : 0;
			const own = (box[at + 2] >> 1) & 63;
			if (length < 2 || at + 2 + length > box.length || own !== type) return false;
			at += 2 + length;
		}
	}
	return true;
}

/** H.264 (ISO/IEC 14496-15, 5.3.3): at least one sequence (type 7) and one picture parameter set (type 8), each in full. */
export function hasParameterSets(box: Uint8Array): boolean {
	if (box[0] !== 1 || box.length < 7) return false;
	let at = 5;
	for (const type of [7, 8]) {
		const count = box[at++] & (type === 7 ? 31 : 255);
		if (!(count > 0)) return false;
		for (let index = 0; index < count; index++) {
			const length = at + 2 <= box.length ? u16be(box, at) : 0;
			if (length === 0 || at + 2 + length > box.length || (box[at + 2] & 31) !== type) return false;
			at += 2 + length;
		}
	}
	return true;
}
