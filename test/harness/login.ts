import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { Client } from './client.ts';
import { PASSWORD, type TestRegistry } from './registry.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly refresh_expires_in: number;
  readonly user_id: number;
}

/** A login over HTTP, with its tokens. */
export interface Login {
  readonly tokens: Tokens;
  readonly client: Client;
}

export const post = (
  app: FastifyInstance,
  url: string,
  payload: object,
  remoteAddress = '127.0.0.1',
): Promise<LightMyRequestResponse> => app.inject({ method: 'POST', url, payload, remoteAddress });

export async function emailOf({ primary }: TestRegistry, { userId }: { userId: number }): Promise<string> {
  const { rows } = await primary.query('SELECT email FROM registry_user WHERE id = $1', [userId]);
  return rows[0].email;
}

export async function logIn(
  { app }: Pick<TestRegistry, 'app'>,
  username: string,
  password = PASSWORD,
): Promise<Login> {
  return loginOf(app, await post(app, '/auth/login', { username, password }));
}

export function loginOf(app: FastifyInstance, answer: LightMyRequestResponse): Login {
  expect(answer.statusCode, answer.body).toBe(200);
  const tokens: Tokens = answer.json();
  return { tokens, client: new Client(app, tokens.access_token, tokens.user_id) };
}

export const refresh = (
  { app }: Pick<TestRegistry, 'app'>,
  refreshToken: string,
): Promise<LightMyRequestResponse> => post(app, '/auth/refresh', { refresh_token: refreshToken });
