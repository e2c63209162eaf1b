import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import type { MigrationUrls } from '../../src/database/migrate.ts';
import { atDatabase, READ_USER, WRITE_USER } from './urls.ts';

export interface OwnDatabase extends MigrationUrls {
  readonly owner: pg.Pool;
}

/** A new, empty database, which is dropped after the test. */
export async function anEmptyDatabase(): Promise<OwnDatabase> {
  const { primary } = inject('cluster');
  const name = `migrations_${crypto.randomUUID().replaceAll('-', '')}`;
  const server = new pg.Pool({ connectionString: atDatabase(primary, 'postgres'), max: 1 });
  await server.query(`CREATE DATABASE ${name}`);
  const owner = new pg.Pool({ connectionString: atDatabase(primary, name), max: 2 });
  onTestFinished(async () => {
    await owner.end();
    await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await server.end();
  });
  for (const pool of [server, owner]) pool.on('error', () => undefined);
  return { owner, ...migrationUrlsOf(name) };
}

/** The addresses of a database of the shared cluster, for its migration. */
export function migrationUrlsOf(name: string): MigrationUrls {
  const { primary } = inject('cluster');
  return {
    ownerUrl: atDatabase(primary, name),
    writeUrl: atDatabase(primary, name, WRITE_USER),
    readUrls: [atDatabase(primary, name, READ_USER)],
  };
}
