import { type SQL, sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import { actionInvariants } from './action-invariants.ts';
import { amountInvariants } from './amount-invariants.ts';
import { bundleInvariants } from './bundle-invariants.ts';
import { credentialInvariants } from './credential-invariants.ts';
import { bundleEventInvariants, bundleRowInvariants, recordRowInvariants } from './event-invariants.ts';
import type { Invariant, InvariantGroup } from './invariant.ts';
import { issuanceInvariants } from './issuance-invariants.ts';
import { issuingInvariants } from './issuing-invariants.ts';
import { personalDataInvariants } from './personal-data-invariants.ts';
import { recordInvariants } from './record-invariants.ts';
import { rightInvariants } from './right-invariants.ts';

export interface Violation {
  readonly invariant: string;
  readonly violation: string;
}

/** In the order of rule CONS-6. A check may rely on those before it. Every role of the application can read what they need. */
const invariantGroups: readonly InvariantGroup[] = [
  ...issuanceInvariants,
  ...bundleInvariants,
  ...bundleRowInvariants,
  ...recordInvariants,
  ...issuingInvariants,
  ...actionInvariants,
  ...bundleEventInvariants,
  ...amountInvariants,
  ...rightInvariants,
  ...personalDataInvariants,
  ...recordRowInvariants,
];

/** The same, and those for which the passwords have to be read, which only the role that writes can do. */
export const allInvariantGroups: readonly InvariantGroup[] = [...invariantGroups, ...credentialInvariants];

export const invariantNames: readonly string[] = invariantGroups.flatMap(({ invariants }) =>
  invariants.map(({ name }) => name),
);

/** Checks the invariants in their order. Returns the first violation, or `undefined` if all of them hold. */
export async function firstViolation(
  execute: Execute,
  onChecked: (name: string) => void = () => {},
  groups: readonly InvariantGroup[] = invariantGroups,
): Promise<Violation | undefined> {
  for (const { over, invariants } of groups) {
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
