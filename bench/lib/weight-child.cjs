'use strict';
/* Prints how many milliseconds a node's module takes to load and the node to be made, with n8n-workflow loaded. */
require('n8n-workflow');

const [, , file, name] = process.argv;
const began = performance.now();
const { [name]: Node } = require(file);
new Node();
process.stdout.write(String(performance.now() - began));
