import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import {
	baseUrlExpression,
	credentialFields,
	webhookSecretField,
	testRules,
} from '../nodes/shared/auth/fields';
import { bearer } from '../nodes/shared/auth/schemes';

export class HailuoToApisApi implements ICredentialType {
	name = 'hailuoToApisApi';

	displayName = 'Hailuo via ToAPIs API';

	icon = { light: 'file:../icons/hailuo.svg', dark: 'file:../icons/hailuo.dark.svg' } as const;

	documentationUrl = 'https://github.com/n8n-nodes-hailuo/n8n-nodes-hailuo#credentials';

	properties: INodeProperties[] = [
		...credentialFields(
			'From the console of toapis.com under API Keys',
			'https://toapis.com',
			'; in mainland China https://toapis.cn',
		),
		webhookSecretField(
			'Shown once when the webhook address is entered in the console of toapis.com',
		),
	];

	authenticate = bearer;

	// free of charge
	test: ICredentialTestRequest = {
		request: { baseURL: baseUrlExpression, url: '/v1/balance' },
		rules: testRules,
	};
}
