/**
 * What a picture is, judged by its bytes and never by its name. Pure: bytes or text in, plain
 * values out.
 *
 * Own code, because a published node may import at run time only what n8n provides, and neither
 * `image-size` nor `probe-image-size` is among it.
 */
import { InputRefused } from '../../../shared/errors';

/** The formats whose size can be read here. What a gateway accepts stands in its `ImageRules`. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif';

/** What the first bytes of a picture say. Sizes in pixels, as stored: see `readImageHeader`. */
export interface ImageInfo {
	format: ImageFormat;
	mimeType: string;
	width: number;
	height: number;
}

/** What a gateway accepts as a picture. The figures are those of providers.md 1.5. */
export interface ImageRules {
	formats: ImageFormat[];
	/**
	 * A file of this size is refused, a byte less is taken: the gateways write "under 20 MB"
	 * (providers.md 1.5; 20 * 1024 * 1024 here, since none of them says which megabyte it means).
	 */
	maxBytes: number;
	/** In pixels, exclusive: the gateways write "over 300 px". */
	minShortSide: number;
	/** Least and greatest width:height, such as `[2 / 5, 5 / 2]`. */
	ratio: [number, number];
	/** The bounds of `ratio` are refused too ("strictly between", WaveSpeed, providers.md S.2). */
	ratioExclusive?: boolean;
}

const mimeTypes: Record<ImageFormat, string> = {
	jpeg: 'image/jpeg',
	png: 'image/png',
	webp: 'image/webp',
	gif: 'image/gif',
};

const formatNames: Record<ImageFormat, string> = {
	jpeg: 'JPEG',
	png: 'PNG',
	webp: 'WebP',
	gif: 'GIF',
};

interface Size {
	width: number;
	height: number;
}

// Every reader below checks `length` before it reads: bytes behind the end would count as zero.

function u16be(bytes: Uint8Array, at: number): number {
	return bytes[at] * 0x100 + bytes[at + 1];
}

function u16le(bytes: Uint8Array, at: number): number {
	return bytes[at] + bytes[at + 1] * 0x100;
}

function u24le(bytes: Uint8Array, at: number): number {
	return u16le(bytes, at) + bytes[at + 2] * 0x10000;
}

function u32be(bytes: Uint8Array, at: number): number {
	return u16be(bytes, at) * 0x10000 + u16be(bytes, at + 2);
}

/** Whether the bytes at `at` are those of this ASCII text. */
function holds(bytes: Uint8Array, at: number, text: string): boolean {
	if (bytes.length < at + text.length) return false;
	for (let index = 0; index < text.length; index++) {
		if (bytes[at + index] !== text.charCodeAt(index)) return false;
	}
	return true;
}

/** The recognised format, by magic bytes alone: true also of a file that is cut off behind them. */
function formatOf(bytes: Uint8Array): ImageFormat | undefined {
	if (holds(bytes, 0, '\xff\xd8\xff')) return 'jpeg';
	if (holds(bytes, 0, '\x89PNG\r\n\x1a\n')) return 'png';
	if (holds(bytes, 0, 'RIFF') && holds(bytes, 8, 'WEBP')) return 'webp';
	if (holds(bytes, 0, 'GIF87a') || holds(bytes, 0, 'GIF89a')) return 'gif';
	return undefined;
}

/** SOF0 to SOF15 of ITU-T T.81, table B.1; C4, C8 and CC in their midst mean other things. */
function isStartOfFrame(marker: number): boolean {
	return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** TEM, RST0 to RST7 and SOI: markers that no length follows. Zero is a stuffed byte, no marker. */
function standsAlone(marker: number): boolean {
	return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/**
 * Hops from segment to segment, so that a thumbnail inside an EXIF segment is never taken for the
 * picture, and a frame header behind megabytes of APP segments costs a few steps. `at` only grows.
 */
function jpegSize(bytes: Uint8Array): Size | undefined {
	let at = 2;
	while (at < bytes.length) {
		// Stray bytes between segments are skipped, as decoders do.
		if (bytes[at++] !== 0xff) continue;
		while (at < bytes.length && bytes[at] === 0xff) at++; // fill bytes
		if (at >= bytes.length) return undefined;
		const marker = bytes[at++];
		if (standsAlone(marker)) continue;
		// End of image, or pixels before any frame header: no decoder reads such a file.
		if (marker === 0xd9 || marker === 0xda) return undefined;
		if (at + 2 > bytes.length) return undefined;
		const length = u16be(bytes, at);
		if (length < 2) return undefined;
		if (isStartOfFrame(marker)) {
			if (length < 8 || at + 7 > bytes.length) return undefined;
			return { height: u16be(bytes, at + 3), width: u16be(bytes, at + 5) };
		}
		at += length;
	}
	return undefined;
}

function pngSize(bytes: Uint8Array): Size | undefined {
	if (bytes.length < 24 || !holds(bytes, 12, 'IHDR')) return undefined;
	const size = { width: u32be(bytes, 16), height: u32be(bytes, 20) };
	// The PNG specification, 11.2.2: a four-byte integer ends at 2^31 - 1.
	return Math.max(size.width, size.height) < 2 ** 31 ? size : undefined;
}

/** The three layouts of the WebP container specification: lossy, lossless, extended. */
function webpSize(bytes: Uint8Array): Size | undefined {
	if (holds(bytes, 12, 'VP8 ')) {
		if (bytes.length < 30 || !holds(bytes, 23, '\x9d\x01\x2a')) return undefined;
		return { width: u16le(bytes, 26) & 0x3fff, height: u16le(bytes, 28) & 0x3fff };
	}
	if (holds(bytes, 12, 'VP8L')) {
		if (bytes.length < 25 || bytes[20] !== 0x2f) return undefined;
		const packed = u24le(bytes, 21) + bytes[24] * 0x1000000;
		return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
	}
	if (holds(bytes, 12, 'VP8X')) {
		if (bytes.length < 30) return undefined;
		return { width: u24le(bytes, 24) + 1, height: u24le(bytes, 27) + 1 };
	}
	return undefined;
}

function gifSize(bytes: Uint8Array): Size | undefined {
	if (bytes.length < 10) return undefined;
	return { width: u16le(bytes, 6), height: u16le(bytes, 8) };
}

const sizeReaders: Record<ImageFormat, (bytes: Uint8Array) => Size | undefined> = {
	jpeg: jpegSize,
	png: pngSize,
	webp: webpSize,
	gif: gifSize,
};

/**
 * Reads format and size from the header of a JPEG, PNG, WebP or GIF file, which may be cut off
 * behind it.
 *
 * The size is the stored one. An EXIF orientation that turns the picture by 90 degrees is not
 * followed: it swaps width and height, and the short side as well as a range like 2:5 to 5:2 are the
 * same either way.
 *
 * @returns undefined for any other bytes, and for a header without a usable size. Never throws.
 */
export function readImageHeader(bytes: Uint8Array): ImageInfo | undefined {
	const format = formatOf(bytes);
	if (format === undefined) return undefined;
	const size = sizeReaders[format](bytes);
	// A JPEG may leave its height to a DNL marker behind the pixels; common decoders refuse that too.
	if (size === undefined || size.width < 1 || size.height < 1) return undefined;
	return { format, mimeType: mimeTypes[format], ...size };
}

/** What the base64 text of a picture starts with, whatever the picture. */
const base64Starts: ReadonlyArray<{ start: string; mimeType: string }> = [
	{ start: '/9j/', mimeType: mimeTypes.jpeg },
	{ start: 'iVBORw0KGgo', mimeType: mimeTypes.png },
	{ start: 'UklGR', mimeType: mimeTypes.webp },
	{ start: 'R0lGOD', mimeType: mimeTypes.gif },
];

const convertInWorkflow =
	"Convert it with n8n's 'Edit Image' node: any operation, option 'Format' set to 'jpeg'.";
const convertElsewhere = 'Save it as JPEG or PNG before it enters the workflow.';
const checkStepBefore =
	'The step before fetched an answer instead of a picture. Open its output, and check its URL and sign-in.';
const makeFile =
	"Turn it into a file with n8n's 'Convert to File' node, operation 'Move Base64 String to File'.";

/**
 * What people hand over instead of a picture, seen in the first bytes as Latin-1 text. Only good for
 * a message, so the marks may be loose.
 */
const strangers: ReadonlyArray<{ magic: RegExp; what: string; advice: string }> = [
	{
		magic: /^BM.{4}\0{4}/s,
		what: 'a BMP file',
		advice: convertInWorkflow,
	},
	{ magic: /^(?:II[*+]\0|MM\0[*+])/, what: 'a TIFF file', advice: convertInWorkflow },
	{
		magic: /^.{4}ftyp(?:avi[fs]|(?:mif1|msf1).{4}(?:.{4}){0,8}avi[fs])/s,
		what: 'an AVIF file',
		advice: convertElsewhere,
	},
	{
		magic: /^.{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)/s,
		what: 'a HEIC file',
		advice: `${convertElsewhere} An iPhone takes JPEG with Settings > Camera > Formats > Most Compatible.`,
	},
	{
		magic: /^(?:.{4}ftyp|.E\xdf\xa3)/s,
		what: 'a video file',
		advice: 'Give a still picture, such as one frame of the video.',
	},
	{ magic: /^(?:\xff\n|\0{3}.JXL )/s, what: 'a JPEG XL file', advice: convertElsewhere },
	{ magic: /^\0{3}.jP {2}/s, what: 'a JPEG 2000 file', advice: convertElsewhere },
	{ magic: /^8BPS/, what: 'a Photoshop file', advice: convertElsewhere },
	{ magic: /^\0\0[^\0]\0[^\0]\0/, what: 'an icon (ICO) file', advice: convertElsewhere },
	{ magic: /^%PDF-/, what: 'a PDF file', advice: convertElsewhere },
	{
		magic: /^PK[^\w\s]{2}/,
		what: 'a ZIP archive',
		advice: "Unpack it with n8n's 'Compression' node.",
	},
	{
		magic: /^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b/i,
		what: 'a web page (HTML)',
		advice: checkStepBefore,
	},
	{
		magic: /^(?:\xef\xbb\xbf)?\s*<(?:svg\b|(?:\?xml|!--|!doctype).*<svg\b)/is,
		what: 'an SVG file',
		advice: convertElsewhere,
	},
	{ magic: /^(?:\xef\xbb\xbf)?\s*[[{]\s*["{}[\]]/, what: 'JSON text', advice: checkStepBefore },
	{ magic: /^\s*data:/i, what: 'the text of a data URL', advice: makeFile },
	{
		magic: new RegExp(`^\\s*(?:${base64Starts.map(({ start }) => start).join('|')})`),
		what: 'base64 text',
		advice: makeFile,
	},
];

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

/** Why the measures are refused: empty when they are fine. */
function faultsOfSize({ width, height }: Size, rules: ImageRules): string[] {
	const faults: string[] = [];
	if (Math.min(width, height) <= rules.minShortSide) {
		faults.push(`the short side has to be over ${rules.minShortSide} pixels`);
	}
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

/**
 * Judges a picture before it is sent.
 *
 * @param bytes the file, or as much of its beginning as `tellsEnough` wants
 * @param rules what the gateway accepts
 * @param parameter display name of the field that the picture comes from
 * @param size of the whole file, in bytes
 * @returns what the picture is; `mimeType` is the true one, whatever name or type came with the file
 * @throws InputRefused when the gateway would refuse the picture, naming parameter and figures
 */
export function inspectImage(
	bytes: Uint8Array,
	rules: ImageRules,
	parameter: string,
	size = bytes.length,
): ImageInfo {
	const refuse = (fault: string, advice: string) =>
		new InputRefused(parameter, `'${parameter}' ${fault}`, advice);
	const accepted = rules.formats.map((format) => formatNames[format]);

	if (bytes.length === 0) {
		throw refuse('is an empty file', 'Check the step that makes the picture: it gave no bytes.');
	}
	const format = formatOf(bytes);
	if (format === undefined || !rules.formats.includes(format)) {
		const only = `only ${listed(accepted, 'and')} can be used here`;
		if (format !== undefined) {
			throw refuse(`is a ${formatNames[format]} file; ${only}`, convertInWorkflow);
		}
		const start = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
		const stranger = strangers.find(({ magic }) => magic.test(start));
		throw stranger === undefined
			? refuse(
					`is not a picture of a known format; ${only}`,
					`Give a ${listed(accepted, 'or')} file.`,
				)
			: refuse(`is ${stranger.what}; ${only}`, stranger.advice);
	}
	if (size >= rules.maxBytes) {
		throw refuse(
			`is ${megabytes(size)}; it has to be under ${megabytes(rules.maxBytes)}`,
			"Make it smaller with n8n's 'Edit Image' node: operation 'Resize', or option 'Format' set to 'jpeg'.",
		);
	}
	const info = readImageHeader(bytes);
	if (info === undefined) {
		throw refuse(
			`is a ${formatNames[format]} file that is cut off or damaged: its header gives no size`,
			'Open the picture on your computer to check it, then fetch or export it again.',
		);
	}
	const faults = faultsOfSize(info, rules);
	if (faults.length > 0) {
		throw refuse(
			`is ${info.width} x ${info.height} pixels; ${faults.join(', and ')}`,
			"Change the picture with n8n's 'Edit Image' node: 'Resize' for its size, 'Crop' for its shape.",
		);
	}
	return info;
}

/** Headers lie within so many bytes, but for JPEG, where other segments may come first. */
const MOST_HEADER_BYTES = 65_536;

/** Whether the rest of a file could tell `inspectImage` nothing more than this beginning of it does. */
export function tellsEnough(head: Uint8Array): boolean {
	if (head.length < MOST_HEADER_BYTES) return false;
	return formatOf(head) !== 'jpeg' || readImageHeader(head) !== undefined;
}

// The type and its parameters are short; a comma far behind belongs to something else.
const longestHead = 300;
const mimeType = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;

/** Finds the parts of a base64 data URL in place: a 20 MB picture is 28 million characters. */
function scanDataUrl(text: string): { mimeType: string; start: number; end: number } | undefined {
	const head = text.slice(0, longestHead);
	const from = head.length - head.trimStart().length;
	const comma = head.indexOf(',');
	if (comma < 0) return undefined;
	const words = head.slice(from, comma).toLowerCase().split(';');
	const type = words[0].slice('data:'.length);
	if (!words[0].startsWith('data:') || !mimeType.test(type)) return undefined;
	if (words.length < 2 || words[words.length - 1] !== 'base64') return undefined;

	const start = comma + 1;
	let end = text.trimEnd().length;
	const length = end - start;
	if (length % 4 !== 0) return undefined;
	for (let padding = 0; padding < 2 && end > start && text[end - 1] === '='; padding++) end--;
	// One search for the first foreign character: no backtracking, no copy of the text.
	const foreign = /[^A-Za-z0-9+/]/g;
	foreign.lastIndex = start;
	const found = foreign.exec(text);
	if (found !== null && found.index < end) return undefined;
	return { mimeType: type, start, end };
}

/**
 * Takes a base64 data URL apart, such as `data:image/png;base64,iVBORw0…`; blanks around it are
 * ignored. Strict, as the gateways' decoders may be: the standard base64 alphabet with its padding,
 * nothing in between.
 *
 * @returns the bytes, and the type as the text claims it, in lower case (`inspectImage` tells the
 * true one); undefined for any other text
 */
export function parseDataUrl(text: string): { mimeType: string; bytes: Buffer } | undefined {
	const parts = scanDataUrl(text);
	if (parts === undefined) return undefined;
	const bytes = Buffer.from(text.slice(parts.start, parts.end), 'base64');
	return { mimeType: parts.mimeType, bytes };
}

function excerpt(text: string): string {
	return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * Judges the text of a picture URL. Blanks around it are ignored: send `text.trim()`.
 *
 * A data URL is checked for its form only: `parseDataUrl` and `inspectImage` judge its picture.
 *
 * @param parameter display name of the field
 * @returns which of the two kinds it is
 * @throws InputRefused when it is neither an http(s) URL nor a base64 data URL
 */
export function checkImageUrl(text: string, parameter: string): 'http' | 'data' {
	const refuse = (fault: string, advice: string) =>
		new InputRefused(parameter, `'${parameter}' ${fault}`, advice);
	const giveUrl = 'Give a public URL that starts with https://, or a data URL.';

	// Expressions give anything: undefined, a list, an object.
	const given: unknown = text;
	if (given === undefined || given === null || (typeof given === 'string' && !/\S/.test(given))) {
		throw refuse('is empty', giveUrl);
	}
	if (typeof given !== 'string') {
		throw refuse(
			`is not text but ${Array.isArray(given) ? 'a list' : `a value of type ${typeof given}`}`,
			giveUrl,
		);
	}

	const head = given.slice(0, 2000).trimStart();
	const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(head.slice(0, 40))?.[0].toLowerCase();

	if (scheme === 'data:') {
		if (scanDataUrl(given) !== undefined) return 'data';
		throw refuse(
			`holds a data URL that cannot be read: '${excerpt(head)}'`,
			'It has to look like data:image/jpeg;base64,/9j/4AAQ… with plain base64 to the end: no line breaks, no - or _, padded with =.',
		);
	}
	if (scheme === 'http:' || scheme === 'https:') {
		const url = given.trim();
		if (/\s/.test(url)) {
			throw refuse(
				`holds a blank or a line break: '${excerpt(url)}'`,
				'Give one URL only, and write a blank inside it as %20.',
			);
		}
		if (/^https?:\/\//i.test(url) && isUrl(url)) return 'http';
		throw refuse(`is no valid URL: '${excerpt(url)}'`, giveUrl);
	}

	const base64 = base64Starts.find(({ start }) => head.startsWith(start));
	if (base64 !== undefined || /^[A-Za-z0-9+/=_-]{100}/.test(head)) {
		throw refuse(
			'holds base64 text without the head of a data URL',
			`Put data:${base64?.mimeType ?? mimeTypes.jpeg};base64, in front of it.`,
		);
	}
	if (scheme === 'file:' || /^(?:[a-z]:[\\/]|~?\/(?!\/)|\.{1,2}[\\/]|\\\\)/i.test(head)) {
		throw refuse(
			`names a file on a computer: '${excerpt(head)}'`,
			"The gateway cannot reach it. Read it with n8n's 'Read/Write Files from Disk' node and choose the file as the source.",
		);
	}
	if (scheme !== undefined && !/^[a-z0-9.-]+:\d/i.test(head)) {
		throw refuse(
			`starts with '${scheme}', which gateways cannot fetch; only http: and https: can be used`,
			giveUrl,
		);
	}
	throw refuse(`does not start with https://: '${excerpt(head.trimEnd())}'`, giveUrl);
}

function isUrl(text: string): boolean {
	try {
		return new URL(text).hostname !== '';
	} catch {
		return false;
	}
}
