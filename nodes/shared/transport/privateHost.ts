/** Which addresses are not public: of this machine, of a private network, or of no network at all. */
import { InputRefused } from '../errors';

/** Names that local resolvers answer for (RFC 6761, 6762, 8375, 9476), and those that networks use by habit. */
const PRIVATE_NAMES =
	/(^|\.)(localhost6?|localdomain6?|local|internal|intranet|intra|private|corp|lan|home|svc|consul|home\.arpa|onion|alt|invalid|test)$/;

/** IANA's special-purpose registries for IPv4 and IPv6, without the ranges that are reachable worldwide. */
const SPECIAL_RANGES = [
	'0.0.0.0/8',
	'10.0.0.0/8',
	'100.64.0.0/10',
	'127.0.0.0/8',
	'169.254.0.0/16',
	'172.16.0.0/12',
	'192.0.0.0/24',
	'192.0.2.0/24',
	'192.88.99.0/24',
	'192.168.0.0/16',
	'198.18.0.0/15',
	'198.51.100.0/24',
	'203.0.113.0/24',
	'224.0.0.0/4',
	'240.0.0.0/4',
	'2001::/23',
	'2001:db8::/32',
	// 6to4
	'2002::/16',
	'3fff::/20',
	// no others than 2000::/3 are given out (RFC 4291 2.4)
	'::/3',
	'4000::/2',
	'8000::/1',
].map(parseRange);

/** IPv6 ranges that stand for an IPv4 address, which their last four bytes hold: mapped ones, and NAT64. */
const EMBEDDING_RANGES = ['::ffff:0:0/96', '64:ff9b::/96'].map(parseRange);

interface Range {
	bytes: number[];
	/** How many leading bits count. */
	bits: number;
}

/**
 * Whether a host is on this machine or in a private network, as far as its text tells: a public name may resolve to
 * anything (see egress.ts).
 * @param hostname as URL() gives it: lower case, unescaped, numbers in their usual form
 */
export function isPrivateHost(hostname: string): boolean {
	const host = hostname
		.toLowerCase()
		.replace(/^\[|\]$/g, '')
		.replace(/\.+$/, '');
	const bytes = parseAddress(host);
	if (bytes) return isSpecial(bytes);
	// a bare name is a machine of the local network
	return !host.includes('.') || PRIVATE_NAMES.test(host);
}

/** Whether an IP address, of a socket for instance, is none of the public internet; false for anything else. */
export function isPrivateAddress(address: string): boolean {
	const bytes = parseAddress(address.replace(/%.*$/, ''));
	return bytes !== undefined && isSpecial(bytes);
}

/**
 * Which hosts a gateway's links may lead to although they are private: its own, which the user has chosen, and any
 * where the gateway itself is private (a simulator, a relay of one's own).
 */
export function privateHostsOf(baseUrl: string): (hostname: string) => boolean {
	const own = new URL(baseUrl).hostname;
	const isPrivate = isPrivateHost(own);
	return (hostname) => isPrivate || hostname === own;
}

/**
 * Refuses a URL that a gateway in the internet cannot reach. A gateway in the private network can: the simulator, for
 * instance.
 * @param label the parameter's display name
 * @param advice what to do instead
 * @throws InputRefused
 */
export function checkReachable(url: string, label: string, baseUrl: string, advice: string): void {
	const { hostname } = new URL(url);
	if (!isPrivateHost(hostname) || isPrivateHost(new URL(baseUrl).hostname)) return;
	throw new InputRefused(
		label,
		`'${label}' leads to ${hostname}, which the gateway cannot reach: it lies on this machine or in a private network`,
		advice,
	);
}

function isSpecial(bytes: number[]): boolean {
	if (EMBEDDING_RANGES.some((range) => isWithin(bytes, range))) return isSpecial(bytes.slice(12));
	return SPECIAL_RANGES.some((range) => isWithin(bytes, range));
}

function isWithin(bytes: number[], range: Range): boolean {
	if (bytes.length !== range.bytes.length) return false;
	return bytes.every((byte, index) => {
		const counted = Math.min(8, Math.max(0, range.bits - index * 8));
		return (byte ^ range.bytes[index]) >> (8 - counted) === 0;
	});
}

function parseRange(text: string): Range {
	const [address, bits] = text.split('/');
	return { bytes: parseAddress(address) ?? [], bits: Number(bits) };
}

/** The 4 or 16 bytes of an IP address in its usual text form (RFC 4291 2.2); undefined when it is none. */
function parseAddress(text: string): number[] | undefined {
	if (!text.includes(':')) return parseV4(text);
	const [head, tail, ...more] = text.split('::').map(parseGroups);
	if (!head || more.length > 0) return undefined;
	if (tail === undefined && text.includes('::')) return undefined;
	const zeros = 16 - head.length - (tail?.length ?? 0);
	if (tail ? zeros < 2 : zeros !== 0) return undefined;
	return [...head, ...Array<number>(zeros).fill(0), ...(tail ?? [])];
}

/** The bytes of groups of 16 bits, the last of which may be written as an IPv4 address. */
function parseGroups(text: string): number[] | undefined {
	const bytes: number[] = [];
	for (const group of text === '' ? [] : text.split(':')) {
		const parsed = group.includes('.') ? parseV4(group) : parseGroup(group);
		if (!parsed) return undefined;
		bytes.push(...parsed);
	}
	return bytes;
}

function parseGroup(text: string): number[] | undefined {
	if (!/^[0-9a-f]{1,4}$/i.test(text)) return undefined;
	const value = Number.parseInt(text, 16);
	return [value >> 8, value & 255];
}

function parseV4(text: string): number[] | undefined {
	if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
	const bytes = text.split('.').map(Number);
	return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}
