'use strict';

/** The callbacks of MiniMax and of those that pass its own on: a challenge, then unsigned messages. */

const { OK, failureReason } = require('./baseResp');

/**
 * A message has the shape of the status answer, with other words, and no link to the video.
 *
 * @param {(task: object, world: object) => string} fileId
 */
const miniMaxCallback = (fileId) => ({
	field: 'callback_url',
	challenge: true,
	target: ({ body }) => body.callback_url,
	processing: (task) => message('processing', { task_id: task.id, file_id: '' }),
	final(task, world) {
		if (task.outcome.status !== 'succeeded') {
			return message('failed', { task_id: task.id }, failureReason(task.outcome));
		}
		return message('success', { task_id: task.id, file_id: fileId(task, world) });
	},
});

const message = (status, { task_id, ...more }, base_resp = OK) => ({
	event: status,
	body: { task_id, status, ...more, base_resp },
});

module.exports = { miniMaxCallback };
