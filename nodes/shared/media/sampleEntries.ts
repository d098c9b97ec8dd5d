/** Whether a decoder could begin with what an MP4 or MOV file says of its pictures and sounds. Pure. */
import { latin1, u16be, u32be } from './bytes';
import { isSoundConfigured } from './esds';
import { childrenOf } from './isoTables';
import { hasParameterArrays, hasParameterSets } from './parameterSets';

/** Sample entries of video, as registered at mp4ra.org and in the QuickTime File Format. */
const VIDEO_CODECS =
	/^(?:avc[1-4]|hvc[1-3]|hev[1-3]|dv(?:h[1e]|a[1v])|lhv1|av01|vp0[89]|vvc1|vvi1|evc1|mp4v|s263|h26[34]|enc[vt]|resv|ap(?:4[hx]|c[hnsof])|jpeg|mjp[2ab]|mpg[12]|mpeg|SVQ[13]|cvid|rpza|rle |png |tiff|raw |DIVX|XVID|dvc|dv5|hdv|AVdn|CFHD)/i;

/**
 * Width and height of a video's first sample entry (ISO/IEC 14496-12, 8.5.2 and 12.1.3: 78 bytes, then boxes);
 * undefined when no decoder could begin with it.
 */
export function frameSizeOf(table: Uint8Array | undefined): [number, number] | undefined {
	if (!table || table.length < 94) return undefined;
	const end = 8 + u32be(table, 8);
	const codec = latin1(table, 12, 16);
	const [width, height] = [u16be(table, 40), u16be(table, 42)];
	const usable = end >= 94 && end <= table.length && width > 0 && height > 0;
	return usable && VIDEO_CODECS.test(codec) && isConfigured(codec, table.subarray(94, end))
		? [width, height]
		: undefined;
}

/** Boxes that a codec cannot be read without (ISO/IEC 14496-15 for H.264 and H.265; AV1, VP9 and MPEG-4 of their own). */
const CONFIGURATIONS: ReadonlyArray<[codec: RegExp, box: string]> = [
	[/^avc[12]/, 'avcC'],
	[/^(?:hvc1|hev1)/, 'hvcC'],
	[/^av01/, 'av1C'],
	[/^vp09/, 'vpcC'],
	[/^mp4v/, 'esds'],
];

function isConfigured(codec: string, content: Uint8Array): boolean {
	const boxes = childrenOf(content);
	const wanted = CONFIGURATIONS.find(([pattern]) => pattern.test(codec))?.[1];
	if (!wanted) return true;
	const box = boxes?.find(([type]) => type === wanted)?.[1];
	if (!box || box.length < 4) return false;
	if (wanted === 'avcC') return hasParameterSets(box);
	return wanted === 'hvcC' ? hasParameterArrays(box) : true;
}

/**
 * Whether a decoder of sound could begin with a sample entry (ISO/IEC 14496-12, 12.2.3: 28 bytes, then boxes). Only
 * what is plainly damaged is not: players refuse the whole file for it.
 */
export function isReadableEntry([type, content]: [type: string, content: Uint8Array]): boolean {
	// QuickTime's versions 1 and 2 are longer
	if (type !== 'mp4a' || content.length < 28 || u16be(content, 8) !== 0) return true;
	const box = childrenOf(content.subarray(28))?.find(([child]) => child === 'esds')?.[1];
	return !box || isSoundConfigured(box);
}
