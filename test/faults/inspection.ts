import { firstViolation } from '../../src/certificate/index.ts';
import { connectEventLog, replay, verifyJournal } from '../../src/journal/index.ts';
import type { Environment } from './environment.ts';
import { firstBrokenGuarantee } from './guarantees.ts';
import type { Ledger } from './ledger.ts';

/** The tables that a standby must replicate exactly. */
const REPLICATED = ['action', 'issuance', 'bundle', 'journal', 'journal_position', 'idempotency_key'];
const STREAM = 'registry-events';

/** Everything that must hold once the system is quiescent, whatever failed before. Returns the first violation. */
export async function firstFailure(environment: Environment, ledger: Ledger): Promise<string | undefined> {
  return (
    ledger.protests()[0] ??
    (await firstBrokenGuarantee(environment.primary, ledger)) ??
    (await firstUnlikeOnStandby(environment)) ??
    (await firstUnlikeInStream(environment)) ??
    (await firstUnconserved(environment)) ??
    (await firstUnverified(environment)) ??
    (await firstUnrebuilt(environment))
  );
}

async function firstUnlikeOnStandby({ primary, standby }: Environment): Promise<string | undefined> {
  for (const table of REPLICATED) {
    const digest = `SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) AS digest FROM ${table} t`;
    const [original, replicated] = await Promise.all([primary.query(digest), standby.query(digest)]);
    if (original.rows[0]?.digest !== replicated.rows[0]?.digest) return `the standby has another ${table}`;
  }
  return undefined;
}

/** Each entry is one event, in the order in which they were written. */
async function firstUnlikeInStream({ primary, eventStore }: Environment): Promise<string | undefined> {
  const { rows } = await primary.query<{ id: string }>('SELECT event_id AS id FROM journal j ORDER BY j.id');
  const events = eventStore.memory.events(STREAM);
  const at = rows.findIndex(({ id }, position) => events[position]?.id !== id);
  if (at !== -1) {
    const found = events.findIndex(({ id }) => id === rows[at]?.id);
    return `entry ${at} of ${rows.length} in the journal is event ${found} of ${events.length} in the event store`;
  }
  return events.length === rows.length
    ? undefined
    : `the event store has ${events.length} events of ${rows.length}`;
}

async function firstUnconserved({ database }: Environment): Promise<string | undefined> {
  const onPrimary = await database.readPrimary(({ execute }) => firstViolation([execute]));
  const violated = onPrimary ?? (await database.read(({ execute }) => firstViolation([execute])));
  return violated && `violated: ${violated.invariant}: ${violated.violation}`;
}

async function firstUnverified({ database, eventStore }: Environment): Promise<string | undefined> {
  const log = connectEventLog(eventStore.connectionString);
  try {
    const { difference } = await database.readPrimary(({ execute }) => verifyJournal(execute, { log }));
    return difference === null ? undefined : `journal:verify finds: ${difference}`;
  } finally {
    await log.close();
  }
}

/** Rebuilt from the events of the store, which are exactly the entries of the journal. */
async function firstUnrebuilt({ urls, eventStore }: Environment): Promise<string | undefined> {
  const log = connectEventLog(eventStore.connectionString);
  try {
    const { difference } = await replay({ urls, log });
    return difference === null ? undefined : `journal:replay from the event store finds: ${difference}`;
  } finally {
    await log.close();
  }
}

/** The same, from the journal itself. */
export async function firstUnlikeJournal({ urls }: Environment): Promise<string | undefined> {
  const { difference } = await replay({ urls });
  return difference === null ? undefined : `journal:replay finds: ${difference}`;
}
