/** Credential tests that cost nothing for gateways without a free endpoint: ask for a task that does not exist. */
import type { ICredentialDataDecryptedObject, ICredentialTestFunction } from 'n8n-workflow';

import { cleanBaseUrl, cleanKey } from '../auth/schemes';
import { parseJson } from '../json';
import type { Provider, Reply } from '../providers/contract';
import { redactor } from './redact';

/**
 * A test that n8n runs on Save: a key that is refused is a bad key; the gateway's own words about the task that does
 * not exist come from behind the door, those of any other server do not. Never throws.
 */
export function probeTest(provider: Provider): ICredentialTestFunction {
	return async function (credential) {
		const { helpers } = this;
		const failed = (message: string) => ({ status: 'Error' as const, message });
		const data = credential.data ?? {};
		if (cleanKey(data.apiKey) === '') return failed("'API Key' is empty");
		try {
			const reply = await ask(helpers.request, provider, data);
			const fault = provider.fault(reply);
			if (fault?.category === 'auth')
				return failed(`The gateway refuses this key: ${fault.message}`);
			if (fault?.category === 'transient' || fault?.category === 'rateLimit')
				return failed(`The gateway is busy, try again: ${fault.message}`);
			if (reply.json === undefined)
				return failed("The answer is no JSON: check 'Base URL', it does not lead to the gateway");
			if (reply.status >= 300 && reply.status < 400)
				return failed(
					"The address is redirected: check 'Base URL', it has to be the gateway's own",
				);
			if (provider.probed?.(reply) !== true)
				return failed("The answer is not one of this gateway: check 'Base URL'");
			return { status: 'OK', message: 'The gateway accepts this key' };
		} catch (error) {
			const message =
				error instanceof Error && error.name === 'InputRefused' ? error.message : undefined;
			// the client is not loaded with n8n
			const { networkFault } = await import('./client');
			return failed(message ?? networkFault(error).message);
		}
	};
}

/** Credential tests get only n8n's older request helper. */
async function ask(
	request: (options: object) => Promise<unknown>,
	provider: Provider,
	data: ICredentialDataDecryptedObject,
): Promise<Reply> {
	const call = provider.probe!;
	const url = `${cleanBaseUrl(data.baseUrl)}${call.path}`;
	const { headers } = await provider.sign(data, { url, headers: { ...call.headers } });
	const answer = (await request({
		method: call.method,
		uri: url,
		headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
		...(call.body && { body: JSON.stringify(call.body) }),
		resolveWithFullResponse: true,
		simple: false,
		followRedirect: false,
		timeout: 20_000,
	})) as { statusCode: number; body: unknown };
	const said = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? '');
	const text = redactor(cleanKey(data.apiKey))(said);
	return { status: answer.statusCode, headers: {}, text, json: parseJson(text) };
}
