import { difference, type Row } from './db-snapshot.ts';
import { type Ledger, type Piece, quantityOf } from './ledger.ts';
import type { Verdict } from './reference-model.ts';
import { isoOf, perform, type Request } from './registry-model.ts';

/** A request and its response. */
export interface Exchange {
  readonly request: Request;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `202`, or `409 wrong-status`. */
export function answerCode({ status, body }: Pick<Exchange, 'status' | 'body'>): string {
  return status < 300 ? String(status) : `${status} ${String(body.type).split(':').at(-1)}`;
}

interface Wave {
  readonly exchanges: readonly Exchange[];
  readonly rows: ReadonlyMap<string, Row>;
  /** The issuances whose bundles are in `rows`. */
  readonly touched: ReadonlySet<string>;
  readonly now: number;
}

/**
 * Whether concurrent requests had the outcome of some serial order: then the ledger is in the state after that order,
 * and `undefined` is returned. Otherwise, the reason for each order.
 */
export function explain(ledger: Ledger, wave: Wave): string | undefined {
  const reasons: string[] = [];
  const mark = ledger.mark();
  const explained = follow(ledger, wave, wave.exchanges, [], reasons);
  if (explained) {
    ledger.settle();
    return undefined;
  }
  ledger.backTo(mark);
  return [...new Set(reasons)].join('\n');
}

interface Step {
  readonly exchange: Exchange;
  readonly verdict: Verdict;
}

function follow(
  ledger: Ledger,
  wave: Wave,
  left: readonly Exchange[],
  steps: readonly Step[],
  reasons: string[],
): boolean {
  if (left.length === 0) {
    const reason = stateDiffers(ledger, wave) ?? answersDiffer(ledger, wave, steps);
    if (reason !== undefined) reasons.push(reason);
    return reason === undefined;
  }
  return left.some((exchange) => {
    const mark = ledger.mark();
    const verdict = perform(ledger, exchange.request, wave.now);
    const answer = answerCode(exchange);
    const rest = left.filter((each) => each !== exchange);
    if (!verdict.expected.includes(answer)) {
      const after = steps.map((each) => wave.exchanges.indexOf(each.exchange)).join(', ');
      const which = wave.exchanges.indexOf(exchange);
      reasons.push(`request ${which} after [${after}]: ${answer}, not ${verdict.expected.join(' or ')}`);
    } else if (follow(ledger, wave, rest, [...steps, { exchange, verdict }], reasons)) return true;
    ledger.backTo(mark);
    return false;
  });
}

function stateDiffers(ledger: Ledger, { rows, touched }: Wave): string | undefined {
  return difference(ledger, piecesOf(ledger, touched), rows);
}

/** All pieces in these issuances, including split parents. */
function piecesOf(ledger: Ledger, touched: ReadonlySet<string>): Piece[] {
  const found = new Map<string, Piece>();
  for (const issuances of ledger.issuances.values()) {
    for (const { name, device, first, last } of issuances) {
      if (!touched.has(name)) continue;
      for (const key of ledger.live.get(`${device}:${first}-${last}`) ?? []) {
        let piece = ledger.pieces.get(key);
        while (piece && !found.has(piece.key)) {
          found.set(piece.key, piece);
          piece = ledger.pieces.get(piece.parent ?? '');
        }
      }
    }
  }
  return [...found.values()];
}

/** The results of successes: the bundles that carry the effect, and an issuance as it was created. */
function answersDiffer(ledger: Ledger, { rows }: Wave, steps: readonly Step[]): string | undefined {
  for (const { exchange, verdict } of steps) {
    const { request, body, status } = exchange;
    if (status >= 300) continue;
    const wanted =
      request.kind === 'act' ? asAction(request, verdict, rows) : asBundle(ledger, verdict, rows);
    for (const [name, value] of Object.entries(wanted)) {
      const got = JSON.stringify(body[name]);
      if (got !== JSON.stringify(value)) return `${name} is ${got}, not ${JSON.stringify(value)}`;
    }
  }
  return undefined;
}

function asAction(
  { action, by, isDry, body }: Request & { kind: 'act' },
  { carry }: Verdict,
  rows: ReadonlyMap<string, Row>,
): Record<string, unknown> {
  return {
    action_type: action,
    action_result: isDry ? 'Dry run' : 'Success',
    source_id: body.source_id,
    target_id: body.target_id ?? null,
    user_id: by,
    granular_certificate_bundle_ids: body.granular_certificate_bundle_ids,
    certificate_quantity: body.certificate_quantity ?? null,
    certificate_bundle_percentage: body.certificate_bundle_percentage ?? null,
    // The ids of a dry run are provisional.
    ...(isDry ? {} : { resulting_bundle_ids: carry.map((key) => rows.get(key)?.id) }),
  };
}

function asBundle(
  ledger: Ledger,
  { carry: [key = ''] }: Verdict,
  rows: ReadonlyMap<string, Row>,
): Record<string, unknown> {
  const piece = ledger.pieces.get(key);
  const row = rows.get(key);
  if (piece === undefined || row === undefined) return {};
  return {
    id: row.id,
    issuance_id: piece.issuance,
    certificate_bundle_id_range_start: piece.first,
    certificate_bundle_id_range_end: piece.last,
    bundle_quantity: quantityOf(piece),
    device_id: piece.device,
    expiry_datestamp: isoOf(piece.expiry),
    parent_id: null,
  };
}
