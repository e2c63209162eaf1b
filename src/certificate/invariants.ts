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

/**
 * Checks the invariants, a group at a time on each connection. Returns the first violation in their order, or `undefined` if all of
 * them hold. A group is one statement, so connections need not share a snapshot.
 *
 * @param onChecked called with the name of each invariant that holds, as soon as it is known.
 */
export async function firstViolation(
  connections: readonly Execute[],
  groups: readonly InvariantGroup[] = invariantGroups,
  onChecked: (name: string) => void = () => {},
): Promise<Violation | undefined> {
  const violations: Violation[][] = [];
  const left = [...groups.entries()];
  const checkGroups = async (execute: Execute) => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [place, group] = next;
      const found = await violationsOf(execute, group);
      violations[place] = found;
      // Groups before this one may be under way on other connections, and are finished there.
      if (found.length > 0) left.length = 0;
      const broken = new Set(found.map(({ invariant }) => invariant));
      for (const { name } of group.invariants) if (!broken.has(name)) onChecked(name);
    }
  };
  await Promise.all(connections.map(checkGroups));
  return violations.flat()[0];
}

async function violationsOf(execute: Execute, { over, invariants }: InvariantGroup): Promise<Violation[]> {
  const [row] = await execute<{ lines: readonly (string | null)[] }>(
    sql`SELECT ARRAY[${sql.join(invariants.map(firstLine), sql`, `)}] AS lines ${over}`,
  );
  return invariants.flatMap(({ name }, n) => {
    const violation = row?.lines[n];
    return typeof violation === 'string' ? [{ invariant: name, violation }] : [];
  });
}

/** The first violation in alphabetical order. An aggregate lets Postgres scan all rows in parallel. */
const firstLine = ({ holds, line }: Invariant): SQL =>
  sql`min(${line}) FILTER (WHERE (${holds}) IS NOT TRUE)`;
