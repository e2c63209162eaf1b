import pg from 'pg';
import { credentialsOf } from './connection-url.ts';

/** The group roles that the migrations grant privileges to. They cannot log in and own nothing. */
const GROUPS = { write: 'registry_write', read: 'registry_read', sequencer: 'registry_sequencer' } as const;

/** The database URLs with the users of the application. */
export interface ApplicationUrls {
  readonly writeUrl: string;
  readonly readUrls: readonly string[];
  /** The URL with a separate user for the sequencer. Without it, the user that writes also orders the journal. */
  readonly sequencerUrl?: string | undefined;
}

/** Connections that no role of the application can take: for the owner, migrations, backups and monitoring. */
const CONNECTIONS_KEPT_FREE = 10;

/**
 * Creates the roles of the application: the users of the write and read URLs, as members of the groups that hold the privileges.
 * A URL with the owner's own user (one role for all, as in small installations) or without a user is skipped.
 */
export async function ensureRoles(
  owner: pg.Client,
  { writeUrl, readUrls, sequencerUrl = writeUrl }: ApplicationUrls,
): Promise<void> {
  for (const group of Object.values(GROUPS)) await ensureRole(owner, group, 'NOLOGIN');
  const limit = await connectionLimit(owner);
  await ensureLogin(owner, writeUrl, GROUPS.write, limit);
  for (const url of readUrls) await ensureLogin(owner, url, GROUPS.read, limit);
  await ensureLogin(owner, sequencerUrl, GROUPS.sequencer, limit);
  await removeFromSequencers(owner, writeUrl, sequencerUrl);
}

/**
 * Revokes what PostgreSQL grants to all roles: temporary tables, which can fill the disk and shadow names, and (in a
 * schema created before PostgreSQL 15) the creation of tables and functions in `public`.
 */
export async function revokePublicPrivileges(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
  const database = owner.escapeIdentifier(rows[0]?.name ?? '');
  await owner.query(`REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC`);
  await owner.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
}

/** Revokes the right to assign positions from the user that writes, once another user has it. */
async function removeFromSequencers(owner: pg.Client, writeUrl: string, sequencerUrl: string): Promise<void> {
  const { user } = credentialsOf(writeUrl);
  const { rowCount } = await owner.query(
    `SELECT FROM pg_auth_members m
     WHERE m.roleid = $1::regrole AND m.member = (SELECT oid FROM pg_roles WHERE rolname = $2)`,
    [GROUPS.sequencer, user],
  );
  if (rowCount === 0 || user === credentialsOf(sequencerUrl).user) return;
  await owner.query(`REVOKE ${GROUPS.sequencer} FROM ${owner.escapeIdentifier(user)}`);
}

/** The limit of connections to a server for each role of the application. */
async function connectionLimit(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ open: number }>(`
    SELECT (current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - current_setting('reserved_connections')::int) AS open`);
  return Math.max(1, (rows[0]?.open ?? 0) - CONNECTIONS_KEPT_FREE);
}

async function ensureLogin(owner: pg.Client, url: string, group: string, limit: number): Promise<void> {
  const { user: name, password } = credentialsOf(url);
  if (name === '' || name === owner.user) return;
  const secret = owner.escapeLiteral(password);
  await ensureRole(owner, name, `LOGIN PASSWORD ${secret} CONNECTION LIMIT ${limit}`);
  await owner.query(`GRANT ${owner.escapeIdentifier(group)} TO ${owner.escapeIdentifier(name)}`);
}

const ALREADY_EXISTS = new Set(['42710', '23505']);

async function ensureRole(owner: pg.Client, name: string, attributes: string): Promise<void> {
  const { rowCount } = await owner.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  try {
    await owner.query(`${verb} ROLE ${owner.escapeIdentifier(name)} ${attributes}`);
  } catch (error) {
    // Roles belong to the whole server: a migration of another database may have created it in the meantime.
    if (!(error instanceof pg.DatabaseError && ALREADY_EXISTS.has(error.code ?? ''))) throw error;
  }
}
