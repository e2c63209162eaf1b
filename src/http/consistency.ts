import type { FastifyRequest } from 'fastify';
import type { Database } from '../database/database.ts';
import { parsePosition, type WalPosition } from '../database/position.ts';
import type { Operation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';

/** The header with the log position of a write. A client that sends it back sees that write, on any instance. */
export const CONSISTENCY = 'registry-consistency';

const invalid = (message: string) => problems.invalid([{ path: `header.${CONSISTENCY}`, message }]);

/**
 * The position that a request is to see; `undefined` without the header.
 *
 * @throws {Problem} 422 for a text that is not a position, and for a position that the primary has not reached, which no standby
 *   would show either.
 */
export async function consistencyOf(
  { headers }: FastifyRequest,
  { bypassLimits }: Operation,
  database: Pick<Database, 'isFuture'>,
): Promise<WalPosition | undefined> {
  const token = headers[CONSISTENCY];
  if (token === undefined) return undefined;
  const position = parsePosition(String(token));
  if (position === undefined) throw invalid('is not a valid consistency token');
  // Health checks read no data, and are not limited.
  if (!bypassLimits && (await database.isFuture(position))) {
    throw invalid(
      'is past the last write of this registry: it is from another registry, or from before a restore. Omit it.',
    );
  }
  return position;
}
