/** The form of the trigger: only gateways that can call back. */
import type { INodeProperties, NodeParameterValue } from 'n8n-workflow';

import { providerIds, table, type ProviderId } from '../shared/catalog/gateways';
import { providers } from '../shared/providers';

export const callingBack = providerIds.filter((id) => providers[id].callback !== undefined);
const signed = callingBack.filter((id) => providers[id].callback?.signed);

/**
 * Shows a credential for one gateway; `hide`, because n8n would take 'Provider' out of the form with `show`. `show` of
 * the events puts the credential's field before 'Events', and so below 'Provider', on which it depends.
 */
export const onlyFor = (provider: ProviderId) => ({
	// a condition, so that any list of events and any text by expression shows it; the type knows values only
	show: { events: [{ _cnd: { exists: true } }] as unknown as NodeParameterValue[] },
	hide: { provider: callingBack.filter((id) => id !== provider) },
});

const notice = (
	name: string,
	displayName: string,
	provider: readonly string[],
): INodeProperties => ({
	displayName,
	name,
	type: 'notice',
	default: '',
	displayOptions: { show: { provider: [...provider] } },
});

export const triggerFields: INodeProperties[] = [
	{
		displayName: 'Provider',
		name: 'provider',
		type: 'options',
		noDataExpression: true,
		options: callingBack
			.map((value) => ({ name: table[value].name, value }))
			// not localeCompare: its first call loads a collation, a third of the time this node takes to load
			.sort((a, b) => (a.name < b.name ? -1 : 1)),
		default: 'minimax',
		description: 'The gateway that calls back. SeaArt Cloud cannot.',
	},
	notice(
		'unsignedNotice',
		"Put the production URL above into 'Callback URL' of the order (Hailuo Video → Create → Options). The workflow has to be active by then: the gateway posts a challenge to the URL and wants it back within three seconds, over public https. Its messages carry no signature, so keep 'Confirm With Provider' on, or set a 'Callback Token'.",
		callingBack.filter((id) => !signed.includes(id)),
	),
	notice(
		'wavespeedNotice',
		"Put the production URL above into 'Callback URL' of the order (Hailuo Video → Create → Options). Messages are signed: enter the 'Webhook Secret' (whsec_…) in the credential, or all are refused.",
		['wavespeed'],
	),
	notice(
		'toapisNotice',
		"In ToAPIs' console, open the token and enter the production URL above as its webhook address; copy the secret shown there into 'Webhook Secret' of the credential, or all messages are refused. 'Callback URL' of an order may differ from that address only in path and query.",
		['toapis'],
	),
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		options: [
			{
				name: 'Failed',
				value: 'failed',
				action: 'On video failed',
				description: 'The video could not be made, or was stopped',
			},
			{
				name: 'Processing',
				value: 'processing',
				action: 'On video progress',
				description: 'The video is being made',
			},
			{
				name: 'Succeeded',
				value: 'succeeded',
				action: 'On video ready',
				description: 'The video is ready',
			},
		],
		default: ['succeeded', 'failed'],
		description: 'What starts the workflow',
	},
	{
		displayName: 'Confirm With Provider',
		name: 'confirmWithProvider',
		type: 'boolean',
		default: true,
		description:
			'Whether to ask the gateway for the true status before the workflow starts. A forged or early message then starts nothing, and the link of the video comes along.',
	},
	{
		displayName: 'Download Video',
		name: 'downloadVideo',
		type: 'boolean',
		default: false,
		description: 'Whether to put the video file on the item, besides its link',
	},
	{
		displayName: 'Put Video in Field',
		name: 'binaryPropertyName',
		type: 'string',
		required: true,
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the output field that holds the video file',
		displayOptions: { show: { downloadVideo: [true] } },
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Callback Token',
				name: 'callbackToken',
				type: 'string',
				typeOptions: { password: true },
				default: '',
				description:
					'An extra secret: only messages to the URL with this ?token= at its end are heard. Put it on the Callback URL of the order, too.',
			},
		],
	},
];
