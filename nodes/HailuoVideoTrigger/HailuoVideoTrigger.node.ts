import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { InputRefused } from '../shared/errors';
import { probeTest } from '../shared/transport/credentialProbe';
import { providers } from '../shared/providers';
import { settle } from '../shared/async/settle';
import { onlyFor, triggerFields } from './form';
import { receive } from './receive';

export class HailuoVideoTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hailuo Video Trigger',
		name: 'hailuoVideoTrigger',
		icon: { light: 'file:../../icons/hailuo.svg', dark: 'file:../../icons/hailuo.dark.svg' },
		group: ['trigger'],
		version: [1],
		subtitle: '={{ $parameter["provider"] + ": " + $parameter["events"].join(", ") }}',
		description:
			'Makes Hailuo videos from images or text; the trigger starts a workflow when one is ready',
		eventTriggerDescription: 'Waiting for a gateway to call the test URL',
		activationMessage:
			'Gateways can now call the production URL of this node. It has to be reachable from the internet over https.',
		triggerPanel: {
			header: 'Receive callbacks of Hailuo gateways',
			executionsHelp: {
				inactive:
					"<b>While building</b>, press 'Execute step', then make a video with the <b>test URL</b> as 'Callback URL'. It hears one message only, and the challenge of MiniMax uses it up: to see a whole cycle, activate the workflow.<br /><br /><b>When it works</b>, activate the workflow and use the <b>production URL</b>.",
				active:
					"Videos made with the <b>production URL</b> as 'Callback URL' start this workflow. The executions appear in the list, not on the canvas.",
			},
			activationHint:
				'Activate the workflow before you make videos with its production URL: MiniMax checks the address within three seconds while the order is placed.',
		},
		defaults: { name: 'Hailuo Video Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'hailuoMiniMaxApi', required: true, displayOptions: onlyFor('minimax') },
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
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				path: 'webhook',
			},
		],
		properties: triggerFields,
	};

	methods = {
		credentialTest: {
			hailuoPixazoApiTest: probeTest(providers.pixazo),
		},
	};

	// nothing is registered at a gateway: the address travels with each order, or stands in ToAPIs' console
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const response = this.getResponseObject();
		const received = await settle(async () => await receive(this));
		if ('error' in received) {
			const { error } = received;
			const reason = error instanceof InputRefused ? `: ${error.message}` : '';
			this.logger.error(`Hailuo callback could not be read${reason}`);
			response.status(500).json({ error: 'the callback could not be read' });
			return { noWebhookResponse: true };
		}
		// at once: MiniMax waits three seconds, and a download may take minutes
		response.status(received.value.status).json(received.value.body);
		const { work } = received.value;
		const outcome = work ? await settle(work) : { value: undefined };
		if ('error' in outcome) {
			const { error } = outcome;
			this.logger.error(`Hailuo callback: ${error instanceof Error ? error.message : 'not read'}`);
			return { noWebhookResponse: true };
		}
		if (outcome.value === undefined) return { noWebhookResponse: true };
		return { noWebhookResponse: true, workflowData: [[outcome.value]] };
	}
}
