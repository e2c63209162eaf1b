import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, reference } from './columns.ts';
import { registryUser } from './schema.ts';

/** What the registry remembers of requests; none of it is an entity, so none of it is in the journal. */

/** The first answer to a user's request with an `Idempotency-Key`, or that the request is under way. */
export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    userId: reference()
      .notNull()
      .references(() => registryUser.id),
    key: text().notNull(),
    /** sha256 over method, path and body: another request with the same key is refused. */
    requestHash: text().notNull(),
    /** The attempt that may answer; one that was taken over may not any more. */
    attempt: uuid().notNull(),
    startedAt: createdAt(),
    answer: jsonb(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.key] }), index('idempotency_key_by_start').on(t.startedAt)],
);
