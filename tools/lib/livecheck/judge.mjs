/** What a fact may ask of a reply. Each gives nothing when it holds, or words for what was different. */

/** @typedef {{ status: number, text: string, json: any }} Reply */

const at = (json, path) => path.split('.').reduce((value, name) => value?.[name], json);

/** All of several conditions; the first that does not hold speaks. */
export const all =
	(...conditions) =>
	(reply) =>
		conditions.map((condition) => condition(reply)).find((word) => word !== undefined);

/** One of several conditions. */
export const any =
	(...conditions) =>
	(reply) => {
		const words = conditions.map((condition) => condition(reply));
		return words.includes(undefined) ? undefined : words.join('; ');
	};

/** The HTTP status is one of these. */
export const http =
	(...wanted) =>
	({ status }) =>
		wanted.includes(status) ? undefined : `HTTP ${status}, not ${wanted.join(' or ')}`;

/** The field is there, and of this type where one is named. */
export const has = (path, type) => (reply) => {
	const value = at(reply.json, path);
	if (value === undefined || value === null) return `no field ${path}`;
	const found = Array.isArray(value) ? 'array' : typeof value;
	return type === undefined || found === type ? undefined : `${path} is ${found}, not ${type}`;
};

/** The field has one of these values. */
export const is =
	(path, ...wanted) =>
	(reply) => {
		const value = at(reply.json, path);
		return wanted.includes(value)
			? undefined
			: `${path} is ${typeof value === 'object' ? 'no plain value' : value}, not ${wanted.join(' or ')}`;
	};

/** The field has another value than these. */
export const isNot =
	(path, ...unwanted) =>
	(reply) => {
		const value = at(reply.json, path);
		return value === undefined || unwanted.includes(value) ? `${path} is ${value}` : undefined;
	};

/** The text of the reply holds these words, without regard to case. */
export const says = (words) => (reply) =>
	reply.text.toLowerCase().includes(words.toLowerCase()) ? undefined : `it does not say "${words}"`;

/** The text of the reply does not hold these words. */
export const saysNot = (words) => (reply) =>
	says(words)(reply) === undefined ? `it says "${words}"` : undefined;

/** The key is refused, in MiniMax's way: `base_resp`, whatever the HTTP status. */
export const baseRespAuth = is('base_resp.status_code', 1004, 2049);
