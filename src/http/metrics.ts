import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import type { Metrics } from '../metrics/index.ts';
import { problems } from '../operation/problem.ts';
import { routeOf } from './request-log.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The metrics of this application, for the separate listener. */
    readonly metrics: Metrics;
  }
}

/** Counts every request, and serves `/metrics` to requests with the token. */
export function serveMetrics(
  app: FastifyInstance,
  metrics: Metrics,
  { METRICS_TOKEN: token }: Pick<Config, 'METRICS_TOKEN'>,
): void {
  app.decorate('metrics', metrics);
  app.addHook('onResponse', async (request, reply) => {
    const seconds = reply.elapsedTime / 1_000;
    metrics.requestCompleted({
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      seconds,
    });
  });
  app.addHook('onClose', async () => metrics.stop());
  app.get('/metrics', { config: { unlimited: true } }, async (request, reply) => {
    requireToken(request.headers, token);
    return reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.text());
  });
}

/**
 * Rejects all requests without a configured token: the peer address does not distinguish local requests from proxied
 * ones.
 *
 * @throws {Problem} 403 if no token is configured, 401 without the right one.
 */
function requireToken(headers: IncomingHttpHeaders, token: string | undefined): void {
  if (token === undefined) {
    throw problems.forbidden(
      'Set METRICS_TOKEN to read the metrics here, or METRICS_PORT to serve them on a separate port.',
    );
  }
  if (!showsToken(headers, token)) {
    throw problems.unauthenticated('Send METRICS_TOKEN as "Authorization: Bearer <token>".');
  }
}

/** Whether a request has `Authorization: Bearer` with that token. */
export function showsToken({ authorization = '' }: IncomingHttpHeaders, token: string): boolean {
  const [, sent = ''] = /^bearer (\S+)$/i.exec(authorization) ?? [];
  return isSame(sent, token);
}

/** Constant-time comparison. */
function isSame(sent: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(wanted));
}
