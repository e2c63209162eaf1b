import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, reference } from './columns.ts';
import { registryUser } from './schema.ts';

/** The registry's memory of requests. Its rows are not entities, so they are not in the journal. */

/** The first answer to a user's request with an `Idempotency-Key`, or the running attempt. */
export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    userId: reference()
      .notNull()
      .references(() => registryUser.id),
    key: text().notNull(),
    /** SHA-256 over method, path and body: another request with the same key is refused. */
    requestHash: text().notNull(),
    /** The attempt that may answer; another attempt can take over. */
    attempt: uuid().notNull(),
    startedAt: createdAt(),
    answer: jsonb(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.key] }), index('idempotency_key_by_start').on(t.startedAt)],
);
