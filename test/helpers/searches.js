'use strict';

/** What people type who look for the node; each has to find it in n8n's node creator. */
exports.SEARCHES = [
	'hailuo',
	'minimax video',
	'image to video',
	'text to video',
	'generate video',
	'AI video',
	'video generation',
];
