import { createHash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problems } from '../operation/problem.ts';
import { clientAddressOf } from './client-address.ts';

const MINUTE_MS = 60_000;

/** Credentials that a process remembers to have been good. */
const MOST_REMEMBERED = 10_000;

export interface Limit {
  /**
   * Before anybody is looked up in the database: turns away who comes from a network that has been unknown too often, and shows
   * nothing that was good here before. Making up API keys costs the database no more than that.
   *
   * @throws {Problem} 429
   */
  admit(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /**
   * Once it is known who calls, or that it is nobody.
   *
   * @throws {Problem} 429 for a caller who has called too often.
   */
  count(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

const UNLIMITED: Limit = { admit: async () => undefined, count: async () => undefined };

/**
 * Counts the requests of each caller in windows of a minute, in the memory of this process, and tells how many are left. It
 * keeps one runaway client from slowing all others down; it is no quota: several processes allow as much each.
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
      tell(reply, network);
      throw tooMany(network);
    },
    async count(request, reply) {
      const caller = await counter(request);
      if (caller.isAllowed) return;
      if (isKnown(request)) remember(wasGood, digestOf(request));
      tell(reply, caller);
      if (caller.isExceeded) throw tooMany(caller);
    },
  };
}

interface Window {
  readonly max: number;
  readonly remaining: number;
  readonly ttlInSeconds: number;
}

function tell(reply: FastifyReply, { max, remaining, ttlInSeconds }: Window): void {
  reply.headers({
    'ratelimit-limit': String(max),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(ttlInSeconds),
  });
}

const tooMany = ({ max, ttlInSeconds }: Window) =>
  problems.tooMany('too-many-requests', `More than ${max} requests in a minute.`, ttlInSeconds);

/** The API key, else the user; whoever is not known, or not yet, counts by where it comes from. */
function callerNamed(request: FastifyRequest): string {
  const caller = request.authority?.caller;
  if (caller?.apiKey) return `key ${caller.apiKey.id}`;
  return caller && isKnown(request) ? `user ${caller.userId}` : `address ${clientAddressOf(request.ip)}`;
}

const isKnown = ({ authority }: FastifyRequest) => authority !== null;

/** What a request shows of who it is, so that no secret stays in memory. */
const digestOf = ({ headers }: FastifyRequest) =>
  createHash('sha256')
    .update(JSON.stringify([headers.authorization, headers['x-api-key']]))
    .digest('base64');

function remember(wasGood: Set<string>, digest: string): void {
  if (wasGood.size >= MOST_REMEMBERED) wasGood.clear();
  wasGood.add(digest);
}
