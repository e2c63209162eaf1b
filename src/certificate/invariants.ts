import { type SQL, sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import { actionLooks } from './action-invariants.ts';
import { bundleLooks } from './bundle-invariants.ts';
import type { Invariant, Look } from './invariant.ts';
import { issuanceLooks } from './issuance-invariants.ts';
import { issuingLooks } from './issuing-invariants.ts';
import { personalDataLooks } from './personal-data-invariants.ts';
import { recordLooks } from './record-invariants.ts';

export interface Violation {
  readonly invariant: string;
  readonly violation: string;
}

/** Conservation and its preconditions, then what is stored of persons, in the order of rule CONS-6. A check may rely on those before it. */
const looks: readonly Look[] = [
  ...issuanceLooks,
  ...bundleLooks,
  ...recordLooks,
  ...issuingLooks,
  ...actionLooks,
  ...personalDataLooks,
];

export const invariantNames: readonly string[] = looks.flatMap(({ invariants }) =>
  invariants.map(({ name }) => name),
);

/** Checks the invariants in their order. Returns the first violation, or `undefined` if all of them hold. */
export async function firstViolation(
  execute: Execute,
  onChecked: (name: string) => void = () => {},
): Promise<Violation | undefined> {
  for (const { over, invariants } of looks) {
    const [row] = await execute<{ lines: readonly (string | null)[] }>(
      sql`SELECT ARRAY[${sql.join(invariants.map(firstLine), sql`, `)}] AS lines ${over}`,
    );
    for (const [n, { name }] of invariants.entries()) {
      const violation = row?.lines[n];
      if (typeof violation === 'string') return { invariant: name, violation };
      onChecked(name);
    }
  }
  return undefined;
}

/** The first violation in alphabetical order. An aggregate lets Postgres scan all rows in parallel. */
const firstLine = ({ holds, line }: Invariant): SQL =>
  sql`min(${line}) FILTER (WHERE (${holds}) IS NOT TRUE)`;
