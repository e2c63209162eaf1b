import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../harness/rng.ts';
import type { Environment } from './environment.ts';
import type { Ledger } from './ledger.ts';
import { ask } from './load.ts';

/** More than the longest back-off and the longest deadline together, on a busy machine. */
const PATIENCE_MS = 90_000;
const LOOK_EVERY_MS = 250;

/** Waits until all of it works again by itself, nothing is owed to a client, and every copy has everything. */
export async function untilQuiescent(environment: Environment, ledger: Ledger, rng: Rng): Promise<void> {
  await eventually('every process is ready, one leads, and nothing waits for the event store', () =>
    allReady(environment),
  );
  await settleOwed(environment, ledger, rng);
  await eventually('nothing waits for the event store', () => allReady(environment));
  await eventually('the standby shows all that the primary has', () => standbyIsLevel(environment));
}

async function eventually(what: string, holds: () => Promise<string | undefined>): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  let missing = await holds();
  while (missing !== undefined) {
    if (performance.now() > until)
      throw new Error(`after ${PATIENCE_MS / 1_000} s it is still not so that ${what}: ${missing}`);
    await sleep(LOOK_EVERY_MS);
    missing = await holds();
  }
}

/** `undefined`, or what is missing. */
async function allReady({ apis, primary }: Environment): Promise<string | undefined> {
  const crashed = apis.filter((each) => each.hasCrashed());
  if (crashed.length > 0)
    throw new Error(`${crashed.map(({ name }) => name).join(', ')} ended, and nobody had killed it`);
  const states = await Promise.all(apis.map((each) => each.readiness()));
  const ready = states.every((each) => each?.status === 'ready' && each.journal.problem === null);
  const leader = states.find((each) => each?.journal.leads)?.journal;
  // The primary knows best: a process may have asked a standby that lacks the last entries.
  const { rows } = await primary.query(`
    SELECT (SELECT count(*)::int FROM journal) AS entries, (SELECT count(*)::int FROM journal_position) AS positions`);
  const { entries, positions } = rows[0] ?? {};
  const relayed = leader?.unrelayed === 0 && leader.event_store === 'up' && leader.relayed_up_to === entries;
  const done = relayed && positions === entries;
  return ready && done ? undefined : JSON.stringify([rows[0], ...states]);
}

/**
 * Asks again, with its key, for whatever was not answered. An attempt whose process is gone holds its key for a minute:
 * the minute passes here at once.
 */
async function settleOwed(environment: Environment, ledger: Ledger, rng: Rng): Promise<void> {
  await environment.primary.query(
    `UPDATE idempotency_key SET started_at = started_at - interval '2 minutes' WHERE answer IS NULL`,
  );
  await eventually('every request with a key has an answer', async () => {
    const owed = ledger.owed();
    await Promise.all(owed.map((each) => ask(environment, ledger, rng, each)));
    return ledger.owed().length === 0 ? undefined : `${ledger.owed().length} have none`;
  });
}

async function standbyIsLevel({ primary, standby }: Environment): Promise<string | undefined> {
  const written = await primary.query('SELECT pg_current_wal_insert_lsn()::text AS position');
  const { rows } = await standby.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS level', [
    written.rows[0]?.position,
  ]);
  return rows[0]?.level ? undefined : 'it lags';
}
