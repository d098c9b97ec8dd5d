/** What a file is by its first bytes, in words for a message. Pure. */
import { holds, latin1 } from './bytes';

/** What the reader of a message can do with it differs by kind. */
export type FileKind =
	| 'image'
	| 'rawPhoto'
	| 'animation'
	| 'video'
	| 'audio'
	/** An answer of a server in place of the file: a page, JSON, XML, plain text. */
	| 'answer'
	| 'playlist'
	| 'packed'
	/** Bytes that a step has read and written as text: nothing can mend them. */
	| 'readAsText'
	| 'base64'
	| 'dataUrl'
	| 'other';

export interface Recognised {
	kind: FileKind;
	/** A short word for code and tests. */
	id: string;
	/** For a message: "an AVIF image". */
	what: string;
}

/** Bytes that are enough to recognise a file. */
export const RECOGNISE_BYTES = 4096;

/** A brand in an `ftyp` box: the major one, or one of the compatible ones behind it. */
const brand = (names: string) =>
	new RegExp(`^.{4}ftyp(?:(?:${names})|.{8}(?:.{4}){0,15}?(?:${names}))`, 's');
const major = (names: string) => new RegExp(`^.{4}ftyp(?:${names})`, 's');

/** UTF-8's mark for a byte that is no text. */
const LOST = '\xef\xbf\xbd';

/** The first match counts. Sources: the formats' specifications; for raw photos the makers' published marks. */
const marks: ReadonlyArray<[magic: RegExp | string, kind: FileKind, id: string, what: string]> = [
	// A JPEG's start, "?PNG", a WebP's or a film's size: what was above 7F has become EF BF BD, or two Latin letters.
	[
		new RegExp(
			`^(?:(?:${LOST}){3,4}|\\xc3\\xbf\\xc3\\x98\\xc3\\xbf|(?:${LOST}|\\xc2\\x89)PNG\\r?\\n|RIFF.{0,12}${LOST}.{0,12}WEBP|RIFF.{4}WEBPVP8 .{0,10}${LOST}|(?:${LOST}){2}|.E\\xc3\\x9f)`,
			's',
		),
		'readAsText',
		'readAsText',
		'a file that was read as text on its way, which destroys it',
	],
	[/^\xff\xd8\xff/, 'image', 'jpeg', 'a JPEG file'],
	['\x89PNG\r\n\x1a\n', 'image', 'png', 'a PNG file'],
	[/^RIFF.{4}WEBP/s, 'image', 'webp', 'a WebP file'],
	[/^GIF8[79]a/, 'animation', 'gif', 'a GIF file'],
	[/^BM.{4}\0{4}/s, 'image', 'bmp', 'a BMP file'],
	[/^II\*\0.{4}CR/s, 'rawPhoto', 'cr2', 'a RAW photo (Canon CR2)'],
	[major('crx '), 'rawPhoto', 'cr3', 'a RAW photo (Canon CR3)'],
	[/^(?:FUJIFILMCCD-RAW|IIRO|IIRS|MMOR|IIU\0|FOVb)/, 'rawPhoto', 'raw', 'a RAW photo of a camera'],
	[/^(?:II[*+]\0|MM\0[*+])/, 'image', 'tiff', 'a TIFF file, or a RAW photo of a camera'],
	[brand('avi[fs]'), 'image', 'avif', 'an AVIF file'],
	[brand('hei[cxms]|hev[cxms]|mif[12]|msf1'), 'image', 'heic', 'a HEIC file'],
	[/^(?:\xff\n|\0{3}\fJXL )/, 'image', 'jxl', 'a JPEG XL file'],
	[/^(?:\0{3}\fjP {2}|\xff\x4f\xff\x51)/, 'image', 'jp2', 'a JPEG 2000 file'],
	[/^8BPS/, 'image', 'psd', 'a Photoshop file'],
	['\0\0\x01\0', 'image', 'ico', 'an icon (ICO) file'],
	[major('M4[ABP] '), 'audio', 'm4a', 'a sound file (M4A)'],
	[major('qt {2}'), 'video', 'mov', 'a QuickTime (MOV) video'],
	[/^.{4}ftyp/s, 'video', 'mp4', 'an MP4 video'],
	[
		/^(?:.{4}(?:moov|mdat|moof|styp|sidx|wide|pnot)|\0.{3}(?:free|skip|uuid))/s,
		'video',
		'mov',
		'a QuickTime (MOV) video',
	],
	[/^.E\xdf\xa3.{0,64}webm/s, 'video', 'webm', 'a WebM video'],
	['\x1aE\xdf\xa3', 'video', 'mkv', 'a Matroska video'],
	[/^RIFF.{4}AVI /s, 'video', 'avi', 'an AVI video'],
	['FLV\x01', 'video', 'flv', 'a Flash (FLV) video'],
	[/^G(?:.{187}G)/s, 'video', 'ts', 'an MPEG-TS video'],
	['\0\0\x01\xb3', 'video', 'mpeg', 'an MPEG video'],
	['\0\0\x01\xba', 'video', 'mpeg', 'an MPEG video'],
	['0&\xb2u\x8ef\xcf\x11', 'video', 'wmv', 'a Windows Media (WMV) video'],
	[/^(?:RIFF|RF64).{4}WAVE/s, 'audio', 'wav', 'a sound file (WAV)'],
	[/^OggS/, 'audio', 'ogg', 'an Ogg file'],
	[/^fLaC/, 'audio', 'flac', 'a sound file (FLAC)'],
	[/^FORM.{4}AIF[FC]/s, 'audio', 'aiff', 'a sound file (AIFF)'],
	[/^#!AMR/, 'audio', 'amr', 'a sound file (AMR)'],
	['ID3', 'audio', 'mp3', 'a sound file (MP3)'],
	[/^\xff[\xf0\xf1\xf8\xf9]/, 'audio', 'aac', 'a sound file (AAC)'],
	[/^\xff[\xe2\xe3\xf2\xf3\xfa\xfb]/, 'audio', 'mp3', 'a sound file (MP3)'],
	[/^%PDF-/, 'other', 'pdf', 'a PDF file'],
	[/^PK[^\w\s]{2}/, 'packed', 'zip', 'a ZIP archive'],
	['\x1f\x8b', 'packed', 'gzip', 'a gzip archive'],
	[/^(?:\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ)/, 'packed', 'archive', 'an archive'],
	[/^\0{16}/, 'other', 'zeros', 'nothing but zeros'],
];

/** The same for what reads as text, whatever its encoding; blanks and a byte order mark are off. */
const texts: ReadonlyArray<[magic: RegExp, kind: FileKind, id: string, what: string]> = [
	[/^#EXTM3U/, 'playlist', 'playlist', 'a playlist of a stream (M3U8)'],
	[
		/^<(?:\?xml.*?>\s*)?.{0,200}<MPD\b|^<MPD\b/s,
		'playlist',
		'dash',
		'a playlist of a stream (DASH)',
	],
	[
		/^(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|script|meta|div|center|h1|p)\b/is,
		'answer',
		'html',
		'a web page (HTML)',
	],
	[/^(?:<(?:\?xml|!--|!doctype|[\w:]+).*?)?<svg\b/is, 'image', 'svg', 'an SVG file'],
	[
		/^(?:<\?xml[^>]*\?>\s*)?<Error\b.*?<Code>/s,
		'answer',
		's3Error',
		'an error message of a file server (XML)',
	],
	[/^<[?!a-z]/i, 'answer', 'xml', 'an XML text'],
	[/^data:/i, 'dataUrl', 'dataUrl', 'the text of a data URL'],
	[
		/^(?:\/9j\/|iVBORw0KGgo|UklGR|R0lGOD|AAAA[A-Za-z0-9+/]{2}Z0eX)/,
		'base64',
		'base64',
		'base64 text',
	],
	[/^[[{]\s*(?:["{}[\]]|-?\d|true|false|null|$)/, 'answer', 'json', 'JSON text'],
	[/^[A-Za-z0-9+/]{200}/, 'base64', 'base64', 'base64 text'],
];

/** @returns undefined for bytes that nothing is known of; never throws */
export function recognise(head: Uint8Array): Recognised | undefined {
	const start = latin1(head, 0, RECOGNISE_BYTES);
	const found = marks.find(([magic]) =>
		typeof magic === 'string' ? start.startsWith(magic) : magic.test(start),
	);
	if (found) return { kind: found[1], id: found[2], what: found[3] };
	const text = textOf(head) ?? pageOf(start);
	if (text === undefined) return undefined;
	const named = texts.find(([magic]) => magic.test(text));
	if (named) return { kind: named[1], id: named[2], what: named[3] };
	const line = text.split(/[\r\n]/)[0].replace(/\p{Cc}/gu, ' ');
	const shown = line.length > 60 ? `${line.slice(0, 57)}...` : line;
	return { kind: 'answer', id: 'text', what: `text ('${shown}')` };
}

/** A page in the character set of its country (GBK, Latin-1), or in UTF-16 without its mark; undefined for all else. */
function pageOf(start: string): string | undefined {
	const text = start.replace(/\0/g, '').trimStart();
	return /^<(?:!doctype\s+html|html|head|\?xml)\b/i.test(text) ? text : undefined;
}

/** The beginning as text without leading blanks; undefined when it is empty or no text. */
function textOf(head: Uint8Array): string | undefined {
	const wide = holds(head, 0, '\xff\xfe') || holds(head, 0, '\xfe\xff');
	const part = head.subarray(0, RECOGNISE_BYTES);
	const text = Buffer.from(wide ? part.filter((byte) => byte !== 0) : part)
		.toString(wide ? 'latin1' : 'utf8')
		.replace(/^(?:\ufeff|\xff\xfe|\xfe\xff)/, '')
		.trimStart();
	if (text === '') return undefined;
	// A sign that is cut at the end of the head becomes U+FFFD; controls and U+FFFD elsewhere are no text.
	const signs = text.replace(/\ufffd$/, '').replace(/\s/g, '');
	return /\p{Cc}|\ufffd/u.test(signs) ? undefined : text;
}
