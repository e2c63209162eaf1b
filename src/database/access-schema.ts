import { bigint, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytea, createdAt, id, instant, reference } from './columns.ts';
import { registryUser } from './schema.ts';

/** How users show who they are, besides the password. Secrets are kept as sha256 of 256 random bits, never in the journal. */

/** A login that goes on until it expires, is logged out or revoked: then its row is gone, and its tokens with it. */
export const session = pgTable(
  'session',
  {
    id: id(),
    userId: reference()
      .notNull()
      .references(() => registryUser.id),
    /** Hash of the half that all refresh tokens of this login share. */
    familyHash: bytea().notNull(),
    /** Hash of the other half of the token that is good now. */
    secretHash: bytea().notNull(),
    /** The same of the token before it, and what its successor was derived with. */
    previousHash: bytea(),
    salt: bytea(),
    createdAt: instant().notNull(),
    refreshedAt: instant().notNull(),
    expiresAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('session_family').on(t.familyHash),
    index('session_by_user').on(t.userId, t.refreshedAt),
    index('session_by_expiry').on(t.expiresAt),
  ],
);

/** What a program may do in its user's name; an entity of the journal. */
export const apiKey = pgTable(
  'api_key',
  {
    id: id(),
    userId: reference()
      .notNull()
      .references(() => registryUser.id),
    name: text().notNull(),
    /** The first characters of the key, to know it by. */
    hint: text().notNull(),
    permissions: text().array().notNull(),
    /** The accounts that it is confined to; without, all of its user's. */
    accountIds: bigint({ mode: 'number' }).array(),
    expiresAt: instant(),
    version: integer().notNull().default(1),
    createdAt: createdAt(),
    deletedAt: instant(),
  },
  (t) => [index('api_key_by_user').on(t.userId, t.id)],
);

/** A key's secret and its last use, apart from the key so that neither is in the journal. */
export const apiKeySecret = pgTable(
  'api_key_secret',
  {
    apiKeyId: reference()
      .primaryKey()
      .references(() => apiKey.id),
    secretHash: bytea().notNull(),
    lastUsedAt: instant(),
  },
  (t) => [uniqueIndex('api_key_secret_hash').on(t.secretHash)],
);

/** Failed logins of one account, network or pair of both within a window. Unlogged: a crash forgets them. */
export const loginThrottle = pgTable(
  'login_throttle',
  {
    subject: bytea().primaryKey(),
    failures: integer().notNull(),
    windowEndsAt: instant().notNull(),
    /** Until then, failures elsewhere do not keep this pair out: it has logged in. */
    trustedUntil: instant(),
    keptUntil: instant().notNull(),
  },
  (t) => [index('login_throttle_by_end').on(t.keptUntil)],
);

/** The e-mail that a user asked for, until an administrator changes it. Not in the journal: it is no fact of the registry. */
export const emailChangeRequest = pgTable('email_change_request', {
  userId: reference()
    .primaryKey()
    .references(() => registryUser.id),
  email: text().notNull(),
  requestedAt: createdAt(),
});
