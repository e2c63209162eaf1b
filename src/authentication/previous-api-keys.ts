import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { scopeFor } from '../operation/caller.ts';
import { defineMutation, defineQuery } from '../operation/operation.ts';
import { id, instantText, pageQuery, plainText } from '../operation/schemas.ts';
import { formatInstant } from '../rules/instant.ts';
import { permissions } from '../rules/permission.ts';
import { insertKey, instantOrNull, type KeyRow, readKeys } from './api-key.ts';
import { generateApiKey } from './secret.ts';

/*
 * API keys under the paths and names of the previous registry. They are the same keys as in `api-key.ts`; revoking one is the
 * same operation at another path.
 */

const common = { tag: 'Authentication', permission: 'read', loginOnly: true } as const;

const DEFAULT_DAYS = 365;
const MOST_DAYS = 1_095;
const DAY_MS = 86_400_000;

const PreviousApiKey = z
  .object({
    id,
    name: z.string(),
    expires: instantText.nullable(),
    created_at: instantText,
    is_active: z.boolean().meta({ description: 'false for a key that was revoked or has expired' }),
  })
  .meta({ id: 'PreviousApiKey' });

const NewPreviousApiKey = z
  .object({
    ...PreviousApiKey.shape,
    key: z.string().optional().meta({
      description: 'The key. The response to a repeated request does not contain it.',
    }),
  })
  .meta({ id: 'NewPreviousApiKey' });

function viewAt(now: Date): (row: KeyRow) => z.input<typeof PreviousApiKey> {
  return ({ id: keyId, name, createdAt, expiresAt, deletedAt }) => ({
    id: keyId,
    name,
    expires: instantOrNull(expiresAt),
    created_at: formatInstant(createdAt),
    is_active: deletedAt === null && (expiresAt === null || expiresAt > now),
  });
}

export const createPreviousApiKey = defineMutation({
  ...common,
  id: 'createPreviousApiKey',
  method: 'POST',
  path: '/auth/api-key',
  bodyLimit: 'small',
  summary: 'Create an API key, as in the previous registry',
  description: `Creates a key with all permissions of the caller that a key can have. It expires after ${DEFAULT_DAYS} days unless \`expires_days\` is given. Use \`POST /auth/api_keys\` to limit a key to permissions or accounts. Send the key as \`Authorization: API Key gcr_...\`, \`Authorization: Bearer gcr_...\` or \`X-API-Key: gcr_...\`.`,
  body: z
    .object({
      name: plainText().meta({ description: 'Purpose of the key', examples: ['Meter readings'] }),
      expires_days: z.int().min(1).max(MOST_DAYS).optional(),
    })
    .meta({ id: 'PreviousApiKeyCreate' }),
  answer: { status: 201, description: 'The new key', schema: NewPreviousApiKey },
  refusals: [409],
  async handle({ body, authority: { caller }, services, transact }) {
    const now = services.clock();
    const expiresAt = new Date(now.getTime() + (body.expires_days ?? DEFAULT_DAYS) * DAY_MS);
    const own = permissions.filter((permission) => scopeFor(caller, permission) !== undefined);
    const secret = generateApiKey();
    const wanted = { name: body.name, permissions: own, expiresAt, now };
    const made = await transact(async (tx) => viewAt(now)(await insertKey(tx, caller, wanted, secret)));
    return { ...made, key: secret };
  },
});

export const listPreviousApiKeys = defineQuery({
  ...common,
  id: 'listPreviousApiKeys',
  method: 'GET',
  path: '/auth/api-keys',
  summary: 'List API keys, as in the previous registry',
  description: 'Returns the caller’s keys without the secrets, revoked and expired keys included.',
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of keys', schema: z.array(PreviousApiKey) },
  async handle(call) {
    const keys = await readKeys(call, sql`k.user_id = ${call.authority.caller.userId}`);
    return keys.map(viewAt(call.services.clock()));
  },
});
