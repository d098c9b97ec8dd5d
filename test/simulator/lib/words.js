'use strict';

/**
 * What a prompt may ask of the simulator, for people who have no JavaScript API at hand: `sim:fail` and so on. Words can
 * stand together: `sim:html sim:asvideo` is a web page that says it is a video.
 */

/** word -> what it makes of the task (`outcome`), or of its order (`order`), and what to tell people */
const WORDS = {
	slow: { outcome: { slower: 10 }, says: 'it takes ten times as long' },
	fail: { outcome: { status: 'failed', category: 'generic' }, says: 'it fails' },
	failsilent: {
		outcome: { status: 'failed', category: 'silent' },
		says: 'it fails, and no reason is given (SeaArt: some reason)',
	},
	blocked: {
		outcome: { status: 'failed', category: 'content' },
		says: 'it fails because of its content',
	},
	nsfw: {
		outcome: { status: 'failed', category: 'nsfw' },
		says: 'the same without a code: a flag (WaveSpeed) or words (ToAPIs, gpt.ge)',
	},
	canceled: { outcome: { status: 'canceled' }, says: 'the gateway cancels it' },
	expiredtask: {
		outcome: { status: 'failed', category: 'expired' },
		says: 'it ends as `expired` (MiniMax, version 2); it fails elsewhere',
	},
	oddword: {
		outcome: { word: 'SOMETHING_NEW' },
		says: 'its status is a word that nobody knows, while it runs',
	},
	reject: { order: 'contentPolicy', says: 'the gateway refuses the order because of its content' },
	balance: { order: 'balance', says: 'the gateway refuses the order: there is no money left' },
	ratelimit: {
		order: 'rateLimit',
		says: 'the first order is answered "too many requests", the same one passes after that',
	},
	lost: { order: 'lost', says: 'it is made and paid, but the answer to the order never arrives' },

	expired: {
		outcome: { expireOnce: true },
		says: 'the link to the video has expired once; the next one works',
	},
	nolink: { outcome: { link: 'none' }, says: 'it is finished, but its link never comes' },
	latelink: {
		outcome: { link: 'late' },
		says: 'it is finished, and its link comes when the status is asked for once more',
	},
	relativelink: { outcome: { link: 'relative' }, says: 'the link has no host: `/cdn/…`' },
	schemelesslink: {
		outcome: { link: 'schemeless' },
		says: 'the link has no scheme: `//127.0.0.1…`',
	},

	html: { outcome: { file: 'html' }, says: 'behind the link is a login page' },
	json: { outcome: { file: 'json' }, says: 'a JSON error' },
	xml: { outcome: { file: 'xml' }, says: "an XML error, as a file store's" },
	playlist: { outcome: { file: 'playlist' }, says: 'a playlist (M3U8)' },
	png: { outcome: { file: 'png' }, says: 'an image' },
	zip: { outcome: { file: 'zip' }, says: 'a ZIP' },
	zeros: { outcome: { file: 'zeros' }, says: 'zeros, as `video/mp4`' },
	webm: { outcome: { file: 'webm' }, says: 'a good video, but WebM' },
	mov: { outcome: { file: 'mov' }, says: 'a good video, but QuickTime' },
	cut: { outcome: { cut: 'close' }, says: 'the connection closes in the middle of the video' },
	cutlength: {
		outcome: { cut: 'length' },
		says: 'half of the video, with a length that fits the half',
	},
	cutchunked: {
		outcome: { cut: 'chunked' },
		says: 'half of the video, without a length, as by a proxy',
	},
	gzip: { outcome: { packed: 'gzip' }, says: 'the video comes packed by gzip, asked for or not' },
	br: { outcome: { packed: 'br' }, says: 'the same by Brotli' },
	htmlonce: {
		outcome: { file: 'html', once: 'link' },
		says: 'the first link leads to a login page; a fresh link works',
	},
	cutonce: {
		outcome: { cut: 'close', once: 'download' },
		says: 'the first download is cut; the next one, by any link, is whole',
	},
	octet: {
		outcome: { type: 'application/octet-stream' },
		says: 'the file has the type `application/octet-stream`',
	},
	plain: { outcome: { type: 'text/plain' }, says: 'the file has the type `text/plain`' },
	download: {
		outcome: { type: 'application/force-download' },
		says: 'the file has the type `application/force-download`',
	},
	xdownload: {
		outcome: { type: 'application/x-download' },
		says: 'the file has the type `application/x-download`',
	},
	asvideo: { outcome: { type: 'video/mp4' }, says: 'the file says it is a video, whatever it is' },
	notype: { outcome: { type: '' }, says: 'the file has no type' },
};

/** The words of a prompt. */
function wordsIn(prompt = '') {
	const said = [...prompt.matchAll(/\bsim:([a-z]+)\b/gi)].map(([, word]) => word.toLowerCase());
	return said.filter((word) => Object.hasOwn(WORDS, word)).map((word) => WORDS[word]);
}

/** What a prompt makes of its task. */
const outcomeOfPrompt = (prompt) =>
	Object.assign({}, ...wordsIn(prompt).map(({ outcome }) => outcome));

/** What a prompt makes of its order: `contentPolicy`, `balance`, `rateLimit`, `lost`. */
const orderWishesOf = (prompt) =>
	wordsIn(prompt)
		.map(({ order }) => order)
		.filter(Boolean);

module.exports = { WORDS, orderWishesOf, outcomeOfPrompt };
