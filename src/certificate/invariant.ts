import type { SQL } from 'drizzle-orm';

/** What must hold of every row; a row of which it is not true is told by `line`. */
export interface Invariant {
  readonly name: string;
  readonly holds: SQL;
  readonly line: SQL;
}

/** Invariants of the same rows, which one statement looks at. */
export interface Look {
  /** A FROM clause. */
  readonly over: SQL;
  readonly invariants: readonly Invariant[];
}
