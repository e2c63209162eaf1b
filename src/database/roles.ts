import pg from 'pg';
import { credentialsOf } from './connection-url.ts';

/** The group roles that the migrations grant privileges to. They cannot log in and own nothing. */
const GROUPS = { write: 'registry_write', read: 'registry_read' } as const;

/**
 * Creates the roles of the application: the users of the write and read URLs, as members of the groups that hold the privileges.
 * A URL with the owner's own user (one role for all, as in small installations) or without a user is skipped.
 */
export async function ensureRoles(
  owner: pg.Client,
  writeUrl: string,
  readUrls: readonly string[],
): Promise<void> {
  for (const group of Object.values(GROUPS)) await ensureRole(owner, group, 'NOLOGIN');
  await ensureLogin(owner, writeUrl, GROUPS.write);
  for (const url of readUrls) await ensureLogin(owner, url, GROUPS.read);
}

async function ensureLogin(owner: pg.Client, url: string, group: string): Promise<void> {
  const { user: name, password } = credentialsOf(url);
  if (name === '' || name === owner.user) return;
  const secret = owner.escapeLiteral(password);
  await ensureRole(owner, name, `LOGIN PASSWORD ${secret}`);
  await owner.query(`GRANT ${owner.escapeIdentifier(group)} TO ${owner.escapeIdentifier(name)}`);
}

const ALREADY_EXISTS = new Set(['42710', '23505']);

async function ensureRole(owner: pg.Client, name: string, attributes: string): Promise<void> {
  const { rowCount } = await owner.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  try {
    await owner.query(`${verb} ROLE ${owner.escapeIdentifier(name)} ${attributes}`);
  } catch (error) {
    // Roles belong to the whole server: a migration of another database may have been faster.
    if (!(error instanceof pg.DatabaseError && ALREADY_EXISTS.has(error.code ?? ''))) throw error;
  }
}
