import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { defineQuery } from '../operation/operation.ts';

const TOKEN_BYTES = 32;

/** Clients of the previous registry request a token before each write, and send it as `X-CSRF-Token`. */
export const csrfToken = defineQuery({
  id: 'csrfToken',
  method: 'GET',
  path: '/csrf-token',
  tag: 'Core',
  summary: 'Get a CSRF token',
  description:
    'Returns a random token for clients that request one before each write. The registry does not check it: requests are authenticated by a bearer token or an API key, never by a cookie, and so cannot be forged by another page.',
  permission: 'public',
  answer: {
    status: 200,
    description: 'A random token',
    schema: z.object({ csrf_token: z.string() }).meta({ id: 'CsrfToken' }),
  },
  handle: async () => ({ csrf_token: randomBytes(TOKEN_BYTES).toString('base64url') }),
});
