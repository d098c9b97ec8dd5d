/** Which addresses a video may be fetched from: a gateway's reply must not send n8n into its own network. */

/** Whether a host name or address is on this machine or in a private network, as far as the text tells. */
export function isPrivateHost(hostname: string): boolean {
	const host = hostname
		.toLowerCase()
		.replace(/^\[|\]$/g, '')
		.replace(/\.$/, '');
	if (/(^|\.)(localhost|local|internal|lan|home|intranet)$/.test(host)) return true;
	const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
	if (mapped) {
		const [high, low] = [mapped[1], mapped[2]].map((part) => Number.parseInt(part, 16));
		return isPrivateV4([high >> 8, high & 255, low >> 8, low & 255]);
	}
	// loopback, unspecified, unique local, link local
	if (host.includes(':')) return /^(::1?|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)$/.test(host);
	// URL() has already turned 0x7f.1, 2130706433 and their kin into four numbers
	if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isPrivateV4(host.split('.').map(Number));
	// a bare name is a machine of the local network
	return !host.includes('.');
}

function isPrivateV4([a, b]: number[]): boolean {
	return (
		a === 0 ||
		a === 10 ||
		a === 127 ||
		(a === 100 && b >= 64 && b < 128) ||
		(a === 169 && b === 254) ||
		(a === 172 && b >= 16 && b < 32) ||
		(a === 192 && b === 168)
	);
}
