import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';

/**
 * Replaces `pg_basebackup`, which the embedded binaries lack: creates the same `base.tar.gz` by Postgres' low-level
 * backup functions and a copy of the data folder during writes. Supports the options that `ops/backup` uses, no others.
 */
const { values } = parseArgs({
  options: {
    dbname: { type: 'string', default: '' },
    pgdata: { type: 'string', default: '.' },
    format: { type: 'string' },
    gzip: { type: 'boolean' },
    'wal-method': { type: 'string' },
    checkpoint: { type: 'string' },
    'no-password': { type: 'boolean' },
  },
});

const archive = join(values.pgdata, 'base.tar');
const client = new pg.Client({ connectionString: values.dbname });
await client.connect();
const { rows } = await client.query('SHOW data_directory');
await client.query("SELECT pg_backup_start('fake', fast => true)");
tar('-cf', archive, '-C', rows[0].data_directory, '--exclude=./pg_wal/*', '--exclude=./postmaster.*', '.');
// Waits until the WAL that the copy needs is in the archive.
const stopped = await client.query('SELECT labelfile FROM pg_backup_stop(wait_for_archive => true)');
await client.end();
const label = join(values.pgdata, 'backup_label');
writeFileSync(label, stopped.rows[0].labelfile);
tar('-rf', archive, '-C', values.pgdata, 'backup_label');
rmSync(label);
execFileSync('gzip', [archive]);

/** Files change while they are copied, which the WAL repairs; tar reports it with exit code 1. */
function tar(...args: string[]): void {
  try {
    execFileSync('tar', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    if (!(error instanceof Error && 'status' in error && error.status === 1)) throw error;
  }
}
