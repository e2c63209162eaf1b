import { z } from 'zod';
import { list } from '../operation/list-schema.ts';
import { accountId, count, id, instant, instantText, plainText, version } from '../operation/schemas.ts';
import { passwordLength } from '../rules/password.ts';
import { permissions } from '../rules/permission.ts';

/** An existing password: any text up to the maximum length. */
export const password = z
  .string()
  .max(passwordLength.longest)
  .meta({ format: 'password', examples: ['correct horse battery'] });

/**
 * A new password. The schema checks its length in UTF-16 units, of which a text has at least as many as characters;
 * `assertPasswordAllowed` checks the other rules.
 */
export const newPassword = password
  .min(passwordLength.shortest)
  .meta({ format: 'password', examples: ['correct horse battery'] });

export const Tokens = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    user_id: id,
    expires_in: count.meta({ description: 'Lifetime of the access token in seconds' }),
    refresh_token: z.string().meta({ description: 'Single-use token for `POST /auth/refresh`' }),
    refresh_expires_in: count.meta({
      description: 'Seconds until the session ends and the user has to log in again',
    }),
  })
  .meta({ id: 'Tokens' });

const MAX_ACCOUNTS = 400;

export const ApiKeyCreate = z
  .object({
    name: plainText().meta({ description: 'Purpose of the key', examples: ['Meter readings'] }),
    permissions: list(z.enum(permissions), { least: 1, most: permissions.length }).meta({
      description: 'Permissions of the key; it never has more than its user',
      examples: [['read', 'produce']],
    }),
    account_ids: list(accountId, { least: 1, most: MAX_ACCOUNTS }).optional().meta({
      description:
        'Restricts the key to these accounts; by default it has access to all accounts of its user',
    }),
    expires_at: instant.optional(),
  })
  .meta({ id: 'ApiKeyCreate' });

export const ApiKey = z
  .object({
    id,
    user_id: id,
    name: z.string(),
    hint: z.string().meta({ description: 'The first characters of the key' }),
    permissions: z.array(z.enum(permissions)),
    account_ids: z.array(id).nullable(),
    version,
    created_at: instantText,
    expires_at: instantText.nullable(),
    last_used_at: instantText.nullable().meta({ description: 'Accurate to one minute' }),
  })
  .meta({ id: 'ApiKey' });

export const NewApiKey = z
  .object({
    ...ApiKey.shape,
    api_key: z.string().optional().meta({
      description:
        'The key. It is returned only once: the response to a repeated request does not contain it.',
    }),
  })
  .meta({ id: 'NewApiKey' });
