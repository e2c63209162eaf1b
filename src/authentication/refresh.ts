import { z } from 'zod';
import { defineMutation, FORM_TYPE, JSON_TYPE } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { done } from '../operation/schemas.ts';
import { Tokens } from './schemas.ts';
import { endSession, rotateRefreshToken } from './session.ts';
import { tokenResponse } from './token-response.ts';

export const refresh = defineMutation({
  id: 'refreshSession',
  method: 'POST',
  path: '/auth/refresh',
  tag: 'Authentication',
  summary: 'Get the next pair of tokens',
  description:
    'Exchanges a refresh token for the next access token and the next refresh token. The old one gives the same successor again for 30 seconds, to a second tab or after a lost answer; shown later, it ends the whole login, for then somebody has a copy.',
  permission: 'public',
  accepts: [JSON_TYPE, FORM_TYPE],
  body: z.object({
    refresh_token: z
      .string()
      .max(500)
      .meta({ examples: [`gcrr_${'0'.repeat(96)}`] }),
  }),
  answer: { status: 200, description: 'The next access token and refresh token', schema: Tokens },
  refusals: [401],
  async handle({ body, log, services, transact }) {
    const now = services.clock();
    const refreshed = await transact((tx) => rotateRefreshToken(tx, body.refresh_token, now));
    if (refreshed.result === 'refreshed') return tokenResponse(services.config, refreshed.session, now);
    if (refreshed.result === 'reused') {
      const { userId, sessionId } = refreshed;
      const about = { actor: userId, session_id: sessionId };
      log.warn(about, 'a refresh token was shown again: its login is ended');
    }
    throw problems.unauthenticated('The refresh token is not valid, or has expired. Log in again.');
  },
});

export const logout = defineMutation({
  id: 'logout',
  method: 'POST',
  path: '/auth/logout',
  tag: 'Authentication',
  summary: 'Log out',
  description:
    'Ends the login that the access token belongs to: that token and the refresh token stop at once.',
  permission: 'read',
  loginOnly: true,
  answer: { status: 200, description: 'The login has ended', schema: done },
  handle: ({ caller, transact, holdRights }) =>
    transact(async (tx) => {
      await holdRights(tx, [caller.userId]);
      if (caller.sessionId !== undefined) await endSession(tx, caller.sessionId);
      return { message: 'You are logged out.' };
    }),
});
