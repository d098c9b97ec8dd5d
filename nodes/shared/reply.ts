/** What a gateway answered, before anybody has judged it. */

/** An answer, untrusted. `json` is undefined when the body is no JSON. */
export interface Reply {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	text: string;
	json: unknown;
}
