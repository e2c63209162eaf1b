import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { clearAttempts, confirmPassword, password } from '../authentication/index.ts';
import { registryUser } from '../database/schema.ts';
import { type Authority, scopeFor } from '../operation/caller.ts';
import { defineMutation, defineQuery } from '../operation/operation.ts';
import { pageById } from '../operation/paging.ts';
import { lockRow } from '../operation/row-version.ts';
import { done, id, idParams, instantText, pageQuery } from '../operation/schemas.ts';
import { formatInstant } from '../rules/instant.ts';
import { requireUser } from './access.ts';
import { updateUserRow } from './commands.ts';
import { userView } from './read-model.ts';
import { email, User } from './schemas.ts';

/*
 * A user asks for another e-mail, and an administrator, who verifies that the address is the user's, changes it. The
 * registry sends no e-mail, so it cannot verify an address itself; and any answer that depended on whether the address
 * is taken would tell who is a user (docs/decisions/0032-change-of-e-mail.md).
 */

const EmailChange = z
  .object({
    email,
    current_password: password.meta({ description: 'The password of the caller' }),
  })
  .meta({ id: 'EmailChange' });

const EmailChangeRequest = z
  .object({
    id: id.meta({ description: 'Id of the user' }),
    email: z.string().meta({ description: 'The current e-mail' }),
    requested_email: z.string(),
    requested_at: instantText,
  })
  .meta({ id: 'EmailChangeRequest' });

export const requestEmailChange = defineMutation({
  id: 'requestEmailChange',
  method: 'POST',
  path: '/auth/change_email',
  tag: 'Authentication',
  summary: 'Request a change of your e-mail',
  description:
    'Records the e-mail that you want to have. An administrator verifies that the address is yours and changes it; until then you log in with the current one. A later request replaces an earlier one, and a request for the current e-mail withdraws it. The response is the same whether or not another user has the address. Wrong passwords count as failed logins.',
  permission: 'read',
  loginOnly: true,
  body: EmailChange,
  bodyLimit: 'small',
  answer: { status: 202, description: 'The request is recorded', schema: done },
  async handle(call) {
    const { body, transact } = call;
    const { caller } = call.authority;
    const confirmed = await confirmPassword(call, body.current_password);
    return transact(async (tx) => {
      await clearAttempts(tx, confirmed.attempt);
      if (body.email === confirmed.email) {
        await tx.execute(sql`DELETE FROM email_change_request WHERE user_id = ${caller.userId}`);
      } else {
        await tx.execute(sql`
          INSERT INTO email_change_request (user_id, email) VALUES (${caller.userId}, ${body.email})
          ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, requested_at = now()`);
      }
      return { message: 'The request is recorded. An administrator verifies and changes the e-mail.' };
    });
  },
});

interface RequestRow {
  readonly id: number;
  readonly email: string;
  readonly requestedEmail: string;
  readonly requestedAt: Date;
}

/** Condition: all requests for an administrator, otherwise that of the caller. */
function visibleRequests({ caller }: Authority): SQL {
  return scopeFor(caller, 'administer') === 'all' ? sql`true` : sql`u.id = ${caller.userId}`;
}

export const listEmailChanges = defineQuery({
  id: 'listEmailChanges',
  method: 'GET',
  path: '/user/email_changes',
  tag: 'Users',
  summary: 'List requested changes of e-mails',
  description:
    'Returns the request of the caller, or the requests of all users for an administrator, ordered by user.',
  permission: 'read',
  loginOnly: true,
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of requests', schema: z.array(EmailChangeRequest) },
  handle: (call) =>
    call.read(async ({ execute }) => {
      const page = await pageById(call, (after, limit) =>
        execute<RequestRow>(sql`
          SELECT u.id, u.email, r.email AS "requestedEmail", r.requested_at AS "requestedAt"
          FROM email_change_request r JOIN registry_user u ON u.id = r.user_id
          WHERE u.id > ${after} AND ${visibleRequests(call.authority)} ORDER BY u.id LIMIT ${limit}`),
      );
      return page.map((row) => ({
        id: row.id,
        email: row.email,
        requested_email: row.requestedEmail,
        requested_at: formatInstant(row.requestedAt),
      }));
    }),
});

export const changeEmail = defineMutation({
  id: 'changeUserEmail',
  method: 'POST',
  path: '/user/change_email/:id',
  tag: 'Users',
  summary: 'Change the e-mail of a user',
  description:
    'Sets the e-mail with which a user logs in, and removes the request of the user, if there is one. E-mails of users are unique, regardless of case. Takes the password of the administrator; wrong ones count as failed logins. The user finds the change among its events, with the administrator.',
  permission: 'administer',
  loginOnly: true,
  params: idParams,
  body: EmailChange,
  answer: { status: 200, description: 'The user as it is now', schema: User },
  refusals: [409],
  async handle(call) {
    const { params, body, transact, authority } = call;
    const confirmed = await confirmPassword(call, body.current_password);
    return transact(async (tx) => {
      await lockRow(tx, registryUser, params.id);
      const before = await requireUser(tx.orm, authority, params.id);
      await tx.execute(sql`DELETE FROM email_change_request WHERE user_id = ${params.id}`);
      await clearAttempts(tx, confirmed.attempt);
      return userView(await updateUserRow(tx, before, { email: body.email }));
    });
  },
});
