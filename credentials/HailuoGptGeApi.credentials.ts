import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { baseUrlExpression, credentialFields, testRules } from '../nodes/shared/auth/fields';
import { bearer } from '../nodes/shared/auth/schemes';

export class HailuoGptGeApi implements ICredentialType {
	name = 'hailuoGptGeApi';

	displayName = 'Hailuo via V-API (gpt.ge) API';

	icon = { light: 'file:../icons/hailuo.svg', dark: 'file:../icons/hailuo.dark.svg' } as const;

	documentationUrl = 'https://github.com/n8n-nodes-hailuo/n8n-nodes-hailuo#credentials';

	properties: INodeProperties[] = credentialFields(
		'The token from the console of api.gpt.ge',
		'https://api.gpt.ge',
	);

	authenticate = bearer;

	// free of charge
	test: ICredentialTestRequest = {
		request: { baseURL: baseUrlExpression, url: '/v1/models' },
		rules: testRules,
	};
}
