/** From a field of the form to a picture that a gateway takes. Looked at before paying, loaded when it is sent. */
import { createHash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import { describeValue } from '../../../shared/parameters';
import type { BinaryField, MediaOrigin } from '../parameters';
import { binaryFieldsOf, findBinary } from '../binaryField';
import { imageLabels, type ImageRole } from './labels';

import { placeholder } from '../../../shared/transport/body';
import type { Clock } from '../../../shared/async/clock';
import { InputRefused } from '../../../shared/errors';
import { ImageFile } from './header';
import { faultOfBytes, judgeImage } from './inspect';
import { checkImageUrl, parseDataUrl } from './url';
import type { MediaFile, SentImageRules } from '../../../shared/providers/contract';
import { retryRead } from '../../../shared/async/retry';
import { settle } from '../../../shared/async/settle';
import type { MediaLink } from '../../../shared/task';
import type { ProviderClient } from '../../../shared/transport/client';

export interface ImageSource {
	/**
	 * Looks at the picture, at no cost.
	 * @throws InputRefused when the gateway would refuse it
	 */
	inspect(): Promise<InspectedImage>;
}

export interface InspectedImage {
	role: ImageRole;
	/** What tells it from another picture. */
	digest: string;
	/** What it weighs in memory when it is sent; 0 when it comes from n8n's store piece by piece. */
	bytes: number;
	/**
	 * The picture as the gateway takes it: a public link, the link of an upload, or a word in its place, with the
	 * picture that has to be put there.
	 */
	load(gateway: ProviderClient, clock: Clock, signal: AbortSignal): Promise<LoadedImage>;
}

export interface LoadedImage {
	link: MediaLink;
	inline?: MediaFile;
}

/** Bytes read from n8n's store at a time. */
const CHUNK_BYTES = 65_536;

/**
 * An image of one item, from its binary field or a URL.
 * @throws InputRefused when the item has no such file, or the URL is none
 */
export function imageSource(
	context: IExecuteFunctions,
	role: ImageRole,
	origin: MediaOrigin,
	itemIndex: number,
	rules: SentImageRules,
): ImageSource {
	return origin.source === 'url'
		? fromUrl(role, origin.label, origin.url, rules)
		: fromBinary(context, role, origin.label, origin.field, itemIndex, rules);
}

function fromBinary(
	context: IExecuteFunctions,
	role: ImageRole,
	label: string,
	field: BinaryField,
	itemIndex: number,
	rules: SentImageRules,
): ImageSource {
	const item = context.getInputData()[itemIndex];
	const binary = findBinary(item, field);
	if (binary === undefined) {
		const fields = binaryFieldsOf(item);
		throw new InputRefused(
			`${label} Binary Field`,
			`The item has no binary field ${describeValue(field)}, which '${label} Binary Field' names`,
			fields.length > 0
				? `It has ${fields.map((name) => `'${name}'`).join(', ')}: enter one of them in '${label} Binary Field'.`
				: `The item carries no file. Put a node that gives an image before this one, or set '${label} Source' to URL.`,
		);
	}
	const { bytes = 0, data, id } = binary;
	return {
		async inspect() {
			const open = async () =>
				id ? await context.helpers.getBinaryStream(id, CHUNK_BYTES) : [Buffer.from(data, 'base64')];
			return await inspect(role, open, rules, { stored: Boolean(id), bytes: Number(bytes) || 0 });
		},
	};
}

function fromUrl(role: ImageRole, label: string, url: string, rules: SentImageRules): ImageSource {
	const kind = checkImageUrl(url, `${label} URL`);
	if (kind === 'http') {
		const load = async () => ({ link: url });
		return { inspect: async () => ({ role, digest: url, bytes: 0, load }) };
	}
	const open = async () => {
		const parsed = parseDataUrl(url);
		if (parsed) return [parsed.bytes];
		throw new InputRefused(
			`${label} URL`,
			`'${label} URL' is a data URL that cannot be read`,
			'It has to look like data:image/jpeg;base64,… with the whole picture behind the comma.',
		);
	};
	return { inspect: async () => await inspect(role, open, rules, { stored: false, bytes: 0 }) };
}

/**
 * Reads an image once, keeping no more of it than its header. What is too big or of another format is not read to its
 * end.
 * @param known whether it lies in n8n's store, and the bytes it has by its own account (0: it does not say)
 */
async function inspect(
	role: ImageRole,
	open: MediaFile['open'],
	rules: SentImageRules,
	known: { stored: boolean; bytes: number },
): Promise<InspectedImage> {
	const label = imageLabels[role];
	const hash = createHash('sha256');
	const file = new ImageFile();
	const size = () => Math.max(file.bytes, known.bytes);
	const read = await settle(async () => {
		for await (const chunk of await open()) {
			file.push(chunk);
			const refused = file.format ? faultOfBytes(size(), rules) !== undefined : file.hopeless;
			if (refused) break;
			hash.update(chunk);
		}
	});
	if ('error' in read) {
		if (read.error instanceof InputRefused) throw read.error;
		throw new InputRefused(
			label,
			`'${label}' could not be read from n8n's store of files`,
			'The file may have been deleted with its execution. Run the step that makes the picture again.',
		);
	}
	const { format, mimeType } = judgeImage(file.end(), size(), rules, label);
	const fileName = `${label.toLowerCase().replace(/ /g, '-')}.${format === 'jpeg' ? 'jpg' : format}`;
	const picture: MediaFile = { size: file.bytes, mimeType, fileName, open };
	return {
		role,
		digest: hash.digest('hex'),
		bytes: known.stored ? 0 : file.bytes,
		load: async (gateway, clock, signal) => await load(gateway, picture, rules, clock, signal),
	};
}

async function load(
	gateway: ProviderClient,
	picture: MediaFile,
	rules: SentImageRules,
	clock: Clock,
	signal: AbortSignal,
): Promise<LoadedImage> {
	const { upload } = gateway.provider;
	if (rules.transport === 'inline' || !upload) return { link: placeholder(), inline: picture };
	const call = upload.call(picture);
	// costs nothing, so it may be repeated
	const send = async () => upload.read(await gateway.call(call));
	return { link: await retryRead(send, clock, signal) };
}
