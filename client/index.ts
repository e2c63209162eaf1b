import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { withRetries } from './retry.ts';
import type { paths } from './schema.ts';

export type * from './schema.ts';

export interface RegistryOptions {
  /** Base URL of the registry, such as `https://registry.example.org`. */
  readonly url: string;
  /** An access token or an API key, or a function that returns the current one. */
  readonly token?: string | (() => string | undefined);
  /** Attempts per request in total, if there is no response, or a response of 429 or 503. 1 disables retries. */
  readonly attempts?: number;
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** The media types that the client reads. Use `fetch` for streams of CSV or NDJSON. */
type MediaTypes = 'application/json' | 'application/problem+json';

export type RegistryClient = Client<paths, MediaTypes>;

/**
 * Creates a typed client of the registry. Each call returns `response` with `data`, or with `error`, a problem document
 * (RFC 9457).
 *
 * Every POST carries an `Idempotency-Key`, so that it can be repeated safely. Every request carries the consistency token
 * of the last write, so that it reflects that write, whichever instance serves it.
 *
 * @throws the error of `fetch`, after the last attempt.
 */
export function registryClient({
  url,
  token,
  attempts = 4,
  fetch = globalThis.fetch,
}: RegistryOptions): RegistryClient {
  const client = createClient<paths, MediaTypes>({ baseUrl: url, fetch: withRetries(fetch, attempts) });
  client.use(authorization(token), idempotency, consistency());
  return client;
}

function authorization(token: RegistryOptions['token']): Middleware {
  return {
    onRequest({ request }) {
      const current = typeof token === 'function' ? token() : token;
      if (current !== undefined) request.headers.set('authorization', `Bearer ${current}`);
    },
  };
}

const idempotency: Middleware = {
  onRequest({ request }) {
    if (request.method === 'POST' && !request.headers.has('idempotency-key')) {
      request.headers.set('idempotency-key', crypto.randomUUID());
    }
  },
};

const CONSISTENCY = 'registry-consistency';

function consistency(): Middleware {
  let written: string | undefined;
  return {
    onRequest({ request }) {
      if (written !== undefined && !request.headers.has(CONSISTENCY))
        request.headers.set(CONSISTENCY, written);
    },
    onResponse({ response }) {
      written = laterOf(written, response.headers.get(CONSISTENCY));
    },
  };
}

/** The later of two tokens: the responses to concurrent requests arrive in any order. */
function laterOf(known: string | undefined, received: string | null): string | undefined {
  if (received === null) return known;
  return known !== undefined && positionOf(known) > positionOf(received) ? known : received;
}

/** A token is a position in the write-ahead log of PostgreSQL: two hexadecimal numbers of 32 bits. */
function positionOf(token: string): bigint {
  const [high = '0', low = '0'] = token.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
