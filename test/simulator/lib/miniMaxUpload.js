'use strict';

/** MiniMax's upload of material for Hailuo 3: a path of version 1, for the requests of version 2. */

const { randomInt } = require('node:crypto');
const { OK, baseResp } = require('./baseResp');
const { Invalid } = require('./check');
const { KIND_OF, inspectFile, mediaFormatOf } = require('./media');

const PURPOSE = 'video_generation_input';

function upload({ file, fields }, world) {
	if (fields.purpose !== PURPOSE) throw new Invalid('purpose', `must be ${PURPOSE}`);
	const format = mediaFormatOf(file.bytes);
	const { problem } = inspectFile(file.bytes, KIND_OF[format] ?? 'image');
	if (problem) throw new Invalid('file', problem);
	world.keepUpload(file.bytes, format);
	const body = {
		file: {
			file_id: 0,
			bytes: file.bytes.length,
			created_at: Math.floor(world.now() / 1000),
			filename: file.name,
			purpose: PURPOSE,
		},
		base_resp: OK,
	};
	// An int64: written by hand, because no JavaScript number holds it.
	const id = `4${randomInt(1e8, 1e9)}${randomInt(1e7, 1e8)}7`;
	return { status: 200, body: JSON.stringify(body).replace('"file_id":0', `"file_id":${id}`) };
}

module.exports = {
	kind: 'upload',
	method: 'POST',
	path: '/v1/files/upload',
	maxBodyBytes: 64 * 1024 * 1024,
	multipart: { file: 'file', fields: ['purpose'] },
	/** Published is only that a file out of its limits is a 400. */
	invalid: (reason) => ({
		status: 400,
		body: { base_resp: baseResp('invalidParameters', `invalid params, ${reason}`) },
	}),
	handle: upload,
};
