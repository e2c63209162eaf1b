import { sql } from 'drizzle-orm';
import { check, index, jsonb, pgEnum, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, id, instant, reference, xid8 } from './columns.ts';

export const eventType = pgEnum('event_type', ['CREATE', 'UPDATE', 'DELETE']);

/** One entry for each row that a statement changed; written by triggers only, and immutable. */
export const journal = pgTable(
  'journal',
  {
    id: id(),
    transactionId: xid8().notNull(),
    eventId: uuid().notNull(),
    eventType: eventType().notNull(),
    entityName: text().notNull(),
    entityId: reference().notNull(),
    parentEntityId: reference(),
    attributesBefore: jsonb().$type<Record<string, unknown>>(),
    attributesAfter: jsonb().$type<Record<string, unknown>>(),
    actorId: reference(),
    actionId: reference(),
    requestId: text(),
    recordedAt: instant().notNull(),
  },
  (t) => [
    index('journal_by_entity').on(t.entityName, t.entityId, t.id),
    // For the export of a person's data. Entries of actions are found by the action.
    index('journal_by_actor').on(t.actorId, t.id).where(sql`actor_id IS NOT NULL AND action_id IS NULL`),
    // EventStoreDB accepts no event of 1 MiB, so a row that could never be relayed is refused while its request can
    // still fail.
    check(
      'journal_entry_size',
      sql`coalesce(octet_length(${t.attributesBefore}::text), 0) + coalesce(octet_length(${t.attributesAfter}::text), 0) <= 500000`,
    ),
  ],
);

/**
 * The position of an entry in the order of the whole journal, counted from 0 without a gap, and the hash of the chain
 * up to it. Written by the sequencer only, and immutable. There is no foreign key, whose check would lock, and so
 * write, every entry again; a trigger refuses positions that skip an entry.
 */
export const journalPosition = pgTable('journal_position', {
  position: reference().primaryKey(),
  journalId: reference().notNull().unique('journal_position_entry'),
  hash: bytea().notNull(),
});

/**
 * The signed heads of the journal, as RFC 8785 JSON, counted from 0. Written by the process that orders the journal, never changed.
 * Copies lie outside of this database: what its owner changes here differs from them.
 */
export const journalAnchor = pgTable(
  'journal_anchor',
  {
    number: reference().primaryKey(),
    position: reference().notNull().unique('journal_anchor_position'),
    document: text().notNull(),
  },
  (t) => [check('journal_anchor_size', sql`octet_length(${t.document}) <= 10000`)],
);
