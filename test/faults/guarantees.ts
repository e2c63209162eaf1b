import type pg from 'pg';
import type { ActionRequest, IssueRequest, Ledger, Mutation, Outcome, Recorded } from './ledger.ts';

/** The records of one mutation in the database. */
interface Effect {
  /** The id of the action, or of the issued bundle. */
  readonly id: number;
  readonly requestId: string | null;
  /** The reason of the refusal, if it was refused: then it has no other effect. */
  readonly refusal: string | null;
  /** The parts that contradict each other, or the request. */
  readonly broken: boolean;
}

/**
 * Compares what every client was answered with the database: acknowledged requests were executed once, refused ones
 * recorded as one refusal, unanswered ones executed once or not at all, each completely, and nothing else exists.
 * Returns the first violated guarantee.
 */
export async function firstBrokenGuarantee(primary: pg.Pool, ledger: Ledger): Promise<string | undefined> {
  const actions = await effectsOf(primary, ACTIONS);
  const issuances = await effectsOf(primary, ISSUANCES);
  for (const { mutation, outcomes } of ledger.all()) {
    const found =
      mutation.kind === 'issue' ? take(issuances, issueMark(mutation)) : take(actions, actionMark(mutation));
    const broken = violation({ mutation, outcomes }, found);
    if (broken) return `${nameOf(mutation)} ${broken}`;
  }
  const [unasked] = [...actions.keys(), ...issuances.keys()];
  return unasked === undefined ? undefined : `${unasked} is in the database, and nobody asked for it`;
}

function violation({ mutation, outcomes }: Recorded, found: readonly Effect[]): string | undefined {
  const [effect, second] = found;
  if (second) return `was done, or refused, ${found.length} times`;
  if (effect?.broken) return 'is there in part';
  const refused = outcomes.find(({ kind }) => kind === 'refused');
  if (refused?.kind === 'refused') return brokenRefusal(mutation, refused.code, outcomes, effect);
  const acknowledged = outcomes.filter((each) => each.kind === 'acknowledged');
  if (acknowledged.length === 0) return undefined;
  if (effect === undefined || effect.refusal !== null) return 'was acknowledged, and is not there';
  return acknowledged
    .map((each) => brokenAnswer(each, effect, acknowledged))
    .find((each) => each !== undefined);
}

/** A refused request has the record of its refusal, if it is a recorded one, and nothing else. */
function brokenRefusal(
  { kind }: Mutation,
  code: string,
  outcomes: readonly Outcome[],
  effect: Effect | undefined,
): string | undefined {
  if (outcomes.some((each) => each.kind === 'acknowledged') || effect?.refusal === null)
    return 'was refused, and was done';
  if (outcomes.some((each) => each.kind === 'refused' && each.code !== code))
    return 'was refused in two ways';
  if (kind !== 'issue' && effect?.refusal !== code)
    return `was refused as ${code}, and is written down as ${effect?.refusal}`;
  return undefined;
}

type Acknowledged = Extract<Outcome, { kind: 'acknowledged' }>;

function brokenAnswer(
  answer: Acknowledged,
  effect: Effect,
  all: readonly Acknowledged[],
): string | undefined {
  if (answer.id !== effect.id) return `was answered with ${answer.id}, and is ${effect.id}`;
  if (answer.body !== all[0]?.body) return 'was answered in two ways';
  if (!answer.replayed && answer.requestId !== effect.requestId)
    return 'was done by another request than the one that was answered';
  return undefined;
}

const nameOf = ({ kind, number, key }: Mutation) => `${kind} ${number}${key ? ` (${key})` : ''}`;
const issueMark = ({ deviceId, start }: IssueRequest) => `issuance ${deviceId} ${start}`;
const actionMark = ({ kind, number, sourceId, targetId }: ActionRequest) =>
  `${kind} ${number} ${sourceId} ${targetId ?? ''}`;

function take(effects: Map<string, Effect[]>, mark: string): readonly Effect[] {
  const found = effects.get(mark) ?? [];
  effects.delete(mark);
  return found;
}

/**
 * An action is complete when one transaction wrote it, its effect on all of its Wh, and the entries of both. A refused
 * one has a single entry, and no effect.
 */
const ACTIONS = `
  WITH entry_counts AS MATERIALIZED (
    SELECT action_id, count(DISTINCT transaction_id) AS transactions, count(DISTINCT request_id) AS requests,
           count(*) FILTER (WHERE entity_name = 'action') AS actions, count(*) FILTER (WHERE entity_name <> 'action') AS others
    FROM journal GROUP BY action_id),
  bundle_entries AS MATERIALIZED (
    SELECT DISTINCT action_id, entity_id AS bundle_id FROM journal WHERE entity_name = 'bundle'),
  carried AS MATERIALIZED (
    SELECT a.id AS action_id, sum(b.quantity) AS quantity, count(bundle_entries.bundle_id) AS entries
    FROM action a
    JOIN bundle b ON b.id = ANY (a.resulting_bundle_ids)
    LEFT JOIN bundle_entries ON (bundle_entries.action_id, bundle_entries.bundle_id) = (a.id, b.id)
    GROUP BY a.id)
  SELECT concat_ws(' ', a.action_type, a.certificate_quantity, a.source_id, coalesce(a.target_id::text, '')) AS mark, a.id::int, a.request_id AS "requestId",
         CASE WHEN a.action_result = 'Failure' THEN a.details ->> 'code' END AS refusal,
         (entry_counts.transactions, entry_counts.requests, entry_counts.actions) IS DISTINCT FROM (1::bigint, 1::bigint, 1::bigint)
           OR CASE WHEN a.action_result = 'Success'
                THEN (carried.quantity, carried.entries)
                  IS DISTINCT FROM (a.certificate_quantity::numeric, cardinality(a.resulting_bundle_ids)::bigint)
                ELSE entry_counts.others > 0 OR cardinality(a.resulting_bundle_ids) > 0 END AS broken
  FROM action a
  LEFT JOIN entry_counts ON entry_counts.action_id = a.id
  LEFT JOIN carried ON carried.action_id = a.id`;

/** An issuance is complete when one transaction wrote its header, its first bundle, and the entries of both. */
const ISSUANCES = `
  SELECT concat_ws(' ', 'issuance', i.device_id, to_char(i.production_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS mark,
         coalesce(b.id, 0)::int AS id, entry_counts.request AS "requestId", NULL AS refusal,
         (entry_counts.transactions, entry_counts.entries) IS DISTINCT FROM (1::bigint, 2::bigint) AS broken
  FROM issuance i
  LEFT JOIN bundle b ON b.issuance_id = i.id AND b.parent_id IS NULL
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT transaction_id) AS transactions, count(*) AS entries, min(request_id) AS request
    FROM journal WHERE event_type = 'CREATE' AND (entity_name, entity_id) IN (('issuance', i.id), ('bundle', b.id))) AS entry_counts`;

async function effectsOf(primary: pg.Pool, statement: string): Promise<Map<string, Effect[]>> {
  const { rows } = await primary.query<Effect & { mark: string }>(statement);
  const effects = new Map<string, Effect[]>();
  for (const row of rows) effects.set(row.mark, [...(effects.get(row.mark) ?? []), row]);
  return effects;
}
