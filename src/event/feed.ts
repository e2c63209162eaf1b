import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { array } from '../database/connection.ts';
import { type SequencedEntry, sequencedEntries } from '../journal/index.ts';
import type { Authority } from '../operation/caller.ts';
import type { QueryCall } from '../operation/operation.ts';
import type { EventQuery } from './wire.ts';

export type FeedCall = QueryCall<undefined, typeof EventQuery>;

export interface Page {
  readonly events: SequencedEntry[];
  /** Up to here the caller has been shown all that there is for it. */
  readonly upTo: number;
}

/** Events past a position that the caller may see, in order. */
export function eventsAfter(call: FeedCall, after: number, limit = call.query.limit): Promise<Page> {
  const condition = sql.join(
    [sql`p.position > ${after}`, ...filters(call.query), visibleTo(call)],
    sql` AND `,
  );
  return call.read(async ({ query }) => {
    const [head] = await query<{ last: number | null }>(
      sql`SELECT max(position) AS last FROM journal_position`,
    );
    const events = await sequencedEntries(query, condition, limit);
    const last = events.at(-1)?.position ?? after;
    return { events, upTo: events.length === limit ? last : Math.max(last, head?.last ?? -1) };
  });
}

function filters({ entity_name: name, entity_id: entityId }: z.output<typeof EventQuery>): SQL[] {
  return [
    ...(name === undefined ? [] : [sql`j.entity_name = ${name}`]),
    ...(entityId === undefined ? [] : [sql`j.entity_id = ${entityId}`]),
  ];
}

/** Administrators see all events; others the history of the bundles that their accounts hold. */
function visibleTo({ caller, scope }: Authority): SQL {
  if (scope === 'all') return sql`true`;
  return sql`j.entity_name = 'bundle' AND j.entity_id IN (
    SELECT id FROM bundle WHERE account_id = ANY (${array([...caller.accountIds])}::bigint[]))`;
}
