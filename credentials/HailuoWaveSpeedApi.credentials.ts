import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import {
	baseUrlExpression,
	credentialFields,
	webhookSecretField,
	testRules,
} from '../nodes/shared/auth/fields';
import { bearer } from '../nodes/shared/auth/schemes';

export class HailuoWaveSpeedApi implements ICredentialType {
	name = 'hailuoWaveSpeedApi';

	displayName = 'Hailuo via WaveSpeed AI API';

	icon = { light: 'file:../icons/hailuo.svg', dark: 'file:../icons/hailuo.dark.svg' } as const;

	documentationUrl = 'https://github.com/n8n-nodes-hailuo/n8n-nodes-hailuo#credentials';

	properties: INodeProperties[] = [
		...credentialFields('From wavespeed.ai under API Keys', 'https://api.wavespeed.ai'),
		webhookSecretField('From the webhook settings of wavespeed.ai; starts with whsec_'),
	];

	authenticate = bearer;

	// free of charge
	test: ICredentialTestRequest = {
		request: { baseURL: baseUrlExpression, url: '/api/v3/balance' },
		rules: testRules,
	};
}
