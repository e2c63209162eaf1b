/** A position in the primary's write-ahead log; later writes have greater positions. */
export type WalPosition = bigint & { readonly __brand: 'WalPosition' };

/** Postgres' `pg_lsn` text. */
export const POSITION = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

/** Parses `pg_lsn` text, such as `0/3000148`. Returns `undefined` for anything else. */
export function parsePosition(text: string): WalPosition | undefined {
  const [, high, low] = POSITION.exec(text) ?? [];
  if (high === undefined || low === undefined) return undefined;
  return ((BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)) as WalPosition;
}

/** Postgres' `pg_lsn` text of a position. */
export function formatPosition(position: WalPosition): string {
  return `${(position >> 32n).toString(16)}/${(position & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

export function laterOf(a: WalPosition | undefined, b: WalPosition): WalPosition {
  return a === undefined || a < b ? b : a;
}
