'use strict';
/* All credential classes by name, from the list that n8n reads. */
const { n8n } = require('../package.json');

for (const path of n8n.credentials)
	Object.assign(exports, require(`../${path.replace(/^dist\//, '').replace(/\.js$/, '')}`));
