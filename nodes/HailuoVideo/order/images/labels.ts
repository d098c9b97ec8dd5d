/** What the form calls the images of an order. */
export type ImageRole = 'firstFrame' | 'lastFrame' | 'subject';

/** Display names without "Source", "URL" or "Binary Field" behind them. */
export const imageLabels: Readonly<Record<ImageRole, string>> = {
	firstFrame: 'First Frame',
	lastFrame: 'Last Frame',
	subject: 'Subject',
};
