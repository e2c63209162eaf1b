import { describe, expect, test } from 'vitest';
import { createTokenVerifier, issueAccessToken } from '../../../src/authentication/access-token.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

const config = { JWT_SECRET_KEY: 'a secret of at least 32 characters', ACCESS_TOKEN_EXPIRE_MINUTES: 1 };
const identity = { userId: 7, sessionId: 8, expiresAt: later(3_600) };

async function issued(): Promise<string> {
  return (await issueAccessToken(config, identity, NOW)).token;
}

describe('a token that was verified before', () => {
  test('still names its user and session', async () => {
    const verify = createTokenVerifier(config);
    const token = await issued();
    await verify(token, NOW);
    expect(await verify(token, later(59))).toMatchObject({ userId: 7, sessionId: 8 });
  });

  test('expires', async () => {
    const verify = createTokenVerifier(config);
    const token = await issued();
    await verify(token, NOW);
    expect(await verify(token, later(60))).toBeUndefined();
  });

  test('vouches for no other token', async () => {
    const verify = createTokenVerifier(config);
    const token = await issued();
    await verify(token, NOW);
    const [header, , signature] = token.split('.');
    const claims = { iss: 'gc-registry', sub: '1', sid: 1, exp: later(60).getTime() / 1_000 };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await verify(`${header}.${payload}.${signature}`, NOW)).toBeUndefined();
  });
});
