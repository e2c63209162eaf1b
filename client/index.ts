import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { patiently } from './patience.ts';
import type { paths } from './schema.ts';

export type * from './schema.ts';

export interface RegistryOptions {
  /** Where the registry answers, such as `https://registry.example.org`. */
  readonly url: string;
  /** An access token or an API key, or what gives one at each request. */
  readonly token?: string | (() => string | undefined);
  /** How often a request is tried that got no answer, or 429 or 503; 1 to never repeat one. */
  readonly attempts?: number;
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** Of the media types that the registry speaks, the client speaks JSON: streams of CSV or NDJSON are for `fetch` itself. */
type Spoken = 'application/json' | 'application/problem+json';

export type RegistryClient = Client<paths, Spoken>;

/**
 * A typed client of the registry. Each call gives `{ data }` or `{ error }`, a problem document (RFC 9457), and `response`.
 *
 * Every POST carries an `Idempotency-Key`, so that a request that got no answer is repeated and acts once. What the client
 * wrote it also reads, from any instance: it shows the consistency token of its last write with each later request.
 *
 * @throws what `fetch` throws, after the last attempt.
 */
export function registryClient({
  url,
  token,
  attempts = 4,
  fetch = globalThis.fetch,
}: RegistryOptions): RegistryClient {
  const client = createClient<paths, Spoken>({ baseUrl: url, fetch: patiently(fetch, attempts) });
  client.use(authorized(token), repeatable, consistent());
  return client;
}

function authorized(token: RegistryOptions['token']): Middleware {
  return {
    onRequest({ request }) {
      const current = typeof token === 'function' ? token() : token;
      if (current !== undefined) request.headers.set('authorization', `Bearer ${current}`);
    },
  };
}

const repeatable: Middleware = {
  onRequest({ request }) {
    if (request.method === 'POST' && !request.headers.has('idempotency-key')) {
      request.headers.set('idempotency-key', crypto.randomUUID());
    }
  },
};

const CONSISTENCY = 'registry-consistency';

function consistent(): Middleware {
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

/** Of two tokens the one that tells of more: answers of requests under way at once come in any order. */
function laterOf(known: string | undefined, told: string | null): string | undefined {
  if (told === null) return known;
  return known !== undefined && positionIn(known) > positionIn(told) ? known : told;
}

/** A token is a position in the log of Postgres: two hexadecimal numbers of 32 bits. */
function positionIn(token: string): bigint {
  const [high = '0', low = '0'] = token.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
