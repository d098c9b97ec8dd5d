/** What an order costs: the user's own price, the gateway's where it is asked, else the price list. */
import type { JsonObject } from 'n8n-workflow';

import { estimateCost, type EstimatedCost } from '../../shared/catalog/prices';
import { table } from '../../shared/catalog/gateways';
import { retryRead } from '../../shared/async/retry';
import { settle } from '../../shared/async/settle';
import type { HttpCall } from '../../shared/providers/contract';
import type { VideoOrder } from '../../shared/task';
import type { Item } from '../item';
import type { InspectedMedia } from '../order/mediaSource';
import type { ReadOrder } from '../order/readOrder';
import { submission } from './submit';

/** What a file is called in a request that must not carry it. */
const STAND_IN = 'https://example.com/file';

/** The price without asking anybody; undefined where none is known. */
export function listPrice({ batch, client, provider }: Item, read: ReadOrder) {
	const { pricePerClip } = read.options;
	if (pricePerClip !== undefined)
		return {
			amount: pricePerClip,
			currency: 'USD',
			source: 'Price per Clip (USD), as given in the node',
			asOf: dayOf(batch.clock.now()),
		};
	if (isReplaced(client, read)) return undefined;
	const { order, images, references } = read;
	const roles = Object.fromEntries(images.map(({ role }) => [role, true]));
	return estimateCost({ ...order, ...roles, provider, references }, client.baseUrl);
}

/** Whether extra fields replace what the form asks for: the list does not know what is ordered then. */
function isReplaced({ provider }: Item['client'], read: ReadOrder): boolean {
	const extra = Object.keys(read.options.extraFields);
	if (extra.length === 0) return false;
	const { body = {} } = provider.submit(withLinks(read, () => STAND_IN)).call;
	return extra.some((name) => name !== 'prompt' && Object.hasOwn(body, name));
}

/** Answers of gateways, by what was asked: orders that differ in their words alone cost the same. */
export type Quotes = Map<string, Promise<EstimatedCost | undefined>>;

/** The price, asked of the gateway where it tells it for free. What it does not tell stands in the list. */
export async function quotePrice(
	item: Item,
	read: ReadOrder,
	quotes: Quotes,
): Promise<EstimatedCost | undefined> {
	const listed = listPrice(item, read);
	const { price } = item.client.provider;
	if (!price || read.options.pricePerClip !== undefined) return listed;
	const requestOf = (linkOf: (media: InspectedMedia) => string) =>
		submission(item.client, withLinks(read, linkOf), {
			reference: '',
			extraFields: read.options.extraFields as JsonObject,
		}).call;
	const { path, body } = requestOf(() => STAND_IN);
	const videos = read.references.map(({ url }) => url);
	const key = JSON.stringify([item.client.account, path, { ...body, prompt: '' }, videos]);
	const call = requestOf(({ url }) => url ?? STAND_IN);
	const asking = quotes.get(key) ?? ask(item, price.call(call));
	quotes.set(key, asking);
	return (await asking) ?? listed;
}

async function ask(
	{ batch, client, provider }: Item,
	call: HttpCall,
): Promise<EstimatedCost | undefined> {
	const asked = await settle(
		async () =>
			await retryRead(
				async (until) => client.provider.price!.read(await client.read(call, until)),
				batch.clock,
				batch.signal,
				{ tries: 3 },
			),
	);
	if ('error' in asked) {
		batch.context.logger.warn(`Hailuo: ${table[provider].name} did not tell a price`);
		return undefined;
	}
	const source = `${table[provider].name}, asked for this order`;
	return { ...asked.value, source, asOf: dayOf(batch.clock.now()) };
}

/** The order with something in the place of each file. */
export function withLinks(read: ReadOrder, linkOf: (media: InspectedMedia) => string): VideoOrder {
	const { order, images, references } = read;
	const filled: VideoOrder = { ...order };
	for (const image of images) filled[image.role] = linkOf(image);
	if (references.length > 0)
		filled.references = references.map((one) => ({ kind: one.kind, link: linkOf(one) }));
	return filled;
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
