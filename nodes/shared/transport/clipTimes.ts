/** What the tasks of one account teach each other: how long clips of a kind take. Pure: time is passed in. */
import {
	MOST_SEEN,
	nextPollMs,
	planOf,
	type ClipTime,
	type Outlook,
	type Plan,
	type PolledTask,
} from '../tasks/pollSchedule';

/** Successive multiples of it, modulo 1, lie evenly however many there are. */
const GOLDEN_RATIO = 0.618034;

/** A task that is being polled. */
export interface TrackedTask extends PolledTask {
	/** Epoch milliseconds of the submit, or of the end of a long queue. */
	since: number;
	/** When it is due, and by which knowledge. */
	dueAt?: { at: number; version: number };
}

/** Clips of one kind (model, resolution, seconds): the times of those seen, and the tasks that are being polled. */
export class ClipKind {
	private clips: ClipTime[] = [];
	private readonly tasks = new Set<TrackedTask>();
	private phase: number;
	private plan: Plan | undefined;
	private version = 0;
	/** Epoch milliseconds of the newest clip; 0 when none was seen. */
	learnedAt = 0;

	/**
	 * @param presumedMs what the catalog says such a clip takes
	 * @param random from 0 up to 1: processes and kinds are not to poll in step
	 */
	constructor(
		private readonly presumedMs: number,
		random: number,
	) {
		this.phase = random;
	}

	get seen(): readonly ClipTime[] {
		return this.clips;
	}

	get outlook(): Outlook {
		return { seen: this.clips, presumedMs: this.presumedMs, together: this.tasks.size };
	}

	/**
	 * Starts to track a task.
	 * @param since epoch milliseconds of its submit, or of when it was first heard of
	 * @param old it was made before, nobody knows when: it may be ready at any moment, and teaches nothing
	 */
	track(since: number, old = false): TrackedTask {
		this.phase = (this.phase + GOLDEN_RATIO) % 1;
		const task: TrackedTask = { since, polledMs: 0, polls: 0, phase: this.phase, old };
		this.tasks.add(task);
		this.changed();
		return task;
	}

	/** Ends the tracking of a task that is not polled any more; may be called twice. */
	release(task: TrackedTask): void {
		if (this.tasks.delete(task)) this.changed();
	}

	/** Epoch milliseconds at which the task is to be polled; earlier ones may come out when others got ready. */
	dueAt(task: TrackedTask): number {
		if (task.dueAt?.version !== this.version) {
			this.plan ??= planOf(this.outlook);
			const at = task.since + nextPollMs(task, this.plan);
			task.dueAt = { at, version: this.version };
		}
		return task.dueAt.at;
	}

	/**
	 * Notes that a task was still running.
	 * @param now epoch milliseconds
	 * @param progress per cent, where the gateway tells it
	 */
	stillRunning(task: TrackedTask, now: number, progress?: number): void {
		task.polledMs = now - task.since;
		task.polls++;
		task.dueAt = undefined;
		task.expectedMs =
			progress !== undefined && progress > 0 && progress < 100
				? (task.polledMs / progress) * 100
				: undefined;
	}

	/** Notes that a clip is ready (at `now`, epoch milliseconds), which the other tasks learn from. */
	ready(task: TrackedTask, now: number): void {
		if (!task.old) this.learn({ notYet: task.polledMs, ready: now - task.since }, now);
		this.release(task);
	}

	/** Takes the time of a clip into account. */
	learn(clip: ClipTime, now: number): void {
		this.clips = [...this.clips, clip].slice(-MOST_SEEN);
		this.learnedAt = Math.max(this.learnedAt, now);
		this.changed();
	}

	/** Takes over what another process, or this one before a restart, has seen, when that is newer. */
	adopt(clips: readonly ClipTime[], learnedAt: number): void {
		if (learnedAt <= this.learnedAt) return;
		this.clips = clips.slice(-MOST_SEEN);
		this.learnedAt = learnedAt;
		this.changed();
	}

	private changed(): void {
		this.plan = undefined;
		this.version++;
	}
}

/** Kinds that are remembered per account; the oldest goes first. */
const MAX_KINDS = 100;

/** The kinds of clips of one account. */
export class ClipTimes {
	private readonly kinds = new Map<string, ClipKind>();

	/**
	 * The kind of a name, made at its first use.
	 * @param presumedMs what the catalog says such a clip takes
	 * @param random from 0 up to 1
	 */
	of(name: string, presumedMs: number, random: number): ClipKind {
		const known = this.kinds.get(name);
		if (known) return known;
		const kind = new ClipKind(presumedMs, random);
		this.kinds.set(name, kind);
		// a Map keeps its order: the first key is the oldest
		for (const oldest of this.kinds.keys()) {
			if (this.kinds.size <= MAX_KINDS) break;
			this.kinds.delete(oldest);
		}
		return kind;
	}
}
