import { sql } from 'drizzle-orm';
import type { Execute } from '../database/connection.ts';
import type { Authority } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { type FullRow, selectFullBundles } from './read-model.ts';

/**
 * A bundle that the caller may read: of its own accounts or, for a storage validator, of a storage device. Any other is
 * answered like one that does not exist (rule ACT-3).
 *
 * @throws {Problem} 404
 */
export async function requireBundle(
  execute: Execute,
  { caller, scope }: Authority,
  bundleId: number,
): Promise<FullRow> {
  const [row] = await execute<FullRow>(sql`${selectFullBundles} WHERE b.id = ${bundleId}`);
  const mine =
    row !== undefined &&
    (scope === 'all' || (scope === 'own' ? caller.accountIds.has(row.account_id) : row.is_storage));
  if (!mine) throw problems.notFound('bundle', bundleId);
  return row;
}
