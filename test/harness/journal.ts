import { personalColumns } from '../../src/journal/personal-values.ts';
import type { TradingPair } from './builders.ts';
import type { TestRegistry } from './registry.ts';

export interface Entry {
  readonly event_type: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly entity_name: string;
  readonly entity_id: number;
  readonly parent_entity_id: number | null;
  readonly attributes_before: Record<string, unknown> | null;
  readonly attributes_after: Record<string, unknown>;
  readonly actor_id: number | null;
  readonly action_id: number | null;
  readonly request_id: string | null;
}

type Reply = Awaited<ReturnType<TradingPair['transfer']>>;

/** The journal entries of the request with this response, in order. */
export async function entriesOf({ primary }: TestRegistry, reply: Reply): Promise<Entry[]> {
  const { rows } = await primary.query<Entry>(
    `SELECT event_type, entity_name, entity_id::int, parent_entity_id::int, attributes_before, attributes_after,
            actor_id::int, action_id::int, request_id
     FROM journal WHERE request_id = $1 ORDER BY id`,
    [reply.headers['x-request-id']],
  );
  return rows;
}

/** The type and entity of each entry, as text. */
export const brief = (entries: readonly Entry[]) =>
  entries.map((each) => `${each.event_type} ${each.entity_name}`);

/** A row as the journal stores it: without its personal columns. */
export async function rowOf(
  { primary }: TestRegistry,
  table: string,
  id: number,
): Promise<Record<string, unknown>> {
  const client = await primary.connect();
  try {
    const personal = (await personalColumns(client)).get(table) ?? [];
    const row = `SELECT to_jsonb(t) - $2::text[] AS row FROM ${table} t WHERE id = $1`;
    return (await client.query(row, [id, personal])).rows[0].row;
  } finally {
    client.release();
  }
}
