import { z } from 'zod';
import { Account } from '../account/index.ts';
import { newPassword } from '../authentication/index.ts';
import { clearable, count, EDIT, id, instantText, name, version } from '../operation/schemas.ts';
import { roleNamed, roleNames, roleNumbers } from '../rules/enums.ts';

export const email = z
  .string()
  .trim()
  .max(254)
  .regex(z.regexes.email, 'must be an e-mail address')
  .meta({ format: 'email', examples: ['trading_user@usermail.com'] });

/** A role by its name, or by the number that older clients use. */
const role = (numbers: z.ZodType<string | number>) =>
  z
    .union([z.enum(roleNames), numbers], `must be one of ${roleNames.join(', ')}, or its number`)
    .transform((nameOrNumber, context) => {
      const named = roleNamed(/^\d$/.test(String(nameOrNumber)) ? Number(nameOrNumber) : nameOrNumber);
      if (named !== undefined) return named;
      context.addIssue({ code: 'custom', message: 'is not a role' });
      return z.NEVER;
    })
    .meta({ description: 'A role, by name or by number', examples: ['TRADING_USER'] });

const roleInBody = role(z.literal(Object.values(roleNumbers)));
const roleInQuery = role(z.string().regex(/^[0-4]$/, 'must be the number of a role'));

/** A field that older clients send and that this operation rejects. The message names the alternative. */
const notAccepted = (message: string) =>
  z
    .never(message)
    .optional()
    .meta({ description: `Rejected: ${message}` });

const noHash = notAccepted('send `password` instead: the registry computes the hash');

export const UserCreate = z
  .object({
    name: name().meta({ examples: ['Tara Trader'] }),
    email,
    role: roleInBody,
    organisation: name()
      .optional()
      .meta({ examples: ['Example Energy'] }),
    password: newPassword,
    hashed_password: noHash,
  })
  .meta({ id: 'UserCreate' });

export const UserUpdate = z
  .object({
    name: name().optional(),
    email: email.optional().meta({ description: 'The current e-mail, as older clients send it back' }),
    organisation: clearable(name()),
    role: notAccepted('use POST /user/change_role/{id} to change a role'),
    password: notAccepted('use POST /auth/change_password to change a password'),
    hashed_password: notAccepted('use POST /auth/change_password to change a password'),
  })
  .meta({ id: 'UserUpdate', description: EDIT });

export const PasswordReset = z.object({ password: newPassword }).meta({ id: 'PasswordReset' });

export const RoleQuery = z.object({ role: roleInQuery.optional() });
export const RoleChange = z.object({ role: roleInBody.optional() }).meta({ id: 'RoleChange' });

export const User = z
  .object({
    id,
    name: z.string(),
    email: z.string(),
    role: z.enum(roleNames),
    organisation: z.string().nullable(),
    version,
    created_at: instantText,
  })
  .meta({ id: 'User' });

export const AccountOfUser = Account.pick({ id: true, account_name: true, user_ids: true }).meta({
  id: 'AccountOfUser',
});

export const UserWithAccounts = z
  .object({ ...User.shape, accounts: z.array(AccountOfUser) })
  .meta({ id: 'UserWithAccounts' });

export const Erasure = z
  .object({
    id,
    name: z.string().meta({ description: 'The pseudonym in place of the name', examples: ['Erased user 7'] }),
    email: z.string().meta({
      description: 'The pseudonym in place of the e-mail',
      examples: ['erased-user-7@erased.invalid'],
    }),
    erased_at: instantText,
    events_with_values: count.meta({
      description:
        'Events of this user that were recorded before the journal had commitments. They contain values in clear and cannot be changed',
      examples: [0],
    }),
  })
  .meta({ id: 'Erasure' });

const stored = (description: string) => z.array(z.record(z.string(), z.unknown())).meta({ description });

export const PersonalDataExport = z
  .object({
    user: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The user, and when the secret for logging in was last changed; on every page' }),
    personal_values: stored(
      'Each personal value with its salt and commitment: `v1:` and SHA-256 over the salt and the value',
    ),
    sessions: stored('Logins that have not ended'),
    api_keys: stored('API keys, including those that were revoked, without secrets'),
    accounts: stored('Accounts that the caller uses or used (`deleted_at`)'),
    recurring_actions: stored('Recurring actions that the caller created'),
    email_change_requests: stored('The e-mail that the caller asked for, until it is changed'),
    login_attempts: stored('Counters of login attempts by network'),
    requests: stored('Answers that are kept for repeated requests with an `Idempotency-Key`'),
    actions: stored('The caller’s actions on certificates, including refused ones'),
    events: stored(
      'Entries of the journal about the caller, and those that the caller caused other than by an action',
    ),
  })
  .meta({ id: 'PersonalDataExport' });
