import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateWithDrizzle } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { ensureRoles } from './roles.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
/** One migration at a time: any number that only the registry uses. */
const MIGRATION_LOCK = 7_262_001;

export interface MigrationUrls {
  readonly ownerUrl: string;
  readonly writeUrl: string;
  readonly readUrls: readonly string[];
}

/** Brings the schema up to date and makes the application's roles. Runs on an empty or a filled database; again, it changes nothing. */
export async function migrate({ ownerUrl, writeUrl, readUrls }: MigrationUrls): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await ensureRoles(owner, writeUrl, readUrls);
    await migrateWithDrizzle(drizzle(owner), { migrationsFolder: MIGRATIONS });
  } finally {
    await owner.end();
  }
}

/** Drops every table, type and function of the registry, and builds the newest schema anew. Everything in it is lost. */
export async function reset(urls: MigrationUrls): Promise<void> {
  const owner = new pg.Client({ connectionString: urls.ownerUrl });
  await owner.connect();
  try {
    await owner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await owner.query(
      'DROP SCHEMA IF EXISTS drizzle CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public',
    );
  } finally {
    await owner.end();
  }
  await migrate(urls);
}
