/** The gate's report as one HTML page. */
import { formatSeconds } from '../../../tools/lib/progress.mjs';

const STYLE = `
	:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
	body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
	table { border-collapse: collapse; width: 100%; }
	td, th { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .25rem .5rem; text-align: left; vertical-align: top; }
	td.number { text-align: right; white-space: nowrap; }
	.passed { color: light-dark(#11691f, #6fdc80); }
	.failed { color: light-dark(#b3001b, #ff8a98); font-weight: 600; }
	pre { overflow-x: auto; white-space: pre-wrap; font-size: 13px; }
	figure { margin: 1rem 0; }
	img { max-width: 100%; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
`;

const escaped = (text) =>
	String(text).replace(
		/[&<>"]/g,
		(letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter],
	);

/**
 * @param {object} options
 * @param {import('./report.mjs').SuiteReport[]} options.reports
 * @param {string} options.summary
 * @param {number} options.ms how long all of it took
 * @param {number} options.installedMs of which installing
 * @returns {string} HTML; pictures and logs are named by files beside it
 */
export function page({ reports, summary, ms, installedMs }) {
	const took = `${formatSeconds(ms)}, of which installing and building ${formatSeconds(installedMs)}`;
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Real n8n: ${escaped(summary)}</title>
<style>${STYLE}</style>
<h1>${escaped(summary)}</h1>
<p>${escaped(new Date().toISOString())}, ${escaped(took)}.</p>
<ul>
${reports.map((report) => `<li><a href="#${idOf(report)}">${escaped(titleOf(report))}</a> ${verdict(report.cases)}</li>`).join('\n')}
</ul>
${reports.map(section).join('\n')}
</html>
`;
}

const idOf = ({ line, suite }) => `n8n-${line}-${suite}`;
/** @param {import('./report.mjs').SuiteReport} report */
const titleOf = ({ line, version, suite }) => `n8n ${version ?? line}: ${suite}`;

function verdict(cases) {
	const failed = cases.filter(({ failures }) => failures.length > 0).length;
	return failed > 0
		? `<span class="failed">${failed} of ${cases.length} failed</span>`
		: `<span class="passed">${cases.length} passed</span>`;
}

function section(report) {
	const rows = report.cases.map(
		({ name, checks, failures, ms }) =>
			`<tr><td>${escaped(name)}${failures.length > 0 ? `<pre>${escaped(failures.join('\n'))}</pre>` : ''}</td>` +
			`<td class="${failures.length > 0 ? 'failed' : 'passed'}">${failures.length > 0 ? 'failed' : 'passed'}</td>` +
			`<td class="number">${checks} checks</td><td class="number">${formatSeconds(ms)}</td></tr>`,
	);
	const pictures = report.pictures.map(
		({ title, file }) =>
			`<figure><figcaption>${escaped(title)}</figcaption><img loading="lazy" src="${escaped(file)}" alt="${escaped(title)}"></figure>`,
	);
	return `<section id="${idOf(report)}">
<h2>${escaped(titleOf(report))}</h2>
<p>${verdict(report.cases)} in ${formatSeconds(report.ms)}${report.log ? `, <a href="${escaped(report.log)}">log</a>` : ''}</p>
<table>${rows.join('\n')}</table>
${report.notes.map((note) => `<pre>${escaped(note)}</pre>`).join('\n')}
${pictures.length > 0 ? `<details><summary>${pictures.length} pictures</summary>${pictures.join('\n')}</details>` : ''}
</section>`;
}
