import { type Ledger, type Piece, quantityOf, type Status } from './ledger.ts';

/**
 * A second implementation of the certificate rules, from their text alone, without imports from src. It is simple
 * instead of fast. Where several rules refuse a request, the text defines no order, and any of them may be the answer.
 */

export type ActionName =
  | 'transfer'
  | 'cancel'
  | 'claim'
  | 'reserve'
  | 'unreserve'
  | 'lock'
  | 'unlock'
  | 'withdraw';

interface LifecycleRule {
  readonly from: readonly Status[];
  readonly by: 'traders' | 'administrators';
}

export const LIFECYCLE: Readonly<Record<ActionName, LifecycleRule>> = {
  transfer: { from: ['Active'], by: 'traders' },
  cancel: { from: ['Active', 'Reserved'], by: 'traders' },
  claim: { from: ['Cancelled'], by: 'traders' },
  reserve: { from: ['Active'], by: 'traders' },
  unreserve: { from: ['Reserved'], by: 'traders' },
  lock: { from: ['Active', 'Reserved'], by: 'administrators' },
  unlock: { from: ['Locked'], by: 'administrators' },
  withdraw: { from: ['Active', 'Reserved', 'Locked'], by: 'administrators' },
};

export interface ActionBody {
  readonly source_id: number;
  readonly granular_certificate_bundle_ids: readonly number[];
  readonly user_id?: number;
  readonly certificate_quantity?: number;
  readonly certificate_bundle_percentage?: number;
  readonly target_id?: number;
  readonly beneficiary?: string;
  readonly reason?: string;
}

export interface ActionRequest {
  readonly action: ActionName;
  readonly by: number;
  readonly isDry: boolean;
  readonly body: ActionBody;
}

/** The permitted answers, as `202` or `409 wrong-status`, and the pieces that carry the effect of a success. */
export interface Verdict {
  readonly expected: readonly string[];
  readonly carry: readonly string[];
}

export const refused = (...expected: string[]): Verdict => ({ expected, carry: [] });

/** Judges an action and, unless it is refused, executes it. */
export function act(ledger: Ledger, request: ActionRequest, now: number): Verdict {
  const { action, by, isDry, body } = request;
  const role = ledger.roles.get(by);
  const traders = ['TRADING_USER', 'PRODUCTION_USER', 'ADMIN'];
  const may = LIFECYCLE[action].by === 'traders' ? traders.includes(role ?? '') : role === 'ADMIN';
  if (!may) return refused('403 not-allowed');
  if (isMalformed(action, body)) return refused('422 invalid-fields');
  const source = ledger.accounts.get(body.source_id);
  const isOpen = source?.closed === false;
  // A caller without access to the account learns nothing else, either.
  if (role !== 'ADMIN' && !(isOpen && source.users.includes(by))) return refused('404 not-found');
  const shares = sharesOf(ledger, body);
  const refusals = [
    ...(isOpen ? [] : ['404 not-found']),
    ...requestRefusals(request),
    ...bundleRefusals(ledger, request, now),
    ...refusalsOfAction(ledger, request),
    ...shares.refusals,
  ];
  if (refusals.length > 0) return refused(...refusals);
  const mark = ledger.mark();
  const carry = shares.taken.map(([piece, take]) => effect(ledger, request, piece, take));
  if (isDry) ledger.backTo(mark);
  return { expected: ['202'], carry };
}

const isWh = (value: number) => Number.isSafeInteger(value);
const isId = (value: number) => isWh(value) && value > 0;

function isMalformed(action: ActionName, body: ActionBody): boolean {
  const ids = [body.source_id, ...body.granular_certificate_bundle_ids];
  if (action === 'transfer') ids.push(body.target_id ?? 0);
  return !ids.every(isId) || !isWh(body.certificate_quantity ?? 1) || body.reason?.trim() === '';
}

function requestRefusals({ action, by, body }: ActionRequest): string[] {
  const { granular_certificate_bundle_ids: ids, certificate_quantity: quantity } = body;
  const percentage = body.certificate_bundle_percentage;
  const broken: string[] = [];
  if (body.user_id !== undefined && body.user_id !== by) broken.push('403 not-the-caller');
  if (ids.length === 0) broken.push('422 no-bundles');
  if (new Set(ids).size < ids.length) broken.push('422 duplicate-bundles');
  if (quantity !== undefined && percentage !== undefined) broken.push('422 quantity-and-percentage');
  if (quantity !== undefined && quantity < 1) broken.push('422 quantity-invalid');
  if (percentage !== undefined && !(percentage > 0 && percentage <= 1)) broken.push('422 percentage-invalid');
  const isPart = quantity !== undefined || (percentage !== undefined && percentage !== 1);
  if (LIFECYCLE[action].by === 'administrators') {
    if (isPart) broken.push('422 whole-bundles-only');
    if (!body.reason) broken.push('422 reason-required');
  }
  return broken;
}

/** The named bundles that are in the source account, in the given order. */
function found(ledger: Ledger, { source_id, granular_certificate_bundle_ids: ids }: ActionBody): Piece[] {
  return ids.flatMap((id) => ledger.pieceOf(id) ?? []).filter(({ account }) => account === source_id);
}

export const hasLapsed = ({ status, expiry }: Piece, now: number) =>
  (status === 'Active' || status === 'Reserved') && now >= expiry;

function bundleRefusals(ledger: Ledger, { action, body }: ActionRequest, now: number): string[] {
  const pieces = found(ledger, body);
  if (pieces.length < body.granular_certificate_bundle_ids.length) return ['404 bundles-not-found'];
  return pieces.flatMap((piece) => [
    ...(hasLapsed(piece, now) ? ['409 bundle-expired'] : []),
    ...(LIFECYCLE[action].from.includes(piece.status) ? [] : ['409 wrong-status']),
  ]);
}

function refusalsOfAction(ledger: Ledger, { action, body }: ActionRequest): string[] {
  if (action === 'claim') {
    const named = body.beneficiary;
    const differs = found(ledger, body).some(({ beneficiary }) => beneficiary !== named);
    return named !== undefined && differs ? ['422 beneficiary-differs'] : [];
  }
  if (action !== 'transfer') return [];
  const target = ledger.accounts.get(body.target_id ?? 0);
  if (target?.id === body.source_id) return ['422 same-account'];
  if (target === undefined || target.closed) return ['404 target-not-found'];
  return target.accepts.includes(body.source_id) ? [] : ['403 not-whitelisted'];
}

interface Shares {
  readonly refusals: readonly string[];
  readonly taken: readonly (readonly [Piece, number])[];
}

/** How much is taken of each bundle. Refused requests are judged by the other rules, so their amounts do not matter. */
function sharesOf(ledger: Ledger, body: ActionBody): Shares {
  const { certificate_quantity: quantity, certificate_bundle_percentage: percentage } = body;
  const pieces = found(ledger, body);
  if (quantity !== undefined && percentage === undefined) return byQuantity(pieces, quantity);
  if (percentage !== undefined && quantity === undefined) return byPercentage(pieces, percentage);
  return { refusals: [], taken: pieces.map((piece) => [piece, quantityOf(piece)]) };
}

function byQuantity(pieces: readonly Piece[], quantity: number): Shares {
  const taken: [Piece, number][] = [];
  let left = quantity;
  for (const piece of pieces) {
    const take = Math.min(left, quantityOf(piece));
    if (take > 0) taken.push([piece, take]);
    left -= take;
  }
  return { refusals: left > 0 ? ['422 not-enough'] : [], taken };
}

function byPercentage(pieces: readonly Piece[], percentage: number): Shares {
  const taken = pieces
    .map((piece): [Piece, number] => [piece, partOf(percentage, quantityOf(piece))])
    .filter(([, take]) => take > 0);
  return { refusals: taken.length === 0 ? ['422 nothing-to-take'] : [], taken };
}

/** floor(percentage x quantity), over the decimal digits of the number. */
export function partOf(percentage: number, quantity: number): number {
  const [digits = '0', exponent = '0'] = String(percentage).split('e');
  const [whole = '0', decimals = ''] = digits.split('.');
  const places = decimals.length - Number(exponent);
  const product = BigInt(whole + decimals) * BigInt(quantity);
  return Number(places > 0 ? product / 10n ** BigInt(places) : product * 10n ** BigInt(-places));
}

/** Splits off the part to take, and returns the key of the piece that carries the effect. */
function effect(ledger: Ledger, { action, body }: ActionRequest, piece: Piece, take: number): string {
  const taken = take < quantityOf(piece) ? ledger.split(piece, take) : piece;
  ledger.put({ ...taken, ...changes(ledger, action, body, taken) });
  return taken.key;
}

function changes(ledger: Ledger, action: ActionName, body: ActionBody, piece: Piece): Partial<Piece> {
  switch (action) {
    case 'transfer':
      return { account: body.target_id ?? 0 };
    case 'cancel': {
      const name = ledger.accounts.get(body.source_id)?.name ?? '';
      return { status: 'Cancelled', beneficiary: body.beneficiary ?? name };
    }
    case 'claim':
      return { status: 'Claimed' };
    case 'reserve':
      return { status: 'Reserved' };
    case 'unreserve':
      return { status: 'Active' };
    case 'lock':
      return { status: 'Locked', before: piece.status };
    case 'unlock':
      return { status: piece.before ?? 'Active', before: null };
    case 'withdraw':
      return { status: 'Withdrawn', before: null };
  }
}
