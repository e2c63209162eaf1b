import type { z } from 'zod';
import type { Config } from '../config.ts';
import { issueAccessToken } from './access-token.ts';
import type { Tokens } from './schemas.ts';
import type { Session } from './session.ts';

/** The response body of a login or a refresh. */
export async function tokenResponse(
  config: Config,
  session: Session,
  now: Date,
): Promise<z.input<typeof Tokens>> {
  const { token, expiresIn } = await issueAccessToken(config, session, now);
  return {
    access_token: token,
    token_type: 'bearer',
    user_id: session.userId,
    expires_in: expiresIn,
    refresh_token: session.refreshToken,
    refresh_expires_in: Math.floor((session.expiresAt.getTime() - now.getTime()) / 1_000),
  };
}
