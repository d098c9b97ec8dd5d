/**
 * What to do about a fault: the description of n8n's error, and the page docs/errors.md, which is made from these
 * tables. Each sentence names a thing that the user can change or do.
 */
import type { ErrorCategory, ProviderFault } from '../../shared/errors';
import type { TaskRef } from '../../shared/task';
import { UNREACHED_BEHIND_PROXY } from '../../shared/transport/client';

/** What is known beside the fault. */
export interface FaultFacts {
	/** The gateway's name. */
	gateway: string;
	/** The item's task; undefined while it has none. */
	task: TaskRef | undefined;
	httpStatus: number | undefined;
}

export interface Advice {
	/** When it is met, for the page. */
	when: string;
	/** What to do. */
	advise(gateway: string): string;
}

/** A case that asks for other words than its category. */
export interface SpecialAdvice extends Advice {
	id: string;
	applies(fault: ProviderFault, facts: FaultFacts): boolean;
}

const checkTaskId = (gateway: string) =>
	`Check 'Task ID' and that the credential belongs to the account at ${gateway} that made the task. Old tasks may be gone.`;

export const categoryAdvice: Readonly<Record<ErrorCategory, Advice>> = {
	auth: {
		when: 'The gateway refuses the key (HTTP 401 or 403, or its own code).',
		advise: (g) =>
			`Check the API key in the credential, and that it belongs to ${g} and to the host in its Base URL.`,
	},
	balance: {
		when: 'There is no money, no quota or no credit left on the account.',
		advise: (g) => `Top up the account at ${g}, or wait until its quota renews.`,
	},
	spendLimit: {
		when: "The clips of the run would cost more than 'Max Spend (USD)' allows; nothing was ordered.",
		// refused before anything was sent: the refusal itself says what to do
		advise: () => "Raise 'Max Spend (USD)', or send fewer items.",
	},
	rateLimit: {
		when: 'The gateway said "too many requests" for 15 minutes.',
		advise: (g) =>
			`${g} takes fewer requests than were sent. Run the rest later, lower 'Max Submits per Minute' in 'Batching', or raise the limit of the account.`,
	},
	invalidParameters: {
		when: 'The gateway refuses a parameter of the order.',
		advise: () => 'Change the parameter that the message names. Nothing was made.',
	},
	contentPolicy: {
		when: 'The moderation of the model or of the gateway refused prompt, image or clip.',
		advise: () => 'Change the prompt or the image: the moderation of the model refused it.',
	},
	notFound: {
		when: 'The gateway does not know the task.',
		advise: checkTaskId,
	},
	expired: {
		when: 'The link to the video is refused, and fresh ones as well.',
		advise: () =>
			"Run 'Get Status' with this Task ID: it asks for a fresh link. A video that the gateway has deleted cannot be fetched again.",
	},
	transient: {
		when: 'The gateway is in trouble, or the generation failed for a reason that may pass.',
		advise: (g) =>
			`${g} has trouble at the moment. Try again in some minutes, e.g. with 'Retry On Fail' in the settings of the node.`,
	},
	timeout: {
		when: "The video was not finished within 'Timeout'.",
		advise: () =>
			"The task goes on at the gateway. Fetch it with the operation 'Wait', or raise 'Timeout' in 'Wait Options'.",
	},
	unknownOutcome: {
		when: 'The order was sent, and its answer was lost.',
		advise: (g) =>
			`The request was sent, but no task ID came back: a paid task may exist. Look into the console of ${g} before you run this item again. If it is there, fetch it with the operation 'Wait' and its Task ID.`,
	},
	protocol: {
		when: 'The answer is not one of the gateway.',
		advise: (g) =>
			`Check 'Base URL' in the credential. If it is right, ${g} may have changed its API: look for a newer version of this node.`,
	},
	unsupported: {
		when: 'The account, or the gateway, does not have the model.',
		advise: (g) => `${g} does not offer this to the account. Choose another model.`,
	},
};

const isCode =
	(category: ErrorCategory, ...codes: string[]) =>
	({ category: met, code }: ProviderFault) =>
		met === category && codes.includes(code);

const fetchLater =
	"Run 'Download' or 'Wait' with this Task ID in some minutes. If nothing comes, ask the gateway's support, and give it the Task ID.";

/** The first that applies counts. */
export const specialAdvice: readonly SpecialAdvice[] = [
	{
		id: 'requestTooLarge',
		when: 'HTTP 413: the order, with its images in it, is too big.',
		applies: (_fault, { httpStatus }) => httpStatus === 413,
		advise: () =>
			"An image is too big to be sent inside the order. Set its source to URL, or make it smaller with n8n's 'Edit Image' node.",
	},
	{
		id: 'createNotFound',
		when: 'HTTP 404 for an order: the address or the model does not exist.',
		applies: ({ category }, { task }) => category === 'notFound' && task === undefined,
		advise: (g) =>
			`Check 'Base URL' in the credential (the host, without a path such as /v1), and the model: what is typed into 'Model Name' has to be ${g}'s own word for it.`,
	},
	{
		id: 'unknownTask',
		when: 'The gateway refuses the question about a task as a wrong parameter: MiniMax and its kin say so when they do not know it.',
		applies: ({ category }, { task }) => category === 'invalidParameters' && task !== undefined,
		advise: checkTaskId,
	},
	{
		id: 'gatewayDown',
		when: "The gateway's proxy answered in its place: it cannot reach the gateway. Nothing was made.",
		applies: ({ category }, { httpStatus = 0, task }) =>
			category === 'transient' && UNREACHED_BEHIND_PROXY.includes(httpStatus) && task === undefined,
		advise: (g) =>
			`Nothing was made: ${g} is down at the moment. Try again later, or choose another gateway.`,
	},
	{
		id: 'noChannel',
		when: 'A relay has nobody at the moment who makes the model. Nothing was made.',
		applies: ({ category, noTask }, { httpStatus, task }) =>
			category === 'transient' && noTask === true && httpStatus !== undefined && task === undefined,
		advise: (g) =>
			`Nothing was made: ${g} has nobody at the moment who makes this model. Choose another model or another gateway, or try again later.`,
	},
	{
		id: 'unreadableImage',
		when: "An image could not be read from n8n's store while it was sent. Nothing was made.",
		applies: isCode('transient', 'pictureUnreadable'),
		advise: () =>
			'Nothing was made. Run the step that makes the image again: its file may have been deleted with its execution.',
	},
	{
		id: 'notReached',
		when: 'No connection: the host is unknown, refuses, breaks off, or its certificate is not accepted. Nothing was made.',
		applies: ({ category, noTask }, { httpStatus, task }) =>
			category === 'transient' && noTask === true && httpStatus === undefined && task === undefined,
		advise: () =>
			"Nothing was made. Check the host in 'Base URL' of the credential (https:// or http://, spelling, port), and whether n8n may reach it: proxy, firewall, DNS.",
	},
	{
		id: 'notReachedLater',
		when: 'The same, when the task was made already: the gateway, or the server that its video lies on, cannot be reached.',
		applies: ({ category, noTask }, { httpStatus, task }) =>
			category === 'transient' && noTask === true && httpStatus === undefined && task !== undefined,
		advise: () =>
			"The task stays at the gateway. Check whether n8n may reach the host in 'Base URL' of the credential and the one in 'videoUrl' (proxy, firewall, DNS), then run 'Wait' with this Task ID.",
	},
	{
		id: 'refusedOnTheWay',
		when: 'A web page came in place of an answer, with a status that refuses: a firewall or a proxy on the way, or a wrong address.',
		applies: ({ category, noTask }) => category === 'protocol' && noTask === true,
		advise: (g) =>
			`Check 'Base URL' in the credential (the host, without a path such as /v1). If it is right, a firewall or proxy between n8n and ${g} refuses the request: allow n8n's address there, or try again later.`,
	},
	{
		id: 'tooLarge',
		when: "The file is larger than 'Max File Size (MB)' allows.",
		applies: isCode('unsupported', 'tooLarge'),
		advise: () =>
			"Raise 'Max File Size (MB)' in 'Download Options', or use the link in 'videoUrl' instead of the file.",
	},
	{
		id: 'stopped',
		when: "The task was stopped at the gateway: in its console, by 'Cancel', or by the gateway itself.",
		applies: isCode('unsupported', 'stopped'),
		advise: () =>
			"Run 'Create' again for another clip. If nobody of yours stopped the task, look into the gateway's console for the reason.",
	},
	{
		id: 'alreadyFinished',
		when: "'Cancel' of a task that is finished.",
		applies: isCode('unsupported', 'alreadyFinished'),
		advise: () => "There is nothing left to stop. Get the video with the operation 'Download'.",
	},
	{
		id: 'notCancelable',
		when: "'Cancel' of a task that the gateway does not stop any more.",
		applies: isCode('unsupported', 'notCancelable', 'notQueued'),
		advise: () => "Let it finish: get the video with the operation 'Wait'.",
	},
	{
		id: 'recordDeleted',
		when: "'Cancel' met a task that finished at the same moment.",
		applies: isCode('unsupported', 'recordDeleted'),
		advise: () =>
			"Take the link from the callback, where one was asked for with 'Callback URL'; otherwise order the clip again with 'Create'.",
	},
	{
		id: 'unfinished',
		when: "'Download' of a task that is not finished.",
		applies: ({ code }) => code === 'unfinished',
		advise: () =>
			"Use the operation 'Wait' instead of 'Download': it stays until the video is there.",
	},
	{
		id: 'pageBehindLink',
		when: 'Behind the link, and behind fresh ones, is a page, a JSON or XML text in place of the video.',
		applies: isCode('expired', 'notAVideo'),
		advise: () =>
			"Open the link of a fresh 'Get Status' in a browser. If it shows the same there, the gateway has lost the file: give its support the Task ID. If not, a proxy of n8n's network stands in the way.",
	},
	{
		id: 'foreignFile',
		when: 'Behind the link is a file of another kind.',
		applies: isCode('protocol', 'notAVideo'),
		advise: () =>
			"Open the link of a fresh 'Get Status' in a browser, and give the gateway's support the Task ID. Choose another model if its clips always come like this.",
	},
	{
		id: 'badLink',
		when: 'The link is of another scheme, leads into a private network, is redirected without end, or is answered with another HTTP status.',
		applies: isCode('protocol', 'badLink'),
		advise: (g) =>
			`Run 'Get Status' with this Task ID and open its 'videoUrl' in a browser. If it works there, fetch it with n8n's 'HTTP Request' node; if not, give the Task ID to the support of ${g}.`,
	},
	{
		id: 'cutOff',
		when: 'The file broke off five times, or is damaged.',
		applies: isCode('transient', 'cutOff'),
		advise: () =>
			"Run 'Download' with this Task ID: the clip is paid, and its file is fetched again. If it breaks off each time, check the proxy or firewall between n8n and the host in 'videoUrl'.",
	},
	{
		id: 'noLink',
		when: 'The gateway calls the task finished, and gives no link for a minute and a half.',
		applies: isCode('transient', 'noLink'),
		advise: () => fetchLater,
	},
	{
		id: 'remembered',
		when: 'The same order was sent before, and its answer was lost.',
		applies: isCode('unknownOutcome', 'remembered'),
		advise: (g) =>
			`A paid task may exist. Look into the console of ${g}: if the task is there, fetch it with the operation 'Wait'; if not, add the option 'Resend if Outcome Unknown' for one run.`,
	},
];

/** What to do about a fault, in one or two sentences. */
export function adviceFor(fault: ProviderFault, facts: FaultFacts): string {
	const special = specialAdvice.find(({ applies }) => applies(fault, facts));
	return (special ?? categoryAdvice[fault.category]).advise(facts.gateway);
}
