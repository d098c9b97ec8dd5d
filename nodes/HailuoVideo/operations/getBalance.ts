import type { INodePropertyOptions } from 'n8n-workflow';

export const option: INodePropertyOptions = {
	name: 'Get Balance',
	value: 'getBalance',
	action: 'Get account balance',
	description: 'See what is left on the account, free of charge',
};
