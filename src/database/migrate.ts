import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateWithDrizzle } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { z } from 'zod';
import { installActorKeys } from './actor-proof.ts';
import { type ApplicationUrls, ensureRoles, revokePublicPrivileges } from './roles.ts';
import { setLimits, timeLimits } from './time-limits.ts';
import { databaseError } from './transaction.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
/** The key of the lock that permits one migration at a time: a number that only the registry uses. */
const MIGRATION_LOCK = 7_262_001;

const CONNECT_WITHIN_MS = 10_000;

const LOCK_TIMED_OUT = '55P03';

/** A lock of another session stood in the way of a migration. The message is for operators. */
export class MigrationTimedOut extends Error {
  constructor() {
    const seconds = timeLimits.migration.lock_timeout / 1_000;
    super(
      `Another session has kept a table locked for ${seconds} s, and requests would have waited behind the migration. ` +
        'No migration was applied: run it again, and if it fails again, end the long transactions of pg_stat_activity first.',
    );
  }
}

export interface MigrationUrls extends ApplicationUrls {
  readonly ownerUrl: string;
  /** The keys by which writes have to prove their actors. Without any, they need not. */
  readonly actorKeys?: readonly string[];
}

/**
 * Migrates the schema to the newest version and creates the application's roles. A second run changes nothing.
 *
 * @param migrationsFolder the migrations of another version, for tests.
 * @param warn receives what a migration found and left as it is.
 * @returns the names of the migrations that were applied, in their order.
 * @throws {MigrationTimedOut} if another session keeps a table locked. Then nothing was changed.
 */
export async function migrate(
  { ownerUrl, actorKeys = [], ...urls }: MigrationUrls,
  migrationsFolder = MIGRATIONS,
  warn: (warning: string) => void = () => undefined,
): Promise<string[]> {
  return withMigrationLock(ownerUrl, async (owner) => {
    owner.on('notice', ({ severity, message = '' }) => {
      if (severity === 'WARNING') warn(message);
    });
    await owner.query(`SELECT ${setLimits(timeLimits.migration, 'end of session').join(', ')}`);
    const before = await changeSchema().catch((error: unknown) => {
      throw databaseError(error)?.code === LOCK_TIMED_OUT ? new MigrationTimedOut() : error;
    });
    const entries = await listedMigrations(migrationsFolder);
    return entries.filter(({ when }) => when > before).map(({ tag }) => tag);

    /** @returns the `when` of the last migration that was applied before. */
    async function changeSchema(): Promise<number> {
      await ensureRoles(owner, urls);
      await revokePublicPrivileges(owner);
      const lastBefore = await lastApplied(owner);
      await migrateWithDrizzle(drizzle(owner), { migrationsFolder });
      await installActorKeys(owner, actorKeys);
      return lastBefore;
    }
  });
}

/** Drops every table, type and function of the registry and creates the newest schema. All data is lost. */
export async function reset(urls: MigrationUrls): Promise<void> {
  await withMigrationLock(urls.ownerUrl, (owner) =>
    owner.query('DROP SCHEMA IF EXISTS drizzle CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public'),
  );
  await migrate(urls);
}

async function withMigrationLock<T>(ownerUrl: string, work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  await owner.connect();
  try {
    await owner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(owner);
  } finally {
    await owner.end();
  }
}

const MigrationList = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

async function listedMigrations(folder: string) {
  const text = await readFile(join(folder, 'meta/_journal.json'), 'utf8');
  return MigrationList.parse(JSON.parse(text)).entries;
}

/** The `when` of the last migration that was applied. Drizzle, too, applies those that are later. */
async function lastApplied(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ exists: boolean }>(
    `SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS exists`,
  );
  if (!rows[0]?.exists) return 0;
  const last = await owner.query<{ when: string }>(
    'SELECT coalesce(max(created_at), 0) AS when FROM drizzle.__drizzle_migrations',
  );
  return Number(last.rows[0]?.when);
}
