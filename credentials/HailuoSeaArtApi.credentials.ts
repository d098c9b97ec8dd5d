import type { ICredentialType, INodeProperties } from 'n8n-workflow';

import { credentialFields } from '../nodes/shared/auth/fields';
import { bearer } from '../nodes/shared/auth/schemes';

export class HailuoSeaArtApi implements ICredentialType {
	name = 'hailuoSeaArtApi';

	displayName = 'Hailuo via SeaArt Cloud API';

	icon = { light: 'file:../icons/hailuo.svg', dark: 'file:../icons/hailuo.dark.svg' } as const;

	documentationUrl = 'https://github.com/n8n-nodes-hailuo/n8n-nodes-hailuo#credentials';

	properties: INodeProperties[] = credentialFields(
		'From cloud.seaart.ai under API Keys',
		'https://cloud.seaart.ai/model',
	);

	authenticate = bearer;
}
