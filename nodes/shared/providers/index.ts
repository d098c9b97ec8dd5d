/** All gateways. A new one is a file beside this one and a line here. */
import type { ProviderId } from '../catalog/gateways';
import type { Provider } from './contract';
import { gptge } from './gptge';
import { minimax } from './minimax';
import { pixazo } from './pixazo';
import { seaart } from './seaart';
import { toapis } from './toapis';
import { wavespeed } from './wavespeed';

export const providers: Readonly<Record<ProviderId, Provider>> = {
	minimax,
	seaart,
	gptge,
	wavespeed,
	toapis,
	pixazo,
};
