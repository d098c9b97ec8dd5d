/** Judges an MP4 or MOV file while it streams by: whether all of it is there, and what it says of itself. Pure. */
import { latin1, u16be, u32be, u64be } from './bytes';
import { BoxWalker, type BoxPlace } from './isoBoxes';
import { samplesOf, type Samples } from './isoSamples';
import { entriesOf, rowsOf } from './isoTables';
import { frameSizeOf } from './sampleEntries';
import type { VideoVerdict } from './verdict';

/** Containers on the way to what is asked for, by path. */
const CONTAINERS = new Set([
	'moov',
	'moov/trak',
	'moov/trak/edts',
	'moov/trak/mdia',
	'moov/trak/mdia/minf',
	'moov/trak/mdia/minf/dinf',
	'moov/trak/mdia/minf/stbl',
	'moov/mvex',
	'moof',
	'moof/traf',
]);

const LEAVES = new Set([
	'ftyp',
	'sidx',
	'moov/mvhd',
	'moov/mvex/mehd',
	'moov/mvex/trex',
	'moov/trak/tkhd',
	'moov/trak/edts/elst',
	'moov/trak/mdia/mdhd',
	'moov/trak/mdia/hdlr',
	'moov/trak/mdia/minf/dinf/dref',
	...['stsd', 'stts', 'ctts', 'stss', 'stps', 'stsc', 'stsz', 'stz2', 'stco', 'co64'].map(
		(type) => `moov/trak/mdia/minf/stbl/${type}`,
	),
	'moof/traf/tfhd',
	'moof/traf/trun',
]);

interface Track {
	id: number;
	handler: string;
	timescale: number;
	/** In units of its timescale; 0 where it is not said. */
	duration: number;
	/** Turned by a quarter: shown with width and height swapped. */
	turned: boolean;
	tables: Map<string, Uint8Array>;
	/** Its sample tables were too large to be kept. */
	unchecked: boolean;
	/** From `trex`, for fragments. */
	defaultDuration: number;
	/** Units in the fragments so far. */
	fragmented: number;
}

const newTrack = (): Track => ({
	id: 0,
	handler: '',
	timescale: 0,
	duration: 0,
	turned: false,
	tables: new Map(),
	unchecked: false,
	defaultDuration: 0,
	fragmented: 0,
});

export class IsoVideo {
	private readonly walker: BoxWalker;
	private format: 'mp4' | 'mov' = 'mov';
	private timescale = 0;
	private duration = 0;
	private moovs = 0;
	private readonly tracks: Track[] = [];
	private track: Track | undefined;
	private fragments = 0;
	/** The media data of the last fragment has not come yet. */
	private fragmentOpen = false;
	private fragmentsDuration = 0;
	private run: { track: Track | undefined; duration: number } | undefined;
	/** Offset at which the file has to end at least, by its samples and segment index. */
	private leastEnd = 0;
	/** Offsets at which segment indexes begin, and at which others say that one does. */
	private readonly tables = new Set<number>();
	private readonly promisedTables = new Set<number>();
	private fault: string | undefined;
	private readonly durations: Array<{ id: number; duration: number }> = [];

	constructor() {
		this.walker = new BoxWalker({
			plan: (box) => this.plan(box),
			kept: (box, content) => this.read(box, content),
			tooLarge: () => {
				if (this.track) this.track.unchecked = true;
			},
			left: (box) => this.leave(box),
		});
	}

	push(chunk: Uint8Array): void {
		this.walker.push(chunk);
	}

	/** The verdict when the file ends here. */
	end(): VideoVerdict {
		const { format } = this;
		const cut = (why: string): VideoVerdict => ({ kind: 'cut', format, why });
		const why = this.walker.end() ?? this.fault;
		if (why !== undefined) return cut(why);
		if ([...this.promisedTables].some((place) => !this.tables.has(place)))
			return cut(DAMAGED_SEGMENTS);
		if (this.moovs === 0) return cut("its index, the box 'moov', is missing");
		if (this.timescale === 0 || this.tracks.some((track) => track.id === 0 || track.handler === ''))
			return cut('its index is damaged');
		const video = this.tracks.find(({ handler }) => handler === 'vide');
		if (!video) {
			const sound = this.tracks.some(({ handler }) => handler === 'soun');
			return {
				kind: 'foreign',
				what: sound ? 'a sound file (MP4)' : 'an MP4 file without a video',
			};
		}
		const size = frameSizeOf(video.tables.get('stsd'));
		if (!size || video.timescale === 0) return cut('its index is damaged');
		const samples = this.tracks.map((track) => (track.unchecked ? undefined : samplesOf(track)));
		if (samples.includes('damaged')) return cut('its index is damaged');
		const own = samples[this.tracks.indexOf(video)] as Samples | undefined;
		if (own?.count === 0 && this.fragments === 0) return cut('it holds no frame');
		const ends = (samples as Array<Samples | undefined>).map((one) => one?.end ?? 0);
		if (Math.max(this.leastEnd, ...ends) > this.walker.at)
			return cut('some of its frames are missing');
		if (this.fragmentOpen || (this.fragments > 0 && this.walker.hasRest))
			return cut('its last fragment is missing');
		const seconds = this.secondsOf(video, own?.duration ?? 0);
		const promised = this.fragmentsDuration / this.timescale;
		// A quarter less than its head says is a cut; writers round and estimate.
		if (this.fragments > 0 && seconds !== undefined && seconds < promised * 0.75)
			return cut(`it has ${seconds} of ${promised.toFixed(1)} seconds`);
		const [width, height] = video.turned ? [size[1], size[0]] : size;
		return {
			kind: 'whole',
			video: {
				format,
				mimeType: format === 'mov' ? 'video/quicktime' : 'video/mp4',
				extension: format,
				width,
				height,
				...(seconds !== undefined && { seconds }),
			},
		};
	}

	/** Of the film; of its fragments; of its video track, where the head does not say it. */
	private secondsOf(video: Track, sampled: number): number | undefined {
		const fragmented = this.fragments > 0 ? video.fragmented / video.timescale : 0;
		const candidates = [
			this.fragments > 0 ? fragmented + sampled / video.timescale : 0,
			this.duration / this.timescale,
			video.duration / video.timescale,
			sampled / video.timescale,
		];
		const seconds = candidates.find((one) => one > 0 && one < 1e6);
		return seconds === undefined ? undefined : Math.round(seconds * 1000) / 1000;
	}

	private plan({ path }: BoxPlace): 'enter' | 'keep' | 'skip' {
		if (path === 'moov') this.moovs++;
		if (path === 'moov/trak') {
			this.track = newTrack();
			this.tracks.push(this.track);
		}
		if (path === 'moof') {
			this.fragments++;
			this.fragmentOpen = true;
		}
		if (path === 'moof/traf') this.run = { track: undefined, duration: 0 };
		if (path === 'mdat') this.fragmentOpen = false;
		if (CONTAINERS.has(path)) return 'enter';
		return LEAVES.has(path) ? 'keep' : 'skip';
	}

	private leave({ path }: BoxPlace): void {
		if (path === 'moov/trak') this.track = undefined;
		if (path !== 'moov') return;
		for (const { id, duration } of this.durations) {
			const track = this.tracks.find((one) => one.id === id);
			if (track) track.defaultDuration = duration;
		}
	}

	private read(box: BoxPlace, content: Uint8Array): void {
		const track = this.track;
		const table = /^moov\/trak\/mdia\/minf\/stbl\/(....)$/.exec(box.path)?.[1];
		if (table && track) {
			track.tables.set(table, content);
			return;
		}
		const least = MINIMUM[box.path] ?? 0;
		if (content.length < least) {
			this.fault ??= `its box '${box.type}' is too short`;
			return;
		}
		const long = content[0] === 1;
		if (content[0] > 1 && VERSIONED.has(box.path)) this.fault ??= 'its index is damaged';
		switch (box.path) {
			case 'ftyp':
				this.format = latin1(content, 0, 4) === 'qt  ' ? 'mov' : 'mp4';
				break;
			case 'sidx':
				this.readSegmentIndex(box, content);
				break;
			case 'moov/mvhd':
				this.timescale = u32be(content, long ? 20 : 12);
				this.duration = durationAt(content, long ? 24 : 16, long);
				break;
			case 'moov/mvex/mehd':
				this.fragmentsDuration = durationAt(content, 4, long);
				break;
			case 'moov/mvex/trex':
				this.durations.push({ id: u32be(content, 4), duration: u32be(content, 12) });
				break;
			case 'moov/trak/tkhd':
				track!.id = u32be(content, long ? 20 : 12);
				// The matrix a b u c d v …: a quarter turn has b and c, and neither a nor d.
				track!.turned =
					u32be(content, long ? 52 : 40) === 0 && u32be(content, long ? 56 : 44) !== 0;
				break;
			case 'moov/trak/mdia/mdhd':
				track!.timescale = u32be(content, long ? 20 : 12);
				track!.duration = durationAt(content, long ? 24 : 16, long);
				break;
			case 'moov/trak/mdia/hdlr':
				track!.handler = latin1(content, 8, 12);
				break;
			case 'moov/trak/edts/elst':
				if (!rowsOf(content, 4, long ? 20 : 12)) this.fault ??= 'its edit list is damaged';
				break;
			case 'moov/trak/mdia/minf/dinf/dref':
				if (!entriesOf(content)) this.fault ??= 'its index is damaged';
				break;
			case 'moof/traf/tfhd':
				this.readFragmentHead(content);
				break;
			case 'moof/traf/trun':
				this.readRun(content);
		}
	}

	/** ISO/IEC 14496-12, 8.16.3: sizes of the segments that follow, or of tables of such, by the top bit. */
	private readSegmentIndex(box: BoxPlace, content: Uint8Array): void {
		this.tables.add(box.start);
		const long = content[0] === 1;
		const at = long ? 28 : 20;
		const count = content.length < at + 4 ? 0 : u16be(content, at + 2);
		// readers refuse an empty table, and take the timescale for a signed number
		if (count === 0 || content.length < at + 4 + count * 12 || u32be(content, 8) >= 0x80000000) {
			this.fault ??= DAMAGED_SEGMENTS;
			return;
		}
		let end = box.end + (long ? u64be(content, 20) : u32be(content, 16));
		for (let index = 0; index < count; index++) {
			const reference = u32be(content, at + 4 + index * 12);
			if (reference >= 0x80000000) this.promisedTables.add(end);
			end += reference % 0x80000000;
		}
		this.leastEnd = Math.max(this.leastEnd, end);
	}

	/** 8.8.7: a base offset, a sample description, then the default duration, each only where its flag is set. */
	private readFragmentHead(content: Uint8Array): void {
		const flags = u32be(content, 0) % 0x1000000;
		const id = u32be(content, 4);
		const known = this.durations.some((one) => one.id === id);
		const track = known ? this.tracks.find((one) => one.id === id) : undefined;
		const at = 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
		const own = flags & 8 && content.length >= at + 4 ? u32be(content, at) : undefined;
		this.run = { track, duration: own ?? track?.defaultDuration ?? 0 };
	}

	/** 8.8.8: a data offset and first flags, then a row for each sample. */
	private readRun(content: Uint8Array): void {
		const flags = u32be(content, 0) % 0x1000000;
		const count = u32be(content, 4);
		const at = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
		const row = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
		if (content.length < at + row * count) this.fault ??= "its box 'trun' is too short";
		const { track, duration } = this.run ?? {};
		if (!track) this.fault ??= 'one of its fragments belongs to no track';
		if (!track) return;
		if (!(flags & 0x100)) {
			track.fragmented += (duration ?? 0) * count;
			return;
		}
		for (let place = at; place + row <= content.length && place < at + row * count; place += row)
			track.fragmented += u32be(content, place);
	}
}

const DAMAGED_SEGMENTS = 'its segment index is damaged';

/** Boxes that exist in versions 0 and 1 only. */
const VERSIONED = new Set([
	'sidx',
	'moov/mvhd',
	'moov/trak/tkhd',
	'moov/trak/edts/elst',
	'moov/trak/mdia/mdhd',
]);

/** Bytes that a box has at least, for what is read of it. */
const MINIMUM: Readonly<Record<string, number>> = {
	ftyp: 4,
	sidx: 24,
	'moov/mvhd': 32,
	'moov/mvex/mehd': 8,
	'moov/mvex/trex': 24,
	'moov/trak/tkhd': 80,
	'moov/trak/mdia/minf/dinf/dref': 8,
	'moov/trak/mdia/mdhd': 20,
	'moov/trak/mdia/hdlr': 12,
	'moof/traf/tfhd': 8,
	'moof/traf/trun': 8,
};

/** All bits set means "not known". */
function durationAt(content: Uint8Array, at: number, long: boolean): number {
	if (content.length < at + (long ? 8 : 4)) return 0;
	const duration = long ? u64be(content, at) : u32be(content, at);
	return duration >= (long ? 2 ** 63 : 0xffffffff) ? 0 : duration;
}
