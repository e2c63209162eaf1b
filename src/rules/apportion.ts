import type { Decimal } from 'decimal.js';
import { exactDecimal } from './exact-decimal.ts';
import { refuse } from './refusal.ts';
import { type Wh, wh } from './units.ts';

/**
 * The amount that a request asks for, as it was sent. `quantity`: total Wh of the action. `percentage`: part of each
 * bundle, greater than 0 and at most 1. Neither: whole bundles.
 */
export interface Ask {
  readonly quantity?: number | null | undefined;
  readonly percentage?: number | string | null | undefined;
}

/** A valid amount (rules ACT-4 to ACT-6). `part` is the exact value of `percentage`. */
export type Amount =
  | { readonly kind: 'whole bundles' }
  | { readonly kind: 'quantity'; readonly quantity: Wh }
  | { readonly kind: 'percentage'; readonly percentage: number | string; readonly part: Decimal };

/** A bundle to take from: `quantity` is at least 1 Wh. */
export interface Offer<Id> {
  readonly id: Id;
  readonly quantity: Wh;
}

/** Take `take` Wh of the bundle. Its full quantity means the whole bundle; less means a split. */
export interface Share<Id> {
  readonly id: Id;
  readonly take: Wh;
}

/**
 * Validates the amount of a request. It needs no bundle, so it comes before any lock.
 *
 * @throws {Refusal} `quantity-and-percentage`, `quantity-invalid` or `percentage-invalid`.
 */
export function amountOf({ quantity, percentage }: Ask): Amount {
  const hasQuantity = quantity !== undefined && quantity !== null;
  const hasPercentage = percentage !== undefined && percentage !== null;
  if (hasQuantity && hasPercentage) throw refuse.quantityAndPercentage();
  if (hasQuantity) {
    if (!Number.isSafeInteger(quantity) || quantity < 1) throw refuse.quantityInvalid();
    return { kind: 'quantity', quantity: wh(quantity) };
  }
  if (!hasPercentage) return { kind: 'whole bundles' };
  const part = exactDecimal(percentage);
  if (!part?.greaterThan(0) || part.greaterThan(1)) throw refuse.percentageInvalid();
  return { kind: 'percentage', percentage, part };
}

/**
 * Decides how much to take of each bundle, in the order given (rules ACT-4 to ACT-6). Bundles of which nothing is
 * taken are left out.
 *
 * @throws {Refusal} `not-enough` or `nothing-to-take`.
 */
export function apportion<Id>(bundles: readonly Offer<Id>[], amount: Amount): Share<Id>[] {
  if (amount.kind === 'quantity') return byQuantity(bundles, amount.quantity);
  if (amount.kind === 'percentage') return byPercentage(bundles, amount);
  return bundles.map(({ id, quantity: take }) => ({ id, take }));
}

/** Whether every bundle would be taken whole, whatever its quantity. A percentage of 1 is whole. */
export function asksForWholeBundles(ask: Ask): boolean {
  const quantity = ask.quantity ?? undefined;
  return quantity === undefined && exactDecimal(ask.percentage ?? 1)?.equals(1) === true;
}

function byQuantity<Id>(bundles: readonly Offer<Id>[], asked: Wh): Share<Id>[] {
  const shares: Share<Id>[] = [];
  let missing: number = asked;
  for (const { id, quantity } of bundles) {
    if (missing === 0) break;
    const take = wh(Math.min(missing, quantity));
    shares.push({ id, take });
    missing -= take;
  }
  if (missing > 0) throw refuse.notEnough(asked, asked - missing);
  return shares;
}

function byPercentage<Id>(
  bundles: readonly Offer<Id>[],
  { part, percentage }: Extract<Amount, { kind: 'percentage' }>,
): Share<Id>[] {
  const shares = bundles
    .map(({ id, quantity }) => ({ id, take: wholePart(part, quantity) }))
    .filter(({ take }) => take > 0);
  if (shares.length === 0) throw refuse.nothingToTake(percentage);
  return shares;
}

const wholePart = (part: Decimal, quantity: Wh) => wh(part.times(quantity).floor().toNumber());
