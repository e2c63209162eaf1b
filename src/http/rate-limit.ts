import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Authority } from '../operation/caller.ts';
import { clientAddressOf, clientSiteOf, NETWORKS_OF_A_SITE } from '../operation/client-address.ts';
import { type Problem, problems } from '../operation/problem.ts';

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
  admit(request: FastifyRequest, reply: FastifyReply): void;
  /**
   * Counts a request, after the caller was identified or turned out to be unknown.
   *
   * @throws {Problem} 429 for a caller over its limit.
   */
  count(request: FastifyRequest, reply: FastifyReply): void;
}

const UNLIMITED: Limit = { admit: () => undefined, count: () => undefined };

/**
 * Creates the rate limiter, which counts the requests of each caller in windows of one minute, in the memory of this
 * process. It keeps one client from slowing down all others. It is not a quota: each of several processes permits as
 * many requests.
 */
export function rateLimiter(perMinute: number): Limit {
  if (perMinute === 0) return UNLIMITED;
  const users = countWindows<number>(perMinute);
  /** Requests to public operations, such as logins. */
  const publicRequests = countNetworks(perMinute);
  /** Requests without a valid credential. Counted apart, they cannot keep a network from logging in. */
  const invalidCredentials = countNetworks(perMinute);
  /** The users of accepted credentials, by a digest of the credential. */
  const accepted = new LRUCache<string, number>({ max: MOST_REMEMBERED });

  const isPublic = ({ routeOptions }: FastifyRequest) =>
    routeOptions.config.operation?.permission === 'public';
  const networksOf = (request: FastifyRequest) => (isPublic(request) ? publicRequests : invalidCredentials);

  return {
    admit(request, reply) {
      const userId = isPublic(request) ? undefined : accepted.get(digestOf(request));
      const window = userId === undefined ? networksOf(request).peek(request.ip) : users.peek(userId);
      if (window.remaining > 0) return;
      setRateLimitHeaders(reply, window);
      throw tooMany(window);
    },
    count(request, reply) {
      const { caller } = request;
      if (caller) accepted.set(digestOf(request), caller.userId);
      else if (!isPublic(request)) accepted.delete(digestOf(request));
      // All logins and API keys of a user count together: more keys are not more requests.
      const window = caller ? users.count(caller.userId) : networksOf(request).count(request.ip);
      setRateLimitHeaders(reply, window);
      if (window.remaining < 0) throw tooMany(window);
    },
  };
}

/**
 * Counts a request to a page, whose caller is not looked up, by network. Apart from requests to operations: pages cannot keep
 * a network from logging in.
 *
 * @throws {Problem} 429
 */
export type PageLimit = (request: FastifyRequest, reply: FastifyReply) => void;

export function pageLimiter(perMinute: number): PageLimit {
  if (perMinute === 0) return () => undefined;
  const networks = countNetworks(perMinute);
  return ({ ip }, reply) => {
    const window = networks.count(ip);
    setRateLimitHeaders(reply, window);
    if (window.remaining < 0) throw tooMany(window);
  };
}

export interface RefusalLimit {
  /**
   * Counts a refusal that is about to be recorded. Returns the problem to answer instead, if there were too many: then
   * nothing may be recorded.
   */
  count(authority: Authority | null): Problem | undefined;
}

/** Limits how many refusals of each user are recorded in a minute. What is recorded is kept for ever. */
export function refusalLimiter(perMinute: number): RefusalLimit {
  if (perMinute === 0) return { count: () => undefined };
  const users = countWindows<number>(perMinute);
  return {
    count(authority) {
      if (authority === null) return undefined;
      const { max, remaining, ttlInSeconds } = users.count(authority.caller.userId);
      if (remaining >= 0) return undefined;
      const detail = `More than ${max} requests in a minute were refused. This one was refused too, and was not recorded.`;
      return problems.tooMany('too-many-refusals', detail, ttlInSeconds);
    },
  };
}

/** One minute of one caller. */
interface Window {
  readonly max: number;
  /** Requests left; negative beyond the limit. */
  readonly remaining: number;
  readonly ttlInSeconds: number;
}

interface Windows<Key> {
  peek(key: Key): Window;
  /** Counts a request, which begins a window if there is none. */
  count(key: Key): Window;
}

function countWindows<Key extends string | number>(max: number): Windows<Key> {
  // A later request does not extend the window.
  const counts = new LRUCache<Key, number>({
    max: MOST_COUNTED,
    ttl: MINUTE_MS,
    noUpdateTTL: true,
  });
  const windowOf = (key: Key): Window => ({
    max,
    remaining: max - (counts.get(key) ?? 0),
    ttlInSeconds: Math.ceil(counts.getRemainingTTL(key) / 1_000),
  });
  return {
    peek: windowOf,
    count(key) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return windowOf(key);
    },
  };
}

/** Counts by network and by the IPv6 site around it. The window is the one of both that leaves less. */
function countNetworks(perMinute: number): Windows<string> {
  const networks = countWindows<string>(perMinute);
  const sites = countWindows<string>(NETWORKS_OF_A_SITE * perMinute);
  const windowOf = (how: keyof Windows<string>) => (ip: string) => {
    const network = networks[how](clientAddressOf(ip));
    const siteName = clientSiteOf(ip);
    const site = siteName === undefined ? network : sites[how](siteName);
    return site.remaining < network.remaining ? site : network;
  };
  return { peek: windowOf('peek'), count: windowOf('count') };
}

function setRateLimitHeaders(reply: FastifyReply, { max, remaining, ttlInSeconds }: Window): void {
  reply.headers({
    'ratelimit-limit': String(max),
    'ratelimit-remaining': String(Math.max(0, remaining)),
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
