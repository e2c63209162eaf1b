import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { atDatabase } from '../database/connection-url.ts';
import { type MigrationUrls, migrate } from '../database/migrate.ts';
import { adoptNewerSchema } from './adopted-schema.ts';
import type { EventLog } from './event-log.ts';
import type { StoredEvent } from './event-stream.ts';
import { type PersonalColumns, personalColumns, stagePersonalColumns } from './personal-values.ts';
import { atMostOnceASecond } from './progress.ts';
import {
  firstInconsistency,
  journaledTables,
  prepareStage,
  rebuild,
  type StagedEvent,
  stage,
} from './rebuild.ts';
import { compareTables } from './table-comparison.ts';

export interface ReplayOptions {
  readonly urls: MigrationUrls;
  /** Where the events are read from; the journal by default. */
  readonly log?: EventLog | undefined;
  /** How long to wait for events that the relay has not appended yet. */
  readonly waitMs?: number;
  readonly onProgress?: (line: string) => void;
  /** The migrations of another version, for tests. */
  readonly migrationsFolder?: string;
}

export interface Replayed {
  readonly events: number;
  readonly rows: number;
  /** Personal values that `personal_data` lacks. The rebuilt rows have the pseudonyms of erased values in their place. */
  readonly lacked: number;
  /** The first difference, or `null` if the events and the personal values produce the database. */
  readonly difference: string | null;
}

const BATCH = 2_000;
const CONNECT_WITHIN_MS = 10_000;

/**
 * Rebuilds every table of entities from the events, in an empty database on the same server, and compares them row by row.
 * Personal values are in no event and are taken from `personal_data`. Secrets are in no event and are not compared. The
 * original is read in one snapshot, in which the journal holds the entries of exactly the changes that the tables show, so
 * writers need not pause.
 *
 * @throws {ConfigError} when the database lacks migrations of this version, and the errors of Postgres and of the event store.
 */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { urls, onProgress = () => {} } = options;
  const { ownerUrl } = urls;
  const name = `registry_replay_${crypto.randomUUID().replaceAll('-', '')}`;
  const original = await connect(ownerUrl);
  try {
    await original.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    return await replayInto(original, atDatabase(ownerUrl, name), options);
  } finally {
    await original.end().catch(() => {});
    // The error before is more important than a copy that could not be dropped.
    await dropCopy(ownerUrl, name).catch(() => onProgress(`the database ${name} could not be dropped`));
  }
}

/** Uses a new connection, since the other one may have failed. */
async function dropCopy(ownerUrl: string, name: string): Promise<void> {
  const client = await connect(ownerUrl);
  try {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}

async function replayInto(original: pg.Client, copyUrl: string, options: ReplayOptions): Promise<Replayed> {
  const { log, waitMs = 10_000, onProgress = () => {}, migrationsFolder } = options;
  // Roles belong to the whole server: the copy is migrated as its owner alone, so that a replay never sets a password.
  await migrate({ ownerUrl: copyUrl, writeUrl: copyUrl, readUrls: [] }, migrationsFolder);
  const copy = await connect(copyUrl);
  try {
    await original.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await adoptNewerSchema(original, copy);
    const tables = await journaledTables(original);
    await prepareStage(copy, tables);
    const source = log ? storedEvents(original, log, waitMs) : journalEvents(original);
    const onEvents = atMostOnceASecond(onProgress);
    let events = 0;
    for await (const batch of source) {
      if (typeof batch === 'string') return { events, ...NOTHING_REBUILT, difference: batch };
      await stage(copy, batch);
      events += batch.length;
      onEvents(`${events} events read`);
    }
    const difference = await firstInconsistency(copy, tables);
    if (difference) return { events, ...NOTHING_REBUILT, difference };
    const personal = await personalColumns(original);
    const lacked = await stagePersonalColumns(original, copy, personal);
    return { events, lacked, ...(await rebuildAndCompare({ original, copy, tables, personal, onProgress })) };
  } finally {
    await copy.end();
  }
}

const NOTHING_REBUILT = { rows: 0, lacked: 0 };

interface Comparison {
  readonly original: pg.Client;
  readonly copy: pg.Client;
  readonly tables: readonly string[];
  readonly personal: PersonalColumns;
  onProgress(line: string): void;
}

async function rebuildAndCompare({
  original,
  copy,
  tables,
  personal,
  onProgress,
}: Comparison): Promise<Pick<Replayed, 'rows' | 'difference'>> {
  for (const table of tables) {
    const broken = await rebuildWithin(copy, table);
    if (broken) return { rows: 0, difference: broken };
  }
  let rows = 0;
  for (const table of tables) {
    const compared = await compareTables(original, copy, { table, personal: personal.get(table) ?? [] });
    rows += compared.rows;
    if (compared.difference) return { rows, difference: compared.difference };
    onProgress(`${table}: ${compared.rows} rows are the same`);
  }
  return { rows, difference: null };
}

const CONSTRAINT_VIOLATED = /^23/;

/** Rebuilds a table within the constraints of its schema. Returns the constraint that its events violate, if any. */
async function rebuildWithin(copy: pg.Client, table: string): Promise<string | undefined> {
  try {
    await rebuild(copy, table);
    return undefined;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && CONSTRAINT_VIOLATED.test(error.code ?? ''))) throw error;
    return `the rebuilt ${table} violates ${error.constraint ?? error.message}: ${error.detail ?? ''}`;
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    options: '-c timezone=UTC',
  });
  // A connection that is lost between two statements fails the next one; its error event would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

interface EntryRow {
  readonly ordinal: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly entityName: string;
  readonly entityId: string;
  readonly before: string | null;
  readonly after: string | null;
}

async function* journalEvents(original: pg.Client): AsyncGenerator<StagedEvent[]> {
  for (let last = '0'; ; ) {
    const { rows } = await original.query<EntryRow>(
      `SELECT id::text AS ordinal, event_id AS "eventId", event_type::text AS "eventType", entity_name AS "entityName",
              entity_id::text AS "entityId", attributes_before::text AS before, attributes_after::text AS after
       FROM journal WHERE id > $1 ORDER BY id LIMIT ${BATCH}`,
      [last],
    );
    yield rows.map((row) => ({ ...row, ordinal: Number(row.ordinal), entityId: Number(row.entityId) }));
    last = rows.at(-1)?.ordinal ?? last;
    if (rows.length < BATCH) return;
  }
}

/**
 * The events in EventStoreDB of the changes in the snapshot, and possibly later ones. Yields a text that names the missing events, if any. Of the
 * journal only the ids of its entries are used: they tell which events belong to the snapshot.
 */
async function* storedEvents(
  original: pg.Client,
  log: EventLog,
  waitMs: number,
): AsyncGenerator<StagedEvent[] | string> {
  const { rows } = await original.query<{ id: string }>('SELECT event_id AS id FROM journal');
  const wanted = new Set(rows.map(({ id }) => id));
  const giveUpAt = performance.now() + waitMs;
  for (let revision = 0; wanted.size > 0; ) {
    const batch: StoredEvent[] = [];
    for await (const event of log.read(revision, BATCH)) batch.push(event);
    revision += batch.length;
    const staged = batch.filter(({ eventId }) => wanted.delete(eventId)).map(stagedEvent);
    if (staged.length > 0) yield staged;
    if (wanted.size === 0 || batch.length === BATCH) continue;
    if (performance.now() > giveUpAt) {
      yield `event ${[...wanted][0]} of the journal is not in EventStoreDB, and ${wanted.size - 1} more are missing`;
      return;
    }
    await sleep(100);
  }
}

function stagedEvent({ revision, eventId, type, data }: StoredEvent): StagedEvent {
  const field = (name: string): unknown =>
    typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
  const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
  return {
    ordinal: revision,
    eventId,
    eventType: type,
    entityName: String(field('entity_name')),
    entityId: Number(field('entity_id')),
    before: json(field('attributes_before')),
    after: json(field('attributes_after')),
  };
}
