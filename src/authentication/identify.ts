import { type SQL, sql } from 'drizzle-orm';
import type { Reader } from '../database/database.ts';
import type { WalPosition } from '../database/position.ts';
import type { Caller } from '../operation/caller.ts';
import type { Services } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import type { Role } from '../rules/enums.ts';
import { type Permission, scopeOf } from '../rules/permission.ts';
import { type SessionIdentity, verifyAccessToken } from './access-token.ts';
import { createUsageRecorder } from './api-key-usage.ts';
import { hashSecret, isApiKey } from './secret.ts';

/** What a request shows: either may be forged, expired or revoked. */
export type Credential = { readonly token: string } | { readonly apiKey: string };

interface IdentifyOptions {
  /** Whether the call will write: then the primary is asked, which never lags. */
  readonly changes: boolean;
  /** What the client has seen; its own accounts are part of that. */
  readonly atLeast?: WalPosition | undefined;
  /** The request's own log. */
  readonly log: Services['log'];
}

export type Identify = (credential: Credential, asked: IdentifyOptions) => Promise<Caller>;

type Lookup = Pick<Reader, 'execute'>;

/**
 * Tells who calls: the living user whom a credential names, with its role and accounts as they are now.
 *
 * @throws {Problem} 401, from the function that it gives.
 */
export function createIdentify(services: Services): Identify {
  const { config, clock, database } = services;
  const used = createUsageRecorder(services);

  async function lookUp<T>(
    find: (reader: Lookup) => Promise<T | undefined>,
    { changes, atLeast }: IdentifyOptions,
  ) {
    const found = changes ? undefined : await database.read(find, { atLeast });
    // What a late standby does not know yet may be a login of a moment ago.
    return found ?? database.readPrimary(find);
  }

  async function byToken(token: string, asked: IdentifyOptions): Promise<Caller> {
    const bearer = await verifyAccessToken(config, token, clock());
    const caller = bearer && (await lookUp((reader) => callerOfSession(reader, bearer), asked));
    if (caller === undefined)
      throw problems.unauthenticated('The access token is not valid, or has expired.');
    return caller;
  }

  async function byApiKey(apiKey: string, asked: IdentifyOptions): Promise<Caller> {
    const now = clock();
    const shown = sql`s.secret_hash = ${hashSecret(apiKey)}`;
    const found = isApiKey(apiKey) && (await lookUp((reader) => findApiKey(reader, shown), asked));
    if (!found || hasExpired(found, now))
      throw problems.unauthenticated('The API key is not valid, or has expired.');
    used(found, now, asked.log);
    return callerOfKey(found);
  }

  return (credential, asked) =>
    'token' in credential ? byToken(credential.token, asked) : byApiKey(credential.apiKey, asked);
}

const ACCOUNTS_OF_USER = sql`array(
  SELECT l.account_id FROM account_user l JOIN account a ON a.id = l.account_id
  WHERE l.user_id = u.id AND l.deleted_at IS NULL AND a.deleted_at IS NULL)`;

interface UserRow {
  readonly userId: number;
  readonly role: Role;
  readonly accountIds: number[];
}

const toCaller = ({ userId, role, accountIds }: UserRow): Caller => ({
  userId,
  role,
  accountIds: new Set(accountIds),
});

/** A living user with its role and accounts as they are now; `undefined` when there is none. */
export async function loadCaller(reader: Lookup, userId: number): Promise<Caller | undefined> {
  const [user] = await reader.execute<UserRow>(sql`
    SELECT u.id AS "userId", u.role, ${ACCOUNTS_OF_USER} AS "accountIds"
    FROM registry_user u
    WHERE u.id = ${userId} AND u.deleted_at IS NULL`);
  return user && toCaller(user);
}

/**
 * A caller with its role and accounts as they are now, as long as the login or the API key that it came by lives; one that
 * came by neither, such as whoever has ordered a recurring action, as long as it lives itself.
 */
export async function reloadCaller(
  reader: Lookup,
  { userId, sessionId, apiKey }: Caller,
  now: Date,
): Promise<Caller | undefined> {
  if (sessionId !== undefined) return callerOfSession(reader, { userId, sessionId });
  if (apiKey === undefined) return loadCaller(reader, userId);
  const found = await findApiKey(reader, sql`k.id = ${apiKey.id}`);
  return found && !hasExpired(found, now) ? callerOfKey(found) : undefined;
}

async function callerOfSession(
  reader: Lookup,
  { userId, sessionId }: SessionIdentity,
): Promise<Caller | undefined> {
  const [user] = await reader.execute<UserRow>(sql`
    SELECT u.id AS "userId", u.role, ${ACCOUNTS_OF_USER} AS "accountIds"
    FROM session s JOIN registry_user u ON u.id = s.user_id
    WHERE s.id = ${sessionId} AND s.user_id = ${userId} AND u.deleted_at IS NULL`);
  return user && { ...toCaller(user), sessionId };
}

interface KeyRow extends UserRow {
  readonly id: number;
  readonly permissions: Permission[];
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** Those of the accounts it is confined to that are open. */
  readonly confinedTo: number[] | null;
}

const hasExpired = ({ expiresAt }: KeyRow, now: Date) => expiresAt !== null && expiresAt <= now;

async function findApiKey(reader: Lookup, condition: SQL): Promise<KeyRow | undefined> {
  const [row] = await reader.execute<KeyRow>(sql`
    SELECT u.id AS "userId", u.role, ${ACCOUNTS_OF_USER} AS "accountIds", k.id, k.permissions,
           k.expires_at AS "expiresAt", s.last_used_at AS "lastUsedAt",
           CASE WHEN k.account_ids IS NOT NULL THEN array(
             SELECT a.id FROM account a WHERE a.id = ANY (k.account_ids) AND a.deleted_at IS NULL) END AS "confinedTo"
    FROM api_key_secret s JOIN api_key k ON k.id = s.api_key_id JOIN registry_user u ON u.id = k.user_id
    WHERE ${condition} AND k.deleted_at IS NULL AND u.deleted_at IS NULL`);
  return row;
}

/** Of the accounts that a key is confined to, it reaches those that its user reaches still. */
function callerOfKey(row: KeyRow): Caller {
  const { id, role, permissions, confinedTo } = row;
  const caller = toCaller(row);
  const apiKey = { id, permissions: new Set(permissions), confined: confinedTo !== null };
  if (confinedTo === null) return { ...caller, apiKey };
  const reachesAll = scopeOf('read', role) === 'all';
  const accountIds = new Set(confinedTo.filter((each) => reachesAll || caller.accountIds.has(each)));
  return { ...caller, accountIds, apiKey };
}
