/*
 * Ids and units as types of their own, so that the compiler refuses an account where a bundle is meant, and MW where Wh are.
 * Each is a plain number at run time, and can be used as one; the reverse needs a maker.
 */

declare const unit: unique symbol;

type Branded<Name extends string> = number & { readonly [unit]: Name };

export type AccountId = Branded<'AccountId'>;
export type ActionId = Branded<'ActionId'>;
export type BundleId = Branded<'BundleId'>;
export type DeviceId = Branded<'DeviceId'>;
/** The id of a set of issuance metadata. */
export type MetadataId = Branded<'MetadataId'>;
export type UserId = Branded<'UserId'>;

/** Energy in whole watt-hours (rule UNIT-1). */
export type Wh = Branded<'Wh'>;

/**
 * A number as watt-hours.
 *
 * @throws {RangeError} unless it is a safe integer of at least 0.
 */
export function wh(quantity: number): Wh {
  if (!Number.isSafeInteger(quantity) || quantity < 0) throw new RangeError(`not whole Wh: ${quantity}`);
  return quantity as Wh;
}
