import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problems } from '../operation/problem.ts';
import { networkOf } from './network.ts';

const MINUTE_MS = 60_000;

/** @throws {Problem} 429 for a caller who has called too often. */
export type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Counts the requests of each caller in windows of a minute, in the memory of this process, and tells how many are left. It
 * keeps one runaway client from slowing all others down; it is no quota: several processes allow as much each.
 */
export async function rateLimiter(app: FastifyInstance, perMinute: number): Promise<Limit> {
  if (perMinute === 0) return async () => undefined;
  await app.register(rateLimit, { global: false });
  const count = app.createRateLimit({ max: perMinute, timeWindow: MINUTE_MS, keyGenerator: callerNamed });
  return async (request, reply) => {
    const limit = await count(request);
    if (limit.isAllowed) return;
    reply.headers({
      'ratelimit-limit': String(limit.max),
      'ratelimit-remaining': String(limit.remaining),
      'ratelimit-reset': String(limit.ttlInSeconds),
    });
    if (!limit.isExceeded) return;
    const detail = `More than ${limit.max} requests in a minute.`;
    throw problems.tooMany('too-many-requests', detail, limit.ttlInSeconds);
  };
}

/** The API key, else the user; whoever is not known counts by where it comes from. */
function callerNamed({ authority, ip }: FastifyRequest): string {
  const caller = authority?.caller;
  if (caller?.apiKey) return `key ${caller.apiKey.id}`;
  return caller && caller.userId > 0 ? `user ${caller.userId}` : `address ${networkOf(ip)}`;
}
