/** From a field of the form to a picture that a gateway takes. Looked at before paying, loaded when it is sent. */
import { createHash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import type { Clock } from './clock';
import { InputRefused } from './errors';
import { checkImageUrl, inspectFrame, parseDataUrl, toDataUrl } from './frame';
import type { PictureRules } from './providers/contract';
import { patiently } from './retry';
import type { PictureLink } from './task';
import type { Gateway } from './transport';

export type PictureRole = 'firstFrame' | 'lastFrame' | 'subject';

const labels: Record<PictureRole, string> = {
	firstFrame: 'First Frame',
	lastFrame: 'Last Frame',
	subject: 'Subject',
};

export interface PictureSource {
	role: PictureRole;
	/**
	 * Looks at the picture, at no cost.
	 * @returns what tells it from another picture, and how many bytes it adds to the order
	 * @throws InputRefused when the gateway would refuse it
	 */
	inspect(): Promise<{ digest: string; bytes: number }>;
	/** The picture as the gateway takes it: a public link, a data URL, or the link of an upload. */
	load(gateway: Gateway, clock: Clock, signal: AbortSignal): Promise<PictureLink>;
}

/**
 * A picture of one item, from its binary field or a URL.
 * @throws InputRefused when the source is neither
 */
export function pictureSource(
	context: IExecuteFunctions,
	role: PictureRole,
	itemIndex: number,
	rules: PictureRules,
): PictureSource {
	const label = labels[role];
	const source = context.getNodeParameter(`${role}Source`, itemIndex, 'binary') as string;
	if (source === 'binary') {
		const field = context.getNodeParameter(`${role}BinaryProperty`, itemIndex, 'data') as string;
		return fromBinary(context, role, label, String(field ?? '').trim(), itemIndex, rules);
	}
	if (source === 'url') {
		const url = String(context.getNodeParameter(`${role}Url`, itemIndex, '') ?? '').trim();
		return fromUrl(role, label, url, rules);
	}
	throw new InputRefused(
		`${label} Source`,
		`'${label} Source' is '${source}', which is neither 'binary' nor 'url'`,
		'Choose one of the two.',
	);
}

function fromBinary(
	context: IExecuteFunctions,
	role: PictureRole,
	label: string,
	field: string,
	itemIndex: number,
	rules: PictureRules,
): PictureSource {
	const binary = context.getInputData()[itemIndex]?.binary?.[field];
	if (binary === undefined) {
		const fields = Object.keys(context.getInputData()[itemIndex]?.binary ?? {});
		throw new InputRefused(
			`${label} Binary Field`,
			`The item has no binary field '${field}' for '${label}'`,
			fields.length > 0
				? `It has ${fields.map((name) => `'${name}'`).join(', ')}: enter one of them in '${label} Binary Field'.`
				: `The item carries no file. Put a node that gives a picture before this one, or set '${label} Source' to URL.`,
		);
	}
	const tooBig = Number(binary.bytes ?? 0) >= rules.maxBytes;
	const read = async () => {
		// a file that is too big by its own account is not read: one slice is enough for the message
		if (tooBig) throw tooLarge(label, Number(binary.bytes), rules);
		return await context.helpers.getBinaryDataBuffer(itemIndex, field);
	};
	return {
		role,
		async inspect() {
			const bytes = await read();
			inspectFrame(bytes, rules, label);
			return { digest: digest(bytes), bytes: bytes.length };
		},
		async load(gateway, clock, signal) {
			return await send(gateway, await read(), label, rules, clock, signal);
		},
	};
}

function fromUrl(
	role: PictureRole,
	label: string,
	url: string,
	rules: PictureRules,
): PictureSource {
	const kind = checkImageUrl(url, `${label} URL`);
	if (kind === 'http')
		return { role, inspect: async () => ({ digest: url, bytes: 0 }), load: async () => url };
	const bytes = () => {
		const parsed = parseDataUrl(url);
		if (parsed) return parsed.bytes;
		throw new InputRefused(
			`${label} URL`,
			`'${label} URL' is a data URL that cannot be read`,
			'It has to look like data:image/jpeg;base64,… with the whole picture behind the comma.',
		);
	};
	return {
		role,
		async inspect() {
			inspectFrame(bytes(), rules, label);
			return { digest: digest(url), bytes: url.length };
		},
		load: async (gateway, clock, signal) =>
			await send(gateway, bytes(), label, rules, clock, signal),
	};
}

async function send(
	gateway: Gateway,
	bytes: Buffer,
	label: string,
	rules: PictureRules,
	clock: Clock,
	signal: AbortSignal,
): Promise<PictureLink> {
	const { format, mimeType } = inspectFrame(bytes, rules, label);
	const { upload } = gateway.provider;
	if (rules.transport === 'inline' || !upload) return toDataUrl(bytes, mimeType);
	const fileName = `${label.toLowerCase().replace(/ /g, '-')}.${format === 'jpeg' ? 'jpg' : format}`;
	const call = upload.call({ bytes, mimeType, fileName });
	// costs nothing, so it may be repeated
	return await patiently(async () => upload.read(await gateway.call(call)), clock, signal);
}

function digest(picture: Buffer | string): string {
	return createHash('sha256').update(picture).digest('hex');
}

function tooLarge(label: string, bytes: number, rules: PictureRules): InputRefused {
	const megabytes = (count: number) => `${(count / 1024 / 1024).toFixed(1)} MB`;
	return new InputRefused(
		label,
		`'${label}' has ${megabytes(bytes)}; it has to be under ${megabytes(rules.maxBytes)}`,
		"Make it smaller, e.g. with n8n's Edit Image node.",
	);
}
