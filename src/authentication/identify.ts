import { type SQL, sql } from 'drizzle-orm';
import { createBatchLoader } from '../database/batch-loader.ts';
import { array } from '../database/connection.ts';
import type { Reader } from '../database/database.ts';
import type { WalPosition } from '../database/position.ts';
import type { Caller } from '../operation/caller.ts';
import type { Services } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import type { Role } from '../rules/enums.ts';
import { type Permission, scopeOf } from '../rules/permission.ts';
import type { AccountId, UserId } from '../rules/units.ts';
import { createTokenVerifier } from './access-token.ts';
import { createUsageRecorder } from './api-key-usage.ts';
import { hashSecret, isApiKey } from './secret.ts';

/** The unverified credential of a request: an access token or an API key. */
export type Credential = { readonly token: string } | { readonly apiKey: string };

interface IdentifyOptions {
  /** Whether the operation writes. Then the caller is read from the primary, which never lags. */
  readonly changes: boolean;
  /** The WAL position that the client has seen. A standby must have replayed it. */
  readonly atLeast?: WalPosition | undefined;
  /** The logger of the request. */
  readonly log: Services['log'];
}

export type Identify = (credential: Credential, options: IdentifyOptions) => Promise<Caller>;

type Lookup = Pick<Reader, 'execute'>;

/**
 * Returns a function that authenticates a credential and loads the caller with its current role and accounts.
 *
 * @throws {Problem} 401, from the returned function, if the credential is invalid, expired or revoked.
 */
export function createIdentify(services: Services): Identify {
  const { config, clock, database } = services;
  const verifyToken = createTokenVerifier(config);
  const recordUse = createUsageRecorder(services);
  const onStandby = createBatchLoader((sessionIds: readonly number[]) =>
    database.read((reader) => callersOfSessions(reader, sessionIds)),
  );
  const onPrimary = createBatchLoader((sessionIds: readonly number[]) =>
    database.readPrimary((reader) => callersOfSessions(reader, sessionIds)),
  );

  async function lookUp<T>(
    find: (reader: Lookup) => Promise<T | undefined>,
    { changes, atLeast }: IdentifyOptions,
  ) {
    const found = changes ? undefined : await database.read(find, { atLeast });
    // The standby may not have replayed a new session or key yet.
    return found ?? database.readPrimary(find);
  }

  async function callerOn(
    sessionId: number,
    { changes, atLeast }: IdentifyOptions,
  ): Promise<Caller | undefined> {
    if (changes) return onPrimary(sessionId);
    if (atLeast === undefined) return (await onStandby(sessionId)) ?? onPrimary(sessionId);
    const find = (reader: Lookup) => callersOfSessions(reader, [sessionId]);
    return (await database.read(find, { atLeast })).get(sessionId) ?? onPrimary(sessionId);
  }

  async function byToken(token: string, options: IdentifyOptions): Promise<Caller> {
    const bearer = await verifyToken(token, clock());
    const caller = bearer && (await callerOn(bearer.sessionId, options));
    if (caller === undefined || caller.userId !== bearer?.userId)
      throw problems.unauthenticated('The access token is invalid or has expired.');
    return { ...caller, tokenExpiresAt: new Date(bearer.expiresAt * 1_000) };
  }

  async function byApiKey(apiKey: string, options: IdentifyOptions): Promise<Caller> {
    const now = clock();
    const matches = sql`s.secret_hash = ${hashSecret(apiKey)}`;
    const find = async (reader: Lookup) => (await findApiKeys(reader, matches))[0];
    const found = isApiKey(apiKey) && (await lookUp(find, options));
    if (!found || hasExpired(found, now))
      throw problems.unauthenticated('The API key is invalid or has expired.');
    recordUse(found, now, options.log);
    return callerOfKey(found);
  }

  return (credential, options) =>
    'token' in credential ? byToken(credential.token, options) : byApiKey(credential.apiKey, options);
}

const ACCOUNTS_OF_USER = sql`array(
  SELECT l.account_id FROM account_user l JOIN account a ON a.id = l.account_id
  WHERE l.user_id = u.id AND l.deleted_at IS NULL AND a.deleted_at IS NULL)`;

interface UserRow {
  readonly userId: UserId;
  readonly role: Role;
  readonly accountIds: AccountId[];
}

const toCaller = ({ userId, role, accountIds }: UserRow): Caller => ({
  userId,
  role,
  accountIds: new Set(accountIds),
});

/** Loads a user with its current role and accounts. Returns `undefined` if it does not exist or was deleted. */
export async function loadCaller(reader: Lookup, userId: number): Promise<Caller | undefined> {
  const [user] = await reader.execute<UserRow>(sql`
    SELECT u.id AS "userId", u.role, ${ACCOUNTS_OF_USER} AS "accountIds"
    FROM registry_user u
    WHERE u.id = ${userId} AND u.deleted_at IS NULL`);
  return user && toCaller(user);
}

/**
 * Loads a caller again, with its current role and accounts. Returns `undefined` if its session or API key has ended. A
 * caller without either, such as the user of a recurring action, is found as long as the user exists.
 */
export async function reloadCaller(reader: Lookup, caller: Caller, now: Date): Promise<Caller | undefined> {
  const { userId, sessionId, apiKey } = caller;
  if (sessionId === undefined && apiKey === undefined) return loadCaller(reader, userId);
  return (await reloadCallers(reader, [caller], now)).get(caller);
}

/**
 * Loads callers again, with their current roles and accounts, by two statements for any number. A caller whose session
 * or API key has ended is missing.
 */
export async function reloadCallers(
  reader: Lookup,
  callers: readonly Caller[],
  now: Date,
): Promise<Map<Caller, Caller>> {
  const sessionIds = callers.flatMap(({ sessionId }) => sessionId ?? []);
  const keyIds = callers.flatMap(({ apiKey }) => apiKey?.id ?? []);
  const ofSessions =
    sessionIds.length > 0 ? await callersOfSessions(reader, sessionIds) : new Map<number, Caller>();
  const keys =
    keyIds.length > 0 ? await findApiKeys(reader, sql`k.id = ANY (${array(keyIds)}::bigint[])`) : [];
  const ofKeys = new Map(
    keys.filter((key) => !hasExpired(key, now)).map((key) => [key.id, callerOfKey(key)]),
  );
  return new Map(
    callers.flatMap((before) => {
      const { apiKey, sessionId } = before;
      const ofSession = sessionId === undefined ? undefined : ofSessions.get(sessionId);
      const found = apiKey ? ofKeys.get(apiKey.id) : ofSession;
      return found?.userId === before.userId ? [[before, found]] : [];
    }),
  );
}

/** The callers of sessions that have not ended, by the id of the session. */
async function callersOfSessions(
  reader: Lookup,
  sessionIds: readonly number[],
): Promise<Map<number, Caller>> {
  const rows = await reader.execute<UserRow & { readonly sessionId: number }>(sql`
    SELECT s.id AS "sessionId", u.id AS "userId", u.role, ${ACCOUNTS_OF_USER} AS "accountIds"
    FROM session s JOIN registry_user u ON u.id = s.user_id
    WHERE s.id = ANY (${array(sessionIds)}::bigint[]) AND u.deleted_at IS NULL`);
  return new Map(rows.map((row) => [row.sessionId, { ...toCaller(row), sessionId: row.sessionId }]));
}

interface KeyRow extends UserRow {
  readonly id: number;
  readonly permissions: Permission[];
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** The open accounts to which the key is restricted; `null` for a key without restriction. */
  readonly confinedTo: AccountId[] | null;
}

const hasExpired = ({ expiresAt }: KeyRow, now: Date) => expiresAt !== null && expiresAt <= now;

function findApiKeys(reader: Lookup, condition: SQL): Promise<KeyRow[]> {
  return reader.execute<KeyRow>(sql`
    SELECT u.id AS "userId", u.role, ${ACCOUNTS_OF_USER} AS "accountIds", k.id, k.permissions,
           k.expires_at AS "expiresAt", s.last_used_at AS "lastUsedAt",
           CASE WHEN k.account_ids IS NOT NULL THEN array(
             SELECT a.id FROM account a WHERE a.id = ANY (k.account_ids) AND a.deleted_at IS NULL) END AS "confinedTo"
    FROM api_key_secret s JOIN api_key k ON k.id = s.api_key_id JOIN registry_user u ON u.id = k.user_id
    WHERE ${condition} AND k.deleted_at IS NULL AND u.deleted_at IS NULL`);
}

/** The caller of a key. A restricted key has access to those of its accounts to which its user still has access. */
function callerOfKey(row: KeyRow): Caller {
  const { id, role, permissions, confinedTo } = row;
  const caller = toCaller(row);
  const apiKey = { id, permissions: new Set(permissions), confined: confinedTo !== null };
  if (confinedTo === null) return { ...caller, apiKey };
  const reachesAll = scopeOf('read', role) === 'all';
  const accountIds = new Set(confinedTo.filter((each) => reachesAll || caller.accountIds.has(each)));
  return { ...caller, accountIds, apiKey };
}
