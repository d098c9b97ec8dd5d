/** The whole form, built once from the table. */
import type { INodeProperties } from 'n8n-workflow';

import { canCancel, providerIds, table, type ProviderId } from '../../shared/catalog/gateways';
import { conditionalFields, inOrderOf } from './conditionalFields';
import { getBalance, videoOperations } from './operationChoices';
import { orderFields } from './orderFields';
import { outputFields, taskFields } from './sharedFields';
import { optionsFields } from './optionFields';

const byName = inOrderOf('name');

const provider: INodeProperties = {
	displayName: 'Provider',
	name: 'provider',
	type: 'options',
	noDataExpression: true,
	options: providerIds.map((value) => ({ name: table[value].name, value })).sort(byName),
	default: 'minimax',
	description: 'The gateway that sells the video. The credential below belongs to it.',
};

const accountResource = { name: 'Account', value: 'account' };
const videoResource = { name: 'Video', value: 'video' };
const resource = conditionalFields(
	providerIds.map((id) => ({ provider: id })),
	(point) => table[point.provider as ProviderId].balance,
	(tellsBalance) => ({
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: tellsBalance ? [accountResource, videoResource] : [videoResource],
		default: 'video',
	}),
	{},
);

const cancelling = providerIds.filter((id) => canCancel(id));

const accountOperation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [getBalance],
	default: 'getBalance',
	displayOptions: { show: { resource: ['account'] } },
};

function operation(withCancel: boolean): INodeProperties {
	const offered = Object.values(videoOperations);
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: offered.filter(({ value }) => withCancel || value !== 'cancel').sort(byName),
		default: 'create',
		displayOptions: {
			show: {
				resource: ['video'],
				provider: withCancel ? cancelling : providerIds.filter((id) => !canCancel(id)),
			},
		},
	};
}

/** What the node shows below its name on the canvas. */
export const subtitle = `={{ $parameter["operation"] + ": " + (${JSON.stringify(
	Object.fromEntries(providerIds.map((id) => [id, table[id].name])),
)}[$parameter["provider"]] ?? "") }}`;

export const formFields: INodeProperties[] = [
	provider,
	...resource,
	// first the one without Cancel: the node creator makes its list of actions from the first
	operation(false),
	operation(true),
	accountOperation,
	...taskFields,
	...orderFields,
	...outputFields,
	...optionsFields,
];
