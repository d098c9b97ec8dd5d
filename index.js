'use strict';
/* The built classes, for whoever requires the package. n8n itself reads the lists under "n8n" in package.json. */
const { n8n } = require('./package.json');

for (const path of [...n8n.nodes, ...n8n.credentials]) Object.assign(exports, require(`./${path}`));
