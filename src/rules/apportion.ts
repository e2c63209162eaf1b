import type { Decimal } from 'decimal.js';
import { exactDecimal } from './exact-decimal.ts';
import { refuse } from './refusal.ts';

/**
 * How much of the bundles a request asks for. `quantity`: Wh, the total of the action. `percentage`:
 * the part of each bundle, 0 < p <= 1. Neither: whole bundles.
 */
export interface Ask {
  readonly quantity?: number | null | undefined;
  readonly percentage?: number | string | null | undefined;
}

/** A bundle on offer: `quantity` in Wh, at least 1. */
export interface Offer<Id> {
  readonly id: Id;
  readonly quantity: number;
}

/** Take `take` Wh of the bundle; as much as its quantity means the whole bundle, less means a split. */
export interface Share<Id> {
  readonly id: Id;
  readonly take: number;
}

/**
 * Decides how much to take of each bundle, in the order given (rules ACT-4 to ACT-6).
 * Bundles that need not be touched are left out.
 *
 * @throws {Refusal} `quantity-and-percentage`, `quantity-invalid`, `percentage-invalid`, `not-enough`
 * or `nothing-to-take`.
 */
export function apportion<Id>(bundles: readonly Offer<Id>[], ask: Ask): Share<Id>[] {
  const quantity = ask.quantity ?? undefined;
  const percentage = ask.percentage ?? undefined;
  if (quantity !== undefined && percentage !== undefined) throw refuse.quantityAndPercentage();
  if (quantity !== undefined) return byQuantity(bundles, quantity);
  if (percentage !== undefined) return byPercentage(bundles, percentage);
  return bundles.map(({ id, quantity: take }) => ({ id, take }));
}

/** Whether every bundle would be taken whole, whatever its quantity; p = 1 is whole. */
export function asksForWholeBundles(ask: Ask): boolean {
  const quantity = ask.quantity ?? undefined;
  return quantity === undefined && exactDecimal(ask.percentage ?? 1)?.equals(1) === true;
}

function byQuantity<Id>(bundles: readonly Offer<Id>[], asked: number): Share<Id>[] {
  if (!Number.isSafeInteger(asked) || asked < 1) throw refuse.quantityInvalid();
  const shares: Share<Id>[] = [];
  let missing = asked;
  for (const { id, quantity } of bundles) {
    if (missing === 0) break;
    const take = Math.min(missing, quantity);
    shares.push({ id, take });
    missing -= take;
  }
  if (missing > 0) throw refuse.notEnough(asked, asked - missing);
  return shares;
}

function byPercentage<Id>(bundles: readonly Offer<Id>[], percentage: number | string): Share<Id>[] {
  const part = exactDecimal(percentage);
  if (!part?.greaterThan(0) || part.greaterThan(1)) throw refuse.percentageInvalid();
  const shares = bundles
    .map(({ id, quantity }) => ({ id, take: wholePart(part, quantity) }))
    .filter(({ take }) => take > 0);
  if (shares.length === 0) throw refuse.nothingToTake(percentage);
  return shares;
}

const wholePart = (part: Decimal, quantity: number) => part.times(quantity).floor().toNumber();
