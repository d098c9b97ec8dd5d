/** The text of an image URL: a public link, or a data URL. Pure. */
import { InputRefused } from '../../../shared/errors';
import { mimeTypes } from './header';

/** What the base64 text of an image starts with, whatever it shows. */
const base64Starts: ReadonlyArray<{ start: string; mimeType: string }> = [
	{ start: '/9j/', mimeType: mimeTypes.jpeg },
	{ start: 'iVBORw0KGgo', mimeType: mimeTypes.png },
	{ start: 'UklGR', mimeType: mimeTypes.webp },
	{ start: 'R0lGOD', mimeType: mimeTypes.gif },
];

// The type and its parameters are short; a comma far behind belongs to something else.
const longestHead = 300;
const mimeType = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;

/** Finds the parts of a base64 data URL in place: a 20 MB image is 28 million characters. */
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
 * @returns the bytes, and the type as the text claims it, in lower case (`judgeImage` tells the
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
 * Judges the text of an image URL. Blanks around it are ignored: send `text.trim()`.
 *
 * A data URL is checked for its form only: `parseDataUrl` and `judgeImage` judge its image.
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
		if (/[,;|]https?:\/\//i.test(url))
			throw refuse(
				`holds more than one URL: '${excerpt(url)}'`,
				'Give one URL only. If it is an expression, pick one entry of the list: {{ $json.urls[0] }}.',
			);
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
