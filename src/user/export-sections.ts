import { type SQL, sql } from 'drizzle-orm';

/**
 * A part of what is stored of a person. `rows` selects a unique `key`, by which the rows are paged, and the stored `row`
 * as JSON without secrets, for keys greater than `after`.
 */
interface Section {
  /** The key before the first one. */
  readonly start: '0' | '';
  rows(userId: number, after: string, limit: number): SQL;
}

/** A section of the rows of one table that a condition selects, by their ids. */
const byId = (row: SQL, from: SQL, of: (userId: number) => SQL): Section => ({
  start: '0',
  rows: (userId, after, limit) => sql`
    SELECT t.id::text AS key, ${row} AS row FROM ${from}
    WHERE ${of(userId)} AND t.id > ${after}::bigint ORDER BY t.id LIMIT ${limit}`,
});

/** The same for a table without ids. `key`: a text that is unique among the rows of a person. */
const byText = (key: SQL, row: SQL, from: SQL): Section => ({
  start: '',
  rows: (userId, after, limit) => sql`
    SELECT ${key} AS key, ${row} AS row FROM ${from}
    WHERE t.user_id = ${userId} AND ${key} > ${after} COLLATE "C" ORDER BY ${key} COLLATE "C" LIMIT ${limit}`,
});

const ofUser = (userId: number) => sql`t.user_id = ${userId}`;

/** The journal entries of one entity of the person: its `entity_id` is in `ids`. */
const about = (entity: string, ids: SQL) => sql`j.entity_name = ${entity} AND j.entity_id IN (${ids})`;

/**
 * Entries about the person, and those that the person caused otherwise than by an action. Each part is read from an index and
 * limited, since the journal is large.
 */
const events: Section = {
  start: '0',
  rows(userId, after, limit) {
    const own = (table: SQL) => sql`SELECT id FROM ${table} WHERE user_id = ${userId}`;
    const parts = [
      sql`j.actor_id = ${userId} AND j.action_id IS NULL`,
      sql`j.entity_name = 'registry_user' AND j.entity_id = ${userId}`,
      about('api_key', own(sql`api_key`)),
      about('account_user', own(sql`account_user`)),
      about('recurring_action', own(sql`recurring_action`)),
    ].map(
      (part) =>
        sql`(SELECT j.id FROM journal j WHERE ${part} AND j.id > ${after}::bigint ORDER BY j.id LIMIT ${limit})`,
    );
    return sql`
      SELECT j.id::text AS key, to_jsonb(j) - '{id,transaction_id}'::text[] AS row
      FROM journal j WHERE j.id IN (${sql.join(parts, sql` UNION `)}) ORDER BY j.id LIMIT ${limit}`;
  },
};

/** The lists of an export, in their order. The user comes before them. */
export const exportSections = {
  personal_values: byText(
    sql`concat_ws('/', t.entity_name, t.entity_id, t.field)`,
    sql`jsonb_build_object(
      'entity_name', t.entity_name, 'entity_id', t.entity_id, 'field', t.field, 'value', t.value,
      'salt', encode(t.salt, 'hex'), 'commitment', personal_commitment(t.salt, t.value))`,
    sql`personal_data t`,
  ),
  sessions: byId(
    sql`to_jsonb(t) - '{family_hash,secret_hash,previous_hash,salt}'::text[]`,
    sql`session t`,
    ofUser,
  ),
  api_keys: byId(
    sql`to_jsonb(t) || jsonb_build_object('last_used_at', s.last_used_at)`,
    sql`api_key t LEFT JOIN api_key_secret s ON s.api_key_id = t.id`,
    ofUser,
  ),
  accounts: byId(
    sql`to_jsonb(t) || jsonb_build_object('account_name', a.account_name)`,
    sql`account_user t JOIN account a ON a.id = t.account_id`,
    ofUser,
  ),
  recurring_actions: byId(sql`to_jsonb(t)`, sql`recurring_action t`, ofUser),
  email_change_requests: byText(sql`t.email`, sql`to_jsonb(t)`, sql`email_change_request t`),
  login_attempts: byText(sql`encode(t.subject, 'hex')`, sql`to_jsonb(t) - 'subject'`, sql`login_throttle t`),
  requests: byText(sql`t.key`, sql`to_jsonb(t) - '{request_hash,attempt}'::text[]`, sql`idempotency_key t`),
  actions: byId(sql`to_jsonb(t)`, sql`action t`, ofUser),
  events,
} as const satisfies Record<string, Section>;

export type ExportSection = keyof typeof exportSections;
export const sectionNames = Object.keys(exportSections) as readonly ExportSection[];
