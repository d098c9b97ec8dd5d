import { gptge } from './gptge.mjs';
import { minimax } from './minimax.mjs';
import { pixazo } from './pixazo.mjs';
import { seaart } from './seaart.mjs';
import { toapis } from './toapis.mjs';
import { wavespeed } from './wavespeed.mjs';

/** What is held against each gateway: free calls, and what they cannot tell. */
export const FACTS = { minimax, seaart, gptge, wavespeed, toapis, pixazo };
