import { createHash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { clientAddressOf, clientSiteOf, NETWORKS_OF_A_SITE } from '../operation/client-address.ts';
import { problems } from '../operation/problem.ts';

const MINUTE_MS = 60_000;

/** The number of users, networks and sites that a process counts. Beyond it, the least recent counts are dropped. */
const MOST_COUNTED = 50_000;
/** The number of accepted credentials that a process stores. */
const MOST_REMEMBERED = 10_000;

export interface Limit {
  /**
   * Before the caller is looked up in the database, refuses callers over their limit, and requests from a network with
   * too many unknown callers, unless their credential was accepted before. So made-up API keys cost a bounded number of
   * lookups.
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
  const window = { timeWindow: MINUTE_MS, cache: MOST_COUNTED };
  const accepted = new Map<string, number>();
  const users = app.createRateLimit({
    ...window,
    max: perMinute,
    // All logins and API keys of a user count together: more keys are not more requests.
    keyGenerator: (request) => request.authority?.caller.userId ?? accepted.get(digestOf(request)) ?? 0,
  });
  const networks = app.createRateLimit({
    ...window,
    max: perMinute,
    keyGenerator: ({ ip }) => clientAddressOf(ip),
  });
  const sites = app.createRateLimit({
    ...window,
    max: NETWORKS_OF_A_SITE * perMinute,
    keyGenerator: ({ ip }) => clientSiteOf(ip) ?? ip,
  });

  /** The window that leaves least to an unknown caller: that of its network, or of the IPv6 site around it. */
  async function strictest(request: FastifyRequest, options?: { readonly increment: false }) {
    const network = await networks(request, options);
    if (clientSiteOf(request.ip) === undefined) return network;
    const site = await sites(request, options);
    if (network.isAllowed || site.isAllowed) return network;
    return site.isExceeded || site.remaining < network.remaining ? site : network;
  }

  return {
    async admit(request, reply) {
      const wasAccepted = accepted.has(digestOf(request));
      const window = await (wasAccepted ? users : strictest)(request, { increment: false });
      if (window.isAllowed || window.remaining > 0) return;
      setRateLimitHeaders(reply, window);
      throw tooMany(window);
    },
    async count(request, reply) {
      const { authority } = request;
      if (authority) remember(accepted, digestOf(request), authority.caller.userId);
      else accepted.delete(digestOf(request));
      const window = await (authority ? users : strictest)(request);
      if (window.isAllowed) return;
      setRateLimitHeaders(reply, window);
      if (window.isExceeded) throw tooMany(window);
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

/** A digest of the credentials of a request: the secrets themselves are not kept in memory. */
const digestOf = ({ headers }: FastifyRequest) =>
  createHash('sha256')
    .update(JSON.stringify([headers.authorization, headers['x-api-key']]))
    .digest('base64');

function remember(accepted: Map<string, number>, digest: string, userId: number): void {
  if (accepted.size >= MOST_REMEMBERED) accepted.clear();
  accepted.set(digest, userId);
}
