/** Create without creating: the request as it would leave, its price and its time. */
import type { IDataObject, INodeExecutionData, JsonObject } from 'n8n-workflow';

import { typicalSecondsOf } from '../../shared/catalog/gateways';
import type { Item } from '../item';
import type { InspectedMedia } from '../order/mediaSource';
import type { ReadOrder } from '../order/readOrder';
import { withLinks } from '../submit/quote';
import { submission } from '../submit/submit';

/**
 * Sends nothing, uploads nothing and notes nothing.
 * @param reference our own name for the order, as it would be sent
 */
export function dryRun(item: Item, read: ReadOrder, reference: string): INodeExecutionData {
	const { client, progress, provider } = item;
	const { model, mode, resolution, duration } = read.order;
	const { call } = submission(client, withLinks(read, described), {
		callbackUrl: read.options.callbackUrl,
		reference,
		extraFields: read.options.extraFields as JsonObject,
	});
	const query = call.query ? `?${new URLSearchParams(call.query).toString()}` : '';
	const row: IDataObject = {
		dryRun: true,
		provider,
		model,
		mode,
		resolution: resolution || undefined,
		duration: duration || undefined,
		request: {
			method: call.method,
			url: `${client.baseUrl}${call.path}${query}`,
			body: call.body as IDataObject,
		},
		estimatedCost: progress.order?.estimatedCost as unknown as IDataObject,
		expectedSeconds: Math.round(typicalSecondsOf(provider, model, resolution, duration)),
	};
	return {
		json: Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)),
	};
}

/** A file in words: `<image/png, 1.2 MB>`. A public link is shown as it is. */
function described({ file, url }: InspectedMedia): string {
	return file ? `<${file.mimeType}, ${sizeText(file.size)}>` : (url ?? '');
}

function sizeText(bytes: number): string {
	const [unit, size] = bytes < 1_000_000 ? ['kB', bytes / 1000] : ['MB', bytes / 1_000_000];
	return `${Number(size.toFixed(1))} ${unit}`;
}
