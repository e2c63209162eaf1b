import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/index.ts';
import type { Services } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';

export type Overload = 'event loop' | 'connections';

/** The resource that is too busy for another request of that kind: one that waits too long fails and slows others down. */
export function overloadOf(
  { config, database, eventLoop }: Pick<Services, 'config' | 'database' | 'eventLoop'>,
  use: 'write' | 'read',
): Overload | undefined {
  const { MAX_EVENT_LOOP_DELAY_MS: mostMs, DATABASE_MAX_WAITING: mostWaiting } = config;
  if (mostMs > 0 && eventLoop !== undefined && eventLoop.delayMs() > mostMs) return 'event loop';
  return database.waiting(use) > mostWaiting ? 'connections' : undefined;
}

/** Answers new requests with 503 while the process is overloaded, before any work is done; running requests are finished. */
export function shedLoad(
  app: FastifyInstance,
  services: Services,
  metrics: Pick<Metrics, 'requestShed'>,
): void {
  app.addHook('onRequest', async ({ routeOptions }) => {
    const { operation } = routeOptions.config;
    if (operation === undefined || operation.bypassLimits) return;
    const overload = overloadOf(services, operation.changes ? 'write' : 'read');
    if (overload === undefined) return;
    metrics.requestShed(overload);
    throw problems.overloaded();
  });
}
