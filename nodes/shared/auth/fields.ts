/** The fields that the credentials share, and what their tests say. */
import type { ICredentialTestRequest, INodeProperties } from 'n8n-workflow';

/** The expression that gives a credential test the Base URL without its trailing slash. */
export const baseUrlExpression = '={{$credentials.baseUrl.trim().replace(/\\/+$/, "")}}';

/** Words for the two answers that mean a wrong key and a wrong address. */
export const testRules: NonNullable<ICredentialTestRequest['rules']> = [
	[401, 'The gateway refuses this key'],
	[403, 'The gateway refuses this key'],
	[404, "Nothing answers at this address: check 'Base URL'"],
].map(([value, message]) => ({
	type: 'responseCode' as const,
	properties: { value: Number(value), message: String(message) },
}));

/** The field for gateways that sign their callbacks. */
export function webhookSecretField(where: string): INodeProperties {
	return {
		displayName: 'Webhook Secret',
		name: 'webhookSecret',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description: `Only for the Hailuo Video Trigger: it checks the signatures of callbacks with it. ${where}.`,
	};
}

/** The two fields that every credential has. */
export function credentialFields(where: string, baseUrl: string, hosts = ''): INodeProperties[] {
	return [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: where,
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: baseUrl,
			required: true,
			placeholder: `e.g. ${baseUrl}`,
			description: `Address of the gateway${hosts}. The address of the simulator lets you try workflows at no cost.`,
		},
	];
}
