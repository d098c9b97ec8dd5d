/** Whether a reference video or sound may be sent: what it is, held against what the gateway takes. Pure. */
import { InputRefused } from '../../../shared/errors';
import type { AudioFacts, AudioFormat, AudioVerdict } from '../../../shared/media/audioFile';
import type { VideoFacts, VideoFormat, VideoVerdict } from '../../../shared/media/verdict';
import type { AudioRules, LengthRules, VideoRules } from '../../../shared/providers/contract';
import { faultOfBytes, faultsOfSides, strangerOf } from '../images/inspect';

/** Encoders round a clip up to whole frames: 15 s come out as 15.04. */
const FRAME_TOLERANCE_SECONDS = 0.1;

const names: Readonly<Record<VideoFormat | AudioFormat, string>> = {
	mp4: 'MP4',
	mov: 'MOV',
	webm: 'WebM',
	mkv: 'Matroska',
	wav: 'WAV',
	mp3: 'MP3',
};

const openIt = 'Open the file on your computer to check it, then fetch or export it again.';

type Refuse = (fault: string, advice: string) => InputRefused;
const refuserOf =
	(parameter: string): Refuse =>
	(fault, advice) =>
		new InputRefused(parameter, `'${parameter}' ${fault}`, advice);

/**
 * Judges a reference video before it is sent.
 * @param verdict what its bytes say
 * @param bytes of the whole file
 * @param parameter display name of the field that it comes from
 * @throws InputRefused naming parameter and figures
 */
export function judgeVideo(
	verdict: VideoVerdict,
	bytes: number,
	rules: VideoRules,
	parameter: string,
): VideoFacts {
	const refuse = refuserOf(parameter);
	const only = `only ${rules.formats.map((format) => names[format]).join(' and ')} can be used here`;
	if (verdict.kind === 'empty') throw refuse('is an empty file', openIt);
	if (verdict.kind === 'foreign' || verdict.kind === 'answer')
		throw refuse(
			`is ${verdict.what}; ${only}`,
			verdict.kind === 'answer'
				? 'The step before fetched an answer instead of a video. Open its output, and check its URL and sign-in.'
				: `Convert it to ${names[rules.formats[0]]} before it enters the workflow.`,
		);
	const format = verdict.kind === 'cut' ? verdict.format : verdict.video.format;
	if (format && !rules.formats.includes(format))
		throw refuse(`is a ${names[format]} file; ${only}`, `Save it as ${names[rules.formats[0]]}.`);
	checkBytes(bytes, rules, refuse);
	if (verdict.kind === 'cut')
		throw refuse(`is a video that is cut off or damaged: ${verdict.why}`, openIt);
	const { video } = verdict;
	checkSeconds(video.seconds, rules, refuse);
	const { width, height } = video;
	const faults =
		width !== undefined && height !== undefined ? faultsOfSides({ width, height }, rules) : [];
	if (faults.length > 0)
		throw refuse(
			`is ${width} x ${height} pixels; ${faults.join(', and ')}`,
			'Scale or crop the video before it enters the workflow.',
		);
	return video;
}

/** The same for a reference sound. @throws InputRefused naming parameter and figures */
export function judgeAudio(
	verdict: AudioVerdict,
	bytes: number,
	rules: AudioRules,
	parameter: string,
): AudioFacts {
	const refuse = refuserOf(parameter);
	const only = `only ${rules.formats.map((format) => names[format]).join(' and ')} can be used here`;
	if (verdict.kind === 'empty') throw refuse('is an empty file', openIt);
	if (verdict.kind === 'foreign') {
		const what = strangerOf(verdict.found)?.what ?? 'not a sound file of a known format';
		throw refuse(
			`is ${what}; ${only}`,
			`Convert it to ${names[rules.formats[0]]} before it enters the workflow.`,
		);
	}
	const format = verdict.kind === 'cut' ? verdict.format : verdict.audio.format;
	if (!rules.formats.includes(format))
		throw refuse(`is a ${names[format]} file; ${only}`, `Save it as ${names[rules.formats[0]]}.`);
	checkBytes(bytes, rules, refuse);
	if (verdict.kind === 'cut')
		throw refuse(`is a sound file that is cut off or damaged: ${verdict.why}`, openIt);
	checkSeconds(verdict.audio.seconds, rules, refuse);
	return verdict.audio;
}

function checkBytes(bytes: number, { maxBytes }: LengthRules, refuse: Refuse): void {
	const fault = faultOfBytes(bytes, { maxBytes, maxBytesInclusive: true });
	if (fault !== undefined)
		throw refuse(fault, 'Make it shorter, or save it with a lower bit rate.');
}

function checkSeconds(
	seconds: number | undefined,
	{ minSeconds, maxSeconds }: LengthRules,
	refuse: Refuse,
): void {
	if (seconds === undefined) return;
	if (
		seconds > minSeconds - FRAME_TOLERANCE_SECONDS &&
		seconds < maxSeconds + FRAME_TOLERANCE_SECONDS
	)
		return;
	throw refuse(
		`has ${seconds} seconds; it has to have ${minSeconds} to ${maxSeconds}`,
		'Cut it to that length before it enters the workflow.',
	);
}
