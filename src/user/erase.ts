import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { hasDevices, hasOpenBundles } from '../account/index.ts';
import { array } from '../database/connection.ts';
import { personalColumns } from '../database/personal-schema.ts';
import type { Transaction } from '../database/transaction.ts';
import { defineMutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { idParams } from '../operation/schemas.ts';
import { formatInstant } from '../rules/instant.ts';
import { Erasure } from './schemas.ts';

export const eraseUser = defineMutation({
  id: 'eraseUser',
  method: 'POST',
  path: '/user/erase/:id',
  tag: 'Users',
  summary: 'Erase the personal data of a deleted user',
  description:
    'Destroys the name, the e-mail, the organisation, the password, the sessions, the API keys and the login attempts of a user who was deleted before, with the salts of their commitments. A pseudonym remains: the events, the action log and lineages keep the id. Accounts that had no other user must be empty or get another user first. This cannot be undone. Backups hold the data until they expire.',
  permission: 'administer',
  loginOnly: true,
  params: idParams,
  answer: { status: 200, description: 'The user is erased', schema: Erasure },
  refusals: [409],
  handle: ({ params, transact }) =>
    transact(async (tx) => {
      const user = await lockUser(tx, params.id);
      await requireErasable(tx, user);
      const erased = await erase(tx, user.id);
      await rewriteAnswers(tx, erased);
      return { ...erased, events_with_values: await eventsWithValues(tx, user.id) };
    }),
});

interface LockedUser {
  readonly id: number;
  readonly deletedAt: Date | null;
  readonly erasedAt: Date | null;
}

/** @throws {Problem} 404 */
async function lockUser(tx: Transaction, userId: number): Promise<LockedUser> {
  const [user] = await tx.execute<LockedUser>(sql`
    SELECT id, deleted_at AS "deletedAt", erased_at AS "erasedAt"
    FROM registry_user WHERE id = ${userId} FOR NO KEY UPDATE`);
  if (user === undefined) throw problems.notFound('user', userId);
  return user;
}

/**
 * Requires that the user was deleted, was not erased before, and leaves no account without users that still holds something (rule
 * ACC-13).
 *
 * @throws {Problem} 409
 */
async function requireErasable(tx: Transaction, { id, deletedAt, erasedAt }: LockedUser): Promise<void> {
  if (deletedAt === null)
    throw problems.conflict('user-not-deleted', `User ${id} is not deleted: delete the user first.`);
  if (erasedAt !== null) throw problems.conflict('user-erased', `User ${id} was erased before.`);
  const orphaned = await tx.execute<{ id: number }>(sql`
    SELECT a.id FROM account_user l JOIN registry_user u ON u.id = l.user_id JOIN account a ON a.id = l.account_id
    WHERE l.user_id = ${id} AND coalesce(l.deleted_at, u.deleted_at) >= u.deleted_at AND a.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM account_user o WHERE o.account_id = a.id AND o.deleted_at IS NULL)
      AND (${hasDevices(sql`a.id`)} OR ${hasOpenBundles(sql`a.id`)})
    ORDER BY a.id`);
  if (orphaned.length === 0) return;
  const ids = orphaned.map((account) => account.id).join(', ');
  throw problems.conflict(
    'account-without-users',
    `These accounts have devices or usable certificates, and no other user: ${ids}. Add a user to each of them first.`,
  );
}

type Erased = Omit<z.input<typeof Erasure>, 'events_with_values'>;

/** Puts pseudonyms in place of the values. Triggers destroy the values with their salts, and what the user logged in with. */
async function erase(tx: Transaction, userId: number): Promise<Erased> {
  const [row] = await tx.execute<Pick<Erased, 'id' | 'name' | 'email'> & { erasedAt: Date }>(sql`
    UPDATE registry_user
    SET name = personal_pseudonym('registry_user', id, 'name'), email = personal_pseudonym('registry_user', id, 'email'),
        organisation = NULL, erased_at = now(), version = version + 1
    WHERE id = ${userId}
    RETURNING id, name, email, erased_at AS "erasedAt"`);
  if (row === undefined) throw new Error('UPDATE ... RETURNING returned no row');
  const { erasedAt, ...erased } = row;
  return { ...erased, erased_at: formatInstant(erasedAt) };
}

/**
 * Rewrites answers that are kept for requests of others and show the user. They are not deleted: a repeated request would act
 * again.
 */
async function rewriteAnswers(tx: Transaction, { id, name, email }: Erased): Promise<void> {
  await tx.execute(sql`
    UPDATE idempotency_key
    SET answer = jsonb_set(answer, '{value}', answer -> 'value' || jsonb_build_object(
      'name', ${name}::text, 'email', ${email}::text, 'organisation', NULL))
    WHERE answer -> 'value' ->> 'id' = ${id}::text AND answer -> 'value' ?& '{role,email}'`);
}

/** How many events, from before there were commitments, have values of the user in clear. */
async function eventsWithValues(tx: Transaction, userId: number): Promise<number> {
  const clear = sql`(coalesce(attributes_before, '{}') || coalesce(attributes_after, '{}'))`;
  const [events] = await tx.execute<{ number: number }>(sql`
    SELECT count(*) AS number FROM journal
    WHERE entity_name = 'registry_user' AND entity_id = ${userId}
          AND ${clear} ?| ${array(personalColumns.registry_user)}::text[]
       OR entity_name = 'api_key' AND entity_id IN (SELECT id FROM api_key WHERE user_id = ${userId})
          AND ${clear} ?| ${array(personalColumns.api_key)}::text[]`);
  return events?.number ?? 0;
}
