import type { z } from 'zod';
import { assertPasswordAllowed, hashPassword } from '../authentication/index.ts';
import { credential, registryUser } from '../database/schema.ts';
import type { Transaction } from '../database/transaction.ts';
import { userView } from './read-model.ts';
import type { User, UserCreate } from './schemas.ts';

/**
 * Creates a user and its credential.
 *
 * @throws {Problem} 422 if the password is not allowed. A duplicate e-mail surfaces as a unique violation of Postgres.
 */
export async function registerUser(
  { name, email, role, organisation, password }: z.output<typeof UserCreate>,
  transact: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>,
): Promise<z.input<typeof User>> {
  assertPasswordAllowed(password, { name, email }, 'password');
  const passwordHash = await hashPassword(password);
  return transact(async (tx) => {
    const [row] = await tx.orm.insert(registryUser).values({ name, email, role, organisation }).returning();
    if (row === undefined) throw new Error('an insert gave no row');
    await tx.orm.insert(credential).values({ userId: row.id, passwordHash });
    return userView(row);
  });
}
