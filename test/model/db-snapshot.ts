import type pg from 'pg';
import type { Ledger, Piece, Status } from './ledger.ts';
import { keyOf } from './ledger.ts';

/** A bundle as the registry's primary holds it. */
export interface Row {
  readonly id: number;
  readonly key: string;
  readonly issuance: string;
  readonly account: number;
  readonly status: Status;
  readonly before: Status | null;
  readonly beneficiary: string | null;
  readonly parent: string | null;
  readonly expiry: number;
}

const SELECT = `
  SELECT b.id::float8, i.issuance_id AS issuance, b.device_id::float8 AS device, b.range_start::float8 AS first,
         b.range_end::float8 AS last, b.account_id::float8 AS account, b.status, b.prior_status AS before, b.beneficiary,
         p.range_start::float8 AS "parentFirst", p.range_end::float8 AS "parentLast", i.expiry
  FROM bundle b JOIN issuance i ON i.id = b.issuance_id LEFT JOIN bundle p ON p.id = b.parent_id`;

/** The bundles of some issuances, or of all. */
export async function bundlesIn(primary: pg.Pool, issuances?: readonly string[]): Promise<Map<string, Row>> {
  const { rows } = issuances
    ? await primary.query(`${SELECT} WHERE i.issuance_id = ANY ($1)`, [issuances])
    : await primary.query(SELECT);
  const found = rows.map(({ device, first, last, parentFirst, parentLast, ...row }): [string, Row] => {
    const key = keyOf(device, first, last);
    const parent = parentFirst === null ? null : keyOf(device, parentFirst, parentLast);
    return [key, { ...row, key, parent, expiry: row.expiry.getTime() }];
  });
  return new Map(found);
}

/** The first difference between the registry and the ledger in these issuances. */
export function difference(
  ledger: Ledger,
  pieces: readonly Piece[],
  rows: ReadonlyMap<string, Row>,
): string | undefined {
  for (const piece of pieces) {
    const row = rows.get(piece.key);
    if (row === undefined) return `${piece.key} is missing`;
    const known = ledger.idOf.get(piece.key);
    if (known !== undefined && known !== row.id) return `${piece.key} is ${row.id}, and was ${known}`;
    const wanted = comparable(piece);
    const held = comparable(row);
    if (wanted !== held) return `${piece.key} (bundle ${row.id}) is ${held}, not ${wanted}`;
  }
  if (pieces.length === rows.size) return undefined;
  const strange = [...rows.keys()].filter((key) => !ledger.pieces.has(key));
  return `there are bundles that should not be: ${strange.join(', ')}`;
}

function comparable(held: Piece | Row): string {
  const { issuance, account, status, beneficiary, parent, expiry } = held;
  const before = status === 'Locked' ? held.before : null;
  return JSON.stringify({ issuance, account, status, before, beneficiary, parent, expiry });
}
