import pg from 'pg';

/** Group roles that the migrations grant to; they cannot log in and own nothing. */
const GROUPS = { write: 'registry_write', read: 'registry_read' } as const;

/**
 * Makes the roles that the application works as: the users named in the write and read URLs, members of the
 * groups that hold the grants. A URL of the owner itself (one role for all, as in small set-ups) is left alone.
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
  const { username, password } = new URL(url);
  const name = decodeURIComponent(username);
  if (name === '' || name === owner.user) return;
  const secret = owner.escapeLiteral(decodeURIComponent(password));
  await ensureRole(owner, name, `LOGIN PASSWORD ${secret}`);
  await owner.query(`GRANT ${owner.escapeIdentifier(group)} TO ${owner.escapeIdentifier(name)}`);
}

const ALREADY_THERE = new Set(['42710', '23505']);

async function ensureRole(owner: pg.Client, name: string, attributes: string): Promise<void> {
  const { rowCount } = await owner.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER';
  try {
    await owner.query(`${verb} ROLE ${owner.escapeIdentifier(name)} ${attributes}`);
  } catch (error) {
    // Roles belong to the whole server: a migration of another database may have been faster.
    if (!(error instanceof pg.DatabaseError && ALREADY_THERE.has(error.code ?? ''))) throw error;
  }
}
