import { createHash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problems } from '../operation/problem.ts';
import { clientAddressOf } from './client-address.ts';

const MINUTE_MS = 60_000;

/** The number of accepted credentials that a process stores. */
const MOST_REMEMBERED = 10_000;

export interface Limit {
  /**
   * Before the caller is looked up in the database, refuses requests from a network with too many unknown callers,
   * unless their credential was accepted before. So made-up API keys cost a bounded number of lookups.
   *
   * @throws {Problem} 429
   */
  admit(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /**
   * Counts a request, after the caller was identified or turned out to be unknown.
   *
   * @throws {Problem} 429 for a caller over its limit.
   */
  count(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

const UNLIMITED: Limit = { admit: async () => undefined, count: async () => undefined };

/**
 * Rate limiter: counts the requests of each caller in windows of one minute, in the memory of this process. It keeps one client
 * from slowing down all others. It is not a quota: each of several processes allows as much.
 */
export async function rateLimiter(app: FastifyInstance, perMinute: number): Promise<Limit> {
  if (perMinute === 0) return UNLIMITED;
  await app.register(rateLimit, { global: false });
  const counter = app.createRateLimit({ max: perMinute, timeWindow: MINUTE_MS, keyGenerator: callerNamed });
  const wasGood = new Set<string>();
  return {
    async admit(request, reply) {
      const network = await counter(request, { increment: false });
      if (network.isAllowed || network.remaining > 0 || wasGood.has(digestOf(request))) return;
      setRateLimitHeaders(reply, network);
      throw tooMany(network);
    },
    async count(request, reply) {
      const caller = await counter(request);
      if (caller.isAllowed) return;
      if (isKnown(request)) remember(wasGood, digestOf(request));
      setRateLimitHeaders(reply, caller);
      if (caller.isExceeded) throw tooMany(caller);
    },
  };
}

interface Window {
  readonly max: number;
  readonly remaining: number;
  readonly ttlInSeconds: number;
}

function setRateLimitHeaders(reply: FastifyReply, { max, remaining, ttlInSeconds }: Window): void {
  reply.headers({
    'ratelimit-limit': String(max),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(ttlInSeconds),
  });
}

const tooMany = ({ max, ttlInSeconds }: Window) =>
  problems.tooMany('too-many-requests', `More than ${max} requests in a minute.`, ttlInSeconds);

/** The API key or, without one, the user. Unknown callers are counted by address. */
function callerNamed(request: FastifyRequest): string {
  const caller = request.authority?.caller;
  if (caller?.apiKey) return `key ${caller.apiKey.id}`;
  return caller && isKnown(request) ? `user ${caller.userId}` : `address ${clientAddressOf(request.ip)}`;
}

const isKnown = ({ authority }: FastifyRequest) => authority !== null;

/** A digest of the credentials of a request: the secrets themselves are not kept in memory. */
const digestOf = ({ headers }: FastifyRequest) =>
  createHash('sha256')
    .update(JSON.stringify([headers.authorization, headers['x-api-key']]))
    .digest('base64');

function remember(wasGood: Set<string>, digest: string): void {
  if (wasGood.size >= MOST_REMEMBERED) wasGood.clear();
  wasGood.add(digest);
}
