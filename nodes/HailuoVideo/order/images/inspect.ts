/** Whether an image may be sent: what it is, held against what the gateway takes. Pure. */
import { InputRefused } from '../../../shared/errors';
import type { FileKind, Recognised } from '../../../shared/media/recognise';
import type { ImageFormat, ImageRules, SideRules } from '../../../shared/providers/contract';
import type { ImageInfo, ImageVerdict } from './header';

const formatNames: Readonly<Record<ImageFormat, string>> = {
	jpeg: 'JPEG',
	png: 'PNG',
	webp: 'WebP',
	gif: 'GIF',
	heic: 'HEIC',
};

const convertInWorkflow =
	"Convert it with n8n's 'Edit Image' node: any operation, option 'Format' set to 'jpeg'.";
const convertElsewhere = 'Save it as JPEG or PNG before it enters the workflow.';
const checkStepBefore =
	'The step before fetched an answer instead of an image. Open its output, and check its URL and sign-in.';
const makeFile =
	"Turn it into a file with n8n's 'Convert to File' node, operation 'Move Base64 String to File'.";
const fetchAsFile =
	"In the 'HTTP Request' node that fetched it, add the option 'Response' and set 'Response Format' to 'File'; then run it again.";

/** What to do with a file that is no image that the gateway takes. */
const adviceByKind: Readonly<Record<FileKind, string>> = {
	image: convertElsewhere,
	rawPhoto: 'Develop it: save it as JPEG with the program of the camera or a photo editor.',
	animation: convertInWorkflow,
	video: 'Give a still image, such as one frame of the video.',
	audio: 'Give an image.',
	answer: checkStepBefore,
	playlist: checkStepBefore,
	packed: "Unpack it with n8n's 'Compression' node.",
	readAsText: fetchAsFile,
	base64: makeFile,
	dataUrl: makeFile,
	other: convertElsewhere,
};

/** Where a format asks for other words than its kind. */
const adviceById: Readonly<Record<string, string>> = {
	jpeg: convertInWorkflow,
	png: convertInWorkflow,
	webp: convertInWorkflow,
	bmp: convertInWorkflow,
	tiff: `${convertInWorkflow} A RAW photo has to be saved as JPEG with the program of the camera.`,
	heic: `${convertElsewhere} An iPhone takes JPEG with Settings > Camera > Formats > Most Compatible.`,
	s3Error:
		'The link that the step before fetched has expired, or is not allowed. Get a fresh link and fetch the image again.',
	zeros: 'Check the step that makes the image: it gave a file without content.',
};

/** Why a file of another format is refused, and what to do; undefined when nothing is known of it. */
export function strangerOf(
	found: Recognised | undefined,
): { what: string; advice: string } | undefined {
	if (!found) return undefined;
	return { what: found.what, advice: adviceById[found.id] ?? adviceByKind[found.kind] };
}

function listed(words: string[], joint: string): string {
	if (words.length < 2) return words.join('');
	return `${words.slice(0, -1).join(', ')} ${joint} ${words[words.length - 1]}`;
}

function megabytes(bytes: number): string {
	const mega = bytes / 1024 / 1024;
	if (mega < 1) return `${bytes} bytes`;
	return `${Number.isInteger(mega) ? mega : mega.toFixed(1)} MB`;
}

/** 0.4 as [2, 5]: ratios are compared and shown in whole numbers, as 0.4 is no exact double. */
function fraction(value: number): [number, number] {
	for (let below = 1; below <= 1000; below++) {
		const above = Math.round(value * below);
		if (above / below === value) return [above, below];
	}
	return [value, 1];
}

/** The rules of a gateway in one line, for the form. */
export function rulesInWords(rules: ImageRules): string {
	const { minShortSide, minSide, maxSide } = rules;
	const sides = [
		minShortSide !== undefined && `short side over ${minShortSide} pixels`,
		minSide !== undefined && maxSide !== undefined && `sides of ${minSide} to ${maxSide} pixels`,
	];
	const [least, greatest] = rules.ratio.map((ratio) => fraction(ratio).join(':'));
	const weight = `${rules.maxBytesInclusive ? 'at most' : 'under'} ${megabytes(rules.maxBytes)}`;
	const parts = [...sides.filter(Boolean), `ratio between ${least} and ${greatest}`, weight];
	const formats = rules.formats.map((format) => formatNames[format]);
	return `${listed(formats, 'or')}; ${parts.join(', ')}`;
}

/** Why the measures are refused: empty when they are fine. */
export function faultsOfSides(
	{ width, height }: { width: number; height: number },
	rules: SideRules,
): string[] {
	const faults: string[] = [];
	const { minShortSide, minSide, maxSide } = rules;
	const [short, long] = [Math.min(width, height), Math.max(width, height)];
	if (minShortSide !== undefined && short <= minShortSide)
		faults.push(`the short side has to be over ${minShortSide} pixels`);
	if (minSide !== undefined && short < minSide)
		faults.push(`the short side has to be ${minSide} pixels or more`);
	if (maxSide !== undefined && long > maxSide)
		faults.push(`the long side has to be ${maxSide} pixels or less`);
	const [least, greatest] = rules.ratio.map(fraction);
	const overLeast = width * least[1] - height * least[0];
	const underGreatest = height * greatest[0] - width * greatest[1];
	const room = Math.min(overLeast, underGreatest);
	if (room < 0 || (room === 0 && rules.ratioExclusive)) {
		const how = rules.ratioExclusive ? 'strictly between' : 'between';
		faults.push(`width:height has to be ${how} ${least.join(':')} and ${greatest.join(':')}`);
	}
	return faults;
}

/** Why the weight is refused; undefined when it is fine. */
export function faultOfBytes(
	bytes: number,
	{ maxBytes, maxBytesInclusive }: Pick<ImageRules, 'maxBytes' | 'maxBytesInclusive'>,
): string | undefined {
	if (bytes < maxBytes || (maxBytesInclusive && bytes === maxBytes)) return undefined;
	const limit = `${megabytes(maxBytes)}${maxBytesInclusive ? ' or less' : ''}`;
	return `is ${megabytes(bytes)}; it has to be ${maxBytesInclusive ? '' : 'under '}${limit}`;
}

/**
 * Judges an image before it is sent: its format first, then its weight, then whether it is whole, then its measures.
 *
 * @param verdict what its bytes say
 * @param size of the whole file, in bytes
 * @param rules what the gateway accepts
 * @param parameter display name of the field that the image comes from
 * @returns what the image is; `mimeType` is the true one, whatever name or type came with the file
 * @throws InputRefused when the gateway would refuse the image, naming parameter and figures
 */
export function judgeImage(
	verdict: ImageVerdict,
	size: number,
	rules: ImageRules,
	parameter: string,
): ImageInfo {
	const refuse = (fault: string, advice: string) =>
		new InputRefused(parameter, `'${parameter}' ${fault}`, advice);
	const accepted = rules.formats.map((format) => formatNames[format]);
	const only = `only ${listed(accepted, 'and')} can be used here`;

	if (verdict.kind === 'empty')
		throw refuse('is an empty file', 'Check the step that makes the image: it gave no bytes.');
	if (verdict.kind === 'foreign') {
		const stranger = strangerOf(verdict.found);
		throw stranger === undefined
			? refuse(
					`is not an image of a known format; ${only}`,
					`Give a ${listed(accepted, 'or')} file.`,
				)
			: refuse(`is ${stranger.what}; ${only}`, stranger.advice);
	}
	const format = verdict.kind === 'cut' ? verdict.format : verdict.image.format;
	if (!rules.formats.includes(format))
		throw refuse(
			`is a ${formatNames[format]} file; ${only}`,
			adviceById[format] ?? convertInWorkflow,
		);
	const tooHeavy = faultOfBytes(size, rules);
	if (tooHeavy !== undefined)
		throw refuse(
			tooHeavy,
			"Make it smaller with n8n's 'Edit Image' node: operation 'Resize', or option 'Format' set to 'jpeg'.",
		);
	if (verdict.kind === 'unusual') throw refuse(`is ${verdict.what}`, convertElsewhere);
	if (verdict.kind === 'cut')
		throw refuse(
			`is a ${formatNames[format]} file that is cut off or damaged: ${verdict.image ? 'its end is missing' : 'its header gives no size'}`,
			'Open the image on your computer to check it, then fetch or export it again.',
		);
	const { image } = verdict;
	const faults = faultsOfSides(image, rules);
	if (faults.length > 0)
		throw refuse(
			`is ${image.width} x ${image.height} pixels; ${faults.join(', and ')}`,
			"Change the image with n8n's 'Edit Image' node: 'Resize' for its size, 'Crop' for its shape.",
		);
	return image;
}
