import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { type Caller, scopeFor } from '../operation/caller.ts';
import { defineEdit, defineMutation, defineQuery, type QueryCall } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { problems } from '../operation/problem.ts';
import { done, idParams, idText, pageQuery } from '../operation/schemas.ts';
import { formatInstant } from '../rules/instant.ts';
import { canBeConfined, type Permission } from '../rules/permission.ts';
import type { AccountId } from '../rules/units.ts';
import { ApiKey, ApiKeyCreate, NewApiKey } from './schemas.ts';
import { apiKeyHint, generateApiKey, hashSecret } from './secret.ts';

const common = { tag: 'Authentication', permission: 'read', loginOnly: true } as const;

/** Limit of active keys of one user. */
const MAX_KEYS_PER_USER = 100;

export interface KeyRow {
  readonly id: number;
  readonly userId: number;
  readonly name: string;
  readonly hint: string;
  readonly permissions: Permission[];
  readonly accountIds: AccountId[] | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly deletedAt: Date | null;
}

const COLUMNS = sql`k.id, k.user_id AS "userId", k.name, k.hint, k.permissions, k.account_ids AS "accountIds",
  k.version, k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.deleted_at AS "deletedAt"`;

export const instantOrNull = (at: Date | null) => at && formatInstant(at);

function keyView(row: KeyRow): z.input<typeof ApiKey> {
  return {
    id: row.id,
    user_id: row.userId,
    name: row.name,
    hint: row.hint,
    permissions: row.permissions,
    account_ids: row.accountIds,
    version: row.version,
    created_at: formatInstant(row.createdAt),
    expires_at: instantOrNull(row.expiresAt),
    last_used_at: instantOrNull(row.lastUsedAt),
  };
}

export const createApiKey = defineMutation({
  ...common,
  id: 'createApiKey',
  method: 'POST',
  path: '/auth/api_keys',
  summary: 'Create an API key',
  description:
    'Creates a key for a program that acts on behalf of the caller: send it as `Authorization: Bearer gcr_...` or `X-API-Key: gcr_...`. A request with the key has the permissions given here that its user also has at that time. The response contains the key once; only its hash is stored. A key cannot create keys, change passwords or manage sessions.',
  body: ApiKeyCreate,
  bodyLimit: 'small',
  answer: { status: 201, description: 'The new key', schema: NewApiKey },
  refusals: [409],
  async handle({ body, authority: { caller }, services, transact }) {
    const { name, permissions, account_ids: accountIds, expires_at: expiresAt } = body;
    const secret = generateApiKey();
    const wanted = { name, permissions, accountIds, expiresAt, now: services.clock() };
    const made = await transact(async (tx) => keyView(await insertKey(tx, caller, wanted, secret)));
    // Added after the transaction: its result may be stored for a repeated request, and the key must not be stored.
    return { ...made, api_key: secret };
  },
});

/** What a new key may do, and until when. */
interface KeyRequest {
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** The accounts to which the key is restricted; absent for all accounts of its user. */
  readonly accountIds?: readonly AccountId[] | undefined;
  readonly expiresAt?: Date | undefined;
  readonly now: Date;
}

/**
 * Stores a new key of the caller, and the hash of its secret.
 *
 * @throws {Problem} 422 for an expiry in the past, for permissions that the caller lacks, and for accounts that it cannot
 * access; 409 beyond the limit of keys.
 */
export async function insertKey(
  tx: Transaction,
  caller: Caller,
  { name, permissions: named, accountIds, expiresAt, now }: KeyRequest,
  secret: string,
): Promise<KeyRow> {
  const permissions = [...new Set(named)];
  if (expiresAt && expiresAt <= now)
    throw problems.invalid([{ path: 'body.expires_at', message: 'must be in the future' }]);
  requireGrantable(caller, permissions, accountIds !== undefined);
  await requireKeyQuota(tx, caller.userId);
  if (accountIds) await requireReachableAccounts(tx, caller, accountIds);
  const [row] = await tx.execute<KeyRow>(sql`
    INSERT INTO api_key AS k (user_id, name, hint, permissions, account_ids, created_at, expires_at)
    VALUES (${caller.userId}, ${name}, ${apiKeyHint(secret)}, ${array(permissions)}::text[],
            ${accountIds ? array([...new Set(accountIds)]) : null}::bigint[],
            ${now.toISOString()}::timestamptz, ${expiresAt?.toISOString() ?? null}::timestamptz)
    RETURNING ${COLUMNS}, NULL AS "lastUsedAt"`);
  if (row === undefined) throw new Error('an insert gave no row');
  await tx.execute(sql`
    INSERT INTO api_key_secret (api_key_id, secret_hash) VALUES (${row.id}, ${hashSecret(secret)})`);
  return row;
}

/** @throws {Problem} 422 for permissions that the caller lacks, or that a key restricted to accounts cannot have. */
function requireGrantable(caller: Caller, requested: readonly Permission[], confined: boolean): void {
  const errorOf = (permission: Permission) => {
    if (scopeFor(caller, permission) === undefined) return `you do not have the permission ${permission}`;
    return confined && !canBeConfined(permission)
      ? `a key that is restricted to accounts cannot have the permission ${permission}`
      : undefined;
  };
  const errors = requested.map(errorOf).filter((error) => error !== undefined);
  if (errors.length > 0)
    throw problems.invalid(errors.map((message) => ({ path: 'body.permissions', message })));
}

/**
 * Enforces the limit of keys under a lock on the user, so that concurrent requests cannot exceed it.
 *
 * @throws {Problem} 409
 */
async function requireKeyQuota(tx: Transaction, userId: number): Promise<void> {
  await tx.execute(sql`SELECT FROM registry_user WHERE id = ${userId} FOR NO KEY UPDATE`);
  const [keys] = await tx.execute<{ number: number }>(sql`
    SELECT count(*) AS number FROM api_key WHERE user_id = ${userId} AND deleted_at IS NULL`);
  if (keys !== undefined && keys.number >= MAX_KEYS_PER_USER)
    throw problems.conflict(
      'too-many-keys',
      `A user can have at most ${MAX_KEYS_PER_USER} API keys: revoke some first.`,
    );
}

/**
 * @throws {Problem} 422 for accounts that do not exist or that the caller cannot access; the messages do not differ.
 */
async function requireReachableAccounts(
  tx: Transaction,
  caller: Caller,
  accountIds: readonly AccountId[],
): Promise<void> {
  const reachesAll = scopeFor(caller, 'read') === 'all';
  const open = await tx.execute<{ id: AccountId }>(sql`
    SELECT id FROM account WHERE id = ANY (${array(accountIds)}::bigint[]) AND deleted_at IS NULL`);
  const reached = new Set(open.map(({ id }) => id).filter((id) => reachesAll || caller.accountIds.has(id)));
  const errors = accountIds
    .filter((id) => !reached.has(id))
    .map((id) => ({ path: 'body.account_ids', message: `account ${id} does not exist` }));
  if (errors.length > 0) throw problems.invalid(errors);
}

const KeyQuery = pageQuery.extend({
  user_id: idText.optional().meta({ description: 'List the keys of another user (administrators only)' }),
});

export const listApiKeys = defineQuery({
  ...common,
  id: 'listApiKeys',
  method: 'GET',
  path: '/auth/api_keys',
  summary: 'List API keys',
  description:
    'Returns the caller’s active keys, without the secrets. An administrator can list the keys of another user.',
  queryParams: KeyQuery,
  answer: { status: 200, description: 'One page of keys', schema: z.array(ApiKey) },
  async handle(call) {
    const { caller } = call.authority;
    const userId = call.queryParams.user_id ?? caller.userId;
    if (!canManageKeysOf(caller, userId)) return [];
    const keys = await readKeys(call, sql`k.user_id = ${userId} AND k.deleted_at IS NULL`);
    return keys.map(keyView);
  },
});

/** One page of the keys that fulfil the condition, in the order of their ids. */
export function readKeys(call: QueryCall<undefined, typeof pageQuery>, condition: SQL): Promise<KeyRow[]> {
  return call.read(({ execute }) =>
    pageById(call, (after, limit) =>
      execute<KeyRow>(sql`
        SELECT ${COLUMNS}, s.last_used_at AS "lastUsedAt"
        FROM api_key k JOIN api_key_secret s ON s.api_key_id = k.id
        WHERE ${condition} AND k.id > ${after} ORDER BY k.id LIMIT ${limit}`),
    ),
  );
}

function canManageKeysOf(caller: Caller, userId: number): boolean {
  return caller.userId === userId || scopeFor(caller, 'administer') === 'all';
}

export const deleteApiKey = defineEdit({
  ...common,
  id: 'deleteApiKey',
  method: 'DELETE',
  path: '/auth/api_keys/:id',
  aliases: ['/auth/api-key/:id'],
  summary: 'Revoke an API key',
  description:
    'Revokes a key of the caller or, for an administrator, of any user. The key stops working at once and permanently.',
  params: idParams,
  answer: { status: 200, description: 'The key is revoked', schema: done },
  edit: ({ params, authority: { caller } }) => ({
    lock: async (tx) => {
      const [key] = await tx.execute<{ userId: number; version: number }>(sql`
        SELECT user_id AS "userId", version FROM api_key WHERE id = ${params.id} AND deleted_at IS NULL FOR NO KEY UPDATE`);
      if (key === undefined || !canManageKeysOf(caller, key.userId))
        throw problems.notFound('API key', params.id);
      return key;
    },
    revokesFrom: (key) => [key.userId],
    change: async (tx) => {
      await tx.execute(sql`
        UPDATE api_key SET deleted_at = now(), version = version + 1 WHERE id = ${params.id}`);
      return { message: `API key ${params.id} is revoked.` };
    },
  }),
});
