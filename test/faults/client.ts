import { z } from 'zod';
import type { Mutation, Outcome } from './ledger.ts';

/** Longer than any deadline of the registry. */
const TIMEOUT_MS = 30_000;

const Problem = z.object({ type: z.string() });
const Done = z.object({ id: z.number() });

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

interface Sent {
  readonly body?: object;
  readonly headers?: Record<string, string>;
  readonly method?: string;
}

/** `undefined` when no answer came. */
export async function send(
  url: string,
  token: string,
  { body, headers = {}, method = body ? 'POST' : 'GET' }: Sent = {},
): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  } catch {
    return undefined;
  }
}

export function logIn(url: string, username: string, password: string): Promise<string> {
  return send(`${url}/auth/login`, '', { body: { username, password } }).then((answer) => {
    if (answer?.status !== 200) throw new Error(`${username} cannot log in: ${answer?.text}`);
    return z.object({ access_token: z.string() }).parse(JSON.parse(answer.text)).access_token;
  });
}

/** Sends a mutation once. */
export async function attempt(
  url: string,
  token: string,
  { path, body, key }: Mutation,
): Promise<{ outcome: Outcome; consistency: string | null }> {
  const answer = await send(`${url}${path}`, token, { body, headers: key ? { 'idempotency-key': key } : {} });
  return { outcome: outcomeOf(answer), consistency: answer?.headers.get('registry-consistency') ?? null };
}

function outcomeOf(answer: Answer | undefined): Outcome {
  if (answer === undefined) return { kind: 'unanswered', why: 'no answer' };
  const { status, text, headers } = answer;
  if (status < 300) {
    return {
      kind: 'acknowledged',
      id: Done.parse(JSON.parse(text)).id,
      body: text,
      requestId: headers.get('x-request-id'),
      replayed: headers.get('idempotency-replayed') === 'true',
    };
  }
  const code = Problem.parse(JSON.parse(text)).type.replace(/^.*:/, '');
  const again = status >= 500 || status === 429 || code === 'request-under-way';
  return again ? { kind: 'unanswered', why: `${status} ${code}` } : { kind: 'refused', status, code };
}
