/** Whether a Base URL is a host of MiniMax's China platform, whose accounts pay in yuan (docs/providers.md 11.1). */
export function isChinaHost(baseUrl: string): boolean {
	return /^https?:\/\/([\w-]+\.)*(minimax\.cn|minimaxi\.com)(?=[:/]|$)/i.test(baseUrl);
}
