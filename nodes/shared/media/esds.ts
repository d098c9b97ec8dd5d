/** The box `esds`: how a decoder of MPEG-4 sound begins (ISO/IEC 14496-1, 7.2.6; 14496-3, 1.6.2). Pure. */
const ES = 3;
const DECODER_CONFIG = 4;
const DECODER_SPECIFIC = 5;
/** Object type of MPEG-4 audio in a decoder's configuration (MP4 registration authority, object types). */
const MPEG4_AUDIO = 0x40;
/** MPEG-2 AAC, MP3, AC-3, E-AC-3, DTS and QCELP: sound that needs no more of its own. */
const OTHER_SOUND = new Set([
	0x66, 0x67, 0x68, 0x69, 0x6b, 0xa5, 0xa6, 0xa9, 0xaa, 0xab, 0xac, 0xe1,
]);
/** Main, LC, SSR and LTP: what files with a video carry, by itself or within the next two. */
const AAC_TYPES = new Set([1, 2, 3, 4]);
/** SBR and PS: another rate and the type of what they extend follow. */
const EXTENSIONS = new Set([5, 29]);
/** Channel configurations that are reserved. */
const NO_CHANNELS = new Set([8, 9, 10, 14, 15]);

interface Descriptor {
	tag: number;
	content: Uint8Array;
}

/** The descriptor that begins here; undefined when it does not fit. Its length takes one to four bytes of seven bits. */
function descriptorAt(bytes: Uint8Array, at: number): Descriptor | undefined {
	let place = at + 1;
	let length = 0;
	for (let index = 0; index < 4; index++) {
		if (place >= bytes.length) return undefined;
		const byte = bytes[place++];
		length = length * 128 + (byte & 127);
		if (byte < 128) break;
	}
	return place + length <= bytes.length
		? { tag: bytes[at], content: bytes.subarray(place, place + length) }
		: undefined;
}

/** The bytes behind the head of an ES descriptor, whose flags say what it holds. */
function behindHead(content: Uint8Array): number {
	const flags = content[2];
	const address = flags & 0x40 ? 1 + content[3 + (flags & 0x80 ? 2 : 0)] : 0;
	return 3 + (flags & 0x80 ? 2 : 0) + address + (flags & 0x20 ? 2 : 0);
}

/** An AudioSpecificConfig with a type, a sampling rate and channels that a decoder knows. */
function isAacConfig(bytes: Uint8Array): boolean {
	let at = 0;
	const read = (count: number) => {
		let value = 0;
		for (; count > 0; count--, at++) value = value * 2 + ((bytes[at >> 3] >> (7 - (at & 7))) & 1);
		return value;
	};
	const readType = () => {
		const type = read(5);
		return type === 31 ? 32 + read(6) : type;
	};
	// 15: the rate itself follows; 13 and 14 are none
	const readRate = () => {
		const index = read(4);
		if (index === 15) read(24);
		return index !== 13 && index !== 14;
	};

	let type = readType();
	if (!readRate()) return false;
	const channels = read(4);
	if (EXTENSIONS.has(type)) {
		if (!readRate()) return false;
		type = readType();
	}
	if (!AAC_TYPES.has(type) || NO_CHANNELS.has(channels)) return false;
	// flags of the frames; without a configuration of channels a list of them, six bytes at least
	at += 3 + (channels === 0 ? 48 : 0);
	const bits = bytes.length * 8;
	if (at > bits) return false;
	// SBR may also be announced behind: a sync word, the type, a flag and its rate
	if (channels !== 0 && at + 16 <= bits && read(11) === 0x2b7 && read(5) === 5 && read(1) === 1)
		return readRate() && at <= bits;
	return true;
}

/**
 * Whether a decoder of sound can begin with this.
 * @param box the content of an `esds` box, version and flags first
 */
export function isSoundConfigured(box: Uint8Array): boolean {
	const stream = descriptorAt(box, 4);
	if (stream?.tag !== ES || stream.content.length < 3) return false;
	const decoder = descriptorAt(stream.content, behindHead(stream.content));
	if (decoder?.tag !== DECODER_CONFIG || decoder.content.length < 13) return false;
	if (decoder.content[0] !== MPEG4_AUDIO) return OTHER_SOUND.has(decoder.content[0]);
	const own = descriptorAt(decoder.content, 13);
	return own?.tag === DECODER_SPECIFIC && isAacConfig(own.content);
}
