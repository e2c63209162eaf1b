import { z } from 'zod';
import { olderClients } from '../operation/older-clients.ts';
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
  summary: 'Refresh the tokens',
  description:
    'Exchanges a refresh token for a new access token and a new refresh token. The same field is accepted as a form (`application/x-www-form-urlencoded`). For 30 seconds the old refresh token returns the same new refresh token again, for a second browser tab or after a lost response. Used later, it ends the session, because the token may have been stolen.',
  permission: 'public',
  accepts: [JSON_TYPE, FORM_TYPE],
  bodyLimit: 'small',
  olderClients: olderClients.oauth,
  body: z.object({
    refresh_token: z
      .string()
      .max(500)
      .meta({ examples: [`gcrr_${'0'.repeat(96)}`] }),
  }),
  answer: { status: 200, description: 'A new access token and a new refresh token', schema: Tokens },
  refusals: [401],
  async handle({ body, log, services, transact }) {
    const now = services.clock();
    const refreshed = await transact((tx) => rotateRefreshToken(tx, body.refresh_token, now));
    if (refreshed.result === 'refreshed') return tokenResponse(services.config, refreshed.session, now);
    if (refreshed.result === 'reused') {
      const { userId, sessionId } = refreshed;
      const fields = { actor: userId, session_id: sessionId };
      log.warn(fields, 'a refresh token was reused; its session has been ended');
    }
    throw problems.unauthenticated('The refresh token is invalid or has expired: log in again.');
  },
});

export const logout = defineMutation({
  id: 'logout',
  method: 'POST',
  path: '/auth/logout',
  tag: 'Authentication',
  summary: 'Log out',
  description: 'Ends the session of the access token. Its access and refresh tokens stop working at once.',
  permission: 'read',
  loginOnly: true,
  answer: { status: 200, description: 'The session has ended', schema: done },
  handle: ({ authority: { caller }, transact }) =>
    transact(
      async (tx) => {
        if (caller.sessionId !== undefined) await endSession(tx, caller.sessionId);
        return { message: 'You are logged out.' };
      },
      { revokesFrom: [caller.userId] },
    ),
});
