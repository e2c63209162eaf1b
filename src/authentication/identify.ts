import { sql } from 'drizzle-orm';
import type { Reader } from '../database/database.ts';
import type { WalPosition } from '../database/position.ts';
import type { Caller } from '../operation/caller.ts';
import type { Services } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import type { Role } from '../rules/words.ts';
import { userOfToken } from './token.ts';

/**
 * The living user that a token names, with its role and accounts as they are now.
 *
 * `changes`: whether the call will write: then the primary is asked, which never lags. `atLeast`: what the client has
 * seen; its own accounts are part of that.
 *
 * @throws {Problem} 401
 */
export async function identify(
  services: Services,
  token: string,
  { changes, atLeast }: { changes: boolean; atLeast?: WalPosition | undefined },
): Promise<Caller> {
  const userId = await userOfToken(services.config, token, services.clock());
  const load = (reader: Reader) => callerWith(reader, userId ?? 0);
  const { database } = services;
  const caller =
    userId === undefined
      ? undefined
      : await (changes ? database.readPrimary(load) : database.read(load, { atLeast }));
  if (caller === undefined) throw problems.unauthenticated('The access token is not valid, or has expired.');
  return caller;
}

/** A living user with its role and accounts as they are now; `undefined` when there is none. */
export async function callerWith(reader: Pick<Reader, 'query'>, userId: number): Promise<Caller | undefined> {
  const [user] = await reader.query<{ role: Role; accountIds: number[] }>(sql`
    SELECT u.role,
           array(SELECT l.account_id FROM account_user l JOIN account a ON a.id = l.account_id
                 WHERE l.user_id = u.id AND l.deleted_at IS NULL AND a.deleted_at IS NULL) AS "accountIds"
    FROM registry_user u
    WHERE u.id = ${userId} AND u.deleted_at IS NULL`);
  return user && { userId, role: user.role, accountIds: new Set(user.accountIds) };
}
