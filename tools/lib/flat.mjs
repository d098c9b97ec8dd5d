/**
 * Reads the flattened JSON in which n8n stores an execution: a list in which every string inside an
 * object or array is the index of the real value.
 * @param {string} json
 * @returns {any}
 */
export function unflatten(json) {
	const list = JSON.parse(json);
	const built = new Map();
	const value = (index) => {
		const raw = list[index];
		if (raw === null || typeof raw !== 'object') return raw;
		if (built.has(index)) return built.get(index);
		const target = Array.isArray(raw) ? [] : {};
		// Registered before it is filled: the data may be circular.
		built.set(index, target);
		for (const [key, entry] of Object.entries(raw)) {
			target[key] = typeof entry === 'string' ? value(Number(entry)) : entry;
		}
		return target;
	};
	return value(0);
}
