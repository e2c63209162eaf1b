import type { SQL } from 'drizzle-orm';

/** A condition that every row must meet. `line` describes a row that does not. */
export interface Invariant {
  readonly name: string;
  readonly holds: SQL;
  readonly line: SQL;
}

/** Invariants of the same rows, which one statement checks. */
export interface InvariantGroup {
  /** A FROM clause. */
  readonly over: SQL;
  readonly invariants: readonly Invariant[];
}
