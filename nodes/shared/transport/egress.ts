/**
 * Keeps a link that a gateway gave from leading into n8n's own network. Its text says little, because a public name may
 * resolve to any address, and a node may not ask the resolver itself. So the address counts that n8n connects to:
 *
 * - n8n 2 resolves and judges a URL for a node before anything is sent (its protection against server-side request
 *   forgery, with the administrator's own lists);
 * - on all versions the socket tells, before a byte of the answer is handed on, where the request has gone. A request
 *   without key or body has left by then, on n8n 1.
 *
 * Behind an HTTP proxy neither shows the true address: there the proxy decides what may be reached.
 */
import { badLink } from '../providers/replies';
import type { HttpContext } from './client';
import { isPrivateAddress, isPrivateHost } from './privateHost';

/** As much of n8n 2's egress filter as is used here; n8n 1 has none. */
interface EgressHelpers {
	getSecureEgressFilter?(policy: 'enforced'): {
		validateUrl(url: string): Promise<{ ok: boolean; error?: unknown }>;
	};
}

/** The stream of an answer, with the socket that it comes from. */
interface Connected {
	socket?: { remoteAddress?: string; remotePort?: number } | null;
}

const refusal = (hostname: string) =>
	badLink(`The video link leads into a private network, to ${hostname}`);

/**
 * Judges an address before a request is sent to it.
 * @throws GatewayFailed (`protocol`) when it lies in a private network, as far as can be told
 */
export async function checkBeforeRequest(context: HttpContext, address: string): Promise<void> {
	const { hostname } = new URL(address);
	if (isPrivateHost(hostname)) throw refusal(hostname);
	const { getSecureEgressFilter } = context.helpers as EgressHelpers;
	const verdict = await getSecureEgressFilter?.('enforced').validateUrl(address);
	// a name that cannot be resolved here is left to the request, which may go through a proxy
	const name = verdict?.error instanceof Error ? verdict.error.name : '';
	if (verdict?.ok === false && /Blocked/.test(name)) throw refusal(hostname);
}

/**
 * Judges where a request has gone, by the socket that its answer comes from.
 * @param answer the body as n8n gave it; one that had to be unpacked shows no socket
 * @throws GatewayFailed (`protocol`) when it came from a private network
 */
export function checkConnection(answer: unknown, address: string): void {
	const { remoteAddress, remotePort } = (answer as Connected | undefined)?.socket ?? {};
	const { hostname, port, protocol } = new URL(address);
	const expected = Number(port || (protocol === 'https:' ? 443 : 80));
	// another port is that of a proxy, which may well stand in the private network
	if (remoteAddress === undefined || remotePort !== expected) return;
	if (isPrivateAddress(remoteAddress)) throw refusal(hostname);
}
