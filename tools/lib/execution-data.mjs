/**
 * The data of an execution as n8n keeps it, read.
 * @param {string | undefined} text undefined or empty for an execution that has no data yet
 * @returns {Promise<Record<string, any>>}
 */
export async function readExecutionData(text) {
	if (!text || text.length === 0) return {};
	// imported here: in a fresh clone the package is not there when this module is loaded
	const { parse } = await import('flatted');
	return parse(text) ?? {};
}
