import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { FORM_TYPE, JSON_TYPE, mutation } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { id, isPlainText } from '../operation/wire.ts';
import { passwordFits } from './password.ts';
import { issueAccessToken } from './token.ts';

export const login = mutation({
  id: 'login',
  method: 'POST',
  path: '/auth/login',
  tag: 'Authentication',
  summary: 'Log in',
  description:
    'Exchanges an e-mail and a password, as a form or as JSON, for a short-lived access token. An unknown e-mail and a wrong password get the same answer.',
  permission: 'public',
  accepts: [JSON_TYPE, FORM_TYPE],
  body: z.object({
    username: z
      .string()
      .max(320)
      .refine(isPlainText, 'must not contain control characters')
      .meta({ description: 'The e-mail', examples: ['trading_user@usermail.com'] }),
    password: z
      .string()
      .max(1_024)
      .meta({ format: 'password', examples: ['registry-demo'] }),
  }),
  answer: {
    status: 200,
    description: 'An access token',
    schema: z
      .object({
        access_token: z.string(),
        token_type: z.literal('bearer'),
        user_id: id,
        expires_in: z.int().meta({ description: 'Seconds' }),
      })
      .meta({ id: 'AccessToken' }),
  },
  refusals: [401],
  async handle({ body, services, transact }) {
    const [known] = await transact((tx) =>
      tx.query<{ id: number; passwordHash: string }>(sql`
        SELECT u.id, c.password_hash AS "passwordHash"
        FROM registry_user u JOIN credential c ON c.user_id = u.id
        WHERE lower(u.email) = lower(${body.username}) AND u.deleted_at IS NULL`),
    );
    const fits = await passwordFits(body.password, known?.passwordHash);
    if (!fits || known === undefined) throw problems.unauthenticated('The e-mail or the password is wrong.');
    const { token, expiresIn } = await issueAccessToken(services.config, known.id, services.clock());
    return { access_token: token, token_type: 'bearer' as const, user_id: known.id, expires_in: expiresIn };
  },
});
