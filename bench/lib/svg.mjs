/** The plot: wall times as bars, by hand. Pure. */
import { clips, duration, times } from './words.mjs';

const WIDTH = 860;
const LEFT = 250;
const RIGHT = 220;
const TOP = 84;
const BAR = 22;
const GAP = 8;
const HEADING = 26;
const GROUP_GAP = 22;
const COLOURS = { hailuo: '#0f7f8c', builtIn: '#c2703d', recipe: '#8a8f98' };
const SHORT = {
	hailuo: 'Hailuo Video (this package)',
	builtIn: 'built-in MiniMax node',
	recipe: 'HTTP Request + Wait 60 s + If',
};

/**
 * @param {{ taskSeconds: number, spread: number, trials: Array<{ n: number, contestant: string, wallMs?: number, ratio?: number, computed?: boolean, failed?: string }> }} compare
 * @returns {string} an SVG document
 */
export function barPlot({ taskSeconds, spread, trials }) {
	const counts = [...new Set(trials.map(({ n }) => n))];
	const longest = Math.max(1, ...trials.map(({ wallMs }) => wallMs ?? 0));
	const scale = (WIDTH - LEFT - RIGHT) / longest;
	const parts = [];
	let y = TOP;
	for (const n of counts) {
		parts.push(text(24, y + 15, clips(n), { weight: 600, size: 15 }));
		y += HEADING;
		for (const trial of trials.filter((one) => one.n === n)) {
			parts.push(...bar(trial, y, scale));
			y += BAR + GAP;
		}
		y += GROUP_GAP - GAP;
	}
	const height = y;
	const about =
		spread > 0 ? `about ${taskSeconds} s (±${Math.round(spread * 100)} %)` : `${taskSeconds} s`;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">
<title id="title">Time until all clips are in n8n, for ${escape(counts.map(clips).join(', '))}</title>
<defs><pattern id="computed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#f1ddd0"/><rect width="3" height="6" fill="${COLOURS.builtIn}"/></pattern></defs>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${text(24, 34, 'Time until all clips are in n8n', { weight: 600, size: 20 })}
${text(24, 58, `Simulated MiniMax, each clip takes ${about}. Shorter is better.`, { size: 14, colour: '#4a4f57' })}
${parts.join('\n')}
</svg>
`;
}

/** @param {{ contestant: string, wallMs?: number, ratio?: number, computed?: boolean, failed?: string }} trial */
function bar({ contestant, wallMs, ratio, computed, failed }, y, scale) {
	const label = text(LEFT - 10, y + 16, SHORT[contestant], { anchor: 'end', size: 13 });
	if (failed || wallMs === undefined)
		return [label, text(LEFT + 6, y + 16, 'failed', { size: 13 })];
	const width = Math.max(2, wallMs * scale);
	const fill = computed ? 'url(#computed)' : COLOURS[contestant];
	const note = [
		duration(wallMs),
		contestant !== 'hailuo' && ratio !== undefined && `(${times(ratio)})`,
		computed && 'computed',
	];
	return [
		label,
		`<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" fill="${fill}"/>`,
		text(LEFT + width + 8, y + 16, note.filter(Boolean).join(' '), { size: 13 }),
	];
}

function text(
	x,
	y,
	content,
	{ size = 13, weight = 400, anchor = 'start', colour = '#1d2127' } = {},
) {
	return `<text x="${typeof x === 'number' ? +x.toFixed(1) : x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${colour}">${escape(content)}</text>`;
}

function escape(content) {
	return content.replace(
		/[&<>"]/g,
		(sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign],
	);
}
