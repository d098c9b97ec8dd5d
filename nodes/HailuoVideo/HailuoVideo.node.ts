import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { probeTest } from '../shared/transport/credentialProbe';
import { providerIds, type ProviderId } from '../shared/catalog/gateways';
import { providers } from '../shared/providers';
import { formFields, subtitle } from './form';

/**
 * Shows a credential for one gateway. `hide` and not `show`: n8n takes a parameter whose every value shows a
 * credential out of the form. `show` of the resource puts the credential's field before 'Resource', and so below
 * 'Provider', on which it depends.
 */
const onlyFor = (provider: ProviderId) => ({
	show: { resource: ['video', 'account'] },
	hide: { provider: providerIds.filter((id) => id !== provider) },
});

export class HailuoVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hailuo Video',
		name: 'hailuoVideo',
		icon: { light: 'file:../../icons/hailuo.svg', dark: 'file:../../icons/hailuo.dark.svg' },
		group: ['transform'],
		version: [1],
		subtitle,
		description: 'Make Hailuo videos from images or text, on any of six gateways',
		defaults: { name: 'Hailuo Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		// written out, because the linter reads this list; testedBy where the gateway has no free endpoint
		credentials: [
			{ name: 'hailuoMiniMaxApi', required: true, displayOptions: onlyFor('minimax') },
			{
				name: 'hailuoSeaArtApi',
				required: true,
				testedBy: 'hailuoSeaArtApiTest',
				displayOptions: onlyFor('seaart'),
			},
			{ name: 'hailuoGptGeApi', required: true, displayOptions: onlyFor('gptge') },
			{ name: 'hailuoWaveSpeedApi', required: true, displayOptions: onlyFor('wavespeed') },
			{ name: 'hailuoToApisApi', required: true, displayOptions: onlyFor('toapis') },
			{
				name: 'hailuoPixazoApi',
				required: true,
				testedBy: 'hailuoPixazoApiTest',
				displayOptions: onlyFor('pixazo'),
			},
		],
		properties: formFields,
	};

	methods = {
		credentialTest: {
			hailuoSeaArtApiTest: probeTest(providers.seaart),
			hailuoPixazoApiTest: probeTest(providers.pixazo),
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		// loaded here and not with n8n, which starts sooner without it; Continue On Fail is settled for each item inside
		const { execute } = await import('./operations/execute');
		return await execute(this);
	}
}
