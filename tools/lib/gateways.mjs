/**
 * The six gateways: what the demo makes of each, and the names under which it appears in n8n.
 * @type {ReadonlyArray<{ id: string, name: string, credentialType: string, credentialName: string, node: string }>}
 */
export const GATEWAYS = [
	['minimax', 'MiniMax', 'hailuoMiniMaxApi'],
	['seaart', 'SeaArt Cloud', 'hailuoSeaArtApi'],
	['gptge', 'V-API (gpt.ge)', 'hailuoGptGeApi'],
	['wavespeed', 'WaveSpeed AI', 'hailuoWaveSpeedApi'],
	['toapis', 'ToAPIs', 'hailuoToApisApi'],
	['pixazo', 'Pixazo', 'hailuoPixazoApi'],
].map(([id, name, credentialType]) => ({
	id,
	name,
	credentialType,
	credentialName: `${name}, simulated`,
	node: `Video by ${name}`,
}));

/** The node of the demo workflow that fetches the first frame. */
export const PICTURE_NODE = 'Get an image';

/** The node of the demo workflow that starts it. */
export const START_NODE = 'Start';
