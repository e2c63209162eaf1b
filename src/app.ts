import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { endConnectionsAtClose } from './http/connection-close.ts';
import { allowOrigins } from './http/cors.ts';
import { serveDocumentation } from './http/documentation.ts';
import { answerUnreadablePath, handleErrors } from './http/error-handler.ts';
import { watchForwardedFor } from './http/forwarded-for.ts';
import { acceptUntypedJson } from './http/json-body.ts';
import { serveLandingPage } from './http/landing-page.ts';
import { shedLoad } from './http/load-shedding.ts';
import { trackMethods } from './http/method-not-allowed.ts';
import { serveMetrics } from './http/metrics.ts';
import { operations } from './http/operations.ts';
import { limitPages } from './http/page-limit.ts';
import { logRequests } from './http/request-log.ts';
import { traceRequests } from './http/request-tracing.ts';
import { requireDeclaredRoutes } from './http/route-guard.ts';
import { mountOperations } from './http/router.ts';
import { limitConnections, receiptLimits } from './http/server-limits.ts';
import { createStreamLimit } from './http/stream-limit.ts';
import { watchLag } from './journal/index.ts';
import { createMetrics } from './metrics/index.ts';
import { bodyLimits } from './operation/body-limit.ts';
import { watchEventLoop } from './operation/event-loop.ts';
import type { Services } from './operation/operation.ts';

/** The services that the application does not create itself. */
export type GivenServices = Omit<Services, 'journalLag' | 'forwardedFor'>;

/** Builds the HTTP application. It neither connects nor listens. */
export async function buildApp(given: GivenServices): Promise<FastifyInstance> {
  const eventLoop = given.eventLoop ?? watchEventLoop();
  const { TRUSTED_PROXIES } = given.config;
  const app: FastifyInstance = Fastify({
    loggerInstance: given.log,
    // Operations have limits of their own.
    bodyLimit: bodyLimits.small.bytes,
    trustProxy: TRUSTED_PROXIES.length > 0 ? [...TRUSTED_PROXIES] : false,
    genReqId: () => crypto.randomUUID(),
    logController: new LogController({ requestIdLogLabel: 'request_id', disableRequestLogging: true }),
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
    ...receiptLimits(given.config),
    frameworkErrors: (error, request, reply) => void answerUnreadablePath(error, request, reply),
  });
  requireDeclaredRoutes(app);
  const answerOtherMethods = trackMethods(app);
  endConnectionsAtClose(app);
  limitConnections(app, given.config);
  handleErrors(app);
  acceptUntypedJson(app);
  traceRequests(app, given.tracing);
  logRequests(app);
  const services: Services = {
    ...given,
    eventLoop,
    journalLag: watchLag(given.database),
    forwardedFor: watchForwardedFor(app),
  };
  await app.register(helmet, { contentSecurityPolicy: false });
  await allowOrigins(app, services.config.CORS_ORIGINS);
  const streams = createStreamLimit(services.config);
  const metrics = createMetrics({ ...services, openStreams: streams.open });
  serveMetrics(app, metrics, services.config);
  shedLoad(app, services, metrics);
  limitPages(app, services.config);
  app.addHook('onClose', async () => eventLoop.stop());
  await serveDocumentation(app, operations);
  serveLandingPage(app);
  await mountOperations(app, operations, services, streams);
  answerOtherMethods();
  return app;
}
