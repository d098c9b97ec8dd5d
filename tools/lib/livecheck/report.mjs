const SIGNS = { holds: '✓', differs: '✗ **differs**', open: '– open' };
const cell = (text) => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');

/**
 * The report as Markdown, to be pasted into an issue.
 * @param {{ gateway: any, baseUrl: string, version: string, date: string, results: import('./check.mjs').Result[] }} facts
 */
export function report({ gateway, baseUrl, version, date, results }) {
	const count = (verdict) => results.filter((result) => result.verdict === verdict).length;
	const rows = results.map(
		({ fact, sure, source, verdict, note, came }) =>
			`| ${SIGNS[verdict]} | ${cell(fact)} | ${sure} | ${source} | ${cell([note, came && `\`${came.replace(/`/g, "'")}\``].filter(Boolean).join('; '))} |`,
	);
	return [
		`# Live check: ${gateway.name}`,
		'',
		`${date}, host \`${new URL(baseUrl).host}\`, n8n-nodes-hailuo ${version}. ${count('holds')} facts hold, ${count('differs')} differ, ${count('open')} are open. Sections are those of docs/providers.md.`,
		'',
		'| | Fact | So far | Section | What came back |',
		'| --- | --- | --- | --- | --- |',
		...rows,
		'',
		'Not checkable without paying:',
		'',
		...gateway.unpaid.map(([fact, why]) => `- ${fact.replace(/\*\*/g, '')} …: ${why}`),
		'',
	].join('\n');
}
