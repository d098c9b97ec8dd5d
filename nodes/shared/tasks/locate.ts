/** Finds out which API of a gateway made a task, where its row does not say. */
import { retryRead } from '../async/retry';
import type { Clock } from '../async/clock';
import { settle } from '../async/settle';
import { GatewayFailed } from '../errors';
import type { TaskRef } from '../task';
import type { ProviderClient } from '../transport/client';
import { fetchStatus, type StatusReply } from './poll';

/**
 * The task with the endpoint that knows it, and what that endpoint said. Costs no request where there is no doubt.
 * @returns the task as it was given where no API knows it: a replica may lag
 * @throws GatewayFailed when the gateway refuses to tell; Stopped
 */
export async function locateTask(
	client: ProviderClient,
	task: TaskRef,
	clock: Clock,
	signal: AbortSignal | undefined,
): Promise<{ task: TaskRef; seen?: StatusReply }> {
	const candidates = client.provider.candidates?.(task) ?? [task];
	if (candidates.length === 1) return { task: candidates[0] };
	for (const candidate of candidates) {
		const asked = await settle(
			async () =>
				await retryRead(
					async (until) => await fetchStatus(client, candidate, until),
					clock,
					signal,
				),
		);
		if ('value' in asked) return { task: candidate, seen: asked.value };
		if (!knowsNoTask(asked.error)) throw asked.error;
	}
	return { task };
}

/** MiniMax and its kin have one code for an unknown task and a wrong parameter. */
function knowsNoTask(error: unknown): boolean {
	if (!(error instanceof GatewayFailed)) return false;
	const { category } = error.fault;
	return category === 'notFound' || category === 'invalidParameters';
}
