import { z } from 'zod';
import { id, instant, instantText, version, words } from '../operation/schemas.ts';
import { passwordLength } from '../rules/password.ts';
import { permissions } from '../rules/permission.ts';

/** A password to check: any text that is not too long. What a new one must be, the rules say. */
export const password = z
  .string()
  .max(passwordLength.longest)
  .meta({ format: 'password', examples: ['correct horse battery'] });

/** A new one: what a schema can say of the rules. No text has fewer UTF-16 units than characters. */
export const newPassword = password
  .min(passwordLength.shortest)
  .meta({ format: 'password', examples: ['correct horse battery'] });

export const Tokens = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    user_id: id,
    expires_in: z.int().meta({ description: 'Seconds that the access token is good for' }),
    refresh_token: z
      .string()
      .meta({ description: 'Good once, for the next pair of tokens at `POST /auth/refresh`' }),
    refresh_expires_in: z.int().meta({ description: 'Seconds until one has to log in again' }),
  })
  .meta({ id: 'Tokens' });

const MAX_ACCOUNTS = 1_000;

export const ApiKeyCreate = z
  .object({
    name: words().meta({ description: 'What the key is for', examples: ['Meter readings'] }),
    permissions: z
      .array(z.enum(permissions))
      .min(1)
      .max(permissions.length)
      .meta({ description: 'What it may do: never more than its user', examples: [['read', 'produce']] }),
    account_ids: z
      .array(id)
      .min(1)
      .max(MAX_ACCOUNTS)
      .nullish()
      .meta({ description: 'Confines it to these accounts; without, it reaches as far as its user' }),
    expires_at: instant.nullish(),
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
    last_used_at: instantText.nullable().meta({ description: 'Kept to the minute' }),
  })
  .meta({ id: 'ApiKey' });

export const NewApiKey = z
  .object({
    ...ApiKey.shape,
    api_key: z.string().optional().meta({
      description: 'The key itself: shown here, once. The answer to a repeated request lacks it.',
    }),
  })
  .meta({ id: 'NewApiKey' });
