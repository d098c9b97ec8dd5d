'use strict';
/* The page and the plot of `npm run looks`. Pure. */

const percent = (share) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const table = (head, rows) =>
	[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const inWords = ({ lagShare, polls }) => `${percent(lagShare)}, ${polls.toFixed(1)}`;
const clipsInWords = (count) => (count === 1 ? '1 clip' : `${count} clips`);

/** What is asked of the schedule, as issue and docs state it. All of them hold for fixed times and ± 10 %. */
const MARKS = [
	{
		name: 'one clip, first time',
		clips: 1,
		known: 0,
		lagS: (seconds) => 0.06 * seconds + 1,
		polls: (seconds) => (seconds <= 120 ? 30 : 45),
		wanted: '6 % of its time + 1 s; 30 looks up to 120 s, 45 beyond',
	},
	{
		name: 'ten clips, first time',
		clips: 10,
		known: 0,
		lagS: (seconds) => 0.05 * seconds + 1,
		polls: () => 15,
		wanted: '5 % + 1 s; 15 looks each',
	},
	{
		name: 'one clip, next time',
		clips: 1,
		known: 10,
		lagS: (seconds) => 0.04 * seconds + 1,
		polls: () => 10,
		wanted: '4 % + 1 s; 10 looks each',
	},
	{
		name: 'ten clips, next time',
		clips: 10,
		known: 10,
		lagS: (seconds) => 0.04 * seconds + 1,
		polls: () => 10,
		wanted: '4 % + 1 s; 10 looks each',
	},
];
/** Seconds between which the marks are to hold. */
const MARKED = [12, 600];

/** A difference that is smaller is chance: the simulation draws its times. */
const CHANCE = 1.05;

/** Whether one way is worse than another in lag and in polls as well. */
const worseInBoth = (ours, theirs) =>
	ours.lagS > theirs.lagS * CHANCE && ours.polls > theirs.polls * CHANCE;

function markRows(cells) {
	return MARKS.flatMap((mark) =>
		['fixed', '± 10 %'].map((spread) => {
			const own = cells.filter(
				({ clips, known, distribution, seconds }) =>
					clips === mark.clips &&
					known === mark.known &&
					distribution === spread &&
					seconds >= MARKED[0] &&
					seconds <= MARKED[1],
			);
			const missed = own.filter(
				({ seconds, ours }) => ours.lagS > mark.lagS(seconds) || ours.polls > mark.polls(seconds),
			);
			const said = missed
				.map(({ seconds, ours }) => `${seconds} s: ${inWords(ours)} looks`)
				.join('; ');
			return [mark.name, spread, mark.wanted, said ? `missed at ${said}` : 'met at every time'];
		}),
	);
}

function cellTable(cells, known) {
	const some = cells.filter((one) => one.known === known);
	const times = [...new Set(some.map(({ seconds }) => seconds))];
	const rows = [];
	for (const distribution of new Set(some.map((one) => one.distribution)))
		for (const clips of new Set(some.map((one) => one.clips)))
			rows.push([
				distribution,
				clipsInWords(clips),
				...times.map((seconds) => {
					const found = some.find(
						(one) =>
							one.distribution === distribution && one.clips === clips && one.seconds === seconds,
					);
					return inWords(found.ours);
				}),
			]);
	return table(['Clip times', 'Together', ...times.map((seconds) => `${seconds} s`)], rows);
}

/**
 * @param cells every cell with `ours` and `every15`
 * @param fixedRows rows of the table of fixed intervals
 * @returns {string} Markdown, not yet formatted
 */
function page(cells, fixedRows) {
	const worse = cells.filter(({ ours, every15 }) => worseInBoth(ours, every15));
	const times = [...new Set(cells.map(({ seconds }) => seconds))];
	return [
		'# When a clip is looked at',
		'<!-- made by "npm run looks", do not edit -->',
		'How late the node sees that a clip is ready, and how often it asks, by the time a clip takes: simulated in virtual time with the very schedule the node runs (`nodes/shared/tasks/pollSchedule.ts`). Each cell: mean lag after readiness as a share of the clip’s time, then status requests per clip.',
		'![Lag against looks](looks.svg)',
		'## Marks',
		table(
			['What', 'Clip times', 'At most', `From ${MARKED[0]} s to ${MARKED[1]} s`],
			markRows(cells),
		),
		worse.length === 0
			? `Never worse than a fixed 15 seconds in both lag and looks: held in all ${cells.length} cells below (differences under ${Math.round((CHANCE - 1) * 100)} % are chance).`
			: `Worse than a fixed 15 seconds in both lag and looks: ${worse.map(({ seconds, clips, known, distribution }) => `${distribution}, ${seconds} s, ${clipsInWords(clips)}, ${known ? 'next' : 'first'} time`).join('; ')}.`,
		`Two marks contradict each other for a single clip of a kind that was never seen. A lag of 6 % + 1 s from 12 s on takes 13.7 looks until 108 s, more than a fixed 15 s has made by then; from there on only steps of 15 s at most are not worse in both; that makes 46.5 looks at 600 s at the very least, not 45. The schedule keeps to the steps${beyond(cells)}`,
		'## First time: nothing was seen of this kind',
		cellTable(cells, 0),
		'The catalog’s presumed time is 120 s in all cells, right or wrong.',
		'## Next time: after ten clips of the kind',
		cellTable(cells, 10),
		'## Fixed intervals',
		table(['Looks', ...times.map((seconds) => `${seconds} s`)], fixedRows),
		'The phase of the interval is random: a time that is a multiple of it would flatter it.',
	].join('\n\n');
}

/** How many of the looks at one clip of 600 s come after 120 s, for who reads the mark of 45 that way. */
function beyond(cells) {
	const polls = (time) =>
		cells.find(
			({ clips, known, distribution, seconds }) =>
				clips === 1 && known === 0 && distribution === 'fixed' && seconds === time,
		)?.ours.polls;
	const [early, all] = [polls(120), polls(600)];
	return early === undefined || all === undefined
		? '.'
		: `: of its ${all.toFixed(1)} looks ${(all - early).toFixed(1)} come later than the ${early.toFixed(1)} that a clip of 120 s takes.`;
}

const README_START = '<!-- looks: made by "npm run looks", do not edit -->';
const README_END = '<!-- end of looks -->';
const README_TIMES = [12, 30, 60, 120, 300, 600];

/**
 * The README with the short table put in between its marks.
 * @throws Error when the marks are gone
 */
function withLooks(readme, cells) {
	const [start, end] = [readme.indexOf(README_START), readme.indexOf(README_END)];
	if (start < 0 || end < start) throw new Error('README.md has lost the marks of the looks.');
	const of = (seconds, clips, known) =>
		cells.find(
			(one) =>
				one.distribution === '± 10 %' &&
				one.seconds === seconds &&
				one.clips === clips &&
				one.known === known,
		);
	const known = Math.max(...cells.map((one) => one.known));
	const inSeconds = ({ lagS, polls }) => `${lagS.toFixed(1)} s, ${polls.toFixed(1)}`;
	const rows = README_TIMES.map((seconds) => [
		`${seconds} s`,
		inSeconds(of(seconds, 1, 0).ours),
		inSeconds(of(seconds, 10, 0).ours),
		inSeconds(of(seconds, 1, known).ours),
		inSeconds(of(seconds, 1, 0).every15),
	]);
	const head = [
		'A clip takes',
		'alone, the first of its kind',
		'ten together, the first',
		'known from earlier ones',
		'every 15 s',
	];
	return [readme.slice(0, start + README_START.length), table(head, rows), readme.slice(end)].join(
		'\n\n',
	);
}

const WIDTH = 860;
const HEIGHT = 560;
const LEFT = 70;
const RIGHT = 190;
const TOP = 84;
const BOTTOM = 60;
const X = [0.9, 200];
const Y = [0.005, 0.8];
const COLOURS = ['#0f7f8c', '#3aa6b3', '#7a5ea8', '#c2703d', '#8a8f98', '#1d2127'];

/** @param {number} value @param {number[]} range its ends */
const logPlace = (value, [low, high]) => Math.log(value / low) / Math.log(high / low);
const x = (polls) => LEFT + logPlace(polls, X) * (WIDTH - LEFT - RIGHT);
const y = (lag) => HEIGHT - BOTTOM - logPlace(lag, Y) * (HEIGHT - TOP - BOTTOM);

function text(
	left,
	top,
	content,
	{ size = 12, anchor = 'start', colour = '#1d2127', weight = 400 } = {},
) {
	return `<text x="${left.toFixed(1)}" y="${top.toFixed(1)}" font-size="${size}" text-anchor="${anchor}" fill="${colour}" font-weight="${weight}">${content}</text>`;
}

/**
 * @param series `[{ name, points: [{ seconds, polls, lagShare }], dashed? }]`
 * @returns {string} an SVG document
 */
function plot(series) {
	const parts = [];
	for (const polls of [1, 2, 5, 10, 20, 50, 100])
		parts.push(
			`<line x1="${x(polls).toFixed(1)}" y1="${TOP}" x2="${x(polls).toFixed(1)}" y2="${HEIGHT - BOTTOM}" stroke="#e3e6ea"/>`,
			text(x(polls), HEIGHT - BOTTOM + 18, String(polls), { anchor: 'middle' }),
		);
	for (const lag of [0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
		parts.push(
			`<line x1="${LEFT}" y1="${y(lag).toFixed(1)}" x2="${WIDTH - RIGHT}" y2="${y(lag).toFixed(1)}" stroke="#e3e6ea"/>`,
			text(LEFT - 8, y(lag) + 4, `${lag * 100} %`, { anchor: 'end' }),
		);
	series.forEach(({ name, points, dashed }, index) => {
		const colour = COLOURS[index % COLOURS.length];
		const inside = points.filter(
			({ polls, lagShare }) =>
				polls >= X[0] && polls <= X[1] && lagShare >= Y[0] && lagShare <= Y[1],
		);
		const line = inside.map(
			({ polls, lagShare }) => `${x(polls).toFixed(1)},${y(lagShare).toFixed(1)}`,
		);
		parts.push(
			`<polyline points="${line.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
		);
		for (const point of dashed ? [] : inside) {
			const [px, py] = [x(point.polls), y(point.lagShare)];
			parts.push(`<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3.5" fill="${colour}"/>`);
			if ([12, 60, 120, 600].includes(point.seconds))
				parts.push(text(px + 6, py - 5, `${point.seconds} s`, { size: 10, colour }));
		}
		const top = TOP + 14 + index * 22;
		parts.push(
			`<line x1="${WIDTH - RIGHT + 16}" y1="${top - 4}" x2="${WIDTH - RIGHT + 38}" y2="${top - 4}" stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
			text(WIDTH - RIGHT + 44, top, name),
		);
	});
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">
<title id="title">Mean lag after readiness against status requests per clip</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${text(24, 34, 'How late a clip is seen, against how often it is looked at', { size: 20, weight: 600 })}
${text(24, 58, 'Simulated, clips ± 10 %, from 12 s to 600 s. Further down and further left is better.', { size: 14, colour: '#4a4f57' })}
${parts.join('\n')}
${text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, 'Looks per clip', { anchor: 'middle', size: 13 })}
${text(24, TOP - 8, 'Mean lag, share of the clip’s time', { size: 13 })}
</svg>
`;
}

module.exports = { MARKS, inWords, page, plot, withLooks, worseInBoth };
