import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { pageLimiter } from './rate-limit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route that is answered whatever the rate of requests. */
    unlimited?: true;
  }
}

/** Limits the rate of requests to all that is no operation: pages, unknown paths, and methods that a path does not have. */
export function limitPages(app: FastifyInstance, { RATE_LIMIT_PER_MINUTE }: Config): void {
  const count = pageLimiter(RATE_LIMIT_PER_MINUTE);
  app.addHook('onRequest', async (request, reply) => {
    const { operation, unlimited } = request.routeOptions.config;
    if (operation === undefined && !unlimited) count(request, reply);
  });
}
