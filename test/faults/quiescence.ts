import { waitForStandby, waitUntil } from '../harness/polling.ts';
import type { Rng } from '../harness/rng.ts';
import type { Environment } from './environment.ts';
import type { Ledger } from './ledger.ts';
import { ask } from './load.ts';

/** The limit is longer than the longest back-off and the longest deadline together, on a busy machine. */
const POLLING = { limitMs: 90_000, everyMs: 250 };

/** Waits until all of it works again by itself, nothing is owed to a client, and every copy has everything. */
export async function untilQuiescent(environment: Environment, ledger: Ledger, rng: Rng): Promise<void> {
  await waitUntil('every process is ready, one leads, and nothing waits for the event store', POLLING, () =>
    allReady(environment),
  );
  await settleOwed(environment, ledger, rng);
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
  // The primary knows best: a process may have asked a standby that lacks the last entries.
  const { rows } = await primary.query(`
    SELECT (SELECT count(*)::int FROM journal) AS entries, (SELECT count(*)::int FROM journal_position) AS positions`);
  const { entries, positions } = rows[0] ?? {};
  const known = await apis[leading]?.relayPosition();
  const relayed = leader?.unrelayed === 0 && leader.event_store === 'up' && known === entries;
  const done = relayed && positions === entries;
  return ready && done ? undefined : JSON.stringify([rows[0], { relayed: known }, ...states]);
}

/**
 * Asks again, with its key, for whatever was not answered. An attempt whose process is gone holds its key for a minute:
 * the minute passes here at once.
 */
async function settleOwed(environment: Environment, ledger: Ledger, rng: Rng): Promise<void> {
  await environment.primary.query(
    `UPDATE idempotency_key SET started_at = started_at - interval '2 minutes' WHERE answer IS NULL`,
  );
  await waitUntil('every request with a key has an answer', POLLING, async () => {
    const owed = ledger.owed();
    await Promise.all(owed.map((each) => ask(environment, ledger, rng, each)));
    return ledger.owed().length === 0 ? undefined : `${ledger.owed().length} have none`;
  });
}
