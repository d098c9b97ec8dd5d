import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

import { baseUrlExpression, credentialFields } from '../nodes/shared/auth/fields';
import { bearer } from '../nodes/shared/auth/schemes';

export class HailuoMiniMaxApi implements ICredentialType {
	name = 'hailuoMiniMaxApi';

	displayName = 'Hailuo via MiniMax API';

	icon = { light: 'file:../icons/hailuo.svg', dark: 'file:../icons/hailuo.dark.svg' } as const;

	documentationUrl = 'https://github.com/n8n-nodes-hailuo/n8n-nodes-hailuo#credentials';

	properties: INodeProperties[] = credentialFields(
		'From platform.minimax.io under API Keys; for China from platform.minimax.cn. MiniMax-H3 needs a pay-as-you-go key (sk-api-…)',
		'https://api.minimax.io',
		'; for keys of the China platform https://api.minimax.cn or https://api.minimaxi.com',
	);

	authenticate = bearer;

	// free of charge; MiniMax answers a bad key with HTTP 200
	test: ICredentialTestRequest = {
		request: { baseURL: baseUrlExpression, url: '/v1/models' },
		rules: [1004, 2049].map((value) => ({
			type: 'responseSuccessBody' as const,
			properties: {
				key: 'base_resp.status_code',
				value,
				message:
					'MiniMax refuses this key: check it, and that it belongs to the region of the Base URL',
			},
		})),
	};
}
