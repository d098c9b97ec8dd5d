import type { ICredentialType, INodeProperties } from 'n8n-workflow';

import { credentialFields } from '../nodes/shared/auth/fields';
import { subscriptionKey } from '../nodes/shared/auth/schemes';

export class HailuoPixazoApi implements ICredentialType {
	name = 'hailuoPixazoApi';

	displayName = 'Hailuo via Pixazo API';

	icon = { light: 'file:../icons/hailuo.svg', dark: 'file:../icons/hailuo.dark.svg' } as const;

	documentationUrl = 'https://github.com/n8n-nodes-hailuo/n8n-nodes-hailuo#credentials';

	properties: INodeProperties[] = credentialFields(
		'The subscription key from the Pixazo console',
		'https://gateway.pixazo.ai',
	);

	authenticate = subscriptionKey;
}
