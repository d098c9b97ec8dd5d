const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const HEARTBEAT_MS = 10_000;

/**
 * A list of steps with the seconds each took. On a terminal the running step turns in place; elsewhere
 * (CI, a pipe) it says every ten seconds that it still works.
 * @param {{ out?: NodeJS.WriteStream, terminal?: boolean, heartbeatMs?: number, now?: () => number }} [options]
 */
export function createProgress(options = {}) {
	const { out = process.stdout, heartbeatMs = HEARTBEAT_MS, now = Date.now } = options;
	const terminal = options.terminal ?? Boolean(out.isTTY && !process.env.CI);

	const line = (text = '') => out.write(`${text}\n`);
	const timers = new Set();
	let closed = false;

	/**
	 * @template T
	 * @param {string} title
	 * @param {(step: { detail: (read: () => string) => void, done: (note: string) => void }) => Promise<T> | T} work
	 *   `detail` names what to show while it runs, `done` what to show when it has ended
	 * @returns {Promise<T>}
	 */
	async function step(title, work) {
		const started = now();
		const seconds = () => formatSeconds(now() - started);
		let read = () => '';
		let note = '';
		const rest = () => {
			const text = read();
			return text ? `, ${text}` : '';
		};
		let frame = 0;
		const draw = () => {
			const text = `  ${FRAMES[frame++ % FRAMES.length]} ${title} (${seconds()}${rest()})`;
			out.write(`\r\x1b[K${text.slice(0, (out.columns ?? 80) - 1)}`);
		};
		const beat = () => line(`    ... ${title}: ${seconds()}${rest()}`);
		const timer = terminal ? setInterval(draw, 120) : setInterval(beat, heartbeatMs);
		timers.add(timer);
		if (terminal) draw();
		const end = (mark) => {
			clearInterval(timer);
			timers.delete(timer);
			if (closed) return;
			if (terminal) out.write('\r\x1b[K');
			line(`  ${mark} ${title}${note ? `: ${note}` : ''} (${seconds()})`);
		};
		try {
			const result = await work({
				detail: (reader) => (read = reader),
				done: (text) => (note = text),
			});
			end(terminal ? '✔' : 'ok');
			return result;
		} catch (error) {
			note = '';
			end(terminal ? '✖' : 'FAILED');
			throw error;
		}
	}

	/** Says nothing more about the running steps: the user has interrupted them. */
	function close() {
		if (closed) return;
		closed = true;
		if (terminal && timers.size > 0) out.write('\r\x1b[K');
		for (const timer of timers) clearInterval(timer);
	}

	return { step, line, close };
}

/** @typedef {ReturnType<typeof createProgress>} Progress */

/** "0.4 s", "12 s", "2 min 05 s". */
export function formatSeconds(ms) {
	if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
	const seconds = Math.round(ms / 1000);
	if (seconds < 120) return `${seconds} s`;
	return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
