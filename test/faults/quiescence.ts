import { waitForStandby, waitUntil } from '../harness/polling.ts';
import type { Rng } from '../harness/rng.ts';
import type { Environment } from './environment.ts';
import type { Ledger } from './ledger.ts';
import { ask } from './load.ts';

/** The limit is longer than the longest backoff and the longest deadline together, on a busy machine. */
const POLLING = { limitMs: 90_000, everyMs: 250 };

/** Waits until every part works again, no client waits for an answer, and every copy is complete. */
export async function untilQuiescent(environment: Environment, ledger: Ledger, rng: Rng): Promise<void> {
  await waitUntil('every process is ready, one leads, and nothing waits for the event store', POLLING, () =>
    allReady(environment),
  );
  await repeatUnanswered(environment, ledger, rng);
  await waitUntil('nothing waits for the event store', POLLING, () => allReady(environment));
  await waitForStandby(environment.primary, environment.standby);
}

/** `undefined`, or what is missing. */
async function allReady({ apis, primary }: Environment): Promise<string | undefined> {
  const crashed = apis.filter((each) => each.hasCrashed());
  if (crashed.length > 0)
    throw new Error(`${crashed.map(({ name }) => name).join(', ')} ended, and nobody had killed it`);
  const states = await Promise.all(apis.map((each) => each.readiness()));
  const ready = states.every((each) => each?.status === 'ready' && each.journal.problem === null);
  const leading = states.findIndex((each) => each?.journal.leads);
  const leader = states[leading]?.journal;
  // Asked on the primary: the standby of a process may lack the last entries.
  const { rows } = await primary.query(`
    SELECT (SELECT count(*)::int FROM journal) AS entries, (SELECT count(*)::int FROM journal_position) AS positions`);
  const { entries, positions } = rows[0] ?? {};
  const known = await apis[leading]?.relayPosition();
  const relayed = leader?.unrelayed === 0 && leader.event_store === 'up' && known === entries;
  const done = relayed && positions === entries;
  return ready && done ? undefined : JSON.stringify([rows[0], { relayed: known }, ...states]);
}

/**
 * Repeats, with its key, each request without an answer. An attempt whose process has died holds its key for a minute:
 * the minute is skipped here.
 */
async function repeatUnanswered(environment: Environment, ledger: Ledger, rng: Rng): Promise<void> {
  await environment.primary.query(
    `UPDATE idempotency_key SET started_at = started_at - interval '2 minutes' WHERE answer IS NULL`,
  );
  await waitUntil('every request with a key has an answer', POLLING, async () => {
    const unanswered = ledger.unanswered();
    await Promise.all(unanswered.map((each) => ask(environment, ledger, rng, each)));
    return ledger.unanswered().length === 0 ? undefined : `${ledger.unanswered().length} have none`;
  });
}
