import { bigint, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytea, createdAt, id, instant, reference } from './columns.ts';
import { registryUser } from './schema.ts';

/**
 * How users authenticate, besides the password. Only SHA-256 hashes of 256 random bits are stored, never in the
 * journal.
 */

/**
 * A session: it lasts until it expires, is logged out or revoked; then its row is deleted, and its tokens are invalid.
 */
export const session = pgTable(
  'session',
  {
    id: id(),
    userId: reference()
      .notNull()
      .references(() => registryUser.id),
    /** Hash of the part that all refresh tokens of the session share. */
    familyHash: bytea().notNull(),
    /** Hash of the secret part of the current token. */
    secretHash: bytea().notNull(),
    /** Hash of the secret part of the previous token, and the salt from which its successor was derived. */
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

/**
 * The permissions of a program that acts for its user; an entity of the journal, which has a commitment in place of the name.
 */
export const apiKey = pgTable(
  'api_key',
  {
    id: id(),
    userId: reference()
      .notNull()
      .references(() => registryUser.id),
    name: text().notNull(),
    /** The first characters of the key, to recognize it. */
    hint: text().notNull(),
    permissions: text().array().notNull(),
    /** The accounts to which the key is restricted; `null` for all accounts of its user. */
    accountIds: bigint({ mode: 'number' }).array(),
    expiresAt: instant(),
    version: integer().notNull().default(1),
    createdAt: createdAt(),
    deletedAt: instant(),
    nameCommitment: text(),
    /** SHA-256 of `secret_hash` in hexadecimal, written by a trigger. */
    secretDigest: text(),
  },
  (t) => [index('api_key_by_user').on(t.userId, t.id)],
);

/** The secret and the last use of a key, in a table of their own because the journal contains neither, but the digest of the hash. */
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

/**
 * Failed logins of one account, network, IPv6 site, or pair of account and network within a window. Unlogged: a crash
 * deletes them.
 */
export const loginThrottle = pgTable(
  'login_throttle',
  {
    subject: bytea().primaryKey(),
    /** Failed attempts, and those under way: each counts until it succeeds. */
    failures: integer().notNull(),
    underWay: integer().notNull().default(0),
    /** Then those that are still under way have ended with their process. */
    underWayUntil: instant(),
    windowEndsAt: instant().notNull(),
    /** Until then, failures elsewhere do not lock out this pair, which has logged in before. */
    trustedUntil: instant(),
    keptUntil: instant().notNull(),
    /** The user, if one has this e-mail address, so that the counters can be erased with the user. */
    userId: reference(),
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

/** The keys by which triggers verify who acts, as the two blocks of HMAC. Only the owner reads them. See `actor-proof.ts`. */
export const actorKey = pgTable('actor_key', {
  innerBlock: bytea().notNull(),
  outerBlock: bytea().notNull(),
});
