/** Whether the references of an order go together: how many there are, and how long they are. Pure. */
import {
	REFERENCE_LIMITS,
	referenceKinds,
	type ReferenceKind,
} from '../../../shared/catalog/gateways';
import { InputRefused } from '../../../shared/errors';

const LABEL = 'References';
const plural: Readonly<Record<ReferenceKind, string>> = {
	image: 'images',
	video: 'videos',
	audio: 'audios',
};
/** Seconds of all videos together, and of all audios (docs/providers.md 11.1). */
const LONGEST_TOGETHER = 15;
/** Encoders round each clip up to whole frames. */
const TOLERANCE_SECONDS = 0.1;

/** @throws InputRefused when there are none, too many, or only audios */
export function checkReferenceCounts(kinds: readonly ReferenceKind[]): void {
	const { total } = REFERENCE_LIMITS;
	if (kinds.length === 0)
		throw new InputRefused(
			LABEL,
			`'${LABEL}' is empty`,
			"Add an image or a video with 'Add Reference', or choose another mode.",
		);
	for (const kind of referenceKinds) {
		const count = kinds.filter((one) => one === kind).length;
		if (count > REFERENCE_LIMITS[kind])
			throw new InputRefused(
				LABEL,
				`'${LABEL}' has ${count} ${plural[kind]}; up to ${REFERENCE_LIMITS[kind]} are allowed`,
				'Leave some out.',
			);
	}
	if (kinds.length > total)
		throw new InputRefused(
			LABEL,
			`'${LABEL}' has ${kinds.length} files; up to ${total} are allowed together`,
			'Leave some out.',
		);
	if (kinds.every((kind) => kind === 'audio'))
		throw new InputRefused(
			LABEL,
			`'${LABEL}' has only audio`,
			'Add an image or a video beside it: audio alone is refused.',
		);
}

/** @throws InputRefused when the videos, or the audios, are too long together, as far as their lengths are known */
export function checkReferenceSeconds(
	references: ReadonlyArray<{ kind: ReferenceKind; seconds?: number }>,
): void {
	for (const kind of ['video', 'audio'] as const) {
		const known = references.filter((one) => one.kind === kind && one.seconds !== undefined);
		const seconds = known.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
		if (seconds <= LONGEST_TOGETHER + known.length * TOLERANCE_SECONDS) continue;
		throw new InputRefused(
			LABEL,
			`The ${plural[kind]} of '${LABEL}' have ${seconds.toFixed(1)} seconds; up to ${LONGEST_TOGETHER} are allowed together`,
			'Shorten them, or leave some out.',
		);
	}
}
