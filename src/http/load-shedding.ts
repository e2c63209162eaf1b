import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/index.ts';
import type { Services } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';

export type Overload = 'event loop' | 'connections';

/** Why one more request of that kind had better not begin: what waits too long fails in the end, and takes others with it. */
export function overloadOf(
  { config, database, eventLoop }: Pick<Services, 'config' | 'database' | 'eventLoop'>,
  use: 'write' | 'read',
): Overload | undefined {
  const { MAX_EVENT_LOOP_DELAY_MS: mostMs, DATABASE_MAX_WAITING: mostWaiting } = config;
  if (mostMs > 0 && eventLoop !== undefined && eventLoop.delayMs() > mostMs) return 'event loop';
  return database.waiting(use) > mostWaiting ? 'connections' : undefined;
}

/** Under too much load, new requests are told at once to come back, before they cost anything; those under way are finished. */
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
