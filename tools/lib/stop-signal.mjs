import { killAll, stopAll } from './processes.mjs';

/** The user asked to end (Ctrl-C, closed terminal, kill). */
export class Interrupted extends Error {}

/**
 * Turns the signals that end a program into a promise, and makes sure that nothing we started outlives
 * us however we end. A second signal ends everything at once.
 * @returns {{ requested: Promise<never> }} rejects with Interrupted at the first signal
 */
export function catchStopSignals() {
	let reject;
	let signals = 0;
	/** @type {Promise<never>} */
	const requested = new Promise((_, refuse) => (reject = refuse));
	requested.catch(() => {});
	const onSignal = (signal) => {
		signals++;
		if (signals === 1) {
			reject(new Interrupted(signal));
			return;
		}
		killAll();
		process.exit(130);
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
	process.on('exit', killAll);
	watchParent(() => onSignal('SIGTERM'));
	return { requested };
}

/** npm runs us through a shell that dies of a SIGTERM without passing it on: its end is our signal. */
function watchParent(onGone) {
	if (!process.env.npm_lifecycle_event || process.platform === 'win32') return;
	const parent = process.ppid;
	const timer = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(timer);
		onGone();
	}, 500);
	timer.unref();
}

/**
 * Runs a command's main part: one line of explanation instead of a stack where the cause is known, the
 * end of the log where a program failed, and nothing left running.
 * @param {(stop: { requested: Promise<never> }) => Promise<number>} main resolves with the exit code
 * @param {{ onInterrupt: () => number, cleanUp: () => Promise<void>, cleaned?: () => void }} options
 *   `onInterrupt` gives the exit code; `cleanUp` runs however it ends, `cleaned` after it when interrupted
 */
export async function runCommand(main, { onInterrupt, cleanUp, cleaned }) {
	const stop = catchStopSignals();
	let code;
	let interrupted = false;
	try {
		const work = main(stop);
		work.catch(() => {});
		code = await Promise.race([work, stop.requested]);
	} catch (error) {
		interrupted = error instanceof Interrupted;
		code = interrupted ? onInterrupt() : explain(error);
	}
	await Promise.all([stopAll(), cleanUp()]);
	if (interrupted) cleaned?.();
	process.exit(code);
}

function explain(error) {
	const known = error.constructor !== Error && !(error instanceof TypeError);
	console.error(`\n${known ? error.message : (error.stack ?? error)}`);
	if (error.tail) console.error(`\nThe end of its log (${error.log}):\n\n${error.tail}`);
	return error.exitCode ?? 1;
}
